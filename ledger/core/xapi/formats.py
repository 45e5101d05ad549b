"""How a statement is shown: `exact`, `ids` or `canonical` (Communication 2.1.3).

A statement is taken as it is stored, with what the store says about it, and never changed: the
functions answer with new objects, or with the given one where nothing differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from ledger.core.xapi.definitions import COMPONENTS
from ledger.core.xapi.languages import LanguageRange, choose_language
from ledger.core.xapi.mentions import Json, is_agent
from ledger.core.xapi.stored import stored_json

Definition = Callable[[str], bytes | None]
"""The store's merged definition of an activity (canonical JSON), by IRI."""
Change = Callable[[Json], Json]


class Format(StrEnum):
    """The values of the parameter `format`."""

    EXACT = "exact"
    IDS = "ids"
    CANONICAL = "canonical"


def _same(thing: Json) -> Json:
    return thing


def no_definition(_: str) -> bytes | None:
    """For a store that knows no activity."""
    return None


# ------------------------------------------------------------------- walking a statement


def _context(context: Json, agent: Change, activity: Change) -> Json:
    changed = dict(context)
    for name in ("instructor", "team"):
        if name in context:
            changed[name] = agent(context[name])
    for listed, name in (("contextAgents", "agent"), ("contextGroups", "group")):
        if listed in context:
            changed[listed] = [{**item, name: agent(item[name])} for item in context[listed]]
    if "contextActivities" in context:
        changed["contextActivities"] = {
            # A lone activity is given back as a list of one (Data 2.4.6.2.s4.b3).
            name: [activity(one) for one in (given if type(given) is list else [given])]
            for name, given in context["contextActivities"].items()
        }
    return changed


def rebuilt(statement: Json, agent: Change, verb: Change, activity: Change) -> Json:
    """A statement or SubStatement with each agent, verb and activity in it replaced, and context
    activities in lists. StatementRefs, attachments, results and extensions stay."""
    changed = {**statement, "verb": verb(statement["verb"])}
    for name in ("actor", "authority"):
        if name in statement:
            changed[name] = agent(statement[name])
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        changed["object"] = activity(thing)
    elif is_agent(thing):
        changed["object"] = agent(thing)
    elif kind == "SubStatement":
        changed["object"] = rebuilt(thing, agent, verb, activity)
    if "context" in statement:
        changed["context"] = _context(statement["context"], agent, activity)
    return changed


# ------------------------------------------------------------------- ids


_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


def _agent_id(agent: Json) -> Json:
    """Type and identifier; of an anonymous group the members' identifiers."""
    keys = [key for key in _IDENTIFIERS if key in agent]
    found = {key: agent[key] for key in ("objectType", *keys) if key in agent}
    if not keys and "member" in agent:
        found["member"] = [_agent_id(member) for member in agent["member"]]
    return found


def _verb_id(verb: Json) -> Json:
    return {"id": verb["id"]}


def _activity_id(activity: Json) -> Json:
    """The id alone: what has no type is an Activity. The suite counts the properties."""
    return {"id": activity["id"]}


# ------------------------------------------------------------------- canonical


def _one_language(texts: Json, languages: Sequence[LanguageRange]) -> Json:
    if len(texts) < 2:
        return texts
    tag = choose_language(texts, languages)
    return {tag: texts[tag]}


def filtered_definition(definition: Json, languages: Sequence[LanguageRange]) -> Json:
    """A definition with one language in each of its language maps (Communication 2.1.3.s4.b1);
    extensions stay as they are."""
    changed = dict(definition)
    for name in ("name", "description"):
        if name in definition:
            changed[name] = _one_language(definition[name], languages)
    for name in COMPONENTS:
        if name in definition:
            changed[name] = [
                {**item, "description": _one_language(item["description"], languages)}
                if "description" in item
                else item
                for item in definition[name]
            ]
    return changed


def _canonical(languages: Sequence[LanguageRange], definition: Definition) -> tuple[Change, Change]:
    def verb(given: Json) -> Json:
        if "display" not in given:
            return given
        return {**given, "display": _one_language(given["display"], languages)}

    def activity(given: Json) -> Json:
        known = definition(given["id"])
        content = given.get("definition") if known is None else stored_json(known)
        if content is None:
            return given
        return {**given, "definition": filtered_definition(content, languages)}

    return verb, activity


# ------------------------------------------------------------------- shown


def shown(
    statement: Json,
    format: Format,
    languages: Sequence[LanguageRange] = (),
    definition: Definition = no_definition,
) -> Json:
    """The statement in that format.

    `exact`: as it was received. `ids`: of agents, groups, verbs and activities only what
    identifies them. `canonical`: activities with the store's definition, and one language, chosen
    for each map by itself, in definitions and verbs. In all three a context activity stands in a
    list, for a store must answer so even if it came alone.
    """
    if format is Format.IDS:
        return rebuilt(statement, _agent_id, _verb_id, _activity_id)
    if format is Format.CANONICAL:
        return rebuilt(statement, _same, *_canonical(languages, definition))
    return rebuilt(statement, _same, _same, _same) if _has_lone_activity(statement) else statement


def _has_lone_activity(statement: Json) -> bool:
    thing = statement["object"]
    if thing.get("objectType") == "SubStatement" and _has_lone_activity(thing):
        return True
    given = statement.get("context", {}).get("contextActivities", {})
    return any(type(value) is not list for value in given.values())
