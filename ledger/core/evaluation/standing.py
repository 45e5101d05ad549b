"""Which records of a subject count, which are set aside and why (`docs/spec/standing.md`).

The procedure, numbered as in the code:

1. every number of the subject's chain is accounted for: a gap or an erased record is a finding;
2. attestations: signed, by somebody who held the role, of the very record, and not one's own;
3. voids that are attested as the charter asks take records out, attestations among them;
4. a record that replaces another takes its place once it is attested as the charter asks;
5. what is disputed, or not attested by those whom the charter names, is set aside;
6. one fact, one source: records of another system than the owner's are compared and set aside.

Only records of the period and of the types that the rule set reads are judged in 4 to 6.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core.evaluation.charter import SUPERSEDING, Charter, unmet
from ledger.core.evaluation.ownership import settle
from ledger.core.evaluation.register import Register

Record = Mapping[str, Any]
VERIFIED, VOIDED = "record-verified", "record-voided"
REASONS = (
    "voided", "superseded", "superseding-unattested", "supersedes-unknown", "disputed",
    "not-attested", "second-source", "not-owner",
)  # fmt: skip
FINDINGS = (
    "chain-gap", "chain-link", "record-erased", "attestation-unsigned", "attestation-role",
    "attestation-own", "attestation-target", "void-unattested", "void-unknown",
    "source-disagrees", "source-not-owner", "field-not-owned",
)  # fmt: skip
INCOMPLETE = frozenset(("chain-gap", "chain-link", "record-erased"))
"""Findings with which nobody can say that all records of the subject were looked at."""


@dataclass(frozen=True, slots=True)
class Item:
    """One link of a subject's chain. `record` None: erased, or a statement that is no record.

    `signer` is `<account>#<key id>` of a signature that was checked; `leaf_hash` where the caller
    has it; `previous` likewise.
    """

    number: int
    leaf: int
    record: Record | None
    signer: str | None = None
    erased: bool = False
    leaf_hash: bytes | None = None


@dataclass(frozen=True)
class Standing:
    """`counted` in the order of the leaves; `aside` as (leaf, reason) and `findings` as
    (code, leaves), both in order."""

    counted: tuple[Record, ...]
    aside: tuple[tuple[int, str], ...] = ()
    findings: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def complete(self) -> bool:
        return not any(code in INCOMPLETE for code, _ in self.findings)


@dataclass
class _Judging:
    """What is known of one subject's records while they are judged."""

    items: Sequence[Item]
    charter: Charter | None
    register: Register
    block_of: Callable[[int], int | None]
    aside: dict[int, str] = field(default_factory=dict)
    findings: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    given: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    disputed: set[str] = field(default_factory=set)

    def find(self, code: str, *leaves: int) -> None:
        self.findings.append((code, leaves))


def standing(
    items: Iterable[Item],
    count: int,
    charter: Charter | None,
    register: Register,
    block_of: Callable[[int], int | None],
    belongs: Callable[[Record], bool],
) -> Standing:
    """The records that count, of the first `count` of a subject's chain.

    `block_of` gives the block in which a leaf of the teaching stream was anchored; `belongs` says
    whether a record is of a type that the rule set reads, and of the period. Without a charter
    nothing has to be attested or owned.
    """
    judging = _Judging(tuple(items), charter, register, block_of)
    _complete(judging, count)  # 1
    relevant = [
        item.record for item in judging.items if item.record is not None and belongs(item.record)
    ]
    corrected = any("supersedes" in record for record in relevant)
    acts = [item for item in judging.items if item.record and item.record["type"] in _ACTS]
    if acts or corrected or (charter and (charter.attestation or charter.owners)):
        relevant = _judged(judging, acts, relevant)
    known = {record["leaf"] for record in relevant} | judging.aside.keys()
    told = [
        (code, leaves)
        for code, leaves in judging.findings
        if code in INCOMPLETE or any(leaf in known for leaf in leaves)
    ]
    order = {code: place for place, code in enumerate(FINDINGS)}
    return Standing(
        tuple(sorted(relevant, key=lambda record: int(record["leaf"]))),
        tuple(sorted(judging.aside.items())),
        tuple(sorted(dict.fromkeys(told), key=lambda one: (order[one[0]], one[1]))),
    )


_ACTS = frozenset((VERIFIED, VOIDED))


def _judged(judging: _Judging, acts: list[Item], relevant: list[Record]) -> list[Record]:
    by_id = {
        item.record["statement"]: item
        for item in judging.items
        if item.record is not None and "statement" in item.record
    }
    leaves = {record["leaf"] for record in relevant}
    _attest(judging, acts, by_id, voided=frozenset())  # 2
    voided = _voids(judging, acts, by_id, leaves)  # 3
    if voided:
        judging.given.clear()
        judging.disputed.clear()
        _attest(judging, acts, by_id, voided)
    relevant = [record for record in relevant if record["leaf"] not in voided]
    relevant = _superseded(judging, relevant, by_id)  # 4
    relevant = [record for record in relevant if _attested(judging, record)]  # 5
    if judging.charter is not None and judging.charter.owners:  # 6
        settled = settle(relevant, judging.charter.owners)
        judging.aside.update(settled.aside)
        judging.findings += settled.findings
        relevant = settled.counted
    return relevant


