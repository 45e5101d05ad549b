"""The auditor's replay: every registered stream, from the chain's heads back and the tiles forward.

1. nodes agree on a block; everything on chain is read as of it;
2. per stream: anchors are collected by walking the back links from the head, so that no log query
   has to be trusted;
3. per stream: entries are read bundle by bundle and fed to the pure replay, anchor by anchor;
4. the published checkpoint must be signed by a registered key and extend what is anchored.

What could not be looked at makes the result undetermined, never clean.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.core.audit import (
    AnchorFact,
    Finding,
    GrantFact,
    KeyFact,
    Rules,
    StreamAudit,
    WriterFact,
)
from ledger.core.canonical import parse_json
from ledger.core.ed25519 import key_id
from ledger.core.entry import Action, StatusEntry, decode
from ledger.core.kinds import Kind
from ledger.core.merkle import leaf_hash
from ledger.core.signed_note import open_checkpoint
from ledger.errors import BadEvidence, CouldNotLook, Refusal, WrongUse
from ledger.ports import Anchored, Head, InstitutionRow, Progress, StreamRow
from verifier.gather import Get, read_entries
from verifier.nodes import Agreement

CREDENTIAL, CHECKPOINT = 1, 2
CHUNK = 256 * 64
"""Entries held in memory at a time, unless one anchor spans more."""


@dataclass
class AuditResult:
    """What a run found. `unlooked` names streams that could not be read."""

    block: int
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

    def to_json(self, lang: str) -> dict[str, Any]:
        """The shape of commands.md."""
        return {
            "verdict": self.verdict,
            "block": self.block,
            "streams": self.streams,
            "entries": self.entries,
            "anchors": self.anchors,
            "findings": [f.to_json(lang) for f in [*self.findings, *self.unlooked]],
        }


class Replay:
    """One run over all streams, with what earlier runs already replayed."""

    def __init__(self, agreement: Agreement, get: Get, state: dict[str, Any]) -> None:
        self._agreement, self._get, self._state = agreement, get, state
        self._number = agreement.block.number
        self.saved: dict[str, Any] = dict(state)

    def run(self, progress: Progress | None = None) -> AuditResult:
        """Replays every stream of every institution. Raises CouldNotLook if the nodes fail."""
        result = AuditResult(self._number)
        ask, number = self._agreement.ask, self._number
        todo: list[tuple[InstitutionRow, StreamRow]] = []
        for identifier in ask(lambda node: tuple(node.institution_ids(number))):
            row = ask(lambda node: node.institution(identifier, number))  # noqa: B023
            todo += [
                (row, stream)
                for stream in ask(lambda node: tuple(node.streams(identifier, number)))  # noqa: B023
            ]
        for done, (row, stream) in enumerate(todo, 1):
            self._stream(row, stream, result)
            if progress:
                progress(done, len(todo))
        return result

    def _stream(self, row: InstitutionRow, stream: StreamRow, result: AuditResult) -> None:
        base = f"{row.public_url}/streams/{Kind(stream.kind).name.lower()}"
        head = self._agreement.ask(lambda node: node.head(stream.stream_id, self._number))
        try:
            audit = self._resumed(row, stream, head)
            anchors = self._anchors(stream, head, audit)
            self._replay(audit, anchors, base)
        except Refusal as refusal:
            result.unlooked.append(_unreadable(stream.origin, refusal))
            return
        self._checkpoint(row, stream, audit, head, base, result)
        result.findings += audit.findings
        result.entries += audit.size
        result.anchors += audit.seq
        result.streams.append(
            {
                "origin": stream.origin,
                "size": audit.size,
                "root": audit.root.hex(),
                "anchors": audit.seq,
                "findings": len(audit.findings),
            }
        )
        self.saved[stream.origin] = audit.to_json()

    def _resumed(self, row: InstitutionRow, stream: StreamRow, head: Head) -> StreamAudit:
        rules = self._rules(row, stream)
        saved = self._state.get(stream.origin)
        if saved is None or stream.kind == Kind.STATUS:  # status is small: replayed whole
            return StreamAudit(rules)
        audit = StreamAudit.from_json(saved, rules)
        if head.seq < audit.seq or (head.seq == audit.seq and head.root != audit.root):
            shrunk = BadEvidence("audit-shrunk")
            audit.findings.append(Finding(shrunk.code, stream.origin, shrunk))
        return audit

    def _anchors(
        self, stream: StreamRow, head: Head, audit: StreamAudit
    ) -> list[AnchorFact]:
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
            raise CouldNotLook("anchor-not-found")
        return event

    def _replay(self, audit: StreamAudit, anchors: Sequence[AnchorFact], base: str) -> None:
        """Feeds entries in chunks that end on anchors; each bundle is fetched once a chunk."""
        position = 0
        while position < len(anchors):
            stop = position + 1
            while stop < len(anchors) and anchors[stop].size - audit.size <= CHUNK:
                stop += 1
            start = audit.size
            entries = read_entries(self._get, base, start, anchors[stop - 1].size)
            for fact in anchors[position:stop]:
                audit.anchor(fact, entries[audit.size - start : fact.size - start])
            position = stop

    def _rules(self, row: InstitutionRow, stream: StreamRow) -> Rules:
        writers = self._agreement.ask(
            lambda node: tuple(node.writers(stream.stream_id, self._number))
        )
        reaffirmed: frozenset[int] = frozenset()
        if stream.kind == Kind.CREDENTIAL and any(key.cut_off is not None for key in row.keys):
            reaffirmed = self._reaffirmed(row)
        return Rules(
            stream.origin,
            Kind(stream.kind),
            tuple(WriterFact(one.account, one.since_block) for one in writers),
            tuple(
                GrantFact(g.granted_block, g.from_time, g.until, g.ended, g.kinds, g.types)
                for g in row.accreditations
            ),
            tuple(
                KeyFact(key_id(key.public_key), key.from_size, key.cut_off)
                for key in row.keys
                if key.purpose == CREDENTIAL
            ),
            reaffirmed,
        )

    def _reaffirmed(self, row: InstitutionRow) -> frozenset[int]:
        from ledger.core.streams import origin, stream_id

        head = self._agreement.ask(
            lambda node: node.head(stream_id(origin(row.domain, "status")), self._number)
        )
        entries = read_entries(self._get, f"{row.public_url}/streams/status", 0, head.size)
        decoded = [decode(raw) for raw in entries]
        return frozenset(
            entry.leaf
            for entry in decoded
            if isinstance(entry, StatusEntry)
            and entry.action is Action.REAFFIRM
            and entry.leaf is not None
        )

    def _checkpoint(
        self,
        row: InstitutionRow,
        stream: StreamRow,
        audit: StreamAudit,
        head: Head,
        base: str,
        result: AuditResult,
    ) -> None:
        if head.size == 0:
            return
        try:
            note = self._get(f"{base}/checkpoint")
        except CouldNotLook as refusal:
            result.unlooked.append(_unreadable(stream.origin, refusal))
            return
        problem = _checkpoint_problem(row, stream, audit, note, self._get, base)
        if isinstance(problem, CouldNotLook):
            result.unlooked.append(_unreadable(stream.origin, problem))
        elif problem is not None:
            result.findings.append(Finding(problem.code, f"{stream.origin}/checkpoint", problem))


def _checkpoint_problem(
    row: InstitutionRow, stream: StreamRow, audit: StreamAudit, note: bytes, get: Get, base: str
) -> Refusal | None:
    keys = [key.public_key for key in row.keys if key.purpose == CHECKPOINT]
    why = "no registered key signed it"
    for public_key in keys:
        try:
            checkpoint = open_checkpoint(note, stream.origin, public_key)
            break
        except BadEvidence as bad:
            why = bad.message("en")
    else:
        return BadEvidence("audit-checkpoint", why=why)
    if checkpoint.size < audit.size:
        return BadEvidence(
            "audit-checkpoint-behind", size=checkpoint.size, anchored=audit.size
        )
    frontier = audit.frontier.copy()
    try:
        beyond = read_entries(get, base, audit.size, checkpoint.size)
    except CouldNotLook as refusal:
        return refusal
    frontier.extend([leaf_hash(entry) for entry in beyond])
    if frontier.root() != checkpoint.root:
        return BadEvidence("audit-contradiction", size=checkpoint.size)
    return None


def _fact(event: Anchored) -> AnchorFact:
    return AnchorFact(
        event.seq, event.size, event.root, event.prev_size, event.prev_root, event.prev_block,
        event.block, event.block_time, event.sender,
    )  # fmt: skip


def _unreadable(where: str, refusal: Refusal) -> Finding:
    return Finding(
        "audit-unreadable", where, CouldNotLook("audit-unreadable", why=refusal.message("zh"))
    )


def load_state(path: Path | None, pin: str) -> dict[str, Any]:
    """Streams replayed by earlier runs; empty for a new file.

    `pin` names the chain and contracts; a state of another one is refused (WrongUse), as is
    anything that is no state.
    """
    if path is None or not path.exists():
        return {}
    try:
        value = parse_json(path.read_bytes())
    except (OSError, BadEvidence) as error:
        raise WrongUse("state-damaged", path=path) from error
    if not isinstance(value, dict) or value.get("pin") != pin:
        raise WrongUse("state-damaged", path=path)
    streams = value.get("streams")
    if not isinstance(streams, dict):
        raise WrongUse("state-damaged", path=path)
    return streams


def save_state(path: Path, pin: str, streams: dict[str, Any]) -> None:
    """Atomically, so that a kill leaves the state before or after."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps({"pin": pin, "streams": streams}))
        os.replace(temporary, path)
    except OSError as error:
        raise WrongUse("file-unwritable", path=path, why=error.strerror) from error


