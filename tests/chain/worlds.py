"""Chains to test on, an institution to test with, and a wire that fails on purpose."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eth_account import Account as EthAccount

from ledger.chain.deploy import deploy
from ledger.chain.embedded.chain import EmbeddedChain
from ledger.chain.embedded.engine import GenesisSpec
from ledger.chain.embedded.server import ChainServer
from ledger.chain.jsonrpc import RpcError
from ledger.chain.node import Node
from ledger.chain.reader import NodeReader
from ledger.chain.registrar import ChainRegistrar
from ledger.chain.sender import Sender
from ledger.chain.transport import HttpTransport, LocalTransport, Transport
from ledger.core.merkle import consistency_path, leaf_hash, root
from ledger.errors import CouldNotLook
from ledger.memory import MemoryOutbox
from ledger.ports import Change, Contracts, Head, Outbox, Receipt

ANVIL = Path(__file__).parents[2] / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
DOMAIN = "north.example"
CREDENTIAL = hashlib.sha256(f"{DOMAIN}/credential".encode()).digest()
STATUS = hashlib.sha256(f"{DOMAIN}/status".encode()).digest()
PUBLIC_KEYS = [hashlib.sha256(b"key %d" % number).digest() for number in range(4)]
FOR_EVER = 2**63
ALL_KINDS = 0x3E
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(600)]


class LocalAccount:
    """`ports.Account` from 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._account = EthAccount.from_key(secret)

    @property
    def address(self) -> str:
        return str(self._account.address)

    def sign_transaction(self, fields: dict[str, Any]) -> tuple[bytes, str]:
        signed = self._account.sign_transaction(fields)
        return bytes(signed.raw_transaction), "0x" + bytes(signed.hash).hex()


def account(name: str = "north") -> LocalAccount:
    return LocalAccount(hashlib.sha256(name.encode()).digest())


class Crash(BaseException):
    """The process dies here."""


class FaultTransport:
    """A wire on which chosen questions fail: before the node hears them, or after it did them.

    `plan[method]` is a list of outcomes, used up one per question: "ok", "lost" (not applied, no
    answer), "applied-lost" (applied, no answer), "refused" (not applied, an error answered),
    "applied-refused", "crash", "applied-crash", or a function of (method, params, inner).
    """

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.plan: dict[str, list[Any]] = {}
        self.asked: list[tuple[str, list[Any]]] = []

    @property
    def url(self) -> str:
        return self.inner.url

    def request(self, method: str, params: list[Any]) -> Any:
        self.asked.append((method, params))
        steps = self.plan.get(method)
        step = steps.pop(0) if steps else "ok"
        if callable(step):
            return step(method, params, self.inner)
        if step == "ok":
            return self.inner.request(method, params)
        if step.startswith("applied"):
            self.inner.request(method, params)
        if step.endswith("lost"):
            raise CouldNotLook("node-unreachable", url=self.url, why="cut")
        if step.endswith("refused"):
            raise RpcError(-32000, "something went wrong")
        raise Crash(method)

    def sent(self) -> list[str]:
        """Raw transactions that were sent, in order."""
        return [params[0] for method, params in self.asked if method == "eth_sendRawTransaction"]


class World:
    """A chain with our contracts and one admitted, accredited institution."""

    def __init__(self, transport: Transport, chain_id: int, founder: LocalAccount) -> None:
        self.transport = transport
        self.chain_id = chain_id
        self.founder = founder
        self.outbox = MemoryOutbox()
        bare = NodeReader(transport, None, chain_id)
        self.contracts: Contracts = deploy(
            Sender(bare, founder, self.outbox), founder.address, entropy
        )
        self.reader = self.read()
        self.sender = self.send_with()
        self.registrar = ChainRegistrar(self.sender)

    def read(self, transport: Transport | None = None) -> NodeReader:
        return NodeReader(transport or self.transport, self.contracts, self.chain_id)

    def send_with(
        self,
        transport: Transport | None = None,
        outbox: Outbox | None = None,
        who: LocalAccount | None = None,
        patience: float = 5.0,
    ) -> Sender:
        return Sender(
            self.read(transport), who or self.founder, outbox or self.outbox, patience=patience
        )

    def admit(self) -> None:
        """The founder's institution, with one key of each purpose, accredited for everything."""
        keys = [(key, purpose + 1, 1) for purpose, key in enumerate(PUBLIC_KEYS)]
        self.registrar.submit_application(
            "north", DOMAIN, "北方大学", "North University", "http://127.0.0.1:1",
            "http://127.0.0.1:2", keys,
        )  # fmt: skip
        changes = [
            Change("admit", (1,)),
            Change("accredit", (1, ALL_KINDS, 2**256 - 1, 0, FOR_EVER)),
        ]
        proposed = self.registrar.propose(changes, FOR_EVER)
        assert proposed.executed

    def anchor(self, size: int, sender: Sender | None = None) -> Receipt:
        head = self.reader.head(CREDENTIAL)
        return anchor(sender or self.sender, head, size)


def anchor(sender: Sender, head: Head, size: int) -> Receipt:
    """Anchors the first `size` of LEAVES in the credential stream."""
    proof = consistency_path(LEAVES[:size], head.size) if head.size else []
    return sender.anchor("credential", CREDENTIAL, head, size, root(LEAVES[:size]), proof)


def events(reader: NodeReader, stream_id: bytes = CREDENTIAL) -> list[int]:
    """Sizes of all anchors of a stream, by its back links, oldest first."""
    head = reader.head(stream_id)
    seq, block, sizes = head.seq, head.block, []
    while seq:
        event = reader.anchored(stream_id, seq, block)
        assert event is not None
        sizes.append(event.size)
        seq, block = seq - 1, event.prev_block
    return sizes[::-1]


def entropy(size: int) -> bytes:
    return os.urandom(size)


def genesis() -> GenesisSpec:
    return GenesisSpec.random(os.urandom, int(time.time()) - 3600)


@contextmanager
def embedded_in_process() -> Iterator[tuple[Transport, int]]:
    chain = EmbeddedChain.in_memory(genesis())
    try:
        yield LocalTransport(chain), chain.chain_id
    finally:
        chain.close()


@contextmanager
def embedded_served() -> Iterator[tuple[Transport, int]]:
    chain = EmbeddedChain.in_memory(genesis())
    server = ChainServer(chain)
    transport = HttpTransport(server.start())
    try:
        yield transport, chain.chain_id
    finally:
        transport.close()
        server.stop()
        chain.close()


@contextmanager
def anvil(*options: str) -> Iterator[tuple[Transport, int]]:
    """Foundry's node, mining at once. Its binary comes with `npm ci`."""
    assert ANVIL.exists(), f"{ANVIL} is missing: run npm ci"
    port = free_port()
    command = [str(ANVIL), "--port", str(port), "--hardfork", "london", "--silent", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    transport = HttpTransport(f"http://127.0.0.1:{port}")
    try:
        wait_for(lambda: Node(transport).chain_id() > 0, 20)
        yield transport, Node(transport).chain_id()
    finally:
        transport.close()
        process.terminate()
        process.wait()


def wait_for(ready: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if ready():
                return
        except CouldNotLook:
            pass
        assert time.monotonic() < deadline, "not ready in time"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def rpc(chain: EmbeddedChain, method: str, *params: Any) -> Any:
    """One JSON-RPC question as bytes; the answer's result, or its error object."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    found = json.loads(chain.handle_http(json.dumps(request).encode()))
    return found["result"] if "result" in found else found["error"]
