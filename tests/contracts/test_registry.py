"""`IssuerRegistry`: unique names, rows that only grow, ends that only come nearer."""

from __future__ import annotations

import pytest

from tests.contracts.world import (
    ALICE,
    ALL_KINDS,
    BOB,
    CREDENTIAL,
    DAY,
    EMPTY,
    KINDS,
    LEARNING,
    NO_CUT_OFF,
    SECOND,
    STRANGER,
    UNIVERSITY,
    World,
    account,
    hexed,
    key,
    stream_id,
)

THIRD = account("third")


def keys(world: World, institution: int = 1) -> dict[bytes, tuple[int, ...]]:
    """Rows (purpose, algorithm, fromSize, cutOff, addedBlock, cutBlock) by public key."""
    return {row[0]: row[1:] for row in world.registry.get("keys", institution)}


def consented(world: World, *calls: tuple[object, ...]) -> bytes:
    return world.decide(*calls, by=(ALICE, UNIVERSITY, BOB))


def test_admission_opens_everything(world: World) -> None:
    registry = world.registry
    row = registry.get("institution", 1)
    block = row[1]
    texts = (
        "U1",
        "u1.edu.cn",
        "某大学",
        "A University",
        "https://u1.edu.cn",
        "https://v.u1.edu.cn",
    )
    assert row == (hexed(UNIVERSITY), block, *texts)
    for name, value in (("Code", "U1"), ("Domain", "u1.edu.cn"), ("Account", UNIVERSITY)):
        assert registry.get(f"institutionBy{name}", value) == 1
    for name, value in (("Code", "u1"), ("Domain", "U1"), ("Account", STRANGER)):
        assert registry.get(f"institutionBy{name}", value) == 0
    ids = registry.get("streams", 1)
    assert list(ids) == [stream_id(f"u1.edu.cn/{kind}") for kind in KINDS]
    for code, (kind, identity) in enumerate(zip(KINDS, ids, strict=True), start=1):
        expected = (1, code, 0, block, 0, f"u1.edu.cn/{kind}", 0, bytes(32), 0, bytes(32))
        assert registry.get("stream", identity) == expected
        assert registry.get("writers", identity) == ((hexed(UNIVERSITY), block),)
    assert keys(world) == {
        key("u1"): (1, 1, 0, NO_CUT_OFF, block, 0),
        key("u1 checkpoint"): (2, 1, 0, NO_CUT_OFF, block, 0),
    }
    assert registry.get("application", 1)[8] is True
    assert [registry.get("keyOwner", key(n)) for n in ("u1", "u1 checkpoint", "none")] == [1, 1, 0]


def test_an_application_is_admitted_once(world: World) -> None:
    with world.refused("AlreadyAdmitted", 1):
        world.decide(("registry", "admit", 1))
    for number in (0, 2):
        with world.refused("UnknownApplication", number):
            world.decide(("registry", "admit", number))


@pytest.mark.parametrize(
    ("applicant", "code", "domain", "keys_", "error"),
    [
        (UNIVERSITY, "U2", "u2.edu.cn", [], "AccountTaken"),
        (SECOND, "U1", "u2.edu.cn", [], "CodeTaken"),
        (SECOND, "U2", "u1.edu.cn", [], "DomainTaken"),
        (SECOND, "U2", "u2.edu.cn", [(key("u1"), 1, 1)], "KeyTaken"),
        (SECOND, "U2", "u2.edu.cn", [(key("u1 checkpoint"), 3, 1)], "KeyTaken"),
        (SECOND, "U2", "u2.edu.cn", [(key("k"), 1, 1), (key("k"), 2, 1)], "KeyTaken"),
    ],
)
def test_code_domain_account_and_keys_are_unique(
    world: World,
    applicant: bytes,
    code: str,
    domain: str,
    keys_: list[tuple[bytes, int, int]],
    error: str,
) -> None:
    world.apply(applicant, code, domain, keys_)
    with world.refused(error):
        world.decide(("registry", "admit", 2))
    assert world.registry.get("institutionCount") == 1


