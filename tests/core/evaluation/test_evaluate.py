"""What the operators give, what is missing and why, and records that do not fit."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import Any

import pytest

from ledger.core import merkle
from ledger.core.canonical import canonical_json
from ledger.core.evaluation.evaluate import (
    Evaluator,
    Figure,
    Period,
    Result,
    evaluate,
    result_bytes,
    result_hash,
)
from ledger.core.evaluation.numbers import MAX_BITS
from ledger.core.evaluation.rules import check_rules, rule_hash
from ledger.errors import BadEvidence
from tests.core.evaluation.made import END, START, SUBJECT, indicator, record, rule_set

PERIOD = Period("p", START, END)
LESSONS = ["records", "lesson"]
FIELD = ["field", "attended"]


def _evaluated(rules: Any, *records: Any) -> Result:
    return evaluate(check_rules(rules), records, SUBJECT, PERIOD)


def _figure(value: Any, *records: Any, unit: str = "count", **others: Any) -> Figure:
    return _evaluated(rule_set(indicator(value, unit, **others)), *records).figures[0]


def _number(value: Any, unit: str = "count") -> list[Any]:
    return ["number", value, unit]


def _lessons(*attended: Any) -> list[dict[str, Any]]:
    return [record(leaf, attended=one) for leaf, one in enumerate(attended)]


@pytest.mark.parametrize(
    ("value", "step", "mode", "wanted"),
    [
        ("5/2", 1, "half-even", "2"),
        ("7/2", 1, "half-even", "4"),
        ("-5/2", 1, "half-even", "-2"),
        ("5/2", 1, "half-up", "3"),
        ("-5/2", 1, "half-up", "-3"),
        ("-5/2", 1, "down", "-2"),
        ("29/10", 1, "down", "2"),
        ("1/3", "1/100", "half-even", "33/100"),
        ("2/3", "1/100", "half-up", "67/100"),
        ("7", "5/2", "half-up", "15/2"),
        ("0", 1, "half-up", "0"),
    ],
)
def test_rounding(value: str, step: Any, mode: str, wanted: str) -> None:
    assert _figure(["round", _number(value), step, mode]).value == wanted
    assert _figure(_number(value), round={"to": step, "mode": mode}).value == wanted


@pytest.mark.parametrize(
    ("operator", "none", "some"),
    [
        ("sum", "0", "12"),
        ("mean", None, "3"),
        ("median", None, "5/2"),
        ("min", None, "1"),
        ("max", None, "6"),
        ("distinct", "0", "4"),
        ("latest", None, "2"),
    ],
)
def test_of_numbers(operator: str, none: str | None, some: str) -> None:
    empty = _figure([operator, LESSONS, FIELD])
    assert empty.value == none
    assert empty.missing == (() if none else ("no-records:lesson",))
    assert _figure([operator, LESSONS, FIELD], *_lessons(3, 1, 6, 2)).value == some


def test_latest_is_by_time_then_leaf() -> None:
    records = [record(5, at=1500, attended=1), record(6, at=1500, attended=2), record(9, at=1400)]
    assert _figure(["latest", LESSONS, FIELD], *records).value == "2"


def test_union_and_overlap_of_intervals() -> None:
    spans = [(0, 10), (5, 20), (20, 30), (25, 28), (40, 40), (60, 50), (6, 8)]
    records = [record(leaf, starts=a, ends=b) for leaf, (a, b) in enumerate(spans)]
    ends = [["field", "starts"], ["field", "ends"]]
    assert _figure(["covered", LESSONS, *ends], *records, unit="seconds").value == "30"
    assert _figure(["overlap", LESSONS, *ends], *records, unit="seconds").value == "8"


def test_segments() -> None:
    records = [record(1, played=[0, 60, 30, 90]), record(2, played=[80, 100]), record(3, played=[])]
    value = ["covered-segments", LESSONS, ["field", "played"]]
    assert _figure(value, *records, unit="seconds").value == "100"


def test_groups_join_types_by_what_they_share() -> None:
    """Lessons held in a mode, against the largest run of that mode."""
    records = [
        record(1, mode="live", attended=2),
        record(2, mode="live", attended=3),
        record(3, mode="recorded", attended=9),
        record(4, "run", mode="live", attended=10),
        record(5, "run", mode="recorded", attended=3),
    ]
    share = [
        "divide",
        ["sum", ["members", "lesson"], FIELD],
        ["max", ["members", "run"], FIELD],
    ]
    groups = ["group", ["records", "lesson", "run"], ["field", "mode"]]
    assert _figure(["sum", groups, share], *records, unit="ratio").value == "7/2"
    live = ["where", groups, ["equal", ["key"], ["text", "live"]]]
    assert _figure(["sum", live, share], *records, unit="ratio").value == "1/2"
    assert _figure(["count", groups], *records).value == "2"
    assert _figure(["sum", groups, share], *records, unit="ratio").inputs == (1, 2, 3, 4, 5)


def test_ratings() -> None:
    stars = ["tally", LESSONS, ["field", "stars"]]
    five, more = record(1, stars=[1, 0, 0, 1, 3]), record(2, stars=[0, 0, 1, 0, 0])
    assert _figure(["mean-rating", stars], five, unit="score").value == "4"
    assert _figure(["median-rating", stars], five, more, unit="score").value == "9/2"
    assert _figure(["share", stars, 4, 5], five, unit="ratio").value == "4/5"
    assert _figure(["share", stars, 6, 9], five, unit="ratio").value == "0"
    assert _figure(["ratings", ["enough", stars, 6]], five, more).value == "6"
    assert _figure(["ratings", ["enough", stars, 6]], five).missing == ("k-anonymity",)
    for name in ("mean-rating", "median-rating"):
        assert _figure([name, stars], more, unit="score").missing == ("k-anonymity",)
    uneven = record(3, stars=[9])
    assert _figure(["ratings", stars], five, uneven).missing == ("histogram-length",)


def test_tables() -> None:
    def size(many: int) -> Figure:
        return _figure(["table", "size", _number(many)], unit="ratio")

    assert [size(many).value for many in (-1, 2, 3, 5, 7, 99)] == ["1", "1", "6/5", "6/5", "2", "2"]
    assert size(6).missing == ("no-row:size",)
    mode = _figure(["table", "mode", ["text", "live"]], unit="ratio")
    assert mode.value == "11/10"


def test_what_is_missing_says_why() -> None:
    gone = record(2, mode="live")
    assert _figure(["sum", LESSONS, FIELD], *_lessons(3), gone).missing == (
        "no-field:lesson.attended",
    )
    assert _figure(["divide", _number(1), ["count", LESSONS]], unit="ratio").missing == (
        "division-by-zero",
    )
    both = ["add", ["min", LESSONS, FIELD], ["missing", "count"]]
    assert _figure(both).missing == ("no-records:lesson", "stated")
    known = ["where", LESSONS, ["not", ["is-missing", FIELD]]]
    assert _figure(["sum", known, FIELD], *_lessons(3), gone).value == "3"
    counted = ["sum", LESSONS, ["default", FIELD, _number(0)]]
    assert _figure(counted, *_lessons(3), gone).value == "3"


def test_missing_conditions() -> None:
    lost, yes = ["equal", ["missing", "text"], ["text", ""]], ["boolean", True]
    no = ["boolean", False]
    values = {
        "and": {("lost", "yes"): None, ("lost", "no"): False, ("yes", "yes"): True},
        "or": {("lost", "yes"): True, ("lost", "no"): None, ("no", "no"): False},
    }
    named = {"lost": lost, "yes": yes, "no": no}
    for operator, cases in values.items():
        for (one, other), wanted in cases.items():
            value = [operator, named[one], named[other]]
            assert _figure(value, unit="boolean").value is wanted
    assert _figure(["if", lost, _number(1), _number(2)]).value is None
    assert _figure(["if", no, ["missing", "count"], _number(2)]).value == "2"


def test_substitutes_are_seen() -> None:
    figure = _figure(["max", LESSONS, FIELD], missing={"counts-as": "7/2"})
    assert (figure.value, figure.missing) == ("7/2", ("no-records:lesson",))
    truth = _figure(
        ["at-least", ["max", LESSONS, FIELD], _number(1)],
        unit="boolean",
        missing={"counts-as": False},
    )
    assert (truth.value, truth.missing) == (False, ("no-records:lesson",))


def test_references_take_what_people_see() -> None:
    """Rounded and substituted, in whatever order the indicators stand."""
    rules = rule_set(
        indicator(["add", ["indicator", "b"], ["indicator", "c"]], name="a"),
        indicator(_number("5/2"), name="b", round={"to": 1, "mode": "half-up"}),
        indicator(["missing", "count"], name="c", missing={"counts-as": 10}),
        indicator(["indicator", "e"], name="d"),
        indicator(["missing", "count"], name="e"),
    )
    figures = _evaluated(rules).figures
    assert [one.id for one in figures] == ["a", "b", "c", "d", "e"]
    assert [one.value for one in figures] == ["13", "3", "10", None, None]
    assert figures[3].missing == ("indicator:e",)


def test_numbers_do_not_grow_for_ever() -> None:
    """Each indicator squares the one before."""
    names = [f"i{place}" for place in range(100)]
    squares = [
        indicator(["multiply", ["indicator", one], ["indicator", one]], name=after)
        for one, after in pairwise(names)
    ]
    figures = _evaluated(rule_set(indicator(_number(3), name="i0"), *squares)).figures
    known = [one for one in figures if one.value is not None]
    assert int(str(known[-1].value)).bit_length() <= MAX_BITS < 2 ** len(known) * 1.6
    assert figures[len(known)].missing == ("number-size",)
    assert figures[-1].missing == ("indicator:i98",)


def test_inputs_follow_references_and_root_holds_every_field() -> None:
    rules = rule_set(
        indicator(["indicator", "b"], name="a"),
        indicator(["count", ["where", LESSONS, ["boolean", False]]], name="b"),
        indicator(_number(1), name="c"),
    )
    records = [record(7), record(3, note="not read"), record(5, "run"), record(4, "other")]
    result = _evaluated(rules, *records)
    assert [one.inputs for one in result.figures] == [(3, 7), (3, 7), ()]
    leaves = merkle.leaf_hashes(canonical_json(one) for one in (records[1], records[0]))
    assert result.input_root == merkle.root(leaves)
    changed = _evaluated(rules, records[0], record(3, note="changed"))
    assert changed.input_root != result.input_root


def test_only_records_of_subject_and_period() -> None:
    records = [
        record(1, at=START - 1),
        record(2, at=START),
        record(3, at=END - 1),
        record(4, at=END),
        {**record(5), "subject": "https://univ-a.example|t-0043"},
        {"type": "lesson", "leaf": 6},
    ]
    figure = _figure(["count", LESSONS], *records)
    assert (figure.value, figure.inputs) == ("2", (2, 3))


def test_bytes_and_hashes() -> None:
    rules = rule_set(indicator(["count", LESSONS]))
    result = _evaluated(rules, record(1))
    data = result_bytes(result)
    assert json.loads(data)["rules"]["hash"] == rule_hash(rules).hex()
    assert result_hash(result) == hashlib.sha256(b"xuezheng/result/v1\x00" + data).digest()
    assert result_bytes(_evaluated(dict(reversed(rules.items())), record(1))) == data


def test_order_of_records_is_of_no_matter() -> None:
    rules = rule_set(indicator(["latest", LESSONS, FIELD]))
    records = _lessons(4, 2, 8)
    assert result_bytes(_evaluated(rules, *records)) == result_bytes(
        _evaluated(rules, *reversed(records))
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("attended", 1.5),
        ("attended", True),
        ("attended", "01"),
        ("attended", "1/0"),
        ("attended", 2**53),
        ("attended", None),
        ("mode", 3),
        ("open", 1),
        ("starts", "1"),
        ("starts", -(2**53)),
        ("stars", []),
        ("stars", [1, -1]),
        ("stars", [1, True]),
        ("stars", [0] * 101),
        ("played", [1]),
        ("played", "0-1"),
        ("by", 3),
    ],
)
def test_fields_of_another_kind_are_refused(field: str, value: Any) -> None:
    with pytest.raises(BadEvidence) as caught:
        _figure(["count", LESSONS], record(8, **{field: value}))
    assert caught.value.code == "rules-record"
    assert (caught.value.detail["leaf"], caught.value.detail["field"]) == (8, field)


@pytest.mark.parametrize("changed", [{"leaf": -1}, {"leaf": True}, {"at": "1000"}, {"at": 1.0}])
def test_bad_place_or_time_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence, match="rules-record"):
        _figure(["count", LESSONS], {**record(8), **changed})


def test_too_large_a_number_of_a_record_is_missing() -> None:
    figure = _figure(["sum", LESSONS, FIELD], record(1, attended="1/1" + "0" * 320))
    assert figure.missing == ("number-size",)


def test_one_leaf_twice_too_many_records_and_bad_periods() -> None:
    rules = check_rules(rule_set(indicator(["count", LESSONS]), records=2))
    cases: list[tuple[str, list[Any], Period]] = [
        ("rules-record-twice", [record(1), record(1)], PERIOD),
        ("rules-records-limit", [record(1), record(2), record(3)], PERIOD),
        ("rules-period", [], Period("p", END, END)),
        ("rules-period", [], Period("p", 0, 2**53)),
    ]
    for code, records, period in cases:
        with pytest.raises(BadEvidence) as caught:
            evaluate(rules, records, SUBJECT, period)
        assert caught.value.code == code


def test_one_evaluator_serves_many_subjects() -> None:
    ready = Evaluator(check_rules(rule_set(indicator(["sum", LESSONS, FIELD]))))
    first = ready.evaluate(_lessons(1, 2), SUBJECT, PERIOD)
    assert ready.evaluate([], SUBJECT, PERIOD).figures[0].value == "0"
    assert ready.evaluate(_lessons(1, 2), SUBJECT, PERIOD) == first
