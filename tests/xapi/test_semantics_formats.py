"""Comparison and formats over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xapi.world import V1, V2, Lrs, new_id, new_verb, statement


@pytest.fixture(autouse=True, params=[V1, V2])
def version(lrs: Lrs, request: pytest.FixtureRequest) -> None:
    lrs.version = request.param


def course(**definition: Any) -> dict[str, Any]:
    return {"id": f"http://courses.example/{new_id()}", "definition": definition}


@pytest.mark.requirement("Data 2.3.1.s9.b1")
def test_an_equivalent_statement_is_the_statement_that_is_there(lrs: Lrs) -> None:
    given = statement(
        id=new_id(), object=course(name={"en": "A"}), timestamp="2026-11-23T08:00:00Z"
    )
    assert lrs.put(given["id"], given).status_code == 204
    again = statement(
        id=given["id"],
        verb={"id": given["verb"]["id"]},
        object={"id": given["object"]["id"], "definition": {"name": {"zh": "甲"}}},
        timestamp="2026-11-23T16:00:00+08:00",
        authority={"objectType": "Agent", "mbox": "mailto:somebody@b.example"},
    )
    assert lrs.put(given["id"], again).status_code == 204
    found = lrs.one(given["id"])
    assert found["verb"] == given["verb"]
    assert found["object"] == given["object"]


@pytest.mark.requirement("Data 2.3.1.s9.b2")
@pytest.mark.parametrize(
    "change",
    [{"result": {"duration": "PT60S"}}, {"result": None}, {"verb": {"id": new_verb()}}],
    ids=["duration", "result", "verb"],
)
def test_another_statement_is_a_conflict(lrs: Lrs, change: dict[str, Any]) -> None:
    id = new_id()
    assert lrs.put(id, statement(result={"duration": "PT1M"})).status_code == 204
    other = statement(**{"result": {"duration": "PT1M"}, **change})
    assert lrs.put(id, other).status_code == 409
    assert lrs.one(id)["result"] == {"duration": "PT1M"}


@pytest.mark.requirement("Communication 2.1.3.s4.b1", "Communication 2.1.3.s4.b5")
def test_canonical_takes_the_merged_definition_in_one_language_for_each_map(lrs: Lrs) -> None:
    activity = course(name={"en": "Algebra"}, description={"en": "Numbers", "zh": "数"})
    (id,) = lrs.stored(statement(object=activity, verb={
        "id": new_verb(), "display": {"en": "passed", "zh": "通过", "fr": "réussi"}}))  # fmt: skip
    later = {
        "id": activity["id"],
        "definition": {"name": {"zh": "代数"}, "type": "http://types.example/course"},
    }
    lrs.stored(statement(object=later))

    def asked(language: str) -> tuple[Any, Any]:
        answer = lrs.request(
            "GET",
            "statements",
            {"statementId": id, "format": "canonical"},
            headers={"Accept-Language": language},
        )
        found = answer.json()
        return found["object"]["definition"], found["verb"]["display"]

    assert asked("zh-CN, zh;q=0.9, fr;q=0.2") == (
        {
            "name": {"zh": "代数"},
            "description": {"zh": "数"},
            "type": "http://types.example/course",
        },
        {"zh": "通过"},
    )
    assert asked("fr, en;q=0.5") == (
        {
            "name": {"en": "Algebra"},
            "description": {"en": "Numbers"},
            "type": "http://types.example/course",
        },
        {"fr": "réussi"},
    )
    assert lrs.one(id)["object"] == activity


def test_lists_of_all_formats(lrs: Lrs) -> None:
    verb = {"id": new_verb(), "display": {"en": "did"}}
    group = {"objectType": "Group", "name": "G", "member": [
        {"objectType": "Agent", "name": "M", "mbox": "mailto:m@b.example"}]}  # fmt: skip
    lrs.stored(statement(actor=group, verb=verb))
    for format, actor, shown in (
        ("exact", group, verb),
        ("canonical", group, verb),
        (
            "ids",
            {
                "objectType": "Group",
                "member": [{"objectType": "Agent", "mbox": "mailto:m@b.example"}],
            },
            {"id": verb["id"]},
        ),
    ):
        (found,) = lrs.get(verb=verb["id"], format=format).json()["statements"]
        assert (found["actor"], found["verb"]) == (actor, shown)
