"""From charter to certificate: acts, evaluation, recognition; and what is refused."""

from __future__ import annotations

import copy
import io
import json
from datetime import date
from typing import Any

import pytest

from ledger.core.evaluation import verifying
from ledger.core.evaluation.recognition import Effect
from ledger.core.evaluation.report import ReportFile, format_report, parse_report
from ledger.core.evaluation.rules import check_rules
from ledger.core.evaluation.verifying import Recomputed, recompute_report
from ledger.core.kinds import CredentialType, EvaluationKind
from ledger.core.records_file import read_records
from ledger.core.teaching.records import record_of
from ledger.errors import Refusal, UnknownNumber, WrongUse
from ledger.office.acts import anchored_register, whole_register
from ledger.office.anchor import anchor
from ledger.office.attest import Attesting, attest, select, target
from ledger.office.certify import Wanted, certificate_content, default_indicator
from ledger.office.charter import add_profile, appoint, set_charter
from ledger.office.erase import erase
from ledger.office.evaluate import Evaluated, Evaluation, evaluate, parse_period, preview
from ledger.office.evidence import evidence_lines
from ledger.office.ingest import ingest
from ledger.office.person import find_person
from ledger.office.recognise import answer, appeal, recognise
from ledger.office.rules import approval_content, approve, choose, shipped
from tests.core.evaluation.acted import charter, rules_data
from tests.docs.reading import DOCS, blocks
from tests.office.acting import (
    DEAN,
    HOUR,
    OBSERVER,
    OFFICE,
    QUALITY,
    START,
    TEACHERS,
    TERM,
    Person,
    approved,
    founded,
    record,
    statement_id,
    taken,
    term,
)
from tests.office.worlds import Institution
from tests.oracle import derive_everything

PERIOD = parse_period(TERM)
WORKLOAD = "online-workload"


