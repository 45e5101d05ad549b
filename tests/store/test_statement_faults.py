"""Appending statements in four worlds: every write fails once, done or not, reported or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from ledger.core.xapi.mentions import agent_key
from ledger.errors import CouldNotLook
from ledger.ports.statements import BatchOutcome, StatementQuery
from ledger.store import Store
from ledger.store.database import Database
from tests.store.chain_samples import TEACHER, check_chains, link
from tests.store.samples import audit, sealed_store
from tests.store.statement_samples import (
    append,
    attachment,
    by_agent,
    by_course,
    course,
    new,
    numbers,
    refer,
    student,
    uuid,
    void,
)

TABLES = (
    "record", "identity", "segment", "statement", "posting", "reference", "moment", "authority",
    "agent", "activity", "attached", "attachment", "subject", "chained",
)  # fmt: skip
DATA = attachment(b"data")
FRESH = (
    new(10, target=course(9, name={"en": "Nine"}), attachments=(DATA.sha2,)),
    new(11, target=refer(10)),
    void(12, 1),
    link(13, target=refer(2)),
)


class Crash(BaseException):
    """The process dies here."""


def counts(store: Store) -> dict[str, int]:
    with store._database.read() as connection:
        return {
            table: int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one())
            for table in TABLES
        }


def seeded(store: Store) -> None:
    append(store, new(1), new(2), new(3, target=refer(10)), link(4))


def submit(store: Store) -> BatchOutcome:
    return append(store, *FRESH, data=(DATA,))


def check_all(store: Store) -> None:
    """Everything is there, once, and every index leads to it."""
    assert sorted(numbers(store.statements(StatementQuery()))) == [2, 3, 4, 10, 11, 12, 13]
    assert sorted(numbers(store.statements(by_course(9)))) == [3, 10, 11]
    assert sorted(numbers(store.statements(by_agent(student(2))))) == [2, 13]
    assert len(store.agents(agent_key(student(10)))) == 1
    assert store.activity(course(9)["id"]) is not None
    assert store.attachment(DATA.sha2) == DATA
    voided = store.statement(uuid(1))
    assert voided is not None
    assert voided.voided
    assert check_chains(store, store) == 2
    for kind in ("learning", "teaching"):
        audit(store, store._folder / kind, kind)


def failing(real: Callable[..., Any], nth: int, applied: bool, error: BaseException) -> Any:
    calls = 0

    def call(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != nth + 1:
            return real(*given, **named)
        if applied:
            real(*given, **named)
        raise error

    return call


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("method", ["insert", "many"])
def test_a_write_that_fails_leaves_nothing(
    disk: Store, monkeypatch: pytest.MonkeyPatch, method: str, crash: bool, applied: bool
) -> None:
    seeded(disk)
    before = counts(disk)
    error: BaseException = Crash() if crash else CouldNotLook("disk-full", why="test")
    nth = 0
    while True:
        with monkeypatch.context() as patch:
            real = getattr(Database, method)
            patch.setattr(Database, method, failing(real, nth, applied, error))
            try:
                told = submit(disk)
            except (Crash, CouldNotLook):
                assert counts(disk) == before
                assert check_chains(disk, disk) == 1
            else:
                break
        nth += 1
    assert nth >= 6
    assert told == BatchOutcome((3, 4, 5, 1), (True,) * 4)
    check_all(disk)


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("crash", [False, True])
def test_a_commit_that_fails(
    disk: Store, monkeypatch: pytest.MonkeyPatch, url: str | None, crash: bool, applied: bool
) -> None:
    """Reported as failed and done nevertheless: the same again is told as repeated."""
    seeded(disk)
    before = counts(disk)
    engine = disk._database.engine
    error: BaseException = Crash() if crash else OperationalError("COMMIT", None, Exception("gone"))
    with monkeypatch.context() as patch:
        broken = failing(engine.dialect.do_commit, 0, applied, error)
        patch.setattr(engine.dialect, "do_commit", broken)
        with pytest.raises((Crash, CouldNotLook)):
            submit(disk)
    if crash:
        disk.close()
        reopened = sealed_store(disk._folder.parent, url)
    else:
        reopened = disk
    if not applied:
        assert counts(reopened) == before
        assert check_chains(reopened, reopened) == 1
    told = submit(reopened)
    assert told == BatchOutcome((3, 4, 5, 1), (not applied,) * 4)
    check_all(reopened)
    if crash:
        reopened.close()


@pytest.mark.parametrize("applied", [False, True])
def test_erasing_that_fails_leaves_all(
    disk: Store, monkeypatch: pytest.MonkeyPatch, applied: bool
) -> None:
    seeded(disk)
    submit(disk)
    before = counts(disk)
    engine = disk._database.engine
    error = OperationalError("COMMIT", None, Exception("gone"))
    with monkeypatch.context() as patch:
        patch.setattr(
            engine.dialect, "do_commit", failing(engine.dialect.do_commit, 0, applied, error)
        )
        with pytest.raises(CouldNotLook):
            disk.erase_statement("learning", 3)
    if not applied:
        assert counts(disk) == before
        check_all(disk)
    assert disk.erase_statement("learning", 3) is not applied
    assert disk.statements(by_course(9)) == []
    assert disk.attachment(DATA.sha2) is None


@pytest.mark.parametrize("applied", [False, True])
def test_erasing_a_link_that_fails(
    disk: Store, monkeypatch: pytest.MonkeyPatch, applied: bool
) -> None:
    """Payload and record go together, or neither."""
    seeded(disk)
    submit(disk)
    engine = disk._database.engine
    error = OperationalError("COMMIT", None, Exception("gone"))
    with monkeypatch.context() as patch:
        patch.setattr(
            engine.dialect, "do_commit", failing(engine.dialect.do_commit, 0, applied, error)
        )
        with pytest.raises(CouldNotLook):
            disk.erase_statement("teaching", 0)
    assert check_chains(disk, disk) == 2
    assert [one.erased for one in disk.chain(TEACHER, 9)] == [applied, False]
    assert disk.erase_statement("teaching", 0) is not applied
    assert [one.erased for one in disk.chain(TEACHER, 9)] == [True, False]
    assert check_chains(disk, disk) == 2
