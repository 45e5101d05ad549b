"""Entity tags, and the preconditions of a request (Communication 3.1; 4.1.4 of IEEE 9274.1.1).

The tag of a representation is the SHA-1 of its bytes in lower-case hex, in quotes: 1.0.3 wants
exactly that, 2.0 any. The conditions are those of RFC 9110 section 13, which follows RFC 2616.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from api.xapi import messages_resources as _messages  # noqa: F401  (registers the codes)
from api.xapi.answers import JSON, http_date
from api.xapi.request import Call
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, NotAllowed
from ledger.ports.statements import DocumentKind

CONCURRENCY = "XAPI-00322"
_ANY = ("*",)
# Clients of old compute the SHA-1 themselves and forget the quotes.
_TAG = re.compile(r'(W/)?"([!\x23-\x7e\x80-\xff]*)"|([0-9A-Fa-f]{40})')
_COMMA = re.compile(r"[ \t]*(?:,[ \t]*)+")
_DOCUMENT_HEADERS = {
    # A stored document may be a page with scripts: no browser shall run it in the store's name.
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


class PreconditionFailed(NotAllowed):
    """If-Match or If-None-Match does not hold: HTTP 412."""

    http_status = 412


class DocumentExists(NotAllowed):
    """A PUT without precondition would overwrite what the client never saw: HTTP 409."""

    http_status = 409


def digest(content: bytes) -> str:
    """SHA-1 in lower-case hex, without quotes. A name of the content, no protection."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Preconditions:
    """Tags of the two headers, `("*",)` for any; None for a header that was not sent.

    If-Match compares strongly, so its weak tags are left out; If-None-Match compares weakly.
    """

    match: tuple[str, ...] | None
    none_match: tuple[str, ...] | None

    @property
    def absent(self) -> bool:
        return self.match is None and self.none_match is None

    def unmatched(self, current: str | None) -> bool:
        """Whether If-Match does not hold for the current tag (None: there is no document)."""
        if self.match is None:
            return False
        return current is None or (self.match != _ANY and current not in self.match)

    def seen(self, current: str | None) -> bool:
        """Whether If-None-Match does not hold: the client has what is here."""
        if self.none_match is None or current is None:
            return False
        return self.none_match == _ANY or current in self.none_match


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
        return _ANY
    found, place = [], 0
    while match := _TAG.match(text, place):
        if weak or not match[1]:
            found.append(match[2] if match[3] is None else match[3].lower())
        place = match.end()
        if place == len(text):
            return tuple(found)
        comma = _COMMA.match(text, place)
        if comma is None or "," not in comma[0]:
            break
        place = comma.end()
    raise BadEvidence(
        "xapi-precondition-syntax", header=header, pointer=header, requirement=CONCURRENCY
    )


def check_change(conditions: Preconditions, current: str | None) -> None:
    """PreconditionFailed unless both conditions hold for the current tag."""
    failed = ""
    if conditions.unmatched(current):
        failed = "If-Match"
    elif conditions.seen(current):
        failed = "If-None-Match"
    if failed:
        raise PreconditionFailed(
            "xapi-precondition-failed",
            header=failed, pointer=failed, requirement=CONCURRENCY, current=quoted(current),
        )  # fmt: skip


def check_put(
    conditions: Preconditions, current: str | None, kind: DocumentKind, version: Version
) -> None:
    """What a PUT must say about the document that it replaces.

    In 1.0.3 a PUT of a state needs no condition, that of a profile needs one: 409 where the
    document exists, 400 where it does not (the standard only obliges the client to it; the suite
    wants the 400). In 2.0 all three kinds are alike: 409 where the document exists.
    """
    check_change(conditions, current)
    if not conditions.absent:
        return
    free = version is Version.V1 and kind is DocumentKind.STATE
    if current is not None and not free:
        raise DocumentExists("xapi-document-exists", pointer="If-Match", requirement=CONCURRENCY)
    if version is Version.V1 and not free:
        raise BadEvidence("xapi-precondition-missing", pointer="If-Match", requirement=CONCURRENCY)


def quoted(etag: str | None) -> str:
    """The tag as the header shows it."""
    return "—" if etag is None else f'"{etag}"'


def tagged(
    call: Call, content: bytes, content_type: str = JSON, updated: int | None = None
) -> Response:
    """200 with the content and its tag; 304 for who has it; PreconditionFailed for If-Match.

    `updated` is Unix milliseconds, for Last-Modified.
    """
    etag, conditions = digest(content), preconditions(call.headers)
    if conditions.unmatched(etag):
        check_change(conditions, etag)
    headers = {"ETag": quoted(etag)}
    if updated is not None:
        headers["Last-Modified"] = http_date(updated)
    if conditions.seen(etag):
        return Response(None, 304, headers)
    headers |= _DOCUMENT_HEADERS | {"Content-Type": content_type}
    return Response(content, 200, headers)
