"""Which records of a subject count, which are set aside and why (`docs/spec/standing.md`).

The procedure, numbered as in the code:

1. every number of the subject's chain is accounted for: a gap or an erased record is a finding;
   a statement that stands twice counts once;
2. attestations: signed, by somebody who held the role, of the very record, and not one's own;
3. voids that are attested as the charter asks take records out, attestations among them;
4. a record that replaces another takes its place once it is attested as the charter asks;
5. what is disputed, or not attested by those whom the charter names, is set aside;
6. one fact, one source: records of another system than the owner's are compared and set aside.

All records of the chain are judged, because what takes another's place may be of another period;
told is what concerns the records of the period and of the types that the rule set reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core.evaluation.charter import SUPERSEDING, Charter, Owner, Signers, unmet
from ledger.core.evaluation.ownership import fact_of, settle
from ledger.core.evaluation.register import Register

Record = Mapping[str, Any]
VERIFIED, VOIDED = "record-verified", "record-voided"
REASONS = (
    "voided", "superseded", "superseding-unattested", "supersedes-unknown", "disputed",
    "not-attested", "second-source", "not-owner", "repeated",
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
    has it: without it what an attestation names is not compared.
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
    (code, leaves), both in order. With `chain-gap` stand numbers of the chain, not leaves."""

    counted: tuple[Record, ...]
    aside: tuple[tuple[int, str], ...] = ()
    findings: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def complete(self) -> bool:
        return not any(code in INCOMPLETE for code, _ in self.findings)


@dataclass
class _Judging:
    """What is known of one subject's records while they are judged. All numbers are leaves."""

    items: Sequence[Item]
    charter: Charter | None
    register: Register
    block_of: Callable[[int], int | None]
    by_id: dict[str, Item] = field(default_factory=dict)
    """The first record of each statement."""
    given: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    disputed: set[int] = field(default_factory=set)
    void: set[int] = field(default_factory=set)
    places: dict[int, int] = field(default_factory=dict)
    """Of each record that took another's place, the leaf of the record that had it first."""
    aside: dict[int, str] = field(default_factory=dict)
    findings: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def find(self, code: str, *leaves: int) -> None:
        self.findings.append((code, leaves))

    def wanted(self, rule: str) -> Signers:
        """Whom the charter asks."""
        return self.charter.attestation.get(rule, ()) if self.charter else ()

    def unmet(self, leaf: int, rule: str) -> bool:
        """Whether somebody disputes the record, or somebody who has to has not attested it."""
        missing = unmet(self.wanted(rule), self.given.get(leaf, ()))
        return leaf in self.disputed or bool(missing)


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
    chain = tuple(items)
    ordered = tuple(sorted(chain, key=lambda item: item.leaf))
    judging = _Judging(ordered, charter, register, block_of)
    _complete(judging, chain, count)  # 1
    _attest(judging)  # 2
    _void(judging)  # 3
    _replace(judging)  # 4
    records = [item.record for item in judging.items if item.record is not None]
    relevant = [record for record in records if belongs(record)]
    known = {record["leaf"] for record in relevant}
    counted = [record for record in relevant if _stands(judging, record)]  # 5
    if charter is not None and charter.owners:  # 6
        counted = _own(judging, charter.owners, counted, records)
    told = [
        (code, leaves)
        for code, leaves in dict.fromkeys(judging.findings)
        if code in _ALWAYS or any(leaf in known for leaf in leaves)
    ]
    order = {code: place for place, code in enumerate(FINDINGS)}
    return Standing(
        tuple(sorted(counted, key=lambda record: int(record["leaf"]))),
        tuple(sorted(one for one in judging.aside.items() if one[0] in known)),
        tuple(sorted(told, key=lambda one: (order[one[0]], one[1]))),
    )


_ALWAYS = INCOMPLETE | {"void-unknown"}
"""Findings of which nobody can say that they do not concern the records of the period."""


# ------------------------------------------------------------------- 1


def _complete(judging: _Judging, chain: Sequence[Item], count: int) -> None:
    """Numbers 0 to count - 1, each once, leaves ascending; each statement once."""
    expected, last = 0, -1
    for item in chain:
        if item.number != expected:
            judging.find("chain-gap", expected, item.number)
        if item.leaf <= last:
            judging.find("chain-link", item.leaf)
        if item.erased:
            judging.find("record-erased", item.leaf)
        expected, last = item.number + 1, item.leaf
    if expected != count:
        judging.find("chain-gap", expected, count)
    for item in judging.items:
        statement = item.record.get("statement") if item.record else None
        if statement is not None and judging.by_id.setdefault(statement, item) is not item:
            judging.aside[item.leaf] = "repeated"


# ------------------------------------------------------------------- 2


def _attest(judging: _Judging) -> None:
    """Notes who attested, or disputes, which record, and as what."""
    judging.given.clear()
    judging.disputed.clear()
    for item in judging.items:
        record = item.record
        if record is None or record["type"] != VERIFIED or item.leaf in judging.void:
            continue
        target = judging.by_id.get(record["object"])
        if target is None:
            continue
        problem = _wrong(judging, item, record, target)
        if problem is not None:
            judging.find(problem, target.leaf, item.leaf)
        elif record["confirmed"]:
            given = judging.given.setdefault(target.leaf, [])
            given.append((record["actor"], record["role"]))
        else:
            judging.disputed.add(target.leaf)


