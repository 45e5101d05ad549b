"""Checked expressions as functions: what each operator does at run time.

Every operator whose argument is missing is missing with the same reasons, except those that are
about missing values (`and`, `or`, `if`, `default`, `is-missing`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from itertools import compress
from typing import Any

from ledger.core.evaluation import aggregates
from ledger.core.evaluation.columns import Column, ColumnMaker
from ledger.core.evaluation.functions import Function, function_of
from ledger.core.evaluation.nodes import Groups, Node, Records, Table
from ledger.core.evaluation.numbers import Missing
from ledger.core.evaluation.world import Fields, Step, World, all_reasons, missing


class StepMaker:
    """Makes the steps of one rule set's expressions."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._columns = ColumnMaker(self.of, self._function)
        self._shared: dict[Node, int] = {}

    def of(self, node: Node) -> Step:
        """The function that an expression is."""
        if node.op in _COLLECTIONS:
            return self._collection(node)
        if node.op in _AGGREGATES:
            return _aggregate(node, self.of(node.args[0]), self._said(node))
        args = [self.of(arg) for arg in node.args]
        function = self._function(node)
        return _SPECIAL[node.op](node, args) if function is None else _strict(function, args)

    def _function(self, node: Node) -> Function | None:
        return function_of(node, self._tables)

    def _said(self, node: Node) -> list[Column]:
        """What is said of each member of the first argument."""
        return [self._columns.of(arg, node.args[0].kind) for arg in node.args[1:]]

    def _collection(self, node: Node) -> Step:
        (said,) = self._said(node)
        step = _COLLECTIONS[node.op](self.of(node.args[0]), said)
        if not _is_outermost(node):
            return step
        number = self._shared.setdefault(node, len(self._shared))

        def once(world: World) -> Any:
            if number not in world.known:
                world.known[number] = step(world)
            return world.known[number]

        return once


def _is_outermost(node: Node) -> bool:
    """Whether the collection stands outside every other: then it is the same wherever it stands."""
    return node.op == "records" or (node.op in _COLLECTIONS and _is_outermost(node.args[0]))


def _strict(function: Callable[..., Any], args: list[Step]) -> Step:
    """A function of known values, missing when any is."""
    if len(args) == 1:
        (only,) = args

        def one(world: World) -> Any:
            value = only(world)
            return value if type(value) is Missing else function(value)

        return one

    if len(args) == 2:
        first, second = args

        def two(world: World) -> Any:
            left, right = first(world), second(world)
            if type(left) is Missing or type(right) is Missing:
                return all_reasons((left, right))
            return function(left, right)

        return two

    def many(world: World) -> Any:
        values = [arg(world) for arg in args]
        for value in values:
            if type(value) is Missing:
                return all_reasons(values)
        return function(*values)

    return many


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
    if len(types) == 1:
        (only,) = types
        return lambda world: [record for record in world.members if record["type"] == only]
    return lambda world: [record for record in world.members if record["type"] in types]


def _where(collection: Step, condition: Column) -> Step:
    def chosen(world: World) -> Any:
        found = collection(world)
        if type(found) is Missing:
            return found
        said = condition(world, found)
        return all_reasons(said) or list(compress(found, said))

    return chosen


def _group(collection: Step, key: Column) -> Step:
    def grouped(world: World) -> Any:
        found = collection(world)
        if type(found) is Missing:
            return found
        keys = key(world, found)
        if (unknown := all_reasons(keys)) is not None:
            return unknown
        groups: dict[Any, list[Fields]] = {}
        for record, one in zip(found, keys, strict=True):
            groups.setdefault(one, []).append(record)
        return list(groups.items())

    return grouped


_COLLECTIONS = {"where": _where, "group": _group}


def _types(of: Node) -> str:
    """The record types of a collection, for reasons."""
    assert isinstance(of.kind, Records | Groups)
    return "+".join(of.kind.types)


def _aggregate(node: Node, collection: Step, said: list[Column]) -> Step:
    """One value of a collection: missing when the collection or anything said of it is."""
    if not said:
        return _strict(_AGGREGATES[node.op], [collection])
    function, none = _AGGREGATES[node.op], missing(f"no-records:{_types(node.args[0])}")
    needs_one, is_latest = node.op in _NEED_ONE, node.op == "latest"
    only = said[0] if len(said) == 1 else None

    def value(world: World) -> Any:
        found = collection(world)
        if type(found) is Missing:
            return found
        if needs_one and not found:
            return none
        if is_latest:
            found = [max(found, key=operator.itemgetter("at", "leaf"))]
        if only is not None:
            values = only(world, found)
            return all_reasons(values) or function(values)
        columns = [one(world, found) for one in said]
        unknown = [part for part in map(all_reasons, columns) if part]
        return all_reasons(unknown) or function(*columns)

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
        return all_reasons(found) or not settles

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
    "key": lambda node, args: lambda world: world.key,
    "field": _field,
    "and": _logic,
    "or": _logic,
    "if": _if,
    "default": _default,
    "is-missing": lambda node, args: lambda world: type(args[0](world)) is Missing,
}
