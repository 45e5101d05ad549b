"""A good statement of every type of record, by the tables; and changes to it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ledger.core.teaching.vocabulary import (
    COURSE,
    FIELDS,
    RUN,
    SESSION,
    TEMPLATES,
    VERSION,
    Need,
    RecordType,
)

Json = dict[str, Any]

HOME = "https://univ-a.example"
TEACHER = {"objectType": "Agent", "account": {"homePage": HOME, "name": "t-0042"}}
OFFICE = {"account": {"homePage": HOME, "name": "registrar"}}
RATERS = {"objectType": "Group", "account": {"homePage": HOME, "name": "students-of-cs101-1"}}
OTHER = "0E0C6E6A-2C3E-4F6B-8B0A-6C7E1B9D2F11"
KEY = {"account": {"homePage": HOME, "name": "platform-key"}}
IDS = {
    COURSE: f"{HOME}/course/cs101",
    RUN: f"{HOME}/run/2026a-cs101-1",
    SESSION: f"{HOME}/session/2026a-cs101-1-03",
}
VALUES: dict[str, Any] = {
    "mode": "live",
    "first_run": True,
    "open": False,
    "starts": "2026-09-21T08:00:00+08:00",
    "ends": "2026-09-21T01:35:00.25Z",
    "place": "教三 201",
    "level": "province",
    "severity": "serious",
    "asked": "2026-09-21T20:00:00+08:00",
    "source": "department-office",
    "role": "department",
    "reason": "误记，第三周停课",
    "supersedes": OTHER,
    "confirmed": True,
    "finding": "recycled-video",
    "answered": "2026-09-21T21:10:00+08:00",
    "enrolled": 96,
    "attended": 87,
    "completed": 80,
    "posts": 41,
    "replies": 12,
    "questions": 9,
    "participants": 30,
    "submissions": 90,
    "graded": 90,
    "turnaround": 172_800,
    "schools": 3,
    "mentees": 2,
    "rank": 1,
    "sha2": "ab" * 32,
    "leaf_hash": "0c" * 32,
    "class_hours": 35.2,
    "histogram": [0, 1, 4, 20, 35],
    "duration": "P1DT2H30M",
    "score": 0.85,
}
RECORDED: dict[str, Any] = {
    **VALUES,
    "starts": 1_789_948_800,
    "ends": 1_789_954_500,
    "asked": 1_789_992_000,
    "answered": 1_789_996_200,
    "supersedes": OTHER.lower(),
    "class_hours": "176/5",
    "histogram": (0, 1, 4, 20, 35),
    "duration": 95_400,
    "score": "17/20",
}
"""What the values become in the record."""


def _activity(kind: str) -> Json:
    return {"id": IDS.get(kind, f"{HOME}/thing/1"), "definition": {"type": kind}}


def _around(kind: RecordType) -> Json:
    around = {"category": [{"id": VERSION}]}
    places = ((kind.course, "grouping", COURSE), (kind.run, "parent", RUN))
    for need, where, type_ in (*places, (kind.session, "other", SESSION)):
        if need in (Need.REQUIRED, Need.OPTIONAL):
            around[where] = [_activity(type_)]
    return around


def _put(statement: Json, name: str) -> None:
    field, value = FIELDS[name], deepcopy(VALUES[name])
    if field.is_extension:
        part = statement.setdefault(field.place, {})
        part.setdefault("extensions", {})[field.iri] = value
        return
    keys = field.place.removeprefix("$.").split(".")
    for key in keys[:-1]:
        statement = statement.setdefault(key, {})
    statement[keys[-1]] = value


def good(name: str, optional: bool = True) -> Json:
    """A fresh statement of the type, with its optional fields or without."""
    kind = TEMPLATES[name]
    statement: Json = {
        "id": "6B2F0C1E-7D0A-4D5E-9A51-3F0F6A1C2B7D",
        "actor": deepcopy(TEACHER if kind.taught_by_actor else OFFICE),
        "verb": {"id": kind.verb},
        "object": _activity(kind.object_type),
        "context": {"platform": "live-platform", "contextActivities": _around(kind)},
        "timestamp": "2026-09-21T08:00:00+08:00",
        "authority": deepcopy(KEY),
    }
    if kind.refers:
        statement["object"] = {"objectType": "StatementRef", "id": OTHER}
        del statement["context"]["platform"]
    if name == "rating-collected":
        statement["actor"] = deepcopy(RATERS)
    if not kind.taught_by_actor:
        statement["context"]["instructor"] = deepcopy(TEACHER)
    for field in kind.required + (kind.optional if optional else ()):
        _put(statement, field)
    if not optional:
        for need, where in (
            (kind.course, "grouping"),
            (kind.run, "parent"),
            (kind.session, "other"),
        ):
            if need is Need.OPTIONAL:
                del statement["context"]["contextActivities"][where]
    return statement


def extension(name: str) -> str:
    """The key of the field's extension."""
    return FIELDS[name].iri
