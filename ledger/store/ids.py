"""From a statement's id to its record, in whichever stream it stands."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from ledger.core.streams import KINDS_BY_NAME
from ledger.store.dedupe import Digest, Identities
from ledger.store.schema import KIND_SHIFT

KINDS = ("learning", "teaching")
"""The streams that take statements, in the order in which their locks are taken."""
KIND_BY_NUMBER = {int(KINDS_BY_NAME[kind]): kind for kind in KINDS}
INDEX_MASK = (1 << KIND_SHIFT) - 1


class Ids:
    """Identity of a statement's record: its id as text in lower case, as for every record."""

    def __init__(self, key: bytes) -> None:
        self._digests = {kind: Digest(key, KINDS_BY_NAME[kind]) for kind in KINDS}

    def digest(self, kind: str, uuid: bytes) -> bytes:
        """The HMAC under which that stream knows it."""
        return self._digests[kind](identity(uuid))

    def find(self, connection: Connection, uuid: bytes) -> int | None:
        """The record, erased or not."""
        digests = [self.digest(kind, uuid) for kind in KINDS]
        known = Identities(connection, digests)
        found = (known.find(value) for value in digests)
        return next((record for record in found if record is not None), None)

    def known(self, connection: Connection, uuids: Sequence[bytes]) -> KnownIds:
        """Those of a whole batch, read ahead."""
        return KnownIds(self, connection, uuids)


class KnownIds:
    """The records of many ids, and those that a transaction adds."""

    def __init__(self, ids: Ids, connection: Connection, uuids: Sequence[bytes]) -> None:
        self._ids = ids
        self.by_kind = {
            kind: Identities(connection, [ids.digest(kind, uuid) for uuid in uuids])
            for kind in KINDS
        }

    def find(self, uuid: bytes) -> int | None:
        found = (known.find(self._ids.digest(kind, uuid)) for kind, known in self.by_kind.items())
        return next((record for record in found if record is not None), None)


def identity(uuid: bytes) -> bytes:
    """8-4-4-4-12 hexadecimal digits in lower case."""
    text = uuid.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}".encode()


def place(record: int) -> tuple[str, int]:
    """Stream and leaf index of a record."""
    return KIND_BY_NUMBER[record >> KIND_SHIFT], record & INDEX_MASK
