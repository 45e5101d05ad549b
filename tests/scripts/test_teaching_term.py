"""The generated term: the same to the byte, valid, and irregular exactly where its labels say."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.core.teaching.records import check_against_profile, record_of
from ledger.core.teaching.vocabulary import TYPES
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from scripts import teaching_term
from scripts.teaching_calendar import is_holiday, teaching_days
from scripts.teaching_irregular import KINDS, Rates
from scripts.teaching_picture import svg
from scripts.teaching_school import MOST_RUNS, BadSize, Size
from scripts.teaching_term import LABELS, PICTURE, STATEMENTS, Term, labels_json, summary, term
from tests.scripts.look import (
    LOOKED_AT,
    Json,
    around,
    extension,
    look,
    moment,
    of_type,
    span,
    teacher,
)

ROOT = Path(teaching_term.__file__).resolve().parents[1]
SMALL = Size(teachers=16, runs=48, weeks=16)
NONE = Rates(0, 0, 0, 0, 0, 0)
MANY = Rates(0.05, 0.05, 0.5, 0.2, 0.9, 0.9)
SHAPES = [
    (SMALL, Rates()),
    (Size(16, 48, 16, seed=7), MANY),
    (Size(3, 24, 5, seed=8), MANY),
    (Size(1, 1, 1, seed=9), MANY),
    (Size(6, 2, 20, seed=10), MANY),
    (Size(6, 40, 16, seed=11), Rates(0, 0, 1, 1, 1, 1)),
    (Size(6, 24, 16, seed=12), Rates(1, 1, 0, 0, 0, 0)),
]


@cache
def made(size: Size, rates: Rates) -> Term:
    return term(size, rates)


@cache
def statements(size: Size, rates: Rates) -> list[Json]:
    return [json.loads(line) for line in made(size, rates).lines()]


def labels(size: Size, rates: Rates) -> list[dict[str, Any]]:
    told = labels_json(made(size, rates), rates, "")["irregularities"]
    assert isinstance(told, list)
    return told


# ------------------------------------------------------------------- validity


@pytest.mark.parametrize(("size", "rates"), SHAPES)
def test_every_statement_is_valid_and_keeps_the_profile(size: Size, rates: Rates) -> None:
    for leaf, one in enumerate(statements(size, rates)):
        assert check_statement(one, Version.V2) is one
        record = record_of(one, leaf)
        assert record is not None
        assert record["statement"] == one["id"]


def test_every_type_of_record_is_there() -> None:
    kinds = Counter(check_against_profile(one) for one in statements(Size(200, 60, 4), NONE))
    assert kinds.keys() == TYPES.keys()


def test_ids_are_unique_and_lines_are_lines() -> None:
    lines = list(made(SMALL, Rates()).lines())
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines)
    assert len({json.loads(line)["id"] for line in lines}) == len(lines)


# ------------------------------------------------------------------- labels


@pytest.mark.parametrize(("size", "rates"), SHAPES)
def test_irregular_is_what_is_labelled_and_nothing_else(size: Size, rates: Rates) -> None:
    by_id = {one["id"]: one for one in statements(size, rates)}
    labelled = set()
    for label in labels(size, rates):
        named = [by_id[id] for id in label["statements"]]
        true = look(named)
        assert {kind for kind, _ in true} == {label["kind"]}
        assert frozenset().union(*(ids for _, ids in true)) == set(label["statements"])
        assert teacher(named[-1]) == label["subject"]
        labelled |= true
    assert look(statements(size, rates)) == labelled


def test_the_whole_school_is_irregular_where_it_is_labelled() -> None:
    size, rates = Size(), Rates()
    told = term(size, rates)
    # A hundred megabytes: no more of them are parsed than the look reads.
    verbs = [f'"verb":{{"id":"{verb}"'.encode() for verb in LOOKED_AT]
    kept = [json.loads(line) for line in told.lines() if any(verb in line for verb in verbs)]
    by_id = {one["id"]: one for one in kept}
    found: set[tuple[str, frozenset[str]]] = set()
    for label in labels_json(told, rates, "")["irregularities"]:  # type: ignore[attr-defined]
        found |= look([by_id[id] for id in label["statements"]])
    assert look(kept) == found
    assert {kind for kind, _ in found} == set(KINDS)
    assert len({teacher(one) for one in of_type(kept, "session-delivered")}) == 200
    assert len(of_type(kept, "run-opened")) == 600
    assert 60_000 < len(told.facts) < 120_000


def test_rates_of_nought_plant_nothing() -> None:
    assert labels(SMALL, NONE) == []
    assert look(statements(SMALL, NONE)) == set()


def test_planting_changes_what_it_labels_and_nothing_else() -> None:
    before = {one["id"]: one for one in statements(SMALL, NONE)}
    after = {one["id"]: one for one in statements(SMALL, MANY)}
    changed = {id for id, one in after.items() if before.get(id) != one}
    assert changed == {label["statements"][-1] for label in labels(SMALL, MANY)}
    assert before.keys() <= after.keys()


def test_no_statement_is_in_two_labels() -> None:
    for size, rates in SHAPES:
        named = Counter(id for label in labels(size, rates) for id in label["statements"])
        assert all(count == 1 for count in named.values())


def test_rates_say_how_many() -> None:
    count = Counter(label["kind"] for label in labels(SMALL, Rates()))
    held = len(of_type(statements(SMALL, Rates()), "session-delivered"))
    plans = len(of_type(statements(SMALL, Rates()), "plan-uploaded"))
    assert 0 <= count["session-without-students"] - 0.004 * held < 1
    assert 0 <= count["plan-after-class"] - 0.006 * plans < 1
    assert count["ratings-stuffed"] == 2
    assert count["sessions-overlap"] == 2
    assert count["two-places"] == 1


# ------------------------------------------------------------------- what a term is like


def test_innocent_look_alikes_are_there() -> None:
    regular = statements(SMALL, NONE)
    slots = {one["object"]["id"]: one for one in of_type(regular, "slot-scheduled")}
    held = of_type(regular, "session-delivered")
    assert len(held) < len(slots), "some sessions fall out"
    moved = [
        one for one in held if moment(one, "starts") > moment(slots[one["object"]["id"]], "ends")
    ]
    assert moved, "some are held in another slot"
    videos = Counter(extension(one, "result", "sha2") for one in held)
    del videos[None]
    assert max(videos.values()) > 1, "classes which hear the same course share its videos"


def test_numbers_agree_with_one_another() -> None:
    regular = statements(SMALL, NONE)
    enrolled = {
        one["object"]["id"]: extension(one, "result", "enrolled")
        for one in of_type(regular, "run-opened")
    }
    slots = {one["object"]["id"] for one in of_type(regular, "slot-scheduled")}
    for one in of_type(regular, "session-delivered"):
        assert 0 < extension(one, "result", "attended") <= enrolled[around(one, "parent")]
        assert one["object"]["id"] in slots
        assert not is_holiday(moment(one, "starts").date())
    for one in of_type(regular, "rating-collected"):
        assert "member" not in one["actor"]
    seen = Counter(
        (one["actor"]["account"]["name"], moment(one, "timestamp"))
        for one in of_type(regular, "observation-made")
    )
    assert max(seen.values()) == 1


def test_a_plan_is_before_its_session_or_labelled() -> None:
    late = {
        label["statements"][-1]
        for label in labels(SMALL, MANY)
        if label["kind"] == "plan-after-class"
    }
    sessions = {
        one["object"]["id"]: one for one in of_type(statements(SMALL, MANY), "session-delivered")
    }
    for plan in of_type(statements(SMALL, MANY), "plan-uploaded"):
        session = sessions.get(around(plan, "other"))
        if session is not None and plan["id"] not in late:
            assert moment(plan, "timestamp") < span(session)[0]


def test_attendance_decays_over_the_term() -> None:
    regular = statements(SMALL, NONE)
    first = min(moment(one, "starts") for one in of_type(regular, "session-delivered"))
    weeks: Counter[int] = Counter()
    came: Counter[int] = Counter()
    for one in of_type(regular, "session-delivered"):
        week = (moment(one, "starts") - first) // timedelta(days=7)
        weeks[week] += 1
        came[week] += extension(one, "result", "attended")
    assert came[0] / weeks[0] > 1.2 * came[14] / weeks[14]


def test_holidays_are_kept_and_made_up_for() -> None:
    days = {day.date: day for day in teaching_days(16)}
    assert date(2026, 4, 6) not in days and date(2026, 5, 4) not in days
    assert days[date(2026, 5, 9)].weekday == 1
    assert date(2026, 5, 16) not in days
    assert len(days) == 16 * 5 - 1 - 3 - 1 + 1


def test_sources_send_in_order() -> None:
    term_made = made(SMALL, MANY)
    sent = [fact.sent for fact in term_made.facts]
    assert sent == sorted(sent)
    # Nothing is sent before it is so.
    assert all(fact.sent >= fact.at for fact in term_made.facts)
    first: dict[str, int] = {}
    for number, fact in enumerate(term_made.facts):
        first.setdefault(fact.type, number)
    assert first["run-opened"] < first["slot-scheduled"] < first["session-delivered"]


# ------------------------------------------------------------------- the command


def run(out: Path, hash_seed: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.teaching_term", "--out", str(out), *more],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": f"UTC-{hash_seed}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    sizes = ("--teachers", "9", "--runs", "30", "--weeks", "8")
    for name, more in {"1": (), "2": (), "3": ("--seed", "5")}.items():
        done = run(tmp_path / name, name, *sizes, *more)
        assert done.returncode == 0, done.stderr
        assert "irregularities" in done.stdout
    for name in (STATEMENTS, LABELS, PICTURE):
        one, two, other = ((tmp_path / folder / name).read_bytes() for folder in "123")
        assert one == two
        assert one != other


def test_what_is_written(tmp_path: Path) -> None:
    assert teaching_term.main(["--out", str(tmp_path), "--teachers", "4", "--runs", "9"]) == 0
    lines = (tmp_path / STATEMENTS).read_bytes()
    told = json.loads((tmp_path / LABELS).read_text("utf-8"))
    assert told["sha256"] == hashlib.sha256(lines).hexdigest()
    assert told["statements"] == lines.count(b"\n")
    assert (told["teachers"], told["runs"], told["weeks"]) == (4, 9, 16)
    assert told["kinds"].keys() == KINDS.keys()
    assert told["rates"]["late"] == Rates().late
    ids = {json.loads(line)["id"] for line in lines.splitlines()}
    assert all(ids.issuperset(label["statements"]) for label in told["irregularities"])


def test_the_drawing_is_well_formed_and_marks_each_irregularity() -> None:
    for size, rates in SHAPES:
        drawn = svg(summary(made(size, rates)))
        marks = ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}circle")
        assert sum(1 for _ in marks) == len(labels(size, rates))


@pytest.mark.parametrize(
    "wrong",
    [
        ("--teachers", "0"),
        ("--runs", "0"),
        ("--weeks", "0"),
        ("--weeks", "21"),
        ("--teachers", "2", "--runs", str(2 * MOST_RUNS + 1)),
    ],
)
def test_sizes_that_cannot_be_are_refused(
    wrong: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert teaching_term.main(["--out", str(tmp_path / "x"), *wrong]) == 2
    assert " / at " in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("rate", ["-0.1", "1.5", "nan", "many"])
def test_rates_that_cannot_be_are_refused(rate: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        teaching_term.main(["--out", str(tmp_path / "x"), "--late", rate])
    assert left.value.code == 2
    assert not (tmp_path / "x").exists()


def test_bad_sizes_are_told_before_anything_is_made() -> None:
    with pytest.raises(BadSize):
        Size(teachers=1, runs=MOST_RUNS + 1)


def test_times_are_those_of_china() -> None:
    one = of_type(statements(SMALL, NONE), "slot-scheduled")[0]
    starts = datetime.fromisoformat(extension(one, "context", "starts"))
    assert starts.utcoffset() == timedelta(hours=8)
