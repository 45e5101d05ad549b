"""The text of an inclusion proof with its checkpoint, C2SP `tlog-proof@v1`.

    c2sp.org/tlog-proof@v1
    extra <base64>              (may be absent)
    index <decimal>
    <base64 of 32 bytes>        (one a line, from the leaf's sibling upwards)

    <the signed checkpoint, verbatim>

Nothing is verified here. Refusals: BadEvidence("tlog-proof").
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import NoReturn

from ledger.core import merkle
from ledger.core import messages_records as _messages  # noqa: F401  (registers the codes)
from ledger.errors import BadEvidence

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63
MAX_LENGTH = 1 << 16
"""Bytes of the whole text: a path of 63 hashes and a note with many witnesses have less."""

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class TlogProof:
    """`path` from the leaf's sibling to the root's child; `checkpoint`: bytes of the signed note;
    `extra` is opaque and authenticated by nothing."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""


def format_tlog_proof(proof: TlogProof) -> str:
    """The text, which `parse_tlog_proof` reads back."""
    lines = [HEADER]
    if proof.extra:
        lines.append(f"extra {_base64(proof.extra)}")
    lines += [f"index {proof.index}", *map(_base64, proof.path), ""]
    return "\n".join(lines) + "\n" + proof.checkpoint.decode("utf-8")


def parse_tlog_proof(text: str) -> TlogProof:
    """The proof in a text; total."""
    if len(text) > MAX_LENGTH:
        _refuse("size")
    head, blank, note = text.partition("\n\n")
    if not blank:
        _refuse("checkpoint")
    lines = head.split("\n")
    if lines.pop(0) != HEADER:
        _refuse("header")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = _decoded(lines.pop(0).removeprefix("extra "))
    found = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if found is None or int(found[1]) > merkle.MAX_SIZE:
        _refuse("index")
    if len(lines) > MAX_PATH:
        _refuse("path")
    path = tuple(_decoded(line) for line in lines)
    if any(len(node) != merkle.HASH_LENGTH for node in path):
        _refuse("path")
    try:
        return TlogProof(int(found[1]), path, note.encode("utf-8"), extra)
    except UnicodeEncodeError as error:
        raise BadEvidence("tlog-proof", reason="utf-8") from error


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(text: str) -> bytes:
    """Standard base64 with padding; only the one encoding of the bytes is taken."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadEvidence("tlog-proof", reason="base64") from error
    if not data or _base64(data) != text:
        _refuse("base64")
    return data


def _refuse(reason: str) -> NoReturn:
    raise BadEvidence("tlog-proof", reason=reason)
