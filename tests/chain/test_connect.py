"""Finding the chain of a folder, and the gateway in front of a node."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.connect import home_chain
from ledger.chain.embedded.chain import EmbeddedChain
from ledger.chain.embedded.server import ChainServer
from ledger.chain.gateway import Gateway
from ledger.chain.node import Node
from ledger.chain.transport import HttpTransport, LocalTransport
from ledger.errors import CouldNotLook
from tests.chain import worlds


def test_a_folder_nobody_serves_is_opened_here(tmp_path: Path) -> None:
    with pytest.raises(CouldNotLook), home_chain(tmp_path):
        pass
    with home_chain(tmp_path, worlds.genesis()) as transport:
        assert isinstance(transport, LocalTransport)
        chain_id = Node(transport).chain_id()
    with home_chain(tmp_path) as transport:
        assert Node(transport).chain_id() == chain_id


def test_a_served_folder_is_asked_by_http(tmp_path: Path) -> None:
    chain = EmbeddedChain.open(tmp_path, worlds.genesis())
    server = ChainServer(chain, directory=tmp_path)
    server.start()
    with home_chain(tmp_path) as transport:
        assert isinstance(transport, HttpTransport)
        assert Node(transport).chain_id() == chain.chain_id
    server.stop()
    chain.close()


def test_a_left_over_address_is_not_believed(tmp_path: Path) -> None:
    with home_chain(tmp_path, worlds.genesis()):
        pass
    stale = {"url": f"http://127.0.0.1:{worlds.free_port()}", "pid": 1, "chain_id": 5}
    (tmp_path / "chain.json").write_text(json.dumps(stale))
    with home_chain(tmp_path) as transport:
        assert isinstance(transport, LocalTransport)
    with worlds.embedded_served() as (other, _):
        stale["url"] = other.url
        (tmp_path / "chain.json").write_text(json.dumps(stale))
        with home_chain(tmp_path) as transport:
            assert isinstance(transport, LocalTransport)


def test_it_waits_for_whoever_holds_the_file(tmp_path: Path) -> None:
    holder = EmbeddedChain.open(tmp_path, worlds.genesis())
    with pytest.raises(CouldNotLook) as busy, home_chain(tmp_path, wait=0.2):
        pass
    assert busy.value.code == "chain-in-use"
    timer = threading.Timer(0.3, holder.close)
    timer.start()
    with home_chain(tmp_path, wait=10) as transport:
        assert Node(transport).chain_id() == holder.chain_id
    timer.join()


def ask(gateway: Gateway, method: str, *params: Any) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return json.loads(gateway.handle_http(json.dumps(request).encode()))


def test_the_gateway_passes_reads_only() -> None:
    with worlds.embedded_served() as (transport, chain_id):
        closed, opened = Gateway(transport), Gateway(transport, raw_transactions=True)
        assert ask(closed, "eth_chainId")["result"] == hex(chain_id)
        assert ask(closed, "eth_call", {}, "0xffff")["error"]["code"] == -32000
        for method in ("eth_sendRawTransaction", "anvil_setBalance", "debug_setHead"):
            assert ask(closed, method, "0x")["error"]["code"] == -32601
        assert ask(opened, "eth_sendRawTransaction", "0x")["error"]["code"] == -32000
    down = ask(closed, "eth_chainId")["error"]
    assert down["code"] == -32000
    assert "node-unreachable" in down["message"]
