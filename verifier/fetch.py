"""Bounded HTTP reads: a size limit, a time limit, no redirects, no proxies, nothing but loopback
for plain http unless the bundle itself names the address.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import Any

from ledger.errors import CouldNotLook
from verifier import messages as _messages  # noqa: F401  (registers the codes)

TIMEOUT = 15.0
MAX_BYTES = 16 << 20


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would let one host answer for another."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


def get(url: str, limit: int = MAX_BYTES, timeout: float = TIMEOUT) -> bytes:
    """The body of a 200 answer.

    Raises CouldNotLook: "host-missing" for 404, "host-unreachable", "host-garbage" for any other
    status or a body over `limit` bytes.
    """
    if not url.startswith(("http://", "https://")):
        raise CouldNotLook("host-garbage", url=url, why="not http(s)")
    try:
        with _OPENER.open(url, timeout=timeout) as answer:
            body: bytes = answer.read(limit + 1)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 404:
            raise CouldNotLook("host-missing", url=url) from error
        raise CouldNotLook("host-garbage", url=url, why=f"HTTP {error.code}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CouldNotLook("host-unreachable", url=url, why=_why(error)) from error
    if len(body) > limit:
        raise CouldNotLook("host-garbage", url=url, why=f"> {limit} bytes")
    return body


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason or error) or type(error).__name__
