"""Request bodies: bounded while they stream in, and again while they are decompressed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from api.xapi.problems import TooLarge
from ledger.errors import BadEvidence

MAX_BODY = 32 << 20
"""Bytes of one request, with its attachments."""
_GZIP = 31


async def read(receive: Receive, declared: str | None, limit: int = MAX_BODY) -> bytes:
    """The whole body. TooLarge as soon as it is known to be over `limit`; ClientDisconnect."""
    if declared is not None and declared.isdecimal() and int(declared[:20]) > limit:
        raise TooLarge("body-too-large", limit=limit, requirement="XAPI-00328")
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        return _bounded(message.get("body", b""), limit)
    return await _gathered(message, receive, limit)


async def _gathered(message: Mapping[str, object], receive: Receive, limit: int) -> bytes:
    parts, seen = [], 0
    while message["type"] == "http.request":
        part = message.get("body", b"")
        assert isinstance(part, bytes)
        seen += len(part)
        if seen > limit:
            raise TooLarge("body-too-large", limit=limit, requirement="XAPI-00328")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()
    raise ClientDisconnect


def _bounded(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise TooLarge("body-too-large", limit=limit, requirement="XAPI-00328")
    return body


def decoded(headers: Mapping[str, str], body: bytes, limit: int = MAX_BODY) -> bytes:
    """The body without its Content-Encoding: none, identity or gzip of one member.

    BadEvidence("xapi-content-encoding" | "xapi-bomb"): what unfolds beyond `limit` is refused
    with 400 and never unfolded further.
    """
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise BadEvidence("xapi-content-encoding", given=encoding)
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise BadEvidence("xapi-content-encoding", given=encoding) from error
    if len(plain) > limit:
        raise BadEvidence("xapi-bomb", limit=limit)
    if not unpacker.eof or unpacker.unused_data:
        raise BadEvidence("xapi-content-encoding", given=encoding)
    return plain
