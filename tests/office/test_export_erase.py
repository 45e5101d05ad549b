"""A person's export and erasure as use cases: every state of the stream, every way to name them."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any
from uuid import UUID

import pytest

from ledger.core import merkle
from ledger.core.record import RecordFile, parse_record
from ledger.core.signed_note import open_checkpoint
from ledger.core.xapi.statement import VOIDED
from ledger.errors import CouldNotLook, WrongUse
from ledger.office.anchor import anchor
from ledger.office.erase import erase
from ledger.office.export import ExportReport, export
from ledger.office.ingest import ingest
from ledger.office.person import find_person
from tests.office.faults import WORLDS, Crash
from tests.office.worlds import Campus, Institution
from tests.oracle import derive_everything

HOME = "https://sso.campus.example"


def account(name: str, home: str = HOME) -> dict[str, Any]:
    return {"account": {"homePage": home, "name": name}}


def line(number: int, actor: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": str(UUID(int=(0x4000 << 64) | (0x8000 << 48) | number)),
        "actor": actor,
        "verb": {"id": "http://verb.example/done"},
        "object": {"id": "http://course.example/1"},
        **more,
    }


def take(school: Institution, *statements: dict[str, Any]) -> None:
    data = b"\n".join(json.dumps(one).encode() for one in statements)
    report = ingest(school.office, "learning", io.BytesIO(data))
    assert (report.accepted, report.refused) == (len(statements), [])


@pytest.fixture
def school(campus: Campus) -> Institution:
    return campus.institution()


def exported(school: Institution, given: str) -> tuple[ExportReport, dict[str, RecordFile]]:
    person = find_person(school.office, given)
    assert person is not None
    files: dict[str, bytes] = {}
    report = export(school.office, person, files.__setitem__)
    assert list(files)[-1] == "export.json"
    return report, {
        name: parse_record(data) for name, data in files.items() if name.startswith("records/")
    }


def proved(school: Institution, record: RecordFile) -> int:
    """The size of the anchored tree to which the record's proof leads."""
    assert record.anchorage is not None
    proof, kind = record.anchorage.proof, record.place.kind.name.lower()
    public = school.office.signer("checkpoint").public_key
    signed = open_checkpoint(proof.checkpoint, record.origin, public)
    leaf = merkle.leaf_hash(record.entry)
    merkle.verify_inclusion(leaf, proof.index, signed.size, proof.path, signed.root)
    rows = {row.seq: row for row in school.store.anchors(kind)}
    at = rows[record.anchorage.anchored.seq]
    assert (at.size, at.root, at.block) == (
        signed.size, signed.root, record.anchorage.anchored.block,
    )  # fmt: skip
    covering = rows[record.anchorage.covering.seq]
    assert proof.index < covering.size
    return signed.size


def test_proofs_lead_to_the_newest_anchor(school: Institution) -> None:
    take(school, *(line(number, account("a")) for number in range(3)))
    anchor(school.office)
    take(school, line(3, account("a")), line(4, account("b")))
    anchor(school.office)
    report, records = exported(school, "a")
    assert (report.records, report.waiting) == (4, 0)
    assert [proved(school, one) for one in records.values()] == [5] * 4
    anchorages = [one.anchorage for one in records.values()]
    assert [one.covering.seq for one in anchorages if one] == [1, 1, 1, 2]


def test_what_no_anchor_covers_gets_a_receipt(school: Institution) -> None:
    """Also where a longer checkpoint has been signed: the anchored tree's is signed again."""
    take(school, line(0, account("a")))
    anchor(school.office)
    take(school, line(1, account("a")))
    before = school.store.checkpoint("learning")
    with school.store.writer("learning") as writer:
        writer.sign_checkpoint(
            school.identity.origin("learning"), school.office.signer("checkpoint")
        )
    assert school.store.checkpoint("learning") != before
    report, records = exported(school, "a")
    assert (report.records, report.waiting) == (2, 1)
    first, second = records.values()
    assert proved(school, first) == 1
    assert first.anchorage is not None
    assert first.anchorage.proof.checkpoint == before  # the same bytes as then
    assert second.anchorage is None
    assert second.receipt is not None
    second.receipt.verify(school.office.signer("receipt").public_key)


def test_nothing_anchored(school: Institution) -> None:
    take(school, line(0, account("a")))
    report, _ = exported(school, "a")
    assert (report.records, report.waiting) == (1, 1)


