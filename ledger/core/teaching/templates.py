"""The check of a statement against the templates of the profile that it claims.

The rules are read from the profile itself (`profile.py`), as any other reader of the JSON-LD would
(xAPI Profiles 1.0, Structure 8 and 8.1). Every function takes any JSON value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from ledger.core.teaching.keeping import Keeps, keeper
from ledger.core.teaching.profile import profile_document
from ledger.core.teaching.rules import Rule, compile_rule
from ledger.core.teaching.terms import PROFILE, RecordType, Vocabulary
from ledger.core.teaching.vocabulary import STANDARD, VERSIONS
from ledger.errors import BadEvidence

Json = dict[str, Any]

_SHOWN = 120
_KNOWN = frozenset(iri for iri, _ in VERSIONS)


@dataclass(frozen=True)
class Template:
    """A template made ready: its rules, and a quick look whether none of them is broken."""

    kind: RecordType
    rules: tuple[Rule, ...]
    keeps: Keeps
    editions: frozenset[str]
    """Versions of the extension that it is of, one of which is to be claimed; empty for the
    standard's."""


Templates = Mapping[tuple[Any, Any], Template]
"""By verb and type of the object."""


@lru_cache(maxsize=64)
def templates_of(vocabulary: Vocabulary) -> Templates:
    """All templates of a vocabulary, read from the documents of its profiles."""
    ready: dict[tuple[Any, Any], Template] = {}
    kinds = {kind.template: kind for kind in vocabulary.templates.values()}
    for extension in (None, *vocabulary.extensions):
        editions = frozenset(one.iri for one in extension.editions) if extension else frozenset()
        for template in profile_document(extension)["templates"]:
            rules = tuple(compile_rule(rule) for rule in template["rules"])
            key = (template["verb"], template.get("objectActivityType", ""))
            ready[key] = Template(kinds[template["id"]], rules, keeper(rules), editions)
    return ready


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
    return _categories(statement, PROFILE)


def _categories(statement: Any, profile: str) -> list[str]:
    """The ids of categories that are the profile's IRI or below it."""
    given = member(statement, "context", "contextActivities", "category")
    named = [member(one, "id") for one in (given if type(given) is list else [given])]
    return [
        iri
        for iri in named
        if type(iri) is str and (iri == profile or iri.startswith(f"{profile}/"))
    ]


def normalised(statement: Json) -> Json:
    """The statement with context activities in lists, as rules want them (Structure 8.1)."""
    given = member(statement, "context", "contextActivities")
    if type(given) is not dict or all(type(value) is list for value in given.values()):
        return statement
    lists = {name: value if type(value) is list else [value] for name, value in given.items()}
    return {**statement, "context": {**statement["context"], "contextActivities": lists}}


def match_template(statement: Any, vocabulary: Vocabulary = STANDARD) -> tuple[RecordType, Json]:
    """The type of record that the statement claims to be and keeps every rule of, and the
    statement normalised.

    Raises BadEvidence teaching-version (no known version is named), teaching-no-template (no
    type has its verb and type of object), teaching-claim (the type is of an extension that is not
    named) or teaching-template (pointer, location, template).
    """
    return matching(statement, claims(statement), templates_of(vocabulary))


def matching(statement: Any, named: list[str], templates: Templates) -> tuple[RecordType, Json]:
    """`match_template` for a statement that claims these versions."""
    if not named or not _KNOWN.issuperset(named):
        wrong = next((iri for iri in named if iri not in _KNOWN), "")
        raise BadEvidence(
            "teaching-version", found=wrong[:_SHOWN], expected=" | ".join(sorted(_KNOWN))
        )
    verb = member(statement, "verb", "id")
    refers = member(statement, "object", "objectType") == "StatementRef"
    kind = "" if refers else member(statement, "object", "definition", "type") or None
    known = templates.get((verb, kind)) if type(verb) is type(kind) is str else None
    if known is None:
        raise BadEvidence("teaching-no-template", verb=_show(verb), object_type=_show(kind))
    if known.editions:
        _check_claim(statement, known)
    plain = normalised(statement)
    if not known.keeps(plain):
        _refuse(known, plain)
    return known.kind, plain


def _check_claim(statement: Any, template: Template) -> None:
    """A version of the extension is named, and none that does not exist."""
    iri = template.kind.profile
    named = _categories(statement, iri)
    if not named or not template.editions.issuperset(named):
        wrong = next((one for one in named if one not in template.editions), "")
        raise BadEvidence(
            "teaching-claim",
            found=_show(wrong),
            expected=" | ".join(sorted(template.editions)),
            template=template.kind.name,
        )


def _refuse(template: Template, plain: Json) -> NoReturn:
    """With the first rule that is broken."""
    for rule in template.rules:
        broken = rule.broken(plain)
        if broken is not None:
            raise BadEvidence(
                "teaching-template",
                pointer=broken[0],
                expected=broken[1],
                location=rule.location.text,
                template=template.kind.name,
            )
    raise AssertionError("a rule is broken")


def _show(value: Any) -> str:
    if type(value) is not str:
        return "—"
    return value[:_SHOWN].encode("utf-8", "replace").decode("utf-8")
