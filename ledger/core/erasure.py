"""Receipts of erasure (docs/spec/erasure.md): the institution's signed word that payloads are gone.

A receipt names leaves and no person; nothing in it is a hash of an identifier. Signed by a key of
the purpose `receipt` over `PREFIX` and the RFC 8785 form of the receipt without `signature`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ledger.core import ed25519
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.receipt import read_signature
from ledger.core.shape import Shape
from ledger.errors import BadEvidence

PREFIX = b"xuezheng/erasure/v1\x00"
TYPE = "XuezhengErasure"
MAX_LEAVES = 10_000_000
_MAX_INT = 2**53 - 1


@dataclass(frozen=True)
class ErasedLeaf:
    """A leaf that stays while its payload and salt are gone; `leaf` is its hash, 32 bytes."""

    index: int
    leaf: bytes


@dataclass(frozen=True)
class Erasure:
    """`streams`: per origin the leaves, ascending. `others`: how many names and documents went
    too. `time` in Unix seconds, `key` of 32 bytes, `signature` of 64."""

    domain: str
    time: int
    streams: tuple[tuple[str, tuple[ErasedLeaf, ...]], ...]
    others: int
    key: bytes
    signature: bytes = b""

    def body(self) -> dict[str, Any]:
        """The JSON without its signature."""
        return {
            "type": TYPE,
            "domain": self.domain,
            "time": self.time,
            "streams": [
                {
                    "origin": origin,
                    "erased": [{"index": one.index, "leaf": one.leaf.hex()} for one in leaves],
                }
                for origin, leaves in self.streams
            ],
            "others": self.others,
            "key": self.key.hex(),
        }

    def to_json(self) -> dict[str, Any]:
        """The JSON as it is handed out."""
        return {**self.body(), "signature": base64.b64encode(self.signature).decode()}

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return PREFIX + canonical_json(self.body())

    def signed(self, sign: Callable[[bytes], bytes]) -> Erasure:
        """The same with its signature."""
        return replace(self, signature=sign(self.signed_bytes()))

    def verify(self, public_key: bytes) -> None:
        """Raises BadEvidence("signature" | "public-key") unless that key signed it."""
        if ed25519.key_id(public_key) != self.key:
            raise BadEvidence("signature")
        ed25519.verify(public_key, self.signed_bytes(), self.signature)


def parse_erasure(data: bytes) -> Erasure:
    """The receipt in a file's bytes; total. Raises BadEvidence("erasure-format")."""
    try:
        value = parse_json(data, limit=1 << 30)
    except BadEvidence as bad:
        raise BadEvidence("erasure-format", pointer="/", expected="JSON") from bad
    top = Shape(value, "erasure-format").object(
        ("type", "domain", "time", "streams", "others", "key", "signature")
    )
    top["type"].exactly(TYPE)
    return Erasure(
        top["domain"].text(253),
        top["time"].integer(0, _MAX_INT),
        tuple(_stream(one) for one in top["streams"].items(100)),
        top["others"].integer(0, _MAX_INT),
        top["key"].hex(32),
        read_signature(top["signature"]),
    )


def _stream(shape: Shape) -> tuple[str, tuple[ErasedLeaf, ...]]:
    shape.object(("origin", "erased"))
    leaves = tuple(_leaf(one) for one in shape["erased"].items(MAX_LEAVES))
    return shape["origin"].text(300), leaves


def _leaf(shape: Shape) -> ErasedLeaf:
    shape.object(("index", "leaf"))
    return ErasedLeaf(shape["index"].integer(0, _MAX_INT), shape["leaf"].hex(32))
