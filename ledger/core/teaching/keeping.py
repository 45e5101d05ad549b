"""Whether a statement keeps all rules of a template: one walk down, for the many that do.

The rules are put into a tree by the keys that their locations begin with, so that every part of the
statement is looked at once. Which rule is broken, and where, is found by the rules themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core.teaching.paths import Path, Route, Step
from ledger.core.teaching.rules import Rule

Keeps = Callable[[Any], bool]
"""Whether a value is what a rule wants in its place."""
_ABSENT = object()


def keeper(rules: Sequence[Rule]) -> Keeps:
    """A function that says of a statement whether none of the rules is broken."""
    top = _Branch()
    for rule in rules:
        _plant(top, rule)
    return top.grown() or (lambda _: True)


@dataclass
class _Branch:
    """The rules at one place, and those below it by key."""

    here: list[Keeps] = field(default_factory=list)
    wanted: bool = False
    """Whether something has to stand here."""
    below: dict[str, _Branch] = field(default_factory=dict)

    @property
    def is_wanted(self) -> bool:
        return self.wanted or any(branch.is_wanted for branch in self.below.values())

    def grown(self) -> Keeps | None:
        """What the value here has to keep; None if any will do."""
        if not self.below:
            return self.here[0] if len(self.here) == 1 else _all(self.here) if self.here else None
        return _walk(
            tuple(self.here),
            tuple((key, one.grown(), one.is_wanted) for key, one in self.below.items()),
        )


def _all(tests: Sequence[Keeps]) -> Keeps:
    return lambda value: all(kept(value) for kept in tests)


def _walk(here: tuple[Keeps, ...], below: tuple[tuple[str, Keeps | None, bool], ...]) -> Keeps:
    needs = any(wanted for _, _, wanted in below)

    def kept(value: Any) -> bool:
        for test in here:
            if not test(value):
                return False
        if type(value) is not dict:
            return not needs
        for key, test_below, wanted in below:
            given = value.get(key, _ABSENT)
            if given is _ABSENT:
                if wanted:
                    return False
            elif test_below is not None and not test_below(given):
                return False
        return True

    return kept


def _plant(top: _Branch, rule: Rule) -> None:
    routes = rule.location.routes
    keys = routes[0].keys if len(routes) == 1 else ()
    branch = top
    for key in keys:
        branch = branch.below.setdefault(key, _Branch())
    branch.wanted |= bool(keys) and rule.broken({}) is not None
    kept = _shortened(rule, keys)
    if kept is not None:
        branch.here.append(kept)


def _shortened(rule: Rule, keys: tuple[str, ...]) -> Keeps | None:
    """The rule for the value that its keys lead to; None if it takes any."""
    location, rest = rule.location, rule.location.routes[0].rest
    if keys:
        location = Path(location.text, (Route((), rest, ""),))
    moved = Rule(location, rule.selector, rule.presence, rule.any, rule.all, rule.none)
    quick: Keeps | None = None
    if keys and rule.selector is not None:
        quick = _each(moved)
    elif keys and not rest:
        if rule.asks_presence_only:
            return (lambda value: False) if rule.presence == "excluded" else None
        quick = _words(moved)
    elif keys and rule.presence == "excluded":
        quick = _short(rest)
    return quick or (lambda value: moved.broken(value) is None)


def _short(rest: tuple[Step, ...]) -> Keeps | None:
    """For a list in which nothing may stand, or nothing at an index and after it."""
    if len(rest) != 1 or rest[0].keys or len(rest[0].indexes) > 1:
        return None
    if rest[0].takes_all:
        return lambda value: type(value) not in (list, dict) or not value
    index = rest[0].indexes[0]
    return lambda value: type(value) is not list or len(value) <= index


def _each(rule: Rule) -> Keeps | None:
    """For a list whose members all have one of some words below the keys of the selector."""
    (route, *more), selector = rule.location.routes, rule.selector
    one = selector.routes[0] if selector and len(selector.routes) == 1 else None
    words = _words(rule) if rule.none is None and rule.presence != "recommended" else None
    if more or route.rest != (Step(),) or one is None or one.rest or words is None:
        return None
    keys, may_be_empty = one.keys, rule.presence is None

    def kept(value: Any) -> bool:
        if type(value) is not list:
            return rule.broken(value) is None
        for member in value:
            for key in keys:
                if type(member) is not dict:
                    return False
                member = member.get(key)
            if not words(member):
                return False
        return may_be_empty or bool(value)

    return kept


def _words(rule: Rule) -> Keeps | None:
    """For the rules about one word: it is among `all`, or it is none of `none`."""
    if rule.any is not None or rule.presence == "excluded":
        return None
    listed = rule.all if rule.none is None else rule.none if rule.all is None else None
    if listed is None or any(type(word) is not str for word in listed):
        return None
    words, wanted = frozenset(listed), rule.all is not None
    return lambda value: (type(value) is str and value in words) is wanted
