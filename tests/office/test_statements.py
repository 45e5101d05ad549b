"""From a checked statement to an acknowledged entry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from ledger.core.canonical import canonical_json
from ledger.core.commitment import commit
from ledger.core.entry import RecordEntry, decode
from ledger.core.kinds import Kind
from ledger.core.xapi.mentions import Role
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, Conflict, WrongUse
from ledger.office.context import Office
from ledger.office.statements import accept, prepare, prepare_one, refuse_conflict, source
from ledger.ports.statements import Attachment, BatchOutcome, StatementBatch
from tests.office.records import (
    AUTHORITY,
    NOW,
    Records,
    raw,
    reference,
    statement,
    uuid,
    voiding,
)


@pytest.fixture
def records() -> Records:
    return Records()


def submit(office: Office, *submitted: dict[str, Any], **more: Any) -> BatchOutcome:
    batch, _ = prepare(office, submitted, Version.V1, AUTHORITY, **more)
    (outcome,) = accept(office, [batch])
    refuse_conflict(batch, outcome)
    return outcome


def test_the_payload_is_what_was_submitted_and_the_entry_commits_to_it(records: Records) -> None:
    given = statement(1, stored="2001-01-01T00:00:00Z", authority={"mbox": "mailto:x@y.example"})
    assert submit(records.office(), given) == BatchOutcome((0,), (True,))
    kept = records.streams.payload("learning", 0)
    assert kept is not None
    salt, payload = kept
    assert payload == canonical_json(given)
    entry = decode(records.streams.entry("learning", 0))
    assert entry == RecordEntry(Kind.LEARNING, NOW // 1_000, commit(salt, payload))


def test_salts_and_ids_differ(records: Records) -> None:
    batch, ids = prepare(records.office(), [statement(), statement()], Version.V1, AUTHORITY)
    one, two = batch.statements
    assert one.salt != two.salt and len(one.salt) == 32
    assert one.id != two.id
    assert ids == [str(UUID(bytes=one.id)), str(UUID(bytes=two.id))]
    assert all(UUID(id).version == 4 for id in ids)


def test_what_the_store_needs_to_find_it_again(records: Records) -> None:
    sha2 = "a1" * 32
    attached = {"sha2": sha2.upper(), "contentType": "text/plain", "length": 1}
    given = statement(
        1,
        object={"id": "http://course.example/1", "definition": {"name": {"en": "One"}}},
        attachments=[attached, attached],
    )
    content = Attachment(sha2, "text/plain", b"1")
    batch, ids = prepare(records.office(), [given], Version.V1, AUTHORITY, attachments=[content])
    (new,) = batch.statements
    assert ids == [uuid(1)] and new.id == raw(1) and new.kind == "learning"
    assert (Role.VERB, "http://verb.example/passed") in new.mentions
    assert (Role.AGENT_RELATED, "account\nhttp://north.example\nmoodle") in new.mentions
    assert new.activities == (("http://course.example/1", b'{"name":{"en":"One"}}'),)
    assert new.agents[0][0] == "mbox\nmailto:ann@north.example"
    assert new.attachments == (sha2,)
    assert batch.attachments == (content,)
    assert (new.refers, new.voids) == (None, False)


@pytest.mark.parametrize(
    ("asked", "given", "shown"),
    [
        (Version.V1, None, "1.0.0"),
        (Version.V1, "1.0.3", "1.0.3"),
        (Version.V2, None, "2.0.0"),
        (Version.V2, "1.0.0", "1.0.0"),
    ],
)
def test_a_statement_keeps_the_version_it_came_with(
    records: Records, asked: Version, given: str | None, shown: str
) -> None:
    one = statement(1, version=given) if given else statement(1)
    batch, _ = prepare(records.office(), [one], asked, AUTHORITY)
    assert batch.statements[0].version == shown


def test_an_id_beside_the_statement_is_not_part_of_it(records: Records) -> None:
    batch, ids = prepare(records.office(), [statement()], Version.V1, AUTHORITY, given_id=uuid(7))
    assert ids == [uuid(7)]
    assert batch.statements[0].id == raw(7)
    assert batch.statements[0].payload == canonical_json(statement())


def test_a_derived_id_knows_the_statement_again(records: Records) -> None:
    office = records.office()
    assert submit(office, statement(), derive_ids=True).fresh == (True,)
    assert submit(office, statement(), derive_ids=True).fresh == (False,)
    assert submit(office, statement(timestamp="2026-01-01T00:00:00Z"), derive_ids=True).fresh == (
        True,
    )


def test_statements_go_to_the_stream_that_is_named(records: Records) -> None:
    office = records.office()
    submit(office, statement(1), kind="teaching")
    assert (records.streams.size("learning"), records.streams.size("teaching")) == (0, 1)
    for kind in ("credential", "status", "nothing"):
        with pytest.raises(WrongUse) as refused:
            prepare(office, [statement(1)], Version.V1, AUTHORITY, kind=kind)
        assert refused.value.code == "unknown-kind"


def test_the_same_again_and_another_with_its_id(records: Records) -> None:
    office = records.office()
    submit(office, statement(1), statement(2))
    again = submit(office, statement(2, stored="2026-01-01T00:00:00Z"), statement(3))
    assert again == BatchOutcome((1, 2), (False, True))
    other = statement(1, verb={"id": "http://verb.example/failed"})
    with pytest.raises(Conflict) as refused:
        submit(office, statement(4), other)
    assert refused.value.code == "xapi-conflict"
    assert refused.value.http_status == 409
    assert refused.value.detail["position"] == 1
    assert refused.value.detail["id"] == uuid(1)
    assert records.statements.statement(raw(4)) is None
    assert records.streams.size("learning") == 3


def test_one_batch_in_conflict_leaves_the_others(records: Records) -> None:
    office = records.office()
    batches = [
        prepare(office, [one], Version.V1, AUTHORITY)[0]
        for one in (statement(1), voiding(1, 9), statement(2))
    ]
    assert accept(office, batches) == [
        BatchOutcome((0,), (True,)),
        BatchOutcome(conflict=0),
        BatchOutcome((1,), (True,)),
    ]


def test_two_of_a_request_have_one_id(records: Records) -> None:
    with pytest.raises(BadEvidence) as refused:
        submit(records.office(), statement(1), statement(2), {**statement(), "id": uuid(1).upper()})
    assert refused.value.code == "xapi-repeated-id"
    assert (refused.value.detail["position"], refused.value.detail["pointer"]) == (2, "/id")


# --------------------------------------------------------------------------- voiding (Data 2.3.2)


def test_a_voided_statement_is_referred_to_by_its_leaf(records: Records) -> None:
    office = records.office()
    submit(office, statement(1), statement(2))
    submit(office, voiding(3, 2))
    assert decode(records.streams.entry("learning", 2)) == RecordEntry(
        Kind.LEARNING, NOW // 1_000, _commitment(records, 2), refers=1
    )
    found = records.statements.statement(raw(2))
    assert found is not None and found.voided
    unvoided = records.statements.statement(raw(1))
    assert unvoided is not None and not unvoided.voided


def test_a_leaf_of_another_stream_is_not_named(records: Records) -> None:
    office = records.office()
    submit(office, statement(1), kind="teaching")
    submit(office, voiding(2, 1))
    assert decode(records.streams.entry("learning", 0)) == RecordEntry(
        Kind.LEARNING, NOW // 1_000, _commitment(records, 0)
    )


def test_voiding_what_is_not_there_is_accepted_and_counts_when_it_comes(records: Records) -> None:
    office = records.office()
    submit(office, voiding(1, 2))
    submit(office, statement(2))
    found = records.statements.statement(raw(2))
    assert found is not None and found.voided


def test_a_voiding_statement_cannot_be_voided(records: Records) -> None:
    office = records.office()
    submit(office, statement(1))
    submit(office, voiding(2, 1))
    with pytest.raises(BadEvidence) as refused:
        submit(office, statement(3), voiding(4, 2))
    assert refused.value.code == "xapi-voids-voiding"
    assert (refused.value.detail["position"], refused.value.detail["pointer"]) == (1, "/object/id")
    assert records.streams.size("learning") == 2


def test_nor_in_the_same_request_nor_by_itself(records: Records) -> None:
    for batch in ([voiding(1, 9), voiding(2, 1)], [voiding(3, 3)]):
        with pytest.raises(BadEvidence) as refused:
            submit(records.office(), *batch)
        assert refused.value.code == "xapi-voids-voiding"


def test_a_voiding_statement_that_comes_after_its_own_voiding_stands(records: Records) -> None:
    office = records.office()
    submit(office, voiding(1, 2))
    submit(office, voiding(2, 3))
    found = records.statements.statement(raw(2))
    assert found is not None and not found.voided


def test_only_a_voiding_verb_voids(records: Records) -> None:
    office = records.office()
    submit(office, statement(1))
    submit(office, statement(2, object=reference(1)))
    found = records.statements.statement(raw(1))
    assert found is not None and not found.voided


@pytest.mark.parametrize("number", [-(2**53) - 1, 2**60, 10**21, 10**400])
def test_an_integer_that_canonical_json_cannot_write(records: Records, number: int) -> None:
    extensions = {"http://x.example/~": [1, 2**53, {"n": number}]}
    with pytest.raises(BadEvidence) as refused:
        submit(records.office(), statement(1), statement(2, result={"extensions": extensions}))
    assert refused.value.code == "xapi-number-range"
    assert refused.value.detail["position"] == 1
    assert refused.value.detail["pointer"] == "/result/extensions/http:~1~1x.example~1~0/2/n"


@pytest.mark.parametrize("number", [2**53, -(2**54), 10**20, 123456789012345680000])
def test_a_long_integer_that_is_a_double_stays_digit_for_digit(
    records: Records, number: int
) -> None:
    """Canonical JSON writes 1e20 so: what was given out is taken back, in a definition too."""
    extensions = {"http://x.example/n": [number]}
    activity = {"id": "http://a.example/long", "definition": {"extensions": extensions}}
    submit(records.office(), statement(1, object=activity, result={"extensions": extensions}))
    found = records.statements.statement(raw(1))
    assert found is not None and found.payload is not None
    assert found.payload.count(b"[%d]" % number) == 2


def test_one_statement_at_a_time(records: Records) -> None:
    office = records.office()
    common = source(office, Version.V1, AUTHORITY, derive_ids=True)
    new = prepare_one(office, common, statement())
    (outcome,) = accept(office, [StatementBatch((new,))])
    assert outcome == BatchOutcome((0,), (True,))
    assert new.id == records.statements.derived_id(new.payload)


def _commitment(records: Records, index: int) -> bytes:
    kept = records.streams.payload("learning", index)
    assert kept is not None
    return commit(*kept)
