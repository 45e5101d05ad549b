"""Extension profiles: a faculty's own types of records, by a file.

Format: `docs/spec/teaching-extension.md`.

1. JSON of the format, each part in its place.
2. Terms, fields and types, each agreeing with those that it names.
3. No clash with the standard; with other extensions `Vocabulary.extended` looks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ledger.core.canonical import parse_json
from ledger.core.dates import parse_day
from ledger.core.shape import Shape
from ledger.core.teaching.terms import (
    PROFILE,
    Edition,
    Extension,
    Field,
    Kind,
    Need,
    RecordType,
    Term,
)
from ledger.core.teaching.values import MAX_COUNT
from ledger.core.teaching.vocabulary import (
    CORRECTING,
    COURSE,
    FIELDS,
    RUN,
    SESSION,
    STANDARD,
    TYPES,
)
from ledger.core.xapi.values import check_iri
from ledger.errors import BadEvidence

FORMAT = "xuezheng-profile/1"
MAX_BYTES = 256 << 10
MAX_TYPES = 100
MAX_FIELDS = 200
MAX_OF_TYPE = 50
MAX_EARLIER = 100
RESERVED = "https://w3id.org/xuezheng"
"""What lies below it is minted by this project alone."""

_IRI = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?(?::[0-9]{1,5})?"
    r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,99}){0,9}/[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
)
_VERSION = re.compile(r"(?:0|[1-9][0-9]{0,3})\.(?:0|[1-9][0-9]{0,3})")
_NAME = re.compile(r"(?=.{1,60}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_NAME_IS = "name of lower-case letters, digits and -"
_FIELD = re.compile(r"(?=.{1,60}\Z)[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_WORDS = re.compile("[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,200}")
_KINDS = tuple(kind.value for kind in Kind if kind is not Kind.HISTOGRAM)
_TERMS = {"verb": "verbs", "activity-type": "activity-types"}
_NEEDS = tuple(need.value for need in Need)
_PLACES = {"course": COURSE, "run": RUN, "session": SESSION}
_OF_TYPE = (
    *("name", "verb", "object_type", "subject", *_PLACES),
    *("required", "optional", "zh", "en"),
)
_SHARED = frozenset(name for kind in TYPES.values() for name in kind.fields)
"""Fields of the standard that any type may have: all but those that only acts have."""
_TYPES_OF_OBJECTS = frozenset(kind.object_type for kind in TYPES.values())


def read_extension(data: bytes) -> Extension:
    """The extension in the bytes of its file.

    Raises BadEvidence json, profile-format with pointer and what is expected there, or
    profile-clash where the standard has the name already.
    """
    return extension_of(parse_json(data, limit=MAX_BYTES))


def extension_of(value: Any) -> Extension:
    """The extension in JSON data. Raises what `read_extension` raises, but for json."""
    top = Shape(value, "profile-format")
    top.object(
        ("format", "iri", "version", "made", "author", "title", "fields", "types"),
        ("earlier", "terms"),
    )
    top["format"].exactly(FORMAT)
    iri = _profile_iri(top["iri"])
    zh, en = _words(top["title"].object(("zh", "en")))
    terms = _terms(top["terms"], iri) if top.has("terms") else ()
    fields = _fields(top["fields"], iri)
    known = {**{name: FIELDS[name] for name in _SHARED}, **{one.name: one for one in fields}}
    extension = Extension(
        iri,
        _editions(top, iri),
        top["author"].matching(_WORDS, "1 to 200 characters"),
        zh,
        en,
        terms,
        fields,
        _types(top["types"], iri, terms, known),
    )
    used = {name for kind in extension.types for name in kind.fields}
    for field, shape in zip(fields, top["fields"].items(MAX_FIELDS), strict=True):
        if field.name not in used:
            shape["name"].refuse("a field that a type has")
    STANDARD.extended([extension])
    return extension


# ------------------------------------------------------------------- the profile itself


def _profile_iri(shape: Shape) -> str:
    iri = shape.matching(_IRI, "https://host/path/name, host and name in lower case")
    if len(iri) > 300 or iri.partition("://")[2].startswith(RESERVED.partition("://")[2]):
        shape.refuse(f"at most 300 characters, not below {RESERVED}")
    if iri.rpartition("/")[2] == PROFILE.rpartition("/")[2]:
        shape.refuse("another last part, which is the name in addresses")
    return iri


def _words(shape: Shape) -> tuple[str, str]:
    expected = "1 to 200 characters"
    return shape["zh"].matching(_WORDS, expected), shape["en"].matching(_WORDS, expected)


def _editions(top: Shape, iri: str) -> tuple[Edition, ...]:
    earlier = list(top["earlier"].items(MAX_EARLIER, 1)) if top.has("earlier") else []
    editions: list[Edition] = []
    for shape in (*(one.object(("version", "made")) for one in earlier), top):
        version = shape["version"].matching(_VERSION, "N.N")
        edition = Edition(f"{iri}/v{version}", f"{_day(shape['made'])}T00:00:00Z")
        if any(edition.iri == one.iri for one in editions):
            shape["version"].refuse("each version once")
        if editions and edition.made < editions[-1].made:
            shape["made"].refuse("not before the version before it")
        editions.append(edition)
    return tuple(editions)


def _day(shape: Shape) -> str:
    text = shape.text(10)
    try:
        return parse_day(text).isoformat()
    except ValueError:
        shape.refuse("YYYY-MM-DD")


# ------------------------------------------------------------------- terms and fields


def _terms(shape: Shape, iri: str) -> tuple[Term, ...]:
    terms: list[Term] = []
    for one in shape.items(MAX_TYPES, 1):
        one.object(("name", "kind", "zh", "en"))
        name = one["name"].matching(_NAME, _NAME_IS)
        kind = one["kind"].one_of(_TERMS)
        term = Term(f"{iri}/{_TERMS[kind]}/{name}", kind == "verb", *_words(one))
        if any(term.iri == other.iri for other in terms):
            one["name"].refuse("each term once")
        terms.append(term)
    return tuple(terms)


def _fields(shape: Shape, iri: str) -> tuple[Field, ...]:
    fields: list[Field] = []
    for one in shape.items(MAX_FIELDS):
        one.object(("name", "place", "kind", "zh", "en"), ("choices", "low"))
        name = one["name"].matching(_FIELD, "name of lower-case letters, digits and _")
        if any(name == other.name for other in fields):
            one["name"].refuse("each field once")
        kind = Kind(one["kind"].one_of(_KINDS))
        choices = _choices(one["choices"], kind) if one.has("choices") else ()
        low = _low(one["low"], kind) if one.has("low") else 0
        place = one["place"].one_of(("context", "result"))
        fields.append(Field(name, place, kind, *_words(one), choices, low, iri))
    return tuple(fields)


def _choices(shape: Shape, kind: Kind) -> tuple[str, ...]:
    choices = tuple(one.matching(_NAME, _NAME_IS) for one in shape.items(50, 1))
    if kind is not Kind.TEXT or len(set(choices)) != len(choices):
        shape.refuse("different words, of a text only")
    return choices


def _low(shape: Shape, kind: Kind) -> int:
    if kind is not Kind.COUNT:
        shape.refuse("absent but for counts")
    return shape.integer(1, MAX_COUNT)


# ------------------------------------------------------------------- types


def _types(
    shape: Shape, iri: str, terms: tuple[Term, ...], known: Mapping[str, Field]
) -> tuple[RecordType, ...]:
    kinds: list[RecordType] = []
    for one in shape.items(MAX_TYPES, 1):
        one.object(_OF_TYPE)
        kind = _type(one, iri, terms, known)
        for other in kinds:
            if kind.name == other.name:
                one["name"].refuse("each type once")
            if (kind.verb, kind.object_type) == (other.verb, other.object_type):
                one["verb"].refuse("each verb once with a type of object")
        kinds.append(kind)
    return tuple(kinds)


def _type(one: Shape, iri: str, terms: tuple[Term, ...], known: Mapping[str, Field]) -> RecordType:
    verbs = frozenset(term.iri for term in terms if term.is_verb)
    things = frozenset(term.iri for term in terms if not term.is_verb)
    verb = _term(one["verb"], iri, verbs)
    object_type = _term(one["object_type"], iri, things | _TYPES_OF_OBJECTS)
    required = _names(one["required"], known, ())
    optional = _names(one["optional"], known, required)
    if "histogram" in optional:
        one["optional"].refuse("histogram in required")
    by_actor = one["subject"].one_of(("actor", "instructor")) == "actor"
    if by_actor and "histogram" in required:
        one["subject"].refuse("instructor: the actor is the group of the raters")
    name = one["name"].matching(_NAME, _NAME_IS)
    course, run, session = (
        _need(one[place], object_type == thing) for place, thing in _PLACES.items()
    )
    added = tuple(name for name in CORRECTING if name not in required + optional)
    zh, en = _words(one)
    return RecordType(
        name,
        verb,
        object_type,
        by_actor,
        course,
        run,
        session,
        required,
        optional + added,
        zh,
        en,
        iri,
    )


def _term(shape: Shape, iri: str, own: frozenset[str]) -> str:
    """The IRI of a term that anybody publishes; below the extension's or ours, one there is."""
    text = shape.text(500)
    try:
        check_iri(text)
    except BadEvidence:
        shape.refuse("absolute IRI")
    if text.startswith((f"{iri}/", RESERVED)) and text not in own:
        shape.refuse("a term of the profile")
    return text


def _names(shape: Shape, known: Mapping[str, Field], before: tuple[str, ...]) -> tuple[str, ...]:
    names: list[str] = []
    for one in shape.items(MAX_OF_TYPE):
        name = one.text(60)
        if name not in known or name in before or name in names:
            one.refuse("a field of this file or of the standard, once")
        names.append(name)
    return tuple(names)


def _need(shape: Shape, is_object: bool) -> Need:
    need = Need(shape.one_of(_NEEDS))
    if is_object != (need is Need.OBJECT):
        shape.refuse("object, where the object is of that type, and only there")
    return need
