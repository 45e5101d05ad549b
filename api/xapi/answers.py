"""Answers: JSON, dates, and the headers that every answer of `/xapi` carries."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import orjson
from starlette.responses import Response

from ledger.core.xapi.versions import Version

JSON = "application/json"
CONSISTENT_THROUGH = "x-experience-api-consistent-through"
_EXPOSED = (
    "ETag, Last-Modified, Retry-After, WWW-Authenticate, "
    "X-Experience-API-Version, X-Experience-API-Consistent-Through"
)
_COMMON = {
    version: [
        (b"x-experience-api-version", version.value.encode()),
        (b"access-control-allow-origin", b"*"),
        (b"access-control-expose-headers", _EXPOSED.encode()),
        (b"cache-control", b"no-store"),
    ]
    for version in Version
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, Content-Encoding, X-Experience-API-Version, If-Match, "
        "If-None-Match, Accept-Language"
    ),
    "Access-Control-Max-Age": "86400",
}


def json_bytes(value: Any) -> bytes:
    """JSON in UTF-8, without spaces."""
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer of more than 64 bits, as 10²⁰: such were taken
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_answer(value: Any, headers: dict[str, str] | None = None) -> Response:
    """200 with `application/json` and no charset, as the suite compares it."""
    return Response(json_bytes(value), 200, headers, JSON)


def no_content(headers: dict[str, str] | None = None) -> Response:
    """204."""
    return Response(None, 204, headers)


def preflight() -> Response:
    """What a browser asks before it sends anything from another origin (Fetch, CORS)."""
    return Response(None, 204, _PREFLIGHT)


def dressed(response: Response, version: Version) -> Response:
    """The response with the headers that every answer carries."""
    response.raw_headers.extend(_COMMON[version])
    return response


def timestamp(millis: int) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    seconds, rest = divmod(millis, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def http_date(millis: int) -> str:
    """RFC 9110 date of whole seconds, for Last-Modified."""
    return format_datetime(datetime.fromtimestamp(millis // 1000, UTC), usegmt=True)
