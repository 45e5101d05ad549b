"""The trust bundle: made from one block, signed by one or by three members."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from ledger.core.trust import (
    fingerprint,
    format_trust,
    parse_trust,
    replaces,
    verify_signatures,
)
from ledger.errors import NotAllowed, Refusal
from ledger.office.council import admission
from ledger.office.trust import make_trust, sign_trust
from ledger.ports import Change
from tests.office import worlds
from tests.office.worlds import FOR_EVER, Campus, Institution


@pytest.fixture(scope="module")
def three() -> Iterator[list[Institution]]:
    """A founder that is an institution too, and two universities; two of three must agree."""
    with worlds.campus() as campus:
        authority = campus.stranger("moe")
        authority.account = campus.founder
        authority = dataclasses.replace(authority)
        authority.apply()
        first = campus.read().applications()[-1]
        campus.decide([Change("admit", (first.id,))])
        yield [authority, *joined(campus, authority)]


def joined(campus: Campus, authority: Institution) -> list[Institution]:
    reader, members = campus.read(), [authority]
    for name in ("north", "south"):
        one = campus.stranger(name)
        one.apply()
        proposed = authority.registrar.propose(
            admission(reader, one.account.address, None), FOR_EVER
        )
        for member in members[1:]:
            if not proposed.executed:
                proposed = member.registrar.approve(proposed.proposal)
        assert proposed.executed
        members.append(one)
    return members[1:]


def test_three_members(three: list[Institution]) -> None:
    authority, north, south = three
    made = make_trust(authority.office, "embedded", 30, 1)
    assert [member.code for member in made.members] == ["moe", "north", "south"]
    assert made.threshold == 2
    assert made.expires - made.issued == 30 * 86_400
    assert made.as_of_block == authority.reader.block().number
    assert [node.url for node in made.nodes] == [
        f"{one.identity.public_url}/chain" for one in three
    ]
    for one, row in zip(three, made.institutions, strict=True):
        assert (row.code, row.domain, row.name) == (
            one.identity.code, one.identity.domain, one.identity.name,
        )  # fmt: skip
        assert {key.public_key for key in row.keys} == {key for key, _, _ in one.hands.offered()}
    assert verify_signatures(made) == 0
    once = sign_trust(authority.office, made)
    twice = sign_trust(south.office, parse_trust(format_trust(once)))
    assert (verify_signatures(once), verify_signatures(twice)) == (1, 2)
    assert sign_trust(south.office, twice) == twice
    assert fingerprint(made) == fingerprint(twice)
    all_three = sign_trust(north.office, twice)
    assert verify_signatures(parse_trust(format_trust(all_three))) == 3


def test_a_changed_bundle_has_no_signatures(three: list[Institution]) -> None:
    signed = sign_trust(three[0].office, make_trust(three[0].office, "embedded", 30, 1))
    changed = dataclasses.replace(signed, threshold=1)
    assert verify_signatures(changed) == 0


def test_a_later_version_replaces(three: list[Institution]) -> None:
    old = make_trust(three[0].office, "embedded", 30, 1)
    new = make_trust(three[0].office, "embedded", 30, 2)
    for one in three[:2]:
        old, new = sign_trust(one.office, old), sign_trust(one.office, new)
    replaces(old, new)
    with pytest.raises(Refusal):
        replaces(new, old)


def test_one_member(campus: Campus) -> None:
    """A council whose only member is not registered has no member that could sign."""
    school = campus.institution()
    made = make_trust(school.office, "embedded", 1, 7)
    assert made.members == ()
    with pytest.raises(NotAllowed, match="trust-signer"):
        sign_trust(school.office, made)


def test_a_member_without_a_living_trust_key(three: list[Institution]) -> None:
    south = three[2]
    south.registrar.freeze_key(south.hands.signer("trust").public_key)
    made = make_trust(three[0].office, "embedded", 30, 3)
    assert [member.code for member in made.members] == ["moe", "north"]
    assert made.threshold == 2
    with pytest.raises(NotAllowed, match="trust-signer"):
        sign_trust(south.office, made)
