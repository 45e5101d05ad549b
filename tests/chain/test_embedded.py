"""The embedded chain's JSON-RPC: forms, time, logs by index, proofs, errors."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak
from eth_keys.main import KeyAPI
from trie.hexary import HexaryTrie

from ledger.chain.abi import encode, selector, topic
from ledger.chain.artifacts import COUNCIL, RECORD_LOG
from ledger.chain.embedded.chain import EmbeddedChain
from ledger.chain.embedded.engine import GenesisSpec
from ledger.chain.jsonrpc import MAX_BODY
from ledger.chain.transport import LocalTransport
from tests.chain import worlds
from tests.chain.worlds import CREDENTIAL, World, rpc

ANCHORED = topic(RECORD_LOG, "Anchored")


class HandClock:
    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock(2_000_000_000)


@pytest.fixture
def chain(clock: HandClock) -> Iterator[EmbeddedChain]:
    found = EmbeddedChain.in_memory(GenesisSpec(2**24 + 5, 2_000_000_000), clock)
    yield found
    found.close()


@pytest.fixture(scope="module")
def anchored() -> Iterator[tuple[World, EmbeddedChain]]:
    """A world with five anchors."""
    with worlds.embedded_in_process() as (transport, chain_id):
        world = World(transport, chain_id, worlds.account())
        world.admit()
        for size in (1, 2, 5, 9, 40):
            world.anchor(size)
        assert isinstance(transport, LocalTransport)
        yield world, transport.chain


def signed(chain: EmbeddedChain, nonce: int, **other: Any) -> str:
    who = worlds.account("sender")
    fields = {"chainId": chain.chain_id, "nonce": nonce, "to": who.address, "value": 0,
              "gas": 30_000, "gasPrice": 0, "data": "0x"} | other  # fmt: skip
    return "0x" + who.sign_transaction(fields)[0].hex()


# ---------------------------------------------------------------------- time


def test_blocks_may_share_a_second_and_never_run_ahead(
    chain: EmbeddedChain, clock: HandClock
) -> None:
    times = []
    for nonce in range(5):
        clock.now += nonce // 3
        rpc(chain, "eth_sendRawTransaction", signed(chain, nonce))
        times.append(int(rpc(chain, "eth_getBlockByNumber", "latest", False)["timestamp"], 16))
    start = 2_000_000_000
    assert times == [start, start, start, start + 1, start + 2]


def test_time_does_not_go_back_with_the_clock(chain: EmbeddedChain, clock: HandClock) -> None:
    clock.now += 10
    rpc(chain, "eth_sendRawTransaction", signed(chain, 0))
    clock.now -= 500
    rpc(chain, "eth_sendRawTransaction", signed(chain, 1))
    first, second = (rpc(chain, "eth_getBlockByNumber", hex(at), False) for at in (1, 2))
    assert first["timestamp"] == second["timestamp"]


def test_a_call_on_pending_sees_the_clock(chain: EmbeddedChain, clock: HandClock) -> None:
    clock.now += 77
    # TIMESTAMP PUSH1 0 MSTORE PUSH1 32 PUSH1 0 RETURN, run as creation code.
    code = {"data": "0x4260005260206000f3"}
    assert int(rpc(chain, "eth_call", code, "pending"), 16) == clock.now
    assert int(rpc(chain, "eth_call", code, "latest"), 16) == 2_000_000_000


def test_the_price_stays_zero_after_a_full_block(chain: EmbeddedChain) -> None:
    # An endless loop burns all the gas it gets: JUMPDEST PUSH1 0 JUMP.
    raw = signed(chain, 0, to=None, data="0x5b600056", gas=600_000)
    assert rpc(chain, "eth_sendRawTransaction", raw).startswith("0x")
    assert rpc(chain, "eth_getBlockByNumber", "latest", False)["baseFeePerGas"] == "0x0"
    assert rpc(chain, "eth_gasPrice") == "0x0"
    receipt = rpc(chain, "eth_getTransactionReceipt", "0x" + keccak(bytes.fromhex(raw[2:])).hex())
    assert receipt["status"] == "0x0"
    assert receipt["gasUsed"] == hex(600_000)


# ---------------------------------------------------------------------- transactions refused


def code_of(answer: Any) -> int:
    assert isinstance(answer, dict)
    return int(answer["code"])


def test_what_is_not_next_is_refused(chain: EmbeddedChain) -> None:
    first = signed(chain, 0)
    assert isinstance(rpc(chain, "eth_sendRawTransaction", first), str)
    for raw, words in (
        (first, "already known"),
        (signed(chain, 0, data="0x01"), "nonce too low"),
        (signed(chain, 5), "nonce too high"),
        (signed(chain, 1, chainId=chain.chain_id + 1), "wrong chain id"),
        (signed(chain, 1, gas=100), "invalid transaction"),
        (signed(chain, 1, gas=10**9 + 1), "exceeds block gas limit"),
        (signed(chain, 1, gasPrice=1), "insufficient funds"),
        (signed(chain, 1, value=1), "insufficient funds"),
    ):
        answer = rpc(chain, "eth_sendRawTransaction", raw)
        assert (code_of(answer), words in answer["message"]) == (-32000, True), answer
    assert rpc(chain, "eth_blockNumber") == "0x1"


def test_a_transaction_without_replay_protection_is_refused(chain: EmbeddedChain) -> None:
    key = KeyAPI().PrivateKey(bytes(31) + b"\x01")
    parts = [b"", b"", (30_000).to_bytes(2, "big"), bytes(20), b"", b""]
    signature = key.sign_msg(rlp.encode(parts))
    v, r, s = signature.vrs
    raw = rlp.encode([*parts, v + 27, r, s])
    assert (
        "wrong chain id: None" in rpc(chain, "eth_sendRawTransaction", "0x" + raw.hex())["message"]
    )


def test_types_one_and_two_are_taken(chain: EmbeddedChain) -> None:
    dynamic = {"type": 2, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "gasPrice": None}
    who = worlds.account("sender")
    fields = {"chainId": chain.chain_id, "nonce": 0, "to": who.address, "value": 0, "gas": 30_000,
              "data": "0x"} | {k: v for k, v in dynamic.items() if v is not None}  # fmt: skip
    raw, tx = who.sign_transaction(fields)
    assert rpc(chain, "eth_sendRawTransaction", "0x" + raw.hex()) == tx
    assert rpc(chain, "eth_getTransactionByHash", tx)["type"] == "0x2"
    assert rpc(chain, "eth_getTransactionReceipt", tx)["type"] == "0x2"
    access = signed(chain, 1, type=1, accessList=[{"address": who.address, "storageKeys": [1]}])
    tx = rpc(chain, "eth_sendRawTransaction", access)
    assert rpc(chain, "eth_getTransactionByHash", tx)["accessList"][0]["address"] == who.address


def test_any_bytes_as_a_transaction(chain: EmbeddedChain) -> None:
    rng = random.Random(1)
    good = bytes.fromhex(signed(chain, 0)[2:])
    for _ in range(300):
        raw = bytearray(good)
        for _ in range(rng.randint(1, 3)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        cut = bytes(raw[: rng.randint(0, len(raw))]) if rng.random() < 0.5 else bytes(raw)
        if cut == good:
            continue
        answer = rpc(chain, "eth_sendRawTransaction", "0x" + cut.hex())
        # A changed signature may recover to another account: that is a transaction of its own.
        assert isinstance(answer, str) or code_of(answer) == -32000


def test_a_storage_failure_leaves_the_chain_as_it_was(
    chain: EmbeddedChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(chain._engine.file, "commit", full)
        answer = rpc(chain, "eth_sendRawTransaction", signed(chain, 0))
        assert "disk is full" in answer["message"]
    assert rpc(chain, "eth_blockNumber") == "0x0"
    assert isinstance(rpc(chain, "eth_sendRawTransaction", signed(chain, 0)), str)
    assert rpc(chain, "eth_blockNumber") == "0x1"


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    chain = EmbeddedChain.open(tmp_path, worlds.genesis())
    sql = chain._engine.file._sql
    pages = sql.execute("PRAGMA page_count").fetchone()[0]
    sql.execute(f"PRAGMA max_page_count={pages + 2}")
    refused = None
    for nonce in range(100):
        answer = rpc(chain, "eth_sendRawTransaction", signed(chain, nonce, data="0x" + "ab" * 900,
                                                             gas=60_000))  # fmt: skip
        if not isinstance(answer, str):
            refused = answer
            break
    assert refused is not None
    assert (refused["code"], "full" in refused["message"]) == (-32603, True)
    head = rpc(chain, "eth_blockNumber")
    sql.execute("PRAGMA max_page_count=1000000")
    again = signed(chain, int(head, 16), data="0x" + "ab" * 900, gas=60_000)
    assert isinstance(rpc(chain, "eth_sendRawTransaction", again), str)
    chain.close()


# ---------------------------------------------------------------------- JSON-RPC itself


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700), (b"{", -32700), (b"\xff\xfe", -32700), (b"[" * 100_000, -32700),
        (b"1", -32600), (b"null", -32600), (b"[]", -32600), (b'"x"', -32600),
        (b'{"id":1}', -32600), (b'{"id":1,"method":5}', -32600),
        (b'{"id":{},"method":"eth_chainId"}', -32600), (b'{"id":1,"method":"nope"}', -32601),
        (b'{"id":1,"method":"eth_accounts","params":{}}', -32602),
        (b'{"id":1,"method":"eth_accounts","params":[1]}', -32602),
        (b'{"id":1,"method":"eth_call","params":[]}', -32602),
        (b'{"id":1,"method":"eth_call","params":[{"to":"0x12"}]}', -32602),
        (b'{"id":1,"method":"eth_call","params":[{},"0xffffff"]}', -32000),
        (b'{"id":1,"method":"eth_call","params":[{},"soon"]}', -32602),
        (b'{"id":1,"method":"eth_getLogs","params":[{"topics":[[[]]]}]}', -32602),
        (b'{"id":1,"method":"eth_getBlockByNumber","params":[1]}', -32602),
        (b'{"id":1,"method":"eth_getProof","params":["0x","0x"]}', -32602),
        (b" " * (MAX_BODY + 1), -32600),
    ],
)  # fmt: skip
def test_garbage_gets_a_json_rpc_error(chain: EmbeddedChain, body: bytes, code: int) -> None:
    assert json.loads(chain.handle_http(body))["error"]["code"] == code


def test_batches_and_notifications(chain: EmbeddedChain) -> None:
    body = b'[{"id":1,"method":"eth_chainId"},{"method":"eth_chainId"},7,{"id":"b","method":"x"}]'
    answers = json.loads(chain.handle_http(body))
    assert [one["id"] for one in answers] == [1, None, "b"]
    assert chain.handle_http(b'{"method":"eth_chainId"}') == b""
    assert chain.handle_http(b'[{"method":"eth_chainId"}]') == b""
    many = json.dumps([{"id": 1, "method": "eth_chainId"}] * 1001).encode()
    assert json.loads(chain.handle_http(many))["error"]["code"] == -32600


def test_every_method_survives_random_parameters(anchored: tuple[World, EmbeddedChain]) -> None:
    world, chain = anchored
    rng = random.Random(5)
    pool: list[Any] = [
        None, True, 0, -1, 2**300, 1.5, "", "0x", "0x0", "0x1", "0xff", "latest", "pending",
        "earliest", "safe", "0x" + "0" * 63 + "1", world.contracts.record_log, [], {}, ["0x0"],
        {"to": world.contracts.council}, {"address": [world.contracts.council]},
        {"blockHash": "0x" + "00" * 32}, {"fromBlock": "earliest", "topics": [None, []]},
        {"blockNumber": "0x1"}, {"from": None, "data": "0xzz"}, "\ud800",
    ]  # fmt: skip
    for method in chain._methods:
        for _ in range(60):
            given = [rng.choice(pool) for _ in range(rng.randint(0, 4))]
            answer = rpc(chain, method, *given)
            if isinstance(answer, dict) and "code" in answer and "message" in answer:
                assert answer["code"] != -32603, (method, given, answer)


# ---------------------------------------------------------------------- blocks and receipts


def test_blocks_by_number_hash_and_tag(anchored: tuple[World, EmbeddedChain]) -> None:
    _, chain = anchored
    latest = rpc(chain, "eth_getBlockByNumber", "latest", True)
    for tag in ("safe", "finalized", "pending", latest["number"]):
        assert rpc(chain, "eth_getBlockByNumber", tag, True) == latest
    assert rpc(chain, "eth_getBlockByHash", latest["hash"], True) == latest
    assert rpc(chain, "eth_getBlockByNumber", "earliest", False)["number"] == "0x0"
    assert rpc(chain, "eth_getBlockByNumber", "0xffff", False) is None
    assert rpc(chain, "eth_getBlockByHash", "0x" + "22" * 32, False) is None
    short = rpc(chain, "eth_getBlockByNumber", "latest", False)
    assert short["transactions"] == [one["hash"] for one in latest["transactions"]]


def test_unknown_transactions_are_null(chain: EmbeddedChain) -> None:
    for method in ("eth_getTransactionByHash", "eth_getTransactionReceipt"):
        assert rpc(chain, method, "0x" + "33" * 32) is None


def test_state_at_earlier_blocks(anchored: tuple[World, EmbeddedChain]) -> None:
    world, chain = anchored
    head = int(rpc(chain, "eth_blockNumber"), 16)
    data = "0x" + (selector(RECORD_LOG, "head") + CREDENTIAL).hex()
    call = {"to": world.contracts.record_log, "data": data}
    sizes = [
        int(rpc(chain, "eth_call", call, hex(at))[:66], 16) for at in range(head - 4, head + 1)
    ]
    assert sizes == [1, 2, 5, 9, 40]
    block_hash = rpc(chain, "eth_getBlockByNumber", hex(head - 1), False)["hash"]
    by_hash = rpc(chain, "eth_call", call, {"blockHash": block_hash})
    assert int(by_hash[:66], 16) == 9
    account = world.founder.address
    assert rpc(chain, "eth_getTransactionCount", account, "earliest") == "0x0"
    assert rpc(chain, "eth_getCode", world.contracts.council, "earliest") == "0x"


def test_reverts_are_code_three_with_data(anchored: tuple[World, EmbeddedChain]) -> None:
    world, chain = anchored
    data = encode(COUNCIL, "addMember", (world.founder.address, 1))
    call = {"to": world.contracts.council, "data": "0x" + data.hex()}
    for method in ("eth_call", "eth_estimateGas"):
        answer = rpc(chain, method, call)
        assert answer["code"] == 3
        assert answer["data"].startswith("0xa19dbf00")  # OnlySelf(address)


def test_an_estimate_suffices_and_is_close(anchored: tuple[World, EmbeddedChain]) -> None:
    world, chain = anchored
    receipt = world.anchor(77)
    found = rpc(chain, "eth_getTransactionByHash", receipt.tx)
    call = {"from": found["from"], "to": found["to"], "data": found["input"]}
    before = hex(receipt.block - 1)
    estimate = int(rpc(chain, "eth_estimateGas", call, before), 16)
    assert receipt.gas <= estimate <= receipt.gas * 1.2


# ---------------------------------------------------------------------- logs


def matches(log: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """The filter's meaning, spelt out."""
    address = wanted.get("address")
    listed: list[str] = address if isinstance(address, list) else [address or ""]
    if address and log["address"].lower() not in [one.lower() for one in listed]:
        return False
    topics = wanted.get("topics") or []
    if len(topics) > len(log["topics"]):
        return False
    for given, found in zip(topics, log["topics"], strict=False):
        options = given if isinstance(given, list) else [given]
        if given and found not in options:
            return False
    return True


