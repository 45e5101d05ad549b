"""What an evaluation looks at, and what it says of values that are missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.core.evaluation.numbers import Missing

Fields = Mapping[str, Any]
"""A record as the evaluation holds it: its type under `type`, and the fields that it has."""


@dataclass(slots=True)
class World:
    """What one evaluation looks at, and where in a collection it stands."""

    records: Mapping[str, list[Fields]]
    subject: str
    start: int
    end: int
    values: dict[str, Any] = field(default_factory=dict)
    record: Fields = field(default_factory=dict)
    key: Any = None
    members: list[Fields] = field(default_factory=list)
    known: dict[int, Any] = field(default_factory=dict)
    """Collections outside every other, by number: many indicators group the same records."""


Step = Callable[[World], Any]


def missing(*reasons: str) -> Missing:
    """A missing value for these reasons."""
    return Missing(frozenset(reasons))


def all_reasons(values: Collection[Any]) -> Missing | None:
    """Everything that is missing among the values, as one."""
    for value in values:  # nearly always there is none
        if type(value) is Missing:
            found = [one.reasons for one in values if type(one) is Missing]
            return Missing(frozenset().union(*found))
    return None
