"""Statements out of the ledger."""

from __future__ import annotations

import json

import pytest

from ledger.core.xapi.formats import Format
from ledger.core.xapi.languages import accepted_languages
from ledger.core.xapi.versions import Version
from ledger.office.context import Office
from ledger.office.queries import assembled, page, statement_json, timestamp
from ledger.office.statements import accept, prepare
from ledger.ports.statements import StatementQuery, StoredStatement
from tests.office.records import AUTHORITY, NOW, Json, Records, raw, statement, uuid


@pytest.fixture
def records() -> Records:
    return Records()


def kept(records: Records, *submitted: Json) -> Office:
    office = records.office()
    for one in submitted:
        accept(office, [prepare(office, [one], Version.V1, AUTHORITY)[0]])
    return office


def one(records: Records, given: Json) -> StoredStatement:
    (found,) = kept(records, given).statements.statements(StatementQuery())
    return found


def test_what_the_store_adds_and_replaces(records: Records) -> None:
    given = statement(
        1,
        stored="2001-01-01T00:00:00Z",
        authority={"mbox": "mailto:x@y.example"},
        timestamp="2025-01-01T00:00:00+08:00",
    )
    assert assembled(one(records, given)) == {
        **given,
        "stored": "2026-06-30T08:00:00.000Z",
        "authority": json.loads(AUTHORITY),
        "version": "1.0.0",
    }


def test_id_and_timestamp_where_none_was_given(records: Records) -> None:
    found = one(records, statement())
    shown = assembled(found)
    assert shown["timestamp"] == shown["stored"] == timestamp(NOW)
    assert shown["id"].replace("-", "") == found.id.hex()


@pytest.mark.parametrize(
    ("millis", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (NOW + 7, "2026-06-30T08:00:00.007Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_timestamps_are_to_the_millisecond(millis: int, text: str) -> None:
    assert timestamp(millis) == text


def test_formats(records: Records) -> None:
    definition = {"name": {"en": "Algebra", "zh-CN": "代数"}}
    found = one(
        records, statement(1, object={"id": "http://c.example/1", "definition": definition})
    )
    activity = records.statements.activity
    exact = statement_json(found, "exact", (), activity)
    assert exact["object"]["definition"] == definition
    ids = statement_json(found, Format.IDS, (), activity)
    assert ids["object"] == {"id": "http://c.example/1"}
    canonical = statement_json(found, "canonical", accepted_languages("zh-CN"), activity)
    assert canonical["object"]["definition"] == {"name": {"zh-CN": "代数"}}


@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
def test_pages_follow_one_another_to_the_end(records: Records, limit: int, ascending: bool) -> None:
    office = kept(records, *(statement(number) for number in range(6)))
    seen: list[bytes] = []
    query = StatementQuery(limit=limit, ascending=ascending)
    pages = 0
    while True:
        found, following = page(office, query)
        seen += [each.id for each in found]
        pages += 1
        assert 0 < len(found) <= limit
        if following is None:
            break
        query = StatementQuery(limit=limit, ascending=ascending, after=following)
    order = range(6) if ascending else range(5, -1, -1)
    assert seen == [raw(number) for number in order]
    assert pages == -(-6 // limit)


def test_a_page_of_large_statements_is_shorter(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.office.queries.PAGE_BYTES", 10_000)
    monkeypatch.setattr("ledger.office.queries.SLACK", 0)
    large = [statement(number, result={"response": "x" * 3_000}) for number in range(9)]
    office = kept(records, *large)
    seen: list[bytes] = []
    query = StatementQuery(limit=8, ascending=True)
    while True:
        found, following = page(office, query)
        seen += [each.id for each in found]
        assert 1 <= len(found) <= 4
        if following is None:
            break
        query = StatementQuery(limit=8, ascending=True, after=following)
    assert seen == [raw(number) for number in range(9)]


def test_a_page_of_nothing(records: Records) -> None:
    assert page(records.office(), StatementQuery()) == ([], None)


def test_stored_grows_with_every_transaction(records: Records) -> None:
    office = kept(records, statement(1), statement(2))
    shown = [assembled(each) for each in page(office, StatementQuery(ascending=True))[0]]
    assert [each["id"] for each in shown] == [uuid(1), uuid(2)]
    assert shown[0]["stored"] < shown[1]["stored"]
