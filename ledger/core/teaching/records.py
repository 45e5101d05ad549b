"""A statement that claims the profile, read as one flat record (`docs/spec/teaching-records.md`).

1. The statement names a known version and keeps its template (`templates.py`).
2. Who: subject, actor, and who asserts it.
3. What: object, course, run, session.
4. The fields of the type, each of its kind.
5. What the fields say together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NoReturn

from ledger.core.teaching.agents import account_text, agent_text, read_name
from ledger.core.teaching.paths import Path, parse_path
from ledger.core.teaching.templates import claims, matching, member, templates_of
from ledger.core.teaching.terms import PROFILE, Need, RecordType, Vocabulary
from ledger.core.teaching.values import Value, Wrong, read_instant, read_text, reader_of
from ledger.core.teaching.vocabulary import MINIMUM_RATERS, STANDARD
from ledger.core.xapi.shapes import below
from ledger.errors import BadEvidence

Json = dict[str, Any]
Record = Mapping[str, Value]
"""Field names to values, in the order of the names; frozen."""

_ORDERS = (
    ("starts", "ends", True),
    ("asked", "answered", False),
    ("graded", "submissions", False),
    ("completed", "enrolled", False),
)
"""Two fields of which the first is at most, or (True) less than, the second."""


@dataclass(frozen=True)
class _Slot:
    """A field of a type made ready: where it stands and how it is read."""

    name: str
    place: str
    """`context`, `result`, or "" for a property of xAPI's own."""
    iri: str
    path: Path
    read: Callable[[Any], Value]


@dataclass(frozen=True)
class _Form:
    """A type of record made ready."""

    kind: RecordType
    slots: tuple[_Slot, ...]
    allowed: Mapping[str, frozenset[str]]
    """By place: the extensions that the type has there."""
    minted: tuple[str, ...]
    """What the keys of the extensions of its profiles begin with."""
    orders: tuple[tuple[str, str, bool], ...]
    places: tuple[tuple[str, bool, str], ...]
    """Course, run and session: whether it is the object, and else which context activity."""

    def pointer(self, name: str) -> str:
        return next(slot.path.pointer for slot in self.slots if slot.name == name)


def _form(kind: RecordType, vocabulary: Vocabulary) -> _Form:
    slots = tuple(
        _Slot(
            name,
            field.place if field.is_extension else "",
            field.iri,
            parse_path(field.location),
            reader_of(field),
        )
        for name, field in ((name, vocabulary.fields[name]) for name in kind.fields)
    )
    allowed = {
        place: frozenset(slot.iri for slot in slots if slot.place == place)
        for place in ("context", "result")
    }
    places = (
        ("course", kind.course, "grouping"),
        ("run", kind.run, "parent"),
        ("session", kind.session, "other"),
    )
    return _Form(
        kind,
        slots,
        allowed,
        tuple(f"{iri}/extensions/" for iri in sorted({PROFILE, kind.profile})),
        tuple(order for order in _ORDERS if {*order[:2]} <= {*kind.fields}),
        tuple(
            (name, need is Need.OBJECT, where)
            for name, need, where in places
            if need is not Need.NONE
        ),
    )


@lru_cache(maxsize=64)
def _forms(vocabulary: Vocabulary) -> Mapping[str, _Form]:
    return {name: _form(kind, vocabulary) for name, kind in vocabulary.templates.items()}


def claims_profile(statement: Any) -> bool:
    """Whether a statement belongs to the teaching stream: a category is the profile."""
    return bool(claims(statement))


def check_against_profile(statement: Any, vocabulary: Vocabulary = STANDARD) -> str:
    """The type of the teaching record that the statement is.

    Raises BadEvidence teaching-version, teaching-no-template, teaching-claim, teaching-template,
    teaching-value, teaching-extension or teaching-anonymity, for any JSON value that is none.
    """
    return _read(statement, claims(statement), vocabulary)[0].name


def record_of(statement: Any, leaf: int, vocabulary: Vocabulary = STANDARD) -> Record | None:
    """The record of the statement at an index of the stream; None if it claims no profile.

    Raises what `check_against_profile` raises.
    """
    named = claims(statement)
    if not named:
        return None
    kind, values = _read(statement, named, vocabulary)
    values["type"], values["leaf"] = kind.name, leaf
    return MappingProxyType(dict(sorted(values.items())))


