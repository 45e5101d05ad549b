"""A statement of the stream `learning` read as one flat record (`docs/spec/learning-records.md`).

1. What it means: verb, type of the object, a course, and that it tells something. Else no record.
2. Who: the student, who asserts it, when; nobody asserts one's own learning.
3. The fields of the type, each of its kind, and what they say together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil
from types import MappingProxyType
from typing import Any, NoReturn

from ledger.core.learning import messages  # noqa: F401  (registers the sentences)
from ledger.core.learning.segments import read_segments
from ledger.core.learning.vocabulary import BY_VERB_AND_OBJECT, COURSES, Kind, LearningType
from ledger.core.streams import check_domain
from ledger.core.teaching.agents import agent_text, read_name
from ledger.core.teaching.templates import member, normalised
from ledger.core.teaching.values import (
    Value,
    Wrong,
    read_count,
    read_fraction,
    read_instant,
    read_sha2,
    read_text,
)
from ledger.core.xapi.shapes import below
from ledger.errors import BadEvidence

Json = dict[str, Any]
Record = Mapping[str, Value]
"""Field names to values, in the order of the names; frozen."""

MAX_CREDITS = 1_000
MAX_LENGTH = 1_000_000
"""Seconds of a video: eleven days."""


def learning_record_of(statement: Any, leaf: int) -> Record | None:
    """The record of the full statement (with the store's `id` and `authority`) at an index of the
    stream; None if it means none of the types.

    Raises BadEvidence learning-value for a statement that means a type and whose values cannot be
    used: whoever evaluates shows that as a finding, never as a number. Takes any JSON value.
    """
    plain = normalised(statement)
    kind = _meaning(plain)
    if kind is None:
        return None
    reading = _Reading(kind)
    if not _read_course(plain, reading):
        return None
    _read_people(plain, reading)
    _read_fields(plain, reading)
    reading.values |= {"type": kind.name, "leaf": leaf}
    return MappingProxyType(dict(sorted(reading.values.items())))


SHOWN = ("id", "authority", "timestamp")
"""What the store says of a statement beside its payload; nothing in the ledger proves it."""


def with_shown(payload: Json, shown: Mapping[str, Any]) -> Json:
    """The full statement of a payload: who asserts it is the store's word alone, id and time only
    where the payload, which the ledger proves, says none."""
    said = {name: shown[name] for name in SHOWN if name in shown}
    full = {**said, **payload}
    full.pop("authority", None)
    return full | {"authority": said["authority"]} if "authority" in said else full


class _Reading:
    """The values read so far, and the one way to refuse one."""

    def __init__(self, kind: LearningType) -> None:
        self.kind = kind
        self.values: dict[str, Value] = {}

    def refuse(self, path: tuple[str, ...], expected: str) -> NoReturn:
        pointer = ""
        for key in path:
            pointer = below(pointer, key)
        raise BadEvidence("learning-value", pointer=pointer, expected=expected, type=self.kind.name)

    def path_of(self, name: str) -> tuple[str, ...]:
        """The field's first place."""
        return next(field.paths[0] for field in self.kind.fields if field.name == name)

    def read(
        self, name: str, value: Any, path: tuple[str, ...], reader: Callable[[Any], Value]
    ) -> None:
        try:
            self.values[name] = reader(value)
        except Wrong as wrong:
            self.refuse(path, str(wrong))


# ------------------------------------------------------------------- what it means


def _meaning(statement: Any) -> LearningType | None:
    """By verb, object and what it tells; a group is no student."""
    if member(statement, "actor", "objectType") == "Group":
        return None
    if member(statement, "object", "objectType") not in (None, "Activity"):
        return None
    verb = member(statement, "verb", "id")
    kind = member(statement, "object", "definition", "type")
    found = BY_VERB_AND_OBJECT.get((verb, kind)) if type(verb) is type(kind) is str else None
    if found is None or (found.told_by and not any(_has(statement, one) for one in found.told_by)):
        return None
    return found


def _has(statement: Any, path: tuple[str, ...]) -> bool:
    inner = member(statement, *path[:-1])
    return type(inner) is dict and path[-1] in inner


def _read_course(statement: Any, reading: _Reading) -> bool:
    """Object and course; False where the statement is about no course.

    The course is the object, or the one course among the parents, or else among the groupings.
    """
    path = ("object", "id")
    thing = member(statement, *path)
    reading.read("object", thing, path, read_name)
    reading.values[reading.kind.object_field] = reading.values["object"]
    if "course" in reading.values:
        return True
    for place in ("parent", "grouping"):
        around = ("context", "contextActivities", place)
        given = member(statement, *around)
        courses = [
            member(one, "id")
            for one in (given if type(given) is list else ())
            if member(one, "definition", "type") in COURSES
        ]
        if courses:
            if any(one != courses[0] for one in courses):
                reading.refuse(around, "one course")
            reading.read("course", courses[0], around, read_name)
            return True
    return False


# ------------------------------------------------------------------- who


def _read_people(statement: Json, reading: _Reading) -> None:
    values = reading.values
    reading.read("actor", statement.get("actor"), ("actor",), agent_text)
    values["subject"] = values["by"] = values["actor"]
    if "authority" in statement:
        reading.read("by", statement["authority"], ("authority",), agent_text)
    if values["subject"] in str(values["by"]).split("\n"):
        reading.refuse(("authority",), "somebody else than the student")
    reading.read("at", statement.get("timestamp"), ("timestamp",), _instant)
    values["source"] = values["by"]
    platform = member(statement, "context", "platform")
    if platform is not None:
        reading.read("source", platform, ("context", "platform"), read_text)
    if "id" in statement:
        reading.read("statement", statement["id"], ("id",), lambda one: read_name(one).lower())


def _instant(value: Any) -> int:
    at = read_instant(value)
    if at < 0:
        raise Wrong("RFC 3339 with an offset, not before 1970")
    return at


# ------------------------------------------------------------------- what


def _read_fields(statement: Json, reading: _Reading) -> None:
    for field in reading.kind.fields:
        path = next((one for one in field.paths if _has(statement, one)), None)
        if path is not None:
            reading.read(field.name, member(statement, *path), path, _READERS[field.kind])
        elif field.required:
            reading.refuse(field.paths[0], "present")
    _check_together(reading)


def _check_together(reading: _Reading) -> None:
    """No end beyond the video's length; no course that asks for nothing."""
    segments, length = reading.values.get("segments"), reading.values.get("length")
    if segments and type(segments) is tuple and type(length) is int and segments[-1] > length:
        reading.refuse(reading.path_of("segments"), f"no end after {length} s")
    if "sessions" in reading.values and not any(
        reading.values[name] for name in ("video_length", "quizzes", "sessions")
    ):
        reading.refuse(reading.path_of("sessions"), "videos, quizzes or sessions")


def _length(value: Any) -> int:
    """Whole seconds, rounded up."""
    length = ceil(Fraction(read_fraction(value, MAX_LENGTH)))
    if not length:
        raise Wrong("seconds above 0")
    return length


def _domain(value: Any) -> str:
    try:
        check_domain(read_text(value))
    except BadEvidence as error:
        raise Wrong("domain in lower case") from error
    return str(value)


_READERS: dict[Kind, Callable[[Any], Value]] = {
    Kind.COUNT: read_count,
    Kind.SECONDS: read_count,
    Kind.LENGTH: _length,
    Kind.CREDITS: lambda value: read_fraction(value, MAX_CREDITS),
    Kind.RATIO: lambda value: read_fraction(value, 1),
    Kind.SEGMENTS: read_segments,
    Kind.TEXT: read_text,
    Kind.DOMAIN: _domain,
    Kind.SHA2: read_sha2,
}
