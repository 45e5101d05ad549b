"""Which stream a statement goes to, and what becomes of one that goes to `teaching`."""

from __future__ import annotations

import io
import json
from copy import deepcopy
from typing import Any

import pytest

from ledger.core.canonical import canonical_json
from ledger.core.commitment import commit
from ledger.core.entry import RecordEntry, decode
from ledger.core.kinds import Kind
from ledger.core.teaching.envelope import MAX_SUBMITTED, full_statement, parse_envelope
from ledger.core.teaching.records import record_of
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from ledger.office.ingest import ingest
from ledger.office.statements import accept, prepare, prepare_one, source
from ledger.ports.statements import BatchOutcome, Chained, StatementBatch
from tests.core.teaching.made import good
from tests.office.records import AUTHORITY, NOW, Records, raw, statement, uuid, voiding

Json = dict[str, Any]
TEACHER = "https://univ-a.example|t-0042"


@pytest.fixture
def records() -> Records:
    return Records()


def teaching(number: int | None = None, name: str = "session-delivered", **more: Any) -> Json:
    found = {**good(name), **more}
    del found["id"]
    return found if number is None else {"id": uuid(number), **found}


def submit(records: Records, *submitted: Json, **more: Any) -> BatchOutcome:
    batch, _ = prepare(records.office(), submitted, Version.V1, AUTHORITY, **more)
    (outcome,) = accept(records.office(), [batch])
    return outcome


def envelope(records: Records, index: int) -> Any:
    kept = records.streams.payload("teaching", index)
    assert kept is not None
    return parse_envelope(kept[1])


def links(records: Records, subject: str = TEACHER) -> list[Chained]:
    return list(records.statements.chain(subject, 1 << 40))


def given(*statements: Json) -> io.BytesIO:
    return io.BytesIO(b"".join(json.dumps(one).encode() + b"\n" for one in statements))


def test_a_request_may_have_statements_of_both_streams(records: Records) -> None:
    outcome = submit(records, statement(1), teaching(2), statement(3), teaching(4))
    assert outcome == BatchOutcome((0, 0, 1, 1), (True,) * 4)
    assert (records.streams.size("learning"), records.streams.size("teaching")) == (2, 2)
    assert [(one.number, one.index) for one in links(records)] == [(0, 0), (1, 1)]
    stored = {records.statements.statement(raw(n)).stored for n in (1, 2, 3, 4)}  # type: ignore[union-attr]
    assert len(stored) == 1


def test_the_envelope_is_what_the_entry_commits_to(records: Records) -> None:
    submitted = {**teaching(), "id": uuid(0xAB).upper()}
    submit(records, submitted)
    kept = records.streams.payload("teaching", 0)
    assert kept is not None
    assert decode(records.streams.entry("teaching", 0)) == RecordEntry(
        Kind.TEACHING, NOW // 1_000, commit(*kept)
    )
    found = envelope(records, 0)
    assert (found.statement, found.id) == (submitted, uuid(0xAB))
    assert (found.subject, found.number, found.previous) == (TEACHER, 0, None)
    assert canonical_json(found.authority) == AUTHORITY
    record = record_of(full_statement(found), 0)
    assert record is not None
    assert links(records)[0].record == json.loads(canonical_json(dict(record)))
    shown = records.statements.statement(raw(0xAB))
    assert shown is not None
    assert shown.payload == canonical_json(submitted)


def test_an_id_that_the_store_gives_stands_in_the_envelope(records: Records) -> None:
    batch, (id,) = prepare(records.office(), [teaching()], Version.V1, AUTHORITY)
    accept(records.office(), [batch])
    assert envelope(records, 0).id == id
    record = links(records)[0].record
    assert record is not None
    assert record["statement"] == id


@pytest.mark.parametrize("kind", [None, "teaching"])
def test_who_claims_the_profile_keeps_the_template(records: Records, kind: str | None) -> None:
    bad = teaching(2)
    del bad["timestamp"]
    with pytest.raises(BadEvidence) as caught:
        prepare(records.office(), [teaching(1), bad], Version.V1, AUTHORITY, kind=kind)
    assert caught.value.code == "teaching-template"
    assert (caught.value.detail["position"], caught.value.detail["pointer"]) == (1, "/timestamp")


