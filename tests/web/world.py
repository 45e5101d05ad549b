"""An issuer and two nodes on loopback, over the real bytes of `tests.builders`.

What the nodes and the host answer is a `LedgerView`; tests start from the all-pass one and break
one thing at a time.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ledger.core.lookup import Bucket, format_bucket, in_bucket
from ledger.core.registry import Block, Head
from ledger.core.streams import stream_id
from ledger.core.tiles import pack_entries
from ledger.core.trust import Contract, Node, TrustBundle, format_trust
from ledger.core.view import AnchorFacts, InstitutionFacts, LedgerView
from tests import builders

ARTIFACTS = Path(__file__).parents[2] / "ledger" / "chain" / "artifacts"
NO_CUT_OFF = 2**64 - 1
CREDENTIAL, STATUS = stream_id("xzu.edu.cn/credential"), stream_id("xzu.edu.cn/status")
CODES = {"council": b"\x60\x01", "registry": b"\x60\x02", "record_log": b"\x60\x03"}
MEMBERS = ("XZU", "HHU")


@dataclass
class World:
    """`view` is the truth on chain and at the host; the rest are ways to misbehave."""

    paper: builders.Paper = field(default_factory=builders.make_paper)
    view: LedgerView = field(init=False)
    down: set[str] = field(default_factory=set)
    """Nodes that do not answer, by member."""
    lying: set[str] = field(default_factory=set)
    """Nodes that say every stream is empty, by member."""
    chain_id: int = 20260
    host_files: dict[str, bytes] = field(default_factory=dict)
    """Answers of the host in place of the right ones, by path."""
    url: str = ""

    def __post_init__(self) -> None:
        self.view = builders.make_view(self.paper)

    def change(self, **parts: Any) -> None:
        """Replace parts of the view."""
        self.view = replace(self.view, **parts)

    def status(self, changes: Sequence[tuple[Any, int]]) -> None:
        """Another status stream, anchored."""
        entries = builders.status_stream(changes)
        head = builders.head_of(entries, 2, 35, builders.NOW - 3600)
        self.change(status_entries=tuple(entries), status_head=head)

    def institution(self, **parts: Any) -> None:
        """Replace parts of the registry row."""
        facts = self.view.institution
        assert isinstance(facts, InstitutionFacts)
        self.change(institution=replace(facts, **parts))

    def trust(self, engine: str = "qbft", signers: int = 3, **parts: Any) -> TrustBundle:
        """The bundle that names these nodes, with `parts` changed, signed by so many members."""
        bundle = builders.make_trust(engine)
        known: dict[str, Any] = {
            name: Contract(getattr(bundle.chain, name).address, "0x" + keccak(code).hex())
            for name, code in CODES.items()
        }
        institution = replace(
            bundle.institutions[0], public_url=self.url, verify_url="http://127.0.0.1:1"
        )
        changed = replace(
            bundle,
            chain=replace(bundle.chain, **known),
            nodes=tuple(Node(code, f"{self.url}/chain/{code}") for code in MEMBERS),
            institutions=(institution, *bundle.institutions[1:]),
            **parts,
        )
        return builders.sign_trust(changed, builders.COUNCIL[:signers])

    def trust_file(self, folder: Path, **parts: Any) -> Path:
        """The bundle as a file."""
        path = folder / "trust.json"
        path.write_bytes(format_trust(self.trust(**parts)))
        return path

    # ------------------------------------------------------------------ the host

    def host(self, path: str) -> bytes | None:
        """What the issuer's public address answers; None: nothing there."""
        if path in self.host_files:
            return self.host_files[path]
        if path.startswith("/lookup/"):
            bits, name = path.removeprefix("/lookup/").split("/")
            bucket = self.view.bucket
            assert isinstance(bucket, Bucket)
            members = [one for one in bucket.members if in_bucket(one.key, int(bits), name)]
            return format_bucket(Bucket(bucket.size, tuple(members)))
        entries = self.view.status_entries
        assert isinstance(entries, tuple)
        if path == f"/streams/status/tile/entries/000.p/{len(entries)}":
            return pack_entries(list(entries))
        checkpoint = self.view.checkpoint
        if path == "/streams/credential/checkpoint" and isinstance(checkpoint, bytes):
            return checkpoint
        return None

    # ------------------------------------------------------------------ the nodes

    def rpc(self, member: str, method: str, params: list[Any]) -> Any:
        """What a member's node answers."""
        block = self.view.block
        assert isinstance(block, Block)
        match method:
            case "eth_chainId":
                return hex(self.chain_id)
            case "eth_blockNumber":
                return hex(block.number)
            case "eth_getBlockByNumber":
                return self._header(int(params[0], 16))
            case "eth_getCode":
                return "0x" + CODES[self._name(params[0])].hex()
            case "eth_call":
                return "0x" + self._call(member, params[0]).hex()
            case "eth_getLogs":
                return self._logs(params[0])
        raise AssertionError(f"the page asked for {method}")

    def _header(self, number: int) -> dict[str, str]:
        chain = builders.make_trust().chain
        known = {0: chain.genesis_hash}
        times = {40: builders.NOW - 60, 20: builders.COVERING_TIME}
        return {
            "number": hex(number),
            "hash": known.get(number, "0x" + builders.seeded(f"block {number}").hex()),
            "timestamp": hex(times.get(number, builders.ISSUED)),
        }

    def _name(self, address: str) -> str:
        chain = builders.make_trust().chain
        return next(
            name for name in CODES if getattr(chain, name).address.lower() == address.lower()
        )

    def _call(self, member: str, call: dict[str, str]) -> bytes:
        data = bytes.fromhex(call["data"][2:])
        name = {"registry": "IssuerRegistry", "record_log": "RecordLog"}[self._name(call["to"])]
        function, outputs = _functions(name)[data[:4]]
        return encode(outputs, [self._result(member, function, data[4:])])

    def _result(self, member: str, function: str, arguments: bytes) -> Any:
        facts = self.view.institution
        assert isinstance(facts, InstitutionFacts)
        if function in ("institutionByCode", "institutionByDomain"):
            length = int.from_bytes(arguments[32:64], "big")
            text = arguments[64 : 64 + length].decode()
            return 7 if text in (facts.code, facts.domain) else 0
        match function:
            case "institution":
                return (
                    "0x" + "11" * 20, 3, facts.code, facts.domain, facts.name, facts.name_en,
                    facts.public_url, facts.verify_url,
                )  # fmt: skip
            case "keys":
                return [
                    (
                        key.public_key, key.purpose, key.algorithm, key.from_size,
                        NO_CUT_OFF if key.cut_off is None else key.cut_off, 3, 0,
                    )
                    for key in facts.keys
                ]  # fmt: skip
            case "accreditations":
                return [
                    (
                        row.granted_block, row.from_time, row.until, row.ended or 0,
                        row.ended_block, row.kinds, row.types,
                    )
                    for row in facts.accreditations
                ]  # fmt: skip
            case "stream":
                closed = 39 if self.view.status_closed else 0
                return (7, 2, 0, 3, closed, "xzu.edu.cn/status", 0, bytes(32), 0, bytes(32))
            case "head":
                head = {CREDENTIAL: self.view.credential_head, STATUS: self.view.status_head}[
                    arguments[:32]
                ]
                assert isinstance(head, Head)
                if member in self.lying:
                    return (0, 0, 0, 0, bytes(32))
                return (head.size, head.seq, head.block, head.time, head.root)
        raise AssertionError(f"the page called {function}")

    def _logs(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        at = self.view.covering
        assert isinstance(at, AnchorFacts)
        signature = keccak(b"Anchored(bytes32,uint64,uint64,bytes32,uint64,bytes32,uint64)")
        topics = ["0x" + word.hex() for word in (signature, CREDENTIAL, at.seq.to_bytes(32, "big"))]
        here = asked["topics"] == topics and int(asked["fromBlock"], 16) == at.block
        values = (at.size, at.root, at.prev_size, bytes(32), 10)
        data = encode(["uint64", "bytes32", "uint64", "bytes32", "uint64"], values)
        log = {
            "address": asked["address"],
            "topics": topics,
            "data": "0x" + data.hex(),
            "blockNumber": hex(at.block),
            "removed": False,
        }
        return [log] if here else []


def _functions(contract: str) -> dict[bytes, tuple[str, list[str]]]:
    """Selector → (name, output types) of a contract's views, from its artifact."""
    abi = json.loads((ARTIFACTS / f"{contract}.json").read_text())["abi"]
    return {
        keccak(f"{one['name']}({','.join(map(_type, one['inputs']))})".encode())[:4]: (
            one["name"],
            [_type(output) for output in one["outputs"]],
        )
        for one in abi
        if one["type"] == "function"
    }


def _type(one: dict[str, Any]) -> str:
    if not one["type"].startswith("tuple"):
        return str(one["type"])
    inner = ",".join(map(_type, one["components"]))
    return f"({inner}){one['type'].removeprefix('tuple')}"


@contextmanager
def running(world: World) -> Iterator[World]:
    """The world's host and nodes on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda: world))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    world.url = f"http://127.0.0.1:{server.server_port}"
    world.institution(public_url=world.url, verify_url="http://127.0.0.1:1")
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(world: Callable[[], World]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._answer(204, b"")

        def do_GET(self) -> None:
            body = world().host(self.path)
            self._answer(404 if body is None else 200, body or b"")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            member = self.path.rpartition("/")[2]
            if member in world().down:
                self._answer(503, b"")
                return
            result = world().rpc(member, asked["method"], asked["params"])
            answer = {"jsonrpc": "2.0", "id": asked["id"], "result": result}
            self._answer(200, json.dumps(answer).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "content-type")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler
