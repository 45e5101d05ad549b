"""Group commit: many callers, one transaction; whatever happens, every caller is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, CouldNotLook, Refusal
from ledger.memory import MemoryStatementStore
from ledger.office.committer import Bounds, Committer
from ledger.office.statements import prepare
from ledger.ports.statements import Attachment, BatchOutcome, StatementBatch
from tests.office.records import AUTHORITY, Records, statement

SECONDS = 20.0


class Gate(MemoryStatementStore):
    """A store whose transactions wait until the gate is open, and are noted: how many batches."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()
        self.entered = threading.Event()
        self.groups: list[int] = []
        self.refusing: Callable[[Sequence[StatementBatch]], Exception | None] = lambda _: None

    def append_statements(
        self,
        batches: Sequence[StatementBatch],
        equivalent: Callable[[bytes, bytes], bool],
        now: int,
        timeout: float = 60.0,
    ) -> list[BatchOutcome]:
        self.entered.set()
        assert self.opened.wait(SECONDS)
        self.groups.append(len(batches))
        error = self.refusing(batches)
        if error is not None:
            raise error
        return super().append_statements(batches, equivalent, now, timeout)


class Callers:
    """A committer over a gated store, and threads that submit to it."""

    def __init__(self, committer: Committer, store: Gate, pool: ThreadPoolExecutor) -> None:
        self.committer, self.store, self._pool = committer, store, pool
        self._office = Records().office(store)

    def batch(self, *numbers: int, attachments: Sequence[Attachment] = ()) -> StatementBatch:
        submitted = [statement(number) for number in numbers]
        return prepare(self._office, submitted, Version.V1, AUTHORITY, attachments=attachments)[0]

    def submit(self, batch: StatementBatch) -> Future[BatchOutcome]:
        return self._pool.submit(self.committer.submit, batch)

    def queued(self, *batches: StatementBatch) -> list[Future[BatchOutcome]]:
        """Submits one batch, which enters the store and waits there, and the rest behind it."""
        first = self.submit(batches[0])
        assert self.store.entered.wait(SECONDS)
        found = [first]
        for place, batch in enumerate(batches[1:], 1):
            found.append(self.submit(batch))
            self.wait_for(lambda: len(self.committer._queue) == place)  # noqa: B023
        return found

    @staticmethod
    def wait_for(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.001)


@contextmanager
def callers(bounds: Bounds | None = None) -> Iterator[Callers]:
    store = Gate()
    committer = Committer(Records().office(store), bounds)
    committer.start()
    with ThreadPoolExecutor(64) as pool:
        try:
            yield Callers(committer, store, pool)
        finally:
            store.opened.set()
            committer.stop()


def test_what_queues_behind_a_transaction_is_one_transaction() -> None:
    with callers() as some:
        waiting = some.queued(*(some.batch(number) for number in range(1, 21)))
        some.store.opened.set()
        outcomes = [one.result(SECONDS) for one in waiting]
        assert some.store.groups == [1, 19]
        assert [one.indexes for one in outcomes] == [(index,) for index in range(20)]


def test_bounds_count_statements_and_bytes() -> None:
    with callers(Bounds(statements=4)) as some:
        batches = [some.batch(0), some.batch(1, 2), some.batch(3, 4), some.batch(5, 6, 7, 8, 9)]
        waiting = some.queued(*batches, some.batch(10))
        some.store.opened.set()
        assert all(one.result(SECONDS).conflict is None for one in waiting)
        assert some.store.groups == [1, 2, 1, 1]
    with callers(Bounds(bytes=1_500)) as some:
        large = Attachment("aa" * 32, "text/plain", bytes(700))
        batches = [some.batch(0), some.batch(1, attachments=[large]), some.batch(2)]
        waiting = some.queued(*batches, some.batch(3, attachments=[large]))
        some.store.opened.set()
        assert all(one.result(SECONDS).conflict is None for one in waiting)
        assert some.store.groups == [1, 2, 1]