def _read(
    statement: Any, named: list[str], vocabulary: Vocabulary
) -> tuple[RecordType, dict[str, Value]]:
    kind, plain = matching(statement, named, templates_of(vocabulary))
    reading = _Reading(_forms(vocabulary)[kind.name])
    _read_people(plain, reading)
    _read_activities(plain, reading)
    _read_fields(plain, reading)
    _check_together(reading)
    return kind, reading.values


class _Reading:
    """The values read so far, and the one way to refuse one."""

    __slots__ = ("form", "kind", "values")

    def __init__(self, form: _Form) -> None:
        self.form, self.kind = form, form.kind
        self.values: dict[str, Value] = {}

    def refuse(self, at: str, expected: str) -> NoReturn:
        raise BadEvidence("teaching-value", pointer=at, expected=expected, template=self.kind.name)

    def read(self, name: str, value: Any, at: str, reader: Callable[[Any], Value]) -> None:
        try:
            self.values[name] = reader(value)
        except Wrong as wrong:
            self.refuse(at, str(wrong))


# ------------------------------------------------------------------- who


def _uuid(value: Any) -> str:
    return read_name(value).lower()


def _read_people(statement: Json, reading: _Reading) -> None:
    actor = statement.get("actor")
    reading.read("actor", actor, "/actor/account", account_text)
    if reading.kind.taught_by_actor:
        reading.values["subject"] = reading.values["actor"]
    else:
        teacher = member(statement, "context", "instructor")
        reading.read("subject", teacher, "/context/instructor/account", account_text)
    reading.values["by"] = reading.values["actor"]
    if "authority" in statement:
        reading.read("by", statement["authority"], "/authority", agent_text)
    reading.read("at", statement.get("timestamp"), "/timestamp", read_instant)
    if not reading.kind.refers:  # else it is a field
        source = member(statement, "context", "platform")
        reading.read("source", source, "/context/platform", read_text)
    if "id" in statement:
        reading.read("statement", statement["id"], "/id", _uuid)


# ------------------------------------------------------------------- what


def _read_activities(statement: Json, reading: _Reading) -> None:
    reader = _uuid if reading.kind.refers else read_name
    reading.read("object", member(statement, "object", "id"), "/object/id", reader)
    around = member(statement, "context", "contextActivities")
    for name, is_object, where in reading.form.places:
        if is_object:
            reading.values[name] = reading.values["object"]
        elif found := member(around, where):
            at = f"/context/contextActivities/{where}/0/id"
            reading.read(name, member(found[0], "id"), at, read_name)


def _read_fields(statement: Json, reading: _Reading) -> None:
    given = {place: _extensions(statement, place) for place in ("context", "result")}
    values = reading.values
    for slot in reading.form.slots:
        try:
            if slot.place:
                if slot.iri in given[slot.place]:
                    values[slot.name] = slot.read(given[slot.place][slot.iri])
            else:
                for _, value in slot.path.find(statement):
                    values[slot.name] = slot.read(value)
        except Wrong as wrong:
            reading.refuse(slot.path.pointer, str(wrong))
    for place, allowed in reading.form.allowed.items():
        for iri in given[place]:
            if iri not in allowed and iri.startswith(reading.form.minted):
                at = below(f"/{place}/extensions", iri)
                raise BadEvidence("teaching-extension", pointer=at, template=reading.kind.name)


def _extensions(statement: Json, place: str) -> Json:
    found = member(statement, place, "extensions")
    return found if type(found) is dict else {}


def _check_together(reading: _Reading) -> None:
    values, form = reading.values, reading.form
    for less, more, strictly in form.orders:
        first, second = values.get(less), values.get(more)
        if type(first) is not int or type(second) is not int:
            continue
        if first > second or (strictly and first == second):
            sign = "<" if strictly else "≤"
            reading.refuse(form.pointer(less), f"{less} {sign} {more}")
    if "supersedes" in values:
        if "reason" not in values:
            reading.refuse(form.pointer("reason"), "present beside supersedes")
        if values["supersedes"] == values.get("statement"):
            reading.refuse(form.pointer("supersedes"), "another statement")
    stars = values.get("histogram")
    if type(stars) is tuple:
        if sum(stars) < MINIMUM_RATERS:
            raise BadEvidence(
                "teaching-anonymity",
                pointer=form.pointer("histogram"),
                found=sum(stars),
                least=MINIMUM_RATERS,
            )
        values["responses"] = sum(stars)
