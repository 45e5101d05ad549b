"""Status changes: every action in every state, and what each leaves in the stream."""

from __future__ import annotations

import itertools

import pytest

from ledger.core.canonical import parse_json
from ledger.core.entry import Action, StatusEntry, decode
from ledger.errors import NotAllowed, UnknownNumber, WrongUse
from ledger.office.anchor import anchor
from ledger.office.issue import issue
from ledger.office.status import REASONS, append_heartbeat, change_status, replayed
from tests.office.worlds import Institution, degree
from tests.oracle import derive_everything, set_bits

ACTIONS = (Action.REVOKE, Action.SUSPEND, Action.REINSTATE, Action.SUPERSEDE, Action.REAFFIRM)
REACHED = {
    "active": [],
    "suspended": [Action.SUSPEND],
    "reinstated": [Action.SUSPEND, Action.REINSTATE],
    "revoked": [Action.REVOKE],
    "superseded": [Action.SUPERSEDE],
}
POSSIBLE = {
    "active": {"revoke", "suspend", "supersede", "reaffirm"},
    "suspended": {"revoke", "reinstate", "supersede", "reaffirm"},
    "reinstated": {"revoke", "suspend", "supersede", "reaffirm"},
    "revoked": {"reaffirm"},
    "superseded": {"reaffirm"},
}


@pytest.mark.parametrize("state", REACHED)
def test_every_action_in_every_state(school: Institution, state: str) -> None:
    issue(school.office, [degree(f"N-{action.name}") for action in ACTIONS])
    for action in ACTIONS:
        number = f"N-{action.name}"
        for step in REACHED[state]:
            change_status(school.office, number, step, "other")
        size = school.store.size("status")
        if action.name.lower() in POSSIBLE[state]:
            done = change_status(school.office, number, action, "other")
            assert (done.number, done.action, done.index) == (number, action.name.lower(), size)
        else:
            with pytest.raises(NotAllowed) as caught:
                change_status(school.office, number, action, "other")
            assert caught.value.code == "status-not-possible"
            assert number in caught.value.zh
            assert school.store.size("status") == size
    derive_everything(school.office)


def test_an_entry_says_what_and_the_payload_why(school: Institution) -> None:
    issue(school.office, [degree("N-1")])
    ((leaf, facts),) = school.store.certificates()
    done = change_status(school.office, "N-1", Action.REVOKE, "academic-misconduct")
    entry = decode(school.store.entry("status", done.index))
    assert isinstance(entry, StatusEntry)
    assert (entry.action, entry.status_index, entry.leaf) == (
        Action.REVOKE, facts.status_index, None,
    )  # fmt: skip
    kept = school.store.payload("status", done.index)
    assert kept is not None
    said = parse_json(kept[1])
    assert (said["action"], said["reason"]) == ("revoke", "academic-misconduct")
    assert b"misconduct" not in school.store.entry("status", done.index)
    done = change_status(school.office, "N-1", Action.REAFFIRM, "key-compromise")
    entry = decode(school.store.entry("status", done.index))
    assert isinstance(entry, StatusEntry)
    assert (entry.leaf, entry.status_index) == (leaf, None)


def test_every_reason_is_taken(school: Institution) -> None:
    issue(school.office, [degree("N-1")])
    turns = itertools.cycle([Action.SUSPEND, Action.REINSTATE])
    for reason, action in zip(REASONS, turns, strict=False):
        change_status(school.office, "N-1", action, reason)
    with pytest.raises(WrongUse, match="unknown-reason"):
        change_status(school.office, "N-1", Action.REVOKE, "because")


def test_unknown_number(school: Institution) -> None:
    with pytest.raises(UnknownNumber, match="no-such-certificate"):
        change_status(school.office, "N-404", Action.REVOKE, "other")
    assert school.store.size("status") == 0


def test_status_list_credential(school: Institution) -> None:
    issue(school.office, [degree(f"N-{number}") for number in range(4)])
    place = {facts.number: facts.status_index for _, facts in school.store.certificates()}
    change_status(school.office, "N-1", Action.REVOKE, "other")
    change_status(school.office, "N-2", Action.SUSPEND, "other")
    change_status(school.office, "N-3", Action.SUPERSEDE, "other")
    assert set_bits(school.office, "revocation", 0) == {place["N-1"], place["N-3"]}
    assert set_bits(school.office, "suspension", 0) == {place["N-2"]}


@pytest.mark.parametrize(("purpose", "number"), [("refresh", 0), ("revocation", 1), ("", -1)])
def test_no_such_status_list(school: Institution, purpose: str, number: int) -> None:
    with pytest.raises(UnknownNumber, match="no-such-status-list"):
        set_bits(school.office, purpose, number)


def test_heartbeats_open_lists_and_never_close_them(school: Institution) -> None:
    assert append_heartbeat(school.office) == 1
    assert append_heartbeat(school.office, 3) == 3
    assert append_heartbeat(school.office, 2) == 3
    assert replayed(school.store).lists == 3
    anchor(school.office)
    derive_everything(school.office)


def test_after_the_end_of_the_accreditation(school: Institution) -> None:
    """The end stops new entries, never the status stream."""
    issue(school.office, [degree("N-1")])
    anchor(school.office)
    school.campus.end_accreditations(school)
    change_status(school.office, "N-1", Action.REVOKE, "withdrawn-by-authority")
    (done,) = anchor(school.office)
    assert done.stream == "status"
    derive_everything(school.office)
