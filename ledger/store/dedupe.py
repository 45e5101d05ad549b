"""Which records are already there, told by a keyed HMAC of their identity.

The table is a hash table in a B-tree: key = the HMAC's first 8 bytes, value = the record. The full
HMAC stands with the record and is always compared; where two HMACs share a key, the later one
takes the next free key. Nothing is ever taken out (an erased record keeps its HMAC), so a free
key ends every search.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from ledger.errors import BadEvidence
from ledger.ports import Entropy
from ledger.store.database import Database, in_lists
from ledger.store.files import write_files
from ledger.store.schema import identity, setting
from ledger.store.sealing import Sealing

KEY_FILE = "dedupe.key"
_FINGERPRINT = "dedupe-key"
_LARGEST = 2**63 - 1


def dedupe_key(home: Path, entropy: Entropy) -> bytes:
    """The store's own key in `HOME/dedupe.key` (0600), made on first use."""
    path = home / KEY_FILE
    if not path.exists():
        write_files([(path, entropy(32))], mode=0o600)
    return path.read_bytes()


def check_key(database: Database, key: bytes) -> None:
    """The key is the one that the table was made with; another would find no duplicate."""
    fingerprint = hashlib.sha256(b"xuezheng/dedupe-key/v1\x00" + key).digest()
    wanted = select(setting.c.value).where(setting.c.name == _FINGERPRINT)
    with database.read() as connection:
        found = connection.execute(wanted).scalar()
    if found is None:
        with database.write() as connection:
            found = connection.execute(wanted).scalar()
            if found is None:
                database.insert(connection, setting, [(_FINGERPRINT, fingerprint)])
                found = fingerprint
    if not hmac.compare_digest(found, fingerprint):
        raise BadEvidence("store-damaged", what=f"{KEY_FILE}: not this store's key")


class Digest:
    """HMAC-SHA-256 of identities within one stream, 32 bytes each.

    The two keyed states of RFC 2104 are made once and copied: `hmac.digest` sets them up anew for
    every message, which costs more than the hashing.
    """

    def __init__(self, key: bytes, kind: int) -> None:
        block = key.ljust(64, b"\x00")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + bytes((kind,)))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def __call__(self, name: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(name)
        outer.update(inner.digest())
        return outer.digest()


def first_key(value: bytes) -> int:
    """Where the search for an HMAC begins: its first 8 bytes, signed."""
    return int.from_bytes(value[:8], "big", signed=True)


def insert_fresh(
    database: Database, connection: Connection, digests: Sequence[bytes], number: int
) -> bool:
    """The fast way for a batch of which nothing is there yet, records `number` and on.

    False if some key is taken, by a duplicate or by another HMAC; the transaction is then spoilt
    and must be rolled back. No key is looked for first: the B-tree's own uniqueness tells.
    """
    rows = sorted(zip(map(first_key, digests), range(number, number + len(digests)), strict=True))
    try:
        database.insert(connection, identity, rows)
    except IntegrityError:
        return False
    return True


def _next(key: int) -> int:
    return -_LARGEST - 1 if key == _LARGEST else key + 1


class Identities:
    """The part of the table that one batch needs, read ahead in a few queries, and what it adds."""

    def __init__(self, connection: Connection, digests: Iterable[bytes]) -> None:
        self._connection = connection
        self._slots: dict[int, tuple[bytes, int] | None] = {}
        self.added: list[tuple[int, int]] = []
        keys = sorted({first_key(value) for value in digests})
        self._slots = dict.fromkeys(keys)
        for listed in in_lists(keys):
            self._read(listed)

    def _read(self, listed: str) -> None:
        rows = self._connection.exec_driver_sql(
            f"SELECT key, record FROM identity WHERE key IN ({listed})"
        ).fetchall()
        records = {found: key for key, found in rows}
        for ids in in_lists(sorted(records)):
            for found, value in self._connection.exec_driver_sql(
                f"SELECT id, identity FROM record WHERE id IN ({ids})"
            ):
                self._slots[records.pop(found)] = (value, found)
        if records:
            raise BadEvidence("store-damaged", what="identity without record")

    def _slot(self, key: int) -> tuple[bytes, int] | None:
        if key not in self._slots:
            self._slots[key] = None
            self._read(str(key))
        return self._slots[key]

    def find(self, value: bytes) -> int | None:
        """The record of this HMAC."""
        key = first_key(value)
        while (slot := self._slot(key)) is not None:
            if hmac.compare_digest(slot[0], value):
                return slot[1]
            key = _next(key)
        return None

    def add(self, value: bytes, record_id: int) -> None:
        """Notes a record whose HMAC `find` did not find."""
        key = first_key(value)
        while self._slot(key) is not None:
            key = _next(key)
        self._slots[key] = (value, record_id)
        self.added.append((key, record_id))

    def save(self, database: Database) -> None:
        """Writes what was added, in the B-tree's order."""
        database.insert(self._connection, identity, sorted(self.added))


def payloads(
    connection: Connection, sealing: Sealing, ids: Iterable[int]
) -> dict[int, bytes | None]:
    """Payloads of records; None where erased."""
    found: dict[int, bytes | None] = {}
    for listed in in_lists(sorted(set(ids))):
        rows = connection.exec_driver_sql(
            f"SELECT id, identity, payload FROM record WHERE id IN ({listed})"
        )
        for number, value, kept in rows:
            found[int(number)] = None if kept is None else sealing.open_payload(value, kept)
    return found
