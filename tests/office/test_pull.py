"""Forwarding in: pages, attachments, a cursor that never passes anything by."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from ledger.core.xapi.multipart import Part
from ledger.errors import CouldNotLook, NotAllowed, Refusal
from ledger.memory import MemoryStatementStore, MemoryStreamStore
from ledger.office.ingest import IngestReport, ingest
from ledger.office.pull import Answer, pull
from ledger.office.queries import timestamp
from tests.office.worlds import Campus, Institution, statement

ALWAYS = "ascending=true&attachments=true"
START = 1_780_000_000_000
CONTENT = b"an essay"
SHA2 = sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def someone(campus: Campus) -> Institution:
    return campus.stranger()


@pytest.fixture
def school(someone: Institution) -> Institution:
    streams = MemoryStreamStore()
    someone.store, someone.statements = streams, MemoryStatementStore(streams)
    return someone


class Source:
    """Another store in memory, three statements a page; `fail` breaks the n-th request."""

    def __init__(self, stored: list[int]) -> None:
        self.statements = [
            {
                **json.loads(statement(number)),
                "stored": timestamp(when),
                "version": "1.0.3",
                "authority": {"mbox": "mailto:other@store.example"},
            }
            for number, when in enumerate(stored)
        ]
        self.asked: list[str] = []
        self.fail: dict[int, Refusal] = {}
        self.through: str | None = None
        self.change: Callable[[Answer], Answer] = lambda answer: answer

    def __call__(self, address: str) -> Answer:
        self.asked.append(address)
        if len(self.asked) in self.fail:
            raise self.fail[len(self.asked)]
        query = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        assert query["ascending"] == query["attachments"] == "true"
        since, start = query.get("since", ""), int(query.get("from", 0))
        found = [one for one in self.statements if one["stored"] > since]
        page, more = found[start : start + 3], ""
        if len(found) > start + 3:
            more = (
                f"/xapi/statements?ascending=true&attachments=true&since={since}&from={start + 3}"
            )
        headers = {"content-type": "application/json"}
        if self.through:
            headers["x-experience-api-consistent-through"] = self.through
        return self.change(Answer(headers, json.dumps({"statements": page, "more": more}).encode()))


class Run:
    """Runs of one pull with a cursor that is kept between them."""

    def __init__(self, school: Institution, source: Source) -> None:
        self.school, self.source = school, source
        self.cursors: list[int] = []

    def __call__(self, kind: str = "learning") -> IngestReport:
        since = self.cursors[-1] if self.cursors else None
        return pull(self.school.office, kind, self.source, since, self.cursors.append)


def test_all_pages(school: Institution) -> None:
    source = Source([START + number for number in range(8)])
    run = Run(school, source)
    report = run()
    assert (report.accepted, report.duplicate, report.refused) == (8, 0, [])
    assert len(source.asked) == 3
    assert run.cursors == [START + 1, START + 4, START + 6]
    found = school.statements.statement(UUID(source.statements[7]["id"]).bytes)
    assert found is not None
    assert json.loads(found.payload) == source.statements[7]
    assert json.loads(found.authority)["account"]["name"] == "pull"


def test_the_next_run_goes_on(school: Institution) -> None:
    source = Source([START + number for number in range(4)])
    run = Run(school, source)
    run()
    source.statements += Source([START + number for number in range(6)]).statements[4:]
    report = run()
    assert (report.accepted, report.duplicate) == (2, 1)
    assert "since=" in source.asked[-1]


@pytest.mark.parametrize("stored", [range(10), [0] * 10, [0, 1, 1, 1, 1, 1, 2, 2, 2, 2]])
@pytest.mark.parametrize("broken", range(1, 5))
def test_a_break_at_any_page_loses_nothing(
    school: Institution, stored: list[int], broken: int
) -> None:
    """Also where one instant spans pages, as it does when a store acknowledges many at once."""
    source = Source([START + when for when in stored])
    source.fail[broken] = CouldNotLook("source-unreachable", url="", why="cut")
    run = Run(school, source)
    with pytest.raises(CouldNotLook):
        run()
    run()
    assert school.store.size("learning") == 10


def test_a_crash_before_the_cursor_is_kept(school: Institution) -> None:
    source = Source([START + number for number in range(4)])

    def crash(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(school.office, "learning", source, None, crash)
    assert school.store.size("learning") == 3  # acknowledged, and pulled again
    report = Run(school, source)()
    assert (report.accepted, report.duplicate) == (1, 3)


def test_consistent_through_holds_the_cursor_back(school: Institution) -> None:
    source = Source([START, START + 5_000])
    source.through = timestamp(START + 1_000)
    run = Run(school, source)
    run()
    assert run.cursors == [START + 999]


def test_statements_that_break_the_rules_are_named(school: Institution) -> None:
    source = Source([START + number for number in range(5)])
    source.statements[1]["verb"] = {"id": "no iri"}
    report = Run(school, source)()
    assert report.accepted == 4
    assert [(one.line, one.refusal.code) for one in report.refused] == [(2, "xapi-bad-value")]


def test_attachments(school: Institution) -> None:
    attachment = {
        "usageType": "http://usage.example/x",
        "display": {"en": "x"},
        "contentType": "text/plain",
        "length": len(CONTENT),
        "sha2": SHA2,
    }
    source = Source([START, START + 1])
    source.statements[0]["attachments"] = [attachment]

    def multipart(answer: Answer) -> Answer:
        parts = [
            Part({"Content-Type": "application/json"}, answer.body),
            Part({"Content-Type": "text/plain", "X-Experience-API-Hash": SHA2}, CONTENT),
        ]
        body, kind = written(parts)
        return Answer({"content-type": kind}, body)

    source.change = multipart
    assert Run(school, source)().accepted == 2
    kept = school.statements.attachment(SHA2)
    assert kept is not None
    assert kept.content == CONTENT


def written(parts: list[Part]) -> tuple[bytes, str]:
    body = b""
    for part in parts:
        head = "".join(f"{name}: {value}\r\n" for name, value in part.headers.items())
        body += b"--abc\r\n" + head.encode() + b"\r\n" + part.content + b"\r\n"
    return body + b"--abc--\r\n", "multipart/mixed; boundary=abc"


def test_another_order_is_refused_before_the_cursor_moves(school: Institution) -> None:
    source = Source([START + 5, START, START + 1, START + 2])
    run = Run(school, source)
    with pytest.raises(CouldNotLook, match="source-order"):
        run()
    assert run.cursors == []


GARBAGE: list[Any] = [
    b"", b"[]", b"{", b'{"statements":{}}', b'{"statements":[],"more":7}', b'{"statements":[7]}',
    b'{"statements":[{}]}', b'{"statements":[{"stored":"yesterday"}]}', b"[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage(school: Institution, body: bytes) -> None:
    source = Source([START])
    source.change = lambda answer: Answer(answer.headers, body)
    with pytest.raises(CouldNotLook, match="source-garbage"):
        Run(school, source)()
    source.change = lambda answer: Answer({"content-type": "multipart/mixed"}, body)
    with pytest.raises(CouldNotLook, match="source-garbage"):
        Run(school, source)()


def test_a_more_link_that_leads_in_a_circle(school: Institution) -> None:
    source = Source([START])
    again = f"/xapi/statements?{ALWAYS}"

    def circle(answer: Answer) -> Answer:
        value = {**json.loads(answer.body), "more": again}
        return Answer(answer.headers, json.dumps(value).encode())

    source.change = circle
    with pytest.raises(CouldNotLook, match="source-garbage"):
        Run(school, source)()


def test_a_refused_token_passes_through(school: Institution) -> None:
    source = Source([START])
    source.fail[1] = NotAllowed("source-refused", status=401)
    with pytest.raises(NotAllowed):
        Run(school, source)()


def test_what_another_way_brought_is_known(school: Institution) -> None:
    """The same statement by file and by pull: what the other store added does not tell them
    apart."""
    ingest(school.office, "learning", io.BytesIO(statement(0)))
    report = Run(school, Source([START]))()
    assert (report.accepted, report.duplicate) == (0, 1)
