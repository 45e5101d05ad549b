"""One holder at a time, across processes and threads, by `flock`; the kernel frees it at a crash.

Every attempt opens the file anew, so two threads of one process exclude each other as well.
"""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import CouldNotLook
from ledger.store.failures import refusing

_PAUSE = 0.005
_LONGEST_PAUSE = 0.05


@contextmanager
def held(path: Path, timeout: float, code: str, **detail: object) -> Iterator[bool]:
    """Holds the lock file while the context lasts; whether somebody else had it first.

    Waits up to `timeout` seconds, then CouldNotLook(code, holder=…).
    """
    with refusing():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        at_once = _tried(descriptor)
        if not at_once and not _waited(descriptor, timeout):
            raise CouldNotLook(code, holder=_holder(path), **detail)
        _sign(descriptor)
        yield not at_once
    finally:
        os.close(descriptor)  # frees the lock


def _tried(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _waited(descriptor: int, timeout: float) -> bool:
    deadline, pause = time.monotonic() + timeout, _PAUSE
    while not _tried(descriptor):
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return True


def _sign(descriptor: int) -> None:
    """Who holds it, for those who wait. Only a courtesy: a full disk must not stop the holder."""
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]).strip() or "python"
    text = f"pid {os.getpid()} ({command}, {threading.current_thread().name})\n".encode()
    try:
        # Unchanged for a process that takes the lock again and again: a file that changes makes
        # every fsync beside it wait for the file system's journal.
        if os.pread(descriptor, len(text) + 1, 0) != text:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, text, 0)
    except OSError:
        return


def _holder(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip() or "?"
    except OSError:
        return "?"
