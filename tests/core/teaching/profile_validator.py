"""What the xAPI Profiles specification 1.0 asks of a profile document, from its text.

Structure: 4 (interpretation), 6 (profile), 7 (concepts), 8 (templates), 9 (patterns). Nothing is
fetched: matches with concepts of other profiles are checked as IRIs only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from ledger.core.teaching.paths import parse_path
from ledger.core.xapi.values import check_iri, check_language_tag, parse_timestamp
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence

Json = dict[str, Any]
Check = Callable[[Any], None]

CONTEXT = "https://w3id.org/xapi/profiles/context"
CONFORMS_TO = "https://w3id.org/xapi/profiles#1.0"
PRESENCES = ("included", "excluded", "recommended")
PATTERNS = ("alternates", "optional", "oneOrMore", "sequence", "zeroOrMore")


class Invalid(AssertionError):
    """A rule of the specification that the document breaks."""


def _must(holds: bool, rule: str) -> None:
    if not holds:
        raise Invalid(rule)


def _iri(value: Any) -> None:
    _must(isinstance(value, str), "an IRI")
    try:
        check_iri(value)
    except BadEvidence as error:
        raise Invalid("an IRI") from error


def _iris(value: Any) -> None:
    _must(isinstance(value, list), "an array of IRIs")
    for one in value:
        _iri(one)


def _words(value: Any) -> None:
    _must(isinstance(value, dict), "a language map")
    for tag, text in value.items():
        check_language_tag(tag)
        _must(isinstance(text, str), "a language map")


def _text(value: Any) -> None:
    _must(isinstance(value, str), "a string")


def _boolean(value: Any) -> None:
    _must(isinstance(value, bool), "a boolean")


def _time(value: Any) -> None:
    parse_timestamp(value, version=Version.V2)


def _is(*words: str) -> Check:
    def check(value: Any) -> None:
        _must(value in words, f"one of {words}")

    return check


def _schema(value: Any) -> None:
    _text(value)
    _must(isinstance(json.loads(value), dict), "a JSON Schema as a string")


def _list(check: Check) -> Check:
    def each(value: Any) -> None:
        _must(isinstance(value, list), "an array")
        for one in value:
            check(one)

    return each


def _object(value: Any, required: dict[str, Check], optional: dict[str, Check]) -> None:
    _must(isinstance(value, dict), "an object")
    _must(required.keys() <= value.keys(), f"required: {sorted(required.keys() - value.keys())}")
    known = {**required, **optional}
    for key, member in value.items():
        _must(key in known or ":" in key, f"not described, hence a full IRI: {key}")
        if key in known:
            known[key](member)


_NAMED: dict[str, Check] = {
    "id": _iri,
    "inScheme": _iri,
    "prefLabel": _words,
    "definition": _words,
}
_LINKS = ("broader", "broadMatch", "narrower", "narrowMatch", "related", "relatedMatch")
_MATCHES: dict[str, Check] = dict.fromkeys((*_LINKS, "exactMatch"), _iris)
TERMS = ("Verb", "ActivityType", "AttachmentUsageType")
EXTENSIONS = ("ContextExtension", "ResultExtension", "ActivityExtension")


def _concept(value: Any) -> None:
    kind = value.get("type")
    if kind in TERMS:
        _object(value, {**_NAMED, "type": _text}, {**_MATCHES, "deprecated": _boolean})
        _must("related" not in value or value.get("deprecated") is True, "related: deprecated only")
        return
    _must(kind in EXTENSIONS, "7: one of the kinds of concepts")
    lists = "recommendedActivityTypes" if kind == "ActivityExtension" else "recommendedVerbs"
    optional: dict[str, Check] = {lists: _iris, "context": _iri, "deprecated": _boolean}
    optional |= {"schema": _iri, "inlineSchema": _schema}
    _object(value, {**_NAMED, "type": _text}, optional)
    _must(not {"schema", "inlineSchema"} <= value.keys(), "7.2: at most one schema")


def _rule(value: Any) -> None:
    optional: dict[str, Check] = {"selector": _path, "presence": _is(*PRESENCES)}
    optional |= dict.fromkeys(("any", "all", "none"), _list(_primitive))
    _object(value, {"location": _path}, {**optional, "scopeNote": _words})
    _must(bool(value.keys() & {"presence", "any", "all", "none"}), "8.1: a rule asks something")


def _primitive(value: Any) -> None:
    _must(not isinstance(value, dict | list), "no objects without a context of their own")


def _path(value: Any) -> None:
    _text(value)
    parse_path(value)


def _template(value: Any) -> None:
    types = ("Grouping", "Parent", "Other", "Category")
    optional: dict[str, Check] = {f"context{name}ActivityType": _iris for name in types}
    optional |= {"verb": _iri, "objectActivityType": _iri, "attachmentUsageType": _iris}
    optional |= dict.fromkeys(("objectStatementRefTemplate", "contextStatementRefTemplate"), _iris)
    optional |= {"deprecated": _boolean, "rules": _list(_rule)}
    _object(value, {**_NAMED, "type": _is("StatementTemplate")}, optional)
    both = {"objectStatementRefTemplate", "objectActivityType"}
    _must(not both <= value.keys(), "8: not both")


def _pattern(value: Any) -> None:
    optional: dict[str, Check] = {"prefLabel": _words, "definition": _words, "primary": _boolean}
    optional |= {"inScheme": _iri, "deprecated": _boolean}
    optional |= {"alternates": _iris, "sequence": _iris}
    optional |= dict.fromkeys(("optional", "oneOrMore", "zeroOrMore"), _iri)
    _object(value, {"id": _iri, "type": _is("Pattern")}, optional)
    _must(len(value.keys() & set(PATTERNS)) == 1, "9: exactly one of the five")
    if value.get("primary"):
        _must({"prefLabel", "definition"} <= value.keys(), "9: a primary pattern has words")
    _must(len(value.get("alternates", "ab")) > 1, "9: at least two alternates")
    _must(len(value.get("sequence", "ab")) > 1, "9: at least two in a sequence")


def _version(value: Any) -> None:
    _object(value, {"id": _iri, "generatedAtTime": _time}, {"wasRevisionOf": _iris})


def _author(value: Any) -> None:
    kinds = _is("Organization", "Person")
    _object(value, {"type": kinds, "name": _text}, {"url": _iri})


def _nothing_empty(value: Any) -> None:
    _must(value not in (None, "", [], {}), "4: no null, empty string, array or object")
    for one in value.values() if isinstance(value, dict) else value if type(value) is list else ():
        _nothing_empty(one)


def _members(pattern: Json) -> Iterator[str]:
    for name in PATTERNS:
        given = pattern.get(name, [])
        yield from [given] if isinstance(given, str) else given


def _patterns_end(patterns: dict[str, Json], templates: set[str]) -> None:
    """Every member is known, none holds itself, none is optional among alternates."""

    def walk(name: str, above: tuple[str, ...]) -> None:
        _must(name not in above, "9: no pattern within itself")
        if name in templates:
            return
        _must(name in patterns, f"9: unknown {name}")
        for one in _members(patterns[name]):
            walk(one, (*above, name))

    for name, pattern in patterns.items():
        walk(name, ())
        for one in pattern.get("alternates", ()):
            loose = patterns.get(one, {}).keys() & {"optional", "zeroOrMore"}
            _must(not loose, "9: no optional among alternates")


def validate(document: Any) -> None:
    """Raises Invalid, ValueError or BadEvidence at the first rule that is broken."""
    _nothing_empty(document)
    required: dict[str, Check] = {
        "id": _iri,
        "@context": _is(CONTEXT),
        "type": _is("Profile"),
        "conformsTo": _is(CONFORMS_TO),
        "prefLabel": _words,
        "definition": _words,
        "versions": _list(_version),
        "author": _author,
    }
    parts = {"concepts": _list(_concept), "templates": _list(_template)}
    _object(document, required, {**parts, "patterns": _list(_pattern), "seeAlso": _iri})
    described = [one for part in (*parts, "patterns") for one in document.get(part, [])]
    ids = [one["id"] for one in described]
    _must(len(ids) == len(set(ids)), "an IRI is described once")
    versions = [version["id"] for version in document["versions"]]
    _must(document["id"] not in versions, "6: a version is not the profile")
    for one in described:
        _must(one["inScheme"] in versions, "the scheme is a version of this profile")
        for name in ("broader", "narrower", "related"):
            _must(set(one.get(name, ())) <= set(ids), "7.1: within this profile")
        for name in ("broadMatch", "narrowMatch"):
            _must(not set(one.get(name, ())) & set(ids), "7.1: of another profile")
    patterns = {pattern["id"]: pattern for pattern in document.get("patterns", [])}
    _patterns_end(patterns, {template["id"] for template in document.get("templates", [])})
