"""What is said of each member of a collection, for all members at once.

Within records there are no other collections, and no operator does anything but give a value: so
each operator may go through all of them before the next does, which spares a call for each.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from ledger.core.evaluation.functions import Function
from ledger.core.evaluation.nodes import Groups, Kind, Node
from ledger.core.evaluation.numbers import Missing
from ledger.core.evaluation.world import Step, World, all_reasons, missing

Column = Callable[[World, Sequence[Any]], list[Any]]
"""The values for the members, in their order."""

_SAME_FOR_ALL = frozenset(
    ("number", "text", "boolean", "missing", "period-start", "period-end", "subject", "indicator",
     "key")
)  # fmt: skip
"""Operators that do not look at the record."""


class ColumnMaker:
    """Makes columns of expressions: `step` makes their steps, `function` those of operators that
    are functions of known values, or None."""

    def __init__(
        self, step: Callable[[Node], Step], function: Callable[[Node], Function | None]
    ) -> None:
        self._step = step
        self._function = function

    def of(self, node: Node, members: Kind) -> Column:
        """The column of an expression that is said of members of this kind."""
        return _of_groups(self._step(node)) if isinstance(members, Groups) else self._of(node)

    def _of(self, node: Node) -> Column:
        if node.op == "field":
            return _field(node.words[0])
        if node.op in _SAME_FOR_ALL:
            return _repeated(self._step(node))
        function = self._function(node)
        if function is not None:
            return _strict(function, [self._of(arg) for arg in node.args])
        if node.op in ("and", "or"):
            return _logic(node.op == "or", [self._of(arg) for arg in node.args])
        if node.op == "default":
            return _default(*map(self._of, node.args))
        if node.op == "is-missing":
            inner = self._of(node.args[0])
            return lambda world, records: [type(one) is Missing for one in inner(world, records)]
        return _one_by_one(self._step(node))


def _of_groups(step: Step) -> Column:
    def column(world: World, groups: Sequence[Any]) -> list[Any]:
        outer = world.key, world.members
        values = []
        for world.key, world.members in groups:
            values.append(step(world))
        world.key, world.members = outer
        return values

    return column


def _one_by_one(step: Step) -> Column:
    def column(world: World, records: Sequence[Any]) -> list[Any]:
        before = world.record
        values = []
        for world.record in records:
            values.append(step(world))
        world.record = before
        return values

    return column


def _repeated(step: Step) -> Column:
    return lambda world, records: [step(world)] * len(records) if records else []


def _field(name: str) -> Column:
    read = operator.itemgetter(name)

    def column(world: World, records: Sequence[Any]) -> list[Any]:
        try:
            return list(map(read, records))
        except KeyError:
            return [
                one[name] if name in one else missing(f"no-field:{one['type']}.{name}")
                for one in records
            ]

    return column


def _strict(function: Function, args: Sequence[Column]) -> Column:
    def column(world: World, records: Sequence[Any]) -> list[Any]:
        given = [arg(world, records) for arg in args]
        if any(map(all_reasons, given)):
            return [all_reasons(row) or function(*row) for row in zip(*given, strict=True)]
        return list(map(function, *given))

    return column


def _logic(settles: bool, args: Sequence[Column]) -> Column:
    def value(row: tuple[Any, ...]) -> Any:
        return settles if settles in row else all_reasons(row) or not settles

    return lambda world, records: list(
        map(value, zip(*(arg(world, records) for arg in args), strict=True))
    )


def _default(first: Column, second: Column) -> Column:
    def column(world: World, records: Sequence[Any]) -> list[Any]:
        values = first(world, records)
        if all_reasons(values) is None:
            return values
        others = second(world, records)
        return [
            other if type(one) is Missing else one
            for one, other in zip(values, others, strict=True)
        ]

    return column
