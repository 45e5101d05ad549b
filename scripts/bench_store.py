"""How fast records are taken: fsync, dedupe and frontier included, tiles apart.

Run as `python -m scripts.bench_store [--prefill N] [--lookup]`; prints one JSON row a line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ledger.keys.cipher import AesGcm
from ledger.keys.file import Ed25519Signer
from ledger.ports import NewRecord
from ledger.ports.statements import Ciphers
from ledger.store import Store, open_store
from scripts.bench_rows import Aim, Row, Spent, Tell

ENTRY, PAYLOAD = 108, 600  # bytes: a learning entry and a short statement
BATCHES = ((1, 500), (256, 40), (10_240, 8))
"""(entries in one append, appends)."""
AIM = Aim(low=50_000)
KIND, ORIGIN = "learning", "bench.example/learning"
CIPHERS = Ciphers(AesGcm(b"r" * 32), AesGcm(b"p" * 32))
_STEP = 10_240


def records(start: int, count: int, lookup: bool = False) -> list[NewRecord]:
    """`count` records that nobody has seen, all different."""
    return [_record(number, lookup) for number in range(start, start + count)]


def _record(number: int, lookup: bool) -> NewRecord:
    seed = hashlib.sha256(b"%d" % number).digest()
    keys = (seed, hashlib.sha256(seed).digest()) if lookup else ()
    entry, payload = (seed * 4)[:ENTRY], (seed * 20)[:PAYLOAD]
    return NewRecord(entry, payload, seed, b"https://id.example/%d" % number, keys)


def append_rows(
    tell: Tell,
    prefill: int = 0,
    batches: Sequence[tuple[int, int]] = BATCHES,
    folder: Path | None = None,
    lookup: bool = False,
) -> list[Row]:
    """Entries a second at each batch size, on a store that holds `prefill` entries.

    The store is made below `folder` (default: the system's temporary one) and removed again.
    """
    home = Path(tempfile.mkdtemp(prefix="bench-store-", dir=folder))
    store = open_store(home, ciphers=CIPHERS)
    try:
        rows = _prefilled(store, prefill, lookup, tell) if prefill else []
        for batch, rounds in batches:
            tell(f"append, batches of {batch:,}, on {prefill:,} entries")
            rows.append(_append_row(store, batch, rounds, prefill, lookup))
        rows.append(_checkpoint_row(store, store.size(KIND) - prefill, f"after {prefill:,}"))
    finally:
        store.close()
        shutil.rmtree(home)
    return rows


def _prefilled(store: Store, prefill: int, lookup: bool, tell: Tell) -> list[Row]:
    spent = Spent()
    for start in range(0, prefill, _STEP):
        if start % (25 * _STEP) == 0:
            tell(f"prefill: {start:,} of {prefill:,} entries")
        made = records(start, min(_STEP, prefill - start), lookup)
        with spent.run(), store.writer(KIND) as writer:
            writer.append(made)
    filled = spent.total_rate(
        f"Append, prefill to {prefill:,}",
        prefill,
        f"batches of {_STEP:,}, all of the filling together",
    )
    tell(f"checkpoint of {prefill:,} entries")
    return [filled, _checkpoint_row(store, prefill, "at once")]


def _append_row(store: Store, batch: int, rounds: int, prefill: int, lookup: bool) -> Row:
    """Time in `append` alone; the lock is taken anew for each batch."""
    spent = Spent()
    for _ in range(rounds):
        made = records(store.size(KIND), batch, lookup)
        with spent.run(), store.writer(KIND) as writer:
            writer.append(made)
    where = f"{prefill:,} entries there" if prefill else "empty"
    return spent.total_rate(
        f"Append, batch {batch:,}, {where}",
        batch * rounds,
        f"{rounds} appends of {ENTRY}-byte entries with {PAYLOAD}-byte payloads; dedupe, frontier "
        "and a commit with fsync in each",
        AIM if batch >= 10_000 else None,
    )


def _checkpoint_row(store: Store, count: int, where: str) -> Row:
    spent = Spent()
    with spent.run(), store.writer(KIND) as writer:
        writer.sign_checkpoint(ORIGIN, Ed25519Signer(b"b" * 32))
    return spent.seconds(
        f"Checkpoint of {count:,} new entries, {where}",
        "tiles written, fsynced, read back and hashed again, note signed",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefill", type=int, default=0)
    parser.add_argument("--lookup", action="store_true", help="two look-up keys a record")
    parser.add_argument("--dir", type=Path, help="on which disk")
    options = parser.parse_args()
    rows = append_rows(
        lambda text: print(text, file=sys.stderr),
        options.prefill,
        folder=options.dir,
        lookup=options.lookup,
    )
    for row in rows:
        print(json.dumps(row.to_json(), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
