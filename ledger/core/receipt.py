"""Receipts: what the institution promised about a record (docs/spec/receipt.md), as a value.

The signature is Ed25519 by a key of the purpose `receipt` over `PREFIX` and the RFC 8785 form of
the receipt without `signature`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger.core import ed25519
from ledger.core import messages_records as _messages  # noqa: F401  (registers the codes)
from ledger.core.canonical import canonical_json
from ledger.core.shape import Shape
from ledger.errors import BadEvidence

PREFIX = b"xuezheng/receipt/v1\x00"
TYPE = "XuezhengReceipt"
MEMBERS = ("type", "origin", "index", "leaf", "anchored_by", "key", "signature")
_MAX_INT = 2**53 - 1


@dataclass(frozen=True)
class Receipt:
    """`leaf` and `key` have 32 bytes, `signature` 64; `anchored_by` in Unix seconds."""

    origin: str
    index: int
    leaf: bytes
    anchored_by: int
    key: bytes
    signature: bytes = b""

    def body(self) -> dict[str, Any]:
        """The JSON without its signature."""
        return {
            "type": TYPE,
            "origin": self.origin,
            "index": self.index,
            "leaf": self.leaf.hex(),
            "anchored_by": self.anchored_by,
            "key": self.key.hex(),
        }

    def to_json(self) -> dict[str, Any]:
        """The JSON as it is handed out."""
        return {**self.body(), "signature": base64.b64encode(self.signature).decode()}

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return PREFIX + canonical_json(self.body())

    def signed(self, sign: Callable[[bytes], bytes]) -> Receipt:
        """The same with its signature."""
        signature = sign(self.signed_bytes())
        return Receipt(self.origin, self.index, self.leaf, self.anchored_by, self.key, signature)

    def verify(self, public_key: bytes) -> None:
        """Raises BadEvidence("signature" | "public-key") unless that key signed it."""
        if ed25519.key_id(public_key) != self.key:
            raise BadEvidence("signature")
        ed25519.verify(public_key, self.signed_bytes(), self.signature)


def read_receipt(shape: Shape) -> Receipt:
    """A receipt by its grammar, at the place where it stands in other JSON."""
    shape.object(MEMBERS)
    shape["type"].exactly(TYPE)
    return Receipt(
        shape["origin"].text(300),
        shape["index"].integer(0, _MAX_INT),
        shape["leaf"].hex(32),
        shape["anchored_by"].integer(0, _MAX_INT),
        shape["key"].hex(32),
        read_signature(shape["signature"]),
    )


def read_signature(shape: Shape) -> bytes:
    """64 bytes in standard base64."""
    text = shape.text(88, 88)
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        shape.refuse("64 bytes in base64")
    if len(data) != 64 or base64.b64encode(data).decode() != text:
        shape.refuse("64 bytes in base64")
    return data
