"""A report: a result, and what has to be said of the rules and records that it follows from.

Format: `docs/spec/report.md`. The report is the payload of its act; the file that people get adds
the rule set, and what opens the commitment of the act's entry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.evaluation.labels import LABELS
from ledger.core.evaluation.recompute import Claim, read_claim, read_leaves
from ledger.core.shape import Shape
from ledger.errors import BadEvidence

FORMAT = "xuezheng-report/1"
TYPE = "XuezhengReport"
VERSION = 1
MAX_REPORT = 16 << 20
_DOMAIN = b"xuezheng/report/v1\x00"
_MAX_INT = 2**53 - 1
_MAX_LEAVES = 1_000_000
CHAINED = "teaching"
STREAMS = ("learning", CHAINED)
"""Where the records of a report may come from. In one of them every subject's are numbered: only
there can a report say up to which one it accounts for them, and there it has to."""


@dataclass(frozen=True)
class Report:
    """A report: well-formed, and no more than that. `data` is its JSON."""

    data: Mapping[str, Any]
    claim: Claim

    @property
    def institution(self) -> str:
        return str(self.data["institution"])

    @property
    def subject(self) -> str:
        return self.claim.subject

    @property
    def stream(self) -> str:
        """The stream of its records."""
        return str(self.data["records"]["stream"])

    @property
    def rules_hash(self) -> bytes:
        return bytes.fromhex(self.claim.data["rules"]["hash"])

    @property
    def hash(self) -> bytes:
        return report_hash(self.data)


@dataclass(frozen=True)
class ReportFile:
    """A report as a file: with its rule set, and its act's leaf, entry and salt."""

    report: Report
    rules: Any
    leaf: int
    entry: bytes
    salt: bytes


def report_hash(data: Mapping[str, Any]) -> bytes:
    """SHA-256("xuezheng/report/v1" ‖ 0x00 ‖ RFC 8785 bytes of the report), which people sign."""
    return sha256(_DOMAIN + canonical_json(dict(data))).digest()


def read_report(value: Any, pointer: str = "") -> Report:
    """The report in JSON data. Raises BadEvidence report-format with the place, result-format,
    json where the result is nested too deeply."""
    top = Shape(value, "report-format", pointer).object(
        ("format", "institution", "result", "result_hash", "labels", "rules", "charter", "records",
         "evaluation", "aside", "findings")
    )  # fmt: skip
    top["format"].exactly(FORMAT)
    top["institution"].text(253)
    labels = [one.one_of(LABELS) for one in top["labels"].items(len(LABELS))]
    if labels != [label for label in LABELS if label in labels]:
        top["labels"].refuse("each once, in order")
    rules = top["rules"].object(("leaf", "approvals"))
    _leaf_or_null(rules["leaf"])
    for leaf in rules["approvals"].items(1_000):
        leaf.integer(0, _MAX_INT)
    _leaf_or_null(top["charter"])
    _read_records(top["records"])
    top["evaluation"].integer(0, _MAX_INT)
    for one in top["aside"].items(_MAX_LEAVES):
        one.object(("leaf", "reason"))
        one["leaf"].integer(0, _MAX_INT)
        one["reason"].text(60)
    for one in top["findings"].items(_MAX_LEAVES):
        one.object(("code", "leaves"))
        one["code"].text(60)
        read_leaves(one["leaves"])
    top["result_hash"].hex(32)
    return Report(value, read_claim(_canonical(top["result"])))


def _canonical(shape: Shape) -> bytes:
    if type(shape.value) is not dict:
        shape.refuse("object")
    try:
        return canonical_json(shape.value)
    except BadEvidence:
        shape.refuse("I-JSON")


def _leaf_or_null(shape: Shape) -> None:
    if shape.value is not None:
        shape.integer(0, _MAX_INT)


def _read_records(shape: Shape) -> None:
    """Which stream up to which size, and up to which record of the subject it accounts for."""
    shape.object(("stream", "size", "root", "count", "last"))
    shape["stream"].one_of(STREAMS)
    shape["size"].integer(0, _MAX_INT)
    shape["root"].hex(32)
    if shape["stream"].value == CHAINED:
        count = shape["count"].integer(0, _MAX_INT)
        if count:
            shape["last"].integer(count - 1, _MAX_INT)
        else:
            shape["last"].exactly(None)
        return
    for part in ("count", "last"):
        shape[part].exactly(None)


# ------------------------------------------------------------------- the file


def format_report(file: ReportFile) -> bytes:
    """The file: one line of JSON in UTF-8; the page beside it is for people."""
    value = {
        "type": TYPE,
        "version": VERSION,
        "report": file.report.data,
        "rules": file.rules,
        "leaf": file.leaf,
        "entry": file.entry.hex(),
        "salt": file.salt.hex(),
    }
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def parse_report(data: bytes) -> ReportFile:
    """The report in a file's bytes. Raises BadEvidence json, report-format, result-format."""
    value = parse_json(data, limit=MAX_REPORT)
    top = Shape(value, "report-format").object(
        ("type", "version", "report", "rules", "leaf", "entry", "salt")
    )
    top["type"].exactly(TYPE)
    top["version"].exactly(VERSION)
    report = read_report(top["report"].value, "/report")
    if type(top["rules"].value) is not dict:
        top["rules"].refuse("object")
    entry = top["entry"].text(800)
    try:
        raw = bytes.fromhex(entry)
    except ValueError:
        top["entry"].refuse("lower-case hex")
    if raw.hex() != entry:
        top["entry"].refuse("lower-case hex")
    leaf = top["leaf"].integer(0, _MAX_INT)
    return ReportFile(report, value["rules"], leaf, raw, top["salt"].hex(32))
