"""docs/spec/audit.md is true."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from ledger.core.audit import AnchorFact, Rules, StreamAudit
from ledger.core.kinds import Kind
from ledger.core.registry import WriterRow
from ledger.errors import registered
from tests.core.audits import STRANGER

PAGE = (Path(__file__).parents[2] / "docs" / "spec" / "audit.md").read_text("utf-8")


def _example() -> tuple[dict[str, Any], Rules, list[AnchorFact], list[bytes]]:
    found = re.search(r"^```json example\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    example = json.loads(found[1])
    writers = tuple(WriterRow(one["account"], one["since_block"]) for one in example["writers"])
    anchors = [_fact(one) for one in example["anchors"]]
    rules = Rules(example["origin"], Kind.STATUS, writers, (), ())
    return example, rules, anchors, [bytes.fromhex(one) for one in example["entries"]]


def _fact(given: dict[str, Any]) -> AnchorFact:
    roots = {name: bytes.fromhex(given[name]) for name in ("root", "prev_root")}
    return AnchorFact(**{**given, **roots})


def _codes(rules: Rules, anchors: list[AnchorFact], entries: list[bytes]) -> list[str]:
    audit = StreamAudit(rules)
    for fact in anchors:
        audit.anchor(fact, entries[audit.size : fact.size])
    return [found.code for found in audit.findings]


def test_worked_example() -> None:
    example, rules, anchors, entries = _example()
    assert _codes(rules, anchors, entries) == example["findings"]
    left_out = _codes(rules, anchors, entries[:1])
    assert left_out == example["findings_when_the_second_entry_is_left_out"]
    foreign = [replace(one, sender=STRANGER) for one in anchors]
    assert _codes(rules, foreign, entries) == example["findings_when_another_account_anchored"]


def test_its_tile() -> None:
    example, rules, anchors, entries = _example()
    audit = StreamAudit(rules)
    for fact in anchors:
        audit.anchor(fact, entries[audit.size : fact.size])
    found = {tile.path: data.hex() for tile, data in audit.tiles.partial()}
    assert found == {"tile/0/000.p/2": example["tile/0/000.p/2"]}


def test_every_code_stands_in_the_table() -> None:
    listed = set(re.findall(r"^\| `(audit-[a-z-]+)` \|", PAGE, re.MULTILINE))
    known = {code for code in registered() if code.startswith("audit-")}
    assert listed == known - {"audit-state"}
