"""`Council`: k of n for everything, and an institution's own word on its keys and writers."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from scripts.evm import Reverted, deploy
from tests.contracts.world import (
    ALICE,
    BOB,
    CAROL,
    DAY,
    DEPLOYER,
    LEARNING,
    SECOND,
    STATUS,
    STRANGER,
    UNIVERSITY,
    VETO_DELAY,
    World,
    account,
    hexed,
    key,
)

CHANGE = ("registry", "lowerCutOff", key("u1"), 1000)
NEW_KEY = ("registry", "addKey", 1, (key("new"), 1, 1))
NEW_WRITER = ("registry", "setWriter", STATUS, SECOND)
DAVID = account("david")


def cut_off(world: World) -> int:
    number: int = world.registry.get("keys", 1)[0][4]
    return number


def has_new_key(world: World) -> bool:
    return bool(world.registry.get("keyOwner", key("new")) == 1)


def test_one_approval_is_not_two(world: World) -> None:
    identity = world.propose(ALICE, CHANGE)
    assert world.state(identity) == "pending" and cut_off(world) == 2**64 - 1
    world.council.send(CAROL, "approve", identity)
    assert world.state(identity) == "executed" and cut_off(world) == 1000


def test_a_founder_alone_decides_at_once(world: World) -> None:
    council = deploy(world.evm, "Council", DEPLOYER, DAVID, world.registry.address)
    call = (council.address, council.data("addMember", ALICE, 2))
    council.send(DAVID, "propose", [call], world.evm.time)
    assert (
        set(council.get("members")) == {hexed(DAVID), hexed(ALICE)}
        and council.get("threshold") == 2
    )


def test_id_names_chain_council_nonce_expiry_epoch_and_calls(world: World) -> None:
    expiry, epoch = world.evm.time + 60, world.council.get("epoch")
    number = world.council.get("proposalCount")
    identity = world.propose(ALICE, CHANGE, expiry=expiry)
    named = encode(
        ["uint256", "address", "uint64", "uint64", "uint64", "(address,bytes)[]"],
        [world.evm.chain_id, world.council.address, number, expiry, epoch, [world.call(*CHANGE)]],
    )
    assert identity == keccak(named) == world.council.get("proposalAt", number)
    calls = ((hexed(world.registry.address), world.call(*CHANGE)[1]),)
    expected = (hexed(ALICE), number, expiry, epoch, 1, 0, (hexed(ALICE),), calls)
    assert world.council.get("proposal", identity) == expected
    assert world.propose(ALICE, CHANGE, expiry=expiry) != identity
    with world.refused("NoSuchProposal", number + 2):
        world.council.get("proposalAt", number + 2)


def test_events_tell_the_story(world: World) -> None:
    result = world.council.send(ALICE, "propose", [world.call(*NEW_KEY)], world.evm.time + 30 * DAY)
    identity = result.output
    second = world.council.send(CAROL, "approve", identity)
    third = world.council.send(UNIVERSITY, "approve", identity)
    names = [name for r in (result, second, third) for name, _ in world.council.events(r)]
    assert names == ["Proposed", "Approved", "Approved", "Waiting", "Approved", "Executed"]
    assert world.council.events(second)[1][1]["readyAt"] == world.evm.time + VETO_DELAY


def test_strangers_have_no_say(world: World) -> None:
    with world.refused("NotMember", hexed(STRANGER)):
        world.propose(STRANGER, CHANGE)
    identity = world.propose(ALICE, CHANGE)
    for caller in (STRANGER, UNIVERSITY):
        with world.refused("NotEntitled", identity, hexed(caller)):
            world.council.send(caller, "approve", identity)
    with world.refused("NotEntitled", identity, hexed(STRANGER)):
        world.council.send(STRANGER, "veto", identity)
    with world.refused("NotOpen", identity, 1):
        world.council.send(STRANGER, "execute", identity)


def test_nobody_approves_twice(world: World) -> None:
    identity = world.propose(ALICE, CHANGE)
    with world.refused("AlreadyApproved", identity, hexed(ALICE)):
        world.council.send(ALICE, "approve", identity)


def test_what_was_executed_stays_executed(world: World) -> None:
    identity = world.decide(CHANGE)
    for caller, name in ((CAROL, "approve"), (ALICE, "approve"), (CAROL, "execute")):
        with world.refused("NotOpen", identity, 3):
            world.council.send(caller, name, identity)
    with world.refused("NotOpen", identity, 3):
        world.council.send(UNIVERSITY, "veto", identity)


def test_what_was_never_proposed(world: World) -> None:
    for name in ("approve", "execute", "veto"):
        with world.refused("NotOpen", bytes(32), 0):
            world.council.send(ALICE, name, bytes(32))


def test_expiry(world: World) -> None:
    with world.refused("ExpiryPassed", world.evm.time - 1):
        world.propose(ALICE, CHANGE, expiry=world.evm.time - 1)
    late, last = (world.propose(ALICE, CHANGE, expiry=world.evm.time + 10) for _ in range(2))
    world.evm.next_block(10)
    world.council.send(BOB, "approve", last)
    world.evm.next_block(1)
    assert world.state(late) == "expired"
    with world.refused("NotOpen", late, 6):
        world.council.send(BOB, "approve", late)


def test_a_waiting_proposal_expires_too(world: World) -> None:
    identity = world.propose(ALICE, NEW_KEY, expiry=world.evm.time + VETO_DELAY)
    world.evm.next_block(1)
    world.council.send(BOB, "approve", identity)
    world.evm.next_block(VETO_DELAY)
    with world.refused("NotOpen", identity, 6):
        world.council.send(STRANGER, "execute", identity)


@pytest.mark.parametrize(
    "change",
    [
        ("council", "addMember", DAVID, 3),
        ("council", "removeMember", CAROL, 2),
        ("council", "setThreshold", 3),
    ],
)
def test_a_change_of_the_council_voids_what_is_pending(
    world: World, change: tuple[object, ...]
) -> None:
    pending, waiting = world.propose(ALICE, CHANGE), world.decide(NEW_KEY)
    assert world.state(waiting) == "waiting"
    epoch = world.council.get("epoch")
    world.decide(change)
    assert world.council.get("epoch") == epoch + 1
    assert (world.state(pending), world.state(waiting)) == ("void", "void")
    world.evm.next_block(VETO_DELAY)
    with world.refused("NotOpen", pending, 5):
        world.council.send(BOB, "approve", pending)
    with world.refused("NotOpen", waiting, 5):
        world.council.send(BOB, "execute", waiting)


def test_a_removed_member_neither_approves_nor_counts(world: World) -> None:
    world.decide(("council", "removeMember", CAROL, 2))
    identity = world.propose(ALICE, CHANGE)
    with world.refused("NotEntitled", identity, hexed(CAROL)):
        world.council.send(CAROL, "approve", identity)


@pytest.mark.parametrize("k", [0, 1, 4, 2**32 - 1])
def test_threshold_is_a_majority_and_at_most_all(world: World, k: int) -> None:
    identity = world.propose(ALICE, ("council", "setThreshold", k))
    with world.refused("ThresholdOutOfBounds", k, 3):
        world.council.send(BOB, "approve", identity)


def test_bounds_hold_when_members_come_and_go(world: World) -> None:
    for change, n in (
        (("addMember", DAVID, 2), 4),
        (("removeMember", CAROL, 1), 2),
        (("removeMember", BOB, 3), 2),
    ):
        identity = world.propose(ALICE, ("council", *change))
        with world.refused("ThresholdOutOfBounds", change[2], n):
            world.council.send(BOB, "approve", identity)
    world.decide(("council", "removeMember", BOB, 2))
    world.decide(("council", "removeMember", CAROL, 1), by=(ALICE, CAROL))
    with world.refused("ThresholdOutOfBounds", 0, 0):
        world.decide(("council", "removeMember", ALICE, 0), by=(ALICE,))


def test_membership_only_through_proposals(world: World) -> None:
    for caller in (ALICE, STRANGER, world.registry.address):
        for name, *arguments in (
            ("addMember", DAVID, 2),
            ("removeMember", BOB, 2),
            ("setThreshold", 3),
        ):
            with world.refused("OnlySelf", hexed(caller)):
                world.council.send(caller, name, *arguments)


def test_members_are_accounts_once(world: World) -> None:
    for change, error in (
        (("addMember", BOB, 2), "AlreadyMember"),
        (("addMember", bytes(20), 3), "BadAccount"),
        (("addMember", world.council.address, 3), "BadAccount"),
        (("removeMember", DAVID, 2), "NotMember"),
    ):
        with world.refused(error):
            world.decide(("council", *change))


def test_a_proposal_goes_on_in_the_epoch_it_began_in(world: World) -> None:
    """Its own first call raises the epoch; its second still runs, and others are void."""
    world.decide(("council", "removeMember", CAROL, 2), ("council", "addMember", DAVID, 2), CHANGE)
    assert set(world.council.get("members")) == {hexed(ALICE), hexed(BOB), hexed(DAVID)}
    assert cut_off(world) == 1000


def test_all_calls_or_none(world: World) -> None:
    identity = world.propose(ALICE, CHANGE, CHANGE)
    with world.refused("CutOffNotLower", 1000, 1000):
        world.council.send(BOB, "approve", identity)
    assert world.state(identity) == "pending" and cut_off(world) == 2**64 - 1


def test_calls_reach_the_registry_and_the_membership_only(world: World) -> None:
    expiry = world.evm.time + 60
    own = world.council.address
    for target, data in (
        (world.log.address, world.log.data("head", LEARNING)),
        (STRANGER, b""),
        (own, b""),
        (own, b"\x00\x00\x00"),
        (own, world.council.data("approve", bytes(32))),
        (own, world.council.data("execute", bytes(32))),
        (own, world.council.data("veto", bytes(32))),
        (own, world.council.data("propose", [], 0)),
    ):
        with world.refused("BadCall", 1, hexed(target)):
            world.council.send(ALICE, "propose", [world.call(*CHANGE), (target, data)], expiry)
    for count in (0, 33):
        with world.refused("BadCallCount", count):
            world.council.send(ALICE, "propose", [world.call(*CHANGE)] * count, expiry)


@pytest.mark.parametrize("change", [NEW_KEY, NEW_WRITER])
def test_without_consent_only_after_the_delay(world: World, change: tuple[object, ...]) -> None:
    identity = world.decide(change)
    ready = world.evm.time + VETO_DELAY
    assert world.state(identity) == "waiting" and not has_new_key(world)
    world.evm.next_block(DAY)
    world.council.send(CAROL, "approve", identity)
    assert world.council.get("proposal", identity)[5] == ready
    world.evm.next_block(6 * DAY - 1)
    with world.refused("DelayNotOver", identity, ready):
        world.council.send(STRANGER, "execute", identity)
    world.evm.next_block(1)
    world.council.send(STRANGER, "execute", identity)
    assert world.state(identity) == "executed"


def test_with_consent_at_once(world: World) -> None:
    first, then = world.propose(ALICE, NEW_KEY), world.propose(ALICE, NEW_WRITER)
    world.council.send(UNIVERSITY, "approve", first)
    assert not has_new_key(world)
    world.council.send(BOB, "approve", first)
    assert has_new_key(world)
    world.council.send(BOB, "approve", then)
    assert world.state(then) == "waiting"
    world.council.send(UNIVERSITY, "approve", then)
    assert world.state(then) == "executed"


def test_consent_is_not_a_vote(world: World) -> None:
    """An institution outside the council and one member are not two members, today or ever."""
    identity = world.propose(ALICE, NEW_KEY)
    world.council.send(UNIVERSITY, "approve", identity)
    assert world.state(identity) == "pending"
    world.evm.next_block(8 * DAY)
    with world.refused("NotOpen", identity, 1):
        world.council.send(STRANGER, "execute", identity)


def test_a_member_institution_votes_and_consents_in_one(world: World) -> None:
    world.decide(("council", "addMember", UNIVERSITY, 3))
    identity = world.propose(UNIVERSITY, NEW_KEY)
    for member, state in ((ALICE, "pending"), (BOB, "executed")):
        world.council.send(member, "approve", identity)
        assert world.state(identity) == state


def test_veto(world: World) -> None:
    pending, waiting = world.propose(ALICE, NEW_KEY), world.decide(NEW_WRITER)
    for identity in (pending, waiting):
        for caller in (ALICE, STRANGER, SECOND):
            with world.refused("NotEntitled", identity, hexed(caller)):
                world.council.send(caller, "veto", identity)
        world.council.send(UNIVERSITY, "veto", identity)
        assert world.state(identity) == "vetoed"
    world.evm.next_block(VETO_DELAY)
    with world.refused("NotOpen", waiting, 4):
        world.council.send(STRANGER, "execute", waiting)
    with world.refused("NotOpen", pending, 4):
        world.council.send(BOB, "approve", pending)


def test_no_veto_of_what_is_the_councils(world: World) -> None:
    for change in (
        CHANGE,
        ("registry", "endAccreditation", 1, 0),
        ("registry", "closeStream", LEARNING),
    ):
        identity = world.propose(ALICE, change)
        with world.refused("NotEntitled", identity, hexed(UNIVERSITY)):
            world.council.send(UNIVERSITY, "veto", identity)


def test_one_consent_is_not_another(world: World) -> None:
    """Two institutions in one proposal: both must agree, either may refuse."""
    world.apply(SECOND, "U2", "u2.edu.cn", [])
    world.decide(("registry", "admit", 2))
    both = (NEW_KEY, ("registry", "addKey", 2, (key("other"), 1, 1)))
    agreed, refused = world.decide(*both), world.decide(*both)
    world.council.send(UNIVERSITY, "approve", agreed)
    assert world.state(agreed) == "waiting"
    world.council.send(SECOND, "approve", agreed)
    assert world.state(agreed) == "executed"
    world.council.send(UNIVERSITY, "approve", refused)
    world.council.send(SECOND, "veto", refused)
    assert world.state(refused) == "vetoed"


def test_consent_hides_in_no_batch(world: World) -> None:
    """Among harmless calls, and for an institution that the same proposal would admit first."""
    assert world.state(world.decide(CHANGE, NEW_KEY)) == "waiting"
    world.apply(SECOND, "U2", "u2.edu.cn", [])
    with world.refused("UnknownInstitution", 2):
        world.decide(("registry", "admit", 1), ("registry", "addKey", 2, (key("x"), 1, 1)))


def test_a_founder_alone_needs_the_consent_too(world: World) -> None:
    world.decide(("council", "removeMember", BOB, 2))
    world.decide(("council", "removeMember", CAROL, 1), by=(ALICE, CAROL))
    assert world.state(world.propose(ALICE, NEW_KEY)) == "waiting"


def test_founder_and_registry_are_accounts(world: World) -> None:
    for founder, registry in ((bytes(20), STRANGER), (ALICE, bytes(20))):
        with pytest.raises(Reverted) as caught:
            deploy(world.evm, "Council", DEPLOYER, founder, registry)
        assert world.error(caught.value)[0] == "BadAccount"
