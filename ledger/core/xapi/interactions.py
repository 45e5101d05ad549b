"""Interaction activities: their type, correct responses and components (Data 2.4.4.1)."""

from __future__ import annotations

from typing import Any

from ledger.core.xapi.shapes import (
    bad_value,
    check_array,
    check_choice,
    check_each,
    check_object,
    check_string,
    missing,
    not_together,
)
from ledger.core.xapi.values import check_language_map

COMPONENTS = {
    "choices": "XAPI-00055",
    "scale": "XAPI-00054",
    "source": "XAPI-00053",
    "target": "XAPI-00052",
    "steps": "XAPI-00051",
}
TYPES: dict[str, frozenset[str]] = {
    "true-false": frozenset(),
    "choice": frozenset(["choices"]),
    "fill-in": frozenset(),
    "long-fill-in": frozenset(),
    "matching": frozenset(["source", "target"]),
    "performance": frozenset(["steps"]),
    "sequencing": frozenset(["choices"]),
    "likert": frozenset(["scale"]),
    "numeric": frozenset(),
    "other": frozenset(),
}
"""Every interaction type with the lists of components that belong to it."""

PROPERTIES = frozenset(["interactionType", "correctResponsesPattern", *COMPONENTS])
COMPONENT = frozenset(["id", "description"])


def check_interaction(definition: dict[str, Any], at: str) -> None:
    """The properties of an interaction in an Activity definition that has at least one of them."""
    if "interactionType" not in definition:
        missing(at, "interactionType", "XAPI-00064", " | ".join(TYPES))
    kind = check_choice(definition["interactionType"], TYPES, f"{at}/interactionType", "XAPI-00049")
    if "correctResponsesPattern" in definition:
        check_each(
            definition["correctResponsesPattern"],
            _check_response,
            f"{at}/correctResponsesPattern",
            "XAPI-00050",
            "strings",
        )
    for name, rule in COMPONENTS.items():
        if name in definition:
            if name not in TYPES[kind]:
                not_together(f"{at}/{name}", rule, f"not in an interaction of type {kind}")
            _check_components(definition[name], f"{at}/{name}", rule)


def _check_response(value: Any, at: str) -> None:
    check_string(value, at, "XAPI-00050")


def _check_components(value: Any, at: str, rule: str) -> None:
    seen: set[str] = set()
    for index, item in enumerate(check_array(value, at, rule, "interaction components")):
        place = f"{at}/{index}"
        component = check_object(item, COMPONENT, place, "XAPI-00063")
        if "id" not in component:
            missing(place, "id", "XAPI-00058", "string")
        identifier = check_string(component["id"], f"{place}/id", "XAPI-00058")
        if identifier in seen:
            bad_value(f"{place}/id", "XAPI-00058", "an id once in its list")
        seen.add(identifier)
        if "description" in component:
            check_language_map(component["description"], f"{place}/description", "XAPI-00062")