def test_logs_equal_a_scan(anchored: tuple[World, EmbeddedChain]) -> None:
    world, chain = anchored
    everything = rpc(chain, "eth_getLogs", {"fromBlock": "earliest", "toBlock": "latest"})
    by_scan = []
    for number in range(int(rpc(chain, "eth_blockNumber"), 16) + 1):
        for tx in rpc(chain, "eth_getBlockByNumber", hex(number), False)["transactions"]:
            by_scan += rpc(chain, "eth_getTransactionReceipt", tx)["logs"]
    assert everything == by_scan
    stream = "0x" + CREDENTIAL.hex()
    ours = world.contracts
    filters: list[dict[str, Any]] = [
        {"address": ours.record_log},
        {"address": ours.record_log.lower()},
        {"address": [ours.council, ours.registry]},
        {"topics": [ANCHORED]},
        {"topics": [None, stream]},
        {"topics": [[ANCHORED, "0x" + "44" * 32], stream, None]},
        {"topics": [ANCHORED, stream, "0x" + "00" * 31 + "02"]},
        {"topics": [None, None, None, None]},
        {"topics": []},
        {"address": ours.council, "topics": [ANCHORED]},
    ]
    for wanted in filters:
        found = rpc(chain, "eth_getLogs", {"fromBlock": "0x0", **wanted})
        assert found == [log for log in everything if matches(log, wanted)], wanted
    assert [int(log["topics"][2], 16) for log in rpc(
        chain, "eth_getLogs", {"fromBlock": "0x0", "topics": [ANCHORED, stream]}
    )][:5] == [1, 2, 3, 4, 5]  # fmt: skip


