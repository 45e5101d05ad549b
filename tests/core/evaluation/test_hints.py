"""Hints: the page's example, each kind with its innocent look-alikes, and a slow second look."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.canonical import canonical_json
from ledger.core.evaluation.hints import KINDS, USUAL, Hint, Limits, hints
from ledger.core.teaching.records import record_of
from ledger.errors import registered
from scripts.teaching_irregular import KINDS as PLANTED
from scripts.teaching_irregular import Rates
from scripts.teaching_school import Size
from scripts.teaching_term import labels_json, term
from tests.scripts.look import look

PAGE = (Path(__file__).parents[3] / "docs" / "spec" / "hints.md").read_text("utf-8")
T, HOUR = 1_790_000_000, 3_600
Record = dict[str, Any]


def _example(name: str) -> Any:
    found = re.search(rf"^```json {name}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found, name
    return json.loads(found[1])


def _numbered(*records: Record) -> list[Record]:
    usual = {"subject": "t-1", "course": "c", "run": "a", "at": T}
    return [{"leaf": leaf, **usual, **record} for leaf, record in enumerate(records)]


def _found(*records: Record, limits: Limits = USUAL) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.code, one.leaves) for one in hints(_numbered(*records), limits)]


def _opened(enrolled: int, run: str = "a", **fields: Any) -> Record:
    return {"type": "run-opened", "run": run, "enrolled": enrolled, **fields}


def _session(name: str = "1", start: int = T, length: int = HOUR, **fields: Any) -> Record:
    usual = {"mode": "live", "attended": 9, "at": start}
    times = {"starts": start, "ends": start + length}
    return {"type": "session-delivered", "session": name, **usual, **times, **fields}


def _plan(sha2: str = "p", **fields: Any) -> Record:
    return {"type": "plan-uploaded", "sha2": sha2, **fields}


def _rating(*histogram: int, span: int = 90 * HOUR, **fields: Any) -> Record:
    times = {"starts": T, "ends": T + span}
    return {"type": "rating-collected", "histogram": histogram, **times, **fields}


# ------------------------------------------------------------------- the page


def test_worked_example() -> None:
    found = [one.to_json() for one in hints(_example("records"))]
    assert canonical_json(found) == canonical_json(_example("hints"))


def test_kinds_and_limits_are_those_of_the_page() -> None:
    assert tuple(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) == KINDS
    for name, value in vars(USUAL).items():
        assert f"`{name}` {value:,}" in PAGE
    assert tuple(PLANTED) == KINDS[: len(PLANTED)]


def test_every_kind_has_sentences_and_says_all_of_its_detail() -> None:
    assert set(KINDS) <= set(registered())
    hint = hints(_example("records"))[0]
    assert hint.message("en") == "The platform counted nobody; the registrar has 40 enrolled."
    assert "40" in hint.message() and hint.message() != hint.message("en")


# ------------------------------------------------------------------- each kind


def test_sessions_without_students() -> None:
    empty = _session(attended=0)
    assert _found(_opened(30), empty) == [("session-without-students", (1,))]
    assert _found(empty) == [("session-without-students", (0,))]
    assert _found(_opened(0), empty) == []
    assert _found(_opened(0, at=T), _opened(5, at=T - 1), empty) == []
    assert _found(_opened(30), _session(attended=1)) == []


def test_plans_after_class() -> None:
    ends = T + HOUR
    assert _found(_session(), _plan(session="1", at=ends)) == []
    assert _found(_session(), _plan(session="1", at=ends + 1)) == [("plan-after-class", (0, 1))]
    assert _found(_session(), _plan(at=ends + 1)) == []
    assert _found(_session(), _plan(session="2", at=ends + 1)) == []
    twice = hints(_numbered(_session(), _plan(session="1"), _plan("q", session="1", at=ends + 120)))
    assert [one.detail for one in twice] == [{"minutes": 2, "before": 1}]


def test_ratings() -> None:
    stuffed = [("ratings-stuffed", (0, 1))]
    assert _found(_opened(8), _rating(0, 0, 0, 0, 8)) == []
    assert _found(_opened(8), _rating(0, 0, 0, 1, 8)) == stuffed
    assert _found(_opened(8), _rating(5, span=HOUR)) == []
    assert _found(_opened(8), _rating(5, span=HOUR - 1)) == stuffed
    assert _found(_rating(5, span=60)) == [("ratings-stuffed", (0,))]


def test_a_burst_is_one_against_the_rest_of_the_school() -> None:
    slow = [_rating(10, run=str(one)) for one in range(5)]
    opened = [_opened(20, str(one)) for one in range(5)]
    fast = [_opened(20, "x"), _rating(15, run="x", span=2 * HOUR)]
    assert _found(*opened, *slow, *fast) == [("rating-burst", (11,))]
    assert _found(*opened, *slow, fast[0], {**fast[1], "ends": T + 6 * HOUR + HOUR}) == []
    assert _found(*opened, *slow, fast[1]) == []
    assert _found(*fast) == []


def test_videos() -> None:
    def video(name: str, **fields: Any) -> Record:
        return _session(name, T + 9 * HOUR * int(name), sha2="v", **fields)

    first = video("1")
    assert _found(first, video("2")) == [("video-recycled", (0, 1))]
    assert _found(first, video("2", run="b")) == []
    assert _found(first, video("2", run="b", subject="t-2")) == []
    assert _found(first, video("2", run="b", course="d")) == [("video-recycled", (0, 1))]
    assert _found(first, {**video("2"), "sha2": "w"}) == []
    assert _found(first, {**first}) == []
    shared = [first, video("2", run="b"), video("3"), video("4", run="b")]
    assert _found(*shared) == [("video-recycled", (0, 2)), ("video-recycled", (1, 3))]


def test_whose_video_it_is_hinted_at() -> None:
    """The first of another course than the earliest; its session is told last."""
    records = _numbered(
        _session("3", T + 30 * HOUR, sha2="v", run="b"),
        _session("2", T + 20 * HOUR, sha2="v", run="c", course="d", subject="t-2"),
        _session("1", T, sha2="v"),
    )
    (hint,) = hints(records)
    assert (hint.subject, hint.leaves) == ("t-2", (2, 0, 1))
    assert hint.detail == {"sessions": 3, "courses": 2}


def test_overlapping_sessions() -> None:
    one = _session("1")
    assert _found(one, _session("2", T + HOUR)) == []
    assert _found(one, _session("2", T + HOUR - 60)) == [("sessions-overlap", (0, 1))]
    assert _found(one, _session("2", T + 60, subject="t-2")) == []
    assert _found(one, _session("2", T + 60, mode="recorded")) == []
    assert _found(one, {**one}) == []
    chain = [
        _session("1"),
        _session("3", T + 5000),
        _session("2", T + 3000),
        _session("4", T + HOUR * 9),
    ]
    (hint,) = hints(_numbered(*chain))
    assert hint.leaves == (0, 2, 1)
    assert hint.detail == {"sessions": 3, "minutes": (600 + 1600) // 60}


def test_two_places() -> None:
    def training(at: int, **fields: Any) -> Record:
        return {"type": "training-attended", "at": at, "duration": HOUR, **fields}

    assert _found(_session(), training(T - HOUR)) == []
    assert _found(_session(), training(T - HOUR + 1)) == [("two-places", (0, 1))]
    assert _found(_session(), training(T + 2 * HOUR)) == []
    assert _found(_session(), training(T + 2 * HOUR - 1)) == [("two-places", (0, 1))]
    assert _found(_session(), training(T, subject="t-2")) == []
    assert _found(_session(mode="recorded"), training(T)) == []
    assert _found(_session(), training(T, duration=USUAL.training + 1)) == []
    assert _found(_session(), training(T, duration=0)) == []
    many = [_session("1", length=60), _session("2", T + 600), _session("3", T + 9 * HOUR)]
    (hint,) = hints(_numbered(*many, training(T + HOUR)))
    assert hint.leaves == (0, 3) and hint.detail == {"sessions": 2, "minutes": 1}


def test_copied_plans() -> None:
    mine = _plan()
    assert _found(mine, _plan(subject="t-2", course="d")) == [("plan-copied", (0, 1))]
    assert _found(mine, _plan(subject="t-2")) == []
    assert _found(mine, _plan(course="d")) == []
    assert _found(mine, _plan("q", subject="t-2", course="d")) == []
    (hint,) = hints(_numbered(_plan(at=T + 1), _plan(subject="t-2", course="d")))
    assert (hint.subject, hint.leaves) == ("t-1", (1, 0))
    assert hint.detail == {"teachers": 2, "courses": 2, "first": "t-2"}


def _attended(*counts: int, enrolled: int = 40) -> list[tuple[str, tuple[int, ...]]]:
    sessions = [_session(str(n), T + n * 9 * HOUR, attended=one) for n, one in enumerate(counts)]
    return _found(_opened(enrolled), *sessions)


def test_outliers_of_attendance() -> None:
    usual = (20, 21, 20, 19, 20, 22, 20)
    assert _attended(*usual, 40) == [("attendance-outlier", (8,))]
    assert _attended(*usual, 1) == [("attendance-outlier", (8,))]
    assert _attended(*usual, 0) == [("session-without-students", (8,))]
    assert _attended(*usual[1:], 40) == []
    assert _attended(*usual, 33) == []  # a third of 40 is more than 13
    assert _attended(*usual, 34) == [("attendance-outlier", (8,))]
    assert _attended(*[20, 24, 16, 23, 17, 22, 18], 34) == []
    assert _attended(*[6] * 7, 10, enrolled=10) == []
    assert _attended(*[6] * 7, 11, enrolled=11) == [("attendance-outlier", (8,))]
    sessions = [
        _session(str(n), T + n * 9 * HOUR, attended=one) for n, one in enumerate((9,) * 7 + (20,))
    ]
    (hint,) = hints(_numbered(*sessions))
    assert hint.detail == {"attended": 20, "median": "9", "sessions": 8}


def test_attendance_above_enrolment() -> None:
    assert _found(_opened(9), _session(attended=9)) == []
    assert _found(_opened(9), _session(attended=10)) == [("attendance-above-enrolment", (0, 1))]


def test_limits_are_the_callers() -> None:
    limits = Limits(burst=60, training=HOUR)
    assert _found(_opened(8), _rating(5, span=60), limits=limits) == []
    training = {"type": "training-attended", "duration": HOUR + 1}
    assert _found(_session(), training, limits=limits) == []


# ------------------------------------------------------------------- all of it


def test_in_the_order_of_the_kinds_then_subjects() -> None:
    records = _numbered(
        _plan(session="1", subject="t-2", at=T + 2 * HOUR),
        _session(attended=0, subject="t-2"),
        _session("2", T + 9 * HOUR, attended=0),
    )
    found = hints(records)
    assert [(one.code, one.subject) for one in found] == [
        ("session-without-students", "t-1"),
        ("session-without-students", "t-2"),
        ("plan-after-class", "t-2"),
    ]


SHAPES = [
    (Size(16, 48, 16), Rates()),
    (Size(16, 48, 16, seed=7), Rates(0.05, 0.05, 0.5, 0.2, 0.9, 0.9)),
    (Size(6, 40, 16, seed=11), Rates(0, 0, 1, 1, 1, 1)),
]


@pytest.mark.parametrize(("size", "rates"), SHAPES)
def test_what_is_planted_is_hinted_at_and_nothing_else_of_those_kinds(
    size: Size, rates: Rates
) -> None:
    made = term(size, rates)
    statements = [json.loads(line) for line in made.lines()]
    records = [_kept(record_of(one, leaf)) for leaf, one in enumerate(statements)]
    found = [one for one in hints(records) if one.code in PLANTED]
    told = {
        (one.code, frozenset(records[leaf]["statement"] for leaf in one.leaves)): one
        for one in found
    }
    labels: Any = labels_json(made, rates, "")["irregularities"]
    assert told.keys() == {(one["kind"], frozenset(one["statements"])) for one in labels}
    for label in labels:
        hint = told[label["kind"], frozenset(label["statements"])]
        assert hint.subject == label["subject"]
    # The slow look compares every two statements by JSON alone.
    for kind, pair in look(statements):
        assert any(kind == code and pair <= ids for code, ids in told)


def _kept(record: Any) -> Record:
    assert record is not None
    return dict(record)


FIELDS = ("attended", "starts", "ends", "sha2", "session", "run", "course", "mode", "duration",
          "enrolled", "histogram")  # fmt: skip


def _school(random: Random) -> list[Record]:
    """A small school in which everything meets, and fields are absent here and there."""
    records = []
    for leaf in range(random.randint(0, 40)):
        starts = random.randint(0, 40) * 1000
        record: Record = {
            "type": random.choice(
                ["session-delivered"] * 4
                + ["plan-uploaded", "rating-collected", "training-attended", "run-opened", "other"]
            ),
            "leaf": leaf,
            "subject": random.choice("tu"),
            "at": random.randint(0, 40) * 1000,
            "run": random.choice("ab"),
            "course": random.choice("cd"),
            "session": str(random.randint(1, 12)),
            "mode": random.choice(["live", "recorded"]),
            "starts": starts,
            "ends": starts + random.randint(1, 9) * 900,
            "attended": random.choice([0, 5, 6, 7, 8, 30]),
            "sha2": random.choice("vwxyz"),
            "duration": random.choice([0, 1000, 5000, 90_000]),
            "enrolled": random.choice([0, 8, 20]),
            "histogram": (5, 0, 0, 0, random.randint(0, 9)),
        }
        for name in FIELDS:
            if random.random() < 0.04:
                del record[name]
        records.append(record)
    return records


@given(st.integers(0, 2**64))
@settings(max_examples=300, deadline=None)
def test_the_same_in_any_order_and_as_a_slow_second_look(seed: int) -> None:
    random = Random(seed)
    records = _school(random)
    found = hints(records)
    assert hints(random.sample(records, len(records))) == found
    by_leaf = {one["leaf"]: one for one in records}
    for one in found:
        assert one.subject == by_leaf[one.leaves[-1]]["subject"]
        assert len(set(one.leaves)) == len(one.leaves)
        assert "…" not in one.message() + one.message("en")
    for kind, slow in SLOW.items():
        mine = sorted(one.leaves for one in found if one.code == kind)
        assert mine == sorted(slow(records)), kind


def _slow_places(records: list[Record]) -> Iterable[tuple[int, ...]]:
    for training in _of("training-attended", records):
        length = training.get("duration", 0)
        if not 0 < length <= USUAL.training:
            continue
        met = [
            (starts, leaves)
            for starts, ends, leaves in _spans(records, training["subject"])
            if starts < training["at"] + length and ends > training["at"] - length
        ]
        if met:
            yield (*min(met)[1], training["leaf"])


def _slow_overlap(records: list[Record]) -> Iterable[tuple[int, ...]]:
    """Chains by joining whatever meets until nothing more does."""
    for subject in "tu":
        chains = [[one] for one in _spans(records, subject)]
        while pair := next(
            ((one, other) for one, other in combinations(chains, 2) if _meet(one, other)), None
        ):
            chains = [one for one in chains if one not in pair] + [pair[0] + pair[1]]
        for chain in chains:
            if len(chain) > 1:
                yield tuple(leaf for _, _, leaves in sorted(chain, key=_start) for leaf in leaves)


Span = tuple[int, int, tuple[int, ...]]


def _start(span: Span) -> tuple[int, int]:
    return span[0], span[2][0]


def _meet(one: list[Span], other: list[Span]) -> bool:
    return any(a[0] < b[1] and b[0] < a[1] for a in one for b in other)


def _spans(records: list[Record], subject: str) -> list[Span]:
    there = [
        one
        for one in _of("session-delivered", records)
        if one["subject"] == subject
        and one.get("mode") != "recorded"
        and {"starts", "ends", "session"} <= one.keys()
    ]
    names = {one["session"] for one in there}
    same = [[one for one in there if one["session"] == name] for name in names]
    return [
        (
            min(one["starts"] for one in those),
            max(one["ends"] for one in those),
            tuple(one["leaf"] for one in those),
        )
        for those in same
    ]


def _of(kind: str, records: list[Record]) -> list[Record]:
    return [one for one in records if one["type"] == kind]


def _slow_outliers(records: list[Record]) -> Iterable[tuple[int, ...]]:
    for run in "ab":
        mine = [
            one
            for one in _of("session-delivered", records)
            if one.get("run") == run and "attended" in one
        ]
        if len(mine) < 8:
            continue
        middle = median(Fraction(one["attended"]) for one in mine)
        spread = median(abs(one["attended"] - middle) for one in mine)
        opened = [one for one in _of("run-opened", records) if one.get("run") == run]
        known = sorted(
            (one["at"], one["leaf"], one["enrolled"]) for one in opened if "enrolled" in one
        )
        crowd = known[-1][2] if known else int(middle)
        for one in mine:
            off = abs(one["attended"] - middle)
            if one["attended"] and off > 6 * spread and off >= 5 and off > Fraction(crowd, 3):
                yield (one["leaf"],)


SLOW = {
    "two-places": _slow_places,
    "sessions-overlap": _slow_overlap,
    "attendance-outlier": _slow_outliers,
}


def test_a_hint_is_frozen() -> None:
    hint = Hint("two-places", "t", (1,))
    with pytest.raises(AttributeError):
        hint.code = "other"  # type: ignore[misc]
