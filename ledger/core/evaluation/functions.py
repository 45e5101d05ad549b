"""Operators that are functions of known values: what each does once no argument is missing."""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from ledger.core.evaluation import aggregates
from ledger.core.evaluation.nodes import Node, Table
from ledger.core.evaluation.numbers import (
    DURATIONS,
    Missing,
    Number,
    bounded,
    divided,
    plain,
    rounded,
)
from ledger.core.evaluation.world import missing

Function = Callable[..., Any]


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


_FUNCTIONS: dict[str, Callable[[Node, Mapping[str, Table]], Callable[..., Any]]] = {
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


def function_of(node: Node, tables: Mapping[str, Table]) -> Function | None:
    """The function that the operator is; None for one that is no function of known values."""
    make = _FUNCTIONS.get(node.op)
    return make(node, tables) if make else None
