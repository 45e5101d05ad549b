"""A report from its basis: the same from the same, and readable (`docs/spec/report.md`)."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from ledger.core.canonical import canonical_json
from ledger.core.evaluation.evaluate import evaluate, result_hash
from ledger.core.evaluation.report import read_report
from ledger.core.evaluation.reporting import Basis, Reporter, Subject
from ledger.core.evaluation.rules import check_rules
from ledger.errors import BadEvidence
from tests.core.evaluation.acted import (
    DAY,
    DEAN,
    LATER,
    OBSERVER,
    OFFICE,
    START,
    TEACHER,
    TERM,
    Acts,
    Chain,
    rules_data,
)

RULES = check_rules(rules_data())
ATTEST = {"session-delivered": [["observer"]]}


def founded(**changed: Any) -> Acts:
    """Rules in effect before the term."""
    acts = Acts().found(**changed)
    rules = acts.rule_set(rules_data())
    acts.approve(DEAN, rules)
    acts.approve(OFFICE, rules)
    return acts


def basis(acts: Acts, stream: str = "teaching") -> Basis:
    return Basis(
        RULES, TERM, acts.register(), len(acts.acts), stream, 100, bytes(32), lambda _: LATER
    )


def of(chain: Chain) -> Subject:
    return Subject(chain.subject, chain.items, chain.count, chain.items[-1].leaf)


def made(acts: Acts, subject: Subject, stream: str = "teaching") -> dict[str, Any]:
    data = Reporter(basis(acts, stream)).report(subject)
    report = read_report(data)
    assert (report.institution, report.subject) == (acts.domain, subject.name)
    assert report.rules_hash == RULES.hash
    return data


def term() -> Chain:
    """Two sessions of the term, one attested; one before it; a run."""
    chain = Chain()
    chain.session(at=START - DAY)
    attested = chain.session()
    chain.attest(OBSERVER, "observer", attested)
    chain.session()
    chain.add("run-opened", enrolled=50)
    return chain


def value(data: dict[str, Any]) -> tuple[Any, Any]:
    (figure,) = data["result"]["indicators"]
    return figure["value"], figure["inputs"]


def test_what_counts_is_counted_and_what_does_not_is_told() -> None:
    data = made(founded(attestation=ATTEST), of(term()))
    assert value(data) == ("1", [3])
    assert data["aside"] == [{"leaf": 9, "reason": "not-attested"}]
    assert (data["findings"], data["labels"]) == ([], [])
    assert data["rules"] == {"leaf": 6, "approvals": [7, 8]}
    assert (data["charter"], data["evaluation"]) == (0, 9)
    assert data["records"] == {
        "stream": "teaching", "size": 100, "root": "00" * 32, "count": 5, "last": 12
    }  # fmt: skip


def test_the_result_has_the_hash_that_the_report_names() -> None:
    reporter = Reporter(basis(founded(attestation=ATTEST)))
    subject = of(term())
    counted = reporter.standing(subject).counted
    again = evaluate(RULES, counted, subject.name, TERM)
    assert reporter.report(subject)["result_hash"] == result_hash(again).hex()


def test_the_same_from_the_same_in_whatever_order_the_acts_come() -> None:
    acts = founded(attestation=ATTEST)
    wanted = canonical_json(made(acts, of(term())))
    random.Random(3).shuffle(acts.acts)
    assert canonical_json(made(acts, of(term()))) == wanted
    assert canonical_json(made(founded(attestation=ATTEST), of(term()))) == wanted


def test_a_gap_and_a_label_are_in_the_report() -> None:
    acts = Acts()
    chain = term()
    subject = replace(of(chain), items=[*chain.items[:2], *chain.items[3:]])
    data = made(acts, subject)
    assert data["labels"] == ["no-charter", "unapproved"]
    assert data["findings"] == [{"code": "chain-gap", "leaves": [2, 3]}]
    assert (data["charter"], data["rules"]) == (None, {"leaf": None, "approvals": []})


def test_somebody_without_records_has_a_report_of_nothing() -> None:
    data = made(founded(), Subject(TEACHER.account, (), 0, None))
    assert value(data) == ("0", [])
    assert data["records"]["last"] is None


def test_a_student_has_records_and_no_chain() -> None:
    chain = term()
    records = [item.record for item in chain.items if item.record]
    subject = Subject(chain.subject, records=records, refused=(8, 7))
    data = made(founded(attestation=ATTEST), subject, "learning")
    assert value(data) == ("2", [3, 9])  # of the charter's attestations nothing is asked
    assert data["findings"] == [
        {"code": "value-refused", "leaves": [7]},
        {"code": "value-refused", "leaves": [8]},
    ]
    assert (data["records"]["count"], data["records"]["last"]) == (None, None)


def test_a_chain_without_its_end_is_no_report() -> None:
    data = Reporter(basis(founded())).report(Subject(TEACHER.account))
    with pytest.raises(BadEvidence) as caught:
        read_report(data)
    assert caught.value.detail["pointer"] == "/records/count"
