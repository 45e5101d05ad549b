"""What a statement mentions, read off the statement itself (Communication 2.1.3).

Nothing here is prepared beforehand: the index on disk is compared with this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.core.xapi.mentions import Mention, Role, agent_key


def meets(statement: dict[str, Any], authority: dict[str, Any], mention: Mention) -> bool:
    """Whether the statement itself, without what it refers to, mentions the value in that role."""
    role, value = mention
    plain_agents = keys_in(_actor_and_object(statement))
    plain_activities = activities_in(statement["object"])
    match role:
        case Role.VERB:
            return bool(statement["verb"]["id"] == value)
        case Role.REGISTRATION:
            return str(statement.get("context", {}).get("registration", "")).lower() == value
        case Role.AGENT:
            return value in plain_agents
        case Role.AGENT_RELATED:
            related = keys_in([authority, *_agents_around(statement)])
            return value in related - plain_agents
        case Role.ACTIVITY:
            return value in plain_activities
        case Role.ACTIVITY_RELATED:
            return value in _activities_around(statement) - plain_activities


def keys_in(agents: list[Any]) -> set[str]:
    """Keys of the agents and groups, and of the groups' members."""
    groups_too = [one for agent in agents for one in (agent, *agent.get("member", ()))]
    return {agent_key(one) for one in groups_too} - {""}


def activities_in(target: dict[str, Any]) -> set[str]:
    """The IRI of an object that is an activity."""
    return {target["id"]} if target.get("objectType", "Activity") == "Activity" else set()


def _actor_and_object(statement: dict[str, Any]) -> list[Any]:
    target = statement["object"]
    people = [target] if target.get("objectType") in ("Agent", "Group") else []
    return [statement["actor"], *people]


def _agents_around(statement: dict[str, Any]) -> Iterator[Any]:
    """Every agent of the statement and of a SubStatement in it, but the authority."""
    yield from _actor_and_object(statement)
    context = statement.get("context", {})
    yield from (context[name] for name in ("instructor", "team") if name in context)
    yield from (one["agent"] for one in context.get("contextAgents", []))
    yield from (one["group"] for one in context.get("contextGroups", []))
    if statement["object"].get("objectType") == "SubStatement":
        yield from _agents_around(statement["object"])


def _activities_around(statement: dict[str, Any]) -> set[str]:
    """Every activity of the statement and of a SubStatement in it."""
    found = activities_in(statement["object"])
    for listed in statement.get("context", {}).get("contextActivities", {}).values():
        # 1.0.3 takes a single activity for a list of one.
        found |= {one["id"] for one in (listed if isinstance(listed, list) else [listed])}
    if statement["object"].get("objectType") == "SubStatement":
        found |= _activities_around(statement["object"])
    return found
