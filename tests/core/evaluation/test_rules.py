"""Reading rule sets: good ones, every file of the corpus of bad ones, all problems at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.core.canonical import parse_json
from ledger.core.evaluation import messages, rules
from ledger.core.evaluation.rules import check_rules, problems_of, rule_hash
from ledger.errors import BadEvidence, registered
from tests.core.evaluation.made import indicator, rule_set

CORPUS = sorted((Path(__file__).parents[2] / "corpus" / "rules").iterdir())
ONE = ["number", 1, "count"]
LESSONS = ["records", "lesson"]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_refused_for_its_own_reason_and_no_other(path: Path) -> None:
    data = parse_json(path.read_bytes())
    wanted = path.stem.partition("--")[0]
    assert {problem.code for problem in problems_of(data)} == {wanted}
    with pytest.raises(BadEvidence) as caught:
        check_rules(data)
    assert caught.value.code == wanted
    assert caught.value.detail["pointer"].startswith("/")
    assert "…" not in caught.value.zh + caught.value.en


def test_every_code_of_checking_has_bad_files() -> None:
    source = Path(messages.__file__).read_text("utf-8")
    codes = {code for code in registered() if code.startswith("rules-") and code in source}
    at_evaluation = {"rules-record", "rules-record-twice", "rules-records-limit", "rules-period"}
    assert codes - at_evaluation == {path.stem.partition("--")[0] for path in CORPUS}


def test_a_good_rule_set() -> None:
    data = rule_set(
        indicator(ONE, name="b", note={"zh": "说明", "en": "Note"}),
        indicator(["indicator", "b"], name="a"),
        note={"zh": "说明", "en": "Note"},
    )
    read = check_rules(data)
    assert (read.id, read.version, read.period, read.listed) == ("made", 1, "any", ("b", "a"))
    assert read.hash == rule_hash(data)
    assert problems_of(data) == ()


def test_all_problems_with_their_places() -> None:
    data = rule_set(
        indicator(["add", ["eval"], ["number", "x", "count"], ["field", "mode"]]),
        indicator(["sum", LESSONS, ["field", "nothing"]], name="two"),
        indicator(ONE, "hours", "three", round="nearly"),
        version=0,
        author="somebody",
    )
    found = [(problem.code, problem.detail["pointer"]) for problem in problems_of(data)]
    assert found == [
        ("rules-unknown-field", "/"),
        ("rules-format", "/version"),
        ("rules-unknown-operator", "/indicators/0/value/1/0"),
        ("rules-format", "/indicators/0/value/2/1"),
        ("rules-scope", "/indicators/0/value/3"),
        ("rules-unknown-field", "/indicators/1/value/2/1"),
        ("rules-unit", "/indicators/2/value"),
        ("rules-format", "/indicators/2/round"),
    ]


def test_circle_is_shown() -> None:
    data = rule_set(
        indicator(["indicator", "b"], name="a"),
        indicator(["indicator", "c"], name="b"),
        indicator(["indicator", "b"], name="c"),
    )
    (problem,) = problems_of(data)
    assert problem.detail["path"] == "b → c → b"


@pytest.mark.parametrize(
    ("value", "cost"),
    [
        (ONE, 1),
        (["add", ONE, ONE], 3),
        # count; its collection and the records, for each; the records
        (["count", LESSONS], 2 + 2 * 100),
        # each: collection of sum, records, field
        (["sum", LESSONS, ["field", "attended"]], 2 + 3 * 100),
        # where adds itself, its collection, and two operators for each
        (["count", ["where", LESSONS, ["not", ["field", "open"]]]], 3 + 5 * 100),
    ],
)
def test_cost_is_counted_as_the_page_says(value: Any, cost: int) -> None:
    assert check_rules(rule_set(indicator(value))).cost == cost


def test_cost_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = rule_set(indicator(["count", LESSONS]))
    monkeypatch.setattr(rules, "MAX_COST", 202)
    assert problems_of(data) == ()
    monkeypatch.setattr(rules, "MAX_COST", 201)
    assert [problem.code for problem in problems_of(data)] == ["rules-cost"]


def test_data_that_is_no_json() -> None:
    for value in ({1, 2}, b"bytes", ("tuple",), {1: 2}, "\ud800", 1j):
        assert [one.code for one in problems_of({"id": value})] == ["rules-format"]


def test_data_that_holds_itself_or_doubles_and_doubles() -> None:
    circle: list[Any] = []
    circle.append(circle)
    lines: list[Any] = [1]
    for _ in range(30):
        lines = [lines, lines]
    for value in (circle, lines):
        assert [one.code for one in problems_of({"note": value})] == ["rules-format"]


def test_hash_is_of_the_data_and_not_of_its_spelling() -> None:
    data = rule_set(indicator(ONE))
    assert rule_hash(data) == rule_hash(dict(reversed(data.items())))
    assert rule_hash(data) != rule_hash({**data, "version": 2})


def test_numbers_at_their_bounds() -> None:
    for good in (2**53 - 1, "9" * 300, "-0", "4/8", f"1/{2**1023}"):
        assert problems_of(rule_set(indicator(["number", good, "count"]))) == (), good
    for bad in ("", "-", "1/", "/2", "1/-2", "01", " 1", "1\n", None, True, str(2**1024)):
        assert problems_of(rule_set(indicator(["number", bad, "count"]))) != (), bad
