"""A process that appends links of two chains and says how many were acknowledged.

Run as `python -m tests.store.chain_workload HOME NAME COUNT [URL]`: prints a line once a link is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.store.chain_samples import TEACHER, link
from tests.store.samples import sealed_store
from tests.store.statement_samples import append

BATCHES = (1, 3, 20)


def main(home: Path, name: int, count: int, url: str | None = None) -> None:
    """Appends until `count` links of that name are in."""
    store = sealed_store(home, url)
    done = turn = 0
    while done < count:
        batch = range(done, min(count, done + BATCHES[turn % len(BATCHES)]))
        append(store, *(link(name << 20 | n + 1, (TEACHER, "x|y")[n % 3 == 0]) for n in batch))
        for n in batch:
            print(n, flush=True)
        done, turn = batch.stop, turn + 1
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
