"""Appending to a stream inside a transaction that the caller holds, with the stream's lock.

Crash story of an append: the one transaction holds entries, frontier, payloads, identities and
whatever else its caller adds; before its commit nothing is there, after it everything is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, CursorResult, bindparam, update

from ledger.core.merkle import leaf_hashes
from ledger.core.streams import KINDS_BY_NAME
from ledger.errors import CouldNotLook
from ledger.store.database import Database
from ledger.store.dedupe import Digest, insert_fresh
from ledger.store.entries import StreamState, base_of, segments
from ledger.store.schema import record, segment, stream

# Built once: every transaction does it.
_GROW = (
    update(stream)
    .where(stream.c.kind == bindparam("of"), stream.c.size == bindparam("old"))
    .values(size=bindparam("new"), frontier=bindparam("tree"))
)
Kept = tuple[bytes, bytes, bytes]
"""Of a record: the HMAC of its identity, salt, sealed payload."""


class NotFresh(Exception):
    """Something of the batch may be there already; the transaction must be rolled back."""


class Appending:
    """One stream's rows. Holds no state but its names: safe for threads."""

    def __init__(self, database: Database, kind: str, key: bytes) -> None:
        self._database = database
        self.kind = kind
        self.base = base_of(kind)
        self.digest = Digest(key, KINDS_BY_NAME[kind])

    def claim(self, connection: Connection, state: StreamState, digests: Sequence[bytes]) -> None:
        """Takes the keys of identities of which none is there yet. Raises NotFresh."""
        if not insert_fresh(self._database, connection, digests, self.base + state.size):
            raise NotFresh

    def save(
        self,
        connection: Connection,
        state: StreamState,
        entries: Sequence[bytes],
        kept: Sequence[Kept],
    ) -> None:
        """Entries, frontier and records, from `state.size` on; identities are the caller's."""
        frontier = state.frontier.copy()
        frontier.extend(leaf_hashes(entries))
        grown = {"old": state.size, "new": frontier.size, "tree": frontier.to_bytes()}
        self._changed(connection.execute(_GROW, {"of": KINDS_BY_NAME[self.kind], **grown}))
        self._database.insert(connection, segment, segments(self.base, state.size, entries))
        first = self.base + state.size
        rows = [(number, *one) for number, one in enumerate(kept, first)]
        self._database.insert(connection, record, rows)

    def swap(self, connection: Connection, expected: ColumnElement[bool], **values: object) -> None:
        """Updates the stream's row if it is as expected; else somebody wrote past our lock."""
        changed = update(stream).where(stream.c.kind == KINDS_BY_NAME[self.kind])
        self._changed(connection.execute(changed.where(expected).values(**values)))

    def _changed(self, done: CursorResult[Any]) -> None:
        if done.rowcount != 1:
            raise CouldNotLook("stream-busy", kind=self.kind, holder="?")
