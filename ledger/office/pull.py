"""Forwarding in: statements of another xAPI store, from where the last run stopped.

The procedure, and what a crash between two steps leaves behind:

1. ask for statements stored after the cursor, oldest first, with their attachments;
2. check every statement, and acknowledge the page durably;
   -- crash here: the cursor still stands before the page; it is pulled again, and what is in counts
   as duplicate;
3. move the cursor, durably;
4. follow `more` until there is none.

The cursor is a time of the other store's `stored`. It stays a millisecond behind the newest
statement taken, because others of the same instant may stand on the next page, and behind what the
other store calls consistent: pulling something twice is harmless, passing it by is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ledger.core.canonical import parse_json
from ledger.core.xapi.enclosures import ENCODING, HASH
from ledger.core.xapi.multipart import Part, media_type, parse_multipart
from ledger.core.xapi.values import parse_timestamp
from ledger.errors import BadEvidence, CouldNotLook
from ledger.office import messages_pull as _messages  # noqa: F401  (registers the codes)
from ledger.office.context import Office
from ledger.office.ingest import Counted, IngestReport, Taking, authority_of
from ledger.office.queries import timestamp

PAGE = 200
MAX_PAGE = 64 << 20
CONSISTENT = "x-experience-api-consistent-through"


@dataclass(frozen=True)
class Answer:
    """An answer with status 200; header names in lower case."""

    headers: Mapping[str, str]
    body: bytes


Ask = Callable[[str], Answer]
"""GET of an address relative to the other store's `/xapi/`, or of a `more` link. Raises
CouldNotLook when it could not be had, NotAllowed when the other store refuses us."""


@dataclass(frozen=True)
class _Page:
    statements: Sequence[Any]
    parts: Mapping[str, Part]
    more: str


def pull(
    office: Office,
    kind: str,
    ask: Ask,
    since: int | None,
    save: Callable[[int], None],
    counted: Counted | None = None,
) -> IngestReport:
    """Takes everything stored after `since` (Unix ms, None: from the beginning) into a stream.

    `save` makes a new cursor durable; it is called after each page was acknowledged. A statement
    that breaks the standard's rules is refused, named by its place in this run, and passed by.
    """
    taking = Taking(office, kind, authority_of(office, "pull"))
    address, seen, last = _first(since), 0, since or 0
    asked: set[str] = set()
    while address:
        if address in asked:
            raise CouldNotLook("source-garbage", why="more")
        asked = {address}
        answer = ask(address)  # 1
        page = _page(answer)
        newest = _newest(page, last)
        for statement in page.statements:
            seen += 1
            taking.add(seen, statement, _parts_of(statement, page.parts))
        taking.flush()  # 2
        if newest is not None:
            last = newest
            save(max(since or 0, min(last, _consistent(answer, last)) - 1))  # 3
        if counted:
            counted(seen, 0)
        address = page.more  # 4
    return taking.report


def _first(since: int | None) -> str:
    address = f"statements?ascending=true&attachments=true&limit={PAGE}"
    return address if since is None else f"{address}&since={quote(timestamp(since))}"


def _page(answer: Answer) -> _Page:
    """What a page holds; CouldNotLook("source-garbage") if it is no StatementResult."""
    try:
        given = answer.headers.get("content-type", "")
        body, others = answer.body, list[Part]()
        if media_type(given)[0] == "multipart/mixed":
            first, *others = parse_multipart(given, body)
            body = first.content
        value = parse_json(body, limit=MAX_PAGE)
    except BadEvidence as bad:
        raise CouldNotLook("source-garbage", why=bad.detail.get("reason", bad.code)) from bad
    statements = value.get("statements") if isinstance(value, dict) else None
    more = value.get("more", "") if isinstance(value, dict) else ""
    if not isinstance(statements, list) or not isinstance(more, str):
        raise CouldNotLook("source-garbage", why="StatementResult")
    return _Page(statements, {_hash(part): part for part in others}, more)


def _hash(part: Part) -> str:
    return part.headers.get(HASH, "").lower()


def _newest(page: _Page, last: int) -> int | None:
    """`stored` of the last statement; refuses a page that is not in order, after which a cursor
    would pass statements by."""
    newest = None
    for statement in page.statements:
        try:
            stored = parse_timestamp(statement.get("stored"))
        except (BadEvidence, AttributeError) as bad:
            raise CouldNotLook("source-garbage", why="stored") from bad
        if stored < last:
            raise CouldNotLook("source-order")
        newest = last = stored
    return newest


def _consistent(answer: Answer, otherwise: int) -> int:
    given = answer.headers.get(CONSISTENT)
    try:
        return otherwise if given is None else parse_timestamp(given)
    except BadEvidence:
        return otherwise


def _parts_of(statement: Any, parts: Mapping[str, Part]) -> list[Part]:
    """The data of the attachments that a statement declares, as far as it was sent."""
    if not parts or not isinstance(statement, dict):
        return []
    target = statement.get("object")
    holders = [statement, target if isinstance(target, dict) else {}]
    found: dict[str, Part] = {}
    for holder in holders:
        declared = holder.get("attachments")
        for one in declared if isinstance(declared, list) else ():
            sha2 = one.get("sha2") if isinstance(one, dict) else None
            if isinstance(sha2, str) and sha2.lower() in parts:
                # Over HTTP the content is binary, whether the other store says so or not.
                headers = {HASH: sha2, ENCODING: "binary"}
                found[sha2.lower()] = Part(headers, parts[sha2.lower()].content)
    return list(found.values())
