"""Finds the way to a chain: a node's URL, a folder that another process serves, or the file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.chain.jsonrpc import RpcError
from ledger.chain.served import read_served
from ledger.chain.transport import HttpTransport, LocalTransport, Transport
from ledger.errors import CouldNotLook

if TYPE_CHECKING:
    from ledger.chain.embedded.engine import GenesisSpec

PROBE_SECONDS = 5.0


@contextmanager
def home_chain(
    directory: Path, create: GenesisSpec | None = None, wait: float = 60.0
) -> Iterator[Transport]:
    """The embedded chain of a folder: through whoever serves it, else opened in this process.

    Waits up to `wait` seconds while another process holds the file without serving it. Raises
    CouldNotLook("chain-in-use" | "no-chain-here" | "chain-storage").
    """
    deadline = time.monotonic() + wait
    while True:
        served = _served(directory)
        if served is not None:
            try:
                yield served
            finally:
                served.close()
            return
        from ledger.chain.embedded.chain import EmbeddedChain

        try:
            # A short wait: the holder may begin to serve meanwhile.
            chain = EmbeddedChain.open(
                directory, create, wait=min(0.5, max(0.0, deadline - time.monotonic()))
            )
        except CouldNotLook as busy:
            if busy.code != "chain-in-use" or time.monotonic() >= deadline:
                raise
            continue
        try:
            yield LocalTransport(chain)
        finally:
            chain.close()
        return


def _served(directory: Path) -> HttpTransport | None:
    """A way to whoever serves the folder, if that is really this folder's chain."""
    found = read_served(directory)
    if found is None:
        return None
    try:
        transport = HttpTransport(found["url"])
        probe = HttpTransport(found["url"], PROBE_SECONDS)
        answer = probe.request("eth_chainId", [])
        probe.close()
    except (CouldNotLook, RpcError):
        # Left over from a process that was killed.
        return None
    return transport if answer == hex(int(found.get("chain_id", -1))) else None
