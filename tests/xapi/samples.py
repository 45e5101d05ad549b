"""Statements that keep every rule, and what becomes of one that is changed in one place.

A change is tried where it stands and inside a SubStatement, under both versions of the standard.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.core.xapi.statement import ONLY_STATEMENT, check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence

GONE = object()
"""Instead of a value: the property is left out."""

TYPE, VALUE, NULL = "xapi-wrong-type", "xapi-bad-value", "xapi-null"
MISSING, UNKNOWN, TOGETHER = "xapi-missing-property", "xapi-unknown-property", "xapi-not-together"
BOTH = (Version.V1, Version.V2)

AGENT = {"objectType": "Agent", "name": "Li Lei", "mbox": "mailto:li.lei@univ-a.example"}
ACCOUNT = {"account": {"homePage": "https://lms.univ-a.example/", "name": "20260001"}}
SHA1 = {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}
OPENID = {"openid": "https://li.lei.openid.example/"}
GROUP = {"objectType": "Group", "name": "Team 3", "member": [AGENT, ACCOUNT]}
TEAM = {"objectType": "Group", "account": {"homePage": "https://lms.univ-a.example/", "name": "t3"}}
ACTIVITY = {"objectType": "Activity", "id": "https://lms.univ-a.example/course/7"}
REFERENCE = {"objectType": "StatementRef", "id": "8f87ccde-bb56-4c2e-ab83-44982ef22df0"}
VERB = {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en": "answered"}}
ATTACHMENT = {
    "usageType": "https://univ-a.example/usage/essay",
    "display": {"en": "An essay", "zh-Hans": "一篇作文"},
    "description": {"en": "As handed in"},
    "contentType": "text/plain; charset=utf-8",
    "length": 5,
    "sha2": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    "fileUrl": "https://univ-a.example/essays/1",
}
PLAIN: dict[str, Any] = {"actor": AGENT, "verb": VERB, "object": ACTIVITY}
FULL: dict[str, Any] = {
    "id": "9dc99b37-e920-4a68-a066-917faca28949",
    "actor": AGENT,
    "verb": VERB,
    "object": {
        **ACTIVITY,
        "definition": {
            "name": {"en-US": "Question 1", "zh-Hans": "第一题"},
            "description": {"en-US": "Which of these is a tree?"},
            "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
            "moreInfo": "https://lms.univ-a.example/course/7/about",
            "interactionType": "choice",
            "correctResponsesPattern": ["oak[,]elm", "oak"],
            "choices": [
                {"id": "oak", "description": {"en": "Oak"}},
                {"id": "elm"},
                {"id": "fern", "description": {"en": "Fern"}},
            ],
            "extensions": {"https://univ-a.example/extension/room": {"floor": 3, "door": None}},
        },
    },
    "result": {
        "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10.5},
        "success": True,
        "completion": False,
        "response": "oak",
        "duration": "PT1M30.25S",
        "extensions": {"https://univ-a.example/extension/pauses": []},
    },
    "context": {
        "registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f7",
        "instructor": ACCOUNT,
        "team": TEAM,
        "contextActivities": {
            "parent": [ACTIVITY],
            "grouping": {"id": "https://lms.univ-a.example/course/"},
            "category": [],
            "other": [{"id": "tag:univ-a.example,2026:term-1"}],
        },
        "revision": "3",
        "platform": "An LMS",
        "language": "zh-Hans-CN",
        "statement": REFERENCE,
        "extensions": {"https://univ-a.example/extension/nothing": None},
    },
    "timestamp": "2026-09-01T08:00:00.123456+08:00",
    "stored": "2026-09-01T00:00:01Z",
    "authority": ACCOUNT,
    "version": "1.0.0",
    "attachments": [ATTACHMENT],
}


def changed(statement: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """A deep copy with the value (or GONE) at the pointer; `-` adds to the end of an array."""
    found: dict[str, Any] = json.loads(
        json.dumps(statement)
    )  # unlike deepcopy it also parts what is shared
    *parents, last = pointer.split("/")[1:]
    place: Any = found
    for step in parents:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    if isinstance(place, list):
        index = len(place) if last == "-" else int(last)
        place[index : index + 1] = [] if value is GONE else [copy.deepcopy(value)]
    elif value is GONE:
        del place[last]
    else:
        place[last] = copy.deepcopy(value)
    return found


def nested(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement as the SubStatement of another."""
    inner = {key: value for key, value in statement.items() if key not in ONLY_STATEMENT}
    return {**PLAIN, "object": {"objectType": "SubStatement", **inner}}


def placements(
    pointer: str, value: Any, of: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], str]]:
    """The changed statement and, where there may be one, the SubStatement; each with its place."""
    bad = changed(of, pointer, value)
    yield bad, ""
    if pointer.split("/")[1].lower() not in ONLY_STATEMENT:
        yield nested(bad), "/object"


def accept(
    pointer: str, *values: Any, of: dict[str, Any] = FULL, versions: tuple[Version, ...] = BOTH
) -> None:
    """Every one of the values is right at that place."""
    for value in values:
        for statement, _ in placements(pointer, value, of):
            for version in versions:
                assert check_statement(statement, version) is statement


def refuse(
    rule: str,
    pointer: str,
    *values: Any,
    code: str,
    at: str | None = None,
    of: dict[str, Any] = FULL,
    versions: tuple[Version, ...] = BOTH,
    only_top: bool = False,
) -> None:
    """Every one of the values is refused at that place (or `at` another), under that rule."""
    for value in values:
        for statement, head in placements(pointer, value, of):
            if head and only_top:
                continue
            for version in versions:
                with pytest.raises(BadEvidence) as caught:
                    check_statement(statement, version)
                found = caught.value
                seen = found.code, found.detail["requirement"], found.detail["pointer"]
                assert seen == (code, rule, head + (pointer if at is None else at)), value
                assert found.detail["expected"]
