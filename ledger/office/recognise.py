"""Recognition, appeals and their answers: each signature an act of its own.

What would not count when somebody reads the stream later is refused here, by the same checks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.core.evaluation.acts import DECISIONS, Act
from ledger.core.evaluation.recognition import (
    Case,
    Effect,
    case_of,
    charter_of,
    check_answer,
    check_appeal,
    check_recognition,
    deadline,
    report_data,
)
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.report import ReportFile, report_hash
from ledger.core.kinds import EvaluationKind
from ledger.core.people import PersonSignature
from ledger.errors import BadEvidence, NotAllowed, UnknownNumber, WrongUse
from ledger.office.acts import (
    EVERY,
    NewAct,
    Written,
    append_acts,
    candidate,
    refused,
    whole_register,
)
from ledger.office.context import Office

Sign = Callable[[str, dict[str, Any]], PersonSignature]
"""(purpose, content) to a signature: a key file, or one that was made elsewhere."""


@dataclass(frozen=True)
class Decided:
    """The act that was written, and what has become of the report."""

    written: Written
    case: Case


def register_with_reports(office: Office) -> Register:
    """Everything acknowledged, reports too."""
    return whole_register(office, EVERY)


def report_act(office: Office, register: Register, file: ReportFile) -> Act:
    """The act of a report's file, which has to be ours and unchanged.

    Raises NotAllowed other-institution, report-changed; UnknownNumber no-such-report.
    """
    if file.report.institution != office.identity.domain:
        raise NotAllowed(
            "other-institution", found=file.report.institution, expected=office.identity.domain
        )
    act = register.act(file.leaf)
    if act is None or act.kind is not EvaluationKind.REPORT:
        raise UnknownNumber("no-such-report", leaf=file.leaf)
    if report_hash(report_data(act)) != file.report.hash:
        raise NotAllowed("report-changed", leaf=file.leaf)
    return act


def recognition_content(office: Office, report: Act, role: str) -> dict[str, Any]:
    """What is signed by whoever recognises a report."""
    return {
        "institution": office.identity.domain,
        "report": report_hash(report_data(report)).hex(),
        "leaf": report.leaf,
        "role": role,
    }


def recognise(office: Office, file: ReportFile, role: str, sign: Sign) -> Decided:
    """One person recognises a report.

    Raises NotAllowed: no-charter, recognition-role, recognition-own, recognition-twice,
    report-superseded, recognition-other-stands, act-signer, person-signature.
    """
    register = register_with_reports(office)
    report = report_act(office, register, file)
    case = case_of(register, report.leaf)
    if charter_of(register, report) is None:
        raise NotAllowed("no-charter")
    if case.effect is Effect.SUPERSEDED:
        raise NotAllowed("report-superseded", leaf=report.leaf, successor=case.successor)
    _refuse_other(register, report)
    content = recognition_content(office, report, role)
    signature = sign("recognition", content)
    if signature.account in [account for account, _ in case.by]:
        raise NotAllowed("recognition-twice", account=signature.account, leaf=report.leaf)
    act = NewAct(
        EvaluationKind.RECOGNITION,
        (report.leaf, signature.account),
        {"content": content, "signature": signature.to_json()},
        report.leaf,
    )
    return _decide(office, register, report, act, check_recognition, "recognition-twice")


def _refuse_other(register: Register, report: Act) -> None:
    """One subject has one recognised report by one rule set for one period, until an answer to an
    appeal puts another in its place."""
    wanted = _about(report)
    for other in register.of_kind(EvaluationKind.REPORT):
        if other.leaf != report.leaf and _about(other) == wanted:
            case = case_of(register, other.leaf)
            stands = case.effect in (Effect.RECOGNISED, Effect.APPEALED) and not case.open_places
            if stands and case.successor != report.leaf:
                raise NotAllowed("recognition-other-stands", leaf=other.leaf)


def _about(report: Act) -> tuple[Any, ...]:
    result = report_data(report)["result"]
    return (
        result["subject"],
        result["period"]["start"],
        result["period"]["end"],
        result["rules"]["id"],
    )


def appeal_content(office: Office, report: Act, reason: str) -> dict[str, Any]:
    """What is signed by whoever appeals against a report."""
    return {
        "institution": office.identity.domain,
        "report": report_hash(report_data(report)).hex(),
        "leaf": report.leaf,
        "reason": reason,
    }


def appeal(office: Office, file: ReportFile, reason: str, sign: Sign) -> Decided:
    """The subject appeals, within the days that the charter gives.

    Raises NotAllowed: no-charter, appeal-not-subject, appeal-late, appeal-open, report-superseded,
    act-signer, person-signature; WrongUse reason-empty.
    """
    _check_reason(reason)
    register = register_with_reports(office)
    report = report_act(office, register, file)
    case, charter = case_of(register, report.leaf), charter_of(register, report)
    if charter is None:
        raise NotAllowed("no-charter")
    if case.effect is Effect.SUPERSEDED:
        raise NotAllowed("report-superseded", leaf=report.leaf, successor=case.successor)
    if case.open_appeals:
        raise NotAllowed("appeal-open", leaf=case.open_appeals[0])
    last = deadline(report, charter)
    if last is not None and office.clock() > last:
        raise NotAllowed("appeal-late", leaf=report.leaf)
    content = appeal_content(office, report, reason)
    signature = sign("appeal", content)
    number = len(register.referring(report.leaf, EvaluationKind.APPEAL))
    act = NewAct(
        EvaluationKind.APPEAL,
        (report.leaf, number),
        {"content": content, "signature": signature.to_json()},
        report.leaf,
    )
    return _decide(office, register, report, act, check_appeal, "appeal-open")


def answer_content(
    office: Office, appeal: int, decision: str, reason: str, role: str, successor: int | None
) -> dict[str, Any]:
    """What is signed by whoever answers an appeal."""
    return {
        "institution": office.identity.domain,
        "appeal": appeal,
        "decision": decision,
        "reason": reason,
        "report": successor,
        "role": role,
    }


def answer(
    office: Office,
    file: ReportFile,
    decision: str,
    reason: str,
    role: str,
    sign: Sign,
    successor: ReportFile | None = None,
) -> Decided:
    """Answers the open appeal: `rejected`, the report stands; `upheld`, `successor` takes its place
    and needs its own recognition.

    Raises NotAllowed: no-open-appeal, recognition-role, recognition-own, answer-report, act-signer,
    person-signature; WrongUse answer-decision, reason-empty.
    """
    _check_reason(reason)
    if decision not in DECISIONS or (decision == "upheld") != (successor is not None):
        raise WrongUse("answer-decision", decision=decision)
    register = register_with_reports(office)
    report = report_act(office, register, file)
    case = case_of(register, report.leaf)
    if not case.open_appeals:
        raise NotAllowed("no-open-appeal", leaf=report.leaf)
    other = report_act(office, register, successor).leaf if successor else None
    about = case.open_appeals[0]
    content = answer_content(office, about, decision, reason, role, other)
    signature = sign("answer", content)
    act = NewAct(
        EvaluationKind.ANSWER,
        (about,),
        {"content": content, "signature": signature.to_json()},
        about,
    )
    return _decide(office, register, report, act, check_answer, "appeal-answered")


def _decide(
    office: Office,
    register: Register,
    report: Act,
    act: NewAct,
    check: Callable[[Register, Act, Act], None],
    twice: str,
) -> Decided:
    """Writes an act that counts; refuses one that would not."""
    would = candidate(office, act)
    try:
        register.signer(would)
        check(register, report, would)
    except BadEvidence as bad:
        raise refused(bad) from bad
    written = append_acts(office, [act], twice)[0]
    return Decided(written, case_of(register_with_reports(office), report.leaf))


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise WrongUse("reason-empty")


def reports_of(register: Register, subject: str) -> Sequence[Act]:
    """All reports on a subject, oldest first."""
    return [
        act
        for act in register.of_kind(EvaluationKind.REPORT)
        if report_data(act)["result"]["subject"] == subject
    ]
