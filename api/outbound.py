"""Reads from another xAPI store over HTTP: bounded in time and size, on one host, no redirects.

The token goes to the host that was named and nowhere else: a `more` link that leads to another
host is refused.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
import time
from types import TracebackType
from urllib.parse import urljoin, urlsplit

from api.naming import checked_url
from ledger.errors import CouldNotLook, NotAllowed, WrongUse
from ledger.office.pull import MAX_PAGE, Answer

TIMEOUT = 30.0
"""Seconds for each step of one read."""
DEADLINE = 300.0
"""Seconds for the whole of it."""
_STEP = 1 << 16
_BASIC = re.compile(r"[^\s:]+:\S+")
_BEARER = re.compile(r"[!-~]+")


def authorization(content: bytes) -> str:
    """The `Authorization` header for a token file: `key:secret` is Basic, else a Bearer token.

    Raises WrongUse("source-token").
    """
    try:
        text = content.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise WrongUse("source-token") from error
    if _BASIC.fullmatch(text):
        return "Basic " + base64.b64encode(text.encode()).decode()
    if _BEARER.fullmatch(text):
        return f"Bearer {text}"
    raise WrongUse("source-token")


class OtherStore:
    """`ledger.office.pull.Ask` over one kept connection."""

    def __init__(self, url: str, authorization: str, timeout: float = TIMEOUT) -> None:
        """`url` is the address under which `statements` lies; WrongUse("bad-url") as elsewhere:
        https, plain http for loopback only."""
        self.url = checked_url(url)
        self._base = self.url + "/"
        self._parts = urlsplit(self._base)
        self._authorization = authorization
        self._timeout = timeout
        self._version = "1.0.3"
        self._kept: http.client.HTTPConnection | None = None

    def __enter__(self) -> OtherStore:
        self._version = self._negotiated()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop()

    def __call__(self, address: str) -> Answer:
        """The answer with status 200. Raises CouldNotLook("source-unreachable" |
        "source-garbage"), NotAllowed("source-refused")."""
        url = urljoin(self._base, address)
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) != (self._parts.scheme, self._parts.netloc):
            raise CouldNotLook("source-garbage", why="more: another host")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            status, answer = self._read(path)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._drop()
            why = str(error) or type(error).__name__
            raise CouldNotLook("source-unreachable", url=self.url, why=why) from error
        if status in (401, 403):
            raise NotAllowed("source-refused", status=status)
        if status != 200:
            raise CouldNotLook("source-garbage", why=f"HTTP {status}")
        return answer

    def _negotiated(self) -> str:
        """1.0.3 where the other store speaks it, else its 2.0; 1.0.3 where it does not say."""
        try:
            found = json.loads(self("about").body)
            versions = [one for one in found["version"] if isinstance(one, str)]
        except (CouldNotLook, NotAllowed, ValueError, KeyError, TypeError, RecursionError):
            return "1.0.3"
        newer = sorted(one for one in versions if re.fullmatch(r"2\.0\.\d+", one))
        older = any(one.startswith("1.0") for one in versions)
        return newer[-1] if newer and not older else "1.0.3"

    def _read(self, path: str) -> tuple[int, Answer]:
        # A kept connection may have been closed by the other side: then once more on a fresh one.
        if self._kept is not None:
            try:
                return self._once(self._kept, path)
            except (ConnectionError, http.client.HTTPException):
                self._drop()
        self._kept = self._connect()
        return self._once(self._kept, path)

    def _connect(self) -> http.client.HTTPConnection:
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                self._parts.netloc, timeout=self._timeout, context=context
            )
        return http.client.HTTPConnection(self._parts.netloc, timeout=self._timeout)

    def _once(self, connection: http.client.HTTPConnection, path: str) -> tuple[int, Answer]:
        headers = {
            "Authorization": self._authorization,
            "X-Experience-API-Version": self._version,
            "Accept": "multipart/mixed, application/json",
        }
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        end, body = time.monotonic() + DEADLINE, bytearray()
        while part := response.read1(_STEP):
            body += part
            if len(body) > MAX_PAGE:
                raise ValueError(f"> {MAX_PAGE} bytes")
            if time.monotonic() > end:
                raise TimeoutError(f"not whole after {DEADLINE:g} s")
        if response.length:
            raise http.client.IncompleteRead(bytes(body), response.length)
        response.close()
        given = {name.lower(): value for name, value in response.getheaders()}
        return response.status, Answer(given, bytes(body))

    def _drop(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None