def test_log_ranges(anchored: tuple[World, EmbeddedChain]) -> None:
    _, chain = anchored
    everything = rpc(chain, "eth_getLogs", {"fromBlock": "0x0"})
    last = everything[-1]
    number, block_hash = last["blockNumber"], last["blockHash"]
    one = rpc(chain, "eth_getLogs", {"fromBlock": number, "toBlock": number})
    assert one == rpc(chain, "eth_getLogs", {"blockHash": block_hash})
    assert one == [log for log in everything if log["blockHash"] == block_hash]
    assert rpc(chain, "eth_getLogs", {"fromBlock": "0xfffff", "toBlock": "0xffffff"}) == []
    assert (
        rpc(chain, "eth_getLogs", {"fromBlock": "0x" + "f" * 64, "toBlock": "0x" + "f" * 64}) == []
    )
    assert rpc(chain, "eth_getLogs", {"fromBlock": "0x3", "toBlock": "0x2"})["code"] == -32602
    assert rpc(chain, "eth_getLogs", {"blockHash": "0x" + "55" * 32})["code"] == -32000


def test_look_ups_do_not_scan(chain: EmbeddedChain) -> None:
    for nonce in range(300):
        rpc(chain, "eth_sendRawTransaction", signed(chain, nonce))
    plan = chain._engine.file.rows
    queries = {
        "SELECT * FROM log WHERE block BETWEEN 0 AND 9 AND address IN (x'00')": "log_by_address",
        "SELECT * FROM log WHERE block BETWEEN 0 AND 9 AND topic1 IN (x'00')": "log_by_topic1",
        "SELECT * FROM tx WHERE hash=x'00'": "PRIMARY KEY",
        "SELECT hash, raw FROM tx WHERE block=5 ORDER BY position": "tx_by_block",
    }
    for query, index in queries.items():
        steps = " ".join(str(row) for row in plan(f"EXPLAIN QUERY PLAN {query}"))
        assert "SCAN" not in steps
        assert index in steps, steps
    started = time.perf_counter()
    for _ in range(20):
        rpc(chain, "eth_getLogs", {"fromBlock": "0x0", "topics": [ANCHORED]})
    assert time.perf_counter() - started < 1.0


