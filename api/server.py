"""Runs the HTTP app with its anchoring thread until a signal."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack

from api.home import Home
from api.http.app import create_app, in_front
from api.metrics import Metrics
from api.wiring import Institution, opened
from api.workers import Workers
from ledger.core.teaching.terms import Extension
from ledger.errors import Refusal
from ledger.office.anchor import anchor, due
from ledger.office.vocabulary import extensions_of
from ledger.serving import listen, serve_app, url_of

log = logging.getLogger("xuezheng")
_LOOPBACK = "127.0.0.1"


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
        if self._thread.is_alive():  # it never began where the app did not start
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
        except Exception:  # a defect must not end anchoring for good
            self._metrics.anchor_failed("internal-error")
            log.exception("anchoring")


def serve(
    home: Home,
    host: str,
    port: int,
    interval: int,
    on_ready: Callable[[str], None],
    workers: int = 1,
) -> None:
    """Serves until a signal, in `workers` processes of which this one anchors.

    Raises CouldNotLook("port-in-use" | "chain-in-use" | …).
    """
    with ExitStack() as stack:
        listening = stack.enter_context(listen(host, port))
        url = url_of(listening, host)
        sockets, announced = [listening], url
        if workers > 1:  # who asks for the embedded chain must reach this process, no other
            sockets.append(stack.enter_context(listen(_LOOPBACK, 0)))
            announced = url_of(sockets[1], _LOOPBACK)
        institution = stack.enter_context(opened(home))
        metrics = Metrics()
        anchoring = Anchoring(institution, interval, metrics)
        others = Workers(home, listening, workers - 1)
        app = create_app(institution, institution.chain_call, metrics, _extensions(institution))

        def ready() -> None:
            institution.announce(f"{announced}/chain")
            anchoring.start()
            others.start()
            on_ready(url)

        try:
            serve_app(in_front(app), sockets, ready)
        finally:
            others.stop()
            institution.withdraw()
            anchoring.stop()


def _extensions(institution: Institution) -> Callable[[], tuple[Extension, ...]]:
    """The profiles that the institution added, as of each request."""
    return lambda: extensions_of(institution.office)


def serve_worker(home: Home, listening: socket.socket) -> None:
    """One more process on the same socket: answers requests, leaves anchoring to the first."""
    with opened(home) as institution:
        app = create_app(institution, institution.chain_call, Metrics(), _extensions(institution))
        serve_app(in_front(app), (listening,), lambda: None)
