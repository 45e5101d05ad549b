"""The JSONPath of statement templates (xAPI Profiles 1.0, Structure 8.1): no filters, no scripts.

`$.a.b`, `['a', 'b']`, `[0,1]`, `[*]`, `.*`, and several paths joined by `|`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

_STEP = re.compile(
    r"\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<all>\.\*|\[\s*\*\s*\])"
    r"|\[(?P<keys>\s*'[^'|]*'\s*(?:,\s*'[^'|]*'\s*)*)\]"
    r"|\[(?P<indexes>\s*[0-9]{1,9}\s*(?:,\s*[0-9]{1,9}\s*)*)\]"
)
_KEY = re.compile(r"'([^']*)'")

Found = tuple[str, Any]
"""A JSON pointer (RFC 6901) and the value there."""


@dataclass(frozen=True)
class Step:
    """One step down: some keys of an object, some indexes of an array, or every child."""

    keys: tuple[str, ...] = ()
    indexes: tuple[int, ...] = ()

    @property
    def takes_all(self) -> bool:
        return not self.keys and not self.indexes


@dataclass(frozen=True)
class Route:
    """One path: single keys first, which nearly every path has alone, then any steps."""

    keys: tuple[str, ...]
    rest: tuple[Step, ...]
    pointer: str
    """Of what the keys lead to."""

    def find(self, value: Any, at: str) -> list[Found]:
        for key in self.keys:
            if type(value) is not dict or key not in value:
                return []
            value = value[key]
        at += self.pointer
        return list(_follow(value, at, self.rest)) if self.rest else [(at, value)]


@dataclass(frozen=True)
class Path:
    """A parsed location or selector."""

    text: str
    routes: tuple[Route, ...]

    def find(self, value: Any, at: str = "") -> list[Found]:
        """Every value that the path leads to, in the order of the document, with its pointer."""
        if len(self.routes) == 1:
            return self.routes[0].find(value, at)
        return [found for route in self.routes for found in route.find(value, at)]

    @property
    def pointer(self) -> str:
        """Where a value that is not there would be: the pointer as far as the path is certain."""
        return self.routes[0].pointer


def parse_path(text: str) -> Path:
    """The path; ValueError for what the specification does not allow in a template."""
    return Path(text, tuple(_route(part.strip()) for part in text.split("|")))


def _route(text: str) -> Route:
    if not text.startswith("$"):
        raise ValueError(f"not a path: {text}")
    steps, position = [], 1
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            raise ValueError(f"not a path: {text}")
        steps.append(_step(found))
        position = found.end()
    certain = list(takewhile(lambda step: len(step.keys) == 1, steps))
    keys = tuple(step.keys[0] for step in certain)
    return Route(keys, tuple(steps[len(keys) :]), _below("", *keys))


def _step(found: re.Match[str]) -> Step:
    if found["name"] is not None:
        return Step(keys=(found["name"],))
    if found["keys"] is not None:
        return Step(keys=tuple(_KEY.findall(found["keys"])))
    if found["indexes"] is not None:
        return Step(indexes=tuple(int(part) for part in found["indexes"].split(",")))
    return Step()


def _below(at: str, *keys: str) -> str:
    return at + "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in keys)


def _follow(value: Any, at: str, route: tuple[Step, ...]) -> Iterator[Found]:
    if not route:
        yield at, value
        return
    for key, child in _children(value, route[0]):
        yield from _follow(child, _below(at, key), route[1:])


def _children(value: Any, step: Step) -> Iterator[tuple[str, Any]]:
    if type(value) is dict:
        keys = value if step.takes_all else step.keys
        yield from ((key, value[key]) for key in keys if key in value)
    elif type(value) is list:
        indexes = range(len(value)) if step.takes_all else step.indexes
        yield from ((str(index), value[index]) for index in indexes if index < len(value))
