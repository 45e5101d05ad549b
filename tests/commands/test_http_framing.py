"""What both web doors do with requests whose head never ends, and with garbage."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ledger.serving import MOST_FRAMING, config_of, listen


async def _length(request: Request) -> Response:
    size = 0
    async for part in request.stream():
        size += len(part)
    return PlainTextResponse(str(size))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    config = config_of(Starlette(routes=[Route("/", _length, methods=["GET", "POST"])]))
    server, listening = uvicorn.Server(config), listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as made:
        yield made


def everything(from_socket: socket.socket) -> bytes:
    """All that the server says until it closes the connection."""
    heard = b""
    try:
        while part := from_socket.recv(65_536):
            heard += part
    except ConnectionResetError:
        pass
    return heard


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nX-Long: ", b"GET /", b"GET / HTTP/1.1\r\nX"])
def test_a_head_without_end_is_refused(port: int, start: bytes) -> None:
    with connected(port) as client:
        client.sendall(start)
        refused = False
        for _ in range(200):
            try:
                client.sendall(b"a" * (MOST_FRAMING // 4))
            except OSError:
                refused = True
                break
        assert refused or b" 400 " in everything(client)[:20]


def test_trailers_without_end_are_cut_off(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
        with pytest.raises(OSError):
            for number in range(100_000):
                client.sendall(b"x%d: %s\r\n" % (number, b"a" * 1_000))


def test_a_body_in_chunks_of_one_byte_passes(port: int) -> None:
    with connected(port) as client:
        head = (
            b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        client.sendall(head + b"1\r\na\r\n" * MOST_FRAMING + b"0\r\n\r\n")
        assert everything(client).endswith(b"\r\n\r\n%d" % MOST_FRAMING)


def test_many_requests_one_after_another_pass(port: int) -> None:
    count = 3 * MOST_FRAMING // 2_000
    with connected(port) as client:
        for _ in range(count):
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n" % (b"a" * 2_000))
            heard = client.recv(65_536)
            assert heard.startswith(b"HTTP/1.1 200 ")


def test_the_collector_is_spared_what_stays() -> None:
    code = (
        "import gc, ledger.serving as s; s.settle_garbage(); "
        "assert gc.isenabled() and gc.get_freeze_count() > 10_000; "
        "assert gc.get_threshold() == s.GARBAGE_THRESHOLDS"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
