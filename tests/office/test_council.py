"""Council changes: masks, days, thresholds, applications, proposals."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.core.kinds import CredentialType, Kind
from ledger.errors import BadEvidence, NotAllowed, Refusal, UnknownNumber, WrongUse
from ledger.office import council
from ledger.office.council import (
    ALL_TYPES,
    admission,
    check_admitted_keys,
    day_start,
    find_proposal,
    grant,
    institution_by_code,
    kind_mask,
    open_application,
    removal,
    require_member,
    same_as_file,
    threshold,
    type_mask,
)
from ledger.ports import Change, Proposal
from tests.office import worlds
from tests.office.worlds import FOR_EVER, Campus, Institution

NOW = 1_782_900_000


def test_masks() -> None:
    assert kind_mask("all") == 0b111110
    assert kind_mask("credential") == 1 << Kind.CREDENTIAL
    assert kind_mask("learning,teaching") == 1 << Kind.LEARNING | 1 << Kind.TEACHING
    assert type_mask("all") == ALL_TYPES
    assert type_mask("degree,micro") == 1 << CredentialType.DEGREE | 1 << CredentialType.MICRO


@pytest.mark.parametrize("given", ["", "degree,", "Degree", "continuation", "all,status"])
def test_unknown_kinds_and_types(given: str) -> None:
    with pytest.raises(WrongUse, match="unknown-kind"):
        kind_mask(given)
    with pytest.raises(WrongUse, match="unknown-type"):
        type_mask(given)


def test_a_day_begins_in_utc8() -> None:
    start = datetime.fromtimestamp(day_start("2026-06-30"), UTC)
    assert start == datetime(2026, 6, 29, 16, tzinfo=UTC)


@pytest.mark.parametrize("given", ["2026-02-30", "2026-6-31", "30.06.2026", "", "2026-06-30T00:00"])
def test_days_that_are_none(given: str) -> None:
    with pytest.raises(WrongUse, match="bad-date"):
        day_start(given)


def test_grant_includes_both_days() -> None:
    given = grant("all", "degree", "2026-06-30", "2026-06-30", day_start("2026-01-01"))
    assert given.until - given.from_time == 86_400


def test_grant_without_days_is_ten_years_from_now() -> None:
    given = grant("all", "all", None, None, NOW)
    assert (given.from_time, given.until) == (NOW, NOW + 3_650 * 86_400)


@pytest.mark.parametrize(
    ("begin", "end"),
    [("2026-06-30", "2026-06-28"), (None, "2020-01-01"), ("2019-01-01", "2020-01-01")],
)
def test_periods_that_end_before_they_begin(begin: str | None, end: str) -> None:
    with pytest.raises(WrongUse, match="bad-period"):
        grant("all", "all", begin, end, NOW)


def test_thresholds() -> None:
    assert [threshold(n, None) for n in range(1, 8)] == [1, 2, 2, 3, 3, 4, 4]
    assert threshold(4, 4) == 4
    for n, k in ((3, 1), (4, 2), (3, 4), (1, 0), (2, -1)):
        with pytest.raises(WrongUse, match="bad-threshold"):
            threshold(n, k)


def application(school: Institution) -> dict[str, Any]:
    """`application.json` as `init` writes it."""
    return {
        **dataclasses.asdict(school.identity),
        "account": school.account.address,
        "keys": [
            {"public_key": school.hands.signer(purpose).public_key.hex(), "purpose": purpose}
            for purpose in council.PURPOSES
        ],
    }


@pytest.fixture(scope="module")
def applicant(campus: Campus) -> Institution:
    one = campus.stranger()
    one.apply()
    return one


def test_application_as_on_chain(applicant: Institution) -> None:
    found = open_application(applicant.reader, applicant.account.address)
    same_as_file(found, application(applicant))
    admit, member = admission(applicant.reader, applicant.account.address, None)
    assert admit == Change("admit", (found.id,))
    assert member.arguments == (applicant.account.address, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "别的大学"},
        {"domain": "evil.example"},
        {"verify_url": "https://evil.example"},
        {"keys": []},
        {"keys": ["x"]},
        {"keys": [{"public_key": "00" * 32, "purpose": "trust"}]},
        {"code": None},
    ],
)
def test_application_file_that_differs(applicant: Institution, change: dict[str, Any]) -> None:
    found = open_application(applicant.reader, applicant.account.address)
    with pytest.raises(BadEvidence) as caught:
        same_as_file(found, {**application(applicant), **change})
    assert caught.value.code == "application-differs"
    assert caught.value.detail["field"] in change


def test_no_application(campus: Campus, school: Institution) -> None:
    with pytest.raises(UnknownNumber, match="no-such-application"):
        open_application(campus.read(), "0x" + "11" * 20)
    with pytest.raises(UnknownNumber):  # admitted already
        open_application(campus.read(), school.account.address)


SMALL_ORDER = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")


def test_weak_keys_are_not_admitted(campus: Campus) -> None:
    with pytest.raises(BadEvidence, match="weak-key"):
        council.require_proper_key(SMALL_ORDER)

    class Offers:
        def applications(self) -> list[Any]:
            offered = dataclasses.replace(open_application_of(campus), keys=((SMALL_ORDER, 1, 1),))
            return [offered]

    account = open_application_of(campus).account
    with pytest.raises(BadEvidence, match="weak-key"):
        admission(Offers(), account, None)  # type: ignore[arg-type]
    proposal = Proposal("0x", 0, "", 0, 0, "pending", 0, (), ())
    with pytest.raises(BadEvidence, match="weak-key"):
        check_admitted_keys(
            Offers(),  # type: ignore[arg-type]
            proposal,
            lambda _: [Change("admit", (open_application_of(campus).id,))],
        )
    for given in (SMALL_ORDER, "0x" + SMALL_ORDER.hex()):  # as proposed, and as read back
        key_change = Change("addKey", (1, (given, 1, 1)))
        with pytest.raises(BadEvidence, match="weak-key"):
            check_admitted_keys(campus.read(), proposal, lambda _: [key_change])  # noqa: B023


def open_application_of(campus: Campus) -> Any:
    return next(a for a in campus.read().applications() if not a.admitted)


def test_members_and_institutions(campus: Campus, school: Institution) -> None:
    reader = campus.read()
    require_member(reader, campus.founder.address.lower())
    with pytest.raises(NotAllowed, match="not-a-member"):
        require_member(reader, school.account.address)
    assert institution_by_code(reader, school.identity.code).domain == school.identity.domain
    with pytest.raises(UnknownNumber, match="no-such-institution"):
        institution_by_code(reader, "nobody")


def test_proposals_by_number_id_and_beginning(campus: Campus) -> None:
    reader = campus.read()
    first = reader.proposals()[0]
    for given in (str(first.number), first.id, first.id.upper().replace("X", "x"), first.id[:12]):
        assert find_proposal(reader, given).id == first.id
    assert find_proposal(reader, first.id[2:12]).id == first.id
    for given in ("999999", first.id[:4], "0x" + "ab" * 32, ""):
        with pytest.raises(UnknownNumber, match="no-such-proposal"):
            find_proposal(reader, given)


def test_ambiguous_beginning(campus: Campus) -> None:
    first = campus.read().proposals()[0]

    class Twins:
        def proposals(self) -> list[Proposal]:
            twin = dataclasses.replace(first, id=first.id[:-1] + "z", number=10**6)
            return [first, twin]

    with pytest.raises(WrongUse, match="proposal-ambiguous"):
        find_proposal(Twins(), first.id[:12])  # type: ignore[arg-type]


def test_a_council_of_three() -> None:
    """Admits a second and a third member, then needs two; a removed member is gone."""
    with worlds.campus() as campus:
        founder = campus.institution()
        east, west = campus.stranger(), campus.stranger()
        for one in (east, west):
            one.apply()
        reader = campus.read()
        campus.decide(admission(reader, east.account.address, None))
        assert reader.threshold() == 2
        proposed = campus.registrar.propose(admission(reader, west.account.address, None), FOR_EVER)
        assert not proposed.executed
        assert reader.threshold() == 2
        done = east.registrar.approve(proposed.proposal)
        assert done.executed
        assert (len(reader.members()), reader.threshold()) == (3, 2)
        row = institution_by_code(reader, west.identity.code)
        changes = removal(reader, row, None)
        assert [change.function for change in changes] == ["removeMember"]
        gone = campus.registrar.propose(changes, FOR_EVER)
        assert east.registrar.approve(gone.proposal).executed
        assert (len(reader.members()), reader.threshold()) == (2, 2)
        ended = removal(reader, institution_by_code(reader, founder.identity.code), None)
        assert [change.function for change in ended] == ["endAccreditation"]
        with pytest.raises(Refusal):
            west.registrar.propose(changes, FOR_EVER)
