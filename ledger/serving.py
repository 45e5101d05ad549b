"""Serving an ASGI app until a signal: what both web doors share.

The socket is bound first, so that a taken port is told before anything is opened, and the server
returns after SIGTERM or SIGINT, so that whoever called can close what it holds.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

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


def serve_app(app: Any, listening: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT, then finishes what is under way; for the main thread."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _Server(config, on_ready).run([listening])


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

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
