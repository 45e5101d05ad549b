"""Runs the HTTP app with its anchoring thread until a signal."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from api.home import Home
from api.http.app import create_app
from api.metrics import Metrics
from api.wiring import Institution, opened
from ledger.errors import CouldNotLook, Refusal
from ledger.office.anchor import anchor, due

log = logging.getLogger("xuezheng")


class Anchoring:
    """Anchors in the background: at once after the start, then every `interval` seconds."""

    def __init__(self, institution: Institution, interval: int, metrics: Metrics) -> None:
        self._institution, self._interval, self._metrics = institution, interval, metrics
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="anchoring", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for a round that is under way; what it leaves is recovered by the next start."""
        self._stopped.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._round()
            self._stopped.wait(self._interval)

    def _round(self) -> None:
        try:
            if due(self._institution.office):
                self._metrics.anchored(len(anchor(self._institution.office)))
        except Refusal as refusal:
            self._metrics.anchor_failed(refusal.code)
            log.warning("anchoring: %s", refusal)


class _Server(uvicorn.Server):
    """Tells when it answers, and returns after a signal.

    uvicorn raises a caught signal again after its own shutdown, which would kill the process
    before the anchoring thread and the chain are closed.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(home: Home, host: str, port: int, interval: int, on_ready: Callable[[str], None]) -> None:
    """Serves until a signal. Raises CouldNotLook("port-in-use" | "chain-in-use" | …)."""
    listening = listen(host, port)
    url = f"http://{host}:{listening.getsockname()[1]}"
    with listening, opened(home) as institution:
        metrics = Metrics()
        anchoring = Anchoring(institution, interval, metrics)
        app = create_app(institution, institution.chain_call, metrics)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=10
        )

        def ready() -> None:
            institution.announce(f"{url}/chain")
            anchoring.start()
            on_ready(url)

        try:
            _Server(config, ready).run([listening])
        finally:
            institution.withdraw()
            anchoring.stop()


def listen(host: str, port: int) -> socket.socket:
    """A bound listening socket, so that a taken port is told before anything is opened."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except (OSError, OverflowError) as error:
        raise CouldNotLook("port-in-use", host=host, port=port, why=str(error)) from error
    return listening
