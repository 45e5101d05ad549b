"""Until when a reader has seen everything (Communication 3.3, `Consistent-Through`).

A transaction with statements chooses its time `stored` under the streams' locks. Whoever asks
meanwhile is told the newest committed time; else now, and nothing that is acknowledged later gets
an earlier time, in whatever process: what was promised stands in the file that is locked, and who
writes reads it there. (The clock cannot do it: a writer looked at it before it had the locks.)
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from ledger.store.failures import refusing
from ledger.store.schema import horizon

_LENGTH = 8
"""Bytes of a time in the file."""


class Pace:
    """Who is writing statements just now. Safe for threads; one for each open store."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._mutex = threading.Lock()
        self._writing = 0
        self._promised = 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Readers of all processes know that a transaction is under way. Waits for nobody but a
        reader who looks at that very moment."""
        with self._mutex:
            self._writing += 1
        try:
            with refusing():
                descriptor = self._open()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH)
                self._hear(descriptor)
                yield
            finally:
                os.close(descriptor)
        finally:
            with self._mutex:
                self._writing -= 1

    def promise(self, now: int) -> bool:
        """Whether nobody is writing; then nothing will be stored at `now` or before."""
        with self._mutex:
            return not self._writing and self._promise_everywhere(now)

    def next(self, last: int, now: int) -> int:
        """The time of a transaction that follows one at `last`."""
        with self._mutex:
            return max(now, last + 1, self._promised + 1)

    def _promise_everywhere(self, now: int) -> bool:
        with refusing():
            descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            promised = max(now, _read(descriptor))
            os.pwrite(descriptor, promised.to_bytes(_LENGTH, "big"), 0)
        except OSError:  # somebody writes, or the disk is full: nothing can be promised
            return False
        finally:
            os.close(descriptor)
        return True

    def _hear(self, descriptor: int) -> None:
        promised = _read(descriptor)
        with self._mutex:
            self._promised = max(self._promised, promised)

    def _open(self) -> int:
        return os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _read(descriptor: int) -> int:
    """What was promised last; 0 if nothing ever was."""
    return int.from_bytes(os.pread(descriptor, _LENGTH, 0), "big")


# Built once: every transaction with statements does these.
_HORIZON = select(horizon.c.stored, horizon.c.erasures)
_LOCKED = _HORIZON.with_for_update()
_SAVE = update(horizon).values(stored=bindparam("newest"))


class Horizon(NamedTuple):
    """`stored` (ms) of the newest transaction with statements; how often something was erased."""

    stored: int
    erasures: int


def read_horizon(connection: Connection, lock: bool = False) -> Horizon:
    """The one row of `horizon`; locked, where the database locks rows, for who will change it."""
    row = connection.execute(_LOCKED if lock else _HORIZON).one()
    return Horizon(row.stored, row.erasures)


def save_stored(connection: Connection, stored: int) -> None:
    connection.execute(_SAVE, {"newest": stored})


def count_erasure(connection: Connection) -> None:
    """Other processes forget what they remember of what is there."""
    connection.execute(update(horizon).values(erasures=horizon.c.erasures + 1))
