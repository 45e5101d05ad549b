"""Facts of a generated term as xAPI 2.0 statements that claim the teaching profile.

Where each field goes, and which verb and types a record has, follows the profile's own tables.
"""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

from ledger.core.teaching.vocabulary import (
    COURSE,
    FIELDS,
    RUN,
    SESSION,
    TYPES,
    VERSION,
    Kind,
    Need,
    RecordType,
)
from scripts.teaching_calendar import rfc3339
from scripts.teaching_facts import Fact, run_key, session_key

HOME = "https://weibei.example"
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, f"{HOME}/teaching-term")
Json = dict[str, Any]


def account(name: str) -> str:
    """A person's or system's account in the form of a record's `subject`."""
    return f"{HOME}|{name}"


def teacher_name(number: int) -> str:
    return f"t-{number:04d}"


def statement_id(kind: str, key: str, seed: int) -> str:
    """The same fact of the same term has the same id."""
    return str(uuid.uuid5(_IDS, f"{seed}/{kind}/{key}"))


def statement(fact: Fact, seed: int) -> Json:
    """The statement that the fact's source sends."""
    kind = TYPES[fact.type]
    teacher = _agent(teacher_name(fact.teacher.number))
    context: Json = {
        "platform": fact.source,
        "contextActivities": {"category": [{"id": VERSION}], **_around(fact, kind)},
    }
    if not kind.taught_by_actor:
        context["instructor"] = teacher
    made: Json = {
        "id": statement_id(fact.type, fact.key, seed),
        "actor": teacher if kind.taught_by_actor else _actor(fact),
        "verb": _verb(kind.verb),
        "object": _object(fact, kind),
        "context": context,
        "timestamp": rfc3339(fact.at),
        "authority": _agent(fact.source),
    }
    for name, value in fact.fields.items():
        _put(made, name, value)
    return made


def _put(statement: Json, name: str, value: Any) -> None:
    """A field in its place: an extension, or xAPI's own property."""
    field = FIELDS[name]
    if field.kind is Kind.INSTANT:
        value = rfc3339(value)
    if field.is_extension:
        part = statement.setdefault(field.place, {})
        part.setdefault("extensions", {})[field.iri] = value
        return
    *path, last = field.place.removeprefix("$.").split(".")
    part = statement
    for step in path:
        part = part.setdefault(step, {})
    part[last] = value


@cache
def _agent(name: str) -> Json:
    return {"objectType": "Agent", "account": {"homePage": HOME, "name": name}}


def _actor(fact: Fact) -> Json:
    """Raters are a group without members: nobody can tell who gave which rating."""
    if fact.type == "rating-collected":
        return {**_agent(fact.actor), "objectType": "Group"}
    return _agent(fact.actor or fact.source)


@cache
def _verb(iri: str) -> Json:
    return {"id": iri, "display": {"en": iri.rsplit("/", 1)[1]}}


# ------------------------------------------------------------------- course, run, session


def _ids(fact: Fact) -> dict[str, str]:
    """Those of course, run and session that the fact is about, by the type of activity."""
    found = {}
    if fact.course is not None:
        found[COURSE] = f"{HOME}/course/{fact.course.number:04d}"
    if fact.run is not None:
        found[RUN] = f"{HOME}/run/{run_key(fact.run)}"
        if fact.session is not None:
            found[SESSION] = f"{HOME}/session/{session_key(fact.run, fact.session)}"
    return found


def _object(fact: Fact, kind: RecordType) -> Json:
    """The course, run or session itself, else something of the record's own type."""
    id = _ids(fact).get(kind.object_type, f"{HOME}/{kind.object_type.rsplit('/', 1)[1]}/{fact.key}")
    definition: Json = {"type": kind.object_type}
    if kind.object_type == COURSE and fact.course is not None:
        definition["name"] = {"zh": fact.course.title}
    return {"objectType": "Activity", "id": id, "definition": definition}


def _around(fact: Fact, kind: RecordType) -> Json:
    """The context activities: a course as grouping, a run as parent, a session as other."""
    ids, needs = _ids(fact), (kind.course, kind.run, kind.session)
    return {
        place: [{"id": ids[activity], "definition": {"type": activity}}]
        for place, activity, need in zip(
            ("grouping", "parent", "other"), (COURSE, RUN, SESSION), needs, strict=True
        )
        if activity in ids and need in (Need.REQUIRED, Need.OPTIONAL)
    }
