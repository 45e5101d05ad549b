"""Learning statements as records: the page, every type, what is none, what is refused, any JSON."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.learning.records import Record, learning_record_of
from ledger.core.learning.vocabulary import (
    BY_VERB_AND_OBJECT,
    COURSES,
    EXTENSIONS,
    LEARNING_TYPES,
    LENGTH,
    SEGMENTS,
    Kind,
)
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from tests.core.learning.made import COURSE, HOME, OFFICE, STUDENT, good, recorded
from tests.core.xapi.made import VALUES
from tests.places import changed, places

Json = dict[str, Any]

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "spec" / "learning-records.md").read_text("utf-8")
CORPUS = sorted((ROOT / "tests" / "corpus" / "learning").iterdir())
IN_CONTEXT = [name for name, kind in LEARNING_TYPES.items() if kind.object_field != "course"]


def plain(record: Record | None) -> Json:
    """The record as JSON has it."""
    assert record is not None
    return {name: list(one) if isinstance(one, tuple) else one for name, one in record.items()}


def refusal(statement: Any) -> tuple[str, str]:
    """Pointer and what was expected."""
    with pytest.raises(BadEvidence) as caught:
        learning_record_of(statement, 0)
    assert caught.value.code == "learning-value"
    return caught.value.detail["pointer"], caught.value.detail["expected"]


# ------------------------------------------------------------------- the page


def _blocks(name: str) -> dict[str, Any]:
    found = re.findall(rf"^```json {name}-(\d+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return {leaf: json.loads(text) for leaf, text in found}


def _table(heading: str) -> list[list[str]]:
    part = PAGE.partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_worked_examples() -> None:
    statements, records = _blocks("statement"), _blocks("record")
    assert list(statements) == list(records)
    for leaf, statement in statements.items():
        for version in Version:
            check_statement(statement, version)
        record = learning_record_of(statement, int(leaf))
        assert plain(record) == records[leaf]
        assert record is not None and list(record) == sorted(record)
    assert {one["type"] for one in records.values()} == set(LEARNING_TYPES)


def _words(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def test_the_page_has_every_type() -> None:
    assert _table("## What means a type") == [
        [f"`{one.name}`", _words(one.verbs), _words(one.objects), one.zh, one.en]
        for one in LEARNING_TYPES.values()
    ]
    assert f"refused: {_words(COURSES)}." in PAGE


UNITS = {
    **{kind: kind.value for kind in Kind},
    Kind.LENGTH: "seconds, rounded up",
    Kind.DOMAIN: "text, a domain in lower case",
    Kind.SHA2: "text, 64 hex digits in lower case",
}


def _where(path: tuple[str, ...]) -> str:
    if path[1] == "extensions":
        return f"`{path[0]}` extension `{path[-1].removeprefix(EXTENSIONS)}`"
    return f"`{'.'.join(path)}`"


def test_the_page_has_every_field() -> None:
    assert _table("## Fields of the types") == [
        [
            *(f"`{kind.name}`", f"`{one.name}`", UNITS[one.kind]),
            ", or ".join(map(_where, one.paths)),
            *("yes" if one.required else "no", one.zh, one.en),
        ]
        for kind in LEARNING_TYPES.values()
        for one in kind.fields
    ]


# ------------------------------------------------------------------- every type


@pytest.mark.parametrize("name", LEARNING_TYPES)
def test_every_type_with_every_verb_and_object(name: str) -> None:
    kind = LEARNING_TYPES[name]
    for verb in range(len(kind.verbs)):
        for thing in range(len(kind.objects)):
            statement = good(name, verb, thing)
            for version in Version:
                check_statement(statement, version)
            assert plain(learning_record_of(statement, 7)) == recorded(name)


def test_no_verb_and_object_means_two_types() -> None:
    pairs = sum(len(one.verbs) * len(one.objects) for one in LEARNING_TYPES.values())
    assert len(BY_VERB_AND_OBJECT) == pairs


@pytest.mark.parametrize("name", LEARNING_TYPES)
def test_the_record_is_that_of_the_canonical_form(name: str) -> None:
    again = parse_json(canonical_json(good(name)))
    assert plain(learning_record_of(again, 7)) == recorded(name)


def test_what_may_be_absent() -> None:
    statement = good("video-watched")
    del statement["id"], statement["context"]["platform"], statement["context"]["extensions"]
    record = plain(learning_record_of(statement, 7))
    assert not {"statement", "length"} & set(record)
    assert record["source"] == record["by"] == f"{HOME}|registrar"
    statement["result"]["extensions"][LENGTH] = 60
    assert plain(learning_record_of(statement, 7))["length"] == 60


# ------------------------------------------------------------------- what is no record


def _none(statement: Json) -> bool:
    check_statement(statement, Version.V2)
    return learning_record_of(statement, 0) is None


@pytest.mark.parametrize("name", LEARNING_TYPES)
def test_another_verb_or_object_or_a_group_is_none(name: str) -> None:
    group = {"objectType": "Group", "account": {"homePage": HOME, "name": "class-1"}}
    bare = {"id": f"{HOME}/thing/1"}
    reference = {"objectType": "StatementRef", "id": "6b2f0c1e-7d0a-4d5e-9a51-3f0f6a1c2b7d"}
    changed = [
        {**good(name), "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"}},
        {**good(name), "actor": group},
        {**good(name), "object": bare},
        {**good(name), "object": {**bare, "definition": {"type": f"{HOME}/type"}}},
    ]
    for statement in changed:
        assert _none(statement)
    statement = {**good(name), "object": reference}
    del statement["context"]["platform"]
    assert _none(statement)


def test_what_tells_nothing_is_none() -> None:
    for name in ("course-enrolled", "credit-transferred"):
        statement = good(name)
        statement["context"]["extensions"] = {f"{HOME}/x": 1}
        assert _none(statement)
    watched, scored = good("video-watched"), good("quiz-scored")
    watched["result"]["extensions"] = {"https://w3id.org/xapi/video/extensions/time": 3}
    scored["result"] = {"completion": True}
    assert _none(watched) and _none(scored)
    del watched["result"], scored["result"]
    assert _none(watched) and _none(scored)


@pytest.mark.parametrize("kind", ["question", "cmi.interaction"])
def test_a_single_question_is_no_quiz(kind: str) -> None:
    statement = good("quiz-scored")
    statement["object"]["definition"]["type"] = f"http://adlnet.gov/expapi/activities/{kind}"
    assert _none(statement)
    statement["verb"]["id"] = "http://adlnet.gov/expapi/verbs/answered"
    assert _none(statement)


@pytest.mark.parametrize("name", IN_CONTEXT)
def test_the_course_is_a_parent_or_else_a_grouping(name: str) -> None:
    def around(**places: Any) -> Json:
        statement = good(name)
        statement["context"]["contextActivities"] = places
        return statement

    unit = {"id": f"{HOME}/unit/1"}
    other = {**deepcopy(COURSE), "id": f"{HOME}/course/other"}
    for found in (
        around(parent=[unit, COURSE]),
        around(parent=COURSE),
        around(grouping=[unit, COURSE]),
        around(parent=[unit], grouping=COURSE),
        around(parent=[COURSE], grouping=[other]),
        around(parent=[COURSE, COURSE]),
    ):
        assert plain(learning_record_of(found, 7)) == recorded(name)
    for outside in (
        around(),
        around(parent=[unit]),
        around(other=[COURSE]),
        around(category=COURSE),
    ):
        assert _none(outside)
    two = around(parent=[COURSE, other])
    assert refusal(two) == ("/context/contextActivities/parent", "one course")
    for kind in COURSES:
        third = {"id": COURSE["id"], "definition": {"type": kind}}
        assert plain(learning_record_of(around(grouping=[third]), 7)) == recorded(name)


# ------------------------------------------------------------------- who


@pytest.mark.parametrize("name", LEARNING_TYPES)
def test_nobody_asserts_ones_own_learning(name: str) -> None:
    said = ("/authority", "somebody else than the student")
    silent = good(name)
    del silent["authority"]
    member = {"objectType": "Group", "member": [deepcopy(OFFICE), deepcopy(STUDENT)]}
    assert refusal(silent) == said
    assert refusal({**good(name), "authority": deepcopy(STUDENT)}) == said
    assert refusal({**good(name), "authority": member}) == said
    two = {"objectType": "Group", "member": [OFFICE, {"openid": "https://id.example/app"}]}
    record = plain(learning_record_of({**good(name), "authority": two}, 0))
    assert record["by"] == f"{HOME}|registrar\nhttps://id.example/app"


def test_mailboxes_are_compared_without_the_case_of_the_domain() -> None:
    statement = good("quiz-scored")
    statement["actor"] = {"mbox": "mailto:s@Univ-A.example"}
    assert plain(learning_record_of(statement, 0))["subject"] == "mailto:s@univ-a.example"
    statement["authority"] = {"mbox": "mailto:s@univ-a.EXAMPLE"}
    assert refusal(statement)[0] == "/authority"


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        ({"mbox_sha1sum": "AB" * 20}, "sha1:" + "ab" * 20),
        ({"openid": "https://id.example/1"}, "https://id.example/1"),
    ],
)
def test_students_without_account(actor: Json, text: str) -> None:
    record = plain(learning_record_of({**good("session-attended"), "actor": actor}, 0))
    assert record["subject"] == record["actor"] == text


# ------------------------------------------------------------------- values


@pytest.mark.parametrize("name", ["course-enrolled", "credit-transferred"])
def test_all_own_extensions_are_required(name: str) -> None:
    for iri in good(name)["context"]["extensions"]:
        statement = good(name)
        del statement["context"]["extensions"][iri]
        pointer, expected = refusal(statement)
        assert pointer.replace("~1", "/") == f"/context/extensions/{iri}"
        assert expected == "present"


def test_a_course_that_asks_for_nothing_is_refused() -> None:
    statement = good("course-enrolled")
    counts = statement["context"]["extensions"]
    for name in ("video-length", "quizzes", "sessions"):
        counts[EXTENSIONS + name] = 0
    assert refusal(statement)[1] == "videos, quizzes or sessions"
    for name in ("video-length", "quizzes", "sessions"):
        again = deepcopy(statement)
        again["context"]["extensions"][EXTENSIONS + name] = 1
        assert learning_record_of(again, 0) is not None


@pytest.mark.parametrize(
    ("length", "text", "good_one"),
    [(60, "0[.]60.9", True), (60, "0[.]61", False), (60.1, "0[.]61", True), (59.9, "5", True)],
)
def test_no_end_beyond_the_length(length: float, text: str, good_one: bool) -> None:
    statement = good("video-watched")
    statement["context"]["extensions"][LENGTH] = length
    statement["result"]["extensions"][SEGMENTS] = text
    if good_one:
        assert learning_record_of(statement, 0) is not None
    else:
        assert refusal(statement)[0].endswith("played-segments")


def test_numbers_that_json_does_not_have() -> None:
    for value in (float("nan"), float("inf"), -0.01, 1.01, True, "1", None):
        statement = good("quiz-scored")
        statement["result"]["score"]["scaled"] = value
        assert refusal(statement)[0] == "/result/score/scaled"
        statement = good("video-watched")
        statement["context"]["extensions"][LENGTH] = value if value != 1.01 else 0
        assert refusal(statement)[0].startswith("/context/extensions/")


# ------------------------------------------------------------------- the corpus of bad ones


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_corpus_refused(path: Path) -> None:
    statement = check_statement(parse_json(path.read_bytes()), Version.V2)
    with pytest.raises(BadEvidence) as caught:
        learning_record_of(statement, 0)
    found = caught.value
    assert found.code == "learning-value"
    assert found.detail["type"] == path.stem.partition("--")[0]
    assert found.zh != found.en and "…" not in found.zh + found.en
    assert len(found.en) < 600


def test_every_type_has_files() -> None:
    assert {path.stem.partition("--")[0] for path in CORPUS} == set(LEARNING_TYPES)
    assert len(CORPUS) > 30


# ------------------------------------------------------------------- any JSON


_PARTS: st.SearchStrategy[Any] = st.sampled_from(
    [
        *({}, [], [{}], [[]], "", "x", "\ud800", 0, -1, 1.5, 1e300, None, True, {"member": [1]}),
        *(float("nan"), float("inf"), "0[.]1", "0[.]-1", "1960-01-01T00:00:00Z", "a|b"),
        {"objectType": "Group", "member": [{"mbox": 1}]},
        {"account": {"homePage": "|", "name": ""}},
        *({"type": 1}, {"id": 5}, [{"id": 5}], [{"definition": {"type": {}}}], ...),
        [{"id": [], "definition": {"type": COURSES[0]}}],
        {"extensions": {EXTENSIONS + "credits": []}},
    ]
)


@given(st.data(), st.sampled_from(sorted(LEARNING_TYPES)), _PARTS | VALUES)
def test_any_change_is_read_or_none_or_refused(data: st.DataObject, name: str, value: Any) -> None:
    statement = good(name)
    place = data.draw(st.sampled_from(places(statement)))
    if value is Ellipsis and not place:
        return
    try:
        record = learning_record_of(changed(statement, place, value), 1)
    except BadEvidence as error:
        assert error.code == "learning-value"
        assert (error.zh + error.en).encode("utf-8")
        return
    if record is not None:
        _is_a_record(record)


@given(VALUES)
def test_any_json_is_none(value: Any) -> None:
    assert learning_record_of(value, 0) is None


def _is_a_record(record: Record) -> None:
    assert record["type"] in LEARNING_TYPES
    for value in record.values():
        assert type(value) in (str, int, tuple)
    at = record["at"]
    assert type(at) is int and at >= 0
    canonical_json(plain(record))
