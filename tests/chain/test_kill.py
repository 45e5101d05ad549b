"""The served chain killed with SIGKILL at random moments, stopped, and shared badly."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.embedded.chain import EmbeddedChain
from ledger.chain.node import Node
from ledger.chain.served import read_served
from ledger.chain.transport import HttpTransport
from ledger.errors import CouldNotLook
from tests.chain import worlds

KILLS = 10


@contextmanager
def served(directory: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chain.served", str(directory)],
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        yield process, url
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def transfer(account: worlds.LocalAccount, chain_id: int, nonce: int) -> tuple[str, str]:
    fields = {"chainId": chain_id, "nonce": nonce, "to": account.address, "value": 0,
              "gas": 21_000 + 16, "gasPrice": 0, "data": "0x01"}  # fmt: skip
    raw, tx = account.sign_transaction(fields)
    return "0x" + raw.hex(), tx


def send_until_cut(url: str, account: worlds.LocalAccount, known: dict[int, str]) -> None:
    """Sends one transfer after the other; `known` gets those that the chain acknowledged."""
    transport = HttpTransport(url)
    node = Node(transport)
    try:
        nonce = node.nonce(account.address)
        while True:
            raw, tx = transfer(account, node.chain_id(), nonce)
            transport.request("eth_sendRawTransaction", [raw])
            known[nonce] = tx
            nonce += 1
    except CouldNotLook:
        transport.close()


def test_kill_nine_loses_nothing_acknowledged(tmp_path: Path) -> None:
    account = worlds.account("killer")
    known: dict[int, str] = {}
    rng = random.Random(7)
    for _ in range(KILLS):
        with served(tmp_path) as (process, url):
            writer = threading.Thread(target=send_until_cut, args=(url, account, known))
            before = len(known)
            writer.start()
            worlds.wait_for(lambda seen=before: len(known) > seen, 30)  # type: ignore[misc]
            time.sleep(rng.random() * 0.25)
            process.send_signal(signal.SIGKILL)
            writer.join(30)
            assert not writer.is_alive()
    chain = EmbeddedChain.open(tmp_path)
    try:
        require_whole(chain, account, known)
    finally:
        chain.close()


def require_whole(
    chain: EmbeddedChain, account: worlds.LocalAccount, known: dict[int, str]
) -> None:
    """Every acknowledged transaction is there, and the chain links from head to genesis."""
    assert len(known) >= KILLS
    head = int(worlds.rpc(chain, "eth_blockNumber"), 16)
    nonce = int(worlds.rpc(chain, "eth_getTransactionCount", account.address, "latest"), 16)
    # One more than acknowledged at most, per kill: mined, and the answer was cut.
    assert nonce == head
    assert max(known) < nonce <= len(known) + KILLS
    for tx in known.values():
        assert worlds.rpc(chain, "eth_getTransactionReceipt", tx)["status"] == "0x1"
    parent = "0x" + "00" * 32
    seconds = 0
    for number in range(head + 1):
        block = worlds.rpc(chain, "eth_getBlockByNumber", hex(number), True)
        assert block["parentHash"] == parent
        assert len(block["transactions"]) == (1 if number else 0)
        assert seconds <= int(block["timestamp"], 16) <= time.time()
        parent, seconds = block["hash"], int(block["timestamp"], 16)


def test_a_clean_stop_and_what_others_find(tmp_path: Path) -> None:
    with served(tmp_path) as (process, url):
        found = read_served(tmp_path)
        assert found is not None
        assert (found["url"], found["pid"]) == (url, process.pid)
        assert Node(HttpTransport(url)).chain_id() == found["chain_id"]
        with pytest.raises(CouldNotLook) as refused:
            EmbeddedChain.open(tmp_path)
        assert refused.value.code == "chain-in-use"
        assert str(process.pid) in refused.value.detail["holder"]
        started = time.monotonic()
        with pytest.raises(CouldNotLook):
            EmbeddedChain.open(tmp_path, wait=0.3)
        assert time.monotonic() - started >= 0.3
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert not (tmp_path / "chain.json").exists()
    EmbeddedChain.open(tmp_path).close()


def test_a_waiting_opener_gets_its_turn(tmp_path: Path) -> None:
    first = EmbeddedChain.open(tmp_path, worlds.genesis())
    timer = threading.Timer(0.3, first.close)
    timer.start()
    second = EmbeddedChain.open(tmp_path, wait=10)
    assert second.chain_id == first.chain_id
    second.close()
    timer.join()


def test_a_stale_chain_json_is_no_chain(tmp_path: Path) -> None:
    assert read_served(tmp_path) is None
    (tmp_path / "chain.json").write_text("{")
    assert read_served(tmp_path) is None
    (tmp_path / "chain.json").write_text(json.dumps({"url": 5}))
    assert read_served(tmp_path) is None
    with pytest.raises(CouldNotLook) as refused:
        EmbeddedChain.open(tmp_path)
    assert refused.value.code == "no-chain-here"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "chain.sqlite").write_bytes(b"not a database at all" * 500)
    for _ in range(2):
        with pytest.raises(CouldNotLook) as refused:
            EmbeddedChain.open(tmp_path)
        assert refused.value.code == "chain-storage"


def test_the_chain_goes_on_after_a_restart(tmp_path: Path) -> None:
    account = worlds.account("restart")
    chain = EmbeddedChain.open(tmp_path, worlds.genesis())
    sent: list[Any] = []
    for nonce in range(3):
        raw, tx = transfer(account, chain.chain_id, nonce)
        assert worlds.rpc(chain, "eth_sendRawTransaction", raw) == tx
        sent.append(worlds.rpc(chain, "eth_getTransactionReceipt", tx))
    chain.close()
    again = EmbeddedChain.open(tmp_path, worlds.genesis())
    for receipt in sent:
        tx = receipt["transactionHash"]
        assert worlds.rpc(again, "eth_getTransactionReceipt", tx) == receipt
    again.close()
