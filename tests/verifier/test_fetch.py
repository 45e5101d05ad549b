"""Bounded reads over real sockets: every way in which a host can misbehave is one refusal."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ledger.errors import CouldNotLook
from verifier.fetch import Fetcher, get


@contextmanager
def host(*answers: bytes, hold: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """Answers each request with the next bytes and closes after the last; (URL, requests)."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done = threading.Event()

        def serve() -> None:
            left = list(answers)
            listening.settimeout(5)
            while left:
                connection, _ = listening.accept()
                with connection:
                    connection.settimeout(5)
                    while left and (request := connection.recv(4096)):
                        asked.append(request)
                        connection.sendall(left.pop(0))
                        if b"close" in request or left[:1] == [b"hang up"]:
                            left[:1] = []
                            break
                    if hold:
                        done.wait(5)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        finally:
            done.set()
            thread.join()


def answer(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def code_of(look: Callable[[], object]) -> str:
    with pytest.raises(CouldNotLook) as caught:
        look()
    assert "…" not in caught.value.zh + caught.value.en
    return caught.value.code


def test_one_connection_for_many_reads() -> None:
    with host(answer(b"one"), answer(b""), answer(b"three")) as (url, asked), Fetcher() as fetch:
        assert [fetch(f"{url}/{n}?q=1") for n in range(3)] == [b"one", b"", b"three"]
        assert len(fetch._kept) == 1
    assert [one.split(b" ")[1] for one in asked] == [b"/0?q=1", b"/1?q=1", b"/2?q=1"]


def test_a_connection_that_the_host_closed_is_opened_again() -> None:
    with host(answer(b"one"), b"hang up", answer(b"two")) as (url, _), Fetcher() as fetch:
        assert fetch(url) == b"one"
        assert fetch(url) == b"two"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (answer(b"", "404 Not Found"), "host-missing"),
        (answer(b"", "500 Oh"), "host-garbage"),
        (answer(b"", "204 No Content"), "host-garbage"),
        (answer(b"", "302 Found", "Location: http://127.0.0.1:1/\r\n"), "host-garbage"),
        (b"", "host-unreachable"),
        (b"nonsense\r\n\r\n", "host-unreachable"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "host-unreachable"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "host-unreachable"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n", "host-unreachable"),
        (b"HTTP/1.1 " + b"2" * 70_000, "host-unreachable"),
    ],
)
def test_bad_answers(data: bytes, code: str) -> None:
    with host(data) as (url, _):
        assert code_of(lambda: get(f"{url}/x")) == code


def test_too_long() -> None:
    for data in (answer(bytes(101)), b"HTTP/1.1 200 OK\r\n\r\n" + bytes(5000)):
        with host(data) as (url, _):
            assert code_of(lambda: get(url, limit=100)) == "host-garbage"
    with host(answer(bytes(100))) as (url, _):
        assert len(get(url, limit=100)) == 100


def test_too_slow() -> None:
    with host(b"HTTP/1.1 200 OK\r\n", hold=True) as (url, _), Fetcher(timeout=0.2) as fetch:
        assert code_of(lambda: fetch(url)) == "host-unreachable"
    part = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
    with host(part, hold=True) as (url, _), Fetcher(0.2, deadline=0.0) as fetch:
        assert code_of(lambda: fetch(url)) == "host-unreachable"


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "file:///etc/passwd", "ftp://x/", "http://", "http:///x", "http://[/",
        "http://x:port/", "http://127.0.0.1:0/", "http://127.0.0.1:1/", "http://a b/",
        "http://127.0.0.1:1/\r\nX: y", "http://nowhere.test/", "http://" + "a" * 300 + "/",
        "https://127.0.0.1:1/", "http://é.test/",
    ],
)  # fmt: skip
def test_addresses_that_lead_nowhere(url: str) -> None:
    assert code_of(lambda: get(url)) in ("host-garbage", "host-unreachable")