def refused(code: str, call: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code, caught.value
    return caught.value


def evaluated(school: Institution, **changed: Any) -> Evaluation:
    """Charter, approved rules, a term of one teacher, and its report."""
    founded(school, **changed)
    approved(school)
    taken(school, term())
    return evaluate(school.office, WORKLOAD, PERIOD)


def value(one: Evaluated, name: str = "workload") -> Any:
    return one.report.claim.figures[name]["value"]


def file_of(done: Evaluation, place: int = 0) -> ReportFile:
    return parse_report(format_report(done.reports[place].file(done.chosen.data)))


def again(school: Institution, done: Evaluation, lines: list[bytes] | None = None) -> Recomputed:
    lines = list(evidence_lines(school.office, done)) if lines is None else lines
    keys = [school.office.signer("checkpoint").public_key]
    return recompute_report(file_of(done), read_records(lines, file_of(done).report.subject), keys)


def codes(done: Recomputed) -> set[str]:
    return {one.code for one in done.differences}


# ------------------------------------------------------------------- charter and people


def test_a_charter_is_one_act_and_follows_the_one_before(school: Institution) -> None:
    first = set_charter(school.office, charter())
    assert not set_charter(school.office, charter()).fresh
    refused("charter-version", lambda: set_charter(school.office, charter(3)))
    refused(
        "charter-version",
        lambda: set_charter(school.office, charter(recognition={
            "signers": [["observer"], ["registrar"]], "appeal_days": 3})),
    )  # fmt: skip
    second = set_charter(school.office, charter(2))
    assert (first.leaf, second.leaf, school.store.size("evaluation")) == (0, 1, 2)


def test_a_teacher_alone_cannot_attest_what_the_teacher_is_measured_by(school: Institution) -> None:
    own = charter(attestation={"run-opened": [["teacher"]]})
    assert "enrolled" in refused("charter-denominator", lambda: set_charter(school.office, own)).en
    assert school.store.size("evaluation") == 0


def test_an_appointment_said_again_is_one_act_and_ends_with_no_role(school: Institution) -> None:
    appoint(school.office, DEAN.account, ["department"], [DEAN.key])
    assert not appoint(school.office, DEAN.account, ["department"], [DEAN.key]).fresh
    appoint(school.office, DEAN.account, [], [])
    register = whole_register(school.office)
    assert not register.has_role(DEAN.account, "department", None)
    appoint(school.office, DEAN.account, ["department"], [DEAN.key])
    assert school.store.size("evaluation") == 3
    refused("unknown-role", lambda: appoint(school.office, DEAN.account, ["king"], [DEAN.key]))
    refused("account-form", lambda: appoint(school.office, "dean", ["department"], [DEAN.key]))
    refused("appointment-keys", lambda: appoint(school.office, DEAN.account, ["observer"], []))
    taken_key = (school.office, OBSERVER.account, ["observer"], [DEAN.key])
    assert refused("appointment-key-taken", lambda: appoint(*taken_key)).detail["other"] == (
        DEAN.account
    )


# ------------------------------------------------------------------- rule sets


def test_k_of_n_approve_and_nothing_counts_before_it_is_anchored(school: Institution) -> None:
    founded(school)
    data = approved(school)
    rules = check_rules(data)
    assert whole_register(school.office).rules(rules.hash).approved
    register, _ = anchored_register(school.office)
    assert not register.rules(rules.hash).approved
    anchor(school.office)
    register, _ = anchored_register(school.office)
    assert register.rules(rules.hash).since is not None


@pytest.mark.parametrize("by", [OBSERVER, TEACHERS[0]])
def test_nobody_approves_whom_the_charter_does_not_name(school: Institution, by: Person) -> None:
    founded(school)
    size = school.store.size("evaluation")
    refused("approver-not-named", lambda: approved(school, [by]))
    assert school.store.size("evaluation") == size


def test_one_person_approves_once_and_a_version_is_used_once(school: Institution) -> None:
    founded(school)
    data = approved(school, [DEAN])
    size = school.store.size("evaluation")
    refused("approval-twice", lambda: approved(school, [DEAN]))
    other = {**data, "note": {"zh": "另一文本", "en": "another text"}}
    refused("rules-version-used", lambda: approved(school, [OFFICE], other))
    rules, day = check_rules(data), date(2026, 4, 1)
    content = approval_content(school.office, rules, day)
    signature = OFFICE.sign("approval", content)
    refused("rules-version-used", lambda: approve(school.office, data, day, signature))
    assert school.store.size("evaluation") == size


def test_an_approval_that_another_person_signed_is_none(school: Institution) -> None:
    founded(school)
    data, day = shipped()[WORKLOAD], date(2026, 3, 1)
    content = approval_content(school.office, check_rules(data), day)
    signature = DEAN.sign("approval", content)
    forged = type(signature)(OFFICE.account, signature.key, signature.value)
    refused("act-signer", lambda: approve(school.office, data, day, forged))
    other = DEAN.sign("recognition", content)
    refused("person-signature", lambda: approve(school.office, data, day, other))


def test_without_charter_nothing_is_approved_and_reports_say_so(school: Institution) -> None:
    refused("no-charter", lambda: approved(school))
    taken(school, term())
    done = evaluate(school.office, WORKLOAD, PERIOD)
    assert done.reports[0].report.data["labels"] == ["no-charter", "unapproved"]
    assert again(school, done).same


def test_the_version_in_effect_when_the_period_begins_is_chosen(school: Institution) -> None:
    founded(school)
    data = approved(school)
    newer = {**copy.deepcopy(data), "version": 2}
    approved(school, [DEAN], newer)  # one approval is not enough
    anchor(school.office)
    register, _ = anchored_register(school.office)
    assert choose(register, WORKLOAD, PERIOD).rules.version == 1
    assert choose(register, f"{WORKLOAD}@2", PERIOD).rules.version == 2
    refused("no-such-rules", lambda: choose(register, f"{WORKLOAD}@3", PERIOD))
    refused("no-such-rules", lambda: choose(register, "another", PERIOD))
    refused("rules-name", lambda: choose(register, "Another!", PERIOD))


# ------------------------------------------------------------------- evaluating


def test_a_term_is_evaluated_and_recomputed_to_the_byte(school: Institution) -> None:
    done = evaluated(school)
    (one,) = done.reports
    assert value(one, "held") == "6"  # three sessions of 90 minutes, 45 a class hour
    assert value(one) == "363/50"  # live x 1.1, 50 students x 1.1
    assert one.report.data["labels"] == ["charter-late", "retroactive"]
    found = again(school, done)
    assert (found.same, found.records, found.differences) == (True, 7, [])


def test_evaluating_again_finds_the_reports_and_one_new_record_costs_one(
    school: Institution,
) -> None:
    founded(school)
    for teacher in TEACHERS:
        taken(school, term(teacher))
    first = evaluate(school.office, WORKLOAD, PERIOD)
    assert [one.fresh for one in first.reports] == [True] * 3
    anchor(school.office)
    second = evaluate(school.office, WORKLOAD, PERIOD)
    assert [one.fresh for one in second.reports] == [False] * 3
    assert [one.report.data for one in second.reports] == [one.report.data for one in first.reports]
    starts = START + 50 * 86_400
    span = {"mode": "live", "starts": starts, "ends": starts + 3_600}
    run = f"r-{TEACHERS[1].name}"
    taken(school, [record("session-delivered", "extra", TEACHERS[1], starts, attended=3, run=run,
                          **span)])  # fmt: skip
    third = evaluate(school.office, WORKLOAD, PERIOD)
    assert [one.fresh for one in third.reports] == [False, True, False]
    assert value(third.reports[1], "not-scheduled") == "1"
    assert again(school, third).same


def test_only_what_is_anchored_is_evaluated(school: Institution) -> None:
    founded(school)
    refused("not-anchored", lambda: evaluate(school.office, WORKLOAD, PERIOD))
    taken(school, term(sessions=1))
    before = evaluate(school.office, WORKLOAD, PERIOD)
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in term(sessions=2))
    ingest(school.office, "teaching", io.BytesIO(lines))
    after = evaluate(school.office, WORKLOAD, PERIOD)
    assert [one.fresh for one in after.reports] == [False]
    assert after.reports[0].report.data == before.reports[0].report.data
    refused("no-such-subject", lambda: evaluate(school.office, WORKLOAD, PERIOD, "https://a|b"))


