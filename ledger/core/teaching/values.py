"""The values of a record's fields, read from what a statement has in their places.

Every function takes any JSON value and gives back the record's, or raises `Wrong` with what was
expected; `records.py` adds the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from ledger.core.teaching.terms import Field, Kind
from ledger.core.teaching.vocabulary import STARS
from ledger.core.xapi.values import check_uuid, parse_timestamp
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence

Value = str | int | bool | tuple[int, ...]

MAX_COUNT = 2**53 - 1
MAX_TEXT = 500
MAX_NAME = 2000
MAX_CLASS_HOURS = 1_000_000
DECIMALS = 20

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SHA2 = re.compile(r"[0-9a-f]{64}\Z")
_DURATION = re.compile(
    r"P(?:([0-9]{1,9})W|(?=[0-9T])(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})(?:[.,]0{1,20})?S)?)?)\Z"
)
_SECONDS = (604_800, 86_400, 3_600, 60, 1)


class Wrong(ValueError):
    """The value is not what its field holds; the message says what is expected."""


def read_text(value: Any, longest: int = MAX_TEXT) -> str:
    """A string of 1 to `longest` characters without control characters and lone surrogates."""
    if type(value) is not str or not 0 < len(value) <= longest or _CONTROL.search(value):
        raise Wrong(f"text of 1 to {longest} characters without control characters")
    return value


def read_boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise Wrong("true | false")
    return value


def read_count(value: Any, low: int = 0) -> int:
    """A number without fraction, however JSON wrote it, from `low` to 2**53 - 1."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or not low <= value <= MAX_COUNT:
        raise Wrong(f"integer from {low} to {MAX_COUNT}")
    return value


def read_instant(value: Any) -> int:
    """Unix seconds of an RFC 3339 time with its offset; parts of a second are cut off."""
    try:
        return parse_timestamp(value, version=Version.V2) // 1000
    except BadEvidence as error:
        raise Wrong("RFC 3339 with an offset") from error


def read_duration(value: Any) -> int:
    """Seconds of an ISO 8601 duration of weeks, or of days, hours, minutes and whole seconds."""
    found = _DURATION.match(value) if type(value) is str else None
    if found is None:
        raise Wrong("ISO 8601 duration in whole seconds, without years and months")
    parts = zip(found.groups("0"), _SECONDS, strict=True)
    return sum(int(text) * seconds for text, seconds in parts)


def read_fraction(value: Any, highest: int) -> str:
    """`n/d` in lowest terms: exactly the decimal that RFC 8785 writes for the number."""
    expected = f"number from 0 to {highest} with at most {DECIMALS} decimals"
    if type(value) not in (int, float) or not 0 <= value <= highest:
        raise Wrong(expected)
    exact = Decimal(repr(value))
    exponent = exact.as_tuple().exponent
    if type(exponent) is not int or exponent < -DECIMALS:
        raise Wrong(expected)
    fraction = Fraction(exact)
    return f"{fraction.numerator}/{fraction.denominator}"


def read_sha2(value: Any) -> str:
    if type(value) is not str or not _SHA2.match(value):
        raise Wrong("SHA-256 as 64 hex digits in lower case")
    return value


def read_uuid(value: Any) -> str:
    """A UUID in its standard form, in lower case."""
    try:
        return check_uuid(value).lower()
    except BadEvidence as error:
        raise Wrong("UUID (RFC 4122)") from error


def read_histogram(value: Any) -> tuple[int, ...]:
    """Raters per star, from 1 star to 5."""
    if type(value) is not list or len(value) != STARS:
        raise Wrong(f"array of {STARS} counts")
    counts = tuple(read_count(count) for count in value)
    read_count(sum(counts))
    return counts


_READERS: dict[Kind, Callable[[Any], Value]] = {
    Kind.TEXT: read_text,
    Kind.BOOLEAN: read_boolean,
    Kind.COUNT: read_count,
    Kind.SECONDS: read_count,
    Kind.INSTANT: read_instant,
    Kind.DURATION: read_duration,
    Kind.RATIONAL: lambda value: read_fraction(value, MAX_CLASS_HOURS),
    Kind.RATIO: lambda value: read_fraction(value, 1),
    Kind.SHA2: read_sha2,
    Kind.UUID: read_uuid,
    Kind.HISTOGRAM: read_histogram,
}


def reader_of(field: Field) -> Callable[[Any], Value]:
    """What reads values of the field; it raises Wrong for what the field cannot hold."""
    if field.kind is Kind.COUNT and field.low:
        return partial(read_count, low=field.low)
    return _READERS[field.kind]


def read_value(field: Field, value: Any) -> Value:
    """The record's value of the field; Wrong for what it cannot hold."""
    return reader_of(field)(value)
