"""A second implementation of `docs/spec/standing.md`, from the page: slow, and of nothing else.

It asks again and again instead of remembering: every question goes over the whole chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any

Places = Sequence[Sequence[str]]
REASONS_OF_CHAIN = ("chain-gap", "chain-link", "record-erased", "void-unknown")
FINDINGS = [
    "chain-gap", "chain-link", "record-erased", "attestation-unsigned", "attestation-role",
    "attestation-own", "attestation-target", "void-unattested", "void-unknown",
    "source-disagrees", "source-not-owner", "field-not-owned",
]  # fmt: skip
ONE_OF_AN_OBJECT = {
    "course-created", "course-published", "run-opened", "slot-scheduled", "session-delivered",
    "open-course-operated",
}  # fmt: skip
NOT_COMPARED = {
    "type", "leaf", "subject", "actor", "by", "at", "source", "statement", "supersedes", "reason",
}  # fmt: skip


def fills(places: Places, given: set[tuple[str, str]]) -> bool:
    """Whether some way to seat the people fills every place."""
    people = {account for account, _ in given}
    return any(
        all(
            any((who, role) in given for role in place)
            for who, place in zip(seated, places, strict=True)
        )
        for seated in permutations(people, len(places))
    )


class Chain:
    """`links`: number, leaf, record or None, erased, signer (account, key id) or None, leaf_hash.

    `attestation` and `owners`: the charter's, as JSON data. `appointed(account, block)`: (roles,
    key ids) by the newest appointment of that block or before.
    """

    def __init__(
        self,
        links: Sequence[Mapping[str, Any]],
        count: int,
        attestation: Mapping[str, Places],
        owners: Mapping[str, Any],
        appointed: Callable[[str, int], tuple[set[str], set[str]]],
        block_of: Callable[[int], int | None],
        belongs: Callable[[Mapping[str, Any]], bool],
    ) -> None:
        self.links, self.count = links, count
        self.attestation, self.owners = attestation, owners
        self.appointed, self.block_of, self.belongs = appointed, block_of, belongs
        ordered = sorted(links, key=lambda link: int(link["leaf"]))
        self.records = [link["record"] for link in ordered if link["record"] is not None]
        self.link_at = {link["leaf"]: link for link in links}
        self.void: set[int] = set()
        self.void = {leaf for leaf in self.link_at if self.is_void(leaf)}

    def target(self, statement: str) -> Any:
        """The first record with that statement id."""
        found = [one for one in self.records if one.get("statement") == statement]
        return found[0] if found else None

    # --------------------------------------------------------------- 2

    def problem(self, link: Any, target: Any) -> str | None:
        record, block = link["record"], self.block_of(link["leaf"])
        roles: set[str] = set()
        keys: set[str] = set()
        if block is not None:
            roles, keys = self.appointed(record["actor"], block)
        else:
            _, keys = self.appointed(record["actor"], 10**12)
        if link["signer"] is None or link["signer"][0] != record["actor"]:
            return "attestation-unsigned"
        if link["signer"][1] not in keys:
            return "attestation-unsigned"
        if record.get("leaf_hash") != self.link_at[target["leaf"]]["leaf_hash"]:
            return "attestation-target"
        if record["role"] not in roles:
            return "attestation-role"
        if record["role"] == "teacher" and record["actor"] == target["subject"]:
            return None
        own = [target["actor"], target["subject"], target["by"], *target["by"].split("\n")]
        return "attestation-own" if record["actor"] in own else None

    def attestations(self, leaf: int) -> list[Any]:
        """Those that count for the record at a leaf and are not void."""
        found = []
        for link in self.links:
            record = link["record"]
            if record is None or record["type"] != "record-verified" or link["leaf"] in self.void:
                continue
            target = self.target(record["object"])
            if target is None or target["leaf"] != leaf:
                continue
            if self.problem(link, target) is None:
                found.append(record)
        return found

    def disputed(self, leaf: int) -> bool:
        return any(not one["confirmed"] for one in self.attestations(leaf))

    def meets(self, leaf: int, rule: str) -> bool:
        given = {(one["actor"], one["role"]) for one in self.attestations(leaf) if one["confirmed"]}
        return not self.disputed(leaf) and fills(self.attestation.get(rule, []), given)

    # --------------------------------------------------------------- 3

    def is_void(self, leaf: int) -> bool:
        """Called while nothing is void yet."""
        for one in self.records:
            if one["type"] == "record-voided" and self.meets(one["leaf"], "record-voided"):
                target = self.target(one["object"])
                if target and target["type"] != "record-voided" and target["leaf"] == leaf:
                    return True
        return False

    # --------------------------------------------------------------- 4

    def repeated(self, record: Any) -> bool:
        return "statement" in record and self.target(record["statement"]) is not record

    def line(self, place: int, before: int) -> list[int]:
        """The leaves below one that have, or took, a place, in order."""
        took = [
            one["leaf"]
            for one in self.records
            if one["leaf"] < before and "supersedes" in one and self.place(one) == place
        ]
        return [place, *took]

    def why_not(self, record: Any) -> str | None:
        """Why a record with `supersedes` takes no place."""
        old = self.target(record["supersedes"])
        if old is None or old["type"] != record["type"] or old["leaf"] >= record["leaf"]:
            return "supersedes-unknown"
        place = self.place(old)
        if place is None:
            return "supersedes-unknown"
        since = [leaf for leaf in self.line(place, record["leaf"]) if leaf > old["leaf"]]
        if any(leaf not in self.void for leaf in since):
            return "supersedes-unknown"
        if self.disputed(record["leaf"]):
            return "disputed"
        rules = ("record-superseding", record["type"])
        if not all(self.meets(record["leaf"], rule) for rule in rules):
            return "superseding-unattested"
        return None

    def place(self, record: Any) -> int | None:
        if "supersedes" not in record:
            return int(record["leaf"])
        if self.repeated(record) or self.why_not(record) is not None:
            return None
        return self.place(self.target(record["supersedes"]))

    # --------------------------------------------------------------- 1 to 5

    def reason(self, record: Any) -> str | None:
        """Why a record is set aside before step 6."""
        leaf = record["leaf"]
        if self.repeated(record):
            return "repeated"
        if leaf in self.void:
            return "voided"
        if "supersedes" in record and (why := self.why_not(record)) is not None:
            return why
        place = self.place(record)
        assert place is not None
        if [one for one in self.line(place, 10**12) if one not in self.void][-1] != leaf:
            return "superseded"
        if self.disputed(leaf):
            return "disputed"
        return None if self.meets(leaf, record["type"]) else "not-attested"

    def findings(self) -> list[tuple[str, tuple[int, ...]]]:
        found: list[tuple[str, tuple[int, ...]]] = []
        ahead = [None, *self.links][: len(self.links)]
        for before, link in zip(ahead, self.links, strict=True):
            expected = before["number"] + 1 if before else 0
            if link["number"] != expected:
                found.append(("chain-gap", (expected, link["number"])))
            if before and link["leaf"] <= before["leaf"]:
                found.append(("chain-link", (link["leaf"],)))
            if link["erased"]:
                found.append(("record-erased", (link["leaf"],)))
            record = link["record"]
            if record is None or record["type"] not in ("record-verified", "record-voided"):
                continue
            target = self.target(record["object"])
            if record["type"] == "record-verified":
                if target is not None and (problem := self.problem(link, target)):
                    found.append((problem, (target["leaf"], link["leaf"])))
            elif target is None or target["type"] == "record-voided":
                found.append(("void-unknown", (link["leaf"],)))
            elif not self.met_at_first(link["leaf"]):
                found.append(("void-unattested", (target["leaf"], link["leaf"])))
        expected = self.links[-1]["number"] + 1 if self.links else 0
        if expected != self.count:
            found.append(("chain-gap", (expected, self.count)))
        return found

    def met_at_first(self, leaf: int) -> bool:
        """Whether a void met its rule before any void had an effect."""
        void, self.void = self.void, set()
        try:
            return self.meets(leaf, "record-voided")
        finally:
            self.void = void

    # --------------------------------------------------------------- 6

    def fact(self, record: Any) -> tuple[Any, ...]:
        time = record.get("starts", record["at"])
        if record["type"] in ONE_OF_AN_OBJECT:
            return (record["type"], record["object"])
        if record["type"] == "observation-made":
            return (record["type"], record["object"], time, record["actor"])
        return (record["type"], record["object"], time)

    def judged(self) -> tuple[list[Any], dict[int, str], list[Any]]:
        """(records that count, reasons, findings), as the page tells them."""
        ours = [record for record in self.records if self.belongs(record)]
        leaves = {record["leaf"] for record in ours}
        aside = {record["leaf"]: why for record in ours if (why := self.reason(record)) is not None}
        found = self.findings()
        counted = [record for record in ours if record["leaf"] not in aside]
        for name in self.owners:
            facts = {self.fact(one) for one in counted if one["type"] == name}
            for fact in sorted(facts, key=repr):
                counted = self.settled(fact, self.owners[name], counted, aside, found)
        told = {one for one in found if one[0] in REASONS_OF_CHAIN or leaves.intersection(one[1])}
        return (
            sorted(counted, key=lambda one: int(one["leaf"])),
            {leaf: why for leaf, why in sorted(aside.items()) if leaf in leaves},
            sorted(told, key=lambda one: (FINDINGS.index(one[0]), one[1])),
        )

    def settled(
        self, fact: Any, owner: Any, counted: list[Any], aside: dict[int, str], found: list[Any]
    ) -> list[Any]:
        same = [one for one in self.records if self.fact(one) == fact and self.reason(one) is None]
        same.sort(key=lambda one: self.place(one) or 0)
        rest = [one for one in counted if self.fact(one) != fact]
        sources = list(dict.fromkeys(one["source"] for one in same))
        word = {name: next(one for one in same if one["source"] == name) for name in sources}
        for one in same:
            if one is not word[one["source"]]:
                aside[one["leaf"]] = "repeated"
                self.compare(word[one["source"]], one, found)
        named = [name for name in owner["sources"] if name in word]
        if not named:
            for one in word.values():
                aside[one["leaf"]] = "not-owner"
                found.append(("source-not-owner", (one["leaf"],)))
            return rest
        own = word[named[0]]
        for name in sources:
            if name != named[0]:
                aside[word[name]["leaf"]] = "second-source"
                self.compare(own, word[name], found)
        changed = dict(own)
        for field, system in owner.get("fields", {}).items():
            if system == own["source"]:
                continue
            if field in word.get(system, {}):
                changed[field] = word[system][field]
            elif field in changed:
                del changed[field]
                found.append(("field-not-owned", (own["leaf"],)))
        ours = any(one["leaf"] == own["leaf"] for one in counted)
        return [*rest, changed] if ours else rest

    def compare(self, one: Any, other: Any, found: list[Any]) -> None:
        both = set(one) & set(other) - NOT_COMPARED
        if any(one[name] != other[name] for name in both):
            found.append(("source-disagrees", (one["leaf"], other["leaf"])))
