"""The sender where things go wrong: four worlds of every write, death at every step."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ledger.chain.abi import encode
from ledger.chain.artifacts import RECORD_LOG
from ledger.chain.jsonrpc import RpcError
from ledger.chain.sender import Sender
from ledger.core.merkle import root
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, Refusal
from ledger.memory import MemoryOutbox
from ledger.ports import Change, Head, OutboxRow, TxState
from tests.chain import worlds
from tests.chain.worlds import CREDENTIAL, FOR_EVER, LEAVES, Crash, FaultTransport, World

OUTCOMES = ["ok", "lost", "applied-lost", "refused", "applied-refused"]


def states(outbox: MemoryOutbox) -> list[TxState]:
    return [row.state for row in outbox.rows.values()]


@pytest.mark.parametrize("again", ["retry", "recover"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_four_worlds_of_sending(world: World, outcome: str, again: str) -> None:
    """Applied or not, reported or not: in the end there is exactly one anchor."""
    outbox = MemoryOutbox()
    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = [outcome]
    head = world.reader.head(CREDENTIAL)
    try:
        worlds.anchor(world.send_with(faulty, outbox), head, 7)
    except CouldNotLook as failed:
        assert failed.code in ("node-unreachable", "node-refused")
        assert len(outbox.living()) == 1
    healthy = world.send_with(outbox=outbox)
    if again == "recover":
        healthy.recover()
    receipt = worlds.anchor(healthy, head, 7)
    assert worlds.events(world.reader) == [7]
    assert world.reader.head(CREDENTIAL).block == receipt.block
    assert set(states(outbox)) == {TxState.DONE}
    assert len(set(faulty.sent())) <= 1


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_four_worlds_of_a_proposal(world: World, outcome: str) -> None:
    """A proposal has no compare-and-swap on chain: only nonce and outbox keep it single."""
    outbox = MemoryOutbox()
    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = [outcome]
    before = len(world.reader.proposals())
    data = worlds_proposal(world)
    council = world.contracts.council
    try:
        world.send_with(faulty, outbox).send("propose", council, data)
    except CouldNotLook:
        world.send_with(outbox=outbox).send("propose", council, data)
    assert len(world.reader.proposals()) == before + 1
    assert set(states(outbox)) == {TxState.DONE}


def worlds_proposal(world: World) -> bytes:
    from ledger.chain.council import encode_proposal

    return encode_proposal(world.contracts, [Change("accredit", (1, 2, 2, 0, FOR_EVER))], FOR_EVER)


class DyingOutbox(MemoryOutbox):
    """An outbox that dies right after its n-th effect."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None

    def _effect(self, row: OutboxRow) -> OutboxRow:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Crash("after an outbox effect")
        return row

    def seal(self, purpose: str, to: str | None, data: bytes) -> OutboxRow:
        return self._effect(super().seal(purpose, to, data))

    def add_attempt(self, row: int, nonce: int, raw: bytes, tx_hash: str) -> OutboxRow:
        return self._effect(super().add_attempt(row, nonce, raw, tx_hash))

    def mark(self, row: int, state: TxState, receipt: Any = None, reason: Any = None) -> OutboxRow:
        return self._effect(super().mark(row, state, receipt, reason))


@pytest.mark.parametrize("recover", [False, True])
@pytest.mark.parametrize("step", range(5))
def test_death_after_every_outbox_effect(world: World, step: int, recover: bool) -> None:
    """sealed | signed | sent | mined | done."""
    outbox = DyingOutbox()
    outbox.left = step
    head = world.reader.head(CREDENTIAL)
    with pytest.raises(Crash):
        worlds.anchor(world.send_with(outbox=outbox), head, 9)
    outbox.left = None
    fresh = world.send_with(outbox=outbox)
    if recover:
        assert [receipt.status for receipt in fresh.recover()] == ([True] if step < 4 else [])
    worlds.anchor(fresh, head, 9)
    assert worlds.events(world.reader) == [9]
    assert set(states(outbox)) == {TxState.DONE}
    assert world.reader.node.nonce(world.founder.address) == expected_nonce(world)


