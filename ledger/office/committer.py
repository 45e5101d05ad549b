"""Group commit: what many requests submit at once is acknowledged by one durable transaction.

One thread writes. While it waits for the disk the next requests queue up, and it takes all of
them, up to a bound, into its next transaction: the more callers, the fewer syncs each of them
costs. A caller is answered when its own batch is on disk.

Crash story: a crash before the transaction commits leaves nothing, and no caller was answered;
after it everything is there, and a caller that was not answered submits again and finds its
statements as already stored.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from ledger.errors import CouldNotLook
from ledger.office.context import Office
from ledger.office.statements import accept
from ledger.ports.statements import BatchOutcome, StatementBatch

log = logging.getLogger("xuezheng")


@dataclass(frozen=True)
class Bounds:
    """How much one transaction takes, and how many callers may queue behind it.

    A batch larger than a transaction's bounds gets one of its own. `patience`: seconds that a
    caller waits for a place in the queue.
    """

    statements: int = 2_048
    bytes: int = 16 << 20
    waiting: int = 256
    patience: float = 60.0


@dataclass(frozen=True)
class _Waiting:
    batch: StatementBatch
    size: int
    done: Future[BatchOutcome]


class Committer:
    """Acknowledges batches for many threads. `start` it before anybody submits."""

    def __init__(self, office: Office, bounds: Bounds | None = None) -> None:
        self._office = office
        self._bounds = bounds or Bounds()
        self._queue: deque[_Waiting] = deque()
        lock = threading.Lock()
        self._work = threading.Condition(lock)
        self._room = threading.Condition(lock)
        self._open = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts the thread that writes."""
        with self._work:
            self._open = True
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Takes nothing more, and returns when all that waits is answered."""
        with self._work:
            self._open = False
            self._work.notify_all()
            self._room.notify_all()
        if self._thread is not None:
            self._thread.join()

    def submit(self, batch: StatementBatch) -> BatchOutcome:
        """Blocks until the batch is on disk, or in conflict with what is there.

        Raises what the transaction raised (then nothing of the batch is there), and
        CouldNotLook("store-stopping" | "store-busy") where it never got so far.
        """
        waiting = _Waiting(batch, _size(batch), Future())
        with self._work:
            if not self._room.wait_for(self._may_queue, self._bounds.patience):
                raise CouldNotLook("store-busy", why="queue")
            if not self._open:
                raise CouldNotLook("store-stopping")
            self._queue.append(waiting)
            self._work.notify()
        return waiting.done.result()

    def _may_queue(self) -> bool:
        return not self._open or len(self._queue) < self._bounds.waiting

    def _run(self) -> None:
        while group := self._gather():
            self._commit(group)

    def _gather(self) -> list[_Waiting]:
        """What waits, up to the bounds; nothing only when stopped and drained."""
        group: list[_Waiting] = []
        statements = size = 0
        with self._work:
            self._work.wait_for(lambda: self._queue or not self._open)
            while self._queue:
                statements += len(self._queue[0].batch.statements)
                size += self._queue[0].size
                if group and (statements > self._bounds.statements or size > self._bounds.bytes):
                    break
                group.append(self._queue.popleft())
            self._room.notify(len(group))
        return group

    def _commit(self, group: Sequence[_Waiting]) -> None:
        try:
            outcomes = accept(self._office, [waiting.batch for waiting in group])
        except CouldNotLook as refusal:  # the store, not a batch, is the reason
            _fail(group, refusal)
        except Exception as error:
            if len(group) > 1:  # nobody is refused for what another one submitted
                for waiting in group:
                    self._commit([waiting])
            else:
                log.debug("a batch was refused", exc_info=error)
                _fail(group, error)
        else:
            for waiting, outcome in zip(group, outcomes, strict=True):
                waiting.done.set_result(outcome)


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        waiting.done.set_exception(error)


def _size(batch: StatementBatch) -> int:
    payloads = sum(len(new.payload) for new in batch.statements)
    return payloads + sum(len(one.content) for one in batch.attachments)
