"""A slow look at the statements of a term for what is irregular, with no help from the generator.

It reads JSON alone, compares everything with everything, and answers with the smallest sets of
statement ids that are irregular together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

Json = dict[str, Any]
Found = set[tuple[str, frozenset[str]]]
PROFILE = "https://w3id.org/xuezheng/xapi/teaching"
VERBS = {
    "slot-scheduled": "https://w3id.org/xapi/tla/verbs/scheduled",
    "plan-uploaded": "http://activitystrea.ms/submit",
    "rating-collected": "http://id.tincanapi.com/verb/rated",
    "run-opened": "http://activitystrea.ms/open",
    "training-attended": "http://adlnet.gov/expapi/verbs/attended",
    "observation-made": "http://id.tincanapi.com/verb/reviewed",
}
HOSTED = "http://activitystrea.ms/host"
LOOKED_AT = {HOSTED, *VERBS.values()} - {VERBS["slot-scheduled"], VERBS["observation-made"]}
"""Verbs of all that `look` reads."""


def of_type(statements: Iterable[Json], kind: str) -> list[Json]:
    """Those of one type of record."""
    if kind == "session-delivered":
        return [
            one
            for one in statements
            if one["verb"]["id"] == HOSTED
            and one["object"]["definition"]["type"] == f"{PROFILE}/activity-types/session"
        ]
    return [one for one in statements if one["verb"]["id"] == VERBS[kind]]


def extension(statement: Json, part: str, name: str) -> Any:
    """The value of an extension of the profile, or None."""
    return statement.get(part, {}).get("extensions", {}).get(f"{PROFILE}/extensions/{name}")


def moment(statement: Json, name: str) -> datetime:
    """An instant of its context, or its timestamp."""
    text = statement["timestamp"] if name == "timestamp" else extension(statement, "context", name)
    return datetime.fromisoformat(text)


def around(statement: Json, place: str) -> str:
    """The id of its one context activity in that place."""
    (activity,) = statement["context"]["contextActivities"][place]
    assert type(activity["id"]) is str
    return activity["id"]


def teacher(statement: Json) -> str:
    """As a label names it."""
    person = statement["context"].get("instructor", statement["actor"])["account"]
    return f"{person['homePage']}|{person['name']}"


def look(statements: list[Json]) -> Found:
    """Whatever of the six kinds there is."""
    return {
        (kind, frozenset(one["id"] for one in those))
        for kind, search in SEARCHES.items()
        for those in search(statements)
    }


def without_students(statements: list[Json]) -> Iterator[list[Json]]:
    for session in of_type(statements, "session-delivered"):
        if extension(session, "result", "attended") == 0:
            yield [session]


def late_plans(statements: list[Json]) -> Iterator[list[Json]]:
    ends = {
        session["object"]["id"]: session for session in of_type(statements, "session-delivered")
    }
    for plan in of_type(statements, "plan-uploaded"):
        session = ends.get(around(plan, "other"))
        if session is not None and moment(plan, "timestamp") > moment(session, "ends"):
            yield [session, plan]


def stuffed(statements: list[Json]) -> Iterator[list[Json]]:
    opened = {run["object"]["id"]: run for run in of_type(statements, "run-opened")}
    for rating in of_type(statements, "rating-collected"):
        run = opened.get(rating["object"]["id"])
        if run is not None and (
            sum(extension(rating, "result", "histogram")) > extension(run, "result", "enrolled")
            or moment(rating, "ends") - moment(rating, "starts") < timedelta(hours=1)
        ):
            yield [run, rating]


def recycled(statements: list[Json]) -> Iterator[list[Json]]:
    videos = defaultdict(list)
    for session in of_type(statements, "session-delivered"):
        if (sha2 := extension(session, "result", "sha2")) is not None:
            videos[sha2].append(session)
    for same in videos.values():
        for one, other in combinations(same, 2):
            if around(one, "parent") == around(other, "parent") or (
                around(one, "grouping") != around(other, "grouping")
            ):
                yield [one, other]


def by_teacher(statements: Iterable[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for one in statements:
        found[teacher(one)].append(one)
    return found


Span = tuple[datetime, datetime]


def span(session: Json) -> Span:
    return moment(session, "starts"), moment(session, "ends")


def meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def overlapping(statements: list[Json]) -> Iterator[list[Json]]:
    for mine in by_teacher(of_type(statements, "session-delivered")).values():
        spans = [(session, span(session)) for session in mine]
        for (one, when), (other, then) in combinations(spans, 2):
            if meet(when, then):
                yield [one, other]


def in_two_places(statements: list[Json]) -> Iterator[list[Json]]:
    held = by_teacher(of_type(statements, "session-delivered"))
    for training in of_type(statements, "training-attended"):
        at, length = moment(training, "timestamp"), duration(training["result"]["duration"])
        for session in held[teacher(training)]:
            if meet(span(session), (at - length, at + length)):
                yield [session, training]


def duration(text: str) -> timedelta:
    """`PT…H…M`, either part absent."""
    hours, _, minutes = text.removeprefix("PT").rpartition("H")
    return timedelta(hours=int(hours or 0), minutes=int(minutes.removesuffix("M") or 0))


SEARCHES = {
    "session-without-students": without_students,
    "plan-after-class": late_plans,
    "ratings-stuffed": stuffed,
    "video-recycled": recycled,
    "sessions-overlap": overlapping,
    "two-places": in_two_places,
}
