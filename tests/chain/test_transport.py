"""The wire: answers that are none, nodes that are down, servers that hang up."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from ledger.chain.embedded.chain import EmbeddedChain
from ledger.chain.embedded.server import ChainServer
from ledger.chain.jsonrpc import MAX_BODY, RpcError
from ledger.chain.node import Node
from ledger.chain.transport import HttpTransport
from ledger.errors import CouldNotLook, WrongUse
from tests.chain import worlds


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that gives each connection one of the given answers, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for answer in answers:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def http_answer(body: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
        status.encode(), len(body), body,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http_answer(b"<html>502 Bad Gateway</html>", "502 Bad Gateway"), "node-garbage"),
        (http_answer(b""), "node-garbage"),
        (http_answer(b"[]"), "node-garbage"),
        (http_answer(b'{"jsonrpc":"2.0","id":1}'), "node-garbage"),
        (http_answer(b'{"jsonrpc":"2.0","id":7,"result":"0x1"}'), "node-garbage"),
        (http_answer(b'{"jsonrpc":"2.0","id":1,"error":"no"}'), "node-garbage"),
        (http_answer(b'{"jsonrpc":"2.0","id":1,"result":"0x1'), "node-garbage"),
        (http_answer(b'{"jsonrpc":"2.0","id":1,"result":"one"}'), "node-garbage"),
        (http_answer(b'{"jsonrpc":"2.0","id":1,"result":"0x01"}'), "node-garbage"),
        (http_answer(b"\xff\xfe\x00"), "node-garbage"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", "node-garbage"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "node-unreachable"),
        (b"", "node-unreachable"),
    ],
)
def test_what_is_no_answer(answer: bytes, code: str) -> None:
    with answering(answer) as url:
        transport = HttpTransport(url, timeout=5)
        with pytest.raises(CouldNotLook) as refused:
            Node(transport).chain_id()
        assert refused.value.code == code


def test_an_error_of_the_node() -> None:
    body = b'{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"no"}}'
    with answering(http_answer(body)) as url, pytest.raises(RpcError) as error:
        HttpTransport(url).request("x", [])
    assert (error.value.code, error.value.message) == (-32001, "no")


def test_nobody_there_and_nobody_answering() -> None:
    port = worlds.free_port()
    with pytest.raises(CouldNotLook) as refused:
        HttpTransport(f"http://127.0.0.1:{port}").request("eth_chainId", [])
    assert refused.value.code == "node-unreachable"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(CouldNotLook) as slow:
            HttpTransport(url, timeout=0.2).request("eth_chainId", [])
    assert slow.value.code == "node-unreachable"


@pytest.mark.parametrize("url", ["", "8545", "ftp://x", "http://", "http://x:99999", "http://[x"])
def test_bad_urls(url: str) -> None:
    with pytest.raises(WrongUse):
        HttpTransport(url)


@contextmanager
def served() -> Iterator[tuple[EmbeddedChain, str]]:
    chain = EmbeddedChain.in_memory(worlds.genesis())
    server = ChainServer(chain)
    try:
        yield chain, server.start()
    finally:
        server.stop()
        chain.close()


def test_a_connection_dropped_by_the_server_is_made_anew() -> None:
    chain = EmbeddedChain.in_memory(worlds.genesis())
    port = worlds.free_port()
    transport = HttpTransport(f"http://127.0.0.1:{port}")
    for _ in range(2):
        server = ChainServer(chain, "127.0.0.1", port)
        server.start()
        assert Node(transport).chain_id() == chain.chain_id
        assert transport._connection is not None
        assert transport._connection.sock is not None
        # The server's side is gone, as after its restart.
        transport._connection.sock.shutdown(socket.SHUT_RDWR)
        server.stop()
    transport.close()
    chain.close()


def test_the_server_speaks_http() -> None:
    with served() as (_, url):
        host = urlsplit(url).netloc
        connection = http.client.HTTPConnection(host, timeout=5)
        for method, headers, status in (
            ("GET", {}, 405),
            ("POST", {"Content-Length": str(MAX_BODY + 1)}, 413),
            ("POST", {"Content-Length": "-1"}, 411),
        ):
            connection.putrequest(method, "/")
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
            connection.close()
        connection.request("POST", "/any/path", b"nonsense")
        answer = connection.getresponse()
        assert answer.status == 200
        assert b"-32700" in answer.read()
        connection.close()


def test_many_clients_at_once() -> None:
    with served() as (_, url):
        found: list[int] = []

        def ask() -> None:
            transport = HttpTransport(url)
            found.extend(Node(transport).block().number for _ in range(20))
            transport.close()

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [0] * 160


def test_a_port_that_is_taken() -> None:
    with served() as (chain, url):
        with pytest.raises(CouldNotLook) as refused:
            ChainServer(chain, "127.0.0.1", urlsplit(url).port or 0)
        assert refused.value.code == "port-in-use"
