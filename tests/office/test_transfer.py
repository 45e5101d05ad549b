"""Credit of another institution, in a student's report that a stranger recomputes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from ledger.core.checks_paper import Issuer, Paper
from ledger.core.content import CertificateContent
from ledger.core.credential import parse_credential
from ledger.core.evaluation.report import format_report, parse_report
from ledger.core.evaluation.verifying import Recomputed, recompute_report
from ledger.core.kinds import CredentialType
from ledger.core.learning.records import SHOWN
from ledger.core.records_file import read_records
from ledger.core.verification import _shown
from ledger.core.view import InstitutionFacts
from ledger.errors import Refusal
from ledger.office.anchor import anchor
from ledger.office.evaluate import Evaluation, evaluate, parse_period
from ledger.office.evidence import evidence_lines
from ledger.office.issue import certificate, issue
from ledger.office.transfer import Transfer, Transferred, transfer
from tests.office.worlds import Campus, Institution, degree

STUDENT, OTHER = "https://school.example|s-1", "https://school.example|s-2"
COURSE = "https://school.example/course/exchange"
PERIOD = parse_period("2020-01-01/2100-01-01")


def course(number: str, credits: str = "3", name: str = "张三") -> CertificateContent:
    return CertificateContent(
        CredentialType.COURSE, number, name, awarded_on=date(2026, 6, 30), course="微积分",
        credits=credits,
    )  # fmt: skip


@pytest.fixture
def elsewhere(campus: Campus) -> Institution:
    """Another university, which issued two certificates of courses and a degree."""
    one = campus.institution()
    issue(one.office, [course("C-1"), course("C-2", "2"), degree("D-1")])
    return one


def verdict(institution: Institution, number: str, **changed: Any) -> dict[str, Any]:
    """As `xuezheng-verify check --json` prints it of a good certificate."""
    row = institution.reader.institution_by_domain(institution.identity.domain)
    assert row is not None
    facts = InstitutionFacts(
        row.code, row.domain, row.name, row.name_en, row.public_url, row.verify_url, row.keys,
        row.accreditations,
    )  # fmt: skip
    paper = Paper(parse_credential(certificate(institution.office, number).document), None)
    shown = _shown(paper, Issuer(facts, True))
    return {"verdict": "valid", "credential": {**shown, **changed}}


def moved(
    school: Institution, elsewhere: Institution, number: str = "C-1", person: str = STUDENT,
    credits: str = "", course: str = COURSE, seen: dict[str, Any] | None = None,
) -> Transferred:  # fmt: skip
    document = certificate(elsewhere.office, number).document
    given = verdict(elsewhere, number) if seen is None else seen
    return transfer(school.office, document, given, Transfer(person, course, credits))


def refused(code: str, call: Any) -> None:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code, caught.value


# ------------------------------------------------------------------- transferring


def test_a_certificate_stands_once(school: Institution, elsewhere: Institution) -> None:
    done = moved(school, elsewhere)
    assert (done.fresh, done.credits, done.certificate) == (True, "3", "C-1")
    school.late = 100
    again = moved(school, elsewhere)
    assert (again.fresh, again.leaf) == (False, done.leaf)
    assert school.store.size("learning") == 1
    for changed in ({"person": OTHER}, {"course": COURSE + "-2"}, {"credits": "2"}):
        refused("transfer-twice", lambda more=changed: moved(school, elsewhere, **more))
    assert school.store.size("learning") == 1


def test_the_verdict_is_of_this_very_certificate(
    school: Institution, elsewhere: Institution
) -> None:
    other = school.campus.institution()
    issue(other.office, [course("C-1")])
    wrong = [
        verdict(other, "C-1"),
        verdict(elsewhere, "C-2"),
        verdict(elsewhere, "C-1", credits="9"),
        {**verdict(elsewhere, "C-1"), "verdict": "undetermined"},
        {"verdict": "valid"},
        {"verdict": "valid", "credential": {}},
        {},
    ]
    for seen in wrong:
        refused("transfer-not-valid", lambda seen=seen: moved(school, elsewhere, seen=seen))
    assert school.store.size("learning") == 0


def test_what_cannot_be_transferred(school: Institution, elsewhere: Institution) -> None:
    for credits in ("4", "0", "-1", "x", "1/0"):
        refused("transfer-credits", lambda c=credits: moved(school, elsewhere, credits=c))
    refused("transfer-type", lambda: moved(school, elsewhere, "D-1"))
    refused("account-form", lambda: moved(school, elsewhere, person="s-1"))
    issue(school.office, [course("C-1")])
    refused("transfer-own", lambda: moved(school, school))
    stranger = school.campus.stranger()
    document = certificate(elsewhere.office, "C-1").document
    unknown = document.replace(
        elsewhere.identity.domain.encode(), stranger.identity.domain.encode()
    )
    wanted = Transfer(STUDENT, COURSE)
    refused("transfer-unknown", lambda: transfer(school.office, unknown, {}, wanted))
    forged = document.replace("微积分".encode(), "线性代数".encode())
    seen = verdict(elsewhere, "C-1")
    refused("transfer-signature", lambda: transfer(school.office, forged, seen, wanted))
    refused("transfer-format", lambda: transfer(school.office, b"{}", seen, wanted))
    assert school.store.size("learning") == 0


# ------------------------------------------------------------------- evaluated, recomputed


@pytest.fixture
def credited(school: Institution, elsewhere: Institution) -> Evaluation:
    moved(school, elsewhere, credits="2.5")
    moved(school, elsewhere, "C-2", OTHER)
    anchor(school.office)
    return evaluate(school.office, "course-credit", PERIOD, STUDENT)


def again(school: Institution, done: Evaluation, lines: list[bytes]) -> Recomputed:
    file = parse_report(format_report(done.reports[0].file(done.chosen.data)))
    keys = [school.office.signer("checkpoint").public_key]
    return recompute_report(file, read_records(lines, file.report.subject), keys)


def test_the_credit_counts_and_is_recomputed(school: Institution, credited: Evaluation) -> None:
    (one,) = credited.reports
    figures = {name: figure["value"] for name, figure in one.report.claim.figures.items()}
    assert figures["transferred"] == "5/2"
    found = again(school, credited, list(evidence_lines(school.office, credited)))
    assert (found.same, found.differences, found.records) == (True, [], 1)
    assert [one.code for one in found.unknown] == ["recompute-no-chain", "recompute-shown"]


def test_what_is_shown_beside_a_record_overrides_nothing(
    school: Institution, credited: Evaluation
) -> None:
    lines = list(evidence_lines(school.office, credited))
    place = next(n for n, line in enumerate(lines) if b'"stream":"learning","leaf"' in line)
    line = json.loads(lines[place])
    assert set(line["shown"]) == set(SHOWN)
    payload = json.loads(json.dumps(line["payload"]))
    (credits,) = (name for name in payload["context"]["extensions"] if name.endswith("credits"))
    payload["context"]["extensions"][credits] = 3
    payload["timestamp"] = "2019-01-01T00:00:00Z"
    line["shown"] |= {name: payload[name] for name in ("context", "timestamp", "actor", "verb")}
    found = again(
        school, credited, [*lines[:place], json.dumps(line).encode(), *lines[place + 1 :]]
    )
    assert found.same, found.differences


def test_a_changed_record_of_a_student_is_named(school: Institution, credited: Evaluation) -> None:
    lines = list(evidence_lines(school.office, credited))
    changed = [line.replace(b'/credits":2.5', b'/credits":3') for line in lines]
    assert changed != lines
    found = again(school, credited, changed)
    assert {"record-commitment", "result-value"} <= {one.code for one in found.differences}
    assert found.labels is not None


def test_without_its_stream_nothing_is_said_of_the_rules(
    school: Institution, credited: Evaluation
) -> None:
    found = again(school, credited, [])
    assert [one.code for one in found.differences] == ["recompute-no-stream"]
    assert found.labels is None
