"""Kinds of values, and checked expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.core.evaluation.numbers import INSTANT

MAX_DEPTH = 24
LEAST_CROWD = 5
"""Fewest ratings of which anything is told: k of k-anonymity."""
BASE_FIELDS = {"at": INSTANT, "by": "text", "subject": "text"}
"""Fields that every record has."""


@dataclass(frozen=True, slots=True)
class Records:
    """Kind of a collection of records of some types."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """Kind of a collection of groups of such records; `key` is the kind of what they share."""

    types: tuple[str, ...]
    key: str


Kind = str | Records | Groups


@dataclass(frozen=True, slots=True)
class Node:
    """A checked expression: operator, kind, arguments that are expressions, and other words."""

    op: str
    kind: Kind
    args: tuple[Node, ...] = ()
    words: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What is at hand: the types of the record, and the groups that the group is one of."""

    record: tuple[str, ...] | None = None
    groups: Groups | None = None

    @property
    def is_top(self) -> bool:
        return self.record is None and self.groups is None

    def inside(self, collection: Records | Groups) -> Scope:
        """The scope of what is said of each member."""
        if isinstance(collection, Groups):
            return Scope(None, collection)
        return Scope(collection.types, self.groups)


@dataclass(frozen=True)
class Table:
    """Kind of what is looked up, kind of what is found, and the rows: (from, to, value).

    For text both ends are the text itself. An end that is None is open.
    """

    of: str
    unit: str
    rows: tuple[tuple[Any, Any, Any], ...]


def shown(kind: Kind) -> str:
    """A kind as people read it."""
    return kind if isinstance(kind, str) else type(kind).__name__.lower()
