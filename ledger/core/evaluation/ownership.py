"""One fact, one source: the owner's record of a fact counts; others are compared and set aside.

Two records are of one fact if type and object are the same and, where an object has many (a
discussion counted week by week), also the start or the time. Nothing is overwritten silently: every
disagreement is a finding, whatever counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core.evaluation.charter import Owner

Record = Mapping[str, Any]
ONCE = frozenset(
    ("course-created", "course-published", "run-opened", "slot-scheduled", "session-delivered",
     "open-course-operated")
)  # fmt: skip
"""Types of which an object has one record; of others it has one at a time."""
_NO_FACT = frozenset(
    ("leaf", "at", "by", "actor", "source", "statement", "supersedes", "reason", "type", "subject")
)
"""Fields that say where a record comes from, not what it tells."""


@dataclass
class Settled:
    """`counted` in no order; aside and findings as in `standing`."""

    counted: list[Record] = field(default_factory=list)
    aside: dict[int, str] = field(default_factory=dict)
    findings: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)


def fact_of(record: Record) -> tuple[Any, ...]:
    """What the record is a record of."""
    if record["type"] in ONCE:
        return record["type"], record["object"]
    return record["type"], record["object"], record.get("starts", record["at"])


def settle(records: Sequence[Record], owners: Mapping[str, Owner]) -> Settled:
    """The records that count where types and fields have owners."""
    settled = Settled()
    facts: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        if record["type"] in owners:
            facts.setdefault(fact_of(record), []).append(record)
        else:
            settled.counted.append(record)
    for same in facts.values():
        _settle(same, owners[same[0]["type"]], settled)
    return settled


def _settle(same: list[Record], owner: Owner, settled: Settled) -> None:
    there = {record["source"] for record in same}
    counts = next((source for source in owner.sources if source in there), None)
    own = [record for record in same if record["source"] == counts]
    others = [record for record in same if record["source"] != counts]
    for other in others:
        settled.aside[other["leaf"]] = "second-source" if own else "not-owner"
        if not own:
            settled.findings.append(("source-not-owner", (other["leaf"],)))
    for record in own:
        for other in others:
            if _differ(record, other):
                settled.findings.append(("source-disagrees", (record["leaf"], other["leaf"])))
        settled.counted.append(_with_owned(record, others, owner, settled))


def _differ(one: Record, other: Record) -> bool:
    """Whether a field that both have has two values."""
    return any(one[name] != other[name] for name in one.keys() & other.keys() - _NO_FACT)


def _with_owned(record: Record, others: Sequence[Record], owner: Owner, settled: Settled) -> Record:
    """The record with each field that another system owns as that system says it; absent where
    that system says nothing."""
    if not owner.fields:
        return record
    changed = dict(record)
    for name, source in owner.fields.items():
        if source == record["source"] or name not in record:
            continue
        theirs = [one[name] for one in others if one["source"] == source and name in one]
        if theirs:
            changed[name] = theirs[-1]
        else:
            del changed[name]
            settled.findings.append(("field-not-owned", (record["leaf"],)))
    return changed
