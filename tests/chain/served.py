"""Serves a chain as its own process: `python -m tests.chain.served DIR` prints the URL."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from ledger.chain.embedded.engine import GenesisSpec
from ledger.chain.embedded.server import serve_chain


def main() -> None:
    spec = GenesisSpec.random(lambda size: os.urandom(size), int(time.time()) - 60)
    serve_chain(Path(sys.argv[1]), "127.0.0.1", 0, lambda url: print(url, flush=True), create=spec)


if __name__ == "__main__":
    main()