def expected_nonce(world: World) -> int:
    """Three deployments, application, proposal; and the one anchor."""
    return 6


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize(
    "method",
    ["eth_estimateGas", "eth_gasPrice", "eth_getTransactionCount", "eth_sendRawTransaction",
     "eth_getTransactionReceipt", "eth_call", "eth_getBlockByNumber"],
)  # fmt: skip
def test_death_at_every_question(world: World, method: str, applied: bool) -> None:
    outbox = MemoryOutbox()
    dying = FaultTransport(world.transport)
    dying.plan[method] = ["applied-crash" if applied else "crash"]
    head = world.reader.head(CREDENTIAL)
    with pytest.raises(Crash):
        worlds.anchor(world.send_with(dying, outbox), head, 11)
    worlds.anchor(world.send_with(outbox=outbox), head, 11)
    assert worlds.events(world.reader) == [11]
    assert world.reader.node.nonce(world.founder.address) == expected_nonce(world)


def test_recovery_sends_the_very_same_bytes(world: World) -> None:
    outbox = MemoryOutbox()
    first, second = FaultTransport(world.transport), FaultTransport(world.transport)
    first.plan["eth_sendRawTransaction"] = ["lost"]
    with pytest.raises(CouldNotLook):
        worlds.anchor(world.send_with(first, outbox), world.reader.head(CREDENTIAL), 3)
    world.send_with(second, outbox).recover()
    assert first.sent() == second.sent()


def test_a_foreign_transaction_on_our_nonce_is_an_alarm(world: World) -> None:
    outbox = MemoryOutbox()
    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = ["lost"]
    with pytest.raises(CouldNotLook):
        world.send_with(faulty, outbox).send(
            "propose", world.contracts.council, worlds_proposal(world)
        )
    # Another process with the same key uses the nonce.
    world.send_with(outbox=MemoryOutbox()).send(
        "other", world.contracts.registry, set_endpoints("http://a", "http://b")
    )
    before = len(world.reader.proposals())
    with pytest.raises(NotAllowed) as alarm:
        world.send_with(outbox=outbox).recover()
    assert alarm.value.code == "nonce-taken"
    assert states(outbox) == [TxState.FAILED]
    assert len(world.reader.proposals()) == before


def set_endpoints(public: str, verify: str) -> bytes:
    from ledger.chain.artifacts import REGISTRY

    return encode(REGISTRY, "setEndpoints", (public, verify))


def test_a_taken_nonce_is_no_alarm_when_our_anchor_is_there(world: World) -> None:
    """The same key anchored the same tree from elsewhere: the effect is what counts."""
    outbox = MemoryOutbox()
    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = ["lost"]
    head = world.reader.head(CREDENTIAL)
    with pytest.raises(CouldNotLook):
        worlds.anchor(world.send_with(faulty, outbox), head, 5)
    world.send_with(outbox=MemoryOutbox()).send(
        "other", world.contracts.registry, set_endpoints("http://a", "http://b")
    )
    there = worlds.anchor(world.send_with(outbox=MemoryOutbox()), head, 5)
    assert list(world.send_with(outbox=outbox).recover()) == [there]
    assert worlds.events(world.reader) == [5]


def test_an_anchor_overtaken_by_our_next_one_counts_as_done(world: World) -> None:
    """Found by walking the back links from a head that went on."""
    outbox = MemoryOutbox()
    head = world.reader.head(CREDENTIAL)
    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = ["crash"]
    with pytest.raises(Crash):
        worlds.anchor(world.send_with(faulty, outbox), head, 5)
    first = worlds.anchor(world.send_with(outbox=MemoryOutbox()), head, 5)
    world.anchor(8)
    world.anchor(20)
    assert [receipt.tx for receipt in world.send_with(outbox=outbox).recover()] == [first.tx]
    assert worlds.events(world.reader) == [5, 8, 20]


