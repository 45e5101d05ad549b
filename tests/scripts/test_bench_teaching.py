"""The scoring can give less than full marks, and plants what it says."""

from __future__ import annotations

from functools import cache

import pytest

from ledger.core.evaluation.hints import Hint, hints
from scripts import bench_teaching, bench_teaching_scores
from scripts.bench_teaching_scores import (
    EXTRAS,
    NONE,
    Extras,
    Made,
    Score,
    added,
    extra_scores,
    hint_scores,
    made,
    rule_scores,
)
from scripts.teaching_irregular import KINDS, Rates
from scripts.teaching_school import Size

SIZE = Size(12, 36, 12, seed=3)


@cache
def _made() -> Made:
    return made(SIZE, Rates(0.02, 0.02, 0.2, 0.1, 0.5, 0.5))


def test_every_label_is_found_and_nothing_else_of_its_kind() -> None:
    scores = {one.kind: one for one in hint_scores(_made())}
    for kind in KINDS:
        one = scores[kind]
        assert one.planted == one.found == one.told == one.right > 0


def test_a_hint_at_other_statements_is_wrong_and_its_label_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def worse(records: list[bench_teaching_scores.Record]) -> list[Hint]:
        found = hints(records)
        first = next(one for one in found if len(one.leaves) > 1)
        return [Hint(first.code, first.subject, first.leaves[1:]), *found[found.index(first) + 1 :]]

    monkeypatch.setattr(bench_teaching_scores, "hints", worse)
    scores = {one.kind: one for one in hint_scores(_made())}
    empty, late = scores["session-without-students"], scores["plan-after-class"]
    assert (empty.found, empty.told, empty.precision, empty.recall) == (0, 0, None, 0)
    assert late.found == late.right == late.planted - 1
    assert late.told == late.planted


def test_the_rule_set_does_not_see_other_teachers() -> None:
    scores = {one.kind: one for one in rule_scores(_made())}
    assert scores.keys() == KINDS.keys()
    assert all(one.right == one.told <= one.planted for one in scores.values())
    assert 0 < scores["video-recycled"].found < scores["video-recycled"].planted


def test_what_is_planted_besides() -> None:
    clean = made(SIZE, NONE).records
    for _, record_type, change in EXTRAS.values():
        extras = Extras(clean, 3)
        planted = extras.plant(record_type, 10, change)
        differ = {new["leaf"] for old, new in zip(clean, extras.records, strict=True) if old != new}
        assert differ == planted
        assert len(planted) == 10
        assert {clean[leaf]["type"] for leaf in planted} == {record_type}


def test_scores_of_what_is_planted_besides() -> None:
    scores = extra_scores(SIZE)
    assert [one.kind for one in scores] == [
        f"{kind}: {words}" for words, (kind, _, _) in EXTRAS.items()
    ]
    assert all(one.found <= one.planted and one.right <= one.told for one in scores)
    assert any(one.found < one.planted for one in scores)
    assert any(one.found > 0.9 * one.planted for one in scores)


def test_sums() -> None:
    one, other = Score("hints", "x", 4, 3, 9, 3), Score("hints", "x", 0, 0, 1, 0)
    (both,) = added([one, other])
    assert both == Score("hints", "x", 4, 3, 10, 3)
    assert (both.recall, both.precision) == (75, 30)
    assert (other.recall, other.precision) == (None, 0)


def test_copies_of_a_term_do_not_meet() -> None:
    records = _made().records
    copied = list(bench_teaching._copies(records, 2 * len(records) - 1))
    assert [one["leaf"] for one in copied] == list(range(2 * len(records)))
    once, twice = hints(records), hints(copied)
    assert [one.code for one in twice].count("two-places") == 2 * [one.code for one in once].count(
        "two-places"
    )
    assert len(twice) == 2 * len(once)
