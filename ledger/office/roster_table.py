"""A roster file as rows of text cells: CSV in UTF-8 or GB 18030, or the first sheet of an XLSX."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from ledger.office.roster_problem import WHOLE_FILE, Problem, problem

MAX_BYTES = 32 << 20
MAX_UNPACKED = 256 << 20
MAX_ROWS = 100_000
MAX_COLUMNS = 100
_TRUSTED_DIGITS = 10**15
"""A spreadsheet keeps 15 digits; what lies above has been rounded."""
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_PADDED = re.compile(r"0{2,}")


@dataclass(frozen=True)
class Cell:
    """The text of a cell, without spaces around it; `fault` is a problem code of the file's making:
    "number-mangled" or "cell-error"."""

    text: str
    fault: str = ""


@dataclass(frozen=True)
class Row:
    """`line` as people count it in that file, from 1."""

    line: int
    cells: tuple[Cell, ...]

    @property
    def blank(self) -> bool:
        return not any(cell.text for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """All rows, the heading first, without blank ones; or what makes the file unreadable."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    sheet: bool = False


class _Unreadable(Exception):
    """The file as a whole; carries the problem."""

    def __init__(self, code: str, row: int = WHOLE_FILE, **detail: Any) -> None:
        super().__init__(code)
        self.problem = problem(row, "", code, **detail)


def read_table(data: bytes) -> Table:
    """Any bytes in, rows or problems out. The content says what it is, not the file's name."""
    sheet = data.startswith(b"PK\x03\x04")
    try:
        _check_bytes(data)
        rows = tuple(_limited(_sheet_rows(data) if sheet else _csv_rows(_decode(data))))
    except _Unreadable as refused:
        return Table((), (refused.problem,), sheet)
    return Table(rows, () if rows else (problem(WHOLE_FILE, "", "roster-empty"),), sheet)


def _check_bytes(data: bytes) -> None:
    if not data:
        raise _Unreadable("roster-empty")
    if len(data) > MAX_BYTES:
        raise _Unreadable("roster-too-large", limit=MAX_BYTES)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _Unreadable("roster-old-excel")


def _limited(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that are not blank, up to the limits (the heading does not count)."""
    for count, row in enumerate(row for row in rows if not row.blank):
        if count > MAX_ROWS:
            raise _Unreadable("roster-too-many-rows", row.line, limit=MAX_ROWS)
        if len(row.cells) > MAX_COLUMNS:
            raise _Unreadable("roster-too-many-columns", row.line, limit=MAX_COLUMNS)
        yield row


# ------------------------------------------------------------------------------------------- CSV


def _decode(data: bytes) -> str:
    """UTF-8 first: almost no GB 18030 text is valid UTF-8 by accident, the reverse is common."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Unreadable("roster-utf16")
    if b"\0" in data:
        raise _Unreadable("roster-nul")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Unreadable("roster-encoding")


def _csv_rows(text: str) -> Iterator[Row]:
    mark = delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    last = 0
    try:
        for cells in reader:
            # A quoted cell may span lines: the row is where it begins.
            line, last = last + 1, reader.line_num
            yield Row(line, tuple(text_cell(cell) for cell in cells))
    except csv.Error as error:
        raise _Unreadable("roster-csv-damaged", reader.line_num, reason=error) from error


def delimiter(text: str) -> str:
    """Comma; tab or semicolon where the heading has no comma, as some offices' exports do."""
    heading = text.lstrip("\r\n").partition("\n")[0]
    if "," in heading:
        return ","
    return next((mark for mark in "\t;" if mark in heading), ",")


def text_cell(text: str) -> Cell:
    """A cell of a text table."""
    text = text.strip(" \t\u3000\u00a0")
    return Cell(text, "number-mangled" if _SCIENTIFIC.fullmatch(text) else "")


# ------------------------------------------------------------------------------------------ XLSX


def _sheet_rows(data: bytes) -> Iterator[Row]:
    """Rows of the first worksheet. A workbook is a foreign parser's matter: whatever it raises on
    hostile bytes means that the file is damaged."""
    import openpyxl  # here: it takes as long to load as everything else together

    try:
        _check_unpacked(data)
        with warnings.catch_warnings():
            # What openpyxl cannot keep (styles, validation) does not concern the values.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                sheet = book.worksheets[0]
                # The size stated in the file may be wrong, small or immense.
                sheet.reset_dimensions()
                for line, cells in enumerate(sheet.iter_rows(), start=1):
                    yield Row(line, tuple(_sheet_cell(cell) for cell in _trimmed(cells)))
            finally:
                book.close()
    except (_Unreadable, GeneratorExit):
        raise
    except Exception as error:
        raise _Unreadable("roster-xlsx-damaged", reason=type(error).__name__) from error


def _check_unpacked(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
            raise _Unreadable("roster-too-large", limit=MAX_UNPACKED)


def _trimmed(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without the empty cells at the end, of which a sheet may have thousands."""
    end = len(cells)
    while end and cells[end - 1].value is None:
        end -= 1
    return cells[:end]


def _sheet_cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell("")
    if cell.data_type == "e":
        return Cell(str(value), "cell-error")
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return _number_cell(value, str(cell.number_format))
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return Cell(value.date().isoformat() if midnight else value.isoformat(" "))
    if isinstance(value, date):
        return Cell(value.isoformat())
    return text_cell(str(value))


def _number_cell(value: int | float, shown_as: str) -> Cell:
    if value != value or abs(value) >= _TRUSTED_DIGITS:
        return Cell(repr(value), "number-mangled")
    if value != int(value):
        return Cell(repr(value))
    text = str(int(value))
    # The format 000000 shows zeros in front that the stored number does not have.
    return Cell(text.zfill(len(shown_as)) if _PADDED.fullmatch(shown_as) else text)
