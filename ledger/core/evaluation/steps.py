"""Checked expressions as functions: what each operator does at run time.

Every operator whose argument is missing is missing with the same reasons, except those that are
about missing values (`and`, `or`, `if`, `default`, `is-missing`).
"""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ledger.core.evaluation import aggregates
from ledger.core.evaluation.nodes import Groups, Node, Records, Table
from ledger.core.evaluation.numbers import (
    DURATIONS,
    Missing,
    Number,
    bounded,
    divided,
    plain,
    rounded,
)

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


Step = Callable[[World], Any]
Group = tuple[Any, list[Fields]]


def missing(*reasons: str) -> Missing:
    """A missing value for these reasons."""
    return Missing(frozenset(reasons))


def _all_reasons(values: Iterable[Any]) -> Missing | None:
    """Everything that is missing among the values, as one."""
    found = [value.reasons for value in values if type(value) is Missing]
    return Missing(frozenset().union(*found)) if found else None


def step_of(node: Node, tables: Mapping[str, Table]) -> Step:
    """The function that an expression is."""
    args = [step_of(arg, tables) for arg in node.args]
    if node.op in _AGGREGATES:
        return _aggregate(node, args)
    if node.op in _OVER_VALUES:
        return _strict(_OVER_VALUES[node.op](node, tables), args)
    return _SPECIAL[node.op](node, args)


def _strict(function: Callable[..., Any], args: list[Step]) -> Step:
    """A function of known values, missing when any is."""
    if len(args) == 1:
        (only,) = args

        def one(world: World) -> Any:
            value = only(world)
            return value if type(value) is Missing else function(value)

        return one

    def many(world: World) -> Any:
        values = [arg(world) for arg in args]
        for value in values:
            if type(value) is Missing:
                return _all_reasons(values)
        return function(*values)

    return many


# Functions of values


def _less(left: Number, right: Number) -> Number | Missing:
    return bounded(plain(left - right))


def _table(node: Node, tables: Mapping[str, Table]) -> Callable[[Any], Any]:
    table, none = tables[node.words[0]], missing(f"no-row:{node.words[0]}")
    if table.of == "text":
        words = {word: value for word, _, value in table.rows}
        return lambda given: words.get(given, none)

    is_open = table.rows[0][0] is None
    starts = [low for low, _, _ in table.rows[is_open:]]

    def found(given: Number) -> Any:
        place = bisect_right(starts, given) - 1 + is_open
        if place < 0:
            return none
        _, high, value = table.rows[place]
        return value if high is None or given < high else none

    return found


def _convert(node: Node, _: Mapping[str, Table]) -> Callable[[Number], Any]:
    before, after = node.words
    factor = Fraction(DURATIONS[before], DURATIONS[after])
    return lambda given: bounded(plain(given * factor))


def _round(node: Node, _: Mapping[str, Table]) -> Callable[[Number], Any]:
    step, mode = node.words
    return lambda given: bounded(rounded(given, step, mode))


def _constantly(function: Callable[..., Any]) -> Callable[[Node, Any], Callable[..., Any]]:
    return lambda node, tables: function


_OVER_VALUES: dict[str, Callable[[Node, Mapping[str, Table]], Callable[..., Any]]] = {
    "add": _constantly(lambda *given: aggregates.total(given)),
    "multiply": _constantly(lambda *given: aggregates.product(given)),
    "subtract": _constantly(_less),
    "divide": _constantly(divided),
    "negate": _constantly(operator.neg),
    "absolute": _constantly(abs),
    "least": _constantly(min),
    "greatest": _constantly(max),
    "round": _round,
    "convert": _convert,
    "as": _constantly(lambda given: given),
    "equal": _constantly(operator.eq),
    "differs": _constantly(operator.ne),
    "below": _constantly(operator.lt),
    "at-most": _constantly(operator.le),
    "above": _constantly(operator.gt),
    "at-least": _constantly(operator.ge),
    "not": _constantly(operator.not_),
    "in": lambda node, _: frozenset(node.words).__contains__,
    "table": _table,
    "enough": lambda node, _: lambda given: aggregates.enough(given, node.words[0]),
    "ratings": _constantly(sum),
    "mean-rating": _constantly(aggregates.mean_rating),
    "median-rating": _constantly(aggregates.median_rating),
    "share": lambda node, _: lambda given: aggregates.share(given, *node.words),
}


# Collections: lists of records, or of groups (key, records)


def _records(node: Node, _: list[Step]) -> Step:
    types = node.words
    if len(types) == 1:
        return lambda world: world.records[types[0]]
    return lambda world: sorted(
        (record for one in types for record in world.records[one]), key=operator.itemgetter("leaf")
    )


def _members(node: Node, _: list[Step]) -> Step:
    types = frozenset(node.words)
    return lambda world: [record for record in world.members if record["type"] in types]


def _each(of: Node, collection: Any, function: Step, world: World) -> list[Any]:
    """The function's value for each member, in order."""
    if isinstance(of.kind, Records):
        before = world.record
        values = []
        for world.record in collection:
            values.append(function(world))
        world.record = before
        return values
    outer = world.key, world.members
    values = []
    for world.key, world.members in collection:
        values.append(function(world))
    world.key, world.members = outer
    return values