def test_each_caller_gets_its_own_outcome() -> None:
    with callers() as some:
        other = prepare(
            Records().office(), [statement(1, result={"success": True})], Version.V1, AUTHORITY
        )[0]
        waiting = some.queued(some.batch(0), some.batch(1), other, some.batch(2, 1))
        some.store.opened.set()
        assert [one.result(SECONDS) for one in waiting] == [
            BatchOutcome((0,), (True,)),
            BatchOutcome((1,), (True,)),
            BatchOutcome(conflict=0),
            BatchOutcome((2, 1), (True, False)),
        ]


def test_a_store_that_cannot_refuses_every_waiting_caller() -> None:
    with callers() as some:
        waiting = some.queued(some.batch(0), some.batch(1), some.batch(2))
        some.store.refusing = lambda _: CouldNotLook("disk-full", why="test")
        some.store.opened.set()
        for one in waiting:
            with pytest.raises(CouldNotLook) as refused:
                one.result(SECONDS)
            assert refused.value.code == "disk-full"
        some.store.refusing = lambda _: None
        assert some.committer.submit(some.batch(3)) == BatchOutcome((0,), (True,))


@pytest.mark.parametrize("error", [BadEvidence("entry", reason="test"), ValueError("a defect")])
def test_nobody_is_refused_for_what_another_one_submitted(error: Exception) -> None:
    with callers() as some:
        bad = some.batch(2)
        waiting = some.queued(some.batch(0), some.batch(1), bad, some.batch(3))
        some.store.refusing = lambda batches: error if bad in batches else None
        some.store.opened.set()
        with pytest.raises(type(error)):
            waiting.pop(2).result(SECONDS)
        assert [one.result(SECONDS).indexes for one in waiting] == [(0,), (1,), (2,)]


def test_stop_answers_all_that_waits_and_takes_nothing_more() -> None:
    with callers() as some:
        waiting = some.queued(*(some.batch(number) for number in range(5)))
        stopping = threading.Thread(target=some.committer.stop)
        stopping.start()
        some.wait_for(lambda: not some.committer._open)
        with pytest.raises(CouldNotLook) as refused:
            some.committer.submit(some.batch(9))
        assert refused.value.code == "store-stopping"
        some.store.opened.set()
        stopping.join(SECONDS)
        assert not stopping.is_alive()
        assert [one.result(SECONDS).indexes for one in waiting] == [(index,) for index in range(5)]


def test_before_start_nothing_is_taken_and_after_stop_it_starts_again() -> None:
    store = Gate()
    store.opened.set()
    records = Records()
    committer = Committer(records.office(store))
    batch = prepare(records.office(), [statement(1)], Version.V1, AUTHORITY)[0]
    with pytest.raises(CouldNotLook):
        committer.submit(batch)
    for fresh in (True, False):
        committer.start()
        assert committer.submit(batch) == BatchOutcome((0,), (fresh,))
        committer.stop()
    committer.stop()


def test_a_full_queue_makes_callers_wait_and_then_says_so() -> None:
    with callers(Bounds(waiting=2, patience=0.05)) as some:
        waiting = some.queued(*(some.batch(number) for number in range(3)))
        with pytest.raises(CouldNotLook) as refused:
            some.committer.submit(some.batch(3))
        assert refused.value.code == "store-busy"
        some.store.opened.set()
        assert [one.result(SECONDS).indexes for one in waiting] == [(0,), (1,), (2,)]


def test_a_caller_that_waits_for_a_place_gets_it() -> None:
    with callers(Bounds(waiting=1)) as some:
        waiting = some.queued(some.batch(0), some.batch(1))
        waiting += [some.submit(some.batch(number)) for number in range(2, 30)]
        some.store.opened.set()
        assert sorted(one.result(SECONDS).indexes[0] for one in waiting) == list(range(30))


def test_many_threads() -> None:
    with callers() as some:
        some.store.opened.set()
        numbers = range(200)
        waiting = [some.submit(some.batch(number)) for number in numbers]
        indexes = [one.result(SECONDS).indexes[0] for one in waiting]
        assert sorted(indexes) == list(numbers)
        assert sum(some.store.groups) == len(numbers)


def test_a_refusal_is_the_callers_own_kind_of_error() -> None:
    with callers() as some:
        some.store.opened.set()
        some.store.refusing = lambda _: BadEvidence("entry", reason="test")
        with pytest.raises(Refusal):
            some.committer.submit(some.batch(1))