# ---------------------------------------------------------------------- proofs


def from_proof(root: bytes, key: bytes, nodes: list[Any]) -> bytes:
    trie: Any = HexaryTrie
    return bytes(trie.get_from_proof(root, key, nodes))


def test_proofs_hold_against_the_state_root(anchored: tuple[World, EmbeddedChain]) -> None:
    world, chain = anchored
    slot = keccak(CREDENTIAL + bytes(32))
    keys_asked = ["0x" + slot.hex(), hex(int.from_bytes(slot, "big") + 1), "0x" + "66" * 32]
    found = rpc(chain, "eth_getProof", world.contracts.record_log, keys_asked, "latest")
    root = bytes.fromhex(rpc(chain, "eth_getBlockByNumber", "latest", False)["stateRoot"][2:])
    nodes = [rlp.decode(bytes.fromhex(one[2:])) for one in found["accountProof"]]
    address = bytes.fromhex(world.contracts.record_log[2:])
    account = rlp.decode(from_proof(root, keccak(address), nodes))
    assert "0x" + account[2].hex() == found["storageHash"]
    code = bytes.fromhex(rpc(chain, "eth_getCode", world.contracts.record_log, "latest")[2:])
    assert account[3] == keccak(code)
    values = []
    for one, key in zip(found["storageProof"], keys_asked, strict=True):
        hashed = keccak(int(key, 16).to_bytes(32, "big"))
        proof = [rlp.decode(bytes.fromhex(node[2:])) for node in one["proof"]]
        value = from_proof(account[2], hashed, proof)
        values.append(int.from_bytes(rlp.decode(value), "big") if value else 0)
        assert int(one["value"], 16) == values[-1]
        stored = rpc(chain, "eth_getStorageAt", world.contracts.record_log, key, "latest")
        assert int(stored, 16) == values[-1]
    head = world.reader.head(CREDENTIAL)
    assert values[0] & (2**64 - 1) == head.size
    assert values[1] == int.from_bytes(head.root, "big")
    assert values[2] == 0


