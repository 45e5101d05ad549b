"""The auditor's replay: every registered stream, from the chain's heads back and the tiles forward.

1. nodes agree on a block; everything on chain is read as of it;
2. per institution, the status stream first: it says which entries were reaffirmed;
3. per stream: anchors are collected by walking the back links from the head, so that no log query
   has to be trusted;
4. per stream: entries are read bundle by bundle and fed to the pure replay, anchor by anchor; each
   published tile of hashes is compared with the recomputed one;
5. the published checkpoint must be signed by a registered key and extend what is anchored.

What could not be looked at makes the result undetermined, never clean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core.audit import (
    AnchorFact,
    Finding,
    KeyFact,
    Rules,
    StreamAudit,
    read_state,
)
from ledger.core.audit_tiles import TileHashes
from ledger.core.ed25519 import key_id
from ledger.core.kinds import Kind
from ledger.core.merkle import MAX_SIZE, leaf_hashes
from ledger.core.signed_note import Checkpoint, open_checkpoint
from ledger.core.tiles import Tile, tile_path
from ledger.errors import BadEvidence, CouldNotLook, Refusal, WrongUse
from ledger.ports import Anchored, Head, InstitutionRow, Progress, StreamRow
from verifier.gather import Get, read_entries
from verifier.nodes import Agreement, plain

CREDENTIAL, CHECKPOINT = 1, 2
CHUNK = 256 * 64
"""Entries held in memory at a time, unless one anchor spans more."""
MAX_BEYOND = 1 << 22
"""Entries that a checkpoint may be ahead of the chain."""

State = dict[str, dict[str, Any]]
"""Per origin what `StreamAudit.to_json` gave."""


@dataclass
class AuditResult:
    """What a run found. `unlooked` names what could not be read."""

    streams: list[dict[str, Any]] = field(default_factory=list)
    entries: int = 0
    anchors: int = 0
    findings: list[Finding] = field(default_factory=list)
    unlooked: list[Finding] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.findings:
            return "findings"
        return "undetermined" if self.unlooked else "clean"

    def could_not(self, where: str, refusal: Refusal) -> None:
        """Notes what could not be looked at; `where` is an origin, or `chain`."""
        why = f"{refusal.code} {plain(refusal)}" if plain(refusal) != refusal.code else refusal.code
        unreadable = CouldNotLook("audit-unreadable", why=why)
        self.unlooked.append(Finding(unreadable.code, where, unreadable))

    def find(self, where: str, refusal: Refusal) -> None:
        """Notes something that is not as it must be."""
        self.findings.append(Finding(refusal.code, where, refusal))

    def to_json(self, lang: str) -> dict[str, Any]:
        """The shape of commands.md."""
        return {
            "verdict": self.verdict,
            "streams": self.streams,
            "entries": self.entries,
            "anchors": self.anchors,
            "findings": [one.to_json(lang) for one in [*self.findings, *self.unlooked]],
        }


class Replay:
    """One run over all streams, with what earlier runs already replayed.

    `keep` is called with the whole state whenever a stream got further, so that a long run that is
    killed goes on from there.
    """

    def __init__(
        self,
        agreement: Agreement,
        get: Get,
        state: State | None = None,
        keep: Callable[[State], None] = lambda _: None,
    ) -> None:
        self._agreement, self._get, self._keep = agreement, get, keep
        self._number = agreement.block.number
        self.saved: State = dict(state or {})
        self._contradicted: set[str] = set()
        self._progress: Progress = lambda _done, _total: None
        self._done = self._total = 0

    def run(self, progress: Progress | None = None) -> AuditResult:
        """Replays every stream of every institution; `progress` counts entries.

        What cannot be looked at is in the result. Raises WrongUse("state-damaged") when a saved
        state is none.
        """
        result = AuditResult()
        self._progress = progress or self._progress
        try:
            todo = self._streams()
        except CouldNotLook as refusal:
            result.could_not("chain", refusal)
            return result
        self._total = sum(head.size for _, rows in todo for _, head in rows)
        for row, streams in todo:
            self._institution(row, streams, result)
        known = {stream.origin for _, rows in todo for stream, _ in rows}
        for origin in self.saved.keys() - known:
            self._vanished(origin, result)
        return result

    def _streams(self) -> list[tuple[InstitutionRow, list[tuple[StreamRow, Head]]]]:
        """Every institution with its streams and their heads, status streams first."""
        ask, number = self._agreement.ask, self._number
        todo = []
        for one in ask(lambda node: tuple(node.institution_ids(number))):
            row = ask(lambda node: node.institution(one, number))  # noqa: B023
            streams = ask(lambda node: tuple(node.streams(one, number)))  # noqa: B023
            heads = [
                (stream, ask(lambda node: node.head(stream.stream_id, number)))  # noqa: B023
                for stream in sorted(streams, key=lambda stream: stream.kind != Kind.STATUS)
            ]
            todo.append((row, heads))
        return todo

    def _institution(
        self, row: InstitutionRow, streams: Sequence[tuple[StreamRow, Head]], result: AuditResult
    ) -> None:
        reaffirmed: frozenset[int] | None = frozenset()
        for stream, head in streams:
            audit = self._stream(row, stream, head, reaffirmed, result)
            if stream.kind == Kind.STATUS:
                whole = audit is not None and audit.seq == head.seq
                known = frozenset(audit.reaffirmed) if audit is not None and whole else None
                reaffirmed = None if reaffirmed is None or known is None else reaffirmed | known

    def _stream(
        self,
        row: InstitutionRow,
        stream: StreamRow,
        head: Head,
        reaffirmed: frozenset[int] | None,
        result: AuditResult,
    ) -> StreamAudit | None:
        """The replay as far as it came; None when it could not begin."""
        before = len(result.findings)
        try:
            audit = self._resumed(stream, head, self._rules(row, stream, reaffirmed), result)
        except CouldNotLook as refusal:
            result.could_not(stream.origin, refusal)
            return None
        self._step(audit.size)
        base = f"{row.public_url}/streams/{Kind(stream.kind).name.lower()}"
        try:
            self._replay(audit, self._anchors(stream, head, audit), base)
            if head.size:
                self._checkpoint(row, audit, base, result)
        except CouldNotLook as refusal:
            result.could_not(stream.origin, refusal)
        result.findings += audit.findings
        result.entries += audit.size
        result.anchors += audit.seq
        result.streams.append(
            {
                "origin": stream.origin,
                "size": audit.size,
                "root": audit.root.hex(),
                "anchors": audit.seq,
                "findings": len(result.findings) - before,
            }
        )
        return audit

    def _resumed(
        self, stream: StreamRow, head: Head, rules: Rules, result: AuditResult
    ) -> StreamAudit:
        """Where the last run ended, if the chain still says what it said then."""
        saved = self.saved.get(stream.origin)
        if saved is None:
            return StreamAudit(rules)
        try:
            shape = read_state(saved)
            seq, block = shape["seq"].integer(0, MAX_SIZE), shape["block"].integer(0, MAX_SIZE)
            audit = StreamAudit.from_json(saved, rules)
        except BadEvidence as bad:
            raise WrongUse("state-damaged", path=stream.origin) from bad
        same = head.seq != seq or (head.size, head.root.hex()) == (saved["size"], saved["root"])
        if head.seq < seq and block > self._number:
            raise CouldNotLook("nodes-behind", block=block)
        if head.seq < seq or not same:
            # What was seen then stays in the state: the next run must find it again.
            self._contradicted.add(stream.origin)
            result.find(stream.origin, BadEvidence("audit-shrunk"))
            return StreamAudit(rules)
        return StreamAudit(rules) if stream.kind == Kind.STATUS else audit  # small: replayed whole

    def _vanished(self, origin: str, result: AuditResult) -> None:
        """A stream of the last run that the registry no longer has."""
        try:
            block = read_state(self.saved[origin])["block"].integer(0, MAX_SIZE)
        except BadEvidence as bad:
            raise WrongUse("state-damaged", path=origin) from bad
        if block > self._number:
            result.could_not(origin, CouldNotLook("nodes-behind", block=block))
        else:
            result.find(origin, BadEvidence("audit-shrunk"))

    def _anchors(self, stream: StreamRow, head: Head, audit: StreamAudit) -> list[AnchorFact]:
        """Anchors after those replayed, oldest first, by the back links from the head."""
        facts: list[AnchorFact] = []
        seq, block = head.seq, head.block
        while seq > audit.seq:
            event = self._event(stream, seq, block)
            facts.append(_fact(event))
            seq, block = seq - 1, event.prev_block
        return facts[::-1]

    def _event(self, stream: StreamRow, seq: int, block: int) -> Anchored:
        event = self._agreement.ask(lambda node: node.anchored(stream.stream_id, seq, block))
        if event is None:
            raise CouldNotLook("anchor-not-found", what=f"#{seq}")
        return event

    def _replay(self, audit: StreamAudit, anchors: Sequence[AnchorFact], base: str) -> None:
        """Feeds entries in chunks that end on anchors; each bundle is fetched once a chunk."""
        position = 0
        while position < len(anchors):
            stop = position + 1
            while stop < len(anchors) and anchors[stop].size - audit.size <= CHUNK:
                stop += 1
            start = audit.size
            entries = read_entries(self._get, base, start, max(start, anchors[stop - 1].size))
            for fact in anchors[position:stop]:
                audit.anchor(fact, entries[audit.size - start : max(0, fact.size - start)])
            for tile, wanted in audit.full_tiles():
                if self._published(base, tile) != wanted:
                    audit.tile(tile)
            position = stop
            self._step(audit.size - start)
            if audit.rules.origin not in self._contradicted:
                self.saved[audit.rules.origin] = audit.to_json()
                self._keep(self.saved)

    def _published(self, base: str, tile: Tile) -> bytes:
        """A tile's bytes; a partial one may have given way to the full one."""
        assert tile.level is not None
        try:
            return self._get(f"{base}/{tile.path}")
        except CouldNotLook as refusal:
            if refusal.code != "host-missing" or ".p/" not in tile.path:
                raise
            return self._get(f"{base}/{tile_path(tile.level, tile.n)}")[: 32 * tile.width]

    def _step(self, entries: int) -> None:
        self._done += entries
        self._progress(self._done, max(self._total, self._done))

    def _rules(
        self, row: InstitutionRow, stream: StreamRow, reaffirmed: frozenset[int] | None
    ) -> Rules:
        """Raises CouldNotLook where a key was cut off and the status stream is not known."""
        writers = self._agreement.ask(
            lambda node: tuple(node.writers(stream.stream_id, self._number))
        )
        cut = stream.kind == Kind.CREDENTIAL and any(key.cut_off is not None for key in row.keys)
        if cut and reaffirmed is None:
            raise CouldNotLook("audit-unreadable", why="status")
        return Rules(
            stream.origin,
            Kind(stream.kind),
            writers,
            row.accreditations,
            tuple(
                KeyFact(key_id(key.public_key), key.from_size, key.cut_off)
                for key in row.keys
                if key.purpose == CREDENTIAL
            ),
            reaffirmed if cut and reaffirmed is not None else frozenset(),
        )

    def _checkpoint(
        self, row: InstitutionRow, audit: StreamAudit, base: str, result: AuditResult
    ) -> None:
        """The signed checkpoint extends what is anchored; its partial tiles are as recomputed."""
        where = f"{audit.rules.origin}/checkpoint"
        try:
            checkpoint = _opened(self._get(f"{base}/checkpoint"), row, audit.rules.origin)
        except BadEvidence as bad:
            result.find(where, BadEvidence("audit-checkpoint", why=plain(bad)))
            return
        if checkpoint.size < audit.size:
            sizes = {"size": checkpoint.size, "anchored": audit.size}
            result.find(where, BadEvidence("audit-checkpoint-behind", **sizes))
            return
        if audit.diverged:
            return  # nothing can extend entries that are not what was anchored
        if checkpoint.size - audit.size > MAX_BEYOND:
            raise CouldNotLook("host-garbage", url=f"{base}/checkpoint", why=f"{checkpoint.size}")
        leaves = leaf_hashes(read_entries(self._get, base, audit.size, checkpoint.size))
        frontier = audit.frontier.copy()
        frontier.extend(leaves)
        if frontier.root() != checkpoint.root:
            result.find(where, BadEvidence("audit-contradiction", size=checkpoint.size))
            return
        self._beyond(audit, audit.tiles.copy(), leaves, base, result)

    def _beyond(
        self,
        audit: StreamAudit,
        tiles: TileHashes,
        leaves: Sequence[bytes],
        base: str,
        result: AuditResult,
    ) -> None:
        for tile, wanted in [*tiles.extend(leaves), *tiles.partial()]:
            if self._published(base, tile) != wanted:
                result.find(f"{audit.rules.origin}/{tile.path}", BadEvidence("audit-tile"))


def _opened(note: bytes, row: InstitutionRow, origin: str) -> Checkpoint:
    """The checkpoint, if any registered checkpoint key signed it; else BadEvidence."""
    refusal = BadEvidence("note-unsigned", name=origin)
    for key in row.keys:
        if key.purpose == CHECKPOINT:
            try:
                return open_checkpoint(note, origin, key.public_key)
            except BadEvidence as bad:
                refusal = bad
    raise refusal


def _fact(event: Anchored) -> AnchorFact:
    return AnchorFact(
        event.seq, event.size, event.root, event.prev_size, event.prev_root, event.prev_block,
        event.block, event.block_time, event.sender,
    )  # fmt: skip
