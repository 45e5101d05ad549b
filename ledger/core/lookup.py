"""The public look-up: from a frame or a document to its leaf (docs/spec/lookup.md).

Keys are SHA-256 of the QR frame and the commitment of the JSON document. A bucket holds every key
whose first d bits are the asked ones, so that the host does not learn which one is looked at.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from ledger.core import messages_credentials as _messages  # noqa: F401  (registers the codes)
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.shape import Shape
from ledger.errors import BadEvidence

MIN_MEMBERS = 64
MAX_BITS = 64
MAX_MEMBERS = 4096
MAX_ANSWER = 8 * 1024 * 1024
MAX_SIZE = 2**53 - 1
_MAX_PATH = 64
_MAX_ENTRY = 400


@dataclass(frozen=True)
class Member:
    """One key of a bucket with the entry behind it and its proof.

    `path` proves the entry at leaf `index` to the bucket's size; `anchor_seq` and `anchor_block`
    say which `Anchored` event first covers it, for the chain to confirm.
    """

    key: bytes
    index: int
    entry: bytes
    path: tuple[bytes, ...]
    anchor_seq: int
    anchor_block: int


@dataclass(frozen=True)
class Bucket:
    """A look-up answer: the anchored size that the paths lead to, and the members."""

    size: int
    members: tuple[Member, ...]


def depth(size: int) -> int:
    """Bits to ask for with a stream of `size` entries: the longest d with size / 2**d >= 64."""
    return max(0, (size // MIN_MEMBERS).bit_length() - 1)


def bucket(key: bytes, bits: int) -> str:
    """The hex of the look-up address: max(1, ⌈bits/4⌉) digits, unused low bits zero."""
    digits = max(1, -(-bits // 4))
    kept = int.from_bytes(key, "big") >> (8 * len(key) - bits) if bits else 0
    return f"{kept << (4 * digits - bits):0{digits}x}"


def prefix_bytes(bits: int, text: str) -> bytes:
    """The asked bits as bytes, zero-padded to 8: BadEvidence for an address nobody may use."""
    shape = Shape(text, "lookup-format", "/hex")
    digits = max(1, -(-bits // 4))
    if not 0 <= bits <= MAX_BITS:
        Shape(bits, "lookup-format", "/bits").refuse(f"integer 0..{MAX_BITS}")
    if len(text) != digits or not set(text) <= set("0123456789abcdef"):
        shape.refuse(f"{digits} lower-case hex digits")
    value = int(text, 16)
    if value & ((1 << (4 * digits - bits)) - 1):
        shape.refuse("unused low bits zero")
    return (value << (MAX_BITS - 4 * digits)).to_bytes(MAX_BITS // 8, "big")


def in_bucket(key: bytes, bits: int, text: str) -> bool:
    """Whether the key belongs to the bucket of that address."""
    return bucket(key, bits) == text


def format_bucket(answer: Bucket) -> bytes:
    """The answer's JSON, RFC 8785."""
    return canonical_json(
        {
            "size": answer.size,
            "members": [
                {
                    "key": member.key.hex(),
                    "index": member.index,
                    "entry": base64.b64encode(member.entry).decode(),
                    "path": [node.hex() for node in member.path],
                    "anchor": {"seq": member.anchor_seq, "block": member.anchor_block},
                }
                for member in answer.members
            ],
        }
    )


def parse_bucket(data: bytes) -> Bucket:
    """An answer read strictly; total: BadEvidence("lookup-format"). No proof is checked here."""
    if len(data) > MAX_ANSWER:
        raise BadEvidence("lookup-format", pointer="/", expected=f"at most {MAX_ANSWER} bytes")
    try:
        value: Any = parse_json(data)
    except BadEvidence as refusal:
        raise BadEvidence("lookup-format", pointer="/", expected="JSON") from refusal
    top = Shape(value, "lookup-format").object(("size", "members"))
    size = top["size"].integer(0, MAX_SIZE)
    members = tuple(_member(item, size) for item in top["members"].items(MAX_MEMBERS))
    return Bucket(size, members)


def _member(shape: Shape, size: int) -> Member:
    shape.object(("key", "index", "entry", "path", "anchor"))
    anchor = shape["anchor"].object(("seq", "block"))
    return Member(
        key=shape["key"].hex(32),
        index=shape["index"].integer(0, size - 1),
        entry=_entry(shape["entry"]),
        path=tuple(node.hex(32) for node in shape["path"].items(_MAX_PATH)),
        anchor_seq=anchor["seq"].integer(1, MAX_SIZE),
        anchor_block=anchor["block"].integer(0, MAX_SIZE),
    )


def _entry(shape: Shape) -> bytes:
    text = shape.text(4 * _MAX_ENTRY // 3 + 4)
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        shape.refuse("base64")
    if len(data) > _MAX_ENTRY or base64.b64encode(data).decode() != text:
        shape.refuse(f"canonical base64 of at most {_MAX_ENTRY} bytes")
    return data
