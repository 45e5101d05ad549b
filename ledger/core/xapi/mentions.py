"""What a statement mentions, as the filters of the statement resource ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any


class Role(IntEnum):
    """In what part a statement mentions a value (Communication 2.1.3, table of parameters).

    The two `…_RELATED` roles hold only what the plain role does not already hold: a filter with
    `related_agents` or `related_activities` asks for both.
    """

    VERB = 1
    REGISTRATION = 2
    AGENT = 3
    AGENT_RELATED = 4
    ACTIVITY = 5
    ACTIVITY_RELATED = 6


Mention = tuple[Role, str]
"""Role and value: an IRI, a registration in lower case, or an agent's key (`agent_key`)."""

Json = dict[str, Any]

_AGENT_TYPES = frozenset({"Agent", "Group"})


def mailbox(text: str) -> str:
    """A mailto IRI with what is case-insensitive in it, scheme and domain, in lower case."""
    local, at, domain = text.rpartition("@")
    return f"mailto:{local[7:]}{at}{domain.lower()}"


def agent_key(agent: Json) -> str:
    """The inverse functional identifier (Data 2.4.2.3) as one text: its name and value, for an
    account home page and name, with line feeds between. Equal for equal agents and groups only.

    "" for an anonymous group, which only its members identify.
    """
    account = agent.get("account")
    if account is not None:  # a home page is an IRI and has no line feed
        return f"account\n{account['homePage']}\n{account['name']}"
    value = agent.get("mbox")
    if value is not None:
        return f"mbox\n{mailbox(value)}"
    value = agent.get("mbox_sha1sum")
    if value is not None:
        return f"mbox_sha1sum\n{value.lower()}"
    value = agent.get("openid")
    return "" if value is None else f"openid\n{value}"


def with_members(agent: Json) -> Iterator[Json]:
    """An agent, or a group and then its members."""
    yield agent
    yield from agent.get("member", ())


def is_agent(thing: Json) -> bool:
    """Whether the object of a statement is an agent or a group."""
    return thing.get("objectType") in _AGENT_TYPES


def context_activities(context: Json) -> Iterator[Json]:
    """The activities of `contextActivities`; a lone activity counts as a list of one (Data
    2.4.6.2)."""
    given = context.get("contextActivities")
    if given:
        for value in given.values():
            if type(value) is list:
                yield from value
            else:
                yield value


def context_agents(context: Json) -> Iterator[Json]:
    """Instructor, team, and 2.0's context agents and groups (4.2.2.6), without members."""
    for name in ("instructor", "team"):
        if name in context:
            yield context[name]
    for listed, name in (("contextAgents", "agent"), ("contextGroups", "group")):
        for item in context.get(listed, ()):
            yield item[name]


def _agent_keys(agent: Json, keys: dict[str, None]) -> None:
    keys[agent_key(agent)] = None
    for member in agent.get("member", ()):
        keys[agent_key(member)] = None


def _surroundings(statement: Json, agents: dict[str, None], activities: dict[str, None]) -> None:
    """What only the broad filters see of a statement or of a SubStatement."""
    context = statement.get("context")
    if context is None:
        return
    for agent in context_agents(context):
        _agent_keys(agent, agents)
    for activity in context_activities(context):
        activities[activity["id"]] = None


def _core(statement: Json, agents: dict[str, None], activities: dict[str, None]) -> None:
    """Actor and object."""
    _agent_keys(statement["actor"], agents)
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        activities[thing["id"]] = None
    elif kind in _AGENT_TYPES:
        _agent_keys(thing, agents)


def mentions(statement: Json, authority: Json) -> tuple[Mention, ...]:
    """Every mention of a checked statement once; what the plain role has, the related has not.

    Plain are the actor and the object, and the members of either; related are authority,
    instructor, team and context activities, 2.0's context agents and groups, and all these in a
    SubStatement. A SubStatement's verb and registration are not those of the statement.
    """
    agents: dict[str, None] = {}
    activities: dict[str, None] = {}
    far_agents: dict[str, None] = {}
    far_activities: dict[str, None] = {}
    _core(statement, agents, activities)
    _surroundings(statement, far_agents, far_activities)
    _agent_keys(authority, far_agents)
    thing = statement["object"]
    if thing.get("objectType") == "SubStatement":
        _core(thing, far_agents, far_activities)
        _surroundings(thing, far_agents, far_activities)
    found: list[Mention] = [(Role.VERB, statement["verb"]["id"])]
    registration = statement.get("context", {}).get("registration")
    if registration is not None:
        found.append((Role.REGISTRATION, registration.lower()))
    agents.pop("", None)
    far_agents.pop("", None)
    found += [(Role.AGENT, key) for key in agents]
    found += [(Role.AGENT_RELATED, key) for key in far_agents if key not in agents]
    found += [(Role.ACTIVITY, iri) for iri in activities]
    found += [(Role.ACTIVITY_RELATED, iri) for iri in far_activities if iri not in activities]
    return tuple(found)
