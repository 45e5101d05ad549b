"""Recomputing: whether a claimed result follows from a rule set and records, and where it does not.

`docs/spec/rules.md`, *Recomputing*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.evaluation.evaluate import FORMAT, Period, Record, evaluate, result_data
from ledger.core.evaluation.numbers import MAX_INTEGER
from ledger.core.evaluation.rules import MAX_INDICATORS, MAX_RECORDS, RuleSet, check_rules
from ledger.core.shape import Shape
from ledger.errors import BadEvidence

MOST_NAMED = 20
_TOP = ("format", "rules", "subject", "period", "indicators", "input_root")
_INDICATOR = ("id", "unit", "value", "missing", "inputs")


@dataclass(frozen=True)
class Claim:
    """A result as somebody handed it in: well-formed, and no more than that."""

    data: Mapping[str, Any]

    @property
    def subject(self) -> str:
        return str(self.data["subject"])

    @property
    def period(self) -> Period:
        return Period(**self.data["period"])

    @property
    def figures(self) -> dict[str, Mapping[str, Any]]:
        return {one["id"]: one for one in self.data["indicators"]}


def read_claim(data: bytes) -> Claim:
    """The claim in a result's bytes.

    Raises BadEvidence json, or result-format with the place, also where the bytes are not RFC 8785.
    """
    value = parse_json(data)
    top = Shape(value, "result-format").object(_TOP)
    top["format"].exactly(FORMAT)
    rules = top["rules"].object(("id", "version", "hash"))
    rules["id"].text()
    rules["version"].integer(1, MAX_INTEGER)
    rules["hash"].hex(32)
    top["subject"].text(2_000, 0)
    period = top["period"].object(("name", "start", "end"))
    period["name"].text(2_000, 0)
    for key in ("start", "end"):
        period[key].integer(-MAX_INTEGER, MAX_INTEGER)
    names = [_read_indicator(one) for one in top["indicators"].items(MAX_INDICATORS)]
    if len(set(names)) != len(names):
        top["indicators"].refuse("each indicator once")
    top["input_root"].hex(32)
    if canonical_json(value) != data:
        top.refuse("RFC 8785")
    return Claim(value)


def _read_indicator(one: Shape) -> str:
    one.object(_INDICATOR)
    one["unit"].text()
    if type(one["value"].value) not in (bool, type(None)):
        one["value"].text(2_000)
    for reason in one["missing"].items(10_000):
        reason.text(10_000)
    read_leaves(one["inputs"])
    return one["id"].text()


def read_leaves(shape: Shape) -> None:
    """A list of leaf indexes, of any length up to the records of a rule set: millions in all, so
    each is looked at by itself only to name the one that is none."""
    leaves = shape.value
    plain = type(leaves) is list and len(leaves) <= MAX_RECORDS
    if plain and all(type(leaf) is int and 0 <= leaf <= MAX_INTEGER for leaf in leaves):
        return
    for leaf in shape.items(MAX_RECORDS):
        leaf.integer(0, MAX_INTEGER)


def recompute(claim: Claim, rules: Any, records: Iterable[Record]) -> tuple[BadEvidence, ...]:
    """Every difference between the claim and what follows from the rule set and the records.

    Empty when both are the same to the byte. Raises what `check_rules` and `evaluate` raise: then
    nothing follows at all.
    """
    checked = check_rules(rules)
    found = result_data(evaluate(checked, records, claim.subject, claim.period))
    return compare_results(claim, found, checked)


def compare_results(
    claim: Claim, found: Mapping[str, Any], rules: RuleSet
) -> tuple[BadEvidence, ...]:
    """Every difference between a claim and a result (`result_data`) by a rule set."""
    if canonical_json(dict(found)) == canonical_json(dict(claim.data)):
        return ()
    return tuple(_differences(claim, found, rules))


def _differences(claim: Claim, found: Any, rules: RuleSet) -> Iterator[BadEvidence]:
    if claim.data["rules"] != found["rules"]:
        claimed = claim.data["rules"]
        yield BadEvidence(
            "result-rules",
            claimed=f"{claimed['id']} {claimed['version']} {claimed['hash'][:16]}",
            found=f"{rules.id} {rules.version} {rules.hash.hex()[:16]}",
        )
    listed = [one["id"] for one in claim.data["indicators"]]
    if listed != list(rules.listed):
        yield BadEvidence(
            "result-indicators", claimed=", ".join(listed), found=", ".join(rules.listed)
        )
    for one in found["indicators"]:
        if one["id"] in claim.figures:
            yield from _of_indicator(claim.figures[one["id"]], one)
    if claim.data["input_root"] != found["input_root"]:
        yield BadEvidence(
            "result-root", claimed=claim.data["input_root"], found=found["input_root"]
        )


def _of_indicator(claimed: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[BadEvidence]:
    name = found["id"]
    if claimed["inputs"] != found["inputs"]:
        named, there = set(claimed["inputs"]), set(found["inputs"])
        yield BadEvidence(
            "result-inputs",
            indicator=name,
            absent=_leaves(named - there),
            added=_leaves(there - named),
        )
    for key in ("unit", "value", "missing"):
        if claimed[key] != found[key]:
            yield BadEvidence(
                "result-value",
                indicator=name,
                part=key,
                claimed=_shown(claimed[key]),
                found=_shown(found[key]),
            )


def _leaves(leaves: set[int]) -> str:
    """Some leaf indexes for a sentence."""
    ordered = sorted(leaves)
    more = f" ... ({len(ordered)})" if len(ordered) > MOST_NAMED else ""
    return (", ".join(map(str, ordered[:MOST_NAMED])) or "—") + more


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "—"
    return "—" if value is None else str(value)
