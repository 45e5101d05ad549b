"""A whole ledger in this process: the embedded chain with our contracts, one issuer and its host.

The chain's clock is set by the test. Nodes are ways to the one chain, told apart by URL, so that
some can be down or lie. The host serves real tiles, checkpoints and look-up buckets, or whatever a
test puts into `files` in their place.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ledger.chain.embedded.chain import EmbeddedChain
from ledger.chain.embedded.engine import GenesisSpec
from ledger.chain.embedded.server import ChainServer
from ledger.chain.reader import NodeReader
from ledger.chain.transport import LocalTransport, Transport
from ledger.core import merkle
from ledger.core.audit_tiles import TileHashes
from ledger.core.entry import Action, encode
from ledger.core.lookup import Bucket, Member, format_bucket, in_bucket
from ledger.core.signed_note import checkpoint_text, format_note, note_signature
from ledger.core.streams import stream_id
from ledger.core.tiles import Tile, pack_entries, parse_tile_path
from ledger.core.trust import Chain, Contract, Node, TrustBundle, format_trust
from ledger.errors import BadEvidence, CouldNotLook
from ledger.ports import Change, Contracts, Receipt
from tests import builders
from tests.chain import worlds
from verifier.checking import Checker
from verifier.nodes import Agreement, agree

DOMAIN = "xzu.edu.cn"
CREDENTIAL, STATUS = f"{DOMAIN}/credential", f"{DOMAIN}/status"
ALL_KINDS = 0x3E
START = builders.ISSUED
URLS = tuple(f"https://node-{code.lower()}.example/" for code, _ in builders.COUNCIL)


@dataclass
class Host:
    """The issuer's public URL: `entries` per kind, `anchors` as (seq, size, block) per kind."""

    entries: dict[str, list[bytes]] = field(default_factory=dict)
    anchors: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    keys: list[tuple[bytes, int]] = field(default_factory=list)
    files: dict[str, bytes | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    public_url: str = builders.PUBLIC_URL

    def __call__(self, url: str) -> bytes:
        path = url.removeprefix(self.public_url + "/")
        self.asked.append(path)
        if self.down:
            raise CouldNotLook("host-unreachable", url=url, why="cut")
        found = self.files.get(path)
        if isinstance(found, Exception):
            raise found
        if found is None:
            found = self._served(path)
        if found is None:
            raise CouldNotLook("host-missing", url=url)
        return found

    def add(self, kind: str, entries: Sequence[bytes]) -> None:
        self.entries.setdefault(kind, []).extend(entries)

    def checkpoint(self, kind: str, size: int | None = None, root: bytes | None = None) -> bytes:
        entries = self.entries[kind][:size]
        hashed = merkle.root(merkle.leaf_hashes(entries)) if root is None else root
        origin = f"{DOMAIN}/{kind}"
        text = checkpoint_text(origin, len(entries), hashed)
        key = builders.CHECKPOINT_KEY
        return format_note(text, [note_signature(origin, key.public, key.sign(text))])

    def bucket(self, bits: int, prefix: str, size: int | None = None) -> Bucket:
        anchors = self.anchors["credential"]
        size = anchors[-1][1] if size is None else size
        entries = self.entries["credential"][:size]
        leaves = merkle.leaf_hashes(entries)
        members = []
        for key, index in self.keys:
            if index < size and in_bucket(key, bits, prefix):
                seq, _, block = next(one for one in anchors if index < one[1])
                path = tuple(merkle.inclusion_path(leaves, index))
                members.append(Member(key, index, entries[index], path, seq, block))
        return Bucket(size, tuple(members))

    def _served(self, path: str) -> bytes | None:
        what, _, rest = path.partition("/")
        first, _, rest = rest.partition("/")
        if what == "lookup":
            return format_bucket(self.bucket(int(first), rest))
        if what != "streams" or first not in self.entries:
            return None
        return self.checkpoint(first) if rest == "checkpoint" else self._tile(first, rest)

    def _tile(self, kind: str, path: str) -> bytes | None:
        """Full tiles, and of partial ones that of the stream's present size and any anchor's."""
        try:
            tile = parse_tile_path(path)
        except BadEvidence:
            return None
        return self._tiles(kind).get(tile)

    def _tiles(self, kind: str) -> dict[Tile, bytes]:
        found: dict[Tile, bytes] = {}
        entries = self.entries[kind]
        leaves = merkle.leaf_hashes(entries)
        sizes = {len(entries), *(size for _, size, _ in self.anchors.get(kind, []))}
        for size in sizes:
            hashes = TileHashes()
            found.update([*hashes.extend(leaves[:size]), *hashes.partial()])
            for n in range(-(-size // 256)):
                run = entries[256 * n : min(size, 256 * n + 256)]
                found[Tile(None, n, len(run))] = pack_entries(run)
        return found


class FaultyTransport:
    """A way to the chain that can be cut or made to answer something else, by method."""

    def __init__(self, inner: Transport, url: str) -> None:
        self.inner, self.url = inner, url
        self.down = False
        self.answers: dict[str, Callable[[list[Any], Any], Any]] = {}
        self.asked = 0

    def request(self, method: str, params: list[Any]) -> Any:
        self.asked += 1
        if self.down:
            raise CouldNotLook("node-unreachable", url=self.url, why="cut")
        found = self.inner.request(method, params)
        change = self.answers.get(method)
        return found if change is None else change(params, found)


class Ledger:
    """The chain, the issuer XZU on it, its host, and a trust bundle of three members."""

    def __init__(
        self, chain: EmbeddedChain, start: int = START, public_url: str = builders.PUBLIC_URL
    ) -> None:
        self.chain = chain
        self.now = self.start = start
        transport = LocalTransport(chain)
        self.world = worlds.World(transport, chain.chain_id, worlds.account("xzu"))
        self.reader = self.world.reader
        self.host = Host(public_url=public_url)
        self.nodes = {url: FaultyTransport(transport, url) for url in URLS}
        self.trust = self._trust()

    def admit(self, types: int = 2**256 - 1, kinds: int = ALL_KINDS, until: int = 2**62) -> None:
        keys = [
            (builders.CREDENTIAL_KEY.public, 1, 1),
            (builders.CHECKPOINT_KEY.public, 2, 1),
        ]
        registrar = self.world.registrar
        registrar.submit_application(
            "XZU", DOMAIN, builders.ISSUER.name, builders.ISSUER.name_en, self.host.public_url,
            builders.VERIFY_URL, keys,
        )  # fmt: skip
        changes = [
            Change("admit", (1,)),
            Change("accredit", (1, kinds, types, 0, until)),
        ]
        assert registrar.propose(changes, 2**62).executed

    def append(self, kind: str, entries: Sequence[bytes]) -> None:
        self.host.add(kind, entries)

    def issue(self, paper: builders.Paper) -> int:
        """Appends the certificate's entry and its look-up keys; returns its leaf index."""
        index = len(self.host.entries.get("credential", []))
        self.append("credential", [encode(paper.entry)])
        self.host.keys += [(paper.entry.frame_hash, index), (paper.entry.commitment, index)]
        return index

    def status(self, *changes: tuple[Action, int]) -> None:
        """The status stream from its beginning: a heartbeat, then the changes."""
        entries = builders.status_stream(changes)
        known = self.host.entries.get("status", [])
        assert entries[: len(known)] == known
        self.append("status", entries[len(known) :])

    def anchor(self, kind: str, size: int | None = None) -> Receipt:
        """Anchors the first `size` entries of the stream, all by default."""
        origin = stream_id(f"{DOMAIN}/{kind}")
        leaves = merkle.leaf_hashes(self.host.entries[kind][:size])
        head = self.reader.head(origin)
        proof = merkle.consistency_path(leaves, head.size) if head.size else []
        root = merkle.root(leaves)
        done = self.world.sender.anchor(kind, origin, head, len(leaves), root, proof)
        line = (head.seq + 1, len(leaves), done.block)
        self.host.anchors.setdefault(kind, []).append(line)
        return done

    def wait(self, seconds: int) -> None:
        self.now += seconds

    def connect(self, url: str, contracts: Contracts) -> NodeReader:
        if url not in self.nodes:
            raise CouldNotLook("node-unreachable", url=url, why="unknown host")
        return NodeReader(self.nodes[url], contracts)

    def agree(self, *given: str) -> Agreement:
        return agree(self.trust, self.connect, given)

    def checker(self, **changes: Any) -> Checker:
        wired = {"connect": self.connect, "get": self.host, "clock": lambda: self.now}
        return Checker(**{"trust": self.trust, **wired, **changes})

    def _trust(self, engine: str = "qbft") -> TrustBundle:
        at = self.world.contracts

        def contract(address: str) -> Contract:
            return Contract(address, self.reader.code_hash(address))

        made = builders.make_trust(engine)
        chain = Chain(
            self.chain.chain_id,
            self.reader.genesis_hash(),
            engine,
            contract(at.council),
            contract(at.registry),
            contract(at.record_log),
        )
        codes = [code for code, _ in builders.COUNCIL]
        nodes = tuple(Node(code, url) for code, url in zip(codes, URLS, strict=True))
        bundle = replace(
            made,
            chain=chain,
            nodes=nodes,
            issued=self.start - 86_400,
            expires=self.start + 365 * 86_400,
        )
        return builders.sign_trust(bundle, builders.COUNCIL)

    def trust_with(self, **changes: Any) -> TrustBundle:
        """The bundle with other content, signed by all."""
        return builders.sign_trust(replace(self.trust, **changes), builders.COUNCIL)


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host: Host

    def do_GET(self) -> None:
        try:
            status, body = 200, self.host(self.host.public_url + self.path)
        except CouldNotLook as refusal:
            status, body = (404 if refusal.code == "host-missing" else 503), b"no"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Served:
    """A ledger in real time, its node and its host on loopback, its trust bundle in a file."""

    ledger: Ledger
    node: str
    folder: Path
    trust: Path

    def write_trust(self, name: str, **changes: Any) -> Path:
        """Another bundle, signed by all."""
        path = self.folder / name
        path.write_bytes(format_trust(self.ledger.trust_with(**changes)))
        return path


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """An admitted issuer whose registered public URL answers."""
    handler = type("Answers", (_Answers,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        url = f"http://127.0.0.1:{http.server_port}"
        with ledger(int(time.time()) - 86_400, url) as made:
            handler.host = made.host  # type: ignore[attr-defined]
            thread = threading.Thread(target=http.serve_forever, args=(0.05,))
            chain = ChainServer(made.chain)
            thread.start()
            try:
                node = chain.start()
                nodes = tuple(Node(code, node) for code, _ in builders.COUNCIL)
                made.trust = made.trust_with(nodes=nodes)
                trust = folder / "trust.json"
                trust.write_bytes(format_trust(made.trust))
                yield Served(made, node, folder, trust)
            finally:
                chain.stop()
                http.shutdown()
                thread.join()


@contextmanager
def ledger(start: int = START, public_url: str = builders.PUBLIC_URL) -> Iterator[Ledger]:
    """An admitted issuer that has done nothing yet."""
    holder: list[Ledger] = []
    spec = GenesisSpec.random(os.urandom, start)
    chain = EmbeddedChain.in_memory(spec, lambda: holder[0].now if holder else start)
    try:
        made = Ledger(chain, start, public_url)
        holder.append(made)
        made.admit()
        yield made
    finally:
        chain.close()


def furnished(made: Ledger, paper: builders.Paper | None = None) -> builders.Paper:
    """Ten certificates in two anchors, ours at leaf 4, and a fresh status stream."""
    paper = paper or builders.make_paper()
    made.append("credential", [builders.filler_entry(n) for n in range(builders.LEAF)])
    made.issue(paper)
    made.wait(60)
    made.anchor("credential")
    made.append("credential", [builders.filler_entry(n) for n in range(5, 10)])
    made.status((Action.REVOKE, 5))
    made.wait(3600)
    made.anchor("credential")
    made.anchor("status")
    made.wait(60)
    return paper