def test_a_silently_replaced_transaction_is_noticed_while_waiting(world: World) -> None:
    """Besu on a zero-fee network accepts another transaction with the nonce, ours never comes."""
    outbox = MemoryOutbox()

    def swallow(method: str, params: list[Any], inner: Any) -> Any:
        world.send_with(outbox=MemoryOutbox()).send(
            "other", world.contracts.registry, set_endpoints("http://a", "http://b")
        )
        return "0x" + "00" * 32

    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = [swallow]
    with pytest.raises(NotAllowed) as alarm:
        world.send_with(faulty, outbox).send(
            "propose", world.contracts.council, worlds_proposal(world)
        )
    assert alarm.value.code == "nonce-taken"


def test_a_transaction_that_is_never_mined_stays_alive(world: World) -> None:
    outbox = MemoryOutbox()
    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = [lambda *asked: "0x" + "00" * 32]
    head = world.reader.head(CREDENTIAL)
    with pytest.raises(CouldNotLook) as slow:
        worlds.anchor(world.send_with(faulty, outbox, patience=0.2), head, 4)
    assert slow.value.code == "not-mined"
    assert states(outbox) == [TxState.SENT]
    assert worlds.anchor(world.send_with(outbox=outbox), head, 4).status


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (-32003, "transaction already imported"),
        (-32003, "nonce too low"),
        (-32000, "already known"),
        (-32000, "nonce too low: next nonce 1, tx nonce 0"),
        (-32000, "Known transaction"),
        (-32001, "Nonce too low"),
        (-32000, "replacement transaction underpriced"),
    ],
)
def test_the_words_of_every_engine_mean_look(world: World, code: int, message: str) -> None:
    """The bytes were taken before; whatever the engine says now, the receipt is what counts."""
    outbox = MemoryOutbox()
    head = world.reader.head(CREDENTIAL)

    def taken(method: str, params: list[Any], inner: Any) -> Any:
        inner.request(method, params)
        raise RpcError(code, message)

    def late(method: str, params: list[Any], inner: Any) -> Any:
        return None

    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = [taken]
    faulty.plan["eth_getTransactionReceipt"] = [late]
    assert worlds.anchor(world.send_with(faulty, outbox), head, 3).status
    assert worlds.events(world.reader) == [3]
    assert len(faulty.sent()) == 1


def test_a_refusal_for_good_keeps_the_row_and_tells(world: World) -> None:
    """Besu: an account that is not on the allowlist. Nothing is in the pool, nothing is lost."""
    outbox = MemoryOutbox()
    head = world.reader.head(CREDENTIAL)

    def barred(method: str, params: list[Any], inner: Any) -> Any:
        raise RpcError(-32007, "Sender account not authorized to send transactions")

    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = [barred] * 2
    with pytest.raises(CouldNotLook) as refused:
        worlds.anchor(world.send_with(faulty, outbox), head, 3)
    assert refused.value.code == "node-refused"
    assert "not authorized" in refused.value.en
    assert states(outbox) == [TxState.SIGNED]
    assert worlds.anchor(world.send_with(outbox=outbox), head, 3).status


def test_a_refused_row_is_signed_anew_with_the_same_nonce(world: World) -> None:
    """Too little gas for the node today: another limit, the nonce of before, one effect."""
    outbox = MemoryOutbox()
    head = world.reader.head(CREDENTIAL)
    stingy = FaultTransport(world.transport)
    stingy.plan["eth_estimateGas"] = [lambda *asked: hex(21_000)]
    stingy.plan["eth_sendRawTransaction"] = ["lost"]
    with pytest.raises(CouldNotLook):
        worlds.anchor(world.send_with(stingy, outbox), head, 3)
    refusing = FaultTransport(world.transport)
    refusing.plan["eth_sendRawTransaction"] = ["refused"]
    assert worlds.anchor(world.send_with(refusing, outbox), head, 3).status
    (first, raw, _), (second, other, _) = outbox.rows[1].attempts
    assert first == second
    assert raw != other
    assert worlds.events(world.reader) == [3]


