"""Documents of the State, Activity Profile and Agent Profile resources: the rules of a change.

Pure functions over what is there and what came; the store applies them in one transaction
(`DocumentStore.change_document`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from ledger.core.canonical import canonical_json, parse_json
from ledger.errors import BadEvidence, Conflict, PreconditionFailed
from ledger.office import messages_statements as _messages  # noqa: F401  (registers the codes)
from ledger.ports.statements import Document

JSON = "application/json"

# RFC 9110, 8.8.3; the conformance suite sends tags without their quotes as well.
_ETAG = re.compile(r'(?:W/)?"([^"]*)"|([^",\s]+)')


def document(content: bytes, content_type: str, updated: int) -> Document:
    """A document with its ETag: the SHA-1 of the content (Communication 3.1.s4.b2)."""
    etag = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return Document(content, content_type, etag, updated)


def merged(old: Document | None, new: Document) -> Document:
    """What a POST leaves (Communication 2.2.s7): the top-level properties of both, the newer win.

    Where nothing was there the new document stands as it came, of whatever type. Raises
    BadEvidence("xapi-not-mergeable") unless both are JSON objects of type application/json.
    """
    if old is None:
        return new
    both = {**_object(old, "stored"), **_object(new, "posted")}
    return document(canonical_json(both), JSON, new.updated)


def check_object(posted: Document) -> None:
    """A document that is posted as application/json is a JSON object (Communication 2.2.s8.b1).

    Raises BadEvidence("xapi-not-mergeable").
    """
    if is_json(posted.content_type):
        _object(posted, "posted")


def is_json(content_type: str) -> bool:
    """Whether the media type is application/json, whatever its parameters."""
    return content_type.partition(";")[0].strip().lower() == JSON


def _object(given: Document, which: str) -> dict[str, Any]:
    why = "content type"
    if is_json(given.content_type):
        try:
            value = parse_json(given.content)
        except BadEvidence as bad:
            why = bad.detail.get("reason", "json")
        else:
            if isinstance(value, dict):
                return value
            why = "object"
    raise BadEvidence(
        "xapi-not-mergeable", which=which, why=why, requirement="Communication 2.2.s8.b1"
    )


def check_preconditions(
    old: Document | None,
    if_match: str | None,
    if_none_match: str | None,
    guarded: bool = False,
) -> None:
    """Whether a change may be made to what is there (Communication 3.1.s4; RFC 9110, 13.1).

    Raises PreconditionFailed("xapi-precondition") (412) where a header does not hold, and, if the
    request must be `guarded` (a PUT to a profile, in 2.0 to a state too),
    Conflict("xapi-unguarded") (409) where a document would be overwritten without either header.
    """
    if if_match is not None and not _matches(old, if_match):
        raise PreconditionFailed("xapi-precondition", header="If-Match")
    if if_none_match is not None and _matches(old, if_none_match):
        raise PreconditionFailed("xapi-precondition", header="If-None-Match")
    if guarded and old is not None and if_match is None and if_none_match is None:
        raise Conflict("xapi-unguarded")


def _matches(old: Document | None, header: str) -> bool:
    """`*` matches any document, a list of entity tags those whose tag is in it."""
    if old is None:
        return False
    if header.strip() == "*":
        return True
    return any(old.etag in found for found in _ETAG.findall(header))


Change = Callable[[Document | None], Document | None]


def put(
    new: Document,
    if_match: str | None = None,
    if_none_match: str | None = None,
    guarded: bool = False,
) -> Change:
    """A change that replaces the document."""

    def change(old: Document | None) -> Document:
        check_preconditions(old, if_match, if_none_match, guarded)
        return new

    return change


def post(new: Document, if_match: str | None = None, if_none_match: str | None = None) -> Change:
    """A change that merges into the document; posted JSON is an object even if it is the first."""

    def change(old: Document | None) -> Document:
        check_preconditions(old, if_match, if_none_match)
        check_object(new)
        return merged(old, new)

    return change


def delete(if_match: str | None = None, if_none_match: str | None = None) -> Change:
    """A change that removes the document."""

    def change(old: Document | None) -> None:
        check_preconditions(old, if_match, if_none_match)

    return change
