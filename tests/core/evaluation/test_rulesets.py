"""The rule sets that are shipped: by hand on small cases, and twice on a made term of teaching."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.core.canonical import parse_json
from ledger.core.evaluation import rules as module
from ledger.core.evaluation.evaluate import Evaluator, Period, result_bytes
from ledger.core.evaluation.rules import RuleSet, check_rules, problems_of
from ledger.core.teaching.records import record_of
from ledger.core.teaching.vocabulary import TYPES
from scripts.teaching_irregular import Rates
from scripts.teaching_school import Size
from scripts.teaching_term import labels_json, term
from tests.reference_rules import result_of

FILES = sorted((Path(module.__file__).parent / "rulesets").glob("*.json"))
TEACHER = "https://univ-a.example|t-0042"
TERM = Period("2026-2027-1", 1_700_000_000, 1_900_000_000)
T = 1_790_000_000
MINUTES = 60


@cache
def _data(name: str) -> Any:
    (path,) = (path for path in FILES if path.stem == name)
    return parse_json(path.read_bytes())


@cache
def _rules(name: str) -> RuleSet:
    return check_rules(_data(name))


def _values(name: str, records: list[dict[str, Any]], subject: str = TEACHER) -> dict[str, Any]:
    """Value of each indicator, and its reasons where it has none; the reference agrees."""
    numbered = [
        {"leaf": leaf, "subject": subject, "by": "made", "at": T, **record}
        for leaf, record in enumerate(records)
    ]
    result = Evaluator(_rules(name)).evaluate(numbered, subject, TERM)
    again = result_of(_data(name), numbered, subject, TERM.name, TERM.start, TERM.end)
    assert result_bytes(result) == again
    return {one.id: one.missing if one.value is None else one.value for one in result.figures}


def _session(name: str, start: int, length: int, **fields: Any) -> list[dict[str, Any]]:
    """A slot, and a session held in it (two minutes late) if it has fields."""
    place = {"run": "a", "session": name}
    slot = {"type": "slot-scheduled", **place, "starts": start, "ends": start + length}
    if not fields:
        return [slot]
    times = {"starts": start + 120, "ends": start + length + 120}
    return [slot, {"type": "session-delivered", **place, **times, **fields}]


def test_files_are_named_after_their_rule_sets_and_read_no_unknown_field() -> None:
    assert [path.stem for path in FILES] == [
        "course-credit",
        "online-workload",
        "open-course-quality",
        "teaching-integrity",
    ]
    for path in FILES:
        data = parse_json(path.read_bytes())
        assert problems_of(data) == () and data["id"] == path.stem
        if data["id"] != "course-credit":
            assert set(data["reads"]) <= set(TYPES)


def test_workload() -> None:
    opened = {"type": "run-opened", "run": "a", "mode": "live", "first_run": True, "enrolled": 61}
    records = [
        opened,
        *_session("1", T, 90 * MINUTES, mode="live", attended=50),
        *_session("2", T + 9000, 45 * MINUTES, mode="recorded", attended=0),
        *_session("3", T + 20000, 90 * MINUTES),
        {**_session("4", T + 9000, 600, mode="live", attended=1)[1]},
    ]
    assert _values("online-workload", records) == {
        "scheduled": "5",
        "held": "3",
        # (2 × 11/10 + 1 × 3/5) × 6/5 × 6/5
        "workload": "403/100",
        "not-held": "1",
        "not-scheduled": "1",
        "without-students": "1",
        "overlap": "10",
    }
    assert _values("online-workload", records[1:])["workload"] == ("no-records:run-opened",)
    assert _values("online-workload", [])["workload"] == "0"


def test_a_longer_session_than_its_slot_counts_no_more() -> None:
    slot, held = _session("1", T, 45 * MINUTES, mode="live", attended=9)
    assert _values("online-workload", [slot, {**held, "ends": T + 900_000}])["held"] == "1"
    twice = [slot, held, held]
    assert _values("online-workload", twice)["held"] == "1"


def _open_course(run: str, **fields: Any) -> dict[str, Any]:
    usual = {"open": True, "enrolled": 100, "completed": 15, "schools": 4}
    return {"type": "open-course-operated", "run": run, "course": "c", **usual, **fields}


def test_open_course_quality() -> None:
    counted = {"type": "interactions-counted", "posts": 400, "replies": 50}
    rated = {"type": "rating-collected", "histogram": [0, 0, 2, 4, 4]}
    answer = {"type": "question-answered", "run": "a", "asked": T, "answered": T + 3600 * 30}
    records = [
        _open_course("a"),
        _open_course("b", completed=5, schools=2),
        {**counted, "run": "a"},
        {**counted, "run": "not-open"},
        {**rated, "run": "a"},
        {**rated, "run": "not-open", "histogram": [9, 0, 0, 0, 0]},
        answer,
    ]
    assert _values("open-course-quality", records) == {
        "runs": "2",
        "openness": "1",
        "completion": "1/10",
        "interaction": "9/4",
        "answers": "30",
        "reuse": "4",
        "rating": "21/5",
        # 0.15 + 0.2 × 0.7 + 0.2 × 0.8 + 0.15 × 0.8 + 0.15 × 0.8 + 0.15 × (4.2 - 1) / 4
        "quality": "81/100",
        "meets-criteria": True,
    }
    closed = _values("open-course-quality", [_open_course("a", open=False)])
    assert closed["meets-criteria"] is False
    assert closed["quality"] == ("indicator:answers", "indicator:rating")


def _student(course: str, seconds: int, scores: list[str], sessions: int) -> list[dict[str, Any]]:
    half = {"type": "video-watched", "course": course, "video": "v1"}
    return [
        {
            "type": "course-enrolled",
            "course": course,
            "credits": "5/2",
            "video_length": 1000,
            "quizzes": 2,
            "sessions": 3,
        },
        {**half, "segments": [0, seconds - 100, 50, seconds]},
        {**half, "segments": [0, 10]},
        *(
            {"type": "quiz-scored", "course": course, "quiz": quiz, "score": score}
            for quiz, score in zip(["q1", "q1", "q2"], scores, strict=False)
        ),
        *(
            {"type": "session-attended", "course": course, "session": str(number)}
            for number in [*range(sessions), 0]
        ),
    ]


def test_course_credit() -> None:
    transfer = {"type": "credit-transferred", "course": "x", "institution": "u", "credits": 2}
    records = [
        *_student("good", 800, ["1/5", "1/2", "7/10"], 2),
        *_student("little-watched", 799, ["1/1", "1/1", "1/1"], 3),
        *_student("one-quiz", 1000, ["1/1", "11/10"], 3)[:-1],
        transfer,
        transfer,
        {**transfer, "course": "y", "credits": "21/2"},
    ]
    values = _values("course-credit", records)
    assert values["courses"] == "3"
    assert (values["passed"], values["earned"]) == ("1", "5/2")
    assert (values["transferred"], values["credits"]) == ("10", "25/2")
    assert (values["videos"], values["quizzes"], values["attendance"]) == (
        "799/1000",
        "11/20",
        "667/1000",
    )


@cache
def _made_term() -> tuple[dict[str, list[dict[str, Any]]], Any]:
    """Records of a small school by teacher, with leaves in the order sent, and what was planted."""
    rates = Rates()
    made = term(Size(teachers=8, runs=24, weeks=8), rates)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for leaf, line in enumerate(made.lines()):
        record = record_of(json.loads(line), leaf)
        assert record is not None
        found[str(record["subject"])].append(dict(record))
    return found, labels_json(made, rates, "")["irregularities"]


@pytest.mark.parametrize("name", ["online-workload", "open-course-quality"])
def test_both_implementations_agree_on_a_made_term(name: str) -> None:
    teachers, _ = _made_term()
    ready = Evaluator(_rules(name))
    known = 0
    for subject, records in teachers.items():
        result = ready.evaluate(records, subject, TERM)
        again = result_of(_data(name), records, subject, TERM.name, TERM.start, TERM.end)
        assert result_bytes(result) == again
        known += sum(one.value is not None for one in result.figures)
    assert known > 3 * len(teachers)


def test_sessions_without_students_are_those_that_were_planted() -> None:
    teachers, planted = _made_term()
    wanted = Counter(one["subject"] for one in planted if one["kind"] == "session-without-students")
    ready = Evaluator(_rules("online-workload"))
    for subject, records in teachers.items():
        figures = {one.id: one for one in ready.evaluate(records, subject, TERM).figures}
        assert figures["without-students"].value == str(wanted[subject]), subject
