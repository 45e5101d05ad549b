"""Rosters: every problem by row and column, or all rows (docs/spec/roster.md)."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.content import CertificateContent
from ledger.core.kinds import CredentialType
from ledger.errors import WrongUse
from ledger.office.roster import TEMPLATES, RosterResult, read_roster

DEGREE = "证书编号,姓名,颁发日期,专业,学位"
COURSE = "certificate_number,name,awarded_on,course,hours,credits"


def csv(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


def read(data: bytes, template: str = "degree", **more: Any) -> RosterResult:
    return read_roster(data, "roster.csv", template, **more)


def found(result: RosterResult) -> list[tuple[int, str, str]]:
    assert not result.rows and not result.lines
    assert all(one.detail_zh and one.detail_en for one in result.problems)
    return [(one.row, one.column, one.code) for one in result.problems]


def degree(*, number: str = "A-1", name: str = "李明", day: str = "2026-06-30") -> bytes:
    return csv(DEGREE, f"{number},{name},{day},数学,理学学士")


def sheet(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_good_roster_in_either_encoding(encoding: str) -> None:
    # 𱁬 (extension G) has a four-byte form in GB 18030.
    data = csv(DEGREE, "A-1,𠮷田𱁬,2026-06-30,数学,理学学士", encoding=encoding)
    result = read(data)
    assert result.problems == []
    assert result.lines == [2]
    assert result.rows == [
        CertificateContent(
            CredentialType.DEGREE,
            "A-1",
            "𠮷田𱁬",
            date(2026, 6, 30),
            major="数学",
            degree="理学学士",
        )
    ]


def test_columns_in_any_order_under_either_name() -> None:
    data = csv(
        "学分,Name,hours,课程,颁发日期,证书编号,成绩", "2.50,艾力·买买提,32.0,网络,2026-01-31,7,92"
    )
    (row,) = read(data, "course").rows
    assert (row.hours, row.credits, row.course, row.result) == ("32", "2.5", "网络", "92")


def test_every_template_reads_its_columns() -> None:
    assert TEMPLATES == ("degree", "course", "micro")
    data = csv(COURSE, "1,李明,2026-06-30,数据分析,8,0.5")
    assert read(data, "micro").rows[0].type_code == CredentialType.MICRO
    with pytest.raises(WrongUse, match="unknown-template"):
        read(data, "diploma")


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (b"", [(0, "", "roster-empty")]),
        (b"\xef\xbb\xbf\r\n,,\r\n", [(0, "", "roster-empty")]),
        (csv(DEGREE), [(0, "", "roster-no-rows")]),
        (degree().decode().encode("utf-16"), [(0, "", "roster-utf16")]),
        (degree().decode().encode("utf-16-le"), [(0, "", "roster-nul")]),
        (b"\x80\xff\xff", [(0, "", "roster-encoding")]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", [(0, "", "roster-old-excel")]),
        (b"PK\x03\x04not a workbook", [(0, "", "roster-xlsx-damaged")]),
        (csv(DEGREE, '"A-1,李明'), [(0, "", "roster-csv-damaged")]),
    ],
)
def test_a_file_that_is_no_roster(data: bytes, problems: list[tuple[int, str, str]]) -> None:
    shown = [
        (0 if code == "roster-csv-damaged" else row, c, code) for row, c, code in found(read(data))
    ]
    assert shown == problems


def test_headings() -> None:
    data = csv("证书编号,certificate_number,姓名,颁发日期,民族,", "1,1,李明,2026-06-30,汉,x")
    assert sorted(found(read(data))) == [
        (1, "", "column-unnamed"),
        (1, "certificate_number", "column-duplicate"),
        (1, "degree", "column-missing"),
        (1, "major", "column-missing"),
        (1, "民族", "column-unknown"),
    ]


def test_a_column_of_another_template_is_unknown() -> None:
    data = csv(DEGREE + ",学时", "1,李明,2026-06-30,数学,理学学士,3")
    assert found(read(data)) == [(1, "学时", "column-unknown")]


def test_a_mapping_names_columns_and_ignores_others() -> None:
    data = csv("编号,姓名,颁发日期,专业,学位,民族", "1,李明,2026-06-30,数学,理学学士,汉")
    result = read(data, mapping={"编号": "certificate_number", "民族": "ignore"})
    assert [row.number for row in result.rows] == ["1"]
    wrong = read(data, mapping={"编号": "serial", "没有": "name", "民族": "ignore"})
    assert sorted(found(wrong)) == [
        (1, "certificate_number", "column-missing"),
        (1, "没有", "mapping-source"),
        (1, "编号", "mapping-target"),
    ]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2026-02-29", "date-invalid"),
        ("2026-6-30", "date-invalid"),
        ("2026/06/30", "date-invalid"),
        ("20260630", "date-invalid"),
        ("２０２６-06-30", "date-invalid"),
        ("0001-01-01", "date-out-of-range"),
        ("1899-12-31", "date-out-of-range"),
        ("2197-01-01", "date-out-of-range"),
        ("", "value-missing"),
    ],
)
def test_dates(day: str, code: str) -> None:
    assert found(read(degree(day=day))) == [(2, "awarded_on", code)]


@pytest.mark.parametrize(
    "name", ["阿卜杜热合曼·吐尔逊·买买提艾力·阿布都克里木江", "John Smith", "Zoë"]
)
def test_names_that_people_have(name: str) -> None:
    assert read(degree(name=name)).rows[0].name == name


def test_text_is_normalised() -> None:
    assert read(degree(name="Zoe\u0308 ")).rows[0].name == "Zo\u00eb"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("李" * 10_000, "value-too-long"),
        ("李\u202e明", "value-hidden-character"),
        ("李\u200b明", "value-hidden-character"),
        ("李\x07明", "value-hidden-character"),
        ("李\ue000明", "value-hidden-character"),
        ("李\U000e0100明", "value-hidden-character"),
        ("李\u3164明", "value-hidden-character"),
        ("李\u3000明", "value-hidden-character"),
        ("李 明", "name-spaced"),
        ("", "value-missing"),
    ],
)
def test_names_that_nobody_has(name: str, code: str) -> None:
    assert found(read(degree(name=name))) == [(2, "name", code)]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("6.10123E+17", "number-mangled"),
        ("1E+20", "number-mangled"),
        ("a b", "number-invalid"),
        ("a/b", "number-invalid"),
        ("n" * 65, "number-invalid"),
        ("e\u0301", "number-invalid"),
    ],
)
def test_numbers(number: str, code: str) -> None:
    assert found(read(degree(number=number))) == [(2, "certificate_number", code)]


@pytest.mark.parametrize("amount", ["-1", "1e3", "100000", "1.234", "NaN", "１", "1,000", "0x1"])
def test_amounts(amount: str) -> None:
    data = csv(COURSE, f'1,李明,2026-06-30,网络,"{amount}",1')
    assert found(read(data, "course")) == [(2, "hours", "amount-invalid")]


def test_a_number_twice_names_the_first_row() -> None:
    data = csv(DEGREE, "1,李明,2026-06-30,数学,理学学士", "", "1,王芳,2026-06-30,数学,理学学士")
    result = read(data)
    assert found(result) == [(4, "certificate_number", "number-duplicate")]
    assert "row 2" in result.problems[0].detail_en


def test_ragged_lines_and_lines_inside_quotes() -> None:
    data = csv(
        DEGREE, '1,"李\n明",2026-06-30,数学,理学学士', "2,王芳", "3,王芳,2026-06-30,数学,理学学士,x"
    )
    assert found(read(data)) == [
        (2, "name", "value-hidden-character"),
        (4, "", "row-ragged"),
        (5, "", "row-ragged"),
    ]


def test_all_problems_are_listed_in_the_order_of_rows() -> None:
    lines = [f"{n},,2026-13-01,数学," for n in range(500)]
    problems = found(read(csv(DEGREE, *lines)))
    assert len(problems) == 1500
    assert [row for row, _, _ in problems] == sorted(row for row, _, _ in problems)


def test_characters_without_a_font() -> None:
    result = read(degree(name="李𱁬"), can_print=lambda text: {"𱁬"} & set(text))
    assert found(result) == [(2, "name", "value-unprintable")]
    assert "𱁬 U+3106C" in result.problems[0].detail_zh


def test_rows_that_no_qr_code_holds() -> None:
    assert found(read(degree(), can_encode=lambda _: False)) == [(2, "name", "row-too-long")]


def test_a_sheet() -> None:
    heading = [*DEGREE.split(","), "成绩"]
    data = sheet(heading, [], ["A-1", "李明", date(2026, 6, 30), "数学", "理学学士", 92.5], [None])
    result = read(data)
    assert result.problems == []
    assert result.lines == [3]
    assert (result.rows[0].awarded_on, result.rows[0].result) == (date(2026, 6, 30), "92.5")


def test_a_sheet_that_mangled_its_numbers() -> None:
    row = ["李明", "2026-06-30", "数学", "理学学士"]
    data = sheet(
        DEGREE.split(","),
        [610123199001011234, *row],
        [6.10123e17, *row],
        [999_999_999_999_999, *row],
        ["610123199001011234", *row],
    )
    assert found(read(data)) == [
        (2, "certificate_number", "number-mangled"),
        (3, "certificate_number", "number-mangled"),
    ]


def test_a_sheet_keeps_the_zeros_it_shows_and_names_errors_and_times() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(DEGREE.split(","))
    page.append([42, "李明", date(2026, 6, 30), "数学", "理学学士"])
    page["A2"].number_format = "000000"
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()).rows[0].number == "000042"


def test_a_sheet_with_a_formula_error_and_a_time_of_day() -> None:
    morning = datetime.fromisoformat("2026-06-30T08:00:00")
    data = sheet(
        DEGREE.split(","),
        ["#N/A", "李明", morning, "数学", "理学学士"],
        ["A-2", "李明", date(2026, 6, 30), "数学", "理学学士", "x"],
    )
    assert found(read(data)) == [
        (2, "awarded_on", "date-invalid"),
        (2, "certificate_number", "cell-error"),
        (3, "", "row-ragged"),
    ]


@given(st.binary(max_size=300), st.sampled_from(TEMPLATES))
def test_any_bytes_give_rows_or_problems(data: bytes, template: str) -> None:
    result = read(data, template)
    assert bool(result.rows) != bool(result.problems)


@given(st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=6), max_size=4))
def test_any_table_gives_rows_that_the_core_accepts(rows: list[list[str]]) -> None:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    data = "\n".join((DEGREE, *lines)).encode("utf-8", "surrogatepass")
    result = read(data)
    assert bool(result.rows) != bool(result.problems)


@given(st.binary(min_size=1, max_size=20), st.integers(0, 5000))
def test_any_damage_to_a_sheet_is_a_problem_or_harmless(noise: bytes, at: int) -> None:
    data = bytearray(SHEET)
    at %= len(data)
    data[at : at + len(noise)] = noise
    result = read(bytes(data))
    assert bool(result.rows) != bool(result.problems)


SHEET = sheet(DEGREE.split(","), ["A-1", "李明", "2026-06-30", "数学", "理学学士"])
