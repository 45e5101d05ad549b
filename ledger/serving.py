"""Serving an ASGI app until a signal: what both web doors share.

The socket is bound first, so that a taken port is told before anything is opened, and the server
returns after SIGTERM or SIGINT, so that whoever called can close what it holds.
"""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ledger.errors import CouldNotLook, register

register(
    {
        "port-in-use": (
            "地址 {host}:{port} 不能监听：{why}",
            "cannot listen on {host}:{port}: {why}",
        ),
    }
)
GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 65
"""Longer than the pools of clients and proxies keep an idle connection, so that they end it."""
GARBAGE_THRESHOLDS = (50_000, 20, 50)
"""New objects before Python looks for cycles among them; rounds before it looks at older ones."""
MOST_FRAMING = 65_536
FRAMING_OF_A_BYTE = 9


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening socket; CouldNotLook("port-in-use")."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except (OSError, OverflowError) as error:
        listening.close()
        raise CouldNotLook("port-in-use", host=host, port=port, why=str(error)) from error
    return listening


def url_of(listening: socket.socket, host: str) -> str:
    """`http://host:port` of a listening socket."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"


def serve_app(app: Any, listening: Sequence[socket.socket], on_ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT, then finishes what is under way; for the main thread."""
    _Server(config_of(app), on_ready).run(list(listening))


def config_of(app: Any) -> uvicorn.Config:
    """How both doors serve: uvloop where it is installed, httptools, no web sockets."""
    return uvicorn.Config(
        app,
        loop="auto",
        http=BoundedProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def settle_garbage() -> None:
    """What was loaded at the start is not looked through again, what a request leaves less often.

    A batch of statements is some thousand small dictionaries that no cycle holds. With Python's own
    thresholds the collector walked them again and again while they were read: half of the time of
    parsing and preparing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


class BoundedProtocol(HttpToolsProtocol):
    """httptools gathers heads and trailers without a limit; this one ends the connection when what
    is neither body nor a finished request passes MOST_FRAMING bytes."""

    _framing = 0

    def data_received(self, data: bytes) -> None:
        self._framing += len(data)
        super().data_received(data)
        self._framing = max(0, self._framing)
        if self._framing > MOST_FRAMING and not self.transport.is_closing():
            under_way = cast("RequestResponseCycle | None", self.cycle)
            if under_way is None or under_way.response_complete:
                self.send_400_response("The head of the request is too large.")
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        # Chunks of one byte come with five or more of framing each.
        self._framing -= FRAMING_OF_A_BYTE * len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._framing = 0
        super().on_message_complete()


class _Server(uvicorn.Server):
    """uvicorn raises a caught signal again after its own shutdown, which would end the process
    before its caller has closed threads and files; this one returns instead."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()
            settle_garbage()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
