"""Bounded HTTP reads from issuers: a size limit, time limits, no redirects, no proxies.

A redirect would let one host answer for another.
"""

from __future__ import annotations

import http.client
import ssl
import time
from types import TracebackType
from urllib.parse import urlsplit

from ledger.errors import CouldNotLook
from verifier import messages as _messages  # noqa: F401  (registers the codes)

TIMEOUT = 15.0
"""Seconds for each step of one read."""
DEADLINE = 60.0
"""Seconds for the whole of it: a host that drips bytes must not hold anybody."""
MAX_BYTES = 16 << 20
_STEP = 1 << 16


class Fetcher:
    """Reads URLs, keeping one connection to each host. For one thread at a time."""

    def __init__(self, timeout: float = TIMEOUT, deadline: float = DEADLINE) -> None:
        self._timeout, self._deadline = timeout, deadline
        self._kept: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def __call__(self, url: str, limit: int = MAX_BYTES) -> bytes:
        """The body of a 200 answer.

        Raises CouldNotLook: "host-missing" for 404, "host-unreachable", "host-garbage" for any
        other status or a body over `limit` bytes.
        """
        host, path = _split(url)
        try:
            status, body = self._read(host, path, limit)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._drop(host)
            raise CouldNotLook("host-unreachable", url=url, why=_why(error)) from error
        if status == 404:
            raise CouldNotLook("host-missing", url=url)
        if status != 200:
            raise CouldNotLook("host-garbage", url=url, why=f"HTTP {status}")
        if len(body) > limit:
            raise CouldNotLook("host-garbage", url=url, why=f"> {limit} bytes")
        return body

    def close(self) -> None:
        """Closes what is kept."""
        for host in list(self._kept):
            self._drop(host)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self, host: tuple[str, str], path: str, limit: int) -> tuple[int, bytes]:
        # A kept connection may have been closed by the other side: then once more on a fresh one.
        if host in self._kept:
            try:
                return self._once(host, path, limit)
            except (ConnectionError, http.client.HTTPException):
                self._drop(host)
        return self._once(host, path, limit)

    def _once(self, host: tuple[str, str], path: str, limit: int) -> tuple[int, bytes]:
        connection = self._kept.get(host)
        if connection is None:
            connection = self._kept[host] = _connect(host, self._timeout)
        connection.request("GET", path)
        response = connection.getresponse()
        end, body = time.monotonic() + self._deadline, bytearray()
        while len(body) <= limit:
            part = response.read1(_STEP)
            if not part:
                _whole(response, body)
                break
            body += part
            if time.monotonic() > end:
                raise TimeoutError(f"not whole after {self._deadline:g} s")
        else:
            self._drop(host)  # the rest is not read, so the connection is of no more use
        return response.status, bytes(body)

    def _drop(self, host: tuple[str, str]) -> None:
        connection = self._kept.pop(host, None)
        if connection is not None:
            connection.close()


def _whole(response: http.client.HTTPResponse, body: bytearray) -> None:
    """`read1` says nothing of a body that ends early. Also frees the connection for the next."""
    if response.length:
        raise http.client.IncompleteRead(bytes(body), response.length)
    response.close()


def get(url: str, limit: int = MAX_BYTES) -> bytes:
    """One read on a connection of its own; see `Fetcher`."""
    with Fetcher() as fetcher:
        return fetcher(url, limit)


def _split(url: str) -> tuple[tuple[str, str], str]:
    """((scheme, host and port), path with query)."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise CouldNotLook("host-garbage", url=url, why="not http(s)")
    place = parts.netloc.rpartition("@")[2]
    return (parts.scheme, place), (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connect(host: tuple[str, str], timeout: float) -> http.client.HTTPConnection:
    scheme, place = host
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(place, timeout=timeout, context=context)
    return http.client.HTTPConnection(place, timeout=timeout)


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
