"""The anchoring thread of `serve`: it outlives what goes wrong in a round."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest

from api import server
from api.metrics import Metrics
from api.server import Anchoring
from ledger.errors import CouldNotLook
from ledger.office import anchor as office_anchor
from ledger.office.anchor import anchored_size
from ledger.office.ingest import ingest
from tests.api.conftest import Door
from tests.office.worlds import statement


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


def test_rounds_go_on(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that is away, then a defect, then all is well."""
    office, metrics = door.institution.office, Metrics()
    due = office_anchor.due
    troubles: list[Exception] = [
        CouldNotLook("node-unreachable", url="u", why="w"),
        RuntimeError("a defect"),
    ]

    def troubled(given: object) -> bool:
        if troubles:
            raise troubles.pop(0)
        return due(given)  # type: ignore[arg-type]

    monkeypatch.setattr(server, "due", troubled)
    ingest(office, "learning", io.BytesIO(statement(801)))
    anchoring = Anchoring(door.institution, 0, metrics)
    anchoring.start()
    try:
        until(lambda: anchored_size(office, "learning") == office.store.size("learning"))
    finally:
        anchoring.stop()
    text = metrics.text(office)[0].decode()
    assert 'xuezheng_anchor_failures_total{code="node-unreachable"} 1.0' in text
    assert 'xuezheng_anchor_failures_total{code="internal-error"} 1.0' in text


def test_stopping_what_never_began(door: Door) -> None:
    Anchoring(door.institution, 1, Metrics()).stop()
