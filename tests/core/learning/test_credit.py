"""A student's credit by the shipped rules: product, second implementation, and the truth."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.core.canonical import parse_json
from ledger.core.evaluation import rules as module
from ledger.core.evaluation.evaluate import Evaluator, Period, evaluate, result_bytes
from ledger.core.evaluation.rules import RuleSet, check_rules
from ledger.core.learning.records import learning_record_of
from ledger.core.learning.vocabulary import LEARNING_TYPES
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from scripts import learning_term as script
from scripts.learning_term import LearningTerm, learning_term
from tests.reference_rules import result_of

Json = dict[str, Any]

FILE = Path(module.__file__).parent / "rulesets" / "course-credit.json"
SHAPES = [(16, 12, 1), (12, 12, 2), (6, 3, 3), (1, 1, 4)]
STUDENT = "https://weibei.example|s-1"


@cache
def _data() -> Any:
    return parse_json(FILE.read_bytes())


@cache
def _rules() -> RuleSet:
    return check_rules(_data())


@cache
def _term(shape: tuple[int, int, int]) -> LearningTerm:
    return learning_term(*shape)


def _records(made: LearningTerm) -> tuple[dict[str, list[Json]], list[str]]:
    """By student, with leaves in the order of the lines; and ids of what was refused."""
    found: dict[str, list[Json]] = defaultdict(list)
    refused = []
    for leaf, line in enumerate(made.lines()):
        statement = json.loads(line)
        assert check_statement(statement, Version.V2) is statement
        try:
            record = learning_record_of(statement, leaf)
        except BadEvidence as refusal:
            assert refusal.code == "learning-value"
            refused.append(statement["id"])
            continue
        if record is not None:
            found[str(record["subject"])].append(dict(record))
    return found, sorted(refused)


def test_rules_read_fields_that_the_records_have() -> None:
    reads = _data()["reads"]
    assert set(reads) == set(LEARNING_TYPES)
    for name, fields in reads.items():
        kind = LEARNING_TYPES[name]
        assert set(fields) <= {"course", kind.object_field, *(one.name for one in kind.fields)}


@pytest.mark.parametrize("shape", SHAPES)
def test_credits_of_a_made_term(shape: tuple[int, int, int]) -> None:
    made = _term(shape)
    truth = made.credits()
    period = Period(*truth["period"].values())
    records, refused = _records(made)
    assert refused == truth["refused"]
    ready = Evaluator(_rules())
    assert set(records) == set(truth["students"])
    for subject, true in truth["students"].items():
        result = ready.evaluate(records[subject], subject, period)
        again = result_of(_data(), records[subject], subject, period.name, period.start, period.end)
        assert result_bytes(result) == again
        figures = {one.id: one.value for one in result.figures}
        assert {name: figures[name] for name in true} == true, subject
        assert not any(one.missing for one in result.figures)


def test_the_made_term_has_every_case() -> None:
    students = [who for shape in SHAPES for who in _term(shape).students]
    missed = {taken.missed for who in students for taken in who.taken}
    assert missed == {None, "videos", "quizzes", "sessions"}
    sums = [sum(max(one.credits) for one in who.transfers) for who in students]
    assert any(one > 10 for one in sums) and any(0 < one < 10 for one in sums)
    assert any(len(one.credits) > 1 for who in students for one in who.transfers)
    parts = {taken.course.parts for who in students for taken in who.taken}
    assert len(parts) > 3
    assert all(len(_term(shape).refused) for shape in SHAPES)


def test_what_must_not_count_would_have_counted() -> None:
    """The late repetition gives credits as soon as the period is longer."""
    made = _term(SHAPES[0])
    truth = made.credits()
    start, end = truth["period"]["start"], truth["period"]["end"]
    records, _ = _records(made)
    longer = Period("longer", start, end + 1_000_000)
    more = 0
    for subject, true in truth["students"].items():
        figures = evaluate(_rules(), records[subject], subject, longer).figures
        more += {one.id: one.value for one in figures}["credits"] != true["credits"]
    assert more


# ------------------------------------------------------------------- borders, by hand


def _values(records: list[Json]) -> dict[str, Any]:
    numbered = [
        {"leaf": leaf, "subject": STUDENT, "by": "made", "at": 1_000 + leaf, **record}
        for leaf, record in enumerate(records)
    ]
    result = evaluate(_rules(), numbered, STUDENT, Period("t", 0, 10_000))
    assert result_bytes(result) == result_of(_data(), numbered, STUDENT, "t", 0, 10_000)
    return {one.id: one.value for one in result.figures}


def _enrolled(length: int, quizzes: int, sessions: int) -> Json:
    return {
        "type": "course-enrolled",
        "course": "c",
        "credits": "3/2",
        "video_length": length,
        "quizzes": quizzes,
        "sessions": sessions,
    }


VIDEO = {"type": "video-watched", "course": "c", "video": "v", "segments": [0, 80]}
QUIZ = {"type": "quiz-scored", "course": "c", "quiz": "q", "score": "3/5"}
SESSIONS = [{"type": "session-attended", "course": "c", "session": str(one)} for one in range(2)]


def test_a_part_that_a_course_does_not_have_is_not_asked_for() -> None:
    assert _values([_enrolled(0, 1, 3), QUIZ, *SESSIONS])["earned"] == "3/2"
    assert _values([_enrolled(100, 0, 3), VIDEO, *SESSIONS])["earned"] == "3/2"
    mooc = _values([_enrolled(100, 1, 0), VIDEO, QUIZ])
    assert (mooc["earned"], mooc["attendance"], mooc["videos"]) == ("3/2", "1", "4/5")


@pytest.mark.parametrize(
    "missing",
    [
        [_enrolled(101, 1, 3), VIDEO, QUIZ, *SESSIONS],
        [_enrolled(100, 2, 3), VIDEO, QUIZ, *SESSIONS],
        [_enrolled(100, 1, 4), VIDEO, QUIZ, *SESSIONS],
        [_enrolled(100, 1, 3), VIDEO, QUIZ, SESSIONS[0], SESSIONS[0]],
        [VIDEO, QUIZ, *SESSIONS],
    ],
)
def test_just_below_gives_nothing(missing: list[Json]) -> None:
    assert _values(missing)["credits"] == "0"


def test_just_enough_gives_the_credits_and_the_newest_enrolment_counts() -> None:
    enough = [_enrolled(100, 1, 3), VIDEO, QUIZ, *SESSIONS]
    assert _values(enough)["credits"] == "3/2"
    assert _values([*enough, _enrolled(100, 2, 3)])["credits"] == "0"


# ------------------------------------------------------------------- the files


def test_files_are_the_same_to_the_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--students", "3", "--courses", "4", "--seed", "9"]
    for name in ("a", "b"):
        assert script.main([*options, "--out", str(tmp_path / name)]) == 0
    assert "statements" in capsys.readouterr().out
    for file in (script.STATEMENTS, script.CREDITS):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    lines = (tmp_path / "a" / script.STATEMENTS).read_bytes().splitlines()
    credits = json.loads((tmp_path / "a" / script.CREDITS).read_text("utf-8"))
    assert len(lines) == credits["statements"] and len(credits["students"]) == 3
    times = [json.loads(line)["timestamp"] for line in lines]
    assert times == sorted(times)
    homes = {json.loads(line)["actor"]["account"]["homePage"] for line in lines}
    assert homes == {script.HOME}


def test_another_seed_is_another_term() -> None:
    assert list(learning_term(2, 4, 1).lines()) != list(learning_term(2, 4, 2).lines())
    with pytest.raises(SystemExit):
        script.main(["--out", "x", "--students", "0"])
