"""Anchoring: what is due, what is refused, and a crash at every step."""

from __future__ import annotations

import dataclasses

import pytest

from ledger.core.entry import Action
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed
from ledger.memory import MemoryStreamStore
from ledger.office.anchor import HEARTBEAT_SECONDS, anchor, anchored_size, due, heartbeat_due
from ledger.office.issue import issue
from ledger.office.status import append_heartbeat, change_status
from tests.office.faults import Crash
from tests.office.worlds import Campus, Institution, degree
from tests.oracle import derive_everything

ROWS = [degree(f"N-{number}") for number in range(3)]


def test_an_empty_institution_gets_its_first_heartbeat(school: Institution) -> None:
    assert due(school.office)
    (done,) = anchor(school.office)
    assert (done.stream, done.size, done.root) == ("status", 1, school.store.root("status", 1))
    assert done.gas > 21_000
    assert not due(school.office)
    derive_everything(school.office)


def test_nothing_to_do(school: Institution) -> None:
    anchor(school.office)
    before = school.campus.read().block().number
    assert anchor(school.office) == []
    assert school.campus.read().block().number == before


def test_grows(school: Institution) -> None:
    issue(school.office, ROWS[:1])
    assert [done.stream for done in anchor(school.office)] == ["credential", "status"]
    issue(school.office, ROWS)
    assert due(school.office)
    (done,) = anchor(school.office)
    assert (done.stream, done.size) == ("credential", 3)
    change_status(school.office, "N-1", Action.REVOKE, "other")
    assert [done.stream for done in anchor(school.office)] == ["status"]
    rows = school.store.anchors("credential")
    assert [(row.seq, row.size) for row in rows] == [(1, 1), (2, 3)]
    assert all(row.gas > 21_000 for row in rows)
    assert anchored_size(school.office, "credential") == 3
    derive_everything(school.office)


def test_heartbeat_a_day(school: Institution) -> None:
    anchor(school.office)
    school.late = HEARTBEAT_SECONDS - 60
    assert not heartbeat_due(school.office, school.reader)
    assert anchor(school.office) == []
    school.late = HEARTBEAT_SECONDS + 60
    assert due(school.office)
    (done,) = anchor(school.office)
    assert (done.stream, done.size) == ("status", 2)
    derive_everything(school.office)


def test_no_second_heartbeat_while_one_waits(school: Institution) -> None:
    anchor(school.office)
    school.late = HEARTBEAT_SECONDS + 60
    append_heartbeat(school.office)
    (done,) = anchor(school.office)
    assert done.size == 2


def test_not_admitted(campus: Campus) -> None:
    school = campus.stranger()
    with pytest.raises(NotAllowed, match="not-registered"):
        anchor(school.office)
    assert school.store.size("status") == 0


def test_not_accredited_anchors_status_all_the_same(campus: Campus) -> None:
    school = campus.institution(accredited=False)
    assert [done.stream for done in anchor(school.office)] == ["status"]


def test_store_behind_the_chain(school: Institution) -> None:
    """A backup from before the anchor was put back: nothing is signed."""
    issue(school.office, ROWS)
    anchor(school.office)
    behind = dataclasses.replace(school, store=MemoryStreamStore())
    append_heartbeat(behind.office)
    with pytest.raises(NotAllowed) as caught:
        anchor(behind.office)
    assert caught.value.code == "stream-behind-chain"
    assert caught.value.detail["anchored"] == 3
    assert behind.store.checkpoint("credential") is None


def test_forked_store(school: Institution) -> None:
    issue(school.office, ROWS)
    anchor(school.office)
    forked = dataclasses.replace(school, store=MemoryStreamStore())
    issue(forked.office, ROWS)
    append_heartbeat(forked.office)
    with pytest.raises(BadEvidence, match="stream-forked"):
        anchor(forked.office)
    assert forked.store.checkpoint("credential") is None


def test_chain_unreachable(school: Institution) -> None:
    issue(school.office, ROWS)
    faulty = school.broken("reader", "institution_by_domain", "lost")
    with pytest.raises(CouldNotLook):
        anchor(faulty.office)
    assert len(anchor(school.office)) == 2
    derive_everything(school.office)


def test_a_node_that_forgets_its_events(school: Institution) -> None:
    issue(school.office, ROWS)
    anchor(school.office)

    class Forgetful:
        def __getattr__(self, name: str) -> object:
            return (lambda *_: None) if name == "anchored" else getattr(school.reader, name)

    lost = dataclasses.replace(school, reader=Forgetful())  # type: ignore[arg-type]
    lost.store.stream("credential").anchors.clear()  # type: ignore[attr-defined]
    with pytest.raises(CouldNotLook, match="node-garbage"):
        anchor(lost.office)


CRASHES = [
    ("sender", "recover", "applied-crash"),
    ("store", "sign_checkpoint", "crash"),
    ("store", "sign_checkpoint", "applied-crash"),
    ("store", "consistency", "crash"),
    ("sender", "anchor", "crash"),
    ("sender", "anchor", "applied-crash"),
    ("store", "record_anchor", "crash"),
    ("store", "record_anchor", "applied-crash"),
]


@pytest.mark.parametrize(("port", "method", "step"), CRASHES)
def test_crash_then_once_more(school: Institution, port: str, method: str, step: str) -> None:
    issue(school.office, ROWS[:1])
    anchor(school.office)
    issue(school.office, ROWS)
    change_status(school.office, "N-0", Action.SUSPEND, "other")
    school.late = HEARTBEAT_SECONDS + 60
    broken = school.broken(port, method, step)
    with pytest.raises(Crash):
        anchor(broken.office)
    anchor(school.office)
    school.late = 0
    assert anchor(school.office) == []
    assert school.anchors_on_chain("credential") == 2
    assert school.anchors_on_chain("status") == 2
    assert len(school.store.anchors("credential")) == 2
    assert school.store.size("status") == 2
    assert not due(school.office)
    derive_everything(school.office)


@pytest.mark.parametrize("step", ["crash", "applied-crash"])
def test_crash_at_the_heartbeat(school: Institution, step: str) -> None:
    anchor(school.office)
    school.late = HEARTBEAT_SECONDS + 60
    broken = school.broken("store", "append", step)
    with pytest.raises(Crash):
        anchor(broken.office)
    (done,) = anchor(school.office)
    assert done.size == 2
    derive_everything(school.office)


def test_another_process_is_faster(school: Institution) -> None:
    """It anchors the same size just before we do: its anchor is found, none is made twice."""
    issue(school.office, ROWS)

    class Slow:
        def __getattr__(self, name: str) -> object:
            return getattr(school.sender, name)

        def anchor(self, kind: str, *given: object) -> object:
            assert anchor(school.office)
            return school.sender.anchor(kind, *given)  # type: ignore[arg-type]

    slow = dataclasses.replace(school, sender=Slow())  # type: ignore[arg-type]
    anchor(slow.office)
    assert school.anchors_on_chain("credential") == school.anchors_on_chain("status") == 1
    derive_everything(school.office)
