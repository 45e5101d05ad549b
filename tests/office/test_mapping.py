"""CSV and XLSX by a mapping: every value in its place, or refused by row and column."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import BadEvidence, Refusal, WrongUse
from ledger.memory import MemoryStatementStore, MemoryStreamStore
from ledger.office.ingest import ingest, preview, read_statements
from ledger.office.ingest_tables import read_rows
from ledger.office.mapping import TableMapping, parse_mapping
from ledger.office.roster_table import Row
from tests.office.worlds import Campus, Institution

MAPPING: dict[str, Any] = {
    "statement": {
        "actor": {"account": {"homePage": "https://sso.campus.example"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "context": {"platform": "教务系统"},
    },
    "columns": {
        "学号": "/actor/account/name",
        "课程": {
            "to": ["/object/id", "/context/contextActivities/grouping/0/id"],
            "before": "https://courses.campus.example/",
        },
        "动作": {
            "to": "/verb/id",
            "values": {"看": "http://id.example/verb/viewed", "完成": "http://id.example/done"},
        },
        "时间": {
            "to": "/timestamp",
            "date": ["%Y/%m/%d %H:%M", "iso"],
            "zone": "+08:00",
            "required": True,
        },
        "成绩": {"to": "/result/score/raw", "as": "number"},
        "通过": {"to": "/result/success", "as": "boolean"},
        "学期": "/context/extensions/https:~1~1campus.example~1term",
        "备注": None,
    },
}
HEADING = "学号,课程,动作,时间,成绩,通过,学期,备注\n"
ROW = "s-1,la,看,2026/06/01 08:30,87.50,是,2026春,x\n"
FIRST = {
    "actor": {"account": {"homePage": "https://sso.campus.example", "name": "s-1"}},
    "verb": {"id": "http://id.example/verb/viewed"},
    "object": {"id": "https://courses.campus.example/la"},
    "context": {
        "platform": "教务系统",
        "contextActivities": {"grouping": [{"id": "https://courses.campus.example/la"}]},
        "extensions": {"https://campus.example/term": "2026春"},
    },
    "timestamp": "2026-06-01T08:30:00+08:00",
    "result": {"score": {"raw": 87.5}, "success": True},
}


def mapping(**changes: Any) -> TableMapping:
    columns = {**MAPPING["columns"], **changes}
    return parse_mapping(json.dumps({**MAPPING, "columns": columns}).encode())


def read(data: bytes, by: TableMapping | None = None, size: int = 1 << 16) -> list[Any]:
    source = io.BytesIO(data)
    found = read_statements(lambda wanted: source.read(min(size, wanted)), by or mapping())
    return [(line, one.code if isinstance(one, Refusal) else one) for line, one in found]


@pytest.fixture(scope="module")
def school(campus: Campus) -> Institution:
    someone = campus.stranger()
    streams = MemoryStreamStore()
    someone.store, someone.statements = streams, MemoryStatementStore(streams)
    return someone


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("size", [1, 7, 65_536])
def test_csv(encoding: str, size: int) -> None:
    data = (HEADING + ROW).encode(encoding)
    assert read(data, size=size) == [(2, FIRST)]
    assert read(gzip.compress(data), size=size) == [(2, FIRST)]


def test_other_separators_and_line_ends() -> None:
    assert read((HEADING + ROW).replace(",", "\t").encode()) == [(2, FIRST)]
    assert read((HEADING + ROW).replace("\n", "\r\n").encode()) == [(2, FIRST)]
    quoted = ROW.replace(",x", ',"two\nlines, one cell"')
    assert read((HEADING + quoted + ROW).encode()) == [(2, FIRST), (4, FIRST)]


def test_xlsx() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADING.strip().split(","))
    sheet.append([*ROW.strip().split(",")[:4], 87.5, True, "2026春", "x"])
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()) == [(2, FIRST)]
    assert read(out.getvalue()[:-30])[0][1] == "roster-xlsx-damaged"


def test_empty_cells_leave_the_constant_or_nothing() -> None:
    (found,) = read((HEADING + "s-1,la,,2026-06-01T08:30:00Z\n").encode())
    assert found[1]["verb"] == MAPPING["statement"]["verb"]
    assert "result" not in found[1]
    assert found[1]["timestamp"] == "2026-06-01T08:30:00+00:00"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("s-1,la,飞,2026/06/01 08:30,1,是,春,x", "cell-unlisted"),
        ("s-1,la,看,昨天,1,是,春,x", "cell-not-date"),
        ("s-1,la,看,,1,是,春,x", "cell-missing"),
        ("s-1,la,看,2026/06/01 08:30,优,是,春,x", "cell-not-number"),
        ("s-1,la,看,2026/06/01 08:30,NaN,是,春,x", "cell-not-number"),
        ("s-1,la,看,2026/06/01 08:30,1,也许,春,x", "cell-not-boolean"),
        ("1.1E+17,la,看,2026/06/01 08:30,1,是,春,x", "cell-mangled"),
    ],
)
def test_wrong_cells(row: str, code: str) -> None:
    """By row; the others are taken."""
    assert read((HEADING + row + "\n" + ROW).encode()) == [(2, code), (3, FIRST)]


@pytest.mark.parametrize(
    ("given", "form", "wanted"),
    [
        ("1780000000", "unix", "2026-05-28T20:26:40+00:00"),
        ("1780000000123", "unix-ms", "2026-05-28T20:26:40.123000+00:00"),
        ("2026-06-01 08:30:00", "iso", "2026-06-01T08:30:00+08:00"),
        ("2026-06-01", "iso", "2026-06-01T00:00:00+08:00"),
        ("01.06.2026", "%d.%m.%Y", "2026-06-01T00:00:00+08:00"),
    ],
)
def test_dates(given: str, form: str, wanted: str) -> None:
    by = mapping(时间={"to": "/timestamp", "date": form, "zone": "+08:00"})
    (found,) = read((HEADING + f"s-1,la,看,{given}\n").encode(), by)
    assert found[1]["timestamp"] == wanted
    without = mapping(时间={"to": "/timestamp", "date": form})
    (found,) = read((HEADING + f"s-1,la,看,{given}\n").encode(), without)
    assert (found[1] == "cell-not-date") is (not form.startswith("unix"))


@pytest.mark.parametrize(
    "heading",
    [
        HEADING.replace(",备注", ""),
        HEADING.replace("备注", "评语"),
        HEADING.replace("备注", "学号"),
    ],
)
def test_a_heading_that_does_not_fit(heading: str) -> None:
    with pytest.raises(WrongUse, match="mapping-columns"):
        read((heading + ROW).encode())


WRONG: list[tuple[Any, str]] = [
    ([], "/"),
    ({}, "/columns"),
    ({"columns": {}}, "/columns"),
    ({"columns": {"a": "/x"}, "more": 1}, "/more"),
    ({"columns": {"a": "x"}}, "/columns/a"),
    ({"columns": {"a": "/x//y"}}, "/columns/a"),
    ({"columns": {"a": {"to": "/x", "colour": 1}}}, "/columns/a/colour"),
    ({"columns": {"a": {"to": []}}}, "/columns/a/to"),
    ({"columns": {"a": {"to": "/x", "as": "date"}}}, "/columns/a/as"),
    ({"columns": {"a": {"to": "/x", "zone": "+08:00"}}}, "/columns/a/zone"),
    ({"columns": {"a": {"to": "/x", "date": "iso", "zone": "+25:00"}}}, "/columns/a/zone"),
    ({"columns": {"a": {"to": "/x", "date": "iso", "as": "text"}}}, "/columns/a/date"),
    ({"columns": {"a": {"to": "/x", "values": {"k": 1}}}}, "/columns/a/values/k"),
    ({"columns": {"a": {"to": "/x", "required": "yes"}}}, "/columns/a/required"),
    ({"columns": {"a": "/x", "b": "/x"}}, "/columns/b"),
    ({"columns": {"a": "/x", "b": "/x/y"}}, "/columns/b"),
    ({"columns": {"a": "/x/y", "b": "/x"}}, "/columns/b"),
    ({"columns": {"a": "/x", " A ": "/y"}}, "/columns"),
    ({"columns": {"a": "/x/1"}, "statement": {"x": []}}, "/columns/a"),
    ({"columns": {"a": "/x"}, "statement": {"x": {}}}, "/columns/a"),
    ({"columns": {"a": "/x/y"}, "statement": {"x": 1}}, "/columns/a"),
    ({"columns": {"a": "/x"}, "statement": []}, "/statement"),
]


@pytest.mark.parametrize(("value", "pointer"), WRONG)
def test_wrong_mappings(value: Any, pointer: str) -> None:
    with pytest.raises(WrongUse, match="mapping-wrong") as caught:
        parse_mapping(json.dumps(value).encode())
    assert caught.value.detail["pointer"] == pointer


def test_a_mapping_that_is_no_json() -> None:
    for data in (b"", b"{", b'{"a":1,"a":1}', b"[" * 100_000):
        with pytest.raises(WrongUse, match="mapping-wrong"):
            parse_mapping(data)


def test_taken_and_known_again(school: Institution) -> None:
    data = (HEADING + ROW + ROW.replace("s-1", "s-2") + ROW.replace("la", "l a")).encode()
    report = ingest(school.office, "learning", io.BytesIO(data), None, mapping())
    assert (report.accepted, report.duplicate) == (2, 0)
    assert [(one.line, one.refusal.code) for one in report.refused] == [(4, "xapi-bad-value")]
    report = ingest(school.office, "learning", io.BytesIO(data), None, mapping())
    assert (report.accepted, report.duplicate) == (0, 2)


def test_preview() -> None:
    rows = [ROW, ROW.replace("la", "l a"), ROW.replace("看", "飞"), ROW]
    shown = preview(io.BytesIO((HEADING + "".join(rows)).encode()), mapping(), 3)
    assert [line for line, _, _ in shown] == [2, 3, 4]
    assert shown[0] == (2, FIRST, None)
    assert [refusal.code for _, _, refusal in shown if refusal] == [
        "xapi-bad-value",
        "cell-unlisted",
    ]
    with pytest.raises(WrongUse, match="file-empty"):
        preview(io.BytesIO(HEADING.encode()), mapping(), 3)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfea\0", "roster-utf16"),
        (b"a\0b", "roster-nul"),
        (b"\xc4\xff\xff", "roster-encoding"),
        (b'a\n"open', "roster-csv-damaged"),
        (b"x" * (3 << 20), "statement-too-long"),
        (b"a\n" + b"x" * (3 << 20), "statement-too-long"),
        (gzip.compress(b"a\nb\n", mtime=0)[:-3], "gzip-damaged"),
    ],
)
def test_files_that_are_no_tables(data: bytes, code: str) -> None:
    """The last thing that comes is why."""
    *_, last = read_rows(io.BytesIO(data).read)
    assert isinstance(last, Refusal)
    assert last.code == code
    assert last.zh and last.en


@given(st.binary(max_size=200) | st.text('ab,"\n\r学\t', max_size=60).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_rows_or_refused(data: bytes) -> None:
    for found in read_rows(io.BytesIO(data).read):
        assert isinstance(found, Row | BadEvidence)
