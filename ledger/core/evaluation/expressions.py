"""Reading expressions: arrays become nodes, and what is wrong with them gets a code and a place.

An expression is an array: operator, then arguments. Checking gives every expression its kind (a
unit, `text`, `boolean`, `instant`, a list, or a collection of records or groups), so that nothing
can go wrong at run time but a value that is missing. What each operator takes stands in
`vocabulary.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.core.evaluation import messages  # noqa: F401  (registers the sentences)
from ledger.core.evaluation.nodes import MAX_DEPTH, Kind, Node, Scope, Table, shown
from ledger.core.evaluation.numbers import Missing, bounded, read_number
from ledger.errors import BadEvidence


@dataclass
class ExpressionChecker:
    """Turns arrays into nodes; what is wrong goes to `problems`, with its place."""

    operators: Mapping[str, Operator]
    reads: Mapping[str, Mapping[str, str]]
    tables: Mapping[str, Table]
    indicators: Mapping[str, str]
    problems: list[BadEvidence]
    top_cost: int = 0
    each_cost: int = 0
    references: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)

    def check(self, value: Any, at: str, scope: Scope, depth: int = 0) -> Node | None:
        """The node of an expression, or None after at least one problem was noted."""
        if type(value) is not list or not value or type(value[0]) is not str:
            return self.format(at, "array with an operator first")
        if depth >= MAX_DEPTH:
            return self.format(at, f"nested at most {MAX_DEPTH} deep")
        name = value[0]
        if name not in self.operators:
            self.note(BadEvidence("rules-unknown-operator", pointer=f"{at}/0", name=name[:40]))
            return None
        least, most, read = self.operators[name]
        if not least <= len(value) - 1 <= most:
            expected = str(least) if least == most else f"{least}..{most}"
            self.note(BadEvidence("rules-arguments", pointer=at, name=name, expected=expected))
            return None
        if scope.is_top:
            self.top_cost += 1
        else:
            self.each_cost += 1
        return read(Call(self, name, value[1:], at, scope, depth))

    def note(self, problem: BadEvidence) -> None:
        self.problems.append(problem)

    def format(self, at: str, expected: str) -> Node | None:
        self.note(BadEvidence("rules-format", pointer=at or "/", expected=expected))
        return None

    def unit(self, at: str, found: Kind, expected: str) -> Node | None:
        self.note(
            BadEvidence("rules-unit", pointer=at or "/", found=shown(found), expected=expected)
        )
        return None


@dataclass(frozen=True)
class Call:
    """One array while it is read: operator, arguments and where it stands."""

    checker: ExpressionChecker
    name: str
    given: list[Any]
    at: str
    scope: Scope
    depth: int

    def place(self, position: int) -> str:
        return f"{self.at}/{position + 1}"

    def node(self, position: int, scope: Scope | None = None) -> Node | None:
        return self.checker.check(
            self.given[position], self.place(position), scope or self.scope, self.depth + 1
        )

    def of_kind(self, position: int, kinds: tuple[str, ...], scope: Scope | None = None) -> Any:
        """The argument, if its kind is among the kinds."""
        found = self.node(position, scope)
        if found and found.kind not in kinds:
            self.checker.unit(self.place(position), found.kind, " | ".join(kinds))
            return None
        return found

    def alike(self, kinds: tuple[str, ...], start: int = 0) -> list[Node] | None:
        """The arguments from `start` on, if all have one kind and that is among the kinds."""
        found = [self.of_kind(position, kinds) for position in range(start, len(self.given))]
        if not all(found):
            return None
        for position, one in enumerate(found):
            if one.kind != found[0].kind:
                self.checker.unit(self.place(start + position), one.kind, found[0].kind)
                return None
        return found

    def collection(self, position: int = 0) -> Node | None:
        """The argument, if it is a collection; walking it costs a step for each member."""
        self.checker.each_cost += 1
        found = self.node(position)
        if found and isinstance(found.kind, str):
            self.checker.unit(self.place(position), found.kind, "records | groups")
            return None
        return found

    def each(self, position: int, kinds: tuple[str, ...], of: Node | None) -> Any:
        """The argument as something said of each member of the collection."""
        if of is None or isinstance(of.kind, str):
            return None
        return self.of_kind(position, kinds, self.scope.inside(of.kind))

    def word(self, position: int, allowed: tuple[str, ...]) -> str | None:
        """The argument as one of some words."""
        if type(self.given[position]) is str and self.given[position] in allowed:
            return str(self.given[position])
        self.checker.format(self.place(position), " | ".join(allowed))
        return None

    def integer(self, position: int, low: int, high: int) -> int | None:
        value = self.given[position]
        if type(value) is int and low <= value <= high:
            return value
        self.checker.format(self.place(position), f"integer {low}..{high}")
        return None

    def number(self, position: int) -> Any:
        return number_at(self.given[position], self.place(position), self.checker.problems)

    def build(self, kind: Kind, args: Any, words: tuple[Any, ...] = ()) -> Node | None:
        """The node, if all its parts are there."""
        if any(part is None for part in (*args, *words)):
            return None
        return Node(self.name, kind, tuple(args), words)

    def unknown(self, position: int, names: Any) -> Node | None:
        """Note a name that nothing defines."""
        self.checker.note(
            BadEvidence(
                "rules-unknown-name",
                pointer=self.place(position),
                name=str(self.given[position])[:40],
                expected=" | ".join(sorted(names)) or "—",
            )
        )
        return None

    def misplaced(self, expected: str) -> Node | None:
        self.checker.note(
            BadEvidence("rules-scope", pointer=self.at, name=self.name, expected=expected)
        )
        return None


def number_at(value: Any, at: str, problems: list[BadEvidence]) -> Any:
    """A number as rule sets write it; None after a problem was noted."""
    try:
        found = read_number(value)
    except ZeroDivisionError:
        problems.append(BadEvidence("rules-division-by-zero", pointer=at))
        return None
    if found is None or isinstance(bounded(found), Missing):
        problems.append(BadEvidence("rules-format", pointer=at, expected="integer or text n/d"))
        return None
    return found


Operator = tuple[int, int, Callable[[Call], Node | None]]
"""Fewest and most arguments, and how the call is read."""
