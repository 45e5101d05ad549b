"""Certificates of what was recognised: a teacher's workload, a student's credit.

The certificate is an ordinary one: same entry, same QR frame, same status. What it says is taken
from the recognised report alone; who the account is, the registrar says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from ledger.core.content import CertificateContent, check_content
from ledger.core.dates import CHINA
from ledger.core.evaluation.recognition import Case, case_of, report_data
from ledger.core.evaluation.report import ReportFile
from ledger.core.kinds import CredentialType, EvaluationKind
from ledger.errors import NotAllowed, WrongUse
from ledger.office.context import Office
from ledger.office.recognise import register_with_reports, report_act

UNITS = {
    "class-hours": (CredentialType.WORKLOAD, "hours"),
    "credits": (CredentialType.COURSE, "credits"),
}
"""What a figure of a unit becomes: the type of the certificate, and where the number stands."""


@dataclass(frozen=True)
class Wanted:
    """Whose certificate, and of which figure. `name` is the person's, as the registrar knows it."""

    indicator: str
    name: str
    number: str = ""
    romanised: str = ""
    title: str = ""


def certificate_content(office: Office, file: ReportFile, wanted: Wanted) -> CertificateContent:
    """The certificate that a recognised report gives.

    Raises NotAllowed not-recognised, not-anchored, report-changed, other-institution; WrongUse
    no-such-figure; BadEvidence certificate-content. The same report gives the same content.
    """
    register = register_with_reports(office)
    act = report_act(office, register, file)
    case = case_of(register, act.leaf)
    if not case.recognised:
        raise NotAllowed("not-recognised", leaf=act.leaf, effect=case.effect.value)
    report = report_data(act)
    figure = _figure(report, wanted.indicator)
    type_code, field = UNITS[figure["unit"]]
    period = report["result"]["period"]
    title = wanted.title or str(file.rules["title"]["zh"])
    content = CertificateContent(
        type_code,
        wanted.number or f"R{act.leaf:08d}",
        wanted.name,
        _local(_recognised_at(case)),
        romanised=wanted.romanised,
        course=f"{title}（{_shown(period)}）",
        **{field: _decimal(figure["value"])},
    )
    check_content(content)
    return content


def default_indicator(file: ReportFile) -> str:
    """The figure that a certificate is about unless another is named: `workload`, `credits`, else
    the last one with such a unit. Raises WrongUse no-such-figure."""
    fitting = [
        one["id"] for one in file.report.data["result"]["indicators"] if one["unit"] in UNITS
    ]
    for name in ("workload", "credits"):
        if name in fitting:
            return name
    if not fitting:
        raise WrongUse("no-such-figure", name=" | ".join(UNITS))
    return str(fitting[-1])


def _figure(report: Any, name: str) -> Any:
    for one in report["result"]["indicators"]:
        if one["id"] == name and one["unit"] in UNITS and type(one["value"]) is str:
            return one
    raise WrongUse("no-such-figure", name=name)


def _shown(period: Any) -> str:
    first, last = (_local(moment) for moment in (period["start"], period["end"] - 1))
    return f"{first.isoformat()} 至 {last.isoformat()}"


def _local(moment: int) -> date:
    return datetime.fromtimestamp(moment, CHINA).date()


def _recognised_at(case: Case) -> int:
    """Ledger time (Unix seconds) of the newest recognition; NotAllowed not-anchored before it."""
    newest = 0
    for step in case.steps:
        if step.refused is None and step.act.kind is EvaluationKind.RECOGNITION:
            if step.act.time is None:
                raise NotAllowed("not-anchored", what=f"evaluation[{step.act.leaf}]")
            newest = max(newest, step.act.time)
    return newest


def _decimal(value: str) -> str:
    """At most two decimals, down: a certificate never says more than the report."""
    hundredths = int(Fraction(value) * 100)
    text = f"{hundredths // 100}.{hundredths % 100:02d}"
    return text.rstrip("0").rstrip(".")
