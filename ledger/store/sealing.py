"""What is sealed at rest, and under which key (docs/spec/store.md).

A payload is byte 01 ‖ sealed under the key of records. An older one, which was stored before
anything was sealed, is JSON and begins with another byte.
"""

from __future__ import annotations

import hmac

from sqlalchemy import select

from ledger.errors import BadEvidence, NotAllowed
from ledger.ports.statements import Cipher, Ciphers
from ledger.store.database import Database
from ledger.store.schema import setting

_SEALED = b"\x01"
_PAYLOAD = b"payload"
_CHECKS = ("records-key", "people-key")


class Sealing:
    """Seals and opens; without ciphers every use is NotAllowed("store-sealed")."""

    def __init__(self, ciphers: Ciphers | None) -> None:
        self._ciphers = ciphers

    @property
    def records(self) -> Cipher:
        return self._opened().records

    @property
    def people(self) -> Cipher:
        return self._opened().people

    def _opened(self) -> Ciphers:
        if self._ciphers is None:
            raise NotAllowed("store-sealed")
        return self._ciphers

    def seal_payload(self, digest: bytes, payload: bytes) -> bytes:
        """`digest`: the keyed HMAC of the record's identity, so that payloads cannot be swapped."""
        return _SEALED + self.records.seal(payload, _PAYLOAD + digest)

    def open_payload(self, digest: bytes, kept: bytes) -> bytes:
        """Raises BadEvidence("store-damaged")."""
        if kept[:1] != _SEALED:
            return kept
        return opened(self.records, kept[1:], _PAYLOAD + digest, "payload")

    def check(self, database: Database) -> None:
        """The keys are those that the store was sealed with; notes new ones on first use."""
        if self._ciphers is None:
            return
        for name, cipher in zip(_CHECKS, (self.records, self.people), strict=True):
            context = b"check " + name.encode()
            with database.read() as connection:
                wanted = select(setting.c.value).where(setting.c.name == name)
                found = connection.execute(wanted).scalar()
            if found is None:
                with database.write() as connection:
                    database.insert(connection, setting, [(name, cipher.seal(b"", context))])
            elif not hmac.compare_digest(opened(cipher, found, context, name), b""):
                raise BadEvidence("store-damaged", what=name)


def opened(cipher: Cipher, sealed: bytes, context: bytes, what: str) -> bytes:
    """The plain bytes; BadEvidence("store-damaged") names what does not open."""
    try:
        return cipher.open(sealed, context)
    except BadEvidence as error:
        raise BadEvidence("store-damaged", what=f"{what}: {error.code}") from error
