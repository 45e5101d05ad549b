"""Objects of statements that are no statements: Activities and references (Data 2.4.4)."""

from __future__ import annotations

from typing import Any

from ledger.core.xapi import interactions
from ledger.core.xapi.shapes import check_choice, check_object, missing
from ledger.core.xapi.values import check_extensions, check_iri, check_language_map, check_uuid

ACTIVITY = frozenset(["objectType", "id", "definition"])
DEFINITION = interactions.PROPERTIES | {"name", "description", "type", "moreInfo", "extensions"}
REFERENCE = frozenset(["objectType", "id"])


def check_activity(value: Any, at: str, rule: str = "XAPI-00006") -> None:
    """An Activity, with or without objectType."""
    if type(value) is dict and value.get("objectType", "Activity") != "Activity":
        check_choice(value["objectType"], ("Activity",), f"{at}/objectType", rule)
    activity = check_object(value, ACTIVITY, at, rule)
    if "id" not in activity:
        missing(at, "id", "XAPI-00047", "IRI")
    check_iri(activity["id"], f"{at}/id", "XAPI-00047")
    if "definition" in activity:
        check_definition(activity["definition"], f"{at}/definition")


def check_definition(value: Any, at: str) -> None:
    """An Activity definition, of an interaction or not."""
    definition = check_object(value, DEFINITION, at, "XAPI-00048")
    if "name" in definition:
        check_language_map(definition["name"], f"{at}/name", "XAPI-00056")
    if "description" in definition:
        check_language_map(definition["description"], f"{at}/description", "XAPI-00059")
    if "type" in definition:
        check_iri(definition["type"], f"{at}/type", "XAPI-00060")
    if "moreInfo" in definition:
        check_iri(definition["moreInfo"], f"{at}/moreInfo", "XAPI-00061")
    if "extensions" in definition:
        check_extensions(definition["extensions"], f"{at}/extensions", "XAPI-00057")
    if not definition.keys().isdisjoint(interactions.PROPERTIES):
        interactions.check_interaction(definition, at)


def check_reference(value: Any, at: str, rule: str = "XAPI-00072") -> None:
    """A StatementRef: objectType and id, and nothing beside."""
    reference = check_object(value, REFERENCE, at, rule)
    if "objectType" not in reference:
        missing(at, "objectType", "XAPI-00073", "StatementRef")
    check_choice(reference["objectType"], ("StatementRef",), f"{at}/objectType", rule)
    if "id" not in reference:
        missing(at, "id", "XAPI-00072", "UUID")
    check_uuid(reference["id"], f"{at}/id", "XAPI-00072")
