"""A good statement of every type of learning record, and what its record then is."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ledger.core.learning.vocabulary import (
    EXTENSIONS,
    LEARNING_TYPES,
    LENGTH,
    SEGMENTS,
)

Json = dict[str, Any]

HOME = "https://univ-a.example"
STUDENT = {"objectType": "Agent", "account": {"homePage": HOME, "name": "s-0017"}}
OFFICE = {"account": {"homePage": HOME, "name": "registrar"}}
COURSE = {
    "id": f"{HOME}/course/cs101",
    "definition": {"type": "http://adlnet.gov/expapi/activities/course"},
}
ID = "6B2F0C1E-7D0A-4D5E-9A51-3F0F6A1C2B7D"
PLACES: dict[str, Json] = {
    "course-enrolled": {
        "context": {
            f"{EXTENSIONS}credits": 2.5,
            f"{EXTENSIONS}video-length": 14400.0,
            f"{EXTENSIONS}quizzes": 6,
            f"{EXTENSIONS}sessions": 0,
        }
    },
    "video-watched": {"context": {LENGTH: 263.24}, "result": {SEGMENTS: "0[.]42.6[,]50[.]60"}},
    "quiz-scored": {},
    "session-attended": {},
    "credit-transferred": {
        "context": {
            f"{EXTENSIONS}institution": "univ-b.example",
            f"{EXTENSIONS}certificate": "C2025-0931",
            f"{EXTENSIONS}sha2": "ab" * 32,
            f"{EXTENSIONS}credits": 3,
        }
    },
}
"""Extensions of context and result."""
RECORDED: dict[str, Json] = {
    "course-enrolled": {"credits": "5/2", "video_length": 14400, "quizzes": 6, "sessions": 0},
    "video-watched": {"segments": [0, 42, 50, 60], "length": 264},
    "quiz-scored": {"score": "17/20"},
    "session-attended": {},
    "credit-transferred": {
        "institution": "univ-b.example",
        "certificate": "C2025-0931",
        "sha2": "ab" * 32,
        "credits": "3/1",
    },
}


def good(name: str, verb: int = 0, thing: int = 0) -> Json:
    """A fresh statement of the type with one of its verbs and of its types of object."""
    kind = LEARNING_TYPES[name]
    statement: Json = {
        "id": ID,
        "actor": deepcopy(STUDENT),
        "verb": {"id": kind.verbs[verb]},
        "object": {"id": f"{HOME}/thing/1", "definition": {"type": kind.objects[thing]}},
        "context": {"platform": "mooc"},
        "timestamp": "2026-09-21T08:00:00.9+08:00",
        "authority": deepcopy(OFFICE),
    }
    if kind.object_field != "course":
        statement["context"]["contextActivities"] = {"parent": [deepcopy(COURSE)]}
    for part, extensions in deepcopy(PLACES[name]).items():
        statement.setdefault(part, {})["extensions"] = extensions
    if name == "quiz-scored":
        statement["result"] = {"score": {"scaled": 0.85}}
    return statement


def recorded(name: str) -> Json:
    """The record of `good(name)` in leaf 7, with lists for tuples."""
    kind = LEARNING_TYPES[name]
    return {
        "type": name,
        "leaf": 7,
        "statement": ID.lower(),
        "subject": f"{HOME}|s-0017",
        "actor": f"{HOME}|s-0017",
        "by": f"{HOME}|registrar",
        "at": 1_789_948_800,
        "source": "mooc",
        "object": f"{HOME}/thing/1",
        "course": f"{HOME}/course/cs101",
        kind.object_field: f"{HOME}/thing/1",
        **RECORDED[name],
    }
