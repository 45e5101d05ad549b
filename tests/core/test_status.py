"""Status list (docs/spec/status-list.md) against a plain model and against RFC 6962."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import merkle
from ledger.core.entry import Action, ContinuationEntry, StatusEntry, decode
from ledger.core.status import CHUNKS_PER_LIST, LIST_SIZE, StatusList, allowed, replay
from ledger.errors import BadEvidence
from tests.builders import seeded, status_stream
from tests.vectors import cases, title

CHANGES = (Action.REVOKE, Action.SUSPEND, Action.REINSTATE, Action.SUPERSEDE)


def entries_of(case: dict[str, Any]) -> list[StatusEntry]:
    found = [decode(bytes.fromhex(one)) for one in case["entries"]]
    assert all(isinstance(one, StatusEntry) for one in found)
    return [one for one in found if isinstance(one, StatusEntry)]


@pytest.mark.parametrize("case", cases("status", "valid"), ids=title)
def test_valid_vector(case: dict[str, Any]) -> None:
    history = replay(entries_of(case))
    assert history.current.lists == case["lists"]
    assert history.current.root().hex() == case["root"]
    for one in case["states"]:
        assert history.state(one["index"]) == one["state"]
        assert history.state_at(one["index"], history.size) == one["state"]
        assert history.state_at(one["index"], 0) == "active"
    reaffirmed = [{"leaf": leaf, "by": by} for leaf, by in history.reaffirmed.items()]
    assert reaffirmed == case["reaffirmed"]
    for one in case["chunks"]:
        chunk, path = history.current.chunk_proof(one["number"])
        assert (chunk.hex(), [node.hex() for node in path]) == (one["chunk"], one["path"])
        size = case["lists"] * CHUNKS_PER_LIST
        root = bytes.fromhex(case["root"])
        merkle.verify_inclusion(merkle.leaf_hash(chunk), one["number"], size, path, root)


@pytest.mark.parametrize("case", cases("status", "invalid"), ids=title)
def test_invalid_vector(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as refusal:
        replay(entries_of(case))
    assert refusal.value.code == "status-rule"
    assert refusal.value.detail["leaf"] == case["leaf"]


def slow_root(listed: StatusList) -> bytes:
    chunks = range(listed.lists * CHUNKS_PER_LIST)
    return merkle.root([merkle.leaf_hash(listed.chunk(number)) for number in chunks])


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([*CHANGES, Action.HEARTBEAT]), st.integers(0, 10**9)),
        max_size=12,
    )
)
def test_incremental_root_is_the_whole_root(steps: list[tuple[Action, int]]) -> None:
    listed = StatusList()
    model: dict[int, str] = {}
    for action, number in steps:
        if action is Action.HEARTBEAT:
            listed.open(listed.lists + number % 3)
            continue
        index = number % 4 if number % 2 else number % (listed.lists * LIST_SIZE)
        state = model.get(index, "active")
        if allowed(listed.state(index), action):
            listed.apply(action, index)
            names = ("revoked", "suspended", "active", "superseded")
            model[index] = dict(zip(CHANGES, names, strict=True))[action]
        else:
            with pytest.raises(BadEvidence, match="status-action"):
                listed.apply(action, index)
            assert listed.state(index) == state
    assert {index: listed.state(index) for index in model} == model
    assert listed.root() == slow_root(listed)


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        ("active", {Action.REVOKE, Action.SUSPEND, Action.SUPERSEDE}),
        ("suspended", {Action.REVOKE, Action.REINSTATE, Action.SUPERSEDE}),
        ("revoked", set()),
        ("superseded", set()),
    ],
)
def test_rules(state: Any, possible: set[Action]) -> None:
    assert {action for action in CHANGES if allowed(state, action)} == possible
    assert allowed(state, Action.REAFFIRM) and allowed(state, Action.HEARTBEAT)


def test_bit_order_is_that_of_the_w3c_bitstring() -> None:
    """Bitstring Status List v1.0 §3.2: index 0 is the left-most bit."""
    listed = StatusList()
    listed.apply(Action.REVOKE, 0)
    listed.apply(Action.REVOKE, 9)
    listed.apply(Action.SUSPEND, LIST_SIZE - 1)
    revoked, suspended = listed.bitstring("revocation", 0), listed.bitstring("suspension", 0)
    assert len(revoked) == len(suspended) == 16 * 1024
    assert revoked[:2] == b"\x80\x40" and not any(revoked[2:])
    assert suspended[-1] == 1 and not any(suspended[:-1])


def test_nothing_outside_the_open_lists() -> None:
    listed = StatusList()
    for call in (
        lambda: listed.state(LIST_SIZE),
        lambda: listed.state(-1),
        lambda: listed.apply(Action.REVOKE, LIST_SIZE),
        lambda: listed.bitstring("revocation", 1),
        lambda: listed.chunk_proof(CHUNKS_PER_LIST),
    ):
        with pytest.raises(BadEvidence, match="status-index"):
            call()
    with pytest.raises(BadEvidence, match="status-rule"):
        listed.open(0)


def test_a_thousand_lists_cost_one_path_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = StatusList()
    listed.open(1000)
    hashed = 0
    real = merkle.node_hash

    def counting(left: bytes, right: bytes) -> bytes:
        nonlocal hashed
        hashed += 1
        return real(left, right)

    monkeypatch.setattr("ledger.core.status.node_hash", counting)
    listed.apply(Action.REVOKE, 999 * LIST_SIZE + 12345)
    listed.root()
    assert hashed <= 40


def test_history_dates_each_change() -> None:
    raw = status_stream([(Action.SUSPEND, 5), (Action.REINSTATE, 5), (Action.REVOKE, 5)])
    history = replay(entries_of({"entries": [one.hex() for one in raw]}))
    states = [history.state_at(5, size) for size in range(5)]
    assert states == ["active", "active", "suspended", "active", "revoked"]


def test_continuation_stands_first_only() -> None:
    first = ContinuationEntry(0, seeded("c"), "a.cn/status", 1, 5, seeded("r"))
    heartbeat = entries_of({"entries": [status_stream([])[0].hex()]})[0]
    assert replay([first, heartbeat]).size == 2
    with pytest.raises(BadEvidence, match="status-rule"):
        replay([heartbeat, first])


def test_roots_may_be_left_unchecked() -> None:
    entry = entries_of({"entries": [status_stream([(Action.REVOKE, 1)])[1].hex()]})[0]
    wrong = StatusEntry(0, bytes(32), Action.REVOKE, 2, None, 1, entry.root)
    assert replay([wrong], check_roots=False).state(2) == "revoked"