def _where(node: Node, args: list[Step]) -> Step:
    (of, _), (collection, condition) = node.args, args

    def chosen(world: World) -> Any:
        found = collection(world)
        if type(found) is Missing:
            return found
        said = _each(of, found, condition, world)
        return _all_reasons(said) or [one for one, good in zip(found, said, strict=True) if good]

    return chosen


def _group(node: Node, args: list[Step]) -> Step:
    (of, _), (collection, key) = node.args, args

    def grouped(world: World) -> Any:
        found = collection(world)
        if type(found) is Missing:
            return found
        keys = _each(of, found, key, world)
        if (unknown := _all_reasons(keys)) is not None:
            return unknown
        groups: dict[Any, list[Fields]] = {}
        for record, one in zip(found, keys, strict=True):
            groups.setdefault(one, []).append(record)
        return list(groups.items())

    return grouped


def _types(of: Node) -> str:
    """The record types of a collection, for reasons."""
    assert isinstance(of.kind, Records | Groups)
    return "+".join(of.kind.types)


def _aggregate(node: Node, args: list[Step]) -> Step:
    """One value of a collection: missing when the collection or anything said of it is."""
    of, collection, said = node.args[0], args[0], args[1:]
    function, none = _AGGREGATES[node.op], missing(f"no-records:{_types(of)}")
    needs_one = node.op in _NEED_ONE

    def value(world: World) -> Any:
        found = collection(world)
        if type(found) is Missing:
            return found
        if needs_one and not found:
            return none
        if node.op == "latest":
            found = [max(found, key=operator.itemgetter("at", "leaf"))]
        columns = [_each(of, found, one, world) for one in said]
        unknown = [part for part in map(_all_reasons, columns) if part]
        return _all_reasons(unknown) or function(*(columns or [found]))

    return value


def _segments(lists: list[tuple[int, ...]]) -> Any:
    pairs = [pair for one in lists for pair in zip(one[::2], one[1::2], strict=True)]
    return aggregates.lengths(pairs)[0]


_AGGREGATES: dict[str, Callable[..., Any]] = {
    "count": len,
    "sum": aggregates.total,
    "mean": aggregates.mean,
    "median": aggregates.median,
    "min": min,
    "max": max,
    "latest": lambda values: values[0],
    "distinct": lambda values: len(set(values)),
    "any": any,
    "all": all,
    "covered": lambda starts, ends: aggregates.lengths(zip(starts, ends, strict=True))[0],
    "overlap": lambda starts, ends: aggregates.lengths(zip(starts, ends, strict=True))[1],
    "covered-segments": _segments,
    "tally": aggregates.tally,
}
_NEED_ONE = ("mean", "median", "min", "max", "latest", "tally")


# The rest: words of the rule set, of the world, and what knows of missing values


def _word(node: Node, _: list[Step]) -> Step:
    value = node.words[0]
    return lambda world: value


def _field(node: Node, _: list[Step]) -> Step:
    name = node.words[0]

    def value(world: World) -> Any:
        try:
            return world.record[name]
        except KeyError:
            return missing(f"no-field:{world.record['type']}.{name}")

    return value


def _indicator(node: Node, _: list[Step]) -> Step:
    name, unknown = node.words[0], missing(f"indicator:{node.words[0]}")

    def value(world: World) -> Any:
        found = world.values[name]
        return unknown if type(found) is Missing else found

    return value


def _logic(node: Node, args: list[Step]) -> Step:
    """`and`, `or`: one argument may settle it though others are missing."""
    settles = node.op == "or"

    def value(world: World) -> Any:
        found = [arg(world) for arg in args]
        if any(one is settles for one in found):
            return settles
        return _all_reasons(found) or not settles

    return value


def _if(_: Node, args: list[Step]) -> Step:
    condition, then, otherwise = args

    def value(world: World) -> Any:
        found = condition(world)
        if type(found) is Missing:
            return found
        return then(world) if found else otherwise(world)

    return value


def _default(_: Node, args: list[Step]) -> Step:
    first, second = args

    def value(world: World) -> Any:
        found = first(world)
        return second(world) if type(found) is Missing else found

    return value


_SPECIAL: dict[str, Callable[[Node, list[Step]], Step]] = {
    "number": _word,
    "text": _word,
    "boolean": _word,
    "missing": lambda node, args: lambda world: missing("stated"),
    "period-start": lambda node, args: lambda world: world.start,
    "period-end": lambda node, args: lambda world: world.end,
    "subject": lambda node, args: lambda world: world.subject,
    "indicator": _indicator,
    "records": _records,
    "members": _members,
    "where": _where,
    "group": _group,
    "key": lambda node, args: lambda world: world.key,
    "field": _field,
    "and": _logic,
    "or": _logic,
    "if": _if,
    "default": _default,
    "is-missing": lambda node, args: lambda world: type(args[0](world)) is Missing,
}
