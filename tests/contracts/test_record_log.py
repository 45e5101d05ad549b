"""`RecordLog`: history only grows, step by step, by its writer (architecture: Contracts)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from scripts.evm import Reverted, create_address, deploy
from tests import reference_merkle as reference
from tests.contracts.world import (
    ALICE,
    BOB,
    CREDENTIAL,
    DEPLOYER,
    EMPTY,
    EVALUATION,
    LEARNING,
    SECOND,
    STATUS,
    STRANGER,
    TEACHING,
    UNIVERSITY,
    World,
    entries,
    hexed,
    key,
    stream_id,
)

ALL = (CREDENTIAL, STATUS, LEARNING, TEACHING, EVALUATION)


def root(size: int, tag: str = "") -> bytes:
    return reference.root(entries(size, tag))


@pytest.mark.parametrize("stream", ALL)
def test_heads_grow_and_events_link_back(world: World, stream: bytes) -> None:
    before = (0, 0, 0, 0, EMPTY)
    assert world.log.get("head", stream) == before
    for seq, size in enumerate((1, 2, 7, 8, 9, 21), start=1):
        world.evm.next_block(5)
        result = world.anchor(stream, size)
        head = world.log.get("head", stream)
        assert head == (size, seq, world.evm.block, world.evm.time, root(size))
        assert world.log.events(result) == [
            (
                "Anchored",
                {
                    "streamId": stream,
                    "seq": seq,
                    "size": size,
                    "root": root(size),
                    "prevSize": before[0],
                    "prevRoot": before[4],
                    "prevBlock": before[2],
                },
            )
        ]
        before = head


def test_a_first_anchor_of_many(world: World) -> None:
    world.anchor(LEARNING, 33)
    assert world.log.get("head", LEARNING)[:2] == (33, 1)


def test_a_retry_reverts_with_the_current_head(world: World) -> None:
    arguments: tuple[Any, ...] = (0, 0, EMPTY, 5, root(5), [])
    world.log.send(UNIVERSITY, "anchor", LEARNING, *arguments)
    with world.refused("HeadMismatch", 1, 5, root(5)):
        world.log.send(UNIVERSITY, "anchor", LEARNING, *arguments)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seq": 0},
        {"seq": 2},
        {"old_size": 4},
        {"old_size": 0},
        {"old_size": 6},
        {"old_root": root(4)},
        {"old_root": EMPTY},
        {"old_root": bytes(32)},
        {"seq": 0, "old_size": 0, "old_root": EMPTY, "proof": []},
    ],
)
def test_it_follows_the_head_or_nothing(world: World, wrong: dict[str, Any]) -> None:
    world.anchor(LEARNING, 5)
    with world.refused("HeadMismatch", 1, 5, root(5)):
        world.anchor(LEARNING, 9, **wrong)


@pytest.mark.parametrize(
    "wrong", [{"seq": 1}, {"old_size": 1}, {"old_root": bytes(32)}, {"old_root": root(1)}]
)
def test_the_first_follows_the_empty_tree(world: World, wrong: dict[str, Any]) -> None:
    with world.refused("HeadMismatch", 0, 0, EMPTY):
        world.anchor(LEARNING, 9, **wrong)


def test_no_shrinking_no_equal_size(world: World) -> None:
    world.anchor(LEARNING, 5)
    for size in (0, 1, 4, 5):
        with world.refused("SizeNotGrowing", 5, size):
            world.anchor(LEARNING, size)
    with world.refused("SizeNotGrowing", 5, 5):
        world.anchor(LEARNING, 5, new_root=root(5, "other"))


def test_no_empty_first_anchor(world: World) -> None:
    with world.refused("SizeNotGrowing", 0, 0):
        world.anchor(LEARNING, 0)


def test_no_forged_short_or_long_proof(world: World) -> None:
    world.anchor(LEARNING, 6)
    right = reference.consistency_proof(6, entries(11))
    extra = sha256(b"extra").digest()
    for proof in ([], right[:-1], right[1:], [*right, extra], [extra, *right[1:]], [extra, *right]):
        with world.refused("ProofInvalid"):
            world.anchor(LEARNING, 11, proof=proof)
    world.anchor(LEARNING, 11, proof=right)


def test_no_other_history(world: World) -> None:
    """A tree whose first entries differ has no proof, its own included."""
    world.anchor(LEARNING, 6)
    own = reference.consistency_proof(6, entries(11, "other"))
    for proof in ([], own):
        with world.refused("ProofInvalid"):
            world.anchor(LEARNING, 11, new_root=root(11, "other"), proof=proof)
    with world.refused("ProofInvalid"):
        world.anchor(LEARNING, 12, new_root=root(11))


def test_a_proof_from_nothing_is_no_proof(world: World) -> None:
    with world.refused("ProofInvalid"):
        world.anchor(LEARNING, 5, proof=[root(5)])


def test_only_the_writer(world: World) -> None:
    for caller in (STRANGER, ALICE, DEPLOYER, world.council.address, world.registry.address):
        with world.refused("NotAuthorized", LEARNING, hexed(caller), 2):
            world.anchor(LEARNING, 3, writer=caller)
    with world.refused("NotAuthorized", stream_id("u1.edu.cn/other"), hexed(UNIVERSITY), 1):
        world.anchor(stream_id("u1.edu.cn/other"), 3)


def test_accreditation_by_kind(world: World) -> None:
    world.apply(SECOND, "U2", "u2.edu.cn", [])
    world.decide(
        ("registry", "admit", 2), ("registry", "accredit", 2, 1 << 3, 0, 0, world.evm.time + 99)
    )
    world.anchor(stream_id("u2.edu.cn/learning"), 1, writer=SECOND)
    for kind in ("credential", "teaching", "evaluation"):
        stream = stream_id(f"u2.edu.cn/{kind}")
        with world.refused("NotAuthorized", stream, hexed(SECOND), 3):
            world.anchor(stream, 1, writer=SECOND)
    world.anchor(stream_id("u2.edu.cn/status"), 1, writer=SECOND)


def test_accreditation_by_time(world: World) -> None:
    world.apply(SECOND, "U2", "u2.edu.cn", [])
    begin = world.evm.time + 100
    world.decide(
        ("registry", "admit", 2), ("registry", "accredit", 2, 1 << 3, 0, begin, begin + 50)
    )
    stream = stream_id("u2.edu.cn/learning")
    for seconds, allowed in ((99, False), (1, True), (49, True), (1, False)):
        world.evm.next_block(seconds)
        if allowed:
            world.anchor(stream, world.log.get("head", stream)[0] + 1, writer=SECOND)
        else:
            with world.refused("NotAuthorized", stream, hexed(SECOND), 3):
                world.anchor(stream, world.log.get("head", stream)[0] + 1, writer=SECOND)


def test_the_end_of_an_accreditation_stops_all_but_status(world: World) -> None:
    world.anchor(STATUS, 1)
    world.anchor(CREDENTIAL, 1)
    world.decide(("registry", "endAccreditation", 1, 0))
    for stream in (CREDENTIAL, LEARNING, TEACHING, EVALUATION):
        with world.refused("NotAuthorized", stream, hexed(UNIVERSITY), 3):
            world.anchor(stream, 2)
    world.anchor(STATUS, 2)
    world.decide(("registry", "accredit", 1, 1 << 1, 0, 0, world.evm.time + 99))
    world.anchor(CREDENTIAL, 2)


def test_a_closed_stream_stays_as_it_is(world: World) -> None:
    for stream in (LEARNING, STATUS):
        world.anchor(stream, 3)
        world.decide(("registry", "closeStream", stream))
        head = world.log.get("head", stream)
        with world.refused("NotAuthorized", stream, hexed(UNIVERSITY), 4):
            world.anchor(stream, 4)
        assert world.log.get("head", stream) == head
        with world.refused("StreamIsClosed", stream):
            world.decide(("registry", "closeStream", stream))
        with world.refused("StreamIsClosed", stream):
            world.decide(("registry", "setWriter", stream, BOB), by=(ALICE, BOB, UNIVERSITY))


def test_a_forked_chain_is_another_chain(world: World) -> None:
    world.evm.chain_id += 1
    with world.refused("WrongChain", world.evm.chain_id):
        world.anchor(LEARNING, 1)


def test_checks_come_in_order(world: World) -> None:
    """Chain, head, size, authority, proof: a sender learns the head also when all else is wrong."""
    wrong: dict[str, Any] = {"seq": 9, "new_size": 0, "proof": [EMPTY]}
    with world.refused("HeadMismatch"):
        world.anchor(LEARNING, 1, writer=STRANGER, **wrong)
    with world.refused("SizeNotGrowing"):
        world.anchor(LEARNING, 0, writer=STRANGER, proof=[EMPTY])
    with world.refused("NotAuthorized"):
        world.anchor(LEARNING, 1, writer=STRANGER, proof=[EMPTY])


def test_two_writers_one_after_another(world: World) -> None:
    world.anchor(LEARNING, 2)
    world.decide(("registry", "setWriter", LEARNING, BOB), by=(ALICE, UNIVERSITY, BOB))
    with world.refused("NotAuthorized", LEARNING, hexed(UNIVERSITY), 2):
        world.anchor(LEARNING, 3)
    world.anchor(LEARNING, 3, writer=BOB)
    assert [hexed(UNIVERSITY), hexed(BOB)] == [
        w[0] for w in world.registry.get("writers", LEARNING)
    ]


def test_streams_do_not_touch_one_another(world: World) -> None:
    world.anchor(LEARNING, 4)
    assert [world.log.get("head", s)[0] for s in ALL] == [0, 0, 4, 0, 0]


@pytest.mark.parametrize("broken", ["registry has no code", "log elsewhere", "council elsewhere"])
def test_wrongly_predicted_addresses_do_not_deploy(world: World, broken: str) -> None:
    deployer = key("other deployer")[:20]
    at = [create_address(deployer, n) for n in range(4)]
    registry = at[1]
    if broken == "registry has no code":
        deploy(world.evm, "Council", deployer, ALICE, at[2])
    else:
        named = at[3] if broken == "council elsewhere" else registry
        log = at[3] if broken == "log elsewhere" else at[2]
        deploy(world.evm, "Council", deployer, ALICE, named)
        deploy(world.evm, "IssuerRegistry", deployer, at[0], log)
    with pytest.raises(Reverted) as caught:
        deploy(world.evm, "RecordLog", deployer, registry, bytes(32))
    assert world.error(caught.value) == ("Miswired", ())
