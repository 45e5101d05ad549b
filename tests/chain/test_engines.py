"""The same reader and sender on the embedded chain in process, served, and on anvil."""

from __future__ import annotations

import pytest

from ledger.chain.council import changes_of
from ledger.chain.deploy import check_contracts, contracts_of
from ledger.chain.provider import web3_over
from ledger.core.merkle import EMPTY_ROOT, root
from ledger.errors import BadEvidence, NotAllowed
from ledger.memory import MemoryOutbox
from ledger.ports import ChainReader, ChainSender, Change, Outbox, Registrar, TxState
from tests.chain import worlds
from tests.chain.worlds import CREDENTIAL, DOMAIN, FOR_EVER, LEAVES, World


def ports_are_kept(world: World) -> tuple[ChainReader, ChainSender, Registrar, Outbox]:
    """For the type checker: the room's classes are what the ports say."""
    return world.reader, world.sender, world.registrar, world.outbox


def test_contracts_are_found_and_checked(engine_world: World) -> None:
    check_contracts(engine_world.reader, engine_world.contracts)
    found = contracts_of(engine_world.reader.node, engine_world.contracts.council)
    assert found == engine_world.contracts


def test_an_address_without_our_code_is_refused(engine_world: World) -> None:
    for wrong in (engine_world.contracts.registry, engine_world.founder.address):
        with pytest.raises(BadEvidence) as refused:
            contracts_of(engine_world.reader.node, wrong)
        assert refused.value.code == "not-our-contracts"


def test_the_institution_reads_back(engine_world: World) -> None:
    reader = engine_world.reader
    row = reader.institution(1)
    assert (row.code, row.domain, row.name) == ("north", DOMAIN, "北方大学")
    assert row.account == engine_world.founder.address
    assert [key.purpose for key in row.keys] == [1, 2, 3, 4]
    assert {key.cut_off for key in row.keys} == {None}
    assert row.accreditations[0].kinds == worlds.ALL_KINDS
    assert row.accreditations[0].ended is None
    assert list(reader.institution_ids()) == [1]
    assert reader.institution_by_code("north") == row
    assert reader.institution_by_domain(DOMAIN) == row
    assert reader.institution_by_account(row.account.lower()) == row
    assert reader.institution_by_code("nobody") is None


def test_streams_and_writers(engine_world: World) -> None:
    reader = engine_world.reader
    rows = reader.streams(1)
    assert [row.kind for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0].stream_id == CREDENTIAL
    assert rows[0].origin == f"{DOMAIN}/credential"
    assert rows[0].closed_block is None
    assert reader.stream(CREDENTIAL) == rows[0]
    assert reader.stream(bytes(32)) is None
    assert reader.writers(CREDENTIAL)[-1].account == engine_world.founder.address


def test_anchors_in_a_row(engine_world: World) -> None:
    reader = engine_world.reader
    start = reader.head(CREDENTIAL)
    if start.size == 0:
        assert start.root == EMPTY_ROOT
    first = start.size + 3
    receipt = engine_world.anchor(first)
    head = reader.head(CREDENTIAL)
    assert (head.size, head.root, head.block) == (first, root(LEAVES[:first]), receipt.block)
    assert head.time == reader.block(head.block).time
    event = reader.anchored(CREDENTIAL, head.seq, head.block)
    assert event is not None
    assert (event.tx, event.size, event.prev_size) == (receipt.tx, first, start.size)
    assert event.sender == engine_world.founder.address
    assert reader.anchored(CREDENTIAL, head.seq + 1, head.block) is None
    engine_world.anchor(first + 40)
    assert worlds.events(reader)[-2:] == [first, first + 40]
    # Earlier blocks still answer.
    assert reader.head(CREDENTIAL, receipt.block) == head
    assert engine_world.outbox.living() == []


def test_the_same_anchor_again_finds_its_receipt(engine_world: World) -> None:
    head = engine_world.reader.head(CREDENTIAL)
    size = head.size + 5
    first = worlds.anchor(engine_world.sender, head, size)
    again = worlds.anchor(engine_world.send_with(outbox=MemoryOutbox()), head, size)
    assert again == first


def test_another_head_is_an_alarm(engine_world: World) -> None:
    head = engine_world.reader.head(CREDENTIAL)
    worlds.anchor(engine_world.sender, head, head.size + 2)
    with pytest.raises(NotAllowed) as refused:
        engine_world.sender.anchor("credential", CREDENTIAL, head, head.size + 9, bytes(32), [])
    assert refused.value.code == "head-moved"
    assert engine_world.outbox.living() == []


def test_who_may_not_anchor_is_told_so(engine_world: World) -> None:
    head = engine_world.reader.head(CREDENTIAL)
    outbox = MemoryOutbox()
    stranger = engine_world.send_with(outbox=outbox, who=worlds.account("stranger"))
    with pytest.raises(NotAllowed) as refused:
        worlds.anchor(stranger, head, head.size + 1)
    assert refused.value.code == "reverted"
    assert refused.value.detail["name"] == "NotAuthorized"
    assert refused.value.detail["args"][2] == 2
    assert [row.state for row in outbox.rows.values()] == [TxState.FAILED]


def test_proposals_are_read_and_decoded(engine_world: World) -> None:
    member = worlds.account("member").address
    ours = engine_world.contracts
    proposed = engine_world.registrar.propose(
        [Change("accredit", (1, 2, 4, 0, FOR_EVER))], FOR_EVER
    )
    found = engine_world.reader.proposals()[-1]
    assert (found.id, found.state) == (proposed.proposal, "executed")
    assert found.approvals == (engine_world.founder.address,)
    change = changes_of(ours, found)[0]
    assert change == Change("accredit", (1, 2, 4, 0, FOR_EVER))
    assert engine_world.reader.threshold() == 1
    assert member not in engine_world.reader.members()


def test_applications(engine_world: World) -> None:
    application = engine_world.reader.applications()[0]
    assert application.admitted
    assert application.keys[0] == (worlds.PUBLIC_KEYS[0], 1, 1)


def test_web3_works_over_any_transport(engine_world: World) -> None:
    web3 = web3_over(engine_world.transport)
    assert web3.is_connected()
    assert web3.eth.chain_id == engine_world.chain_id
    assert web3.eth.block_number == engine_world.reader.block().number


def test_code_hash_and_genesis(engine_world: World) -> None:
    reader = engine_world.reader
    assert reader.code_hash(engine_world.contracts.record_log) != reader.code_hash(
        engine_world.contracts.registry
    )
    assert reader.genesis_hash() == reader.block(0).hash
