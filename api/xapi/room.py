"""Memory for request bodies: so much at once, however many clients send.

A body is let in as a whole, before it is read: whoever is in can finish, whoever is not waits and
takes nothing. Small bodies do not count.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ledger.errors import CouldNotLook

WAIT_SECONDS = 60.0


class Room:
    """`total` bytes for all bodies that are in memory; of one event loop."""

    def __init__(self, total: int, wait: float = WAIT_SECONDS) -> None:
        self._free, self._wait = total, wait
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def of(self, size: int) -> AsyncIterator[None]:
        """`size` bytes until the context ends. CouldNotLook("server-busy"), HTTP 503, if others
        leave no room for that long."""
        async with self._changed:
            try:
                async with asyncio.timeout(self._wait):
                    await self._changed.wait_for(lambda: self._free >= size)
            except TimeoutError as error:
                raise CouldNotLook("server-busy") from error
            self._free -= size
        try:
            yield
        finally:
            async with self._changed:
                self._free += size
                self._changed.notify_all()