def test_a_waiting_transaction_is_waited_for_and_sent_again() -> None:
    with worlds.anvil("--gas-price", "0", "--base-fee", "0") as (transport, chain_id):
        slow = World(transport, chain_id, worlds.account())
        slow.admit()
        transport.request("evm_setAutomine", [False])
        outbox = MemoryOutbox()
        head = slow.reader.head(CREDENTIAL)
        with pytest.raises(CouldNotLook) as waiting:
            worlds.anchor(slow.send_with(outbox=outbox, patience=0.3), head, 4)
        assert waiting.value.code == "not-mined"
        timer = threading.Timer(0.5, lambda: transport.request("evm_mine", []))
        timer.start()
        again = FaultTransport(transport)
        assert worlds.anchor(slow.send_with(again, outbox), head, 4).status
        timer.join()
        assert len(again.sent()) == 1
        assert worlds.events(slow.reader) == [4]


def test_a_block_that_is_reorganised_away_is_sent_again() -> None:
    with worlds.anvil("--gas-price", "0", "--base-fee", "0") as (transport, chain_id):
        forked = World(transport, chain_id, worlds.account())
        forked.admit()
        outbox = MemoryOutbox()
        head = forked.reader.head(CREDENTIAL)
        snapshot = transport.request("evm_snapshot", [])

        def reorganise(seconds: float) -> None:
            transport.request("evm_revert", [snapshot])
            transport.request("anvil_mine", [hex(4)])

        shaky = Sender(
            forked.reader, forked.founder, outbox, depth=1, patience=1.0, sleep=reorganise
        )
        with pytest.raises(CouldNotLook):
            worlds.anchor(shaky, head, 4)
        assert worlds.anchor(forked.send_with(outbox=outbox), head, 4).status
        assert worlds.events(forked.reader) == [4]
        assert len(outbox.rows[1].attempts) == 1


