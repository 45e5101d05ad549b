"""Charters: `docs/spec/charter.md`."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.canonical import parse_json
from ledger.core.evaluation.charter import (
    DENOMINATORS,
    SUPERSEDING,
    UNOWNED,
    charter_data,
    met,
    read_charter,
    unmet,
)
from ledger.core.teaching.vocabulary import ROLES, TEMPLATES
from ledger.errors import BadEvidence
from tests.core.evaluation.acted import JSON, charter, put, ways
from tests.docs.reading import DOCS, blocks, read

PAGE = DOCS / "spec" / "charter.md"
CORPUS = sorted((Path(__file__).parents[2] / "corpus" / "charter").iterdir())


def example() -> dict[str, Any]:
    (found,) = [block.text for block in blocks(PAGE) if block.language == "json example"]
    data: dict[str, Any] = json.loads(found)
    return data


def refused(data: Any, code: str = "charter-format") -> dict[str, Any]:
    with pytest.raises(BadEvidence) as caught:
        read_charter(data)
    assert caught.value.code == code
    assert "…" not in caught.value.zh + caught.value.en
    return dict(caught.value.detail)


# ------------------------------------------------------------------- the page


def test_worked_example() -> None:
    data = example()
    found = read_charter(data)
    assert (found.version, found.needed, found.appeal_days) == (1, 2, 15)
    assert found.owners["session-delivered"].sources == ("live-platform", "mooc-platform")
    assert found.owners["session-delivered"].fields == {"attended": "registrar"}
    assert found.attestation["session-delivered"] == (
        frozenset({"teacher"}),
        frozenset({"observer", "department"}),
    )
    data["attestation"]["session-delivered"] = [["teacher"]]
    assert refused(data, "charter-denominator")["field"] == "attended"
    data = example()
    data["owners"]["session-delivered"]["fields"] = {"starts": "registrar"}
    assert refused(data)["pointer"] == "/owners/session-delivered/fields/starts"


def test_the_page_names_what_cannot_be_owned_or_attested_alone_and_the_roles() -> None:
    text = read(PAGE)
    for name in (*UNOWNED, *DENOMINATORS, *ROLES, SUPERSEDING):
        assert f"`{name}`" in text, name


def test_table_of_places() -> None:
    rows = [line.split("|")[1:4] for line in read(PAGE).splitlines() if line.startswith("| `[[")]
    assert len(rows) == 4
    for places, signed, still in rows:
        wanted = tuple(map(frozenset, json.loads(places.strip(" `"))))
        given = [(one.split()[0], one.split()[-1]) for one in signed.split(",")]
        named = still.strip(" `").partition("`")[0]
        expected = [] if named.startswith("none") else json.loads(named)
        assert [sorted(roles) for roles in unmet(wanted, given)] == expected


# ------------------------------------------------------------------- reading


def test_written_and_read_again_it_is_the_same() -> None:
    for data in (example(), charter()):
        found = read_charter(data)
        assert read_charter(charter_data(found)) == found
        assert read_charter(json.loads(json.dumps(charter_data(found)))) == found


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_refused(path: Path) -> None:
    code, _, _ = path.stem.partition("--")
    detail = refused(parse_json(path.read_bytes()), code)
    assert detail["pointer"].startswith("/")


def test_the_corpus_is_there() -> None:
    assert len(CORPUS) > 30
    assert {path.stem.partition("--")[0] for path in CORPUS} == {
        "charter-format",
        "charter-denominator",
    }


@given(JSON)
def test_any_value_is_a_charter_or_refused(value: Any) -> None:
    refused(value)


@settings(deadline=None)
@given(st.data(), JSON)
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject, value: Any) -> None:
    good = example()
    put(good, data.draw(st.sampled_from(ways(good))), value)
    try:
        found = read_charter(good)
    except BadEvidence as bad:
        assert bad.code in ("charter-format", "charter-denominator")
    else:
        assert read_charter(charter_data(found)) == found


@given(st.text(max_size=20))
def test_any_name_of_a_type_or_field_is_read_or_refused(name: str) -> None:
    for data in (
        charter(owners={name: {"sources": ["a"]}}),
        charter(attestation={name: [["registrar"]]}),
        charter(owners={"run-opened": {"sources": ["a"], "fields": {name: "b"}}}),
    ):
        try:
            read_charter(data)
        except BadEvidence as bad:
            assert bad.code == "charter-format"
        else:
            assert name.isascii() and name == name.lower()


# ------------------------------------------------------------------- denominators


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_no_teacher_alone_attests_a_denominator(kind: str) -> None:
    alone = charter(attestation={kind: [["teacher"], ["teacher", "department"]]})
    if DENOMINATORS & {*TEMPLATES[kind].fields}:
        assert refused(alone, "charter-denominator")["type"] == kind
    else:
        read_charter(alone)
    read_charter(charter(attestation={kind: [["teacher"], ["department"]]}))


def test_a_denominator_that_a_type_only_may_have_is_one_too() -> None:
    own = charter(attestation={"interactions-counted": [["teacher"]]})
    assert refused(own, "charter-denominator")["field"] == "participants"


# ------------------------------------------------------------------- places

ROLE = st.sampled_from(ROLES[:4])
WANTED = st.lists(st.frozensets(ROLE, min_size=1, max_size=3), max_size=4).map(tuple)
GIVEN = st.lists(st.tuples(st.sampled_from("ABCD"), ROLE), max_size=6)


def brute(
    wanted: tuple[frozenset[str], ...], given: list[tuple[str, str]]
) -> tuple[frozenset[str], ...]:
    """Every way to seat everybody, and nobody, in the places; of the fullest the earliest."""
    people = [*{account for account, _ in given}, *[None] * len(wanted)]
    best: tuple[bool, ...] = ()
    for seated in permutations(people, len(wanted)):
        filled = tuple(
            any((who, role) in given for role in roles)
            for who, roles in zip(seated, wanted, strict=True)
        )
        best = max(best, filled, key=lambda one: (sum(one), one))
    return tuple(roles for roles, full in zip(wanted, best, strict=True) if not full)


@settings(max_examples=300, deadline=None)
@given(WANTED, GIVEN)
def test_seating_is_that_of_brute_force(
    wanted: tuple[frozenset[str], ...], given: list[tuple[str, str]]
) -> None:
    assert unmet(wanted, given) == brute(wanted, given)
    assert met(wanted, given) is (brute(wanted, given) == ())


@given(WANTED, GIVEN, st.randoms())
def test_the_order_of_signatures_changes_nothing(
    wanted: tuple[frozenset[str], ...], given: list[tuple[str, str]], random: Any
) -> None:
    other = [*given, *given]
    random.shuffle(other)
    assert unmet(wanted, other) == unmet(wanted, given)