def test_the_council_is_no_institution(world: World) -> None:
    texts = ("C", "c.cn", "n", "n", "u", "v")
    world.decide(("registry", "submitApplication", *texts, []))
    with world.refused("AccountTaken", hexed(world.council.address)):
        world.decide(("registry", "admit", 2))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        *((0, text) for text in ("", "a" * 65, "a b", "a/b", "学", "a\n", "a:b")),
        *((1, text) for text in ("", "a" * 65, "A.cn", "a/b", "a_b", "大学.cn", "a cn")),
        *((place, text) for place in (2, 3, 4, 5) for text in ("", "a" * 201, "学" * 67)),
    ],
)
def test_texts_are_bounded(world: World, place: int, text: str) -> None:
    texts = ["Code.9_-", "a-9.cn", "n", "n", "u", "v"]
    world.registry.send(SECOND, "submitApplication", *texts, [])
    with world.refused("BadText", text):
        world.registry.send(
            SECOND, "submitApplication", *texts[:place], text, *texts[place + 1 :], []
        )


BAD_KEYS = [
    (bytes(32), 1, 1),
    (b"\x01" + bytes(31), 1, 1),
    (b"\x01" + bytes(30) + b"\x80", 1, 1),
    (b"\xec" + b"\xff" * 30 + b"\x7f", 1, 1),
    (b"\xff" * 32, 1, 1),
    (key("k"), 0, 1),
    (key("k"), 5, 1),
    (key("k"), 1, 0),
    (key("k"), 1, 2),
]


@pytest.mark.parametrize("bad", BAD_KEYS)
def test_bad_keys_are_refused_everywhere(world: World, bad: tuple[bytes, int, int]) -> None:
    with world.refused("BadKey", bad[0]):
        world.apply(SECOND, "U2", "u2.edu.cn", [(key("good"), 1, 1), bad])
    with world.refused("BadKey", bad[0]):
        consented(world, ("registry", "addKey", 1, bad))


def test_at_most_sixteen_keys(world: World) -> None:
    many = [(key(str(n)), 1, 1) for n in range(17)]
    with world.refused("TooManyKeys", 17):
        world.apply(SECOND, "U2", "u2.edu.cn", many)
    world.apply(SECOND, "U2", "u2.edu.cn", many[:16])
    world.decide(("registry", "admit", 2))
    assert len(keys(world, 2)) == 16


COUNCIL_ONLY = (
    ("admit", 1),
    ("accredit", 1, ALL_KINDS, 0, 0, 2**63),
    ("endAccreditation", 1, 0),
    ("addKey", 1, (key("new"), 1, 1)),
    ("lowerCutOff", key("u1"), 0),
    ("setWriter", LEARNING, STRANGER),
    ("closeStream", LEARNING),
    ("openSuccessor", 1, 3, 1, LEARNING, 0, EMPTY),
)


@pytest.mark.parametrize("call", COUNCIL_ONLY)
def test_the_councils_functions_are_the_councils(world: World, call: tuple[object, ...]) -> None:
    for caller in (UNIVERSITY, ALICE, STRANGER, world.log.address, world.registry.address):
        with world.refused("OnlyCouncil", hexed(caller)):
            world.registry.send(caller, *call)


def test_accreditation_never_begins_before_its_block(world: World) -> None:
    now = world.evm.time
    world.decide(
        ("registry", "accredit", 1, 2, 6, 0, now + 9),
        ("registry", "accredit", 1, 2, 6, now - DAY, now + 9),
        ("registry", "accredit", 1, 2, 6, now + 5, now + 9),
    )
    block = world.evm.block
    rows = world.registry.get("accreditations", 1)[1:]
    assert [row[1] for row in rows] == [now, now, now + 5]
    assert rows[0] == (block, now, now + 9, 0, 0, 2, 6)


@pytest.mark.parametrize(
    ("institution", "kinds", "begin", "until", "error"),
    [
        (2, 2, 0, 2**63, "UnknownInstitution"),
        (0, 2, 0, 2**63, "UnknownInstitution"),
        (1, 0, 0, 2**63, "BadKinds"),
        (1, 1, 0, 2**63, "BadKinds"),
        (1, 64, 0, 2**63, "BadKinds"),
        (1, 2, 0, 1000, "BadPeriod"),
        (1, 2, 2**62, 2**62, "BadPeriod"),
    ],
)
def test_accreditations_make_sense(
    world: World, institution: int, kinds: int, begin: int, until: int, error: str
) -> None:
    with world.refused(error):
        world.decide(("registry", "accredit", institution, kinds, 0, begin, until))


