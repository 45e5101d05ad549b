"""Whatever JSON comes: the value itself, or the one refusal that says where and why."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.xapi import messages
from ledger.core.xapi.agents import check_agent
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, registered
from tests.xapi.samples import FULL, GONE, PLAIN, REFERENCE, accept, changed, nested

KEYS = st.sampled_from(
    ["id", "actor", "verb", "object", "objectType", "mbox", "member", "account", "name", "context",
     "result", "score", "definition", "extensions", "display", "en", "parent", "version", "x"]
) | st.text(max_size=5)  # fmt: skip
WORDS = st.sampled_from(
    ["Agent", "Group", "Activity", "SubStatement", "StatementRef", "contextAgent", "choice",
     "1.0.0", "http://a.example/", "mailto:a@b", "en", "2026-01-01T00:00:00Z", "PT1S",
     REFERENCE["id"]]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
SHAPES = [
    f"xapi-{name}"
    for name in (
        "missing-property", "unknown-property", "null", "wrong-type", "bad-value", "not-together"
    )
]  # fmt: skip


def _places(value: Any, at: str = "") -> list[str]:
    found = [at] if at else []
    members: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    for key, item in members:
        found += _places(item, f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}")
    return found


PLACES = [place for place in _places(FULL) if "~" not in place]


def _holds(statement: Any, version: Version) -> None:
    try:
        assert check_statement(statement, version) is statement
    except BadEvidence as refused:
        detail = refused.detail
        assert refused.code in SHAPES
        assert re.fullmatch(r"(/[^/]*)*", detail["pointer"])
        assert detail["requirement"].startswith(("XAPI-", "2.0 "))
        for sentence in (refused.zh, refused.en):
            assert detail["requirement"] in sentence


@given(JSON, st.sampled_from(Version))
@settings(max_examples=150, deadline=None)
def test_total(value: Any, version: Version) -> None:
    _holds(value, version)


@given(st.sampled_from(PLACES), JSON | st.just(GONE), st.sampled_from(Version))
@settings(max_examples=250, deadline=None)
def test_total_near_the_truth(place: str, value: Any, version: Version) -> None:
    bad = changed(FULL, place, value)
    _holds(bad, version)
    _holds(nested(bad), version)


@given(JSON, st.sampled_from(Version))
@settings(max_examples=100, deadline=None)
def test_agents_total(value: Any, version: Version) -> None:
    try:
        assert check_agent(value, version, "/agent") is value
    except BadEvidence as refused:
        assert refused.detail["pointer"].startswith("/agent")


@given(JSON)
@settings(max_examples=60, deadline=None)
def test_anything_in_extensions(value: Any) -> None:
    """Data 4.1.s3.b2: never refused for an extension's value."""
    extensions = {"https://univ-a.example/x": value}
    context = {"extensions": extensions}
    definition = {"extensions": extensions}
    statement = {
        **PLAIN,
        "object": {"id": "a:b", "definition": definition},
        "result": context,
        "context": context,
    }
    for version in Version:
        assert check_statement(statement, version) is statement


def test_deep_extensions_need_no_recursion() -> None:
    value: Any = {}
    for _ in range(100_000):
        value = [value]
    statement = {**PLAIN, "context": {"extensions": {"a:b": value}}}
    assert check_statement(statement, Version.V1) is statement
    while value:  # taken apart here: freeing it at once would recurse
        value = value.pop()


def test_nothing_is_changed() -> None:
    before = json.dumps(FULL)
    for version in Version:
        check_statement(FULL, version)
    assert json.dumps(FULL) == before


def test_statements_of_well_known_sources() -> None:
    """A video seen in Open edX, an interaction of H5P, a quiz of Moodle."""
    h5p = {
        "actor": {"account": {"homePage": "https://h5p.example", "name": "b9f1"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en-US": "answered"}},
        "object": {
            "id": "https://h5p.example/wp-admin/admin-ajax.php?action=h5p_embed&id=3?subContentId=7f",
            "objectType": "Activity",
            "definition": {
                "extensions": {"http://h5p.org/x-api/h5p-local-content-id": 3},
                "name": {"en-US": "Trees\n"},
                "interactionType": "choice",
                "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
                "description": {"en-US": "Which?\n"},
                "correctResponsesPattern": ["1"],
                "choices": [{"id": "0", "description": {"en-US": "Fern\n"}}],
            },
        },
        "context": {
            "contextActivities": {
                "category": [{"id": "http://h5p.org/libraries/H5P.MultiChoice-1.16",
                              "objectType": "Activity"}]
            }
        },
        "result": {"score": {"min": 0, "max": 1, "raw": 1, "scaled": 1}, "completion": True,
                   "success": True, "duration": "PT4.31S", "response": "1"},
    }  # fmt: skip
    moodle = {
        **PLAIN,
        "object": {
            "id": "http://moodle.example/mod/quiz/view.php?id=2",
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/assessment",
                "name": {"en": "Q"},
            },
        },
        "timestamp": "2026-03-02T11:00:00+00:00",
        "context": {
            "platform": "Moodle",
            "language": "zh-cn",
            "extensions": {"http://lrs.example/define/extensions/info": {"x": None}},
            "contextActivities": {"grouping": [{"id": "http://moodle.example"}]},
        },
    }
    for statement in (h5p, moodle):
        for version in Version:
            assert check_statement(statement, version) is statement
    accept("/object/id", "https://lms.example/xblock/block-v1:Org+C+R+type@problem+block@a0effb")


@pytest.mark.parametrize("code", SHAPES)
def test_sentences_hold_every_detail(code: str) -> None:
    for sentence in registered()[code]:
        assert {"{pointer}", "{expected}", "{requirement}"} <= set(re.findall(r"{\w+}", sentence))
    assert "," not in registered()[code][0]


def test_rules_are_known() -> None:
    """Every rule that a refusal of these files names stands in the table of requirements."""
    tables = Path(__file__).parents[2] / "xapi" / "requirements"
    known = set(re.findall(r'^ {4}"([^"]+)":', "".join(
        path.read_text("utf-8") for path in tables.glob("*.py")), re.MULTILINE))  # fmt: skip
    room = Path(messages.__file__).parent
    sources = "".join(path.read_text("utf-8") for path in room.glob("*.py"))
    named = set(re.findall(r'"(XAPI-\d{5}|2\.0 [\d.]+ \w+)"', sources))
    assert len(named) > 80
    assert named <= known
