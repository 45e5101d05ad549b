"""The check of a statement against the templates of the profile that it claims.

The rules are read from the profile itself (`profile.py`), as any other reader of the JSON-LD would
(xAPI Profiles 1.0, Structure 8 and 8.1). Every function takes any JSON value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ledger.core.teaching import messages  # noqa: F401  (registers the sentences)
from ledger.core.teaching.paths import Found, Path, parse_path
from ledger.core.teaching.profile import profile_document
from ledger.core.teaching.vocabulary import PROFILE, TEMPLATES, VERSIONS, RecordType
from ledger.errors import BadEvidence

Json = dict[str, Any]

_SHOWN = 120
_NONE: list[str] = []
_KNOWN = frozenset(iri for iri, _ in VERSIONS)


@dataclass(frozen=True)
class Rule:
    """A statement template rule; None where the rule does not have the property."""

    location: Path
    selector: Path | None
    presence: str | None
    any: tuple[Any, ...] | None
    all: tuple[Any, ...] | None
    none: tuple[Any, ...] | None

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


@cache
def _templates() -> dict[tuple[str, str], tuple[RecordType, tuple[Rule, ...]]]:
    kinds = {kind.template: kind for kind in TEMPLATES.values()}
    return {
        (template["verb"], template.get("objectActivityType", "")): (
            kinds[template["id"]],
            tuple(compile_rule(rule) for rule in template["rules"]),
        )
        for template in profile_document()["templates"]
    }


# ------------------------------------------------------------------- a statement's claim


def member(value: Any, *keys: str) -> Any:
    """What stands below the keys; None where anything on the way is no object or not there."""
    for key in keys:
        if type(value) is not dict:
            return None
        value = value.get(key)
    return value


def claims(statement: Any) -> list[str]:
    """The ids of the categories of the profile that the statement names: versions of it, if it is
    right. Empty for a statement of any other kind."""
    given = member(statement, "context", "contextActivities", "category")
    named = [member(one, "id") for one in (given if type(given) is list else [given])]
    return [
        iri
        for iri in named
        if type(iri) is str and (iri == PROFILE or iri.startswith(f"{PROFILE}/"))
    ]


def normalised(statement: Json) -> Json:
    """The statement with context activities in lists, as rules want them (Structure 8.1)."""
    given = member(statement, "context", "contextActivities")
    if type(given) is not dict or all(type(value) is list for value in given.values()):
        return statement
    lists = {name: value if type(value) is list else [value] for name, value in given.items()}
    return {**statement, "context": {**statement["context"], "contextActivities": lists}}


def match_template(statement: Any) -> tuple[RecordType, Json]:
    """The type of record that the statement claims to be and keeps every rule of, and the
    statement normalised.

    Raises BadEvidence teaching-version (no known version is named), teaching-no-template (no
    type has its verb and type of object) or teaching-template (pointer, location, template).
    """
    named = claims(statement)
    if not named or not _KNOWN.issuperset(named):
        wrong = next((iri for iri in named if iri not in _KNOWN), "")
        raise BadEvidence(
            "teaching-version", found=wrong[:_SHOWN], expected=" | ".join(sorted(_KNOWN))
        )
    verb = member(statement, "verb", "id")
    refers = member(statement, "object", "objectType") == "StatementRef"
    kind = "" if refers else member(statement, "object", "definition", "type") or None
    known = _templates().get((verb, kind)) if type(verb) is type(kind) is str else None
    if known is None:
        raise BadEvidence("teaching-no-template", verb=_show(verb), object_type=_show(kind))
    plain = normalised(statement)
    for rule in known[1]:
        broken = rule.broken(plain)
        if broken is not None:
            raise BadEvidence(
                "teaching-template",
                pointer=broken[0],
                expected=broken[1],
                location=rule.location.text,
                template=known[0].name,
            )
    return known[0], plain


def _show(value: Any) -> str:
    if type(value) is not str:
        return "—"
    return value[:_SHOWN].encode("utf-8", "replace").decode("utf-8")
