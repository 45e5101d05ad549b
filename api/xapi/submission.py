"""What a PUT or POST submits: statements and their attachments, read from JSON or multipart.

1. the Content-Type says which of the two (Communication 1.5);
2. JSON is read strictly: no duplicate keys, no NaN, no lone surrogates, bounded depth;
3. every statement is checked against the request's version (Data 2);
4. every part is an attachment that a statement declares, and the other way round; signatures are
   verified (1.5.2, Data 2.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.xapi.answers import JSON
from api.xapi.problems import TooLarge
from api.xapi.request import Call
from ledger.core.canonical import parse_json
from ledger.core.xapi.enclosures import check_attachments
from ledger.core.xapi.multipart import Part, media_type, parse_multipart
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, Refusal
from ledger.ports.statements import Attachment

MULTIPART = "multipart/mixed"
MAX_BATCH = 10_000
MAX_VALUES = 1_000_000
"""Marks that begin or part values in a JSON body: `{`, `[` and `,`. A value takes up to 200 bytes
of memory, two of them in the body."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Checked statements; `batch` if they came as an array."""

    statements: list[dict[str, Any]]
    batch: bool
    attachments: tuple[Attachment, ...]


def submitted(call: Call) -> Submission:
    """The statements of a request, checked; BadEvidence with a pointer into the body."""
    given = call.headers.get("content-type", "")
    kind = given.partition(";")[0].strip().lower()
    if kind == JSON:
        _check_charset(given)
        statements, batch = _statements(call.body, call.version)
        return Submission(statements, batch, _attached(statements, batch))
    if kind == MULTIPART:
        first, *rest = parse_multipart(given, call.body)
        if first.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise _not_ours(
                "application/json", first.headers.get("content-type", "—"), "XAPI-00133"
            )
        statements, batch = _statements(first.content, call.version)
        return Submission(statements, batch, _attached(statements, batch, rest))
    raise _not_ours(f"{JSON} | {MULTIPART}", given or "—", "XAPI-00127")


def _not_ours(expected: str, given: str, rule: str) -> BadEvidence:
    return BadEvidence(
        "xapi-content-type", expected=expected, given=given, pointer="", requirement=rule
    )


def _check_charset(given: str) -> None:
    charset = media_type(given)[1].get("charset", "utf-8")
    if charset.lower() not in ("utf-8", "utf8"):
        raise _not_ours(f"{JSON} (UTF-8)", given, "Communication 1.4")


def json_value(body: bytes) -> Any:
    """The value of a JSON body; BadEvidence("xapi-not-json") says what is wrong with it.

    TooLarge("xapi-too-many-values") before any of it is taken apart.
    """
    if len(body) > MAX_VALUES and sum(map(body.count, (b"{", b"[", b","))) > MAX_VALUES:
        raise TooLarge("xapi-too-many-values", limit=MAX_VALUES, requirement="XAPI-00328")
    try:
        return parse_json(body, limit=len(body))
    except BadEvidence as bad:
        raise BadEvidence(
            "xapi-not-json",
            reason=bad.detail.get("reason"), pointer="", requirement="Communication 1.4",
        ) from bad  # fmt: skip


def _statements(body: bytes, version: Version) -> tuple[list[dict[str, Any]], bool]:
    value = json_value(body)
    if type(value) is dict:
        return [check_statement(value, version)], False
    if type(value) is not list:
        raise BadEvidence("xapi-not-statements", pointer="", requirement="Communication 2.1.2")
    if len(value) > MAX_BATCH:
        raise TooLarge("xapi-batch-too-large", limit=MAX_BATCH, requirement="XAPI-00328")
    for position, statement in enumerate(value):
        try:
            check_statement(statement, version)
        except BadEvidence as bad:
            raise within(position, bad) from bad
    return value, True


def _attached(
    statements: list[dict[str, Any]], batch: bool, parts: Sequence[Part] = ()
) -> tuple[Attachment, ...]:
    try:
        found = check_attachments(statements, parts)
    except BadEvidence as bad:
        raise placed(bad, batch) from bad
    return tuple(Attachment(one.sha2, one.content_type, one.content) for one in found)


def placed(refusal: Refusal, batch: bool) -> Refusal:
    """The refusal with a pointer from the body's root, if it says which statement it is about."""
    position = refusal.detail.get("position")
    return within(position, refusal) if batch and position is not None else refusal


def within(position: int, refusal: Refusal) -> Refusal:
    """The refusal of one statement with its place in the batch in front of its pointer."""
    pointer = f"/{position}{refusal.detail.get('pointer', '')}"
    return type(refusal)(refusal.code, **{**refusal.detail, "pointer": pointer})
