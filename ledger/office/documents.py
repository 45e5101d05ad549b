"""Documents of the State, Activity Profile and Agent Profile resources: the rules of a change.

Pure functions over what is there and what came; the store applies them in one transaction
(`DocumentStore.change_document`), so that of two that expect the same document one is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ledger.core.canonical import parse_json
from ledger.errors import BadEvidence, Conflict, PreconditionFailed
from ledger.office import messages_statements as _messages  # noqa: F401  (registers the codes)
from ledger.ports.statements import Document

JSON = "application/json"
CONCURRENCY = "XAPI-00322"
ANY = (" * ",)
"""The header `*`. No tag is like it: there are no blanks in tags."""

Change = Callable[[Document | None], Document | None]


def digest(content: bytes) -> str:
    """The ETag: SHA-1 in lower-case hex, without quotes (Communication 3.1.s4.b2). It names the
    content and protects nothing."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def document(content: bytes, content_type: str, updated: int) -> Document:
    """A document with its ETag; `updated` in milliseconds.

    What calls itself JSON must be JSON (Communication 3.2.s3.b6; XAPI-00235, 00284, 00314), else
    BadEvidence("xapi-document-json"); of anything else the bytes are taken as they are.
    """
    if is_json(content_type):
        _value(content)
    return Document(content, content_type, digest(content), updated)


def is_json(content_type: str) -> bool:
    """Whether the media type is application/json, whatever its parameters."""
    return content_type.partition(";")[0].strip().lower() == JSON


def _value(content: bytes) -> Any:
    try:
        return parse_json(content, limit=len(content))
    except BadEvidence as bad:
        reason = bad.detail["reason"]
        raise BadEvidence(
            "xapi-document-json", reason=reason, pointer="", requirement="Communication 2.2.s8.b1"
        ) from bad


# --------------------------------------------------------------------------- preconditions


@dataclass(frozen=True)
class Preconditions:
    """Tags of If-Match and If-None-Match, `ANY` for `*`; None for a header that was not sent.

    If-Match compares strongly, so weak tags are left out of `match`; `none_match` compares weakly
    (RFC 9110, 13.1).
    """

    match: tuple[str, ...] | None = None
    none_match: tuple[str, ...] | None = None

    @property
    def absent(self) -> bool:
        return self.match is None and self.none_match is None

    def unmatched(self, current: str | None) -> bool:
        """Whether If-Match does not hold; `current` is the tag, None where no document is."""
        if self.match is None:
            return False
        return current is None or (self.match != ANY and current not in self.match)

    def seen(self, current: str | None) -> bool:
        """Whether If-None-Match does not hold: what is here is known to who asks."""
        if self.none_match is None or current is None:
            return False
        return self.none_match == ANY or current in self.none_match


NONE = Preconditions()


class Guard(Enum):
    """What a PUT without either header may do."""

    FREE = "overwrite"
    """A state in 1.0.3."""
    NEW = "make a document"
    """Any document in 2.0 (4.1.4 of IEEE 9274.1.1)."""
    NOTHING = "nothing"
    """A profile in 1.0.3. The standard obliges only the client to send one; the suite wants 400."""


def check_preconditions(old: Document | None, conditions: Preconditions) -> None:
    """PreconditionFailed("xapi-precondition") (412) where a header does not hold for what is
    there (Communication 3.1.s4; RFC 9110, 13.2)."""
    current = None if old is None else old.etag
    for failed, header in (
        (conditions.unmatched(current), "If-Match"),
        (conditions.seen(current), "If-None-Match"),
    ):
        if failed:
            raise PreconditionFailed(
                "xapi-precondition", header=header, pointer="", requirement=CONCURRENCY
            )


def check_guard(old: Document | None, conditions: Preconditions, guard: Guard) -> None:
    """What a PUT must say of the document that it replaces.

    Raises Conflict("xapi-unguarded") (409) where a document would be overwritten that the client
    has perhaps not seen, BadEvidence("xapi-precondition-missing") (400) where there is none.
    """
    if not conditions.absent or guard is Guard.FREE:
        return
    if old is not None:
        raise Conflict("xapi-unguarded", pointer="", requirement=CONCURRENCY)
    if guard is Guard.NOTHING:
        raise BadEvidence("xapi-precondition-missing", pointer="", requirement=CONCURRENCY)


# --------------------------------------------------------------------------- changes


def put(new: Document, conditions: Preconditions = NONE, guard: Guard = Guard.FREE) -> Change:
    """A change that replaces the document."""

    def change(old: Document | None) -> Document:
        check_preconditions(old, conditions)
        check_guard(old, conditions, guard)
        return _after(old, new)

    return change


def post(new: Document, conditions: Preconditions = NONE) -> Change:
    """A change that merges into the document."""

    def change(old: Document | None) -> Document:
        check_preconditions(old, conditions)
        return _after(old, merged(old, new))

    return change


def delete(conditions: Preconditions = NONE) -> Change:
    """A change that removes the document; one that is not there is removed all the same."""

    def change(old: Document | None) -> None:
        check_preconditions(old, conditions)

    return change


def merged(old: Document | None, new: Document) -> Document:
    """What a POST leaves (Communication 2.2.s7): the top-level properties of both, the newer win.

    Where nothing was there the new document stands as it came, of whatever type. Raises
    BadEvidence("xapi-not-mergeable") unless both are JSON objects of type application/json.
    """
    if old is None:
        return new
    both = _object(old, "stored") | _object(new, "posted")
    # Not canonical JSON: that has no integers over 2**53, and documents may.
    content = json.dumps(both, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return replace(new, content=content, etag=digest(content))


def _object(given: Document, which: str) -> dict[str, Any]:
    why = given.content_type
    if is_json(why):
        value = _value(given.content)
        if isinstance(value, dict):
            return value
        why = "no object"
    raise BadEvidence(
        "xapi-not-mergeable",
        which=which, why=why, pointer="", requirement="Communication 2.2.s8.b1",
    )  # fmt: skip


def _after(old: Document | None, new: Document) -> Document:
    """`new`, not updated before `old` even if the clock went back."""
    return new if old is None else replace(new, updated=max(new.updated, old.updated))
