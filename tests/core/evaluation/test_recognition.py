"""What becomes of a report: `docs/spec/evaluation-acts.md`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ledger.core.evaluation.acts import Act
from ledger.core.evaluation.recognition import Case, Effect, case_of, charter_of, deadline
from ledger.errors import BadEvidence
from tests.core.evaluation.acted import (
    DAY,
    DEAN,
    DOMAIN,
    OBSERVER,
    OFFICE,
    QUALITY,
    TEACHER,
    Acts,
    person,
    report_data,
    rules_data,
)
from tests.core.evaluation.test_acts import stream

OTHER = person("t-1")
THREE = {"signers": [["department"], ["registrar"], ["observer"]], "appeal_days": 15}


def reported(**changed: Any) -> tuple[Acts, Act]:
    """Charter, people and a report on the teacher."""
    acts = Acts().found(**changed)
    acts.appoint(OTHER, "teacher")
    return acts, acts.report()


def recognised(**changed: Any) -> tuple[Acts, Act]:
    acts, report = reported(**changed)
    acts.recognise(DEAN, report, "department")
    acts.recognise(OFFICE, report, "registrar")
    return acts, report


def case(acts: Acts, report: Act) -> Case:
    return case_of(acts.register(), report.leaf)


def codes(acts: Acts, report: Act) -> dict[int, str]:
    """Acts about the report that do not count."""
    steps = case(acts, report).steps
    return {step.act.leaf: step.refused.code for step in steps if step.refused is not None}


# ------------------------------------------------------------------- the page


def test_worked_example() -> None:
    effects = [case_of(stream(size).register(), 8).effect for size in range(9, 14)]
    assert effects == [
        Effect.COMPUTED, Effect.COMPUTED, Effect.RECOGNISED, Effect.APPEALED, Effect.RECOGNISED
    ]  # fmt: skip
    steps = case_of(stream().register(), 8).steps
    assert [(step.act.leaf, step.refused) for step in steps] == [
        (leaf, None) for leaf in range(9, 13)
    ]


# ------------------------------------------------------------------- recognising


def test_different_people_in_each_role() -> None:
    acts, report = reported()
    found = case(acts, report)
    assert (found.effect, found.by) == (Effect.COMPUTED, ())
    assert found.open_places == (frozenset({"department"}), frozenset({"registrar"}))
    acts.recognise(DEAN, report, "department")
    acts.recognise(DEAN, report, "department")
    acts.recognise(QUALITY, report, "department")
    found = case(acts, report)
    assert (found.effect, found.open_places) == (Effect.COMPUTED, (frozenset({"registrar"}),))
    assert found.by == ((DEAN.account, "department"), (QUALITY.account, "department"))
    acts.recognise(OFFICE, report, "registrar")
    found = case(acts, report)
    assert (found.effect, found.open_places, found.recognised) == (Effect.RECOGNISED, (), True)
    assert codes(acts, report) == {}


def test_one_person_in_two_roles_is_one_person() -> None:
    acts, report = reported()
    acts.appoint(DEAN, "department", "registrar")
    acts.recognise(DEAN, report, "department")
    acts.recognise(DEAN, report, "registrar")
    assert case(acts, report).effect is Effect.COMPUTED


def test_one_key_under_two_names_is_one_person() -> None:
    acts, report = reported()
    acts.appoint(QUALITY, "registrar", keys=[DEAN.key])
    acts.recognise(DEAN, report, "department")
    copied = acts.recognise(DEAN, report, "registrar", account=QUALITY.account)
    assert codes(acts, report) == {copied.leaf: "act-signer"}
    assert case(acts, report).effect is Effect.COMPUTED


CHEATS: dict[str, tuple[str, Callable[[Acts, Act], Act]]] = {
    "role not held": (
        "recognition-role",
        lambda acts, report: acts.recognise(QUALITY, report, "registrar"),
    ),
    "role not named": (
        "recognition-role",
        lambda acts, report: acts.recognise(OBSERVER, report, "observer"),
    ),
    "nobody": (
        "act-signer",
        lambda acts, report: acts.recognise(person("x"), report, "registrar"),
    ),
    "under another name": (
        "act-signer",
        lambda acts, report: acts.recognise(QUALITY, report, "registrar", account=OFFICE.account),
    ),
    "for another purpose": (
        "person-signature",
        lambda acts, report: acts.recognise(OFFICE, report, "registrar", purpose="approval"),
    ),
    "of another content": (
        "person-signature",
        lambda acts, report: acts.recognise(OFFICE, report, "registrar", content_signed={}),
    ),
    "of another report": (
        "recognition-other",
        lambda acts, report: acts.recognise(
            OFFICE, report, "registrar", changed={"report": "00" * 32}
        ),
    ),
}


@pytest.mark.parametrize("name", CHEATS)
def test_a_recognition_that_does_not_count(name: str) -> None:
    code, cheat = CHEATS[name]
    acts, report = reported()
    acts.recognise(DEAN, report, "department")
    bad = cheat(acts, report)
    assert codes(acts, report) == {bad.leaf: code}
    assert case(acts, report).effect is Effect.COMPUTED


def test_signatures_are_not_carried_to_another_report_role_or_institution() -> None:
    acts, report = reported()
    acts.appoint(OFFICE, "registrar", "department")
    acts.recognise(DEAN, report, "department")
    given = acts.recognise(OFFICE, report, "registrar")
    signature = given.body["signature"]
    another = acts.report(report_data(evaluation=5))
    content = acts.recognise(person("x"), another, "registrar").content
    moved = acts.add(given.kind, another.leaf, content=dict(content), signature=signature)
    assert codes(acts, another)[moved.leaf] == "person-signature"
    same = acts.add(given.kind, another.leaf, content={**given.content, "leaf": another.leaf},
                    signature=signature)  # fmt: skip
    assert codes(acts, another)[same.leaf] == "person-signature"
    role = {**given.content, "role": "department"}
    changed = acts.add(given.kind, report.leaf, content=role, signature=signature)
    assert codes(acts, report) == {changed.leaf: "person-signature"}
    assert case(acts, another).effect is Effect.COMPUTED


def test_two_reports_of_one_text_are_two_reports() -> None:
    acts, report = recognised()
    again = acts.report()
    assert case(acts, report).recognised
    assert case(acts, again).effect is Effect.COMPUTED


def test_a_role_is_held_before_and_by_the_newest_appointment() -> None:
    acts, report = reported()
    acts.recognise(DEAN, report, "department")
    early = acts.recognise(QUALITY, report, "registrar")
    acts.appoint(QUALITY, "registrar")
    assert codes(acts, report) == {early.leaf: "recognition-role"}
    acts.appoint(OFFICE, "observer")
    late = acts.recognise(OFFICE, report, "registrar")
    assert codes(acts, report)[late.leaf] == "recognition-role"
    acts.recognise(QUALITY, report, "registrar")
    assert case(acts, report).recognised
    acts.appoint(QUALITY)  # what somebody did while in office stays done
    assert case(acts, report).recognised


def test_nobody_decides_about_oneself() -> None:
    acts, report = reported()
    acts.appoint(TEACHER, "teacher", "registrar")
    acts.recognise(DEAN, report, "department")
    own = acts.recognise(TEACHER, report, "registrar")
    assert codes(acts, report) == {own.leaf: "recognition-own"}
    appeal = acts.appeal(TEACHER, report)
    answer = acts.answer(TEACHER, appeal, "registrar")
    assert codes(acts, report) == {own.leaf: "recognition-own", answer.leaf: "recognition-own"}
    assert case(acts, report).open_appeals == (appeal.leaf,)


# ------------------------------------------------------------------- a charter that changes


def test_a_later_charter_recognises_nothing() -> None:
    acts, report = recognised(recognition=THREE)
    found = case(acts, report)
    assert (found.effect, found.open_places) == (Effect.COMPUTED, (frozenset({"observer"}),))
    acts.charter(2)
    acts.recognise(QUALITY, report, "department")
    assert case(acts, report).effect is Effect.COMPUTED
    acts.recognise(OBSERVER, report, "observer")
    assert case(acts, report).recognised


def test_a_later_charter_takes_nothing_back() -> None:
    acts, report = recognised()
    acts.charter(2, recognition=THREE)
    assert case(acts, report).recognised
    newer = acts.report(report_data(evaluation=10))
    acts.recognise(DEAN, newer, "department")
    acts.recognise(OFFICE, newer, "registrar")
    assert case(acts, newer).effect is Effect.COMPUTED


def test_a_later_charter_shortens_no_appeal() -> None:
    acts, report = recognised()
    acts.charter(2, recognition={"signers": [["department"], ["registrar"]], "appeal_days": 1})
    acts.time = (report.time or 0) + 10 * DAY
    appeal = acts.appeal(TEACHER, report)
    assert case(acts, report).open_appeals == (appeal.leaf,)
    charter = charter_of(acts.register(), report)
    assert charter is not None
    assert deadline(report, charter) == (report.time or 0) + 15 * DAY


def test_a_report_before_any_charter_is_never_recognised() -> None:
    acts = Acts()
    report = acts.report()
    acts.found()
    one = acts.recognise(DEAN, report, "department")
    two = acts.recognise(OFFICE, report, "registrar")
    found = case(acts, report)
    assert (found.effect, found.open_places) == (Effect.COMPUTED, (frozenset(),))
    assert codes(acts, report) == dict.fromkeys((one.leaf, two.leaf), "recognition-role")
    assert charter_of(acts.register(), report) is None


# ------------------------------------------------------------------- appeals


def test_only_the_subject_appeals_and_against_this_report() -> None:
    acts, report = recognised()
    another = acts.report(report_data(evaluation=5))
    bad = {
        acts.appeal(OTHER, report).leaf: "appeal-not-subject",
        acts.appeal(DEAN, report).leaf: "appeal-not-subject",
        acts.appeal(person("x"), report, account=TEACHER.account).leaf: "act-signer",
        acts.appeal(TEACHER, report, changed={"report": "00" * 32}).leaf: "appeal-other",
        acts.appeal(TEACHER, report, content_signed={}).leaf: "person-signature",
    }
    astray = acts.appeal(TEACHER, another, changed={"leaf": report.leaf})
    assert codes(acts, report) == {**bad, astray.leaf: "appeal-other"}
    assert case(acts, report).recognised


def test_an_appeal_is_in_time_by_ledger_time() -> None:
    acts, report = recognised()
    last = (report.time or 0) + 15 * DAY
    acts.time = last
    good = acts.appeal(TEACHER, report)
    acts.time = last + 1
    late = acts.appeal(TEACHER, report)
    waiting = acts.appeal(TEACHER, report, anchored=False)
    assert codes(acts, report) == {late.leaf: "appeal-late"}
    assert case(acts, report).open_appeals == (good.leaf, waiting.leaf)


def test_while_an_appeal_waits_a_report_has_no_effect() -> None:
    acts, report = recognised()
    appeal = acts.appeal(TEACHER, report)
    found = case(acts, report)
    assert (found.effect, found.recognised, found.open_places) == (Effect.APPEALED, False, ())
    acts.answer(DEAN, appeal, "department")
    assert case(acts, report).recognised


def test_answers_that_do_not_count() -> None:
    acts, report = recognised()
    appeal = acts.appeal(TEACHER, report)
    bad = {
        acts.answer(OBSERVER, appeal, "observer").leaf: "recognition-role",
        acts.answer(DEAN, appeal, "registrar").leaf: "recognition-role",
        acts.answer(TEACHER, appeal, "teacher").leaf: "recognition-role",
        acts.answer(person("x"), appeal, "registrar").leaf: "act-signer",
        acts.answer(OFFICE, appeal, "registrar", purpose="recognition").leaf: "person-signature",
        acts.answer(OFFICE, appeal, "registrar", account=QUALITY.account).leaf: "act-signer",
    }
    assert codes(acts, report) == bad
    assert case(acts, report).effect is Effect.APPEALED


def test_what_may_take_the_place_of_a_report() -> None:
    acts, report = recognised()
    appeal = acts.appeal(TEACHER, report)
    moved = report_data(evaluation=5)
    moved["result"] = {**moved["result"], "period": {"name": "x", "start": 0, "end": 1}}
    not_these = [
        acts.report(report_data(OTHER.account)).leaf,
        acts.report(report_data(rules={**rules_data(), "id": "another"})).leaf,
        acts.report(moved).leaf,
        report.leaf,
        appeal.leaf,
        10_000,
    ]
    bad = [acts.answer(OFFICE, appeal, "registrar", leaf) for leaf in not_these]
    ahead = acts.answer(OFFICE, appeal, "registrar", len(acts.acts) + 1)
    newer = acts.report(report_data(evaluation=6, rules=rules_data(2)))
    assert ahead.content["report"] == newer.leaf
    assert codes(acts, report) == {act.leaf: "answer-report" for act in (*bad, ahead)}
    acts.answer(OFFICE, appeal, "registrar", newer.leaf)
    found = case(acts, report)
    assert (found.effect, found.successor) == (Effect.SUPERSEDED, newer.leaf)
    assert case(acts, newer).effect is Effect.COMPUTED


def test_a_report_before_does_not_take_the_place() -> None:
    acts = Acts().found()
    older = acts.report(report_data(evaluation=3))
    report = acts.report()
    appeal = acts.appeal(TEACHER, report)
    acts.answer(OFFICE, appeal, "registrar", older.leaf)
    assert [*codes(acts, report).values()] == ["answer-report"]
    assert case(acts, report).successor is None


def test_the_first_answer_decides() -> None:
    acts, report = recognised()
    appeal = acts.appeal(TEACHER, report)
    newer = acts.report(report_data(evaluation=6))
    acts.answer(OFFICE, appeal, "registrar")
    acts.answer(DEAN, appeal, "department", newer.leaf)
    assert case(acts, report).recognised
    second = acts.appeal(TEACHER, report)
    assert case(acts, report).effect is Effect.APPEALED
    acts.answer(DEAN, second, "department", newer.leaf)
    assert case(acts, report).effect is Effect.SUPERSEDED


def test_only_a_report_is_a_case() -> None:
    acts, report = recognised()
    for leaf in (0, report.leaf + 1, 10_000):
        with pytest.raises(BadEvidence) as caught:
            case_of(acts.register(), leaf)
        assert caught.value.code == "act-not-report"
    assert acts.register().institution == DOMAIN
