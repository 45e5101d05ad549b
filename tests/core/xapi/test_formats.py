"""The three formats of a statement."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given

from ledger.core.canonical import canonical_json
from ledger.core.xapi.formats import Format, filtered_definition, shown
from ledger.core.xapi.languages import accepted_languages
from tests.core.xapi.made import DEFINITIONS, STATEMENTS, Json
from tests.core.xapi.test_mentions import walk

CHINESE = accepted_languages("zh-CN")
STATEMENT: Json = {
    "id": "16fd2706-8baf-433b-82eb-8c7fada847da",
    "actor": {"objectType": "Group", "name": "G", "member": [
        {"name": "A", "mbox": "mailto:a@b.cn"}]},
    "verb": {"id": "x:did", "display": {"en-US": "did", "zh-CN": "做了"}},
    "object": {
        "objectType": "SubStatement",
        "actor": {"name": "B", "openid": "x:b", "objectType": "Agent"},
        "verb": {"id": "x:saw", "display": {"en-US": "saw"}},
        "object": {"id": "x:1", "definition": {"name": {"en-US": "One", "zh-CN": "一"}}},
        "context": {"contextActivities": {"parent": {"id": "x:2", "definition": {"type": "x:t"}}}},
    },
    "context": {
        "instructor": {"objectType": "Group", "name": "I", "openid": "x:i", "member": []},
        "contextAgents": [{"objectType": "contextAgent", "relevantTypes": ["x:r"],
                           "agent": {"name": "C", "mbox": "mailto:c@b.cn"}}],
        "contextActivities": {"category": [{"id": "x:3", "objectType": "Activity"}]},
        "extensions": {"x:e": {"name": {"en": "a", "zh": "b"}}},
    },
    "authority": {"name": "LMS", "account": {"homePage": "https://a.example", "name": "1"}},
    "attachments": [{"display": {"en": "a", "zh": "b"}}],
}  # fmt: skip


def store(iri: str) -> bytes | None:
    return {
        "x:1": canonical_json({"name": {"en-US": "Merged", "zh-CN": "合并"}, "type": "x:course"}),
        "x:3": canonical_json({"description": {"fr": "trois"}}),
    }.get(iri)


def test_ids() -> None:
    assert shown(STATEMENT, Format.IDS) == {
        **STATEMENT,
        "actor": {"objectType": "Group", "member": [{"mbox": "mailto:a@b.cn"}]},
        "verb": {"id": "x:did"},
        "object": {
            "objectType": "SubStatement",
            "actor": {"openid": "x:b", "objectType": "Agent"},
            "verb": {"id": "x:saw"},
            "object": {"id": "x:1"},
            "context": {"contextActivities": {"parent": [{"id": "x:2"}]}},
        },
        "context": {
            "instructor": {"objectType": "Group", "openid": "x:i"},
            "contextAgents": [
                {
                    "objectType": "contextAgent",
                    "relevantTypes": ["x:r"],
                    "agent": {"mbox": "mailto:c@b.cn"},
                }
            ],
            "contextActivities": {"category": [{"id": "x:3"}]},
            "extensions": {"x:e": {"name": {"en": "a", "zh": "b"}}},
        },
        "authority": {"account": {"homePage": "https://a.example", "name": "1"}},
    }


@pytest.mark.requirement("Communication 2.1.3.s4.b1")
def test_canonical() -> None:
    inner = STATEMENT["object"]
    assert shown(STATEMENT, Format.CANONICAL, CHINESE, store) == {
        **STATEMENT,
        "verb": {"id": "x:did", "display": {"zh-CN": "做了"}},
        "object": {
            **inner,
            "object": {"id": "x:1", "definition": {"name": {"zh-CN": "合并"}, "type": "x:course"}},
            "context": {
                "contextActivities": {"parent": [{"id": "x:2", "definition": {"type": "x:t"}}]}
            },
        },
        "context": {
            **STATEMENT["context"],
            "contextActivities": {
                "category": [
                    {
                        "id": "x:3",
                        "objectType": "Activity",
                        "definition": {"description": {"fr": "trois"}},
                    }
                ]
            },
        },
    }


def test_canonical_without_a_store_takes_the_statements_own_definition() -> None:
    found = shown(STATEMENT, Format.CANONICAL, CHINESE)
    assert found["object"]["object"]["definition"] == {"name": {"zh-CN": "一"}}
    assert "definition" not in found["context"]["contextActivities"]["category"][0]


def test_exact_only_puts_lone_context_activities_into_lists() -> None:
    found = shown(STATEMENT, Format.EXACT)
    parent = STATEMENT["object"]["context"]["contextActivities"]["parent"]
    context = {"contextActivities": {"parent": [parent]}}
    assert found == {**STATEMENT, "object": {**STATEMENT["object"], "context": context}}
    assert shown(found, Format.EXACT) is found


@given(STATEMENTS)
def test_every_format_leaves_the_statement_and_is_its_own_format(made: Json) -> None:
    before = copy.deepcopy(made)
    for format in Format:
        once = shown(made, format, CHINESE, store)
        assert shown(once, format, CHINESE, store) == once
    assert made == before


def outside(made: Any) -> list[tuple[str, Json]]:
    """All objects but those in extensions and attachments, which no format touches."""
    return [
        (path, thing)
        for path, thing in walk(made)
        if not {"extensions", "attachments"} & set(path.split("/"))
    ]


@given(STATEMENTS)
def test_ids_leave_nothing_that_is_no_identifier(made: Json) -> None:
    for _, thing in outside(shown(made, Format.IDS)):
        assert not {"definition", "display"} & thing.keys()
        assert "name" not in thing or "homePage" in thing
        identified = {"mbox", "mbox_sha1sum", "openid", "account"} & thing.keys()
        assert not ("member" in thing and identified)


@pytest.mark.requirement("Communication 2.1.3.s4.b1")
@given(STATEMENTS)
def test_canonical_has_one_language_in_each_map(made: Json) -> None:
    for path, thing in outside(shown(made, Format.CANONICAL, CHINESE, store)):
        if path.endswith(("/definition/name", "/description", "/verb/display")):
            assert len(thing) <= 1


@given(DEFINITIONS)
def test_filtering_a_definition_keeps_all_but_languages(definition: Json) -> None:
    found = filtered_definition(definition, CHINESE)
    assert found.keys() == definition.keys()
    assert found.get("extensions") == definition.get("extensions")
    for name in ("name", "description"):
        if name in definition:
            assert bool(found[name]) == bool(definition[name])
            assert found[name].items() <= definition[name].items()
