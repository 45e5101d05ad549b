"""A process that appends and signs in a loop and says what was acknowledged.

Run as `python -m tests.store.workload HOME NAME COUNT [URL]`: prints `ack <first> <last>` once a
batch is acknowledged (records `NAME-<n>`), `signed <size>` once a checkpoint is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ledger.core.signed_note import parse_checkpoint, parse_note
from tests.store.samples import ORIGIN, SIGNER, record, sealed_store

BATCHES = (1, 7, 90, 300)
SIGN_EVERY = 3


def main(home: Path, name: str, count: int, url: str | None = None) -> None:
    """Appends until `count` records of that name are in; starts over where they are already."""
    store = sealed_store(home, url)
    done = turn = 0
    while done < count:
        batch = range(done, min(count, done + BATCHES[turn % len(BATCHES)]))
        with store.writer("learning") as writer:
            writer.append([record(f"{name}-{n}") for n in batch])
            print("ack", batch.start, batch.stop, flush=True)
            if turn % SIGN_EVERY == 0:
                note = writer.sign_checkpoint(ORIGIN, SIGNER)
                print("signed", parse_checkpoint(parse_note(note).text).size, flush=True)
        done, turn = batch.stop, turn + 1
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
