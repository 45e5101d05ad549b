"""Every write in four worlds: applied or not, reported or not; then again, then the oracle."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.core.entry import Action
from ledger.errors import CouldNotLook
from ledger.office.anchor import anchor
from ledger.office.ingest import ingest
from ledger.office.issue import issue
from ledger.office.status import change_status
from tests.office.faults import WORLDS, Crash
from tests.office.worlds import Campus, Institution, degree, statement, teaching
from tests.oracle import derive_everything
from tests.store.samples import sealed_store

ROWS = [degree(f"N-{number}") for number in range(4)]
LINES = b"".join(statement(number) for number in range(5))
TAUGHT = b"".join(
    [*(teaching(number, f"t-{number % 2}") for number in range(10, 15)), statement(9)]
)


def _issue(school: Institution) -> None:
    issue(school.office, ROWS)


def _ingest(school: Institution) -> None:
    ingest(school.office, "learning", io.BytesIO(LINES))


def _teach(school: Institution) -> None:
    ingest(school.office, "teaching", io.BytesIO(TAUGHT))


def _anchor(school: Institution) -> None:
    anchor(school.office)


def _suspend(school: Institution) -> None:
    change_status(school.office, "N-0", Action.SUSPEND, "under-review")


def _seeded(school: Institution) -> None:
    """Something of every kind waits for an anchor."""
    _issue(school)
    _ingest(school)
    _teach(school)


WRITES: dict[str, tuple[Callable[[Institution], None], str, str]] = {
    "issue": (_issue, "store", "append"),
    "ingest": (_ingest, "statements", "append_statements"),
    "teach": (_teach, "statements", "append_statements"),
    "heartbeat": (_anchor, "store", "append"),
    "sign": (_anchor, "store", "sign_checkpoint"),
    "anchor": (_anchor, "sender", "anchor"),
    "note": (_anchor, "store", "record_anchor"),
}


@pytest.fixture(params=["memory", "disk"])
def any_school(request: pytest.FixtureRequest, campus: Campus, tmp_path: Path) -> Any:
    if request.param == "memory":
        yield campus.institution()
        return
    store = sealed_store(tmp_path)
    yield campus.institution(store=store.streams)
    store.close()


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("write", WRITES)
def test_write(any_school: Institution, write: str, world: str) -> None:
    school = any_school
    action, port, method = WRITES[write]
    if port == "sender" or method in ("sign_checkpoint", "record_anchor"):
        _seeded(school)
    with pytest.raises((Crash, CouldNotLook)):
        action(school.broken(port, method, world))
    action(school)
    _seeded(school)
    anchor(school.office)
    assert anchor(school.office) == []
    sizes = {kind: school.store.size(kind) for kind in school.office.kinds()}
    assert (sizes["credential"], sizes["learning"], sizes["teaching"]) == (4, 5, 6)
    assert [head.count for head in school.statements.subjects()] == [3, 2, 1]
    assert sizes["status"] == 1
    for kind in ("credential", "learning", "teaching", "status"):
        assert school.anchors_on_chain(kind) == 1
        assert len(school.store.anchors(kind)) == 1
    derive_everything(school.office)


@pytest.mark.parametrize("world", WORLDS)
def test_status_change(school: Institution, world: str) -> None:
    """A change whose report was lost is refused the second time, not made twice."""
    _issue(school)
    with pytest.raises((Crash, CouldNotLook)):
        _suspend(school.broken("store", "append", world))
    applied = world.startswith("applied")
    size = school.store.size("status")
    if applied:
        with pytest.raises(Exception, match="status-not-possible"):
            _suspend(school)
        assert school.store.size("status") == size
    else:
        _suspend(school)
    anchor(school.office)
    derive_everything(school.office)
