"""The reader against a node whose answers have the wrong form: refused, never turned into zero."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from ledger.chain import abi
from ledger.chain.council import changes_of, decode_change, encode_change, encode_decision
from ledger.chain.deploy import check_contracts, parse_address
from ledger.chain.reader import NodeReader
from ledger.errors import BadEvidence, CouldNotLook, Refusal, WrongUse
from ledger.ports import Change, Contracts
from tests.chain import worlds
from tests.chain.worlds import CREDENTIAL, FaultTransport, World

READS: dict[str, Callable[[NodeReader], Any]] = {
    "chain_id": lambda reader: reader.chain_id(),
    "genesis_hash": lambda reader: reader.genesis_hash(),
    "block": lambda reader: reader.block(),
    "code_hash": lambda reader: reader.code_hash(reader.contracts.council),
    "head": lambda reader: reader.head(CREDENTIAL),
    "anchored": lambda reader: reader.anchored(CREDENTIAL, 1, 6),
    "institution_ids": lambda reader: list(reader.institution_ids()),
    "institution": lambda reader: reader.institution(1),
    "institution_by_code": lambda reader: reader.institution_by_code("north"),
    "stream": lambda reader: reader.stream(CREDENTIAL),
    "streams": lambda reader: reader.streams(1),
    "writers": lambda reader: reader.writers(CREDENTIAL),
    "members": lambda reader: reader.members(),
    "threshold": lambda reader: reader.threshold(),
    "applications": lambda reader: reader.applications(),
    "proposals": lambda reader: reader.proposals(),
}
GARBAGE: list[Any] = [
    None, 0, True, "", "0x", "0xg", "0x0", "0x00", "0x" + "00" * 31, "0x" + "ff" * 320, [], [[]],
    [{}], {}, {"number": "0x1"}, "latest", "0x" + "f" * 80,
]  # fmt: skip


@pytest.fixture(scope="module")
def lying(shared_world: World) -> tuple[World, FaultTransport]:
    shared_world.anchor(3)
    return shared_world, FaultTransport(shared_world.transport)


@pytest.mark.parametrize("name", list(READS))
def test_garbage_is_told(lying: tuple[World, FaultTransport], name: str) -> None:
    world, transport = lying
    honest = READS[name](world.reader)
    transport.plan.clear()
    transport.asked.clear()
    assert READS[name](world.read(transport)) == honest
    methods = [method for method, _ in transport.asked]
    for position, method in enumerate(methods):
        before = methods[:position].count(method)
        if before > 1:
            continue
        for answer in GARBAGE:
            transport.plan = {method: ["ok"] * before + [lambda *asked, a=answer: a]}
            try:
                found = READS[name](world.read(transport))
            except Refusal as refused:
                assert refused.code in ("node-garbage", "no-code", "wrong-chain"), answer
            else:
                # Right in form: an empty filter result, code that is other code.
                assert (name, method) in {
                    ("anchored", "eth_getLogs"),
                    ("code_hash", "eth_getCode"),
                }, (name, method, answer, found)


@pytest.mark.parametrize("name", [name for name in READS if name not in ("chain_id", "block")])
def test_cut_and_padded_returns_are_told(lying: tuple[World, FaultTransport], name: str) -> None:
    world, transport = lying
    rng = random.Random(3)

    def changed(method: str, params: list[Any], inner: Any) -> Any:
        honest = inner.request(method, params)
        cut = 2 + 2 * rng.randrange(1, (len(honest) - 2) // 2)
        return rng.choice([honest[:cut], honest + "00", honest + "00" * 32])

    transport.plan.clear()
    transport.asked.clear()
    READS[name](world.read(transport))
    calls = [method for method, _ in transport.asked].count("eth_call")
    for position in range(calls):
        for _ in range(8):
            transport.plan = {"eth_call": ["ok"] * position + [changed]}
            with pytest.raises(CouldNotLook) as refused:
                READS[name](world.read(transport))
            assert refused.value.code == "node-garbage"


def test_a_log_that_was_not_asked_for(lying: tuple[World, FaultTransport]) -> None:
    """A node that ignores the filter, or answers with another contract's event."""
    world, transport = lying
    head = world.reader.head(CREDENTIAL)

    def other(change: dict[str, Any]) -> Callable[..., Any]:
        def answer(method: str, params: list[Any], inner: Any) -> Any:
            return [{**inner.request(method, params)[0], **change}]

        return answer

    for change in (
        {"address": world.contracts.council},
        {"topics": ["0x" + "11" * 32] * 3},
        {"blockNumber": "0x1"},
        {"data": "0x"},
        {"transactionHash": "0x" + "22" * 32},
    ):
        transport.plan = {"eth_getLogs": [other(change)]}
        with pytest.raises(CouldNotLook) as refused:
            world.read(transport).anchored(CREDENTIAL, head.seq, head.block)
        assert refused.value.code == "node-garbage"


