"""A stranger recomputes a result: the same, or told where it differs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from ledger.core.canonical import canonical_json
from ledger.core.evaluation.evaluate import Period, evaluate, result_bytes
from ledger.core.evaluation.recompute import Claim, read_claim, recompute
from ledger.core.evaluation.rules import check_rules
from ledger.errors import BadEvidence
from tests.core.evaluation.made import END, START, SUBJECT, indicator, record, rule_set

RULES = rule_set(
    indicator(["sum", ["records", "lesson"], ["field", "attended"]], name="attended"),
    indicator(["max", ["records", "run"], ["field", "attended"]], name="largest"),
)
RECORDS = [record(leaf, attended=leaf) for leaf in (3, 4, 9)]


def _claimed() -> dict[str, Any]:
    return deepcopy(dict(_claim().data))


def _claim() -> Claim:
    result = evaluate(check_rules(RULES), RECORDS, SUBJECT, Period("p", START, END))
    return read_claim(result_bytes(result))


def _told(claim: Claim, rules: Any = RULES, records: Any = RECORDS) -> dict[str, dict[str, Any]]:
    """Code → details of each difference; both sentences are whole."""
    found = recompute(claim, rules, records)
    assert all("…" not in one.zh + one.en for one in found)
    return {one.code: one.detail for one in found}


def test_the_same() -> None:
    assert recompute(_claim(), RULES, reversed(RECORDS)) == ()


def test_one_record_changed() -> None:
    told = _told(_claim(), records=[*RECORDS[:2], record(9, attended=10)])
    assert set(told) == {"result-value", "result-root"}
    value = told["result-value"]
    assert (value["indicator"], value["part"]) == ("attended", "value")
    assert (value["claimed"], value["found"]) == ("16", "17")


def test_one_record_changed_that_changes_no_value() -> None:
    told = _told(_claim(), records=[*RECORDS[:2], record(9, attended=9, mode="live")])
    assert set(told) == {"result-root"}


def test_one_record_left_out_or_added() -> None:
    told = _told(_claim(), records=RECORDS[:2])
    assert (told["result-inputs"]["absent"], told["result-inputs"]["added"]) == ("9", "—")
    told = _told(_claim(), records=[*RECORDS, record(5, attended=0)])
    assert (told["result-inputs"]["absent"], told["result-inputs"]["added"]) == ("—", "5")
    assert set(told) == {"result-inputs", "result-root"}


def test_many_leaves_are_not_all_named() -> None:
    many = [record(leaf, attended=0) for leaf in range(100, 130)]
    told = _told(_claim(), records=[*RECORDS, *many])
    assert told["result-inputs"]["added"].endswith("118, 119 ... (30)")


def test_one_rule_changed() -> None:
    changed = deepcopy(RULES)
    changed["indicators"][0]["value"][0] = "max"
    told = _told(_claim(), rules=changed)
    assert set(told) == {"result-rules", "result-value"}
    assert told["result-value"]["found"] == "9"


def test_indicators_left_out_renamed_or_in_another_order() -> None:
    for rules in (
        rule_set(*reversed(RULES["indicators"])),
        rule_set(RULES["indicators"][0]),
        rule_set(RULES["indicators"][0], {**RULES["indicators"][1], "id": "other"}),
    ):
        assert "result-indicators" in _told(_claim(), rules=rules)


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (("rules", "id"), "other", "result-rules"),
        (("rules", "version"), 2, "result-rules"),
        (("rules", "hash"), "00" * 32, "result-rules"),
        (("input_root",), "00" * 32, "result-root"),
        (("indicators", 0, "value"), "15", "result-value"),
        (("indicators", 0, "value"), True, "result-value"),
        (("indicators", 0, "value"), None, "result-value"),
        (("indicators", 0, "unit"), "hours", "result-value"),
        (("indicators", 0, "inputs"), [3, 9, 4], "result-inputs"),
        (("indicators", 1, "missing"), [], "result-value"),
        (("indicators", 1, "id"), "other", "result-indicators"),
        (("subject",), "https://univ-a.example|t-0001", "result-inputs"),
        (("period", "start"), START + 1, "result-inputs"),
    ],
)
def test_one_word_of_the_result_changed(place: tuple[Any, ...], value: Any, code: str) -> None:
    data = _claimed()
    part: Any = data
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    assert code in _told(read_claim(canonical_json(data)))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", "xuezheng-result/2"),
        ("rules", {}),
        ("subject", None),
        ("period", {"name": "p", "start": 1.5, "end": 2}),
        ("indicators", None),
        ("indicators", [{}]),
        ("input_root", "00"),
        ("more", 1),
    ],
)
def test_what_is_no_result_is_refused(key: str, value: Any) -> None:
    with pytest.raises(BadEvidence) as caught:
        read_claim(canonical_json({**_claimed(), key: value}))
    assert caught.value.code == "result-format"


def test_an_indicator_twice_and_other_spellings_are_refused() -> None:
    data = _claimed()
    data["indicators"].append(data["indicators"][0])
    for given in (canonical_json(data), canonical_json(_claimed()) + b"\n"):
        with pytest.raises(BadEvidence, match="result-format"):
            read_claim(given)
    with pytest.raises(BadEvidence, match="json"):
        read_claim(b"{")


def test_rule_sets_that_are_none_and_periods_that_are_none_are_refused() -> None:
    with pytest.raises(BadEvidence, match="rules-format"):
        recompute(_claim(), {}, RECORDS)
    data = _claimed()
    data["period"]["end"] = START
    with pytest.raises(BadEvidence, match="rules-period"):
        recompute(read_claim(canonical_json(data)), RULES, RECORDS)