def test_an_accreditation_ends_once(world: World) -> None:
    world.evm.next_block(7)
    world.decide(("registry", "endAccreditation", 1, 0))
    row = world.registry.get("accreditations", 1)[0]
    assert row[3:5] == (world.evm.time, world.evm.block)
    world.evm.next_block(7)
    with world.refused("AlreadyEnded", 1, 0):
        world.decide(("registry", "endAccreditation", 1, 0))
    with world.refused("UnknownAccreditation", 1, 1):
        world.decide(("registry", "endAccreditation", 1, 1))
    assert world.registry.get("accreditations", 1)[0] == row


def test_granted_and_ended_in_one_block_is_never_active(world: World) -> None:
    world.decide(("registry", "endAccreditation", 1, 0))
    world.decide(("registry", "accredit", 1, 8, 0, 0, world.evm.time + 9))
    assert world.registry.get("authority", LEARNING, UNIVERSITY) == 0
    world.decide(("registry", "endAccreditation", 1, 1))
    assert world.registry.get("authority", LEARNING, UNIVERSITY) == 3


def test_a_new_key_counts_from_the_anchored_size(world: World) -> None:
    world.anchor(CREDENTIAL, 5)
    consented(
        world,
        ("registry", "addKey", 1, (key("a"), 1, 1)),
        ("registry", "addKey", 1, (key("b"), 2, 1)),
    )
    block = world.evm.block
    assert keys(world)[key("a")] == (1, 1, 5, NO_CUT_OFF, block, 0)
    assert keys(world)[key("b")] == (2, 1, 0, NO_CUT_OFF, block, 0)


def test_a_key_is_nobody_elses(world: World) -> None:
    for purpose in (1, 3):
        with world.refused("KeyTaken", key("u1"), 1):
            consented(world, ("registry", "addKey", 1, (key("u1"), purpose, 1)))


def test_freezing_at_the_anchored_size_by_the_own_account_only(world: World) -> None:
    world.anchor(CREDENTIAL, 5)
    for caller in (ALICE, STRANGER, SECOND, world.council.address):
        with world.refused("OnlyOwnAccount", 1, hexed(caller)):
            world.registry.send(caller, "freezeKey", key("u1"))
    with world.refused("UnknownKey", key("none")):
        world.registry.send(UNIVERSITY, "freezeKey", key("none"))
    result = world.registry.send(UNIVERSITY, "freezeKey", key("u1"))
    assert world.registry.events(result)[0][1]["cutOff"] == 5
    assert keys(world)[key("u1")][3::2] == (5, world.evm.block)


def test_a_neighbour_freezes_nothing(world: World) -> None:
    world.apply(SECOND, "U2", "u2.edu.cn", [(key("u2"), 1, 1)])
    world.decide(("registry", "admit", 2))
    with world.refused("OnlyOwnAccount", 1, hexed(SECOND)):
        world.registry.send(SECOND, "freezeKey", key("u1"))


def test_freezing_needs_neither_council_nor_accreditation(world: World) -> None:
    world.decide(("registry", "endAccreditation", 1, 0), ("registry", "closeStream", CREDENTIAL))
    world.registry.send(UNIVERSITY, "freezeKey", key("u1"))
    assert keys(world)[key("u1")][3] == 0


def test_a_cut_off_never_rises(world: World) -> None:
    world.anchor(CREDENTIAL, 5)
    world.registry.send(UNIVERSITY, "freezeKey", key("u1"))
    block = world.evm.block
    world.evm.next_block()
    world.anchor(CREDENTIAL, 8)
    result = world.registry.send(UNIVERSITY, "freezeKey", key("u1"))
    assert result.logs == () and keys(world)[key("u1")][3] == 5
    for higher in (5, 6, NO_CUT_OFF):
        with world.refused("CutOffNotLower", 5, higher):
            world.decide(("registry", "lowerCutOff", key("u1"), higher))
    world.decide(("registry", "lowerCutOff", key("u1"), 2))
    world.registry.send(UNIVERSITY, "freezeKey", key("u1"))
    assert keys(world)[key("u1")][3::2] == (2, block)
    with world.refused("UnknownKey", key("none")):
        world.decide(("registry", "lowerCutOff", key("none"), 2))


def test_endpoints_are_the_institutions_own(world: World) -> None:
    before = world.registry.get("institution", 1)
    result = world.registry.send(UNIVERSITY, "setEndpoints", "https://a", "https://b")
    assert world.registry.events(result)[0][0] == "EndpointsSet"
    assert world.registry.get("institution", 1) == (*before[:6], "https://a", "https://b")
    for caller in (STRANGER, ALICE, world.council.address):
        with world.refused("OnlyOwnAccount", 0, hexed(caller)):
            world.registry.send(caller, "setEndpoints", "https://a", "https://b")
    for urls in (("", "v"), ("u", ""), ("u" * 201, "v")):
        with world.refused("BadText"):
            world.registry.send(UNIVERSITY, "setEndpoints", *urls)


