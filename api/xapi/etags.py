"""Entity tags in headers, and answers that carry one (Communication 3.1; RFC 9110, 8.8 and 13).

The tag of a representation is the SHA-1 of its bytes in lower-case hex, in quotes: 1.0.3 wants
exactly that, 2.0 any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.responses import Response

from api.xapi import messages_resources as _messages  # noqa: F401  (registers the codes)
from api.xapi.answers import JSON, http_date
from api.xapi.request import Call
from ledger.errors import BadEvidence, PreconditionFailed
from ledger.office.documents import ANY, CONCURRENCY, Preconditions, digest

# Clients of old compute the SHA-1 themselves and forget the quotes.
_TAG = re.compile(r'(W/)?"([!\x23-\x7e\x80-\xff]*)"|([0-9A-Fa-f]{40})')
_COMMA = re.compile(r"[ \t]*,[ \t,]*")
# A stored document may be a page with scripts: no browser shall run it in the store's name.
_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


def preconditions(headers: Mapping[str, str]) -> Preconditions:
    """Read off the headers; BadEvidence("xapi-precondition-syntax") for what is no list of tags."""
    return Preconditions(
        _tags(headers.get("if-match"), "If-Match", weak=False),
        _tags(headers.get("if-none-match"), "If-None-Match", weak=True),
    )


def _tags(value: str | None, header: str, weak: bool) -> tuple[str, ...] | None:
    if value is None:
        return None
    text = value.strip(" \t,")
    if text == "*":
        return ANY
    found, place = [], 0
    while match := _TAG.match(text, place):
        if weak or not match[1]:
            found.append(match[2] if match[3] is None else match[3].lower())
        if match.end() == len(text):
            return tuple(found)
        comma = _COMMA.match(text, match.end())
        if comma is None:
            break
        place = comma.end()
    raise BadEvidence(
        "xapi-precondition-syntax", header=header, pointer="", requirement=CONCURRENCY
    )


def quoted(etag: str) -> str:
    """The tag as the header shows it."""
    return f'"{etag}"'


def tagged(
    call: Call, content: bytes, content_type: str = JSON, updated: int | None = None
) -> Response:
    """200 with the content and its tag; 304 without it for who has it already.

    `updated` is Unix milliseconds, for Last-Modified. Raises PreconditionFailed for an If-Match
    that does not hold.
    """
    etag, conditions = digest(content), preconditions(call.headers)
    if conditions.unmatched(etag):
        raise PreconditionFailed(
            "xapi-precondition", header="If-Match", pointer="", requirement=CONCURRENCY
        )
    headers = {"ETag": quoted(etag)}
    if updated is not None:
        headers["Last-Modified"] = http_date(updated)
    if conditions.seen(etag):
        return Response(None, 304, headers)
    return Response(content, 200, headers | _HARMLESS | {"Content-Type": content_type})
