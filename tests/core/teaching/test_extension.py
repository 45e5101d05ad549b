"""Extension profiles: the file, the vocabulary, statements of their types, their documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.teaching.editions import check_successor, extension_json
from ledger.core.teaching.extension import MAX_BYTES, extension_of, read_extension
from ledger.core.teaching.profile import profile_bytes, profile_document
from ledger.core.teaching.records import check_against_profile, record_of
from ledger.core.teaching.templates import match_template
from ledger.core.teaching.terms import Kind, Vocabulary
from ledger.core.teaching.vocabulary import (
    CORRECTING,
    COURSE,
    PROFILE,
    STANDARD,
    TEMPLATES,
    VERSION,
)
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from tests.core.teaching.made import RATERS, TEACHER, good
from tests.core.teaching.profile_validator import validate
from tests.core.xapi.made import VALUES
from tests.places import places

Json = dict[str, Any]

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "spec" / "teaching-extension.md").read_text("utf-8")
CORPUS = sorted((ROOT / "tests" / "corpus" / "teaching-extension").iterdir())
LABS = "https://univ-a.example/xapi/labs"


def _block(name: str) -> Any:
    found = re.search(rf"^```json {name}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return json.loads(found[1])


def labs() -> Json:
    """The file of the page, fresh."""
    data: Json = _block("extension")
    return data


def other(name: str = "studios") -> Json:
    """A second extension that clashes with nothing."""
    return {
        "format": "xuezheng-profile/1",
        "iri": f"https://univ-a.example/xapi/{name}",
        "version": "1.0",
        "made": "2026-09-01",
        "author": "Faculty of Arts",
        "title": {"zh": "工作室", "en": "Studios"},
        "fields": [],
        "types": [
            {
                "name": f"{name}-held",
                "verb": f"https://univ-a.example/verbs/{name}",
                "object_type": COURSE,
                "subject": "instructor",
                "course": "object",
                "run": "none",
                "session": "optional",
                "required": ["duration"],
                "optional": ["score", "reason"],
                "zh": "教师主持了工作室",
                "en": "A teacher held a studio",
            }
        ],
    }


WIDER = STANDARD.extended([extension_of(labs()), extension_of(other())])


def refused(value: Any) -> tuple[str, str]:
    with pytest.raises(BadEvidence) as caught:
        extension_of(value)
    assert "…" not in caught.value.zh + caught.value.en
    return caught.value.code, caught.value.detail["pointer"]


# ------------------------------------------------------------------- the file


def test_worked_example() -> None:
    vocabulary = STANDARD.extended([extension_of(labs())])
    statement = _block("statement")
    for version in Version:
        check_statement(statement, version)
    assert check_against_profile(statement, vocabulary) == "lab-supervised"
    kind, _ = match_template(statement, vocabulary)
    assert kind.profile == LABS
    record = record_of(statement, 3, vocabulary)
    assert record is not None and dict(record) == _block("record")
    with pytest.raises(BadEvidence) as caught:
        record_of(statement, 3)
    assert caught.value.code == "teaching-no-template"


def test_what_is_read() -> None:
    read = read_extension(json.dumps(labs()).encode())
    assert (read.name, read.iri, read.claim) == ("labs", LABS, f"{LABS}/v1.1")
    assert [one.iri for one in read.editions] == [f"{LABS}/v1.0", f"{LABS}/v1.1"]
    stations, risk = read.fields
    assert (stations.kind, stations.low, stations.iri) == (
        *(Kind.COUNT, 1),
        f"{LABS}/extensions/lab-stations",
    )
    assert (risk.place, risk.choices) == ("context", ("low", "high"))
    assert read.types[0].optional == ("lab_risk", "attended", *CORRECTING)


@pytest.mark.parametrize("data", [labs(), other()])
def test_back_to_json(data: Json) -> None:
    read = extension_of(data)
    again = extension_json(read)
    assert extension_of(again) == read == read_extension(canonical_json(again))
    assert again["title"] == data["title"]
    assert ("terms" in again, "earlier" in again) == ("terms" in data, "earlier" in data)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_corpus_refused(path: Path) -> None:
    with pytest.raises(BadEvidence) as caught:
        read_extension(path.read_bytes())
    found = caught.value
    assert found.code == path.stem.partition("--")[0]
    assert found.zh != found.en and len(found.en) < 1000


def test_every_code_of_the_file_has_bad_files() -> None:
    assert {path.stem.partition("--")[0] for path in CORPUS} == {
        *("json", "profile-format", "profile-clash")
    }


def test_a_file_of_the_greatest_size() -> None:
    data = json.dumps(labs()).encode()
    assert read_extension(data.ljust(MAX_BYTES)) == extension_of(labs())
    with pytest.raises(BadEvidence) as caught:
        read_extension(data.ljust(MAX_BYTES + 1))
    assert caught.value.code == "json"


_PARTS: st.SearchStrategy[Any] = st.sampled_from(
    [
        *({}, [], [{}], "", "x", "\ud800", 0, -1, 1.5, None, True, "a-b", "a_b", PROFILE, COURSE),
        *(
            "count",
            "text",
            "object",
            "none",
            "verb",
            f"{LABS}/v1.0",
            f"{LABS}/verbs/x",
            "histogram",
        ),
        *(["histogram"], ["starts", "starts"], ["supersedes"], "2026-02-30", "9999.9999"),
    ]
)


@given(st.data(), st.sampled_from([labs(), other()]), _PARTS | VALUES)
def test_any_change_is_read_or_refused(data: st.DataObject, file: Json, value: Any) -> None:
    """What is read reads statements and is a valid profile."""
    changed: Any = deepcopy(file)
    place = data.draw(st.sampled_from(places(file)[1:]))
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    try:
        read = extension_of(changed)
    except BadEvidence as refusal:
        assert refusal.code in ("profile-format", "profile-clash")
        assert (refusal.zh + refusal.en).encode("utf-8")
        return
    assert extension_of(extension_json(read)) == read
    validate(profile_document(read))
    record_of(good("award-won"), 0, STANDARD.extended([read]))


@given(VALUES)
def test_any_value_is_refused(value: Any) -> None:
    with pytest.raises(BadEvidence):
        extension_of(value)


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadEvidence):
        read_extension(data)


Change = Callable[[Json], Any]


def _set(*keys: Any) -> Change:
    def change(data: Any) -> None:
        for key in keys[:-2]:
            data = data[key]
        data[keys[-2]] = keys[-1]

    return change


_TYPE = ("types", 0)
WRONG: list[tuple[Change, str]] = [
    (_set("iri", f"{PROFILE}/labs"), "/iri"),
    (_set("iri", "http://w3id.org/xuezheng/labs"), "/iri"),
    (_set("iri", "https://univ-a.example/xapi/teaching"), "/iri"),
    (_set("iri", "https://univ-a.example/xapi/labs/"), "/iri"),
    (_set("iri", "https://univ-a.example/it's/labs"), "/iri"),
    (_set("iri", "urn:labs"), "/iri"),
    (_set("iri", "https://univ-a.example/../labs"), "/iri"),
    (_set("version", "1"), "/version"),
    (_set("version", "01.0"), "/version"),
    (_set("version", "1.0"), "/version"),
    (_set("made", "2026-08-31"), "/made"),
    (_set("made", "2026-02-30"), "/made"),
    (_set("earlier", []), "/earlier"),
    (_set("title", "zh", "a\nb"), "/title/zh"),
    (_set("terms", 0, "kind", "noun"), "/terms/0/kind"),
    (_set("fields", 0, "kind", "histogram"), "/fields/0/kind"),
    (_set("fields", 0, "place", "$.result.score.raw"), "/fields/0/place"),
    (_set("fields", 0, "name", "Stations"), "/fields/0/name"),
    (_set("fields", 0, "low", 0), "/fields/0/low"),
    (_set("fields", 1, "low", 1), "/fields/1/low"),
    (_set("fields", 0, "choices", ["a"]), "/fields/0/choices"),
    (_set("fields", 1, "choices", ["a", "a"]), "/fields/1/choices"),
    (_set("fields", 1, "name", "lab_stations"), "/fields/1/name"),
    (_set(*_TYPE, "optional", ["attended"]), "/fields/1/name"),
    (_set(*_TYPE, "optional", ["lab_risk", "starts"]), "/types/0/optional/1"),
    (_set(*_TYPE, "optional", ["role"]), "/types/0/optional/0"),
    (_set(*_TYPE, "optional", ["lab_risk", "histogram"]), "/types/0/optional"),
    (_set(*_TYPE, "required", ["histogram", "lab_stations"]), "/types/0/subject"),
    (_set(*_TYPE, "verb", f"{LABS}/verbs/other"), "/types/0/verb"),
    (_set(*_TYPE, "verb", f"{LABS}/activity-types/lab"), "/types/0/verb"),
    (_set(*_TYPE, "verb", "host"), "/types/0/verb"),
    (_set(*_TYPE, "object_type", ""), "/types/0/object_type"),
    (_set(*_TYPE, "object_type", f"{PROFILE}/activity-types/lab"), "/types/0/object_type"),
    (_set(*_TYPE, "object_type", COURSE), "/types/0/course"),
    (_set(*_TYPE, "session", "object"), "/types/0/session"),
    (_set(*_TYPE, "subject", "teacher"), "/types/0/subject"),
]


@pytest.mark.parametrize(("change", "pointer"), WRONG)
def test_wrong_files(change: Change, pointer: str) -> None:
    data = labs()
    change(data)
    assert refused(data) == ("profile-format", pointer)


@pytest.mark.parametrize("part", ["types", "terms"])
def test_twice_the_same(part: str) -> None:
    data = labs()
    data[part] *= 2
    assert refused(data) == ("profile-format", f"/{part}/1/name")
    data = labs()
    data["types"] *= 2
    data["types"][1] = {**data["types"][0], "name": "another"}
    assert refused(data) == ("profile-format", "/types/1/verb")


# ------------------------------------------------------------------- clashes

CLASHES: list[tuple[Change, str]] = [
    (_set(*_TYPE, "name", "award-won"), "/types/0/name"),
    (_set(*_TYPE, "name", "record-voided"), "/types/0/name"),
    (_set("fields", [{**labs()["fields"][0], "name": "enrolled"}]), "/fields/0/name"),
    (_set("fields", [{**labs()["fields"][0], "name": "leaf"}]), "/fields/0/name"),
]


@pytest.mark.parametrize(("change", "pointer"), CLASHES)
def test_clashes_with_the_standard(change: Change, pointer: str) -> None:
    data = other()
    change(data)
    data["types"][0]["optional"] = [one["name"] for one in data["fields"]]
    assert refused(data) == ("profile-clash", pointer)
    data = other()
    data["types"][0] |= {"verb": TEMPLATES["course-created"].verb}
    assert refused(data) == ("profile-clash", "/types/0/verb")


AMONG_OTHERS: list[tuple[Change, str]] = [
    (_set("iri", LABS), "/iri"),
    (_set("iri", f"{LABS}/more"), "/iri"),
    (_set("iri", "https://univ-a.example/xapi"), "/iri"),
    (_set("iri", "https://univ-b.example/labs"), "/iri"),
    (_set(*_TYPE, "name", "lab-supervised"), "/types/0/name"),
    (_set("fields", [{**labs()["fields"][0]}]), "/fields/0/name"),
]


@pytest.mark.parametrize(("change", "pointer"), AMONG_OTHERS)
def test_clashes_with_another_extension(change: Change, pointer: str) -> None:
    data = other()
    change(data)
    data["types"][0]["optional"] = [one["name"] for one in data["fields"]]
    for first, second in ((labs(), data), (data, labs())):
        with pytest.raises(BadEvidence) as caught:
            STANDARD.extended([extension_of(first), extension_of(second)])
        assert (caught.value.code, caught.value.detail["pointer"]) == ("profile-clash", pointer)
        assert "…" not in caught.value.zh + caught.value.en


def test_the_same_verb_and_object_in_two_extensions() -> None:
    second = other("ateliers")
    second["types"][0]["verb"] = other()["types"][0]["verb"]
    with pytest.raises(BadEvidence) as caught:
        STANDARD.extended([extension_of(other()), extension_of(second)])
    assert caught.value.detail["pointer"] == "/types/0/verb"
    assert caught.value.detail["owner"].endswith("/studios/templates/studios-held")


def test_a_vocabulary_is_made_once() -> None:
    assert STANDARD.extended([]) is STANDARD
    again = STANDARD.extended([extension_of(labs()), extension_of(other())])
    assert again is WIDER
    assert again.types.keys() == STANDARD.types.keys() | {"lab-supervised", "studios-held"}
    assert again.acts == STANDARD.acts
    assert STANDARD.templates == TEMPLATES


# ------------------------------------------------------------------- statements


def supervised(*claims: str) -> Json:
    statement: Json = _block("statement")
    category = [{"id": one} for one in (VERSION, *claims)]
    statement["context"]["contextActivities"]["category"] = category
    return statement


@pytest.mark.parametrize("version", ["v1.0", "v1.1"])
def test_every_version_can_be_claimed(version: str) -> None:
    assert check_against_profile(supervised(f"{LABS}/{version}"), WIDER) == "lab-supervised"


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ((), ""),
        ((LABS,), LABS),
        ((f"{LABS}/v2.0",), f"{LABS}/v2.0"),
        ((f"{LABS}/v1.0", f"{LABS}/v2.0"), f"{LABS}/v2.0"),
        (("https://univ-a.example/xapi/studios/v1.0",), ""),
    ],
)
def test_the_extension_is_claimed_too(claims: tuple[str, ...], found: str) -> None:
    with pytest.raises(BadEvidence) as caught:
        check_against_profile(supervised(*claims), WIDER)
    assert caught.value.code == "teaching-claim"
    assert caught.value.detail["found"] == found or (found, caught.value.detail["found"]) == (
        "",
        "",
    )
    assert "…" not in caught.value.zh + caught.value.en


def test_the_standard_is_claimed_first_of_all() -> None:
    statement = supervised()
    statement["context"]["contextActivities"]["category"] = [{"id": f"{LABS}/v1.0"}]
    assert record_of(statement, 0, WIDER) is None


@pytest.mark.parametrize(
    ("place", "key", "value", "code"),
    [
        ("result", f"{LABS}/extensions/lab-stations", 0, "teaching-value"),
        ("result", f"{LABS}/extensions/lab-stations", None, "teaching-value"),
        ("context", f"{LABS}/extensions/lab-risk", "middling", "teaching-template"),
        ("context", f"{LABS}/extensions/lab-stations", 3, "teaching-extension"),
        ("result", f"{LABS}/extensions/stations", 3, "teaching-extension"),
        ("result", f"{PROFILE}/extensions/graded", 3, "teaching-extension"),
        ("context", f"{PROFILE}/extensions/ends", "2026-09-21T00:00:00Z", "teaching-value"),
        ("context", f"{PROFILE}/extensions/supersedes", "0" * 8, "teaching-value"),
    ],
)
def test_fields_of_an_extension_are_held_to_their_kind(
    place: str, key: str, value: Any, code: str
) -> None:
    statement = _block("statement")
    statement[place]["extensions"][key] = value
    with pytest.raises(BadEvidence) as caught:
        check_against_profile(statement, WIDER)
    assert caught.value.code == code
    assert caught.value.detail["template"] == "lab-supervised"


def test_a_type_with_location_fields_and_a_course_as_object() -> None:
    statement = good("course-created")
    statement["verb"] = {"id": "https://univ-a.example/verbs/studios"}
    around = statement["context"]["contextActivities"]
    around["category"].append({"id": "https://univ-a.example/xapi/studios/v1.0"})
    statement["context"]["instructor"] = TEACHER
    del statement["context"]["extensions"]
    statement["result"] = {"duration": "PT2H", "score": {"scaled": 0.5}}
    record = record_of(statement, 1, WIDER)
    assert record is not None
    assert (record["duration"], record["score"], record["type"]) == (7200, "1/2", "studios-held")
    assert record["course"] == record["object"]


def rated() -> tuple[Vocabulary, Json]:
    """A vocabulary with ratings of a lab, and a statement of them."""
    data = labs()
    data["types"][0] |= {
        "subject": "instructor",
        "required": ["histogram", "starts", "ends", "lab_stations"],
    }
    statement: Json = _block("statement")
    statement["actor"] = deepcopy(RATERS)
    statement["context"]["instructor"] = deepcopy(TEACHER)
    statement["result"]["extensions"][f"{PROFILE}/extensions/histogram"] = [0, 0, 1, 2, 3]
    return STANDARD.extended([extension_of(data)]), statement


def test_ratings_of_an_extension_are_as_anonymous() -> None:
    vocabulary, statement = rated()
    record = record_of(statement, 0, vocabulary)
    assert record is not None and record["responses"] == 6
    few = deepcopy(statement)
    few["result"]["extensions"][f"{PROFILE}/extensions/histogram"] = [0, 0, 0, 1, 3]
    alone = {**statement, "actor": TEACHER}
    members = {**statement, "actor": {**RATERS, "member": [TEACHER]}}
    files = {**statement, "attachments": [{}]}
    for bad, code in (
        (few, "teaching-anonymity"),
        *((one, "teaching-template") for one in (alone, members, files)),
    ):
        with pytest.raises(BadEvidence) as caught:
            record_of(bad, 0, vocabulary)
        assert caught.value.code == code


_EXTRA = st.sampled_from(
    [
        {"id": LABS},
        {"id": f"{LABS}/v9.9"},
        {"id": f"{LABS}/v1.0"},
        {"id": "https://univ-a.example/xapi/studios/x"},
    ]
)


@given(
    st.sampled_from(sorted(TEMPLATES)),
    st.lists(_EXTRA, max_size=2),
    st.dictionaries(
        st.sampled_from([f"{LABS}/extensions/lab-risk", f"{LABS}/extensions/x"]), VALUES
    ),
)
def test_a_wider_vocabulary_reads_all_that_a_narrower_one_reads(
    name: str, categories: list[Json], extensions: Json
) -> None:
    statement = good(name)
    statement["context"]["contextActivities"]["category"] += categories
    statement["context"].setdefault("extensions", {}).update(extensions)
    assert record_of(statement, 5, WIDER) == record_of(statement, 5)
    assert record_of(statement, 5) is not None


# ------------------------------------------------------------------- documents


@pytest.mark.parametrize("data", [labs(), other()])
def test_the_document_is_a_valid_profile(data: Json) -> None:
    extension = extension_of(data)
    document = profile_document(extension)
    validate(document)
    assert document == parse_json(profile_bytes(extension))
    assert document["id"] == data["iri"]
    assert document["versions"][0]["id"] == f"{data['iri']}/v{data['version']}"
    assert [one["prefLabel"]["en"] for one in document["templates"]] == [
        kind["name"] for kind in data["types"]
    ]
    described = document.get("concepts", []) + document["templates"] + document["patterns"]
    assert all(one["id"].startswith(f"{data['iri']}/") for one in described)
    assert profile_document() != document


def test_the_document_describes_all_that_is_minted() -> None:
    minted = {one["id"]: one for one in profile_document(extension_of(labs()))["concepts"]}
    assert minted.keys() == {
        f"{LABS}/activity-types/lab",
        f"{LABS}/extensions/lab-stations",
        f"{LABS}/extensions/lab-risk",
    }
    stations = minted[f"{LABS}/extensions/lab-stations"]
    assert json.loads(stations["inlineSchema"])["minimum"] == 1
    assert stations["type"] == "ResultExtension"


def test_a_minted_verb() -> None:
    data = labs()
    data["terms"].append({"name": "guided", "kind": "verb", "zh": "指导", "en": "guided"})
    data["types"][0]["verb"] = f"{LABS}/verbs/guided"
    document = profile_document(extension_of(data))
    validate(document)
    assert [one["type"] for one in document["concepts"]][:2] == ["ActivityType", "Verb"]


def test_many_types_are_alternatives() -> None:
    data = labs()
    more = {**data["types"][0], "name": "lab-planned", "verb": "http://activitystrea.ms/submit"}
    data["types"].append(more)
    document = profile_document(extension_of(data))
    validate(document)
    assert len(document["patterns"]) == 2


# ------------------------------------------------------------------- versions


def grown() -> Json:
    """The next version of the page's file, with all that may be added."""
    data = labs()
    data["earlier"].append({"version": "1.1", "made": "2026-11-30"})
    data |= {"version": "2.0", "made": "2027-01-01", "author": "Chemistry"}
    data["fields"][1]["choices"].insert(1, "middling")
    data["fields"].insert(0, {**data["fields"][0], "name": "lab_groups", "zh": "组数"})
    data["types"][0]["optional"].insert(0, "lab_groups")
    data["types"][0]["en"] = "A teacher guided an online exercise"
    data["types"].insert(0, {**data["types"][0], "name": "lab-planned", "verb": "x:plans"})
    return data