def test_a_successor_for_the_status_of_a_closed_institution(world: World) -> None:
    """Its account is gone: after the public delay the named successor writes."""
    status = stream_id("u1.edu.cn/status")
    world.decide(("registry", "endAccreditation", 1, 0))
    identity = world.decide(("registry", "setWriter", status, SECOND))
    world.evm.next_block(7 * DAY)
    world.council.send(STRANGER, "execute", identity)
    world.anchor(status, 1, writer=SECOND)


def test_writers_and_streams_that_are_none(world: World) -> None:
    with world.refused("BadWriter", hexed(bytes(20))):
        consented(world, ("registry", "setWriter", LEARNING, bytes(20)))
    none = stream_id("nowhere")
    for change in (("setWriter", none, SECOND), ("closeStream", none)):
        with world.refused("UnknownStream", none):
            world.decide(("registry", *change))


def successor(world: World, **changes: object) -> tuple[object, ...]:
    size, _, _, _, root = world.log.get("head", LEARNING)
    right = {
        "institution": 1, "kind": 3, "chain": world.evm.chain_id,
        "stream": LEARNING, "size": size, "root": root,
    }  # fmt: skip
    return ("registry", "openSuccessor", *(right | changes).values())


def test_a_successor_continues_the_closed_head(world: World) -> None:
    world.anchor(LEARNING, 5)
    with world.refused("StreamNotClosed", LEARNING):
        consented(world, successor(world))
    world.decide(("registry", "closeStream", LEARNING))
    head = world.log.get("head", LEARNING)
    for wrong in (
        {"stream": CREDENTIAL},
        {"size": 4},
        {"root": EMPTY},
        {"chain": 1},
        {"size": 0, "root": EMPTY},
    ):
        with world.refused("PreviousMismatch", LEARNING, 5, head[4]):
            consented(world, successor(world, **wrong))
    for kind in (0, 6, 255):
        with world.refused("BadKind", kind):
            consented(world, successor(world, kind=kind))
    waiting = world.decide(successor(world))
    assert world.state(waiting) == "waiting"
    world.council.send(UNIVERSITY, "approve", waiting)
    new = stream_id("u1.edu.cn/learning/1")
    row = world.registry.get("stream", new)
    chain = world.evm.chain_id
    assert row == (1, 3, 1, world.evm.block, 0, "u1.edu.cn/learning/1", chain, LEARNING, 5, head[4])
    assert world.registry.get("streams", 1)[-1] == new
    world.anchor(new, 1)
    assert world.log.get("head", LEARNING) == head
    # One generation after another, never two from one.
    with world.refused("StreamNotClosed", new):
        consented(world, successor(world))


def test_a_stream_from_another_chain_replaces_an_empty_one(world: World) -> None:
    world.decide(("registry", "closeStream", LEARNING))
    old = stream_id("u1.edu.cn/learning")
    consented(world, successor(world, chain=7, stream=old, size=99, root=key("old root")))
    row = world.registry.get("stream", stream_id("u1.edu.cn/learning/1"))
    assert row[6:] == (7, old, 99, key("old root"))


def test_what_is_unknown(world: World) -> None:
    registry = world.registry
    for name in ("keys", "accreditations", "streams"):
        assert registry.get(name, 9) == ()
    assert registry.get("writers", bytes(32)) == ()
    with world.refused("UnknownInstitution", 9):
        registry.get("institution", 9)
    with world.refused("UnknownStream", bytes(32)):
        registry.get("stream", bytes(32))
    with world.refused("UnknownApplication", 9):
        registry.get("application", 9)


def test_consent_is_asked_for_keys_writers_and_successors_only(world: World) -> None:
    registry = world.registry
    asked = {
        name
        for name, *arguments in COUNCIL_ONLY
        if registry.get("consentNeeded", registry.data(name, *arguments)) == hexed(UNIVERSITY)
    }
    assert asked == {"addKey", "setWriter", "openSuccessor"}
    for data in (b"", b"\x01\x02\x03", b"\x01\x02\x03\x04"):
        assert registry.get("consentNeeded", data) == hexed(bytes(20))
