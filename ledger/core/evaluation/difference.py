"""What differs between two rule sets, and who gains or loses by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ledger.core.evaluation.recompute import Claim


@dataclass(frozen=True)
class Difference:
    """One place: what stood there and what stands there now; None where there is nothing."""

    place: str
    old: Any
    new: Any


def differences(old: Any, new: Any) -> list[Difference]:
    """Every place in which two rule sets differ, as deep as it can be named.

    Indicators are told apart by `id`, rows of tables by `is`, so that one more does not look as if
    all others had changed.
    """
    return list(_compare("", old, new))


def _compare(place: str, old: Any, new: Any) -> Iterator[Difference]:
    if type(old) is dict and type(new) is dict:
        for key in (*old, *(key for key in new if key not in old)):
            yield from _compare(f"{place}/{key}", old.get(key), new.get(key))
    elif type(old) is list and type(new) is list and (name := _named_by(old, new)):
        befores, afters = ({one[name]: one for one in some} for some in (old, new))
        for key in (*befores, *(key for key in afters if key not in befores)):
            yield from _compare(f"{place}/{key}", befores.get(key), afters.get(key))
    elif _expression(old) and _expression(new) and (old[0], len(old)) == (new[0], len(new)):
        for position, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _compare(f"{place}/{position}", before, after)
    elif type(old) is not type(new) or old != new:
        yield Difference(place or "/", old, new)


def _named_by(*lists: list[Any]) -> str | None:
    """The member by which all elements of both lists are told apart, if there is one."""
    for name in ("id", "is"):
        named = [[one.get(name) if type(one) is dict else None for one in some] for some in lists]
        if all(type(one) is str for some in named for one in some) and all(
            len(set(some)) == len(some) for some in named
        ):
            return name
    return None


def _expression(value: Any) -> bool:
    return type(value) is list and bool(value) and type(value[0]) is str


# ------------------------------------------------------------------- who gains, who loses


@dataclass(frozen=True)
class Change:
    """One figure of one subject, by the old and by the new rule set; None: missing."""

    subject: str
    indicator: str
    old: str | bool | None
    new: str | bool | None

    @property
    def gain(self) -> Fraction | None:
        """By how much a number grows; None where one of both is none."""
        if not (type(self.old) is str and type(self.new) is str):
            return None
        return Fraction(self.new) - Fraction(self.old)


def changes(old: Iterable[Claim], new: Iterable[Claim]) -> list[Change]:
    """Every figure that both rule sets have and that differs, by subject and indicator."""
    before = {one.subject: one.figures for one in old}
    found = []
    for claim in new:
        known: Mapping[str, Mapping[str, Any]] = before.get(claim.subject, {})
        for name, figure in claim.figures.items():
            if name in known and known[name]["value"] != figure["value"]:
                found.append(Change(claim.subject, name, known[name]["value"], figure["value"]))
    return sorted(found, key=lambda one: (one.indicator, one.subject))
