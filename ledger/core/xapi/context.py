"""The context of a statement (Data 2.4.6; 4.2.2.5 of IEEE 9274.1.1)."""

from __future__ import annotations

from typing import Any

from ledger.core.xapi.agents import check_actor, check_group, check_lone_agent
from ledger.core.xapi.objects import check_activity, check_reference
from ledger.core.xapi.shapes import (
    bad_value,
    check_choice,
    check_each,
    check_object,
    check_string,
    missing,
    not_together,
)
from ledger.core.xapi.values import check_extensions, check_iri, check_language_tag, check_uuid
from ledger.core.xapi.versions import Version

CONTEXT_1 = frozenset(
    [
        "registration",
        "instructor",
        "team",
        "contextActivities",
        "revision",
        "platform",
        "language",
        "statement",
        "extensions",
    ]
)
CONTEXT_2 = CONTEXT_1 | {"contextAgents", "contextGroups"}
ACTIVITIES = frozenset(["parent", "grouping", "category", "other"])
# Requirements that only 2.0 knows.
AGENTS = "2.0 4.2.2.5 contextAgents"
GROUPS = "2.0 4.2.2.5 contextGroups"
RELEVANT = "2.0 4.2.2.5 relevantTypes"
CONTEXT_AGENT = frozenset(["objectType", "agent", "relevantTypes"])
CONTEXT_GROUP = frozenset(["objectType", "group", "relevantTypes"])


def check_context(value: Any, version: Version, of_activity: bool, at: str) -> None:
    """A context object; `of_activity` says whether the statement's object is an Activity."""
    allowed = CONTEXT_1 if version is Version.V1 else CONTEXT_2
    context = check_object(value, allowed, at)
    if "contextActivities" in context:
        _check_activities(context["contextActivities"], f"{at}/contextActivities")
    if "registration" in context:
        check_uuid(context["registration"], f"{at}/registration", "XAPI-00087")
    if "extensions" in context:
        check_extensions(context["extensions"], f"{at}/extensions", "XAPI-00006")
    _check_people(context, at)
    _check_texts(context, of_activity, at)
    if "statement" in context:
        check_reference(context["statement"], f"{at}/statement", "XAPI-00092")


def _check_people(context: dict[str, Any], at: str) -> None:
    if "instructor" in context:
        check_actor(context["instructor"], f"{at}/instructor", "XAPI-00087")
    if "team" in context:
        check_group(context["team"], f"{at}/team", "XAPI-00088")
    if "contextAgents" in context:
        place = f"{at}/contextAgents"
        check_each(context["contextAgents"], _check_context_agent, place, AGENTS, "contextAgents")
    if "contextGroups" in context:
        place = f"{at}/contextGroups"
        check_each(context["contextGroups"], _check_context_group, place, GROUPS, "contextGroups")


def _check_texts(context: dict[str, Any], of_activity: bool, at: str) -> None:
    if "revision" in context:
        if not of_activity:
            not_together(f"{at}/revision", "XAPI-00084", "only where the object is an Activity")
        check_string(context["revision"], f"{at}/revision", "XAPI-00089")
    if "platform" in context:
        if not of_activity:
            not_together(f"{at}/platform", "XAPI-00085", "only where the object is an Activity")
        check_string(context["platform"], f"{at}/platform", "XAPI-00090")
    if "language" in context:
        check_language_tag(context["language"], f"{at}/language", "XAPI-00091")


def _check_activities(value: Any, at: str) -> None:
    """Lists of Activities by their kind; a single Activity may stand for its list.

    No kind at all is allowed (Data 2.4.6.2.s3); XAPI-00095 was withdrawn.
    """
    for kind, items in check_object(value, ACTIVITIES, at, "XAPI-00086").items():
        if type(items) is list:
            for index, item in enumerate(items):
                check_activity(item, f"{at}/{kind}/{index}", "XAPI-00094")
        else:
            check_activity(items, f"{at}/{kind}", "XAPI-00094")


def _check_context_agent(value: Any, at: str) -> None:
    context_agent = check_object(value, CONTEXT_AGENT, at)
    _check_relation(context_agent, "contextAgent", at, AGENTS)
    if "agent" not in context_agent:
        missing(at, "agent", AGENTS, "Agent")
    check_lone_agent(context_agent["agent"], f"{at}/agent")


def _check_context_group(value: Any, at: str) -> None:
    context_group = check_object(value, CONTEXT_GROUP, at)
    _check_relation(context_group, "contextGroup", at, GROUPS)
    if "group" not in context_group:
        missing(at, "group", GROUPS, "Group")
    check_group(context_group["group"], f"{at}/group")


def _check_relation(value: dict[str, Any], kind: str, at: str, rule: str) -> None:
    if "objectType" not in value:
        missing(at, "objectType", rule, kind)
    check_choice(value["objectType"], (kind,), f"{at}/objectType", rule)
    if "relevantTypes" in value:
        place = f"{at}/relevantTypes"
        check_each(value["relevantTypes"], check_iri, place, RELEVANT, "IRIs")
        if not value["relevantTypes"]:
            bad_value(place, RELEVANT, "at least one IRI")
