"""A record file: one statement with everything that proves it (docs/spec/export.md).

`parse_record` is total: any bytes give a record or BadEvidence("record-format"). Nothing is
verified here but the form.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ledger.core.canonical import DEFAULT_DEPTH, canonical_json, parse_json
from ledger.core.entry import MAX_LENGTH as MAX_ENTRY
from ledger.core.entry import RecordEntry, decode
from ledger.core.receipt import Receipt, read_receipt
from ledger.core.shape import Shape
from ledger.core.streams import Origin, parse_origin
from ledger.core.tlog_proof import MAX_LENGTH as MAX_PROOF
from ledger.core.tlog_proof import TlogProof, format_tlog_proof, parse_tlog_proof
from ledger.errors import BadEvidence

TYPE = "XuezhengRecord"
VERSION = 1
MAX_RECORD = 4 << 20
"""Bytes of a record file: a statement has at most 1 MiB."""
_MAX_DEPTH = DEFAULT_DEPTH + 2
"""A statement's levels, with the envelope and the file around it."""
MAX_INT = 2**53 - 1


@dataclass(frozen=True)
class AnchorAt:
    """Where on chain an anchor of the stream is to be found."""

    seq: int
    block: int


@dataclass(frozen=True)
class Anchorage:
    """`proof` leads to the root of the anchor `anchored`; `covering` is the first anchor that
    covers the entry, whose block is its ledger time."""

    proof: TlogProof
    anchored: AnchorAt
    covering: AnchorAt


@dataclass(frozen=True)
class RecordFile:
    """A statement as submitted, and its evidence: an anchorage, or, before an anchor covers it,
    the receipt. `shown` is what the store says about it: nothing proves that. `envelope` is the
    payload of a teaching record, in which the statement lies; None where the statement is it."""

    origin: str
    statement: dict[str, Any]
    salt: bytes
    entry: bytes
    anchorage: Anchorage | None
    receipt: Receipt | None = None
    shown: dict[str, Any] = field(default_factory=dict)
    envelope: dict[str, Any] | None = None

    @property
    def payload(self) -> bytes:
        """The canonical bytes to which the entry's commitment is."""
        return canonical_json(self.statement if self.envelope is None else self.envelope)

    @property
    def place(self) -> Origin:
        """Domain, kind and generation of the stream."""
        return parse_origin(self.origin)

    @property
    def record_entry(self) -> RecordEntry:
        """The entry decoded; `parse_record` has seen that it is one of a record."""
        entry = decode(self.entry)
        assert isinstance(entry, RecordEntry)
        return entry

    @property
    def index(self) -> int:
        """The leaf index that the evidence names."""
        if self.anchorage is not None:
            return self.anchorage.proof.index
        return self.receipt.index if self.receipt is not None else -1


def format_record(record: RecordFile) -> bytes:
    """The file: JSON for people to read, in UTF-8 with a newline at its end."""
    value: dict[str, Any] = {
        "type": TYPE,
        "version": VERSION,
        "origin": record.origin,
        **(
            {"statement": record.statement}
            if record.envelope is None
            else {"envelope": record.envelope}
        ),
        "shown": record.shown,
        "salt": record.salt.hex(),
        "entry": record.entry.hex(),
    }
    if record.anchorage is not None:
        value["proof"] = format_tlog_proof(record.anchorage.proof)
        value["anchored"] = _anchor_json(record.anchorage.anchored)
        value["covering"] = _anchor_json(record.anchorage.covering)
    if record.receipt is not None:
        value["receipt"] = record.receipt.to_json()
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def calls_itself_record(data: bytes) -> bool:
    """Whether bytes mean to be a record file, however broken the rest may be."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and f'"{TYPE}"'.encode() in data


def parse_record(data: bytes) -> RecordFile:
    """The record in a file's bytes. Raises BadEvidence("record-format")."""
    try:
        value = parse_json(data, _MAX_DEPTH, MAX_RECORD)
    except BadEvidence as bad:
        why = f"JSON ({bad.detail.get('reason')})"
        raise BadEvidence("record-format", pointer="/", expected=why) from bad
    top = Shape(value, "record-format").object(
        ("type", "version", "origin", "salt", "entry"),
        ("statement", "envelope", "shown", "proof", "anchored", "covering", "receipt"),
    )
    top["type"].exactly(TYPE)
    top["version"].exactly(VERSION)
    shown = _map(top["shown"]) if top.has("shown") else {}
    statement, envelope = _payload(top)
    origin = _origin(top["origin"])
    entry = _entry(top["entry"], origin)
    anchorage = _anchorage(top) if top.has("proof") else None
    receipt = read_receipt(top["receipt"]) if top.has("receipt") else None
    if anchorage is None and receipt is None:
        top["proof"].refuse("present")
    salt = top["salt"].hex(32)
    found = RecordFile(origin, statement, salt, entry, anchorage, receipt, shown, envelope)
    try:
        assert found.payload
    except BadEvidence as bad:
        pointer = "/statement" if envelope is None else "/envelope"
        raise BadEvidence("record-format", pointer=pointer, expected="I-JSON") from bad
    return found


def _payload(top: Shape) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The statement, and the envelope in which it lies, if it does: one of both is in the file."""
    if not top.has("envelope"):
        return _map(top["statement"]), None
    if top.has("statement"):
        top["statement"].refuse("absent beside an envelope")
    envelope = _map(top["envelope"])
    return _map(top["envelope"]["statement"]), envelope


def _map(shape: Shape) -> dict[str, Any]:
    if type(shape.value) is not dict:
        shape.refuse("object")
    return dict(shape.value)


def _origin(shape: Shape) -> str:
    text = shape.text(300)
    try:
        kind = parse_origin(text).kind
    except BadEvidence:
        shape.refuse("<domain>/learning | <domain>/teaching")
    if kind.name not in ("LEARNING", "TEACHING"):
        shape.refuse("<domain>/learning | <domain>/teaching")
    return text


def _entry(shape: Shape, origin: str) -> bytes:
    text = shape.text(2 * MAX_ENTRY)
    try:
        data = bytes.fromhex(text)
        entry = decode(data)
    except (ValueError, BadEvidence):
        shape.refuse("entry in lower-case hex")
    if data.hex() != text:
        shape.refuse("entry in lower-case hex")
    if not isinstance(entry, RecordEntry) or entry.kind != parse_origin(origin).kind:
        shape.refuse("entry of that stream's kind")
    return data


def _anchorage(top: Shape) -> Anchorage:
    try:
        proof = parse_tlog_proof(top["proof"].text(MAX_PROOF))
    except BadEvidence as bad:
        if bad.code != "tlog-proof":
            raise
        top["proof"].refuse(f"tlog-proof@v1 ({bad.detail.get('reason')})")
    return Anchorage(proof, _anchor(top["anchored"]), _anchor(top["covering"]))


def _anchor(shape: Shape) -> AnchorAt:
    shape.object(("seq", "block"))
    return AnchorAt(shape["seq"].integer(1, MAX_INT), shape["block"].integer(0, MAX_INT))


def _anchor_json(at: AnchorAt) -> dict[str, int]:
    return {"seq": at.seq, "block": at.block}
