"""UUIDs that follow from what they name (RFC 9562 §5.8, version 8)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

from ledger.core.canonical import canonical_json


def uuid_of(digest: bytes) -> UUID:
    """A version 8 UUID with the first 16 bytes of a digest, less version and variant."""
    made = bytearray(digest[:16])
    made[6] = made[6] & 0x0F | 0x80
    made[8] = made[8] & 0x3F | 0x80
    return UUID(bytes=bytes(made))


def uuid_named(value: Any) -> UUID:
    """The UUID of any JSON value."""
    return uuid_of(sha256(canonical_json(value)).digest())
