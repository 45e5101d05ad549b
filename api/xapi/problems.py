"""Refusals of `/xapi` as problem+json, with the property and the requirement that it broke."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from ledger.errors import BadEvidence, Refusal, UnknownNumber

MEDIA_TYPE = "application/problem+json"


class TooLarge(BadEvidence):
    """More than the store is configured to take: HTTP 413 (Communication 3.2)."""

    http_status = 413


class NoSuchMethod(UnknownNumber):
    """The resource does not take that method: HTTP 405. `allowed` are those that it takes."""

    http_status = 405


def problem(refusal: Refusal, status: int | None = None) -> Response:
    """RFC 9457. `title` is English, `detail` Chinese; `pointer` is a JSON pointer into the body.

    Never 422: the standard knows only 400 for what is not well formed.
    """
    status = status or refusal.http_status
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": refusal.en,
        "detail": refusal.zh,
        "status": status,
        "code": refusal.code,
    }
    body.update(_place(refusal.detail.get("pointer")))
    for name in ("requirement", "errors"):
        if name in refusal.detail:
            body[name] = refusal.detail[name]
    return Response(_json(body), status, _headers(refusal, status), MEDIA_TYPE)


def _place(pointer: str | None) -> dict[str, str]:
    """`pointer` (RFC 6901) into the body; what begins with no slash is in a query parameter."""
    if pointer is None:
        return {}
    if not pointer or pointer.startswith("/"):
        return {"pointer": pointer}
    parameter, slash, rest = pointer.partition("/")
    return {"parameter": parameter, "pointer": slash + rest}


def _json(body: dict[str, Any]) -> bytes:
    # What is quoted from a request may hold lone surrogates, which UTF-8 has no bytes for.
    return json.dumps(body, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _headers(refusal: Refusal, status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Basic realm="xuezheng"'}
    if status == 405:
        return {"Allow": ", ".join(refusal.detail.get("allowed", ()))}
    if status == 503:
        return {"Retry-After": "1"}
    return {}
