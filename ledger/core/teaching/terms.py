"""What a vocabulary is made of: fields, types of records, and profiles that extend the standard.

`vocabulary.py` holds the standard's own tables, `extension.py` reads a faculty's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NoReturn

from ledger.core.teaching import messages as _messages  # noqa: F401  (registers the sentences)
from ledger.errors import BadEvidence

PROFILE = "https://w3id.org/xuezheng/xapi/teaching"

GENERAL = frozenset(
    ("type", "leaf", "subject", "actor", "by", "at", "source", "object", "statement",
     "course", "run", "session", "responses")
)  # fmt: skip
"""What records have beside the fields of their type: no extension has fields of these names."""


class Kind(StrEnum):
    """What a field holds in the statement, and with it what in the record."""

    TEXT = "text"
    BOOLEAN = "boolean"
    COUNT = "count"
    SECONDS = "seconds"
    INSTANT = "instant"
    DURATION = "duration"
    RATIONAL = "rational"
    RATIO = "ratio"
    SHA2 = "sha2"
    UUID = "uuid"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Field:
    """One field: in the record under `name`, in the statement at `location` (JSONPath)."""

    name: str
    place: str
    """`context` or `result`: an extension there; else the JSONPath of a property of xAPI's own."""
    kind: Kind
    zh: str
    en: str
    choices: tuple[str, ...] = ()
    low: int = 0
    profile: str = PROFILE
    """IRI of the profile that mints it."""

    @property
    def iri(self) -> str:
        """The key of the extension; "" for a property of xAPI's own."""
        if not self.is_extension:
            return ""
        return f"{self.profile}/extensions/{self.name.replace('_', '-')}"

    @property
    def is_extension(self) -> bool:
        return self.place in ("context", "result")

    @property
    def location(self) -> str:
        return f"$.{self.place}.extensions['{self.iri}']" if self.is_extension else self.place


class Need(StrEnum):
    """Whether a type of record names a course, run or session."""

    OBJECT = "object"
    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


@dataclass(frozen=True)
class RecordType:
    """One type of record: one statement template, told from the others by verb and object."""

    name: str
    verb: str
    object_type: str
    """"" where the object is no activity but a StatementRef to another record."""
    taught_by_actor: bool
    """Whether the subject is the actor; else it is `context.instructor`."""
    course: Need
    run: Need
    session: Need
    required: tuple[str, ...]
    optional: tuple[str, ...]
    zh: str
    en: str
    profile: str = PROFILE
    """IRI of the profile that mints it."""

    @property
    def refers(self) -> bool:
        """Whether it is about another record instead of about teaching."""
        return not self.object_type

    @property
    def rates(self) -> bool:
        """Whether its actor is the group of those who rated."""
        return "histogram" in self.required

    @property
    def template(self) -> str:
        return f"{self.profile}/templates/{self.name}"

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields that a record of the type may have."""
        return self.required + self.optional


@dataclass(frozen=True)
class Term:
    """A verb or type of activity that an extension mints."""

    iri: str
    is_verb: bool
    zh: str
    en: str


@dataclass(frozen=True)
class Edition:
    """One version of a profile: its IRI and the time of its making (RFC 3339)."""

    iri: str
    made: str


@dataclass(frozen=True)
class Extension:
    """A profile that adds types of records to the standard (`docs/spec/teaching-extension.md`)."""

    iri: str
    editions: tuple[Edition, ...]
    """Every version, the present one last; statements may claim any of them."""
    author: str
    zh: str
    en: str
    terms: tuple[Term, ...]
    fields: tuple[Field, ...]
    types: tuple[RecordType, ...]

    @property
    def name(self) -> str:
        """What it is called in addresses: the last part of its IRI."""
        return self.iri.rpartition("/")[2]

    @property
    def claim(self) -> str:
        """What a statement names in `context.contextActivities.category`, beside the standard."""
        return self.editions[-1].iri


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What statements are read by: the standard's tables, and those of extensions after them.

    Told from others by identity; `extended` gives the same one for equal extensions.
    """

    fields: Mapping[str, Field]
    types: Mapping[str, RecordType]
    acts: Mapping[str, RecordType]
    extensions: tuple[Extension, ...] = ()

    @cached_property
    def templates(self) -> Mapping[str, RecordType]:
        """Types and acts by name."""
        return {**self.types, **self.acts}

    def extended(self, extensions: Iterable[Extension]) -> Vocabulary:
        """With the types and fields of these added. It reads all that this one reads, and the same.

        Raises BadEvidence profile-clash, with the pointer into the extension's file, for a name,
        an IRI, or a verb with a type of object, that is already taken.
        """
        vocabulary = self
        for extension in extensions:
            vocabulary = _with(vocabulary, extension)
        return vocabulary


@lru_cache(maxsize=64)
def _with(vocabulary: Vocabulary, extension: Extension) -> Vocabulary:
    others = vocabulary.extensions
    for one in others:
        if _nested(one.iri, extension.iri) or one.name == extension.name:
            _clash("/iri", extension.iri, one.iri)
    fields = dict.fromkeys(GENERAL, PROFILE)
    fields |= {name: field.profile for name, field in vocabulary.fields.items()}
    for index, field in enumerate(extension.fields):
        _check_new(field.name, f"/fields/{index}/name", fields)
    known = vocabulary.templates.values()
    names = {kind.name: kind.profile for kind in known}
    keys = {f"{kind.verb} {kind.object_type}": kind.template for kind in known}
    for index, kind in enumerate(extension.types):
        _check_new(kind.name, f"/types/{index}/name", names)
        _check_new(f"{kind.verb} {kind.object_type}", f"/types/{index}/verb", keys)
    return Vocabulary(
        {**vocabulary.fields, **{field.name: field for field in extension.fields}},
        {**vocabulary.types, **{kind.name: kind for kind in extension.types}},
        vocabulary.acts,
        (*vocabulary.extensions, extension),
    )


def _nested(one: str, other: str) -> bool:
    """Whether one of them is the other or below it."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _check_new(name: str, pointer: str, taken: Mapping[str, str]) -> None:
    if name in taken:
        _clash(pointer, name, taken[name])


def _clash(pointer: str, name: str, owner: str) -> NoReturn:
    raise BadEvidence("profile-clash", pointer=pointer, name=name, owner=owner)
