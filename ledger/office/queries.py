"""Statements out of the ledger: how one is put together again, and one page of many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ledger.core.xapi.formats import Definition, Format, shown
from ledger.core.xapi.languages import LanguageRange
from ledger.office.context import Office
from ledger.ports.statements import Cursor, StatementQuery, StoredStatement

PAGE_BYTES = 16 << 20
SLACK = 64 << 10
"""A payload at rest is a little longer than it is read: near the bound a page may be followed by an
empty one, and nothing is ever left out."""


def assembled(stored: StoredStatement) -> dict[str, Any]:
    """The statement as submitted, with what the store says about it (Data 2.4, 2.3.1).

    `stored`, `authority` and `version` are the store's, whatever was submitted; `id` and
    `timestamp` where none was.
    """
    statement: dict[str, Any] = json.loads(stored.payload)
    when = timestamp(stored.stored)
    statement.setdefault("id", str(UUID(bytes=stored.id)))
    statement.setdefault("timestamp", when)
    statement["stored"] = when
    statement["authority"] = json.loads(stored.authority)
    statement["version"] = stored.version
    return statement


def statement_json(
    stored: StoredStatement,
    format: str,
    languages: Sequence[LanguageRange],
    definition: Definition,
) -> dict[str, Any]:
    """The statement in one of the formats of Communication 2.1.3; `definition` is the store's
    `activity`, asked for the canonical format only."""
    return shown(assembled(stored), Format(format), languages, definition)


def timestamp(millis: int) -> str:
    """`2026-06-30T08:00:00.000Z`."""
    seconds, rest = divmod(millis, 1_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def page(office: Office, query: StatementQuery) -> tuple[list[StoredStatement], Cursor | None]:
    """At most `query.limit` statements (at least 1), and where the next page goes on.

    Fewer where they are large: a page ends with the statement that fills `PAGE_BYTES`, and no more
    than that is read for it.
    """
    read = office.statements.statements(
        replace(query, limit=query.limit + 1, most_bytes=PAGE_BYTES)
    )
    found = read[: query.limit]
    ended_early = sum(len(one.payload) for one in read) > PAGE_BYTES - SLACK
    more = len(read) > query.limit or ended_early
    return found, _place(found[-1]) if found and more else None


def _place(last: StoredStatement) -> Cursor:
    return Cursor(last.stored, last.kind, last.index)
