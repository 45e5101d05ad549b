"""Read a roster of certificates: everything that is wrong with it, or its rows.

The procedure, numbered as in the code:

1. the file becomes a table of text cells (`roster_table`);
2. the headings say which column is which (`roster_columns`);
3. every cell is checked and normalised (`roster_values`), every row made a content;
4. numbers are compared within the file.

Nothing stops at the first problem: an office wants the whole list. What only the ledger knows
(a number already issued) is the caller's check. Spec: docs/spec/roster.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ledger.core.content import CertificateContent, check_content
from ledger.errors import BadEvidence
from ledger.office.roster_columns import IGNORE, TEMPLATES, Template, read_heading, template
from ledger.office.roster_problem import WHOLE_FILE, Problem, problem
from ledger.office.roster_table import Row, read_table
from ledger.office.roster_values import CanPrint, Values

__all__ = ["IGNORE", "TEMPLATES", "Problem", "RosterResult", "read_roster"]


@dataclass(frozen=True)
class RosterResult:
    """Either all rows or problems, never both. `lines[i]` is the row number of `rows[i]`."""

    rows: list[CertificateContent]
    problems: list[Problem]
    lines: list[int]


def read_roster(
    data: bytes,
    filename: str,
    template_name: str,
    mapping: Mapping[str, str] | None = None,
    can_print: CanPrint | None = None,
    can_encode: Callable[[CertificateContent], bool] | None = None,
) -> RosterResult:
    """Any bytes in, a result out.

    `filename` is for people; the bytes say whether it is CSV or XLSX. `mapping` sends headings of
    the file to columns or to "ignore". `can_print` gives the characters of a text that no font
    has; `can_encode` says whether the QR code holds a row. Raises WrongUse("unknown-template").
    """
    chosen = template(template_name)
    # 1. bytes to cells
    table = read_table(data)
    if table.problems:
        return RosterResult([], list(table.problems), [])
    # 2. headings to columns
    heading_row, *body = table.rows
    heading = read_heading([cell.text for cell in heading_row.cells], chosen, mapping)
    problems = list(heading.problems)
    if not body:
        problems.append(problem(WHOLE_FILE, "", "roster-no-rows"))
    problems += _unnamed(heading_row, body)
    # 3. cells to contents
    reader = _RowReader(chosen, heading.positions, len(heading_row.cells), table.sheet, can_print)
    rows, lines = [], []
    for row in body:
        content, wrong = reader.read(row)
        problems += wrong
        if content and can_encode and not can_encode(content):
            problems.append(problem(row.line, "name", "row-too-long"))
        elif content:
            rows.append(content)
            lines.append(row.line)
    # 4. numbers once
    problems += _duplicates(body, heading.positions.get("certificate_number"))
    if problems:
        return RosterResult([], sorted(problems, key=lambda one: one.row), [])
    return RosterResult(rows, [], lines)


def _unnamed(heading: Row, body: list[Row]) -> Iterator[Problem]:
    """Columns without a heading in which something stands."""
    for position, cell in enumerate(heading.cells):
        if not cell.text and any(
            position < len(row.cells) and row.cells[position].text for row in body
        ):
            yield problem(heading.line, "", "column-unnamed", position=position + 1)


def _duplicates(body: list[Row], position: int | None) -> Iterator[Problem]:
    if position is None:
        return
    seen: dict[str, int] = {}
    for row in body:
        number = row.cells[position].text if position < len(row.cells) else ""
        if number and seen.setdefault(number, row.line) != row.line:
            yield problem(
                row.line, "certificate_number", "number-duplicate", number=number, row=seen[number]
            )


class _RowReader:
    """Checks rows of one file: knows its columns and the template."""

    def __init__(
        self,
        chosen: Template,
        positions: Mapping[str, int],
        width: int,
        sheet: bool,
        can_print: CanPrint | None,
    ) -> None:
        self._template, self._positions = chosen, positions
        self._width, self._sheet = width, sheet
        self._can_print = can_print

    def read(self, row: Row) -> tuple[CertificateContent | None, list[Problem]]:
        """The content, or what is wrong with the row (None also when a column is missing)."""
        if self._ragged(row):
            return None, [
                problem(row.line, "", "row-ragged", found=len(row.cells), expected=self._width)
            ]
        values = Values(row, self._positions, self._template.required, self._can_print)
        day = values.day("awarded_on")
        content = {
            "number": values.number("certificate_number"),
            "name": values.name("name"),
            "romanised": values.text("romanised_name", 128),
            "major": values.text("major", 100),
            "degree": values.text("degree", 64),
            "course": values.text("course", 128),
            "hours": values.amount("hours"),
            "credits": values.amount("credits"),
            "student_number": values.identifier("student_number", 64),
            "result": values.text("result", 64),
        }
        complete = all(column in self._positions for column in self._template.required)
        if values.problems or day is None or not complete:
            return None, values.problems
        made = CertificateContent(self._template.type_code, awarded_on=day, **content)
        try:
            check_content(made)
        except BadEvidence as refusal:
            # The checks above are narrower; this keeps them so when the core's rules change.
            column = str(refusal.detail.get("field", ""))
            return None, [problem(row.line, column, "value-unreadable")]
        return made, []

    def _ragged(self, row: Row) -> bool:
        """A sheet leaves out empty cells at the end; a CSV line does not."""
        over = any(cell.text for cell in row.cells[self._width :])
        return over or (not self._sheet and len(row.cells) < self._width)
