"""One fact, one source: the owner's record of a fact counts; others are compared and set aside.

Two records are of one fact if type and object are the same and, where an object has many (a
discussion counted week by week), also the start or the time; several observers of one session
observe each for oneself. What a system says first of a fact is its word: it may say otherwise only
by a record that supersedes. Nothing is overwritten silently: every disagreement is a finding,
whatever counts.
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
EACH = frozenset(("observation-made",))
"""Types of which everybody has an own record of the same object."""
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
    who = record["actor"] if record["type"] in EACH else None
    return record["type"], record["object"], record.get("starts", record["at"]), who


def settle(records: Sequence[Record], owners: Mapping[str, Owner]) -> Settled:
    """The records that count where types and fields have owners. `records`: in the order in which
    they were said."""
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
    said: dict[str, Record] = {}
    for record in same:
        first = said.setdefault(record["source"], record)
        if first is not record:
            settled.aside[record["leaf"]] = "repeated"
            _compare(first, record, settled)
    own = next((said[source] for source in owner.sources if source in said), None)
    for other in said.values():
        if own is None:
            settled.aside[other["leaf"]] = "not-owner"
            settled.findings.append(("source-not-owner", (other["leaf"],)))
        elif other is not own:
            settled.aside[other["leaf"]] = "second-source"
            _compare(own, other, settled)
    if own is not None:
        settled.counted.append(_with_owned(own, said, owner, settled))


def _compare(one: Record, other: Record, settled: Settled) -> None:
    if _differ(one, other):
        settled.findings.append(("source-disagrees", (one["leaf"], other["leaf"])))


def _differ(one: Record, other: Record) -> bool:
    """Whether a field that both have has two values."""
    return any(one[name] != other[name] for name in one.keys() & other.keys() - _NO_FACT)


def _with_owned(
    record: Record, said: Mapping[str, Record], owner: Owner, settled: Settled
) -> Record:
    """The record with each field that another system owns as that system says it; absent where
    that system says nothing. `said`: the record of each system, by source."""
    changed = dict(record)
    for name, source in owner.fields.items():
        theirs = said.get(source, {})
        if name in theirs:
            changed[name] = theirs[name]
        elif changed.pop(name, None) is not None:
            settled.findings.append(("field-not-owned", (record["leaf"],)))
    return changed if owner.fields else record
