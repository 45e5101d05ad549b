"""A statement that claims the profile, read as one flat record (`docs/spec/teaching-records.md`).

1. The statement names a known version and keeps its template (`templates.py`).
2. Who: subject, actor, and who asserts it.
3. What: object, course, run, session.
4. The fields of the type, each of its kind.
5. What the fields say together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NoReturn

from ledger.core.teaching.agents import account_text, agent_text, read_name
from ledger.core.teaching.paths import Path, parse_path
from ledger.core.teaching.templates import claims, match_template, member
from ledger.core.teaching.values import (
    Value,
    Wrong,
    read_instant,
    read_text,
    read_value,
)
from ledger.core.teaching.vocabulary import (
    FIELDS,
    MINIMUM_RATERS,
    PROFILE,
    TEMPLATES,
    Need,
    RecordType,
)
from ledger.core.xapi.shapes import below
from ledger.errors import BadEvidence

Json = dict[str, Any]
Record = Mapping[str, Value]
"""Field names to values, in the order of the names; frozen."""

_PATHS: dict[str, Path] = {name: parse_path(field.location) for name, field in FIELDS.items()}
_READERS = {name: partial(read_value, field) for name, field in FIELDS.items()}
_EXTENSIONS = {
    kind.name: frozenset(
        (FIELDS[name].place, FIELDS[name].iri) for name in kind.required + kind.optional
    )
    for kind in TEMPLATES.values()
}
"""Which extensions of the profile a type may have, and where."""
_BELOW = f"{PROFILE}/extensions/"
_ORDERS = (
    ("starts", "ends", True),
    ("asked", "answered", False),
    ("graded", "submissions", False),
    ("completed", "enrolled", False),
)
"""Two fields of which the first is at most, or (True) less than, the second."""


def claims_profile(statement: Any) -> bool:
    """Whether a statement belongs to the teaching stream: a category is the profile."""
    return bool(claims(statement))


def check_against_profile(statement: Any) -> str:
    """The type of the teaching record that the statement is.

    Raises BadEvidence teaching-version, teaching-no-template, teaching-template, teaching-value,
    teaching-extension or teaching-anonymity, for any JSON value that is none.
    """
    return _read(statement)[0].name


def record_of(statement: Any, leaf: int) -> Record | None:
    """The record of the statement at an index of the stream; None if it claims no profile.

    Raises what `check_against_profile` raises.
    """
    if not claims_profile(statement):
        return None
    kind, values = _read(statement)
    values |= {"type": kind.name, "leaf": leaf}
    return MappingProxyType(dict(sorted(values.items())))


def _read(statement: Any) -> tuple[RecordType, dict[str, Value]]:
    kind, plain = match_template(statement)
    reading = _Reading(kind)
    _read_people(plain, reading)
    _read_activities(plain, reading)
    _read_fields(plain, reading)
    _check_together(reading)
    return kind, reading.values


class _Reading:
    """The values read so far, and the one way to refuse one."""

    def __init__(self, kind: RecordType) -> None:
        self.kind = kind
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
    kind = reading.kind
    reader = _uuid if kind.refers else read_name
    reading.read("object", member(statement, "object", "id"), "/object/id", reader)
    around = member(statement, "context", "contextActivities")
    for name, need, where in (
        ("course", kind.course, "grouping"),
        ("run", kind.run, "parent"),
        ("session", kind.session, "other"),
    ):
        if need is Need.OBJECT:
            reading.values[name] = reading.values["object"]
        elif found := member(around, where):
            at = f"/context/contextActivities/{where}/0/id"
            reading.read(name, member(found[0], "id"), at, read_name)


def _read_fields(statement: Json, reading: _Reading) -> None:
    kind = reading.kind
    for name in kind.required + kind.optional:
        for at, value in _PATHS[name].find(statement):
            reading.read(name, value, at, _READERS[name])
    allowed = _EXTENSIONS[kind.name]
    for place in ("context", "result"):
        extensions = member(statement, place, "extensions")
        for iri in extensions if type(extensions) is dict else ():
            if iri.startswith(_BELOW) and (place, iri) not in allowed:
                at = below(f"/{place}/extensions", iri)
                raise BadEvidence("teaching-extension", pointer=at, template=kind.name)


def _check_together(reading: _Reading) -> None:
    values = reading.values
    for less, more, strictly in _ORDERS:
        first, second = values.get(less), values.get(more)
        if type(first) is not int or type(second) is not int:
            continue
        if first > second or (strictly and first == second):
            sign = "<" if strictly else "≤"
            reading.refuse(_PATHS[less].pointer, f"{less} {sign} {more}")
    if "supersedes" in values:
        if "reason" not in values:
            reading.refuse(_PATHS["reason"].pointer, "present beside supersedes")
        if values["supersedes"] == values.get("statement"):
            reading.refuse(_PATHS["supersedes"].pointer, "another statement")
    stars = values.get("histogram")
    if type(stars) is tuple:
        if sum(stars) < MINIMUM_RATERS:
            raise BadEvidence(
                "teaching-anonymity",
                pointer=_PATHS["histogram"].pointer,
                found=sum(stars),
                least=MINIMUM_RATERS,
            )
        values["responses"] = sum(stars)
