"""How fast records are taken: fsync, dedupe and frontier included, tiles apart.

Run as `python -m scripts.bench_store [--prefill N] [--lookup]`; prints one JSON row a line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.ports import NewRecord
from ledger.store import Store, open_store

ENTRY, PAYLOAD = 108, 600  # bytes: a learning entry and a short statement
BATCHES = (1, 256, 10_240)
ROUNDS = {1: 500, 256: 40, 10_240: 5}
KIND, ORIGIN = "learning", "bench.example/learning"


class _Signer:
    """A fixed key."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(b"b" * 32)
        self.public_key = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def records(start: int, count: int, lookup: bool = False) -> list[NewRecord]:
    """`count` records that nobody has seen, all different."""
    return [_record(number, lookup) for number in range(start, start + count)]


def _record(number: int, lookup: bool) -> NewRecord:
    seed = hashlib.sha256(b"%d" % number).digest()
    keys = (seed, hashlib.sha256(seed).digest()) if lookup else ()
    entry, payload = (seed * 4)[:ENTRY], (seed * 20)[:PAYLOAD]
    return NewRecord(entry, payload, seed, b"https://id.example/%d" % number, keys)


def measure_append(
    prefill: int = 0, folder: Path | None = None, lookup: bool = False
) -> list[dict[str, Any]]:
    """Rows of entries per second at each batch size, on a store that holds `prefill` entries.

    The store is made below `folder` (default: the system's temporary one) and removed again.
    """
    home = Path(tempfile.mkdtemp(prefix="bench-store-", dir=folder))
    store = open_store(home)
    try:
        rows = list(_prefilled(store, prefill, lookup)) if prefill else []
        start = prefill
        for batch in BATCHES:
            rows.append(_row(_timed(store, start, batch, lookup), batch, ROUNDS[batch], prefill))
            start += batch * ROUNDS[batch]
        rows.append(_checkpoint(store, prefill))
    finally:
        store.close()
        shutil.rmtree(home)
    return rows


def _prefilled(store: Store, prefill: int, lookup: bool) -> Iterator[dict[str, Any]]:
    started = time.perf_counter()
    for start in range(0, prefill, 10_240):
        with store.writer(KIND) as writer:
            writer.append(records(start, min(10_240, prefill - start), lookup))
    spent = time.perf_counter() - started
    with store.writer(KIND) as writer:
        begun = time.perf_counter()
        writer.sign_checkpoint(ORIGIN, _Signer())
        signing = time.perf_counter() - begun
    yield {"what": "prefill, records made included", "entries": prefill, "seconds": round(spent, 2)}
    yield {"what": "checkpoint with its tiles", "entries": prefill, "seconds": round(signing, 2)}


def _timed(store: Store, start: int, batch: int, lookup: bool) -> float:
    """Seconds in `append` alone; the lock is taken anew for each batch."""
    spent = 0.0
    for turn in range(ROUNDS[batch]):
        made = records(start + turn * batch, batch, lookup)
        begun = time.perf_counter()
        with store.writer(KIND) as writer:
            writer.append(made)
        spent += time.perf_counter() - begun
    return spent


def _row(seconds: float, batch: int, rounds: int, prefill: int) -> dict[str, Any]:
    count = batch * rounds
    return {
        "what": "append with fsync and dedupe",
        "batch": batch,
        "prefilled": prefill,
        "entries": count,
        "seconds": round(seconds, 3),
        "per_second": round(count / seconds),
    }


def _checkpoint(store: Store, prefill: int) -> dict[str, Any]:
    begun = time.perf_counter()
    with store.writer(KIND) as writer:
        writer.sign_checkpoint(ORIGIN, _Signer())
    seconds = time.perf_counter() - begun
    new = store.size(KIND) - prefill
    return {"what": "checkpoint with its tiles", "entries": new, "seconds": round(seconds, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefill", type=int, default=0)
    parser.add_argument("--lookup", action="store_true", help="two look-up keys a record")
    parser.add_argument("--dir", type=Path, help="on which disk")
    options = parser.parse_args()
    for row in measure_append(options.prefill, options.dir, options.lookup):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
