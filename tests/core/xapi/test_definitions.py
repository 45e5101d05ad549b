"""Merging of activity definitions: deterministic, and nothing is lost that does not clash."""

from __future__ import annotations

from hypothesis import given

from ledger.core.canonical import canonical_json
from ledger.core.xapi.definitions import merge, merge_definitions
from ledger.core.xapi.stored import stored_json
from tests.core.xapi.made import DEFINITIONS, Json


@given(DEFINITIONS, DEFINITIONS)
def test_merging_again_changes_nothing(old: Json, new: Json) -> None:
    once = merge(canonical_json(old), canonical_json(new))
    assert once == canonical_json(stored_json(once))
    assert merge(once, canonical_json(new)) == once
    assert merge(once, once) == once


@given(DEFINITIONS)
def test_the_first_definition_is_taken_as_it_is(new: Json) -> None:
    assert merge(None, canonical_json(new)) == canonical_json(new)
    assert merge(canonical_json({}), canonical_json(new)) == canonical_json(new)


@given(DEFINITIONS, DEFINITIONS)
def test_the_newer_value_wins_and_other_languages_stay(old: Json, new: Json) -> None:
    merged = merge_definitions(old, new)
    for key in ("name", "description", "extensions"):
        if key in old or key in new:
            assert merged[key] == {**old.get(key, {}), **new.get(key, {})}
    for key in ("type", "moreInfo"):
        assert merged.get(key) == new.get(key, old.get(key))
    asking = new if "interactionType" in new else old
    assert merged.get("interactionType") == asking.get("interactionType")


def test_another_interaction_replaces_the_old_one_as_a_whole() -> None:
    old = {
        "type": "x:question",
        "interactionType": "choice",
        "correctResponsesPattern": ["a"],
        "choices": [{"id": "a"}],
    }
    assert merge_definitions(old, {"interactionType": "numeric"}) == {
        "type": "x:question",
        "interactionType": "numeric",
    }


def test_the_same_interaction_keeps_what_the_newer_does_not_say() -> None:
    old = {
        "interactionType": "choice",
        "correctResponsesPattern": ["a"],
        "choices": [{"id": "a", "description": {"en": "A", "zh": "甲"}}, {"id": "b"}],
    }
    new = {
        "interactionType": "choice",
        "choices": [{"id": "c"}, {"id": "a", "description": {"en": "Alpha"}}],
    }
    assert merge_definitions(old, new) == {
        "interactionType": "choice",
        "correctResponsesPattern": ["a"],
        "choices": [{"id": "c"}, {"id": "a", "description": {"en": "Alpha", "zh": "甲"}}],
    }


def test_a_definition_without_interaction_leaves_the_interaction() -> None:
    old = {"interactionType": "true-false", "correctResponsesPattern": ["true"]}
    assert merge_definitions(old, {"name": {"en": "Q"}}) == {**old, "name": {"en": "Q"}}