@pytest.mark.parametrize(
    "text", ["", "2026-03-02", "2026-07-01/2026-03-02", "a/b", "2026-3-2/2026-4-1"]
)
def test_a_period_is_two_days_in_order(text: str) -> None:
    refused("period-form", lambda: parse_period(text))


def test_a_preview_writes_nothing(school: Institution) -> None:
    evaluated(school)
    size = school.store.size("evaluation")
    data = copy.deepcopy(shipped()[WORKLOAD])
    data["tables"]["mode"]["rows"][0]["value"] = 2
    from ledger.office.rules import ChosenRules

    (report,) = preview(school.office, ChosenRules(data, check_rules(data), None), PERIOD)
    assert report.claim.figures["workload"]["value"] == "66/5"
    assert school.store.size("evaluation") == size


# ------------------------------------------------------------------- a stranger recomputes


def test_a_record_left_out_is_named(school: Institution) -> None:
    done = evaluated(school)
    lines = list(evidence_lines(school.office, done))
    places = [n for n, line in enumerate(lines) if b'"stream":"teaching"' in line[:60]]
    for place in places:
        found = again(school, done, lines[:place] + lines[place + 1 :])
        assert "record-left-out" in codes(found), place


def test_a_changed_record_is_named_and_what_follows_from_it(school: Institution) -> None:
    done = evaluated(school)
    lines = list(evidence_lines(school.office, done))
    place = next(n for n, line in enumerate(lines) if b'/enrolled":50' in line)
    changed = lines[place].replace(b'/enrolled":50', b'/enrolled":500')
    found = again(school, done, [*lines[:place], changed, *lines[place + 1 :]])
    assert {"record-commitment", "result-value", "result-root"} <= codes(found)
    assert "teaching[0]" in {one.where for one in found.differences}


