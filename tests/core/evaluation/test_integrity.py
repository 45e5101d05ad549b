"""The rule set of integrity: each figure by hand, and both implementations on a made term."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.core.canonical import parse_json
from ledger.core.evaluation import rules as module
from ledger.core.evaluation.evaluate import Evaluator, Period, result_bytes
from ledger.core.evaluation.rules import RuleSet, check_rules, problems_of
from ledger.core.teaching.records import record_of
from scripts.teaching_calendar import DAY, week_begins
from scripts.teaching_irregular import Rates
from scripts.teaching_school import Size
from scripts.teaching_term import labels_json, term
from tests.reference_rules import result_of

FOLDER = Path(module.__file__).parent / "rulesets"
TEACHER = "https://univ-a.example|t-0042"
START, HOUR = 1_790_000_000, 3_600
TERM = Period("2026-2027-1", START, START + 120 * DAY)
T = START + 10 * DAY + 8 * HOUR
Record = dict[str, Any]


@cache
def _data() -> Any:
    return parse_json((FOLDER / "teaching-integrity.json").read_bytes())


@cache
def _rules() -> RuleSet:
    return check_rules(_data())


def _values(*records: Record) -> dict[str, Any]:
    """Value of each figure, or its reasons; the second implementation gives the same bytes."""
    numbered = [
        {"leaf": leaf, "subject": TEACHER, "by": "x", "at": T, "run": "a", "course": "c", **record}
        for leaf, record in enumerate(records)
    ]
    result = Evaluator(_rules()).evaluate(numbered, TEACHER, TERM)
    again = result_of(_data(), numbered, TEACHER, TERM.name, TERM.start, TERM.end)
    assert result_bytes(result) == again
    return {one.id: one.missing if one.value is None else one.value for one in result.figures}


def _told(*records: Record, **wanted: str) -> None:
    """Of the figures that count what is odd, these and no others are above zero."""
    values = _values(*records)
    odd = {name: values[name] for name in COUNTED if values[name] != "0"}
    assert odd == {name.replace("_", "-"): value for name, value in wanted.items()}


COUNTED = (
    "unopened", "without-students", "above-enrolment", "attendance-peaks", "attendance-even",
    "plans-late", "plans-changed", "plans-repeated", "plans-elsewhere", "videos-repeated",
    "videos-elsewhere", "overlap", "overlap-days", "two-places", "two-places-days",
    "ratings-stuffed", "rating-bursts", "interactions-by-few", "interactions-unknown",
)  # fmt: skip
OTHERS = ("sessions", "attendance", "responses", "rating")


def _opened(enrolled: int = 40, **fields: Any) -> Record:
    times = {"starts": START, "ends": TERM.end, "at": START - 20 * DAY}
    return {"type": "run-opened", "enrolled": enrolled, **times, **fields}


def _session(name: str, start: int, attended: int = 30, **fields: Any) -> Record:
    usual = {"session": name, "mode": "live", "starts": start, "ends": start + HOUR, "at": start}
    return {"type": "session-delivered", "attended": attended, **usual, **fields}


def _plan(session: str, at: int, sha2: str = "", **fields: Any) -> Record:
    named = {"session": session, "sha2": sha2 or f"plan of {session}"}
    return {"type": "plan-uploaded", "at": at, **named, **fields}


def _rating(*histogram: int, span: int = 7 * DAY, **fields: Any) -> Record:
    times = {"starts": T, "ends": T + span}
    return {"type": "rating-collected", "histogram": list(histogram), **times, **fields}


def _days(*attended: int) -> Iterator[Record]:
    for day, one in enumerate(attended):
        yield _session(str(day), T + day * DAY, one)


def test_every_shipped_rule_set_is_good() -> None:
    files = sorted(FOLDER.glob("*.json"))
    assert len(files) == 4
    for path in files:
        assert problems_of(parse_json(path.read_bytes())) == (), path.name


def test_the_figures_of_this_test_are_all() -> None:
    assert sorted((*COUNTED, *OTHERS)) == sorted(_rules().listed)


def test_nothing_odd_in_a_plain_term() -> None:
    plans = [_plan(str(day), T + day * DAY - HOUR) for day in range(9)]
    sessions = list(_days(30, 31, 29, 33, 28, 30, 27, 30, 35))
    values = _values(_opened(), *sessions, *plans, _rating(0, 1, 2, 12, 15))
    assert all(values[name] == "0" for name in COUNTED)
    assert {name: values[name] for name in OTHERS} == {
        "sessions": "9",
        "attendance": "379/500",  # half up of 273/360
        "responses": "3/4",
        "rating": "437/100",
    }


def test_nothing_at_all() -> None:
    values = _values()
    assert all(values[name] == "0" for name in COUNTED)
    assert values["rating"] == ("no-records:rating-collected",)
    assert values["attendance"] == ("division-by-zero",)


def test_attendance_against_the_registrar() -> None:
    _told(_opened(), *_days(30, 0, 0), without_students="2")
    _told(*_days(30, 0), without_students="1", unopened="1")
    _told(_opened(0), *_days(0))
    _told(_opened(29), *_days(30, 31), above_enrolment="1")
    assert _values(*_days(30))["attendance"] == ("no-records:run-opened",)


def test_numbers_that_jump_or_never_move() -> None:
    _told(_opened(), *_days(10, 11, 10, 9, 22), attendance_peaks="1")
    _told(_opened(), *_days(10, 11, 10, 9, 20))
    _told(_opened(), *_days(10, 11, 10, 22))
    _told(_opened(), *_days(*[30] * 8), attendance_even="1")
    _told(_opened(), *_days(*[30] * 7))


def test_plans() -> None:
    base = (_opened(), _session("1", T))
    _told(*base, _plan("1", T + HOUR))
    _told(*base, _plan("1", T + HOUR + 1), plans_late="1")
    _told(*base, _plan("1", T), _plan("1", T + HOUR + 1, "new"), plans_changed="1")
    _told(*base, _plan("2", T + 9 * DAY))
    unnamed = _plan("1", T + 9 * DAY)
    del unnamed["session"]
    _told(*base, unnamed)
    _told(*base, _plan("1", T, "p"), _plan("2", T, "p"), plans_repeated="1")
    _told(*base, _plan("1", T, "p"), _plan("2", T, "p", run="b"))
    elsewhere = _plan("2", T, "p", run="b", course="d")
    _told(*base, _plan("1", T, "p"), elsewhere, plans_elsewhere="1")


def test_videos() -> None:
    first, later = _session("1", T, sha2="v"), T + DAY
    _told(_opened(), first, _session("2", later, sha2="v"), videos_repeated="1")
    _told(_opened(), _opened(run="b"), first, _session("2", later, sha2="v", run="b"))
    other = _session("2", later, sha2="v", run="b", course="d")
    _told(_opened(), _opened(run="b"), first, other, videos_elsewhere="1")
    _told(_opened(), first, _session("2", later, sha2="w"))


def test_sessions_at_the_same_time() -> None:
    first = _session("1", T)
    _told(_opened(), first, _session("2", T + HOUR))
    _told(_opened(), first, _session("2", T + HOUR - 600), overlap="10", overlap_days="1")
    _told(_opened(), first, _session("2", T, mode="recorded"))
    _told(_opened(), first, {**first, "ends": T + 2 * HOUR})
    midnight = _session("3", START + 20 * DAY - 600)
    across = _session("4", START + 20 * DAY + 600)
    _told(_opened(), first, midnight, across, overlap="40")


def test_two_places() -> None:
    def training(at: int, **fields: Any) -> Record:
        return {"type": "training-attended", "at": at, "duration": HOUR, **fields}

    base = (_opened(), _session("1", T))
    _told(*base, training(T - HOUR))
    _told(*base, training(T - HOUR + 600), two_places="10", two_places_days="1")
    _told(*base, training(T + 2 * HOUR - 600), two_places="10", two_places_days="1")
    _told(*base, training(T, duration=9 * HOUR))
    _told(_opened(), _session("1", T, mode="recorded"), training(T))
    twice = (*base, training(T + 60), training(T - 60), _session("2", T + DAY))
    _told(*twice, training(T + DAY), two_places="120", two_places_days="2")


def test_ratings() -> None:
    _told(_opened(10), _rating(0, 0, 0, 0, 10))
    _told(_opened(10), _rating(0, 0, 0, 1, 10), ratings_stuffed="1")
    _told(_opened(10), _rating(0, 0, 0, 0, 9, span=HOUR - 1), rating_bursts="1")
    _told(_opened(10), _rating(0, 0, 0, 0, 9, span=HOUR))
    assert _values(_opened(10), _rating(0, 0, 0, 0, 4))["rating"] == ("k-anonymity",)


def test_interaction() -> None:
    def counted(posts: int, **fields: Any) -> Record:
        times = {"starts": T, "ends": T + 7 * DAY, "at": T + 7 * DAY}
        return {"type": "interactions-counted", "posts": posts, **times, **fields}

    _told(counted(20, participants=2))
    _told(counted(21, participants=2), interactions_by_few="1")
    _told(counted(19, participants=1))
    _told(counted(50), interactions_unknown="1")


def test_what_a_platform_may_not_say_is_missing_and_not_zero() -> None:
    session = _session("1", T)
    del session["attended"]
    values = _values(_opened(), session)
    assert values["without-students"] == ("no-field:session-delivered.attended",)
    assert values["above-enrolment"] == ("no-field:session-delivered.attended",)


# ------------------------------------------------------------------- a made term


SIZE = Size(teachers=16, runs=48, weeks=16, seed=7)
WHOLE = Period("2025-2026-2", week_begins(-8), week_begins(30))


@cache
def _made() -> tuple[dict[str, list[Record]], Any]:
    rates = Rates(0.01, 0.02, 0.3, 0.1, 0.5, 0.5)
    made = term(SIZE, rates)
    found: dict[str, list[Record]] = defaultdict(list)
    for leaf, line in enumerate(made.lines()):
        record = record_of(json.loads(line), leaf)
        assert record is not None
        found[str(record["subject"])].append(dict(record))
    return found, labels_json(made, rates, "")["irregularities"]


def test_both_implementations_agree_on_a_made_term() -> None:
    teachers, _ = _made()
    ready = Evaluator(_rules())
    for subject, records in teachers.items():
        result = ready.evaluate(records, subject, WHOLE)
        again = result_of(_data(), records, subject, WHOLE.name, WHOLE.start, WHOLE.end)
        assert result_bytes(result) == again
        assert all(one.value is not None for one in result.figures)


COUNTS = {
    "session-without-students": ("without-students",),
    "plan-after-class": ("plans-late", "plans-changed"),
    "ratings-stuffed": ("ratings-stuffed", "rating-bursts"),
    "sessions-overlap": ("overlap-days",),
    "two-places": ("two-places-days",),
}


@pytest.mark.parametrize("kind", COUNTS)
def test_figures_count_what_was_planted(kind: str) -> None:
    teachers, planted = _made()
    wanted = Counter(one["subject"] for one in planted if one["kind"] == kind)
    ready = Evaluator(_rules())
    assert wanted
    for subject, records in teachers.items():
        figures = {one.id: one.value for one in ready.evaluate(records, subject, WHOLE).figures}
        assert sum(int(figures[name] or 0) for name in COUNTS[kind]) == wanted[subject]


def test_videos_of_another_teacher_cannot_be_seen() -> None:
    teachers, planted = _made()
    owner = {one["statement"]: subject for subject, own in teachers.items() for one in own}
    recycled = [one for one in planted if one["kind"] == "video-recycled"]
    own = Counter(
        one["subject"]
        for one in recycled
        if {owner[id] for id in one["statements"]} == {one["subject"]}
    )
    assert 0 < own.total() < len(recycled)
    ready = Evaluator(_rules())
    for subject, records in teachers.items():
        figures = {one.id: one.value for one in ready.evaluate(records, subject, WHOLE).figures}
        found = sum(int(figures[name] or 0) for name in ("videos-repeated", "videos-elsewhere"))
        assert found == own[subject]