def test_a_new_version_keeps_and_adds() -> None:
    old, new = extension_of(labs()), extension_of(grown())
    check_successor(old, new)
    assert record_of(_block("statement"), 3, STANDARD.extended([new])) == _block("record")


SHRUNK: list[tuple[Change, str]] = [
    (_set("earlier", labs()["earlier"]), "earlier"),
    (_set("iri", "https://univ-a.example/xapi/labs-of-chemistry"), "earlier"),
    (_set("fields", 1, "low", 2), "lab_stations"),
    (_set("fields", 1, "kind", "seconds"), "lab_stations"),
    (_set("fields", 1, "place", "context"), "lab_stations"),
    (_set("fields", 1, "name", "stations"), "lab_stations"),
    (_set("fields", 2, "choices", ["low"]), "lab_risk"),
    (_set("types", 1, "name", "lab-guided"), "lab-supervised"),
    (_set("types", 1, "subject", "instructor"), "lab-supervised"),
    (_set("types", 1, "optional", ["lab_risk"]), "lab-supervised"),
    (_set("types", 1, "required", ["starts", "ends", "lab_stations", "sha2"]), "lab-supervised"),
    (_set("types", 1, "session", "optional"), "lab-supervised"),
]


@pytest.mark.parametrize(("change", "part"), SHRUNK)
def test_a_new_version_takes_nothing_away(change: Change, part: str) -> None:
    data = grown()
    change(data)
    if part == "lab_stations" and data["fields"][1].get("kind") != "count":
        del data["fields"][1]["low"]
    text = json.dumps(data)
    if data["fields"][1]["name"] == "stations":
        text = text.replace('"lab_stations"', '"stations"')
    if data["iri"] != LABS:
        text = text.replace(f"{LABS}/", f"{data['iri']}/")
    with pytest.raises(BadEvidence) as caught:
        check_successor(extension_of(labs()), read_extension(text.encode()))
    assert (caught.value.code, caught.value.detail) == ("profile-successor", {"part": part})
    assert "…" not in caught.value.zh + caught.value.en


def test_choices_are_not_added_to_a_free_text() -> None:
    free, bound = labs(), grown()
    del free["fields"][1]["choices"]
    with pytest.raises(BadEvidence):
        check_successor(extension_of(free), extension_of(bound))
    del bound["fields"][2]["choices"]
    with pytest.raises(BadEvidence):
        check_successor(extension_of(labs()), extension_of(bound))