# ------------------------------------------------------------------- 1


def _complete(judging: _Judging, count: int) -> None:
    """Numbers 0 to count - 1, each once, leaves ascending."""
    expected, last = 0, -1
    for item in judging.items:
        if item.number != expected:
            judging.find("chain-gap", expected, item.number)
        if item.leaf <= last:
            judging.find("chain-link", item.leaf)
        if item.erased:
            judging.find("record-erased", item.leaf)
        expected, last = item.number + 1, item.leaf
    if expected != count:
        judging.find("chain-gap", expected, count)


# ------------------------------------------------------------------- 2


def _attest(
    judging: _Judging, acts: Iterable[Item], by_id: Mapping[str, Item], voided: Collection[int]
) -> None:
    """Notes who attested, or disputes, which statement, and as what."""
    for item in acts:
        record = item.record
        if record is None or record["type"] != VERIFIED or item.leaf in voided:
            continue
        target = by_id.get(record["object"])
        if target is None or target.record is None:
            continue
        problem = _wrong(judging, item, record, target)
        if problem is not None:
            if not voided:
                judging.find(problem, target.leaf, item.leaf)
        elif record["confirmed"]:
            given = judging.given.setdefault(record["object"], [])
            given.append((record["actor"], record["role"]))
        else:
            judging.disputed.add(record["object"])


def _wrong(judging: _Judging, item: Item, record: Record, target: Item) -> str | None:
    """Why an attestation does not count; None if it does."""
    signer = item.signer or ""
    if not signer.startswith(f"{record['actor']}#"):
        return "attestation-unsigned"
    named = record.get("leaf_hash")
    if named is None or (target.leaf_hash is not None and named != target.leaf_hash.hex()):
        return "attestation-target"
    if not judging.register.has_role(record["actor"], record["role"], judging.block_of(item.leaf)):
        return "attestation-role"
    assert target.record is not None
    own = {target.record["actor"], target.record["by"], target.record["subject"]}
    as_teacher = record["role"] == "teacher" and record["actor"] == target.record["subject"]
    return "attestation-own" if record["actor"] in own and not as_teacher else None


# ------------------------------------------------------------------- 3


def _voids(
    judging: _Judging, acts: Iterable[Item], by_id: Mapping[str, Item], leaves: set[int]
) -> set[int]:
    """The leaves that are void; those that would count else are set aside."""
    found = set()
    for item in acts:
        record = item.record
        if record is None or record["type"] != VOIDED:
            continue
        target = by_id.get(record["object"])
        if target is None or target.record is None or target.record["type"] == VOIDED:
            judging.find("void-unknown", item.leaf)
        elif _missing(judging, record, VOIDED):
            judging.find("void-unattested", target.leaf, item.leaf)
        else:
            found.add(target.leaf)
            if target.leaf in leaves:
                judging.aside[target.leaf] = "voided"
    return found


# ------------------------------------------------------------------- 4 and 5


def _missing(judging: _Judging, record: Record, rule: str) -> bool:
    """Whether somebody whom the charter asks has not attested the record."""
    wanted = judging.charter.attestation.get(rule, ()) if judging.charter else ()
    given = judging.given.get(record.get("statement", ""), [])
    disputed = record.get("statement") in judging.disputed
    return bool(unmet(wanted, given)) or (bool(wanted) and disputed)


def _superseded(
    judging: _Judging, relevant: list[Record], by_id: Mapping[str, Item]
) -> list[Record]:
    replaced = set()
    for record in relevant:
        if "supersedes" not in record:
            continue
        target = by_id.get(record["supersedes"])
        old = target.record if target else None
        if old is None or old["type"] != record["type"] or old["leaf"] >= record["leaf"]:
            judging.aside[record["leaf"]] = "supersedes-unknown"
        elif _missing(judging, record, SUPERSEDING) or _missing(judging, record, record["type"]):
            judging.aside[record["leaf"]] = "superseding-unattested"
        else:
            replaced.add(old["leaf"])
    for record in relevant:
        if record["leaf"] in replaced:
            judging.aside.setdefault(record["leaf"], "superseded")
    return [record for record in relevant if record["leaf"] not in judging.aside]


def _attested(judging: _Judging, record: Record) -> bool:
    statement = record.get("statement")
    if statement in judging.disputed:
        judging.aside[record["leaf"]] = "disputed"
    elif _missing(judging, record, record["type"]):
        judging.aside[record["leaf"]] = "not-attested"
    return record["leaf"] not in judging.aside