def test_mentioned_and_voided_ones_too(school: Institution) -> None:
    target = {"objectType": "StatementRef", "id": line(0, {})["id"]}
    take(
        school,
        line(0, account("a")),
        line(1, account("t"), context={"instructor": account("a")}),
        line(2, account("t"), verb={"id": VOIDED}, object=target),
        line(3, account("t"), object=target),
        line(4, {"objectType": "Group", "member": [account("a"), account("b")]}),
    )
    _, records = exported(school, "a")
    assert list(records) == [f"records/learning-{index:09d}.json" for index in (0, 1, 4)]
    assert [one.shown["voided"] for one in records.values()] == [True, False, False]


def test_more_than_a_page(school: Institution) -> None:
    take(school, *(line(number, account("a")) for number in range(450)))
    report, _ = exported(school, "a")
    assert report.records == 450


def test_bare_names(school: Institution) -> None:
    office = school.office
    take(
        school,
        line(0, account("a")),
        line(1, account("a", "https://other.example")),
        line(2, account("one@mail.example")),
        line(3, {"mbox": "mailto:two@mail.example"}),
        line(4, {"mbox_sha1sum": "5df2a8bb0f6b4ec1f6bb5b29e8e7e8f4ba1aa8ee"}),
        line(5, {"openid": "https://id.example/x"}),
        line(6, account("both@mail.example")),
        line(7, {"mbox": "mailto:both@mail.example"}),
    )
    for given in ("a", "both@mail.example"):
        with pytest.raises(WrongUse, match="person-ambiguous") as caught:
            find_person(office, given)
        assert caught.value.detail["count"] == 2
    found = find_person(office, f"{HOME}|a")
    assert found is not None
    assert found.named == [f"{HOME}|a"]
    for given in (
        "one@mail.example",
        "two@mail.example",
        "mailto:two@mail.example",
        "https://id.example/x",
        "5DF2A8BB0F6B4EC1F6BB5B29E8E7E8F4BA1AA8EE",
    ):
        report, _ = exported(school, given)
        assert report.records == 1
    assert find_person(office, "c") is None
    with pytest.raises(WrongUse, match="person-empty"):
        find_person(office, "  ")


def test_a_mailbox_and_its_sha1_are_one_person(school: Institution) -> None:
    sha1 = hashlib.sha1(b"mailto:bob@example.com").hexdigest()
    take(school, line(0, {"mbox": "mailto:bob@example.com"}), line(1, {"mbox_sha1sum": sha1}))
    for given in ("bob@example.com", "mailto:bob@example.com"):
        report, _ = exported(school, given)
        assert report.records == 2


def test_erase_own_and_leave_the_rest(school: Institution) -> None:
    take(
        school,
        line(0, account("a")),
        line(1, account("b"), object={"objectType": "Agent", **account("a")}),
        line(2, account("a")),
    )
    anchor(school.office)
    person = find_person(school.office, "a")
    done = erase(school.office, person)
    assert (done.erased, done.mentioned) == (2, 1)
    done.receipt.verify(school.office.signer("receipt").public_key)
    ((origin, leaves),) = done.receipt.streams
    assert origin == school.identity.origin("learning")
    assert [one.index for one in leaves] == [0, 2]
    assert school.store.payload("learning", 0) is None
    assert school.store.payload("learning", 1) is not None
    again = erase(school.office, person)
    assert (again.erased, again.mentioned, again.receipt.streams) == (0, 1, ())
    _, records = exported(school, "b")
    assert [proved(school, one) for one in records.values()] == [3]
    derive_everything(school.office)
    assert erase(school.office, person, mentioned=True).erased == 1
    assert erase(school.office, None).erased == 0


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("method", ["erase_statement", "erase_agent"])
def test_erasing_goes_on_after_a_break(school: Institution, world: str, method: str) -> None:
    """In the four worlds: the same command erases the rest; leaves that went unreported are gone
    all the same."""
    take(school, *(line(number, account("a")) for number in range(3)))
    person = find_person(school.office, "a")
    broken = school.broken("statements", method, *(["ok"] * (method == "erase_statement")), world)
    with pytest.raises((CouldNotLook, Crash)):
        erase(broken.office, person)
    done = erase(school.office, person)
    assert [school.store.payload("learning", index) for index in range(3)] == [None] * 3
    left = {"erase_agent": 0, "erase_statement": 1 if world.startswith("applied") else 2}
    assert done.erased == left[method]
    assert find_person(school.office, "a") is None
