"""Two implementations, one from the page alone, agree to the byte on whatever the page allows."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.core.evaluation.evaluate import Period, evaluate, result_bytes
from ledger.core.evaluation.rules import check_rules, problems_of
from tests.core.evaluation.made import END, READS, START, SUBJECT, Maker
from tests.reference_rules import result_of

PERIOD = Period("p", START, END)


def _compare(maker: Maker, rules: Any) -> None:
    leaves = maker.random.sample(range(100), maker.random.randint(0, 12))
    records = [maker.record(leaf) for leaf in leaves]
    records.append({**maker.record(200), "subject": "https://univ-a.example|t-0001"})
    ours = evaluate(check_rules(rules), records, SUBJECT, PERIOD)
    assert result_bytes(ours) == result_of(rules, records, SUBJECT, "p", START, END)


@given(st.integers(0, 2**64))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_same_bytes(seed: int) -> None:
    maker = Maker(Random(seed))
    rules = maker.rules()
    assert problems_of(rules) == ()
    _compare(maker, rules)


@given(st.integers(0, 2**64))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_broken_is_refused_or_means_the_same_to_both(seed: int) -> None:
    maker = Maker(Random(seed))
    rules = maker.broken(maker.rules())
    problems = problems_of(rules)
    assert all(one.code.startswith("rules-") and "…" not in one.zh + one.en for one in problems)
    if not problems and (rules["reads"], rules["records"]) == (READS, 100):
        _compare(maker, rules)
