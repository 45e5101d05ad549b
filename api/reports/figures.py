"""Numbers as people read them: exact where a few decimals hold them, marked where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

PLACES, MOST_PLACES = 3, 6
"""Decimals of a rounded number, and the most with which an exact one is written out."""
_LARGE, _SMALL = 10**15, Fraction(1, 1000)
MOST_EXACT = 41
"""Characters of the longest fraction that stands beside a rounded number."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MOST_RUNS = 30


def decimal(value: Fraction, least: int = 0) -> str:
    """The number in full if six decimals hold it, with at least so many; else to three, or to four
    digits with a power of ten, with "≈ " before it."""
    places = _places(value)
    if abs(value) < _LARGE and places is not None:
        return _written(value, max(places, least))
    if abs(value) >= _LARGE or abs(value) < _SMALL:
        return f"≈ {_scientific(value)}"
    return f"≈ {_written(value, PLACES).rstrip('0').rstrip('.')}"


def about(value: Fraction) -> str:
    """Three digits, for what describes many people: finer would tell of single ones."""
    size, power = abs(value), 0
    while size >= 1000:
        size, power = size / 10, power + 1
    while 0 < size < 100 and power > -MOST_PLACES:
        size, power = size * 10, power - 1
    rounded = round(size) * Fraction(10) ** power
    return decimal(-rounded if value < 0 else rounded)


def is_rounded(text: str) -> bool:
    """Whether `decimal` could not write the number exactly."""
    return text.startswith("≈")


def _places(value: Fraction) -> int | None:
    """How many decimals hold the number exactly; None if no few do."""
    for places in range(MOST_PLACES + 1):
        if 10**places % value.denominator == 0:
            return places
    return None


def _written(value: Fraction, places: int) -> str:
    units = round(value * 10**places)
    whole, rest = divmod(abs(units), 10**places)
    decimals = f".{rest:0{places}d}" if places else ""
    return f"{'−' if units < 0 else ''}{whole:,}{decimals}"


def _scientific(value: Fraction) -> str:
    """Four digits, "1.234 × 10⁻⁹"."""
    size, power = abs(value), 0
    while size >= 10:
        size, power = size / 10, power + 1
    while size < 1:
        size, power = size * 10, power - 1
    digits = _written(size, PLACES).rstrip("0").rstrip(".")
    if digits == "10":
        digits, power = "1", power + 1
    return f"{'−' if value < 0 else ''}{digits} × 10{str(power).translate(_RAISED)}"


def percent(part: Fraction) -> str:
    """A share in whole percent; 0 % and 100 % are said only of none and of all."""
    if 0 < part < Fraction(1, 100):
        return "<1%"
    if Fraction(99, 100) < part < 1:
        return ">99%"
    return f"{round(part * 100)}%"


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs from first to last."""
    found: list[tuple[int, int]] = []
    for one in numbers:
        if found and one == found[-1][1] + 1:
            found[-1] = (found[-1][0], one)
        else:
            found.append((one, one))
    return found


def leaf_list(leaves: Sequence[int], place: int) -> str:
    """Leaf indexes, runs in short; after the first 30 how many more there are."""
    parts, told = [], 0
    for first, last in runs(leaves)[:MOST_RUNS]:
        parts.append(f"#{first}" if first == last else f"#{first}–{last}")
        told += last - first + 1
    rest = len(leaves) - told
    if rest:
        parts.append((f"……另有 {rest:,} 条，见 JSON", f"… and {rest:,} more, see the JSON")[place])
    return ("、", ", ")[place].join(parts)