def test_threads_take_turns(world: World) -> None:
    sender = world.send_with(outbox=MemoryOutbox())
    failures: list[BaseException] = []

    def endpoints(number: int) -> None:
        try:
            data = set_endpoints(f"http://{number}", "http://b")
            sender.send(f"other:{number}", world.contracts.registry, data)
        except Refusal as refused:
            failures.append(refused)

    threads = [threading.Thread(target=endpoints, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert world.reader.node.nonce(world.founder.address) == expected_nonce(world) + 5


def test_a_revert_in_the_block_is_told_and_ends_the_row(world: World) -> None:
    """The estimate passed, then the world changed: the receipt says reverted."""
    outbox = MemoryOutbox()
    faulty = FaultTransport(world.transport)
    faulty.plan["eth_estimateGas"] = [lambda *asked: hex(300_000)]
    stranger = world.send_with(faulty, outbox, worlds.account("stranger"))
    with pytest.raises(NotAllowed) as refused:
        worlds.anchor(stranger, world.reader.head(CREDENTIAL), 2)
    assert refused.value.code == "reverted"
    assert refused.value.detail["name"] == "NotAuthorized"
    assert states(outbox) == [TxState.FAILED]


def test_a_reverted_anchor_whose_head_is_ours_is_done(world: World) -> None:
    """A second anchor of the same tree reverts with HeadMismatch; the head is what was wanted."""
    head = world.reader.head(CREDENTIAL)
    outbox = MemoryOutbox()

    def raced(method: str, params: list[Any], inner: Any) -> Any:
        # Between our estimate and our block, another process anchors the same.
        found = inner.request(method, params)
        worlds.anchor(world.send_with(outbox=MemoryOutbox()), head, 6)
        return found

    faulty = FaultTransport(world.transport)
    faulty.plan["eth_estimateGas"] = [raced]
    receipt = worlds.anchor(world.send_with(faulty, outbox), head, 6)
    assert receipt.status
    assert worlds.events(world.reader) == [6]
    assert states(outbox) == [TxState.DONE]


def test_a_retry_after_a_lost_block_takes_a_new_nonce(world: World) -> None:
    """A receipt says reverted with HeadMismatch, but the head is the one that we follow: again."""
    outbox = MemoryOutbox()
    head = world.reader.head(CREDENTIAL)
    mismatch = encode_mismatch(head)

    def used_up(method: str, params: list[Any], inner: Any) -> Any:
        world.send_with(outbox=MemoryOutbox()).send(
            "other", world.contracts.registry, set_endpoints("http://a", "http://b")
        )
        return "0x" + "00" * 32

    def reverted(method: str, params: list[Any], inner: Any) -> Any:
        return false_receipt(params[0])

    def cause(method: str, params: list[Any], inner: Any) -> Any:
        raise RpcError(3, "execution reverted", "0x" + mismatch.hex())

    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = [used_up]
    faulty.plan["eth_getTransactionReceipt"] = [reverted]
    faulty.plan["eth_call"] = ["ok", cause]
    assert worlds.anchor(world.send_with(faulty, outbox), head, 13).status
    assert worlds.events(world.reader) == [13]
    assert [nonce for nonce, _, _ in outbox.rows[1].attempts] == [5, 6]


def encode_mismatch(head: Head) -> bytes:
    from eth_abi.abi import encode as pack

    from ledger.chain.abi import _errors

    selector = next(key for key, (name, _) in _errors().items() if name == "HeadMismatch")
    return selector + pack(["uint64", "uint64", "bytes32"], [head.seq, head.size, head.root])


def false_receipt(tx: str) -> dict[str, Any]:
    return {
        "transactionHash": tx, "status": "0x0", "blockNumber": "0x1", "gasUsed": "0x5208",
        "blockHash": "0x" + "11" * 32, "contractAddress": None, "logs": [],
    }  # fmt: skip


def test_an_unsigned_row_that_says_something_else_is_sealed_anew(world: World) -> None:
    outbox = MemoryOutbox()
    council = world.contracts.council
    outbox.seal("propose", council, b"old")
    world.send_with(outbox=outbox).send("propose", council, worlds_proposal(world))
    assert states(outbox) == [TxState.FAILED, TxState.DONE]


def test_older_rows_that_hold_a_nonce_come_first(world: World) -> None:
    outbox = MemoryOutbox()
    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = ["lost"]
    head = world.reader.head(CREDENTIAL)
    with pytest.raises(CouldNotLook):
        worlds.anchor(world.send_with(faulty, outbox), head, 5)
    world.send_with(outbox=outbox).send(
        "other", world.contracts.registry, set_endpoints("http://a", "http://b")
    )
    assert worlds.events(world.reader) == [5]
    assert states(outbox) == [TxState.DONE, TxState.DONE]


def test_the_wrong_chain_is_refused_before_anything_is_signed(world: World) -> None:
    outbox = MemoryOutbox()
    elsewhere = FaultTransport(world.transport)
    elsewhere.plan["eth_chainId"] = [lambda *asked: hex(5)]
    with pytest.raises(BadEvidence) as refused:
        world.send_with(elsewhere, outbox).send("x", world.contracts.council, b"")
    assert refused.value.code == "wrong-chain"
    assert all(not row.attempts for row in outbox.rows.values())


def test_a_node_that_is_down_loses_nothing(world: World) -> None:
    outbox = MemoryOutbox()
    head = world.reader.head(CREDENTIAL)
    for method in ("eth_estimateGas", "eth_getTransactionCount", "eth_getTransactionReceipt"):
        faulty = FaultTransport(world.transport)
        faulty.plan[method] = ["lost"]
        with pytest.raises(CouldNotLook):
            worlds.anchor(world.send_with(faulty, outbox), head, 17)
    assert worlds.anchor(world.send_with(outbox=outbox), head, 17).status
    assert worlds.events(world.reader) == [17]


@pytest.mark.parametrize(
    "answer", [None, 5, "0x", "0xzz", [], {}, "0x" + "f" * 65, True, "0x05", {"status": "0x1"}]
)
@pytest.mark.parametrize(
    "method",
    ["eth_chainId", "eth_estimateGas", "eth_getTransactionCount", "eth_getTransactionReceipt",
     "eth_getBlockByNumber", "eth_gasPrice", "eth_call"],
)  # fmt: skip
def test_garbage_is_refused_and_nothing_is_lost(
    shared_world: World, method: str, answer: Any
) -> None:
    world = shared_world
    outbox = MemoryOutbox()
    faulty = FaultTransport(world.transport)
    faulty.plan[method] = [lambda *asked: answer]
    head = world.reader.head(CREDENTIAL)
    size = head.size + 1
    try:
        worlds.anchor(world.send_with(faulty, outbox), head, size)
    except Refusal as refused:
        assert refused.code in ("node-garbage", "wrong-chain")
    assert worlds.anchor(world.send_with(outbox=outbox), head, size).status
    after = world.reader.head(CREDENTIAL)
    assert (after.seq, after.size) == (head.seq + 1, size)


def test_one_sender_per_account(world: World) -> None:
    outbox = MemoryOutbox()
    sender = world.send_with(outbox=outbox)
    with sender.locked(), sender.locked(), pytest.raises(CouldNotLook) as busy:  # noqa: SIM117
        with outbox.account_lock(0.01):
            pass
    assert busy.value.code == "account-busy"
    with outbox.account_lock(0.01):
        pass


def test_a_chain_with_a_price() -> None:
    """Anvil as it comes has a base fee: the account pays, or is told that it cannot."""
    with worlds.anvil() as (transport, chain_id):
        rich = worlds.account()
        transport.request("anvil_setBalance", [rich.address, hex(10**20)])
        priced = World(transport, chain_id, rich)
        priced.admit()
        assert priced.anchor(10).status
        poor = priced.send_with(outbox=MemoryOutbox(), who=worlds.account("poor"))
        data = encode(RECORD_LOG, "head", (CREDENTIAL,))
        with pytest.raises(NotAllowed) as refused:
            poor.send("x", priced.contracts.record_log, data)
        assert refused.value.code == "account-without-funds"


def test_depth_waits_for_blocks_on_top() -> None:
    with worlds.anvil("--gas-price", "0", "--base-fee", "0") as (transport, chain_id):
        deep = World(transport, chain_id, worlds.account())
        deep.admit()
        pauses: list[float] = []

        def mine_instead(seconds: float) -> None:
            pauses.append(seconds)
            transport.request("evm_mine", [])

        sender = Sender(
            deep.reader, deep.founder, MemoryOutbox(), depth=2, patience=5.0, sleep=mine_instead
        )
        receipt = deep.anchor(10, sender)
        assert deep.reader.block().number >= receipt.block + 2
        assert len(pauses) >= 2


def test_another_root_under_the_same_purpose_is_an_alarm(world: World) -> None:
    """The row that lives anchored this size with another root: told, not hidden."""
    outbox = MemoryOutbox()
    head = world.reader.head(CREDENTIAL)
    faulty = FaultTransport(world.transport)
    faulty.plan["eth_sendRawTransaction"] = ["applied-lost"]
    with pytest.raises(CouldNotLook):
        worlds.anchor(world.send_with(faulty, outbox), head, 5)
    with pytest.raises(NotAllowed) as alarm:
        world.send_with(outbox=outbox).anchor(
            "credential", CREDENTIAL, head, 5, root(LEAVES[1:6]), []
        )
    assert alarm.value.code == "head-moved"
