"""Evaluating: the value of every indicator for one subject and period, as bytes that never differ.

A record is a flat mapping (`docs/spec/teaching-records.md`). Only records of the subject, of the
types that the rule set reads, and of the period (`start` <= `at` < `end`) are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.core import merkle
from ledger.core.canonical import canonical_json
from ledger.core.evaluation.flat import record_bytes
from ledger.core.evaluation.holding import Holder
from ledger.core.evaluation.numbers import MAX_INTEGER, Missing, bounded, rounded, written
from ledger.core.evaluation.rules import Indicator, RuleSet
from ledger.core.evaluation.steps import StepMaker
from ledger.core.evaluation.world import Fields, Step, World
from ledger.errors import BadEvidence

FORMAT = "xuezheng-result/1"
_DOMAIN = b"xuezheng/result/v1\x00"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Period:
    """From `start` to before `end`, Unix seconds; the name is what the institution calls it."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Figure:
    """The value of one indicator: text of a number, a boolean, or None with the reasons.

    `inputs` are the leaf indexes of all records of the types that the value depends on, ascending.
    A substituted value has reasons too: why the true one is missing.
    """

    id: str
    unit: str
    value: str | bool | None
    missing: tuple[str, ...]
    inputs: tuple[int, ...]


@dataclass(frozen=True)
class Result:
    """The figures of one subject in the order of the rule set, and what they follow from."""

    rules: RuleSet
    subject: str
    period: Period
    figures: tuple[Figure, ...]
    input_root: bytes


class Evaluator:
    """A rule set made ready for many subjects."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        maker = StepMaker(rules.tables)
        self._steps: list[tuple[Indicator, Step]] = [
            (one, maker.of(one.value)) for one in rules.indicators
        ]
        self._holders = {name: Holder(kinds) for name, kinds in rules.reads.items()}
        self._used = frozenset().union(*(one.reads for one in rules.indicators))

    def evaluate(self, records: Iterable[Record], subject: str, period: Period) -> Result:
        """The figures of a subject.

        Raises BadEvidence rules-period, rules-record for a field that is not of its kind,
        rules-record-twice for a leaf that stands twice, rules-records-limit.
        """
        _check_period(period)
        chosen = self._chosen(records, subject, period)
        by_type: dict[str, list[Fields]] = {name: [] for name in self.rules.reads}
        for record in chosen:
            by_type[record["type"]].append(self._holders[record["type"]].fields(record))
        world = World(by_type, subject, period.start, period.end)
        inputs = {one.reads: _inputs(by_type, one.reads) for one, _ in self._steps}
        figures = {one.id: _figure(one, step, world, inputs) for one, step in self._steps}
        ordered = tuple(figures[name] for name in self.rules.listed)
        root = input_root(record for record in chosen if record["type"] in self._used)
        return Result(self.rules, subject, period, ordered, root)

    def _chosen(self, records: Iterable[Record], subject: str, period: Period) -> list[Record]:
        """The records that are looked at, by leaf."""
        found: dict[int, Record] = {}
        for record in records:
            if record.get("subject") != subject or record.get("type") not in self.rules.reads:
                continue
            leaf, _ = _integer(record, "leaf"), _integer(record, "at")
            if not in_period(self.rules, record, period):
                continue
            if leaf in found:
                raise BadEvidence("rules-record-twice", leaf=leaf)
            found[leaf] = record
        limit = self.rules.max_records
        if len(found) > limit:
            raise BadEvidence("rules-records-limit", found=len(found), limit=limit)
        return [found[leaf] for leaf in sorted(found)]


def in_period(rules: RuleSet, record: Record, period: Period) -> bool:
    """Whether a record of a type that the rule set reads belongs to a period: by its `at`, or as
    `placed` says by its `starts` or by any part of its span, where it has them as integers."""
    place = rules.placed.get(record["type"], "at")
    if place != "at":
        starts, ends = record.get("starts"), record.get("ends")
        if type(starts) is int and place == "starts":
            return period.start <= starts < period.end
        if type(starts) is type(ends) is int and place == "spans":
            return starts < period.end and ends > period.start
    return bool(period.start <= record["at"] < period.end)


def evaluate(rules: RuleSet, records: Iterable[Record], subject: str, period: Period) -> Result:
    """As `Evaluator.evaluate`, for one subject."""
    return Evaluator(rules).evaluate(records, subject, period)


def input_root(records: Iterable[Record]) -> bytes:
    """RFC 6962 root over the RFC 8785 bytes of the records, in the order given."""
    return merkle.root(merkle.leaf_hashes(map(record_bytes, records)))


def result_data(result: Result) -> dict[str, Any]:
    """The result as JSON data."""
    rules, period = result.rules, result.period
    return {
        "format": FORMAT,
        "rules": {"id": rules.id, "version": rules.version, "hash": rules.hash.hex()},
        "subject": result.subject,
        "period": {"name": period.name, "start": period.start, "end": period.end},
        "indicators": [
            {
                "id": one.id,
                "unit": one.unit,
                "value": one.value,
                "missing": list(one.missing),
                "inputs": list(one.inputs),
            }
            for one in result.figures
        ],
        "input_root": result.input_root.hex(),
    }


def result_bytes(result: Result) -> bytes:
    """The result as RFC 8785 JSON."""
    return canonical_json(result_data(result))


def result_hash(result: Result) -> bytes:
    """SHA-256("xuezheng/result/v1" ‖ 0x00 ‖ bytes of the result)."""
    return data_hash(result_data(result))


def data_hash(data: Mapping[str, Any]) -> bytes:
    """The same of a result's JSON data."""
    return sha256(_DOMAIN + canonical_json(dict(data))).digest()


Inputs = Mapping[frozenset[str], tuple[int, ...]]


def _inputs(records: Mapping[str, list[Fields]], types: frozenset[str]) -> tuple[int, ...]:
    """Leaf indexes of all records of these types."""
    return tuple(sorted(record["leaf"] for name in types for record in records[name]))


def _figure(one: Indicator, step: Step, world: World, inputs: Inputs) -> Figure:
    """Compute, round, substitute; what others refer to is the value that people see."""
    value = step(world)
    if one.step is not None and not isinstance(value, Missing):
        value = bounded(rounded(value, one.step, one.mode))
    reasons: tuple[str, ...] = ()
    if isinstance(value, Missing):
        reasons = tuple(sorted(value.reasons))
        value = value if one.substitute is None else one.substitute
    world.values[one.id] = value
    shown: str | bool | None
    if isinstance(value, Missing):
        shown = None
    else:
        shown = value if isinstance(value, bool) else written(value)
    return Figure(one.id, one.unit, shown, reasons, inputs[one.reads])


def _check_period(period: Period) -> None:
    bounds = (period.start, period.end)
    if not all(type(one) is int and abs(one) <= MAX_INTEGER for one in bounds):
        raise BadEvidence("rules-period", expected="integers, Unix seconds")
    if period.start >= period.end:
        raise BadEvidence("rules-period", expected="start < end")


def _integer(record: Record, name: str) -> int:
    value = record.get(name)
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise BadEvidence(
            "rules-record", leaf=record.get("leaf", "—"), field=name, expected="integer from 0"
        )
    return value
