"""Statements as records: the page, every type, every kind of value, and any JSON at all."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.dates import CHINA
from ledger.core.teaching.records import Record, check_against_profile, claims_profile, record_of
from ledger.core.teaching.values import (
    MAX_COUNT,
    Value,
    Wrong,
    read_boolean,
    read_count,
    read_duration,
    read_fraction,
    read_histogram,
    read_instant,
    read_sha2,
    read_text,
    read_uuid,
    read_value,
)
from ledger.core.teaching.vocabulary import (
    ACTS,
    CORRECTING,
    FIELDS,
    PROFILE,
    TEMPLATES,
    TYPES,
    Kind,
    Need,
)
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from tests.core.teaching.made import HOME, OTHER, RECORDED, extension, good
from tests.core.xapi.made import VALUES
from tests.places import changed, places

Json = dict[str, Any]

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "spec" / "teaching-records.md").read_text("utf-8")
CORPUS = sorted((ROOT / "tests" / "corpus" / "teaching").iterdir())
TEACHER = f"{HOME}|t-0042"


def plain(record: Record | None) -> Json:
    """The record as JSON has it."""
    assert record is not None
    return {name: list(one) if isinstance(one, tuple) else one for name, one in record.items()}


# ------------------------------------------------------------------- the page


def _block(name: str) -> Any:
    found = re.search(rf"^```json {name}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return json.loads(found[1])


def _table(heading: str) -> list[list[str]]:
    part = PAGE.partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_worked_example() -> None:
    statement = _block("statement")
    for version in Version:
        check_statement(statement, version)
    record = record_of(statement, 7)
    assert plain(record) == _block("record")
    assert record is not None and list(record) == sorted(record)


UNITS = {
    **{kind: kind.value for kind in Kind},
    Kind.DURATION: "seconds",
    Kind.RATIONAL: "class-hours",
    Kind.SHA2: "text",
    Kind.UUID: "text",
    Kind.HISTOGRAM: "counts",
}


def test_the_page_has_every_field() -> None:
    rows = {row[0].strip("`"): row[1:] for row in _table("## Fields of the types")}
    assert list(rows) == list(FIELDS)
    for field in FIELDS.values():
        unit, where, zh, en = rows[field.name]
        short = field.iri.rpartition("/")[2]
        place = f"`{field.place}`" + (f" extension `{short}`" if field.is_extension else "")
        words = ": " + ", ".join(f"`{one}`" for one in field.choices) if field.choices else ""
        assert (unit, where, zh) == (UNITS[field.kind], place, field.zh)
        assert en == field.en + words


def test_the_page_has_every_type() -> None:
    def words(names: tuple[str, ...]) -> str:
        return ", ".join(f"`{name}`" for name in names) or "—"

    needs = {**{need: need.value for need in Need}, Need.NONE: "—"}
    assert _table("## Types") + _table("## What is done to records") == [
        [
            f"`{kind.name}`",
            "actor" if kind.taught_by_actor else "instructor",
            *(needs[need] for need in (kind.course, kind.run, kind.session)),
            words(kind.required),
            words(tuple(one for one in kind.optional if kind.refers or one not in CORRECTING)),
        ]
        for kind in TEMPLATES.values()
    ]
    objects = {name: f"`{kind.object_type}`" for name, kind in TYPES.items()}
    objects |= dict.fromkeys(ACTS, "a StatementRef")
    assert _table("## Verbs and objects") == [
        [f"`{kind.name}`", f"`{kind.verb}`", objects[kind.name], kind.zh, kind.en]
        for kind in TEMPLATES.values()
    ]


# ------------------------------------------------------------------- every type


def _expected(name: str, optional: bool) -> Json:
    kind = TEMPLATES[name]
    actor = TEACHER if kind.taught_by_actor else f"{HOME}|registrar"
    if name == "rating-collected":
        actor = f"{HOME}|students-of-cs101-1"
    statement = good(name, optional)
    found: Json = {
        "type": name,
        "leaf": 12,
        "statement": "6b2f0c1e-7d0a-4d5e-9a51-3f0f6a1c2b7d",
        "subject": TEACHER,
        "actor": actor,
        "by": f"{HOME}|platform-key",
        "at": RECORDED["starts"],
        "source": "live-platform",
        "object": statement["object"]["id"],
    }
    if kind.refers:
        found["object"] = found["object"].lower()
    for need, key, iri in (
        (kind.course, "course", f"{HOME}/course/cs101"),
        (kind.run, "run", f"{HOME}/run/2026a-cs101-1"),
        (kind.session, "session", f"{HOME}/session/2026a-cs101-1-03"),
    ):
        if need in (Need.OBJECT, Need.REQUIRED) or (need is Need.OPTIONAL and optional):
            found[key] = iri
    for field in kind.required + (kind.optional if optional else ()):
        found[field] = RECORDED[field]
    if name == "rating-collected":
        found["responses"] = 60
    return found


@pytest.mark.parametrize("optional", [True, False])
@pytest.mark.parametrize("name", TEMPLATES)
def test_record_of_every_type(name: str, optional: bool) -> None:
    record = record_of(good(name, optional), 12)
    assert record is not None and dict(record) == _expected(name, optional)
    assert list(record) == sorted(record)
    with pytest.raises(TypeError):
        record["leaf"] = 0  # type: ignore[index]


def test_a_statement_of_another_kind_has_no_record() -> None:
    statement = good("award-won")
    del statement["context"]["contextActivities"]["category"]
    assert record_of(statement, 0) is None
    assert record_of(None, 0) is None


AUTHORITIES: list[tuple[Json | None, str]] = [
    (None, TEACHER),
    ({"account": {"homePage": "x:a", "name": "a|b c"}}, "x:a|a|b c"),
    ({"mbox": "mailto:A.b@Univ-A.Example"}, "mailto:A.b@univ-a.example"),
    ({"mbox_sha1sum": "AB" * 20}, "sha1:" + "ab" * 20),
    ({"openid": "https://id.example/1"}, "https://id.example/1"),
    (
        {"objectType": "Group", "member": [{"openid": "x:1"}, {"mbox": "mailto:a@b.cn"}]},
        "x:1\nmailto:a@b.cn",
    ),
]


@pytest.mark.parametrize(("authority", "text"), AUTHORITIES)
def test_who_asserts(authority: Json | None, text: str) -> None:
    statement = good("award-won")
    del statement["authority"]
    if authority is not None:
        statement["authority"] = authority
    assert plain(record_of(statement, 0))["by"] == text


@pytest.mark.parametrize(
    "authority",
    [
        {},
        {"name": "x"},
        {"account": {"homePage": "x:a|b", "name": "c"}},
        {"account": {"homePage": "x:a"}},
        {"objectType": "Group", "member": []},
        {"objectType": "Group", "member": [{"openid": "x:1", "member": [{"openid": "x:2"}]}]},
        {"objectType": "Group", "member": ["x"]},
        "x:a",
        None,
    ],
)
def test_who_asserts_is_refused(authority: Any) -> None:
    with pytest.raises(BadEvidence) as caught:
        record_of({**good("award-won"), "authority": authority}, 0)
    assert (caught.value.code, caught.value.detail["pointer"]) == ("teaching-value", "/authority")


# ------------------------------------------------------------------- what is replaced


def test_every_record_of_teaching_can_replace_another_and_no_act_can() -> None:
    for name, kind in TEMPLATES.items():
        assert ("supersedes" in kind.optional) == (name in TYPES)
        assert name not in TYPES or kind.optional[-2:] == CORRECTING


@pytest.mark.parametrize("name", TYPES)
def test_what_replaces_another_says_why_and_is_not_that_one(name: str) -> None:
    silent = good(name)
    del silent["context"]["extensions"][extension("reason")]
    itself = {**good(name), "id": OTHER.lower()}
    for statement, field in ((silent, "reason"), (itself, "supersedes")):
        with pytest.raises(BadEvidence) as caught:
            record_of(statement, 0)
        assert caught.value.code == "teaching-value"
        assert caught.value.detail["pointer"].endswith(f"~1extensions~1{field}")
    del silent["context"]["extensions"][extension("supersedes")]
    assert "supersedes" not in plain(record_of(silent, 0))


# ------------------------------------------------------------------- values


def test_what_is_just_allowed() -> None:
    statement = good("question-answered")
    statement["result"]["extensions"][extension("answered")] = "2026-09-21T12:00:00Z"
    statement["actor"]["account"]["name"] = "x" * 2000
    statement["context"]["platform"] = "x" * 500
    record = plain(record_of(statement, 0))
    assert record["asked"] == record["answered"]
    ratings = good("rating-collected")
    ratings["result"]["extensions"][extension("histogram")] = [0, 0, 0, 0, 5]
    assert plain(record_of(ratings, 0))["responses"] == 5
    grades = good("grading-done")
    grades["result"]["extensions"][extension("submissions")] = 90
    assert plain(record_of(grades, 0))["graded"] == 90


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT0S", 0),
        ("PT90M", 5400),
        ("PT1H30M", 5400),
        ("PT1.0S", 1),
        ("PT1,00S", 1),
        ("P2W", 1_209_600),
        ("P1DT1S", 86_401),
        ("P1D", 86_400),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0/1"),
        (-0.0, "0/1"),
        (1, "1/1"),
        (3.0, "3/1"),
        (0.85, "17/20"),
        (35.2, "176/5"),
        (1e-7, "1/10000000"),
        (2 / 3, "3333333333333333/5000000000000000"),
    ],
)
def test_fractions(value: float, text: str) -> None:
    assert read_fraction(value, 100) == text


@given(st.floats(0, 1_000_000))
def test_fractions_are_the_decimal_of_the_canonical_form(value: float) -> None:
    exact = Decimal(canonical_json(value).decode())
    try:
        read = Fraction(read_fraction(value, 1_000_000))
    except Wrong:
        exponent = exact.as_tuple().exponent
        assert isinstance(exponent, int) and exponent < -20
    else:
        assert read == Fraction(exact)


WRONG: list[tuple[Any, list[Any]]] = [
    (read_text, ["", "a" * 501, "a\nb", "\x7f", "\ud800", 1, None, ["a"]]),
    (read_boolean, [0, 1, "true", None]),
    (read_count, [-1, 1.5, True, "1", MAX_COUNT + 1, 1e300, float("inf"), float("nan"), None]),
    (read_instant, ["2026-09-21T08:00:00", "2026-09-21", "2026-02-30T00:00:00Z", 0, None, ""]),
    (read_duration, ["P1Y", "P1M", "PT0.5S", "P", "PT", "P1DT", "PT1M1H", "-PT1S", "P1W1D", 60]),
    (read_duration, ["PT9999999999S", "PT1S\n", "PT1.5M", "P0.5D", "PT١S", None]),
    (
        lambda value: read_fraction(value, 1),
        [-0.1, 1.01, 2, True, "0.5", 1e-21, float("nan"), None],
    ),
    (read_sha2, ["a" * 63, "A" * 64, "a" * 64 + "\n", "g" * 64, None, 1]),
    (read_uuid, ["6b2f0c1e7d0a4d5e9a513f0f6a1c2b7d", f"{OTHER}\n", f"{{{OTHER}}}", "", None, 1]),
    (read_histogram, [[1] * 4, [1] * 6, [1, 2, 3, 4, -1], [1, 2, 3, 4, 0.5], {}, [MAX_COUNT] * 5]),
]


@pytest.mark.parametrize(("reader", "values"), WRONG)
def test_wrong_values(reader: Any, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(Wrong):
            reader(value)


@given(st.sampled_from(sorted(FIELDS)), VALUES | st.text() | st.floats() | st.integers())
def test_any_value_is_read_or_wrong(name: str, value: Any) -> None:
    try:
        read = read_value(FIELDS[name], value)
    except Wrong:
        return
    assert _is_record_value(read)


def _is_record_value(value: Value) -> bool:
    if isinstance(value, tuple):
        return all(type(one) is int for one in value)
    return type(value) in (str, int, bool)


def test_numbers_without_fraction_are_counts_however_written() -> None:
    assert read_count(12.0) == 12 and type(read_count(12.0)) is int
    assert read_count(float(2**53 - 1)) == MAX_COUNT


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_record_is_that_of_the_canonical_form(name: str) -> None:
    statement = good(name)
    for extensions in (statement.get(part, {}).get("extensions") for part in ("context", "result")):
        for key, value in (extensions or {}).items():
            if type(value) is int:
                extensions[key] = float(value)
    again = parse_json(canonical_json(statement))
    assert record_of(again, 3) == record_of(statement, 3) == record_of(good(name), 3)


_COUNTS = st.integers(0, MAX_COUNT)
_INSTANTS = st.datetimes(timezones=st.sampled_from([UTC, CHINA]))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=500)
MADE: dict[Kind, st.SearchStrategy[tuple[Any, Value]]] = {
    Kind.TEXT: _TEXTS.map(lambda text: (text, text)),
    Kind.BOOLEAN: st.booleans().map(lambda value: (value, value)),
    Kind.COUNT: _COUNTS.map(lambda count: (count, count)),
    Kind.SECONDS: _COUNTS.map(lambda count: (float(count) if count < 2**50 else count, count)),
    Kind.INSTANT: _INSTANTS.map(
        lambda time: (time.isoformat(), (time - _EPOCH) // timedelta(seconds=1))
    ),
    Kind.DURATION: st.tuples(*[st.integers(0, 10**6)] * 4).map(
        lambda parts: (
            "P{}DT{}H{}M{}S".format(*parts),
            sum(part * unit for part, unit in zip(parts, (86_400, 3600, 60, 1), strict=True)),
        )
    ),
    Kind.RATIONAL: st.decimals(0, 10**6, places=3).map(lambda one: (float(one), _ratio(one))),
    Kind.RATIO: st.decimals(0, 1, places=6).map(lambda one: (float(one), _ratio(one))),
    Kind.UUID: st.uuids().map(lambda one: (str(one).upper(), str(one))),
    Kind.SHA2: st.binary(min_size=32, max_size=32).map(lambda raw: (raw.hex(), raw.hex())),
    Kind.HISTOGRAM: st.lists(st.integers(0, 10**6), min_size=5, max_size=5).map(
        lambda counts: (counts, tuple(counts))
    ),
}
"""What may stand in a statement, and what the record then has."""


def _ratio(decimal: Decimal) -> str:
    numerator, denominator = decimal.as_integer_ratio()
    return f"{numerator}/{denominator}"


@given(st.data(), st.sampled_from(sorted(FIELDS)))
def test_every_value_of_a_field_is_read(data: st.DataObject, name: str) -> None:
    field = FIELDS[name]
    value, expected = data.draw(MADE[field.kind])
    if expected == 0 and field.low:
        return
    again = parse_json(canonical_json(value))
    assert read_value(field, value) == read_value(field, again) == expected


# ------------------------------------------------------------------- the corpus of bad ones


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_corpus_refused(path: Path) -> None:
    statement = check_statement(parse_json(path.read_bytes()), Version.V2)
    assert claims_profile(statement)
    with pytest.raises(BadEvidence) as caught:
        check_against_profile(statement)
    found = caught.value
    assert found.code == "teaching-" + path.stem.partition("--")[0]
    assert found.zh != found.en and "…" not in found.zh + found.en
    assert len(found.en) < 600
    with pytest.raises(BadEvidence):
        record_of(statement, 0)


def test_every_code_has_files() -> None:
    codes = {path.stem.partition("--")[0] for path in CORPUS}
    assert codes == {"version", "no-template", "template", "value", "extension", "anonymity"}


# ------------------------------------------------------------------- any JSON


_PARTS: st.SearchStrategy[Any] = st.sampled_from(
    [
        *({}, [], [{}], [[]], "", "x", "\ud800", 0, -1, 1.5, 1e300, None, True, {"member": [1]}),
        {"objectType": "Group", "member": [{"mbox": 1}]},
        {"account": {"homePage": "|", "name": ""}},
        *({"type": 1}, {"id": 5}, [{"id": 5}], [{"definition": {"type": {}}}], ...),
    ]
)


@given(st.data(), st.sampled_from(sorted(TEMPLATES)), _PARTS | VALUES)
def test_any_change_is_read_or_refused(data: st.DataObject, name: str, value: Any) -> None:
    statement = good(name)
    place = data.draw(st.sampled_from(places(statement)))
    if value is Ellipsis and not place:
        return
    odd = changed(statement, place, value)
    try:
        record = record_of(odd, 1)
    except BadEvidence as refusal:
        assert refusal.code.startswith("teaching-")
        assert (refusal.zh + refusal.en).encode("utf-8")
        return
    if record is None:
        assert not claims_profile(odd)
        return
    assert all(map(_is_record_value, record.values()))
    canonical_json(plain(record))


def test_extensions_of_the_profile_have_their_place() -> None:
    for place, key in (
        ("result", extension("mode")),
        ("context", extension("attended")),
        ("context", extension("class_hours")),
        ("context", f"{PROFILE}/extensions/colour"),
        ("result", f"{PROFILE}/extensions/a~b/c\ud800"),
    ):
        statement = good("session-delivered")
        statement[place]["extensions"][key] = 1
        with pytest.raises(BadEvidence) as caught:
            check_against_profile(statement)
        assert caught.value.code == "teaching-extension"
        assert caught.value.detail["pointer"].startswith(f"/{place}/extensions/https:~1~1w3id")
        assert caught.value.en.encode("utf-8")
    statement = good("session-delivered")
    statement["result"]["extensions"]["https://univ-a.example/x"] = {"any": None}
    assert check_against_profile(statement) == "session-delivered"
