"""One definition of an activity from the many that statements carry (Data 2.4.4.1)."""

from __future__ import annotations

from typing import Any

from ledger.core.canonical import canonical_json
from ledger.core.xapi.stored import stored_json

Json = dict[str, Any]

_BY_KEY = frozenset({"name", "description", "extensions"})
COMPONENTS = ("choices", "scale", "source", "target", "steps")
_INTERACTION = frozenset({"interactionType", "correctResponsesPattern", *COMPONENTS})


def _component(old: Json | None, new: Json) -> Json:
    """A component of an interaction: the descriptions of both, the newer text for a language."""
    if old is None or "description" not in old:
        return new
    return {**new, "description": {**old["description"], **new.get("description", {})}}


def _interaction(old: Json, new: Json) -> Json:
    """The newer interaction as a whole, for a pattern fits only the choices it came with; of the
    older one only descriptions in further languages of components with the same id."""
    if new.get("interactionType") != old.get("interactionType"):
        return {key: value for key, value in new.items() if key in _INTERACTION}
    found = {key: old[key] for key in _INTERACTION if key in old}
    for key in _INTERACTION & new.keys():
        if key in COMPONENTS:
            known = {item["id"]: item for item in old.get(key, ())}
            found[key] = [_component(known.get(item["id"]), item) for item in new[key]]
        else:
            found[key] = new[key]
    return found


def merge_definitions(old: Json, new: Json) -> Json:
    """The newer value of every property; languages and extensions that only the older has stay."""
    found = {key: value for key, value in old.items() if key not in _INTERACTION}
    for key, value in new.items():
        if key in _BY_KEY:
            found[key] = {**found.get(key, {}), **value}
        elif key not in _INTERACTION:
            found[key] = value
    source = old if "interactionType" not in new else _interaction(old, new)
    found.update({key: source[key] for key in _INTERACTION if key in source})
    return found


def merge(old: bytes | None, new: bytes) -> bytes:
    """`merge_definitions` over canonical JSON. Merging the same definition again changes nothing,
    so the result depends only on the order of different definitions."""
    if old is None or old == new:
        return new
    return canonical_json(merge_definitions(stored_json(old), stored_json(new)))
