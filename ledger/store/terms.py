"""Keyed numbers in the place of names: no agent, id or address stands in the clear in the index.

A term is the first 8 bytes, signed big-endian, of HMAC-SHA-256(dedupe key, prefix ‖ value). With
64 bits two of 10,000,000 values share a term with a probability of 3 · 10⁻⁶.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from ledger.core.uuids import uuid_of
from ledger.core.xapi.mentions import Mention, Role
from ledger.store.dedupe import Digest, first_key

_ROLES = 0x10  # prefix = 0x10 + role; kinds of streams, which prefix identities, lie below
AUTHORITY, STATEMENT, ATTACHMENT, ACTIVITY, AGENT, FORM = range(0x20, 0x26)
DOCUMENT, SCOPE, REGISTRATION, SUBJECT, TYPE = range(0x26, 0x2B)
KNOWN = 40_000
"""Terms kept in memory for each role."""
_DERIVED = b"statement-id"


class Terms:
    """Terms of one store's key, the newest kept in memory. Safe for threads."""

    def __init__(self, key: bytes) -> None:
        self._digests = {prefix: Digest(key, prefix) for prefix in range(0x10, 0x2B)}
        self._known: list[dict[str, int]] = [{} for _ in range(max(Role) + 1)]
        # `Digest` prefixes one byte, so the rest of the word is part of what is hashed.
        self._derive = Digest(key, _DERIVED[0])

    def digest(self, prefix: int, *parts: str | bytes) -> bytes:
        """The whole HMAC, 32 bytes; parts are told apart by their lengths."""
        if len(parts) == 1:
            return self._digests[prefix](_bytes(parts[0]))
        packed = b"".join(struct.pack(">I", len(part)) + part for part in map(_bytes, parts))
        return self._digests[prefix](packed)

    def term(self, prefix: int, *parts: str | bytes) -> int:
        """64 bits of it, signed."""
        return first_key(self.digest(prefix, *parts))

    def of_mentions(self, mentions: Iterable[Mention]) -> list[int]:
        """The terms of a statement's mentions, or of a filter's."""
        found = []
        for role, value in mentions:
            known = self._known[role]
            term = known.get(value)
            if term is None:
                term = self.term(_ROLES + role, value)
                if len(known) >= KNOWN:
                    known.clear()
                known[value] = term
            found.append(term)
        return found

    def derived_id(self, hashed: bytes) -> bytes:
        """A version 8 UUID (RFC 9562 5.8) from the SHA-256 of a payload."""
        return uuid_of(self._derive(_DERIVED[1:] + hashed)).bytes


def pack(terms: Sequence[int]) -> bytes:
    """8 bytes for each."""
    return struct.pack(f">{len(terms)}q", *terms)


def unpack(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(packed) // 8}q", packed)


def _bytes(part: str | bytes) -> bytes:
    return part.encode() if isinstance(part, str) else part
