"""What became of a report: recognised, appealed against, answered, superseded.

A report has no effect until as many different people as the charter asks for, each in one of the
roles, have recognised it, and none while an appeal waits: the answer says whether it stands or
which other one takes its place. The charter is the one before the report, however it is changed
afterwards (`docs/spec/evaluation-acts.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ledger.core.dates import DAY
from ledger.core.evaluation.acts import Act
from ledger.core.evaluation.charter import Charter, unmet
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.report import report_hash
from ledger.core.kinds import EvaluationKind
from ledger.errors import BadEvidence, Refusal

Check = Callable[[Act], None]


class Effect(StrEnum):
    """How a report stands."""

    COMPUTED = "computed"
    """Nobody, or too few, recognised it: without effect."""
    RECOGNISED = "recognised"
    APPEALED = "appealed"
    """Recognised or not, an appeal waits for its answer."""
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Step:
    """One act in the life of a report, oldest first. `refused`: why it does not count."""

    act: Act
    account: str
    refused: Refusal | None = None


@dataclass(frozen=True)
class Case:
    """A report with all that was done about it. `by`: account and role of whoever recognised it;
    `open_places`: the roles that still have to; `successor`: the report that took its place."""

    report: Act
    effect: Effect
    by: tuple[tuple[str, str], ...]
    open_places: tuple[frozenset[str], ...]
    steps: tuple[Step, ...]
    open_appeals: tuple[int, ...] = ()
    successor: int | None = None

    @property
    def recognised(self) -> bool:
        """In effect now."""
        return self.effect is Effect.RECOGNISED


def report_data(act: Act) -> Mapping[str, Any]:
    """The report in a report's act."""
    found: Mapping[str, Any] = act.body["report"]
    return found


def case_of(register: Register, leaf: int) -> Case:
    """What became of the report at a leaf. Raises BadEvidence act-not-report."""
    act = register.act(leaf)
    if act is None or act.kind is not EvaluationKind.REPORT:
        raise BadEvidence("act-not-report", leaf=leaf)
    steps: list[Step] = []
    by: dict[str, str] = {}
    for one in register.referring(leaf, EvaluationKind.RECOGNITION):
        step = _step(register, one, lambda one: check_recognition(register, act, one))
        if step.refused is None:
            by.setdefault(step.account, one.content["role"])
        steps.append(step)
    waiting, successor = _appeals(register, act, steps)
    charter = charter_of(register, act)
    wanted = charter.recognition if charter else (frozenset[str](),)
    places = unmet(wanted, tuple(by.items()))
    effect = Effect.COMPUTED if places else Effect.RECOGNISED
    if successor is not None:
        effect = Effect.SUPERSEDED
    elif waiting:
        effect = Effect.APPEALED
    ordered = tuple(sorted(steps, key=lambda step: step.act.leaf))
    return Case(act, effect, tuple(by.items()), places, ordered, tuple(waiting), successor)


def charter_of(register: Register, report: Act) -> Charter | None:
    """By which charter a report is recognised, appealed against and answered for."""
    chartered = register.charter(before=report.leaf)
    return chartered.charter if chartered else None


def _step(register: Register, act: Act, check: Check) -> Step:
    account = act.signature.account if act.signature else "—"
    try:
        register.signer(act)
        check(act)
    except BadEvidence as bad:
        return Step(act, account, bad)
    return Step(act, account)


def _appeals(register: Register, report: Act, steps: list[Step]) -> tuple[list[int], int | None]:
    """(leaves of appeals without answer, leaf of the report that an answer put in its place)."""
    waiting, successor = [], None
    for appeal in register.referring(report.leaf, EvaluationKind.APPEAL):
        step = _step(register, appeal, lambda one: check_appeal(register, report, one))
        steps.append(step)
        if step.refused is not None:
            continue
        answers = []
        for answer in register.referring(appeal.leaf, EvaluationKind.ANSWER):
            told = _step(register, answer, lambda one: check_answer(register, report, one))
            steps.append(told)
            if told.refused is None:
                answers.append(answer)
        if not answers:
            waiting.append(appeal.leaf)
        elif answers[0].content["decision"] == "upheld" and successor is None:
            successor = answers[0].content["report"]
    return waiting, successor


# ------------------------------------------------------------------- what counts


def check_recognition(register: Register, report: Act, act: Act) -> None:
    """Raises BadEvidence: recognition-other (another report was signed), recognition-role,
    recognition-own."""
    _names(report, act, "recognition-other")
    _may_decide(register, report, act, "recognition")


def check_appeal(register: Register, report: Act, act: Act) -> None:
    """Raises BadEvidence: appeal-other, appeal-not-subject, appeal-late."""
    _names(report, act, "appeal-other")
    account = act.signature.account if act.signature else ""
    if account != report_data(report)["result"]["subject"]:
        raise BadEvidence("appeal-not-subject", leaf=act.leaf, account=account)
    charter = charter_of(register, report)
    last = None if charter is None else deadline(report, charter)
    if last is not None and act.time is not None and act.time > last:
        raise BadEvidence("appeal-late", leaf=act.leaf)


def deadline(report: Act, charter: Charter) -> int | None:
    """Unix seconds until which an appeal has to be in the ledger; None while the report is not
    anchored."""
    return None if report.time is None else report.time + charter.appeal_days * DAY


def check_answer(register: Register, report: Act, act: Act) -> None:
    """Raises BadEvidence: recognition-role, recognition-own, answer-report."""
    _may_decide(register, report, act, "answer")
    if act.content["decision"] != "upheld":
        return
    other = register.act(act.content["report"])
    there = other is not None and other.leaf < act.leaf and other.kind is EvaluationKind.REPORT
    if other is None or not there or not _replaces(other, report):
        raise BadEvidence("answer-report", leaf=act.leaf, report=act.content["report"])


def _replaces(new: Act, old: Act) -> bool:
    """Whether one is a later report on the same subject and period, by a version of the same rule
    set."""
    one, other = (report_data(act)["result"] for act in (new, old))
    same = all(one[key] == other[key] for key in ("subject", "period"))
    return same and new.leaf > old.leaf and one["rules"]["id"] == other["rules"]["id"]


def _names(report: Act, act: Act, code: str) -> None:
    if act.content["report"] != report_hash(report_data(report)).hex():
        raise BadEvidence(code, leaf=act.leaf)


def _may_decide(register: Register, report: Act, act: Act, what: str) -> None:
    """One of the roles that the report's charter names, held then, and not about oneself."""
    account, role = (act.signature.account if act.signature else ""), act.content["role"]
    charter = charter_of(register, report)
    named = charter is not None and any(role in one for one in charter.recognition)
    held = register.appointment(account, before=act.leaf)
    if not named or held is None or role not in held.roles:
        raise BadEvidence("recognition-role", leaf=act.leaf, account=account, role=role, what=what)
    if account == report_data(report)["result"]["subject"]:
        raise BadEvidence("recognition-own", leaf=act.leaf, account=account)