def _wrong(judging: _Judging, item: Item, record: Record, target: Item) -> str | None:
    """Why an attestation does not count; None if it does."""
    block = judging.block_of(item.leaf)
    if not _signed(judging, item, record, block):
        return "attestation-unsigned"
    named = record.get("leaf_hash")
    if named is None or (target.leaf_hash is not None and named != target.leaf_hash.hex()):
        return "attestation-target"
    # What no anchor covers has no time at which a role could have been held.
    if block is None or not judging.register.has_role(record["actor"], record["role"], block):
        return "attestation-role"
    assert target.record is not None
    own = {target.record["actor"], target.record["subject"], *target.record["by"].split("\n")}
    as_teacher = record["role"] == "teacher" and record["actor"] == target.record["subject"]
    return "attestation-own" if record["actor"] in own and not as_teacher else None


def _signed(judging: _Judging, item: Item, record: Record, block: int | None) -> bool:
    """By the actor, with a key that the actor had then."""
    account, _, key = (item.signer or "").rpartition("#")
    if account != record["actor"]:
        return False
    found = judging.register.appointment(account, block=block)
    return found is not None and any(one.id.hex() == key for one in found.keys)


# ------------------------------------------------------------------- 3


def _void(judging: _Judging) -> None:
    """Whether a void is attested is judged before any void has an effect."""
    void = set()
    for item in judging.items:
        record = item.record
        if record is None or record["type"] != VOIDED:
            continue
        target = judging.by_id.get(record["object"])
        if target is None or target.record is None or target.record["type"] == VOIDED:
            judging.find("void-unknown", item.leaf)
        elif judging.unmet(item.leaf, VOIDED):
            judging.find("void-unattested", target.leaf, item.leaf)
        else:
            void.add(target.leaf)
    if void:
        judging.void = void
        judging.aside.update(dict.fromkeys(void, "voided"))
        _attest(judging)


# ------------------------------------------------------------------- 4


def _replace(judging: _Judging) -> None:
    """Each place is held by the last of the records that took it and are not void.

    A place is the leaf of the record that had it first. It may be taken from a record after which
    only void ones took it; so no place ever counts twice.
    """
    taken: dict[int, list[int]] = {}
    for item in judging.items:
        record = item.record
        if record is None or "supersedes" not in record:
            continue
        place = _place(judging, record, taken)
        if place is None:
            judging.aside.setdefault(item.leaf, "supersedes-unknown")
        elif item.leaf in judging.disputed:
            judging.aside.setdefault(item.leaf, "disputed")
        elif judging.unmet(item.leaf, SUPERSEDING) or judging.unmet(item.leaf, record["type"]):
            judging.aside.setdefault(item.leaf, "superseding-unattested")
        elif judging.aside.get(item.leaf) != "repeated":
            judging.places[item.leaf] = place
            taken.setdefault(place, [place]).append(item.leaf)
    for line in taken.values():
        living = [leaf for leaf in line if leaf not in judging.void]
        judging.aside.update(dict.fromkeys(living[:-1], "superseded"))


def _place(judging: _Judging, record: Record, taken: Mapping[int, Sequence[int]]) -> int | None:
    """The place that the record may take; None where it names nothing that has one to give."""
    target = judging.by_id.get(record["supersedes"])
    old = target.record if target else None
    if old is None or old["type"] != record["type"] or old["leaf"] >= record["leaf"]:
        return None
    place = judging.places.get(old["leaf"]) if "supersedes" in old else int(old["leaf"])
    if place is None:
        return None
    line = taken.get(place, (place,))
    since = line[line.index(old["leaf"]) + 1 :]
    return place if judging.void.issuperset(since) else None


# ------------------------------------------------------------------- 5 and 6


def _stands(judging: _Judging, record: Record) -> bool:
    """Whether nothing speaks against the record; what does is noted."""
    leaf = record["leaf"]
    if leaf not in judging.aside and judging.unmet(leaf, record["type"]):
        judging.aside[leaf] = "disputed" if leaf in judging.disputed else "not-attested"
    return leaf not in judging.aside


def _own(
    judging: _Judging,
    owners: Mapping[str, Owner],
    counted: Iterable[Record],
    records: Iterable[Record],
) -> list[Record]:
    """Those that still count once each fact has one source. Records of another period are asked
    too: a fact that two systems date differently is one fact. What took a place was said there."""
    by_leaf = {record["leaf"]: record for record in counted}
    facts = {fact_of(record) for record in by_leaf.values() if record["type"] in owners}
    beside = [
        record
        for record in records
        if record["type"] in owners
        and record["leaf"] not in by_leaf
        and fact_of(record) in facts
        and _stands(judging, record)
    ]
    judged = [*by_leaf.values(), *beside]
    judged.sort(key=lambda record: judging.places.get(record["leaf"], record["leaf"]))
    settled = settle(judged, owners)
    judging.aside.update(settled.aside)
    judging.findings += settled.findings
    return [record for record in settled.counted if record["leaf"] in by_leaf]
