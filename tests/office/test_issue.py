"""Issuing: authority, once only, in random order, in batches that a crash may part."""

from __future__ import annotations

import dataclasses
import time

import pytest

from ledger.core.canonical import parse_json
from ledger.core.credential import parse_credential, salt_of
from ledger.core.entry import CredentialEntry, decode
from ledger.core.kinds import CredentialType
from ledger.core.status import LIST_SIZE
from ledger.errors import NotAllowed, UnknownNumber
from ledger.office import issue as issuing
from ledger.office.anchor import anchor
from ledger.office.issue import certificate, conflicts, issue
from ledger.office.status import replayed
from tests.office.worlds import Campus, Institution, degree
from tests.oracle import derive_everything

ROWS = [degree(f"N-{number}", name) for number, name in enumerate("甲乙丙丁戊己庚辛壬癸")]


def refused(school: Institution, code: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        issue(school.office, ROWS)
    assert caught.value.code == code
    assert school.store.size("credential") == 0


def test_issued_once(school: Institution) -> None:
    assert issue(school.office, ROWS) == (10, 0)
    assert issue(school.office, ROWS) == (0, 10)
    assert school.store.size("credential") == 10
    derive_everything(school.office)
    anchor(school.office)
    derive_everything(school.office)


def test_the_document_is_the_one_committed_to(school: Institution) -> None:
    issue(school.office, ROWS)
    found = certificate(school.office, "N-3")
    view = parse_credential(found.document)
    assert view.content == ROWS[3] == found.content
    assert view.status_index == found.status_index
    assert parse_json(found.document)["issuer"]["id"] == f"did:web:{school.identity.domain}"
    kept = school.store.payload("credential", found.index)
    assert kept is not None
    assert kept[1] == found.document == view.payload
    assert kept[0] == salt_of(parse_json(found.document))


def test_more_rows_later_resume(school: Institution) -> None:
    issue(school.office, ROWS[:4])
    assert issue(school.office, ROWS) == (6, 4)
    derive_everything(school.office)


def test_progress_reaches_the_total(school: Institution) -> None:
    issue(school.office, ROWS[:2])
    seen: list[tuple[int, int]] = []
    issue(school.office, ROWS, lambda done, total: seen.append((done, total)))
    assert seen == [(10, 10)]


def test_other_content_is_a_conflict(school: Institution) -> None:
    issue(school.office, ROWS)
    changed = [*ROWS[:5], dataclasses.replace(ROWS[5], name="另一人"), *ROWS[6:]]
    (found,) = conflicts(school.office, changed)
    assert (found.row, found.number) == (5, "N-5")
    assert conflicts(school.office, ROWS) == []


def test_another_process_took_the_number(
    school: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the lock somebody else issued N-0 with other content."""
    check = issuing.check_authority

    def overtaken(*arguments: object) -> object:
        monkeypatch.setattr(issuing, "check_authority", check)
        issue(school.office, [dataclasses.replace(ROWS[0], name="别人")])
        return check(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(issuing, "check_authority", overtaken)
    with pytest.raises(NotAllowed) as caught:
        issue(school.office, ROWS)
    assert caught.value.code == "already-issued"
    assert "N-0" in caught.value.en
    assert school.store.size("credential") == 1
    derive_everything(school.office)


def test_random_order(school: Institution) -> None:
    """1 in 40! that the leaves lie in the roster's order."""
    rows = [degree(f"R-{number:02}") for number in range(40)]
    issue(school.office, rows)
    leaves = [facts.number for _, facts in school.store.certificates()]
    assert sorted(leaves) == [row.number for row in rows] != leaves
    indexes = [facts.status_index for _, facts in school.store.certificates()]
    assert sorted(indexes) != indexes


def test_batches(school: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "BATCH", 3)
    seen: list[int] = []
    issue(school.office, ROWS, lambda done, _: seen.append(done))
    assert seen == [3, 6, 9, 10]
    derive_everything(school.office)


def test_not_admitted(campus: Campus) -> None:
    refused(campus.stranger(), "not-registered")


def test_not_accredited(campus: Campus) -> None:
    refused(campus.institution(accredited=False), "not-accredited")


@pytest.mark.parametrize(
    "window", [(0, 1_000_000_000), (4_000_000_000, 5_000_000_000)], ids=["over", "not begun"]
)
def test_accredited_at_another_time(campus: Campus, window: tuple[int, int]) -> None:
    school = campus.institution(accredited=False)
    begin, end = window
    if end < time.time():  # the contract refuses a period in the past: let the clock run instead
        begin, end = 0, int(time.time()) + 1_000
        school.late = 2_000
    campus.accredit(school, begin=begin, end=end)
    refused(school, "not-accredited")


def test_accredited_for_other_types(campus: Campus) -> None:
    school = campus.institution(accredited=False)
    campus.accredit(school, types=1 << CredentialType.COURSE)
    refused(school, "not-accredited")
    course = dataclasses.replace(ROWS[0], type_code=CredentialType.COURSE, degree="", major="",
                                 course="代数")  # fmt: skip
    assert issue(school.office, [course]) == (1, 0)


def test_accreditation_ended(campus: Campus, school: Institution) -> None:
    campus.end_accreditations(school)
    school.late = 2
    refused(school, "not-accredited")


def test_issued_before_the_end_still_counts_as_done(campus: Campus, school: Institution) -> None:
    issue(school.office, ROWS)
    campus.end_accreditations(school)
    school.late = 2
    assert issue(school.office, ROWS) == (0, 10)


def test_frozen_key(school: Institution) -> None:
    school.registrar.freeze_key(school.hands.signer("credential").public_key)
    refused(school, "key-not-registered")


def test_key_that_was_never_registered(school: Institution) -> None:
    school.hands.add("credential")
    refused(school, "key-not-registered")


def test_key_of_another_institution(campus: Campus, school: Institution) -> None:
    other = campus.institution()
    school.hands = other.hands
    refused(school, "key-not-registered")


def test_new_key_after_a_freeze(school: Institution) -> None:
    issue(school.office, ROWS[:2])
    anchor(school.office)
    frozen = school.hands.signer("credential")
    school.registrar.freeze_key(frozen.public_key)
    row = school.reader.institution_by_code(school.identity.code)
    assert row is not None
    assert next(k for k in row.keys if k.public_key == frozen.public_key).cut_off == 2


def test_a_full_list_opens_the_next(school: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "FULL_AT", 4 / LIST_SIZE)
    issue(school.office, ROWS[:4])
    assert replayed(school.store).lists == 1
    issue(school.office, ROWS)
    assert replayed(school.store).lists == 3
    derive_everything(school.office)


def test_indexes_are_never_used_twice(school: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws from only sixteen places until ten are taken."""
    draw = issuing.below
    monkeypatch.setattr(issuing, "below", lambda office, limit: draw(office, min(limit, 16)))
    issue(school.office, ROWS)
    issue(school.office, [degree(f"M-{number}") for number in range(5)])
    indexes = {facts.status_index for _, facts in school.store.certificates()}
    assert len(indexes) == 15
    assert max(indexes) < 16


def test_no_personal_data_in_an_entry(school: Institution) -> None:
    issue(school.office, [degree("N-77", "王小明", student_number="2022001")])
    entry = decode(school.store.entry("credential", 0))
    assert isinstance(entry, CredentialEntry)
    for part in ("王小明", "2022001", "N-77"):
        assert part.encode() not in school.store.entry("credential", 0)


def test_unknown_number(school: Institution) -> None:
    with pytest.raises(UnknownNumber):
        certificate(school.office, "nobody")
