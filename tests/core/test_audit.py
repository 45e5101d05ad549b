"""The pure replay: a clean stream is clean, each finding comes from its one mutation."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import merkle
from ledger.core.audit import KeyFact, StreamAudit
from ledger.core.audit_tiles import TileHashes
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.entry import Action, ContinuationEntry, encode
from ledger.core.kinds import CredentialType, Kind
from ledger.core.registry import AccreditationRow, WriterRow
from ledger.core.tiles import Tile, tile_width, tiles_between
from ledger.errors import BadEvidence, registered
from tests.builders import CREDENTIAL_KEY, OTHER_KEY, seeded
from tests.core.audits import (
    GRANT,
    STRANGER,
    TIME,
    WRITER,
    Stream,
    credential,
    credentials,
    evaluation,
    feed,
    record,
    shown,
    status_entry,
    statuses,
    with_entry,
)

HALF = AccreditationRow(2, TIME - 1000, TIME + 10_000, None, 0, 0x3E, 1 << CredentialType.DEGREE)


def learning(*refers: int | None) -> Stream:
    return Stream(Kind.LEARNING, [record(n, at) for n, at in enumerate(refers)], (len(refers),))


def evaluations(*refers: int | None) -> Stream:
    entries = [evaluation(n, at) for n, at in enumerate(refers)]
    return Stream(Kind.EVALUATION, entries, (len(refers),))


def test_clean() -> None:
    for made in (credentials(), statuses(), learning(None, 0, None), evaluations(None, 0)):
        audit = made.audit()
        assert shown(audit.findings) == []
        assert (audit.size, audit.seq) == (len(made.entries), len(made.sizes))
        assert audit.root == merkle.root(merkle.leaf_hashes(made.entries))
    assert statuses().audit().reaffirmed == {3}


def dropped() -> Stream:
    made = credentials()
    del made.entries[5]
    return made


def changed() -> Stream:
    made = credentials()
    made.entries[5] = credential(5, commitment=bytes(32))
    return made


def reordered() -> Stream:
    made = credentials()
    made.entries[5], made.entries[6] = made.entries[6], made.entries[5]
    return made


def successor(position: int) -> Stream:
    entry = ContinuationEntry(TIME, seeded("c"), "xzu.edu.cn/credential", 7, 3, seeded("r"))
    return with_entry(credentials, position, encode(entry))


def cut(reaffirmed: frozenset[int] = frozenset()) -> Stream:
    keys = (KeyFact(CREDENTIAL_KEY.id, 0, 9),)
    return credentials().rule(keys=keys, reaffirmed=reaffirmed)


def status(position: int, **changes: Any) -> Stream:
    made = statuses()
    return with_entry(statuses, position, status_entry(made.entries[position], **changes))


MUTATIONS: dict[str, tuple[Callable[[], Stream], list[str]]] = {
    "dropped entry": (dropped, ["audit-root"]),
    "changed entry": (changed, ["audit-root"]),
    "reordered entries": (reordered, ["audit-root"]),
    "forged root, last": (lambda: credentials().change_anchor(2, root=bytes(32)), ["audit-root"]),
    "forged root, in the middle": (
        lambda: credentials().change_anchor(1, root=bytes(32)),
        ["audit-root", "audit-back-link"],
    ),
    "sequence skipped": (lambda: credentials().change_anchor(2, seq=4), ["audit-sequence"]),
    "back link, size": (lambda: credentials().change_anchor(1, prev_size=3), ["audit-back-link"]),
    "back link, root": (
        lambda: credentials().change_anchor(1, prev_root=bytes(32)), ["audit-back-link"],
    ),
    "back link, block": (lambda: credentials().change_anchor(1, prev_block=9), ["audit-back-link"]),
    "wrong writer": (lambda: credentials().change_anchor(1, sender=STRANGER), ["audit-writer"]),
    "writer not yet": (
        lambda: credentials().rule(writers=(WriterRow(STRANGER, 1), WriterRow(WRITER, 15))),
        ["audit-writer"],
    ),
    "no writer at all": (lambda: credentials().rule(writers=()), ["audit-writer"] * 3),
    "accreditation ended before": (
        lambda: credentials().rule(grants=(replace(GRANT, ended=TIME + 3),)),
        ["audit-accreditation"],
    ),
    "accreditation over": (
        lambda: credentials().rule(grants=(replace(GRANT, until=TIME + 3),)),
        ["audit-accreditation"],
    ),
    "accreditation granted later": (
        lambda: credentials().rule(grants=(replace(GRANT, granted_block=11),)),
        ["audit-accreditation"],
    ),
    "accreditation of another kind": (
        lambda: learning(None).rule(grants=(replace(GRANT, kinds=1 << Kind.CREDENTIAL),)),
        ["audit-accreditation"],
    ),
    "accreditation of another type": (
        lambda: credentials(1, (1,)).rule(grants=(HALF,)),
        ["audit-accreditation"],
    ),
    "status index twice": (
        lambda: with_entry(credentials, 7, credential(7, status_index=2)), ["audit-status-index"],
    ),
    "key not registered": (
        lambda: with_entry(credentials, 7, credential(7, key_id=OTHER_KEY.id)), ["audit-key"],
    ),
    "key early": (
        lambda: credentials().rule(keys=(KeyFact(CREDENTIAL_KEY.id, 1, None),)),
        ["audit-key-early"],
    ),
    "key cut off": (cut, ["audit-key-cut-off"]),
    "status: of what is final": (
        lambda: status(3, action=Action.REVOKE, status_index=5), ["audit-status-rule"],
    ),
    "status: lists opened by a change": (lambda: status(4, lists=2), ["audit-status-rule"]),
    "status: root": (lambda: status(3, root=bytes(32)), ["audit-status-root"]),
    "of another kind": (lambda: with_entry(credentials, 7, record(7)), ["audit-kind"]),
    "learning in teaching": (
        lambda: Stream(Kind.TEACHING, [record(0)], (1,)), ["audit-kind"],
    ),
    "continuation after the first": (lambda: successor(3), ["audit-kind"]),
    "undecodable": (lambda: with_entry(credentials, 7, b"\xff\x00"), ["audit-entry"]),
    "refers to itself": (lambda: learning(None, 1), ["audit-refers"]),
    "refers ahead": (lambda: evaluations(2, None, None), ["audit-refers"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_has_its_finding(name: str) -> None:
    make, wanted = MUTATIONS[name]
    audit = make().audit()
    assert [found.code for found in audit.findings] == wanted, shown(audit.findings)
    for found in audit.findings:
        assert found.where.startswith(audit.rules.origin)
        assert "…" not in found.refusal.zh + found.refusal.en
        assert found.refusal.zh != found.refusal.en


def test_every_finding_of_the_replay_is_provoked() -> None:
    elsewhere = {  # by the caller, who fetches: tests/verifier/test_replay.py
        "audit-tile", "audit-checkpoint", "audit-checkpoint-behind", "audit-contradiction",
        "audit-unreadable", "audit-shrunk", "audit-state",
    }  # fmt: skip
    known = {code for code in registered() if code.startswith("audit-")}
    assert known - elsewhere == {code for _, codes in MUTATIONS.values() for code in codes}


def test_no_finding_where_it_is_right() -> None:
    """The neighbours of the mutations above."""
    assert cut(frozenset({9})).codes() == []
    assert successor(0).codes() == []
    assert credentials().change_anchor(1, sender=WRITER.upper().replace("0X", "0x")).codes() == []
    grants = (replace(GRANT, ended=TIME + 4), replace(GRANT, from_time=TIME + 3))
    assert credentials().rule(grants=grants).codes() == []
    # Status goes on after the accreditation ended.
    assert statuses().rule(grants=()).codes() == []


def test_both_writers_in_the_block_of_a_change() -> None:
    for accounts in ((WRITER, STRANGER), (STRANGER, WRITER)):
        made = credentials(4, (4,))
        rows = tuple(WriterRow(one, block) for one, block in zip(accounts, (1, 10), strict=True))
        assert made.rule(writers=rows).codes() == []


def test_a_root_that_never_fits_is_said_once() -> None:
    made = Stream(Kind.CREDENTIAL, [credential(n) for n in range(50)], tuple(range(1, 51)))
    made.entries[0] = credential(0, commitment=bytes(32))
    assert made.codes() == ["audit-root"]
    assert made.audit().diverged
    assert made.audit().full_tiles() == []


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_two_runs_equal_one(data: st.DataObject) -> None:
    """Split anywhere between anchors, state through JSON: same state, same findings."""
    names = sorted(set(MUTATIONS) - {name for name in MUTATIONS if name.startswith("status: ")})
    name = data.draw(st.sampled_from(["clean", *names]))
    made = credentials() if name == "clean" else MUTATIONS[name][0]()
    at = data.draw(st.integers(0, len(made.anchors)))
    whole = made.audit()
    first = feed(StreamAudit(made.rules), made.anchors[:at], made.entries)
    saved = parse_json(canonical_json(first.to_json()))
    second = feed(StreamAudit.from_json(saved, made.rules), made.anchors[at:], made.entries)
    assert second.to_json() == whole.to_json()
    assert shown(second.findings) == shown(whole.findings)


def test_other_rules_begin_anew() -> None:
    """A key that was cut off between two runs speaks about entries of the first."""
    made = credentials()
    saved = made.audit().to_json()
    assert StreamAudit.from_json(saved, made.rules).size == 10
    assert StreamAudit.from_json(saved, cut().rules).size == 0


STATE = credentials(300, (100, 300)).audit().to_json() | {
    "findings": [{"code": "audit-root", "where": "x", "values": {"size": 3}}]
}


def _damage(value: Any, data: st.DataObject) -> Any:
    """One place of the state changed to something else."""
    value = copy.deepcopy(value)
    holder, key = value, data.draw(st.sampled_from(sorted(value)))
    while isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans()):
        holder = holder[key]
        key = data.draw(st.sampled_from(sorted(holder))) if isinstance(holder, dict) else 0
    junk = st.one_of(
        st.none(), st.booleans(), st.floats(), st.text(max_size=3), st.just([]), st.just({}),
        st.just({"code": 1}), st.just([[]]), st.integers(),
    )  # fmt: skip
    holder[key] = data.draw(junk)
    return value


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_state_is_refused_or_harmless(data: st.DataObject) -> None:
    rules = credentials().rules
    damaged = _damage(STATE, data)
    try:
        audit = StreamAudit.from_json(damaged, rules)
    except BadEvidence as refusal:
        assert refusal.zh != refusal.en
    else:
        shown(audit.findings)


@pytest.mark.parametrize("value", [None, 1, [], {}, "x", {**STATE, "more": 1}])
def test_what_is_no_state(value: Any) -> None:
    with pytest.raises(BadEvidence):
        StreamAudit.from_json(value, credentials().rules)


# --------------------------------------------------------------------------- tiles


@given(st.lists(st.integers(0, 700), max_size=4), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_tiles_by_the_specification(steps: list[int], seed: int) -> None:
    """Full ones as they fill, the rest at the end: exactly the tiles of the tree, no other."""
    leaves = merkle.leaf_hashes([b"%d/%d" % (seed, n) for n in range(sum(steps))])
    hashes, found, size = TileHashes(), dict[Tile, bytes](), 0
    for step in steps:
        found |= dict(hashes.extend(leaves[size : size + step]))
        size += step
        hashes = TileHashes.from_bytes(hashes.to_bytes())
    assert all(tile.width == 256 for tile in found)
    found |= dict(hashes.partial())
    assert set(found) == set(tiles_between(0, size))
    for tile, data in found.items():
        assert tile.level is not None
        assert tile.width == tile_width(tile.level, tile.n, size)
        span = 256**tile.level
        for number in range(0, tile.width, 17):
            start = (256 * tile.n + number) * span
            assert data[32 * number : 32 * number + 32] == merkle.root(leaves[start : start + span])


def test_tiles_of_three_levels() -> None:
    leaves = merkle.leaf_hashes([b"%d" % n for n in range(70_000)])
    hashes = TileHashes()
    full = dict(hashes.extend(leaves))
    assert Tile(1, 0, 256) in full
    assert dict(hashes.partial())[Tile(2, 0, 1)] == merkle.root(leaves[: 1 << 16])


@pytest.mark.parametrize("data", [b"", b"\x00" * 7, bytes(9), b"\xff" * 8, bytes(7) + b"\x01"])
def test_what_is_no_state_of_tiles(data: bytes) -> None:
    if data == b"":
        data = b"\x00" * 3
    with pytest.raises(BadEvidence):
        TileHashes.from_bytes(data)


def test_twenty_thousand_entries_at_once() -> None:
    entries = [credential(n) for n in range(20_000)]
    made = Stream(Kind.CREDENTIAL, entries, tuple(range(1000, 20_001, 1000)))
    began = time.process_time()
    audit = made.audit()
    spent = time.process_time() - began
    assert audit.findings == []
    assert spent < 6, f"{spent:.1f} s for 20,000"
    assert len(json.dumps(audit.to_json())) < 100_000