def test_a_teaching_statement_in_the_stream_of_learning(records: Records) -> None:
    with pytest.raises(BadEvidence) as caught:
        prepare(records.office(), [teaching(1)], Version.V1, AUTHORITY, kind="learning")
    assert caught.value.code == "statement-is-teaching"
    assert caught.value.detail["position"] == 0


def test_who_claims_nothing_is_taken_by_name_and_is_no_record(records: Records) -> None:
    submit(records, statement(1), teaching(2), statement(3), kind="teaching")
    assert records.streams.size("learning") == 0
    assert links(records, "mailto:ann@north.example") == [Chained(0, 0, None), Chained(1, 2, None)]
    assert (envelope(records, 2).previous, envelope(records, 2).statement) == (0, statement(3))
    assert [one.record is None for one in links(records)] == [False]


def test_a_teaching_record_is_voided_in_its_own_stream(records: Records) -> None:
    submit(records, statement(1), teaching(2))
    submit(records, teaching(3, "record-voided", object=voiding(9, 2)["object"]))
    entry = decode(records.streams.entry("teaching", 1))
    assert isinstance(entry, RecordEntry)
    assert entry.refers == 0
    voided = records.statements.statement(raw(2))
    assert voided is not None
    assert voided.voided
    record = links(records)[1].record
    assert record is not None
    assert (record["type"], record["object"]) == ("record-voided", uuid(2))


def test_a_plain_voiding_statement_goes_where_it_was_sent(records: Records) -> None:
    """It voids, as the standard has it; its entry refers to no leaf of another stream."""
    submit(records, teaching(2))
    submit(records, voiding(3, 2))
    entry = decode(records.streams.entry("learning", 0))
    assert isinstance(entry, RecordEntry)
    assert entry.refers is None
    voided = records.statements.statement(raw(2))
    assert voided is not None
    assert voided.voided


def test_signature_and_signer(records: Records) -> None:
    signature: Json = {"account": TEACHER, "key": "ab" * 32, "value": "cd" * 64}
    office = records.office()
    common = source(office, Version.V1, AUTHORITY)
    signer = f"{TEACHER}#{'ab' * 32}"
    new = prepare_one(
        office, common, teaching(1), signature=canonical_json(signature), signer=signer
    )
    accept(office, [StatementBatch((new,))])
    assert envelope(records, 0).signature.to_json() == signature
    assert links(records)[0].signer == signer


def test_a_statement_that_no_envelope_holds(records: Records) -> None:
    long = teaching(1)
    long["context"]["extensions"]["https://lms.example/notes"] = "记" * (MAX_SUBMITTED // 3)
    with pytest.raises(BadEvidence) as caught:
        prepare(records.office(), [statement(2), long], Version.V1, AUTHORITY)
    assert caught.value.code == "teaching-size"
    assert (caught.value.detail["position"], caught.value.detail["limit"]) == (1, MAX_SUBMITTED)


def test_lines_of_a_file_are_refused_one_by_one(records: Records) -> None:
    bad = deepcopy(teaching(2))
    bad["verb"]["id"] = "http://verb.example/unknown"
    lines = [teaching(1), bad, statement(3), teaching(4), statement(None)]
    report = ingest(records.office(), "teaching", given(*lines))
    assert (report.accepted, report.duplicate) == (4, 0)
    assert [(one.line, one.refusal.code) for one in report.refused] == [(2, "teaching-no-template")]
    report = ingest(records.office(), "teaching", given(*lines))
    assert (report.accepted, report.duplicate) == (0, 4)
    assert [(one.number, one.index) for one in links(records)] == [(0, 0), (1, 2)]
    report = ingest(records.office(), "learning", given(teaching(5), statement(6)))
    assert report.accepted == 1
    assert [one.refusal.code for one in report.refused] == ["statement-is-teaching"]


def test_every_teacher_has_a_chain_of_their_own(records: Records) -> None:
    for number in range(1, 60):
        one = teaching(number)
        name = f"t-{number * number % 7}"
        one["actor"] = {"account": {"homePage": "https://univ-a.example", "name": name}}
        submit(records, statement(number + 1_000), one)
    heads = records.statements.subjects()
    assert sum(head.count for head in heads) == 59
    for head in heads:
        before = None
        for number, link in enumerate(links(records, head.subject)):
            found = envelope(records, link.index)
            place = (found.subject, found.number, found.previous)
            assert place == (head.subject, number, before)
            before = link.index