def test_proof_of_an_account_that_is_not_there(chain: EmbeddedChain) -> None:
    found = rpc(chain, "eth_getProof", "0x" + "77" * 20, ["0x0"], "latest")
    assert (found["nonce"], found["balance"], found["storageProof"][0]["value"]) == ("0x0",) * 3


def test_fees_and_the_rest(chain: EmbeddedChain) -> None:
    assert rpc(chain, "web3_clientVersion").startswith("xuezheng-embedded/")
    assert rpc(chain, "net_version") == str(chain.chain_id)
    assert rpc(chain, "eth_accounts") == []
    assert rpc(chain, "eth_syncing") is False
    history = rpc(chain, "eth_feeHistory", "0x5", "latest", [10, 50])
    assert history["baseFeePerGas"] == ["0x0", "0x0"]
    assert history["reward"] == [["0x0", "0x0"]]


def test_the_genesis_hash_names_the_chain(clock: HandClock) -> None:
    hashes = set()
    for chain_id in (2**24, 2**24 + 1):
        one = EmbeddedChain.in_memory(GenesisSpec(chain_id, 5), clock)
        hashes.add(rpc(one, "eth_getBlockByNumber", "0x0", False)["hash"])
        one.close()
    assert len(hashes) == 2


def test_a_contract_that_calls_itself_for_ever_is_no_crash(chain: EmbeddedChain) -> None:
    """Runtime: CALL itself with all gas. The frames end long before the gas does."""
    runtime = "600060006000600060003061ffff5a03f100"
    size = len(runtime) // 2
    creation = f"0x60{size:02x}600c60003960{size:02x}6000f3{runtime}"
    tx = rpc(chain, "eth_sendRawTransaction", signed(chain, 0, to=None, data=creation, gas=200_000))
    contract = rpc(chain, "eth_getTransactionReceipt", tx)["contractAddress"]
    call = {"to": contract, "gas": hex(900_000_000)}
    answer = rpc(chain, "eth_call", call)
    assert isinstance(answer, str) or answer["code"] in (-32603, -32000)
    rpc(chain, "eth_sendRawTransaction", signed(chain, 1, to=contract, gas=900_000_000))
    assert isinstance(rpc(chain, "eth_sendRawTransaction", signed(chain, 1, data="0x01")), str)
