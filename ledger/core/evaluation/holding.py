"""The fields of a record as the evaluation holds them, each of the kind that the rule set reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ledger.core.evaluation.nodes import BASE_FIELDS
from ledger.core.evaluation.numbers import INSTANT, LISTS, MAX_INTEGER, bounded, read_number
from ledger.core.evaluation.world import Fields
from ledger.errors import BadEvidence

MAX_PLACES = 10_000
_ABSENT = object()


class Holder:
    """Takes records of one type. `kinds`: the fields that the rule set reads of it."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._fields = tuple(
            (name, kind, _PLAIN.get(kind), _reader(kind))
            for name, kind in {**BASE_FIELDS, **kinds}.items()
        )

    def fields(self, record: Mapping[str, Any]) -> Fields:
        """Type, leaf, and the fields that are read; absent ones stay so.

        Raises BadEvidence rules-record for one that is not of its kind.
        """
        found = {"type": record["type"], "leaf": record["leaf"]}
        for name, kind, plain, read in self._fields:
            value = record.get(name, _ABSENT)
            if value is _ABSENT:
                continue
            if type(value) is not plain:
                value = read(value)
                if value is None:
                    raise BadEvidence(
                        "rules-record", leaf=record["leaf"], field=name, expected=kind
                    )
            found[name] = value
        return found


_PLAIN = {"text": str, "boolean": bool}
"""Kinds whose values are held as they are, and that have no others."""


def _reader(kind: str) -> Callable[[Any], Any]:
    """The value as the evaluation holds it; None when it is not of the kind."""
    if kind in _PLAIN:
        return lambda value: None
    if kind == INSTANT:
        return _instant
    if kind in LISTS:
        return _histogram if kind == "histogram" else _segments
    return _number


def _instant(value: Any) -> int | None:
    return value if type(value) is int and abs(value) <= MAX_INTEGER else None


def _number(value: Any) -> Any:
    if type(value) is int:
        return value if abs(value) <= MAX_INTEGER else None
    try:
        found = read_number(value)
    except ZeroDivisionError:
        return None
    return None if found is None else bounded(found)


def _counts(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, list | tuple) or len(value) > MAX_PLACES:
        return None
    if not all(type(one) is int and 0 <= one <= MAX_INTEGER for one in value):
        return None
    return tuple(value)


def _histogram(value: Any) -> tuple[int, ...] | None:
    found = _counts(value)
    return found if found is not None and 1 <= len(found) <= 100 else None


def _segments(value: Any) -> tuple[int, ...] | None:
    found = _counts(value)
    return found if found is not None and len(found) % 2 == 0 else None