def test_a_record_in_another_subjects_chain_is_named(
    school: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a store would write it that numbers a record for somebody else."""
    done = evaluated(school)
    other = TEACHERS[1].account

    def moved(*read: Any) -> Any:
        record = record_of(*read)
        return record and {**record, "subject": other if read[1] == 0 else record["subject"]}

    monkeypatch.setattr(verifying, "record_of", moved)
    (found,) = [one for one in again(school, done).differences if one.code == "record-subject"]
    assert found.where == "teaching[0]"


def test_a_record_that_is_not_under_the_root_is_named(school: Institution) -> None:
    done = evaluated(school)
    lines = list(evidence_lines(school.office, done))
    first, second = (n for n, line in enumerate(lines) if b'"stream":"teaching","leaf":' in line
                     and (b'"leaf":0,' in line or b'"leaf":1,' in line))  # fmt: skip
    path = lines[second][lines[second].index(b'"path"') : lines[second].index(b'"payload"')]
    old = lines[first][lines[first].index(b'"path"') : lines[first].index(b'"payload"')]
    changed = lines[first].replace(old, path)
    found = again(school, done, [*lines[:first], changed, *lines[first + 1 :]])
    assert codes(found) == {"record-not-under-root"}


def test_a_changed_rule_is_named(school: Institution) -> None:
    done = evaluated(school)
    file = file_of(done)
    rules = copy.deepcopy(file.rules)
    rules["tables"]["mode"]["rows"][0]["value"] = 2
    changed = ReportFile(file.report, rules, file.leaf, file.entry, file.salt)
    keys = [school.office.signer("checkpoint").public_key]
    found = recompute_report(changed, read_records(evidence_lines(school.office, done)), keys)
    assert {"result-rules", "result-value", "report-part"} <= codes(found)


def test_a_missing_approval_is_named(school: Institution) -> None:
    done = evaluated(school)
    lines = list(evidence_lines(school.office, done))
    without = [
        line
        for line in lines
        if b'"kind":"approval"' not in line or DEAN.account.encode() not in line
    ]
    assert len(without) == len(lines) - 1
    found = again(school, done, without)
    assert {"approval-missing", "report-part"} <= codes(found)
    assert found.labels == ("charter-late", "unapproved")


def test_a_changed_result_is_named(school: Institution) -> None:
    done = evaluated(school)
    file = file_of(done)
    data = copy.deepcopy(dict(file.report.data))
    data["result"]["indicators"][2]["value"] = "100"
    from ledger.core.evaluation.report import read_report

    changed = ReportFile(read_report(data), file.rules, file.leaf, file.entry, file.salt)
    keys = [school.office.signer("checkpoint").public_key]
    found = recompute_report(changed, read_records(evidence_lines(school.office, done)), keys)
    assert {"report-commitment", "report-result-hash", "result-value"} <= codes(found)


def test_a_label_that_a_report_hides_is_named(school: Institution) -> None:
    done = evaluated(school)
    file = file_of(done)
    from ledger.core.evaluation.report import read_report

    data = {**file.report.data, "labels": []}
    changed = ReportFile(read_report(data), file.rules, file.leaf, file.entry, file.salt)
    keys = [school.office.signer("checkpoint").public_key]
    found = recompute_report(changed, read_records(evidence_lines(school.office, done)), keys)
    assert "report-part" in codes(found)
    assert found.labels == ("charter-late", "retroactive")


def test_another_institutions_records_and_keys_are_named(school: Institution) -> None:
    done = evaluated(school)
    other = school.campus.institution()
    theirs = evaluated(other)
    lines = list(evidence_lines(other.office, theirs))
    assert "other-institution" in codes(again(school, done, lines))
    keys = [other.office.signer("checkpoint").public_key]
    own = read_records(evidence_lines(school.office, done))
    found = recompute_report(file_of(done), own, keys)
    assert codes(found) == {"record-checkpoint"}


# ------------------------------------------------------------------- attestation


def test_what_the_charter_wants_attested_counts_once_it_is(school: Institution) -> None:
    founded(school, attestation={"run-opened": [["registrar"], ["department"]]})
    taken(school, term())
    run = statement_id("run-opened", f"r-{TEACHERS[0].name}")
    (before,) = evaluate(school.office, WORKLOAD, PERIOD).reports
    assert before.report.data["aside"] == [{"leaf": 0, "reason": "not-attested"}]
    assert value(before) is None
    for person, role in ((OFFICE, "registrar"), (DEAN, "department")):
        attest(school.office, [target(school.office, run)], Attesting(person.account, role),
               person.sign)  # fmt: skip
    anchor(school.office)
    done = evaluate(school.office, WORKLOAD, PERIOD)
    assert (done.reports[0].report.data["aside"], value(done.reports[0])) == ([], "363/50")
    assert again(school, done).same


def test_who_may_not_attest_is_told(school: Institution) -> None:
    founded(school)
    taken(school, term())
    office = school.office
    session = target(office, statement_id("session-delivered", f"r-{TEACHERS[0].name}-0"))

    def by(person: Person, role: str, **more: Any) -> Any:
        return lambda: attest(
            office, [session], Attesting(person.account, role, **more), person.sign
        )

    size = school.store.size("teaching")
    refused("attest-role", by(OBSERVER, "department"))
    refused("unknown-role", by(OBSERVER, "king"))
    refused("attest-role", by(Person("stranger"), "observer"))
    refused("reason-empty", by(OBSERVER, "observer", confirmed=False))
    appoint(office, TEACHERS[0].account, ["teacher", "observer"], [TEACHERS[0].key])
    anchor(office)
    refused("attest-own", by(TEACHERS[0], "observer"))
    refused("attest-target", lambda: target(office, statement_id("session-delivered", "none")))
    refused("attest-target", lambda: target(office, "no id"))
    forged = DEAN.sign
    refused(
        "act-signer",
        lambda: attest(office, [session], Attesting(OBSERVER.account, "observer"), forged),
    )
    assert school.store.size("teaching") == size
    by(TEACHERS[0], "teacher")()
    refused("attest-twice", by(TEACHERS[0], "teacher"))
    assert school.store.size("teaching") == size + 1


def test_a_type_of_a_further_profile_is_attested_and_counts(school: Institution) -> None:
    page = {block.language: block.text for block in blocks(DOCS / "spec" / "teaching-extension.md")}
    founded(school, attestation={"lab-supervised": [["department"]]})
    add_profile(school.office, page["json extension"].encode())
    statement = json.loads(page["json statement"])
    home, _, name = TEACHERS[0].account.partition("|")
    statement["actor"]["account"] = {"homePage": home, "name": name}
    statement.pop("authority", None)
    taken(school, [statement])
    wide = parse_period("2000-01-01/2100-01-01")
    (one,) = select(school.office, "lab-supervised", wide)
    assert target(school.office, statement["id"]) == one
    attest(school.office, [one], Attesting(DEAN.account, "department"), DEAN.sign)
    anchor(school.office)
    rules = json.loads(json.dumps(rules_data()).replace("session-delivered", "lab-supervised"))
    approved(school, data=rules)
    anchor(school.office)
    done = evaluate(school.office, rules["id"], wide)
    assert value(done.reports[0], rules["indicators"][0]["id"]) == "1"
    assert done.reports[0].report.data["aside"] == []
    assert again(school, done).same


def test_a_dispute_sets_aside_what_somebody_has_to_attest(school: Institution) -> None:
    founded(school, attestation={"session-delivered": [["observer"]]})
    taken(school, term(sessions=2))
    all_of = select(school.office, "session-delivered", PERIOD)
    one, two = list(all_of)
    who = Attesting(OBSERVER.account, "observer")
    attest(school.office, [one, two], who, OBSERVER.sign)
    appoint(school.office, QUALITY.account, ["observer"], [QUALITY.key])
    anchor(school.office)
    no = Attesting(QUALITY.account, "observer", False, "没有上课")
    attest(school.office, [two], no, QUALITY.sign)
    anchor(school.office)
    done = evaluate(school.office, WORKLOAD, PERIOD)
    assert done.reports[0].report.data["aside"] == [{"leaf": two.leaf, "reason": "disputed"}]
    assert value(done.reports[0], "held") == "2"
    assert again(school, done).same


# ------------------------------------------------------------------- correction


def test_a_superseding_record_takes_the_place_of_the_old_one_when_attested(
    school: Institution,
) -> None:
    founded(school, attestation={"record-superseding": [["registrar"]]})
    taken(school, term())
    run = f"r-{TEACHERS[0].name}"
    old = statement_id("run-opened", run)
    new = record("run-opened", "again", at=START - 5 * 86_400, mode="live", first_run=False,
                 open=False, starts=START, ends=START + 100 * 86_400, enrolled=20, run=run,
                 source="registrar", supersedes=old, reason="误录")  # fmt: skip
    taken(school, [new])
    (before,) = evaluate(school.office, WORKLOAD, PERIOD).reports
    assert before.report.data["aside"] == [{"leaf": 7, "reason": "superseding-unattested"}]
    assert value(before) == "363/50"
    who = Attesting(OFFICE.account, "registrar")
    attest(school.office, [target(school.office, new["id"])], who, OFFICE.sign)
    anchor(school.office)
    done = evaluate(school.office, WORKLOAD, PERIOD)
    assert done.reports[0].report.data["aside"] == [{"leaf": 0, "reason": "superseded"}]
    assert value(done.reports[0]) == "33/5"
    assert again(school, done).same


# ------------------------------------------------------------------- recognition


def recognised(school: Institution, file: ReportFile) -> None:
    recognise(school.office, file, "department", DEAN.sign)
    recognise(school.office, file, "registrar", OFFICE.sign)


def test_two_people_recognise_and_before_that_there_is_no_effect(school: Institution) -> None:
    file = file_of(evaluated(school))
    wanted = Wanted(default_indicator(file), "王老师")
    refused("not-recognised", lambda: certificate_content(school.office, file, wanted))
    first = recognise(school.office, file, "department", DEAN.sign)
    assert first.case.effect is Effect.COMPUTED
    assert first.case.open_places == (frozenset({"registrar"}),)
    refused("recognition-twice", lambda: recognise(school.office, file, "department", DEAN.sign))
    second = recognise(school.office, file, "registrar", OFFICE.sign)
    assert second.case.effect is Effect.RECOGNISED
    refused("not-anchored", lambda: certificate_content(school.office, file, wanted))
    anchor(school.office)
    content = certificate_content(school.office, file, wanted)
    assert (content.type_code, content.hours, content.name) == (
        CredentialType.WORKLOAD,
        "7.26",
        "王老师",
    )
    assert content == certificate_content(school.office, file, wanted)
    overlap = Wanted("overlap", "王老师")
    refused("no-such-figure", lambda: certificate_content(school.office, file, overlap))


def test_two_of_one_role_do_not_make_two_roles(school: Institution) -> None:
    file = file_of(evaluated(school))
    recognise(school.office, file, "department", DEAN.sign)
    done = recognise(school.office, file, "department", QUALITY.sign)
    assert done.case.effect is Effect.COMPUTED


def test_who_may_not_recognise_is_told(school: Institution) -> None:
    file = file_of(evaluated(school))
    office = school.office
    size = school.store.size("evaluation")
    refused("recognition-role", lambda: recognise(office, file, "registrar", DEAN.sign))
    refused("recognition-role", lambda: recognise(office, file, "observer", OBSERVER.sign))
    refused("act-signer", lambda: recognise(office, file, "department", Person("x").sign))
    appoint(office, TEACHERS[0].account, ["department"], [TEACHERS[0].key])
    refused("recognition-own", lambda: recognise(office, file, "department", TEACHERS[0].sign))
    other = school.campus.institution()
    refused("other-institution", lambda: recognise(other.office, file, "department", DEAN.sign))
    assert school.store.size("evaluation") == size + 1


def test_an_appeal_and_an_answer_that_rejects_it(school: Institution) -> None:
    file = file_of(evaluated(school))
    recognised(school, file)
    office, teacher = school.office, TEACHERS[0]
    refused("appeal-not-subject", lambda: appeal(office, file, "不对", TEACHERS[1].sign))
    refused("reason-empty", lambda: appeal(office, file, "  ", teacher.sign))
    refused("no-open-appeal",
            lambda: answer(office, file, "rejected", "无误", "registrar", OFFICE.sign))  # fmt: skip
    assert appeal(office, file, "少算一次课", teacher.sign).case.effect is Effect.APPEALED
    refused("appeal-open", lambda: appeal(office, file, "少算一次课", teacher.sign))
    refused("answer-decision",
            lambda: answer(office, file, "upheld", "属实", "registrar", OFFICE.sign))  # fmt: skip
    given = (office, file, "rejected", "无误", "observer", OBSERVER.sign)
    refused("recognition-role", lambda: answer(*given))
    done = answer(office, file, "rejected", "平台无此课", "registrar", OFFICE.sign)
    assert done.case.effect is Effect.RECOGNISED
    kinds = [step.act.kind for step in done.case.steps]
    assert kinds == [EvaluationKind.RECOGNITION, EvaluationKind.RECOGNITION, EvaluationKind.APPEAL,
                     EvaluationKind.ANSWER]  # fmt: skip


def test_an_appeal_upheld_puts_another_report_in_its_place(school: Institution) -> None:
    file = file_of(evaluated(school))
    recognised(school, file)
    appeal(school.office, file, "少算一次课", TEACHERS[0].sign)
    taken(school, term(sessions=4))
    newer = file_of(evaluate(school.office, WORKLOAD, PERIOD))
    office = school.office
    refused("recognition-other-stands", lambda: recognise(office, newer, "department", DEAN.sign))
    done = answer(office, file, "upheld", "补录", "registrar", OFFICE.sign, newer)
    assert (done.case.effect, done.case.successor) == (Effect.SUPERSEDED, newer.leaf)
    refused("report-superseded", lambda: recognise(office, file, "department", QUALITY.sign))
    recognised(school, newer)
    anchor(office)
    content = certificate_content(office, newer, Wanted("workload", "王老师"))
    assert content.hours == "9.68"
    refused("not-recognised", lambda: certificate_content(office, file, Wanted("workload", "王")))


def test_an_appeal_that_comes_too_late(school: Institution) -> None:
    file = file_of(evaluated(school))
    anchor(school.office)
    school.late = 16 * 24 * HOUR
    refused("appeal-late", lambda: appeal(school.office, file, "不对", TEACHERS[0].sign))


def test_a_charter_after_the_report_does_not_shorten_its_appeal(school: Institution) -> None:
    file = file_of(evaluated(school))
    anchor(school.office)
    shorter = {"signers": [["department"], ["registrar"]], "appeal_days": 1}
    set_charter(school.office, charter(version=2, recognition=shorter))
    school.late = 10 * 24 * HOUR
    assert appeal(school.office, file, "少算一次课", TEACHERS[0].sign).case.open_appeals


def test_a_changed_report_file_is_not_recognised(school: Institution) -> None:
    file = file_of(evaluated(school))
    from ledger.core.evaluation.report import read_report

    data = {**file.report.data, "labels": []}
    changed = ReportFile(read_report(data), file.rules, file.leaf, file.entry, file.salt)
    refused("report-changed", lambda: recognise(school.office, changed, "department", DEAN.sign))
    astray = ReportFile(file.report, file.rules, 0, file.entry, file.salt)
    with pytest.raises(UnknownNumber):
        recognise(school.office, astray, "department", DEAN.sign)


# ------------------------------------------------------------------- routing


def test_a_statement_that_breaks_its_template_is_refused_with_its_place(
    school: Institution,
) -> None:
    good, bad = term(sessions=1)[:2]
    del bad["context"]["platform"]
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in (good, bad))
    report = ingest(school.office, "teaching", io.BytesIO(lines))
    assert report.accepted == 1
    assert [(one.line, one.refusal.code) for one in report.refused] == [(2, "teaching-template")]
    report = ingest(school.office, "learning", io.BytesIO(json.dumps(good).encode()))
    assert [one.refusal.code for one in report.refused] == ["statement-is-teaching"]


def test_rules_over_both_streams_are_refused(school: Institution) -> None:
    founded(school)
    taken(school, term(sessions=1))
    data = copy.deepcopy(shipped()[WORKLOAD])
    data["reads"]["quiz-scored"] = {"course": "text"}
    data["id"] = "mixed"
    approved(school, data=data)
    anchor(school.office)
    with pytest.raises(WrongUse) as caught:
        evaluate(school.office, "mixed", PERIOD)
    assert caught.value.code == "rules-mixed"


# ------------------------------------------------------------------- erasure


def test_who_is_erased_is_in_no_report_and_everybody_else_still_is(school: Institution) -> None:
    founded(school)
    for teacher in TEACHERS[:2]:
        taken(school, term(teacher))
    done = evaluate(school.office, WORKLOAD, PERIOD)
    recognised(school, file_of(done))
    anchor(school.office)
    person = find_person(school.office, TEACHERS[0].account)
    erased = erase(school.office, person, mentioned=True)
    assert "evaluation" in {origin.rpartition("/")[2] for origin, _ in erased.receipt.streams}
    name = TEACHERS[0].account.encode()
    for kind in ("evaluation", "teaching"):
        for _, _, payload in school.statements.kept(kind, 0, school.store.size(kind)):
            assert name not in payload
    again_done = evaluate(school.office, WORKLOAD, PERIOD)
    assert [one.report.subject for one in again_done.reports] == [TEACHERS[1].account]
    assert again(school, again_done).same
    assert not erase(school.office, person).erased
    derive_everything(school.office)


def test_after_a_report_was_erased_another_one_takes_its_place(school: Institution) -> None:
    """Of somebody whom others' records still name, and whom nobody appointed."""
    stranger = Person("t-900")
    set_charter(school.office, charter())
    taken(school, term(stranger))
    first = evaluate(school.office, WORKLOAD, PERIOD)
    anchor(school.office)
    erase(school.office, find_person(school.office, stranger.account))
    second = evaluate(school.office, WORKLOAD, PERIOD)
    assert second.reports[0].fresh
    assert second.reports[0].written.leaf != first.reports[0].written.leaf
    codes_found = {one["code"] for one in second.reports[0].report.data["findings"]}
    assert codes_found == {"record-erased"}
    assert not evaluate(school.office, WORKLOAD, PERIOD).reports[0].fresh
