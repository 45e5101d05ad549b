"""Every place in JSON data, and the same data with another value there."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Place = tuple[Any, ...]


def places(value: Any, at: Place = ()) -> list[Place]:
    """The keys that lead to the whole and to everything within it."""
    below: list[tuple[Any, Any]] = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        below = list(enumerate(value))
    return [at, *(place for key, one in below for place in places(one, (*at, key)))]


def changed(data: Any, place: Place, value: Any) -> Any:
    """A copy with another value in the place; `...` removes it."""
    if not place:
        return value
    made: Any = deepcopy(data)
    inner = made
    for key in place[:-1]:
        inner = inner[key]
    if value is Ellipsis:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return made
