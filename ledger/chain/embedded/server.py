"""The embedded chain over HTTP: one folder, one process, JSON-RPC by POST."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any

from ledger.chain.embedded.chain import EmbeddedChain, system_clock
from ledger.chain.embedded.engine import GenesisSpec
from ledger.chain.jsonrpc import MAX_BODY
from ledger.chain.served import remove_served, write_served
from ledger.errors import CouldNotLook
from ledger.ports import Clock

IDLE_SECONDS = 120


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "xuezheng-embedded"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    answer: Callable[[bytes], bytes]

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length[:12]) > MAX_BODY:
            # The body is left unread, so the connection cannot be used again.
            self.close_connection = True
            self._send(413 if length.isdigit() else 411, b"")
            return
        body = self.rfile.read(int(length))
        if len(body) == int(length):
            self._send(200, type(self).answer(body))

    def do_GET(self) -> None:
        self._send(405, b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 405:
            self.send_header("Allow", "POST")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged: they say who reads which record."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is no event."""


class ChainServer:
    """Serves a chain in a thread of this process; `url` is known after `start`.

    With `directory`, `chain.json` there tells other processes the address while it is served.
    """

    def __init__(
        self, chain: EmbeddedChain, host: str = "127.0.0.1", port: int = 0,
        directory: Path | None = None,
    ) -> None:  # fmt: skip
        self._chain = chain
        self._directory = directory
        handler = type("Handler", (_Handler,), {"answer": staticmethod(chain.handle_http)})
        try:
            self._server = _Server((host, port), handler)
        except (OSError, OverflowError) as error:
            raise CouldNotLook("port-in-use", host=host, port=port, why=str(error)) from error
        # Listening everywhere, this machine is reached as loopback.
        reached = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host
        shown = f"[{reached}]" if ":" in reached else reached
        self.url = f"http://{shown}:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="chain-server", daemon=True
        )

    def start(self) -> str:
        """Begins to answer; returns the URL."""
        self._thread.start()
        if self._directory:
            write_served(self._directory, self.url, self._chain.chain_id)
        return self.url

    def stop(self) -> None:
        """Stops answering. The chain stays open: whoever opened it closes it."""
        if self._directory:
            remove_served(self._directory)
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def serve_chain(
    directory: Path,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
    *,
    create: GenesisSpec | None = None,
    clock: Clock = system_clock,
    wait: float = 0.0,
) -> None:
    """Serves the chain of a folder until SIGTERM or SIGINT; to be called in the main thread.

    Begins the chain with `create` if there is none. `on_ready` gets the URL when it answers.
    Raises CouldNotLook("chain-in-use" | "no-chain-here" | "port-in-use" | "chain-storage").
    """
    done = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        done.set()

    chain = EmbeddedChain.open(directory, create, clock=clock, wait=wait)
    try:
        server = ChainServer(chain, host, port, directory)
        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            on_ready(server.start())
            while not done.wait(1.0):
                pass
        finally:
            server.stop()
            for number, handler in before.items():
                signal.signal(number, handler)
    finally:
        chain.close()
