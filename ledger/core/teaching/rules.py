"""Rules of statement templates (xAPI Profiles 1.0, Structure 8.1), for any JSON value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.core.teaching.paths import Found, Path, parse_path

Json = dict[str, Any]

_NONE: list[str] = []


@dataclass(frozen=True)
class Rule:
    """A statement template rule; None where the rule does not have the property."""

    location: Path
    selector: Path | None
    presence: str | None
    any: tuple[Any, ...] | None
    all: tuple[Any, ...] | None
    none: tuple[Any, ...] | None

    @property
    def asks_presence_only(self) -> bool:
        return self.any is None and self.all is None and self.none is None

    def broken(self, statement: Any) -> tuple[str, str] | None:
        """The pointer of what breaks the rule, and what it asks for; None if it is kept."""
        if self.selector is None:
            good, bad = self.location.find(statement), _NONE
        else:
            good, bad = _selected(self.location.find(statement), self.selector)
        if self.presence == "excluded":
            return (good[0][0], "absent") if good else None
        if self.presence == "included" and not (good or bad):
            return self.location.pointer, self._wish()
        if self.presence == "recommended" and not good:
            return None
        if bad and (self.presence == "included" or self.all is not None):
            return bad[0], self._wish()
        return self._wrong(good)

    def _wrong(self, found: Sequence[Found]) -> tuple[str, str] | None:
        """A matchable value that `any`, `all` or `none` does not allow."""
        if self.any is not None and not any(_among(value, self.any) for _, value in found):
            return (found[0][0] if found else self.location.pointer), self._wish()
        for at, value in found:
            if self.all is not None and not _among(value, self.all):
                return at, self._wish()
            if self.none is not None and _among(value, self.none):
                return at, self._wish()
        return None

    def _wish(self) -> str:
        for allowed, before in ((self.all, ""), (self.any, ""), (self.none, "≠ ")):
            if allowed is not None:
                return before + " | ".join(str(value) for value in allowed)
        return "present"


def _selected(found: Sequence[Found], selector: Path) -> tuple[list[Found], list[str]]:
    """The matchable values, and the pointers of the unmatchable ones."""
    good: list[Found] = []
    bad: list[str] = []
    for at, value in found:
        selected = selector.find(value, at)
        good += selected
        if not selected:
            bad.append(at + selector.pointer)
    return good, bad


def _among(value: Any, allowed: Sequence[Any]) -> bool:
    """Whether it equals one of them as JSON: true is not 1."""
    return any(type(value) is type(one) and value == one for one in allowed)


def compile_rule(rule: Json) -> Rule:
    """From the JSON of the profile; ValueError for a rule that asks for nothing."""
    parts = {name: tuple(rule[name]) if name in rule else None for name in ("any", "all", "none")}
    if "presence" not in rule and not any(parts.values()):
        raise ValueError("a rule asks for something")
    selector = parse_path(rule["selector"]) if "selector" in rule else None
    return Rule(parse_path(rule["location"]), selector, rule.get("presence"), **parts)
