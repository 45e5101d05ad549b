"""More processes behind one port: each opens the folder for itself and answers requests.

Nothing is divided among them. A stream's writer holds its lock for one transaction, whichever
process it is in; the first process alone keeps the embedded chain and anchors. A worker ends with
the first process, also when that one is killed: the pipe between them then breaks.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from api.home import Home, passphrase

log = logging.getLogger("xuezheng")

PAUSE_SECONDS = 1.0
STOP_SECONDS = 20.0


class Workers:
    """`count` worker processes on a listening socket; one that dies is started again."""

    def __init__(self, home: Home, listening: socket.socket, count: int) -> None:
        self._home, self._listening, self._count = home, listening, count
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._life: tuple[int, int] | None = None

    def start(self) -> None:
        """Call once the embedded chain is announced: workers speak to it through this process."""
        if not self._count:
            return
        self._life = os.pipe()
        environment = {**os.environ, "XUEZHENG_PASSPHRASE": passphrase(self._home)}
        for number in range(self._count):
            keeping = threading.Thread(
                target=self._keep, args=(environment,), name=f"worker {number}", daemon=True
            )
            self._threads.append(keeping)
            keeping.start()

    def stop(self) -> None:
        """Ends the workers and waits for what they have under way."""
        self._stopped.set()
        with self._lock:
            for process in self._running:
                process.terminate()
        for keeping in self._threads:
            keeping.join(STOP_SECONDS)
        if self._life:
            for descriptor in self._life:
                os.close(descriptor)

    def _keep(self, environment: dict[str, str]) -> None:
        while not self._stopped.is_set():
            process = self._started(environment)
            if process is None:
                return
            status = process.wait()
            with self._lock:
                self._running.discard(process)
            if not self._stopped.is_set():
                log.warning("worker %d ended with %d", process.pid, status)
                self._stopped.wait(PAUSE_SECONDS)

    def _started(self, environment: dict[str, str]) -> subprocess.Popen[bytes] | None:
        assert self._life is not None
        descriptors = (self._listening.fileno(), self._life[0])
        with self._lock:
            if self._stopped.is_set():
                return None
            process = subprocess.Popen(
                [sys.executable, "-m", "api.workers", self._home.root, *map(str, descriptors)],
                pass_fds=descriptors,
                env=environment,
                stdin=subprocess.DEVNULL,
            )
            self._running.add(process)
        return process


def _end_with_the_first(life: int) -> None:
    def watch() -> None:
        with suppress(OSError):
            os.read(life, 1)  # nothing is ever written: this returns when the other end is gone
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="life", daemon=True).start()


def main(arguments: list[str]) -> int:
    """One worker: HOME, the descriptor of the listening socket, that of the pipe."""
    from api.server import serve_worker

    root, listening, life = arguments
    _end_with_the_first(int(life))
    serve_worker(Home(Path(root)), socket.socket(fileno=int(listening)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
