"""Exact numbers, their units, and how they are written: `-3`, `11/10`.

A number is an int or a Fraction with denominator above one; never a float.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

Number = int | Fraction

NUMBERS = ("class-hours", "count", "credits", "hours", "minutes", "ratio", "score", "seconds")
"""Units of plain numbers. `class-hours` are 课时, `credits` 学分: no fixed length in seconds."""
DURATIONS = {"seconds": 1, "minutes": 60, "hours": 3600}
"""Units that convert into one another, with their length in seconds."""
INSTANT = "instant"
"""Unix seconds: a point, not a length."""
SCALARS = (*NUMBERS, "boolean", "text", INSTANT)
LISTS = ("histogram", "segments")
MODES = ("half-even", "half-up", "down")
MAX_BITS = 1024
MAX_INTEGER = 2**53 - 1
MAX_DIGITS = 400
_WRITTEN = re.compile(r"(-?(?:0|[1-9][0-9]*))(?:/(0|[1-9][0-9]*))?")


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that is not known, with the reasons why."""

    reasons: frozenset[str]


TOO_LARGE = Missing(frozenset({"number-size"}))
BY_ZERO = Missing(frozenset({"division-by-zero"}))


def plain(value: Number) -> Number:
    """The same number, as an int where it is whole."""
    return value.numerator if value.denominator == 1 else value


def read_number(value: object) -> Number | None:
    """An integer up to ±(2**53 - 1), or text `n` or `n/d` of at most 400 characters; else None.

    Raises ZeroDivisionError for a denominator of zero.
    """
    if type(value) is int:
        return value if abs(value) <= MAX_INTEGER else None
    if type(value) is not str or len(value) > MAX_DIGITS:
        return None
    found = _WRITTEN.fullmatch(value)
    return plain(Fraction(int(found[1]), int(found[2] or 1))) if found else None


def written(value: Number) -> str:
    """`n`, or `n/d` in lowest terms."""
    return str(value)


def bounded(value: Number) -> Number | Missing:
    """The number, or missing when numerator or denominator needs more than 1,024 bits."""
    if value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS:
        return TOO_LARGE
    return value


def divided(value: Number, by: Number) -> Number | Missing:
    """The exact quotient; missing when the divisor is zero or the quotient too large."""
    return bounded(plain(Fraction(value) / by)) if by else BY_ZERO


def rounded(value: Number, step: Number, mode: str) -> Number:
    """The multiple of `step` (above zero) that is nearest, or next towards zero for `down`.

    A tie goes to the even multiple for `half-even`, away from zero for `half-up`.
    """
    if type(value) is int and type(step) is int:  # the usual, four times as fast
        over, under = value, step
    else:
        steps = Fraction(value) / step
        over, under = steps.numerator, steps.denominator
    whole, rest = divmod(abs(over), under)
    tie = 2 * rest - under
    if mode != "down" and (tie > 0 or (tie == 0 and (mode == "half-up" or whole % 2))):
        whole += 1
    return plain((-whole if over < 0 else whole) * step)


def unit_of_product(one: str, other: str) -> str | None:
    """Unit of a product; None where there is none. A count or a ratio of something is its unit."""
    for plain_unit in ("ratio", "count"):
        if one == plain_unit:
            return other
        if other == plain_unit:
            return one
    return None


def unit_of_quotient(over: str, under: str) -> str | None:
    """Unit of a quotient; None where there is none."""
    if over == under:
        return "ratio"
    return over if under in ("ratio", "count") else None
