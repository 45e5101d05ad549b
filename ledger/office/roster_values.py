"""The values of one roster row: each is checked, normalised, and its problem noted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.core import wording
from ledger.core.content import AMOUNT
from ledger.core.dates import parse_day
from ledger.office.roster_problem import Problem, problem
from ledger.office.roster_table import Cell, Row

CanPrint = Callable[[str], set[str]]
"""The characters of a text that cannot be printed."""

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2196, 12, 31)
MAX_NAME = 64
"""Code points; the longest names in use, with middle dots, have about 30."""

_DECIMAL = re.compile(r"\d{1,6}(?:\.\d{1,6})?", re.ASCII)
# Letters and marks that show nothing: joiner, Hangul fillers, Khmer vowels, blank braille,
# Mongolian and general variation selectors.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_HAN = r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_SPACED = re.compile(rf"{_HAN} +{_HAN}")
_SHOWN = 40


class Values:
    """Reads one row's cells by column; what is wrong gathers in `problems`.

    A method returns "" (or None) for a value that is absent or wrong.
    """

    def __init__(
        self,
        row: Row,
        positions: Mapping[str, int],
        required: Iterable[str],
        can_print: CanPrint | None,
    ) -> None:
        self._row, self._positions = row, positions
        self._required = frozenset(required)
        self._can_print = can_print
        self.problems: list[Problem] = []

    def number(self, column: str) -> str:
        """A certificate number."""
        text = self._whole(column)
        if text and not wording.is_number(text):
            return self._wrong(column, "number-invalid")
        return text and self._printable(column, text)

    def identifier(self, column: str, limit: int) -> str:
        """Another number that people write as text."""
        return self._plain(column, self._whole(column), limit)

    def text(self, column: str, limit: int) -> str:
        """A text of at most `limit` code points in NFC."""
        cell = self._cell(column)
        # Text such as 1E5 is nobody's mangled number here.
        return self._plain(column, "" if self._broken(column, cell) else cell.text, limit)

    def name(self, column: str) -> str:
        """A person's name; offices pad two-character names with spaces, which would be signed."""
        text = self.text(column, MAX_NAME)
        if _SPACED.search(text):
            return self._wrong(column, "name-spaced")
        return text

    def day(self, column: str) -> date | None:
        """A calendar day."""
        text = self._whole(column)
        if not text:
            return None
        try:
            day = parse_day(text)
        except ValueError:
            self._wrong(column, "date-invalid", value=_short(text))
            return None
        if not FIRST_DAY <= day <= LAST_DAY:
            self._wrong(column, "date-out-of-range", first=FIRST_DAY, last=LAST_DAY)
            return None
        return day

    def amount(self, column: str) -> str:
        """A decimal number in its shortest form: 2.50 is 2.5."""
        cell = self._cell(column)
        if not cell.text or self._broken(column, cell):
            return ""
        short = f"{Decimal(cell.text).normalize():f}" if _DECIMAL.fullmatch(cell.text) else ""
        if not AMOUNT.fullmatch(short):
            return self._wrong(column, "amount-invalid", value=_short(cell.text))
        return short

    def _cell(self, column: str) -> Cell:
        """The cell, empty where the file has no such column; required and empty is a problem."""
        position = self._positions.get(column)
        if position is None:
            return Cell("")
        cells = self._row.cells
        cell = cells[position] if position < len(cells) else Cell("")
        if not cell.text and column in self._required:
            self._wrong(column, "value-missing")
        return cell

    def _broken(self, column: str, cell: Cell, scientific: bool = False) -> bool:
        """A fault of the file. Scientific notation counts only where digits matter."""
        counts = scientific or "E" not in cell.text.upper()
        if cell.fault == "cell-error" or (cell.fault and counts):
            self._wrong(column, cell.fault, value=_short(cell.text))
            return True
        return False

    def _whole(self, column: str) -> str:
        """The text of a cell in which every digit counts."""
        cell = self._cell(column)
        return "" if self._broken(column, cell, scientific=True) else cell.text

    def _plain(self, column: str, text: str, limit: int) -> str:
        text = unicodedata.normalize("NFC", text)
        hidden = {character for character in text if _hidden(character)}
        if hidden:
            return self._wrong(column, "value-hidden-character", characters=_points(hidden))
        if len(text) > limit:
            return self._wrong(column, "value-too-long", length=len(text), limit=limit)
        if text and not wording.is_wording(text):
            return self._wrong(column, "value-unreadable")
        return text and self._printable(column, text)

    def _printable(self, column: str, text: str) -> str:
        missing = self._can_print(text) if self._can_print else set()
        if missing:
            shown = " ".join(f"{one} {_points(one)}" for one in sorted(missing)[:_SHOWN])
            return self._wrong(column, "value-unprintable", characters=shown)
        return text

    def _wrong(self, column: str, code: str, **detail: Any) -> str:
        self.problems.append(problem(self._row.line, column, code, **detail))
        return ""


def _hidden(character: str) -> bool:
    if " " <= character <= "~":
        return False
    category = unicodedata.category(character)
    # Of the spaces only U+0020 may stand inside a text: the others look alike and sign unlike.
    return wording.is_hidden(character) or category == "Zs" or _BLANK.match(character) is not None


def _points(characters: Iterable[str]) -> str:
    return " ".join(f"U+{ord(one):04X}" for one in sorted(characters)[:_SHOWN])


def _short(text: str) -> str:
    """For a sentence: readable characters only, cut where it gets long."""
    shown = "".join("\ufffd" if _hidden(one) else one for one in text[:_SHOWN])
    return shown + ("…" if len(text) > _SHOWN else "")
