"""The way to a node: one JSON-RPC question, its answer, and failures told apart by cause.

`RpcError`: the node answered, with an error. `CouldNotLook`: it did not ("node-unreachable"), or
what came back is no JSON-RPC answer ("node-garbage"). A message of a node is never proof of
anything: whoever sends looks at receipt, nonce and head afterwards.
"""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from ledger.chain.jsonrpc import RpcError
from ledger.core.canonical import check_depth
from ledger.errors import BadEvidence, CouldNotLook, WrongUse

if TYPE_CHECKING:
    from ledger.chain.embedded.chain import EmbeddedChain

MAX_ANSWER = 64 << 20
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


class Transport(Protocol):
    """Asks one node."""

    @property
    def url(self) -> str:
        """How the node is named to people."""

    def request(self, method: str, params: list[Any]) -> Any:
        """The result; raises RpcError or CouldNotLook. A question may have reached the node even
        when this raises CouldNotLook."""


class LocalTransport:
    """The embedded chain of this very process."""

    def __init__(self, chain: EmbeddedChain) -> None:
        self.chain = chain
        self.url = "embedded"

    def request(self, method: str, params: list[Any]) -> Any:
        return self.chain.handle(method, params)


class HttpTransport:
    """A node by HTTP(S): one connection, kept alive, used by one thread at a time."""

    _connection: http.client.HTTPConnection | None = None

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        """`timeout` in seconds for each step. WrongUse("bad-url") for anything but http(s)."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise WrongUse("bad-node-url", url=url) from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise WrongUse("bad-node-url", url=url)
        self.url = url
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout = timeout
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def request(self, method: str, params: list[Any]) -> Any:
        with self._lock:
            number = next(self._numbers)
            question = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            status, body = self._exchange(json.dumps(question).encode())
        return read_answer(body, number, method, status)

    def close(self) -> None:
        with self._lock:
            self._drop()

    def __del__(self) -> None:
        # Nobody must be made to close what holds no state but a kept connection.
        if self._connection is not None:
            self._connection.close()

    def _exchange(self, body: bytes) -> tuple[int, bytes]:
        # A kept connection may have been closed by the other side meanwhile: then, and only when
        # nothing of an answer came, ask once more on a fresh one. Asking twice is harmless: a raw
        # transaction is the same bytes.
        reused = self._connection is not None
        try:
            return self._once(body)
        except (ConnectionError, http.client.RemoteDisconnected, http.client.CannotSendRequest):
            self._drop()
            if not reused:
                raise self._unreachable("connection refused or closed") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._drop()
            raise self._unreachable(_why(error)) from error
        try:
            return self._once(body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._drop()
            raise self._unreachable(_why(error)) from error

    def _once(self, body: bytes) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.request("POST", self._path, body, HEADERS)
        response = self._connection.getresponse()
        content = response.read(MAX_ANSWER + 1)
        if len(content) > MAX_ANSWER:
            self._drop()
            raise CouldNotLook("node-garbage", what="answer too large", url=self.url)
        return response.status, content

    def _connect(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout, context=context
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _unreachable(self, why: str) -> CouldNotLook:
        return CouldNotLook("node-unreachable", url=self.url, why=why)


def read_answer(body: bytes, number: int, method: str, status: int = 200) -> Any:
    """The result in the answer to question `number`; RpcError, CouldNotLook("node-garbage")."""
    try:
        check_depth(body)
        found = json.loads(body)
    except (ValueError, BadEvidence) as error:
        what = f"{method}: not JSON (HTTP {status})"
        raise CouldNotLook("node-garbage", what=what) from error
    if not isinstance(found, dict):
        raise CouldNotLook("node-garbage", what=f"{method}: not a JSON-RPC answer")
    error_part = found.get("error")
    if error_part is not None:
        raise _error(error_part, method)
    # An answer to another question must not be taken for ours.
    if found.get("id") != number or isinstance(found.get("id"), bool) or "result" not in found:
        raise CouldNotLook("node-garbage", what=f"{method}: not a JSON-RPC answer")
    return found["result"]


def _error(part: Any, method: str) -> Exception:
    if (
        not isinstance(part, dict)
        or not isinstance(part.get("code"), int)
        or not isinstance(part.get("message"), str)
    ):
        return CouldNotLook("node-garbage", what=f"{method}: an error of unknown form")
    return RpcError(part["code"], part["message"], part.get("data"))


def _why(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "unknown host"
    return str(error) or type(error).__name__
