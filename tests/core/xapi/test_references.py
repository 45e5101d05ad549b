"""What a statement refers to."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from hypothesis import given

from ledger.core.canonical import canonical_json
from ledger.core.xapi.mentions import agent_key
from ledger.core.xapi.references import VOIDED, activities_of, agents_of, references
from tests.core.xapi.made import STATEMENTS, Json
from tests.core.xapi.test_mentions import walk

TARGET = "E05AA883-ACAF-40AD-BF54-02C8CE485FB0"
REFERENCE = {"objectType": "StatementRef", "id": TARGET}
ACTOR = {"mbox": "mailto:a@b.cn"}


def statement(verb: str, thing: Json, **more: object) -> Json:
    return {"actor": ACTOR, "verb": {"id": verb}, "object": thing, **more}


@pytest.mark.parametrize(
    ("given_", "target", "voids"),
    [
        (statement(VOIDED, REFERENCE), UUID(TARGET).bytes, True),
        (statement("x:confirmed", REFERENCE), UUID(TARGET).bytes, False),
        (statement(VOIDED + "x", REFERENCE), UUID(TARGET).bytes, False),
        (statement("x:did", {"id": "x:1"}, context={"statement": REFERENCE}), None, False),
        (
            statement(
                "x:did", {"objectType": "SubStatement", **statement("x:confirmed", REFERENCE)}
            ),
            None,
            False,
        ),
        (statement("x:met", {"objectType": "Agent", "mbox": "mailto:a@b.cn"}), None, False),
    ],
)
def test_only_the_object_refers(given_: Json, target: bytes | None, voids: bool) -> None:
    assert references(given_) == (target, voids)


@given(STATEMENTS)
def test_every_definition_is_found(made: Json) -> None:
    found = activities_of(made)
    assert len(set(found)) == len(found)
    assert set(found) == {
        (thing["id"], canonical_json(thing["definition"]))
        for path, thing in walk(made)
        if "definition" in thing and "/extensions" not in path
    }


def test_two_definitions_of_one_activity_stay_in_order() -> None:
    first, second = ({"name": {"en": text}} for text in ("b", "a"))
    made = statement(
        "x:did",
        {"id": "x:1", "definition": first},
        context={"contextActivities": {"other": [{"id": "x:1", "definition": second}]}},
    )
    assert activities_of(made) == (
        ("x:1", canonical_json(first)),
        ("x:1", canonical_json(second)),
    )


@given(STATEMENTS)
def test_agents_stand_without_members_and_with_their_key(made: Json) -> None:
    for key, agent in agents_of(made):
        assert key
        assert agent_key(json.loads(agent)) == key
        assert "member" not in json.loads(agent)
    named = {
        agent_key(thing)
        for path, thing in walk(made)
        if "/extensions" not in path and "id" not in thing
    }
    assert {key for key, _ in agents_of(made)} == named - {""}


def test_what_is_remembered_is_told_by_type_and_value() -> None:
    """True, 1 and 1.0 are equal in Python and not in JSON; long definitions are not remembered."""
    for value in (
        True,
        1,
        1.5,
        False,
        0,
        "1",
        None,
        [1],
        [True],
        "长" * 5_000,
        True,
        1,
        "长" * 5_000,
    ):
        definition = {"extensions": {"http://x.example/e": value}}
        statement = {
            "actor": {"mbox": "mailto:a@b.example"},
            "verb": {"id": "http://v.example/v"},
            "object": {"id": "http://c.example/1", "definition": definition},
        }
        assert activities_of(statement) == (("http://c.example/1", canonical_json(definition)),)