def test_the_wrong_chain(lying: tuple[World, FaultTransport]) -> None:
    world, _ = lying
    for name in READS:
        with pytest.raises(BadEvidence) as refused:
            READS[name](NodeReader(world.transport, world.contracts, world.chain_id + 1))
        assert refused.value.code == "wrong-chain"


def test_contracts_that_do_not_name_one_another(lying: tuple[World, FaultTransport]) -> None:
    world, _ = lying
    with worlds.embedded_in_process() as (transport, chain_id):
        other = World(transport, chain_id, worlds.account("other"))
        check_contracts(other.reader, other.contracts)
    ours = world.contracts
    for mixed in (
        Contracts(ours.registry, ours.council, ours.record_log),
        Contracts(ours.council, ours.registry, world.founder.address),
    ):
        with pytest.raises(BadEvidence) as refused:
            check_contracts(world.reader, mixed)
        assert refused.value.code == "not-our-contracts"


def test_code_that_differs_in_one_byte_is_not_ours(lying: tuple[World, FaultTransport]) -> None:
    world, transport = lying

    def flipped(method: str, params: list[Any], inner: Any) -> Any:
        code = inner.request(method, params)
        return code[:50] + ("0" if code[50] != "0" else "1") + code[51:]

    transport.plan = {"eth_getCode": [flipped]}
    with pytest.raises(BadEvidence):
        check_contracts(world.read(transport), world.contracts)


def test_unknown_rows(lying: tuple[World, FaultTransport]) -> None:
    world, _ = lying
    with pytest.raises(CouldNotLook) as refused:
        world.reader.institution(99)
    assert refused.value.code == "no-such-row"
    with pytest.raises(CouldNotLook) as beyond:
        world.reader.head(CREDENTIAL, 10**6)
    assert beyond.value.code == "node-refused"


CHANGES = [
    Change("admit", (1,)),
    Change("accredit", (1, 62, 7, 5, 6)),
    Change("endAccreditation", (1, 0)),
    Change("addKey", (1, ("0x" + "ab" * 32, 1, 1))),
    Change("lowerCutOff", ("0x" + "ab" * 32, 5)),
    Change("setWriter", ("0x" + "ab" * 32, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")),
    Change("closeStream", ("0x" + "ab" * 32,)),
    Change("openSuccessor", (1, 1, 5, "0x" + "ab" * 32, 7, "0x" + "cd" * 32)),
    Change("addMember", ("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", 2)),
    Change("removeMember", ("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", 1)),
    Change("setThreshold", (2,)),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.function)
def test_changes_encode_and_decode(lying: tuple[World, FaultTransport], change: Change) -> None:
    contracts = lying[0].contracts
    target, data = encode_change(contracts, change)
    assert decode_change(contracts, target, data) == change
    assert decode_change(contracts, target, data + b"\0").function == "unknown"


def test_changes_that_are_none(lying: tuple[World, FaultTransport]) -> None:
    contracts = lying[0].contracts
    for bad in (
        Change("propose", ()),
        Change("admit", ()),
        Change("admit", ("x",)),
        Change("admit", (-1,)),
        Change("setWriter", (b"short", contracts.council)),
    ):
        with pytest.raises(WrongUse):
            encode_change(contracts, bad)
    for identity in ("", "0x12", "zz" * 32):
        with pytest.raises(WrongUse):
            encode_decision("approve", identity)
    assert changes_of(contracts, lying[0].reader.proposals()[0])[0] == Change("admit", (1,))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "0x",
        "0x12",
        "7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
        "0x7e5F4552091A69125d5DfCb7b8C2659029395Bdf",
        "0x" + "é" * 40,
    ],
)
def test_bad_addresses(given: str) -> None:
    with pytest.raises(WrongUse):
        parse_address(given)


def test_errors_are_named() -> None:
    assert abi.decode_error(b"")[0] == "unknown"
    assert abi.decode_error(bytes.fromhex("08c379a0") + b"junk")[0] == "unknown"
    panic = bytes.fromhex("4e487b71") + (0x11).to_bytes(32, "big")
    assert abi.decode_error(panic) == ("Panic", (0x11,))


def test_bad_utf_8_on_chain_does_not_hide_the_rest(world: World) -> None:
    data = abi.encode("IssuerRegistry", "submitApplication",
                      ("bad", "bad.example", "A" * 9, "B", "http://c", "http://d", []))  # fmt: skip
    broken = data.replace(b"A" * 9, b"\xff" * 9)
    guest = world.send_with(who=worlds.account("guest"))
    guest.send("apply", world.contracts.registry, broken)
    assert [one.name for one in world.reader.applications()] == ["北方大学", "\ufffd" * 9]
