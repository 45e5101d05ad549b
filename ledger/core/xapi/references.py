"""What a statement refers to: another statement, activities that it defines, agents it names."""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from functools import lru_cache
from uuid import UUID

from ledger.core.canonical import canonical_json
from ledger.core.xapi.mentions import (
    Json,
    agent_key,
    context_activities,
    context_agents,
    is_agent,
    with_members,
)

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_SHORT = 2_048
"""Bytes of what is remembered."""


def references(statement: Json) -> tuple[bytes | None, bool]:
    """The UUID (16 bytes) of the StatementRef that is the object, and whether it is voided thereby
    (Data 2.3.2). A StatementRef in the context or in a SubStatement refers to nothing here
    (Communication 2.1.4)."""
    thing = statement["object"]
    if thing.get("objectType") != "StatementRef":
        return None, False
    return UUID(thing["id"]).bytes, statement["verb"]["id"] == VOIDED


@lru_cache(maxsize=4_096)
def _known(frozen: bytes) -> bytes:
    return canonical_json(marshal.loads(frozen))


def _canonical(thing: Json) -> bytes:
    """Canonical JSON, remembered where it is short: the same few activities and agents come in
    one statement after another, and freezing one costs a fraction of writing it."""
    frozen = marshal.dumps(thing, 2)  # version 2 has no back references: by value alone
    return _known(frozen) if len(frozen) <= _SHORT else canonical_json(thing)


def _parts(statement: Json) -> Iterator[Json]:
    """The statement and its SubStatement."""
    yield statement
    if statement["object"].get("objectType") == "SubStatement":
        yield statement["object"]


def _activities(statement: Json) -> Iterator[Json]:
    for part in _parts(statement):
        thing = part["object"]
        if thing.get("objectType", "Activity") == "Activity":
            yield thing
        if "context" in part:
            yield from context_activities(part["context"])


def activities_of(statement: Json) -> tuple[tuple[str, bytes], ...]:
    """(IRI, canonical definition) of the activities that a checked statement defines, in its
    order; the same pair once."""
    found = {
        (activity["id"], _canonical(activity["definition"])): None
        for activity in _activities(statement)
        if "definition" in activity
    }
    return tuple(found)


def _agents(statement: Json) -> Iterator[Json]:
    for part in _parts(statement):
        yield from with_members(part["actor"])
        if is_agent(part["object"]):
            yield from with_members(part["object"])
        if "context" in part:
            for agent in context_agents(part["context"]):
                yield from with_members(agent)


def agents_of(statement: Json) -> tuple[tuple[str, bytes], ...]:
    """(agent key, canonical JSON) of every agent and identified group that a checked statement
    names, groups without their members; the same pair once."""
    found: dict[tuple[str, bytes], None] = {}
    for agent in _agents(statement):
        key = agent_key(agent)
        if key:
            if "member" in agent:
                agent = {name: value for name, value in agent.items() if name != "member"}
            found[key, _canonical(agent)] = None
    return tuple(found)
