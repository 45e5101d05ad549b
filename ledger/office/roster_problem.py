"""One thing that is wrong with a roster, by row and column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.errors import Refusal
from ledger.office import messages_roster as _messages  # noqa: F401  (registers the codes)

WHOLE_FILE = 0
HEADING_ROW = 1


@dataclass(frozen=True)
class Problem:
    """`row` is the line of the CSV file or the row of the sheet: the heading is 1, the first row
    of data usually 2; 0 means the file as a whole. `column` is the column's name in English, the
    heading itself where it is unknown, empty where no column is meant."""

    row: int
    column: str
    code: str
    detail_zh: str
    detail_en: str


def problem(row: int, column: str, code: str, /, **detail: Any) -> Problem:
    """A problem with the sentences registered for `code`."""
    refusal = Refusal(code, **detail)
    return Problem(row, column, code, refusal.zh, refusal.en)
