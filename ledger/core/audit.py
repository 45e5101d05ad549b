"""Replaying one stream: every anchored root recomputed, every rule of its kind held.

Pure: bytes and chain facts in, findings out. The caller fetches. Per anchor, in this order:

1. sequence and back links: it follows the anchor before it exactly;
2. authority: its sender was the stream's writer, and the institution accredited for the kind, at
   its block;
3. root: the entries read so far hash to the anchored root;
4. entries: each decodes strictly, is of the stream's kind, and holds its kind's rules.

A finding never stops the replay: everything wrong is named in one run. `to_json`/`from_json` make a
long replay resumable between anchors.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core import messages_audit as _messages  # noqa: F401  (registers the codes)
from ledger.core.entry import (
    ContinuationEntry,
    CredentialEntry,
    Entry,
    EvaluationEntry,
    RecordEntry,
    StatusEntry,
    decode,
)
from ledger.core.kinds import Kind
from ledger.core.merkle import EMPTY_ROOT, Frontier, leaf_hash
from ledger.core.shape import Shape
from ledger.core.status import LIST_SIZE, StatusList
from ledger.errors import BadEvidence, Refusal


@dataclass(frozen=True)
class Finding:
    """Something that is not as it must be: a stable code, where, and the sentence's details."""

    code: str
    where: str
    refusal: Refusal

    def to_json(self, lang: str) -> dict[str, str]:
        return {"code": self.code, "where": self.where, "detail": self.refusal.message(lang)}


@dataclass(frozen=True)
class AnchorFact:
    """One `Anchored` event as the chain gives it, its block's time and its sender."""

    seq: int
    size: int
    root: bytes
    prev_size: int
    prev_root: bytes
    prev_block: int
    block: int
    time: int
    sender: str


@dataclass(frozen=True)
class WriterFact:
    """An account that may write since a block."""

    account: str
    since_block: int


@dataclass(frozen=True)
class GrantFact:
    """An accreditation: masks of kinds and types, Unix times, the block that granted it."""

    granted_block: int
    from_time: int
    until: int
    ended: int | None
    kinds: int
    types: int

    def covers(self, kind: Kind, type_code: int | None, block: int, time: int) -> bool:
        """Whether it permits that kind (and credential type) at a block and its time."""
        end = self.until if self.ended is None else min(self.until, self.ended)
        return (
            bool(self.kinds >> kind & 1)
            and (type_code is None or bool(self.types >> type_code & 1))
            and self.granted_block <= block
            and self.from_time <= time < end
        )


@dataclass(frozen=True)
class KeyFact:
    """A credential key: id (32 bytes) and the leaf indexes [from_size, cut_off) it may sign."""

    key_id: bytes
    from_size: int
    cut_off: int | None


@dataclass(frozen=True)
class Rules:
    """What the registry says that bears on one stream."""

    origin: str
    kind: Kind
    writers: tuple[WriterFact, ...]
    grants: tuple[GrantFact, ...]
    keys: tuple[KeyFact, ...]
    reaffirmed: frozenset[int] = frozenset()
    """Credential leaves that the status stream reaffirms."""


@dataclass
class StreamAudit:
    """The replay of one stream, anchor by anchor."""

    rules: Rules
    seq: int = 0
    size: int = 0
    root: bytes = EMPTY_ROOT
    block: int = 0
    frontier: Frontier = field(default_factory=Frontier)
    taken: set[int] = field(default_factory=set)
    status: StatusList = field(default_factory=StatusList)
    findings: list[Finding] = field(default_factory=list)

    def anchor(self, fact: AnchorFact, entries: Sequence[bytes]) -> None:
        """Takes the next anchor with the entries [self.size, fact.size)."""
        where = f"{self.rules.origin}#{fact.seq}"
        self._follows(fact, where)  # 1
        self._authorised(fact, where)  # 2
        self.frontier.extend([leaf_hash(entry) for entry in entries])  # 3
        if self.frontier.size != fact.size or self.frontier.root() != fact.root:
            self._find("audit-root", where, size=fact.size)
        for index, raw in enumerate(entries, self.size):  # 4
            self._entry(index, raw, fact)
        self.seq, self.size, self.root, self.block = fact.seq, fact.size, fact.root, fact.block

    def _follows(self, fact: AnchorFact, where: str) -> None:
        if fact.seq != self.seq + 1:
            self._find("audit-sequence", where, expected=self.seq + 1, found=fact.seq)
        before = (fact.prev_size, fact.prev_root, fact.prev_block)
        if before != (self.size, self.root, self.block) or fact.size <= self.size:
            self._find("audit-back-link", where)

    def _authorised(self, fact: AnchorFact, where: str) -> None:
        since = [row for row in self.rules.writers if row.since_block <= fact.block]
        # In the very block of a change both writers may have been first, by transaction order.
        current = {row.account.lower() for row in since[-1:]}
        if since and since[-1].since_block == fact.block:
            current |= {row.account.lower() for row in since[-2:]}
        if fact.sender.lower() not in current:
            self._find("audit-writer", where, sender=fact.sender)
        if self.rules.kind is not Kind.STATUS and not self._granted(None, fact):
            self._find("audit-accreditation", where, type="—")

    def _granted(self, type_code: int | None, fact: AnchorFact) -> bool:
        return any(
            grant.covers(self.rules.kind, type_code, fact.block, fact.time)
            for grant in self.rules.grants
        )

    def _entry(self, index: int, raw: bytes, fact: AnchorFact) -> None:
        where = f"{self.rules.origin}/{index}"
        try:
            entry = decode(raw)
        except BadEvidence as refusal:
            self._find("audit-entry", where, why=refusal.en)
            return
        if _kind_of(entry) is not self.rules.kind:
            if not (isinstance(entry, ContinuationEntry) and index == 0):
                self._find("audit-kind", where)
        elif isinstance(entry, CredentialEntry):
            self._credential(index, entry, fact, where)
        elif isinstance(entry, StatusEntry):
            self._status(entry, where)
        elif isinstance(entry, RecordEntry | EvaluationEntry):
            if entry.refers is not None and entry.refers >= index:
                self._find("audit-refers", where, refers=entry.refers)

    def _credential(
        self, index: int, entry: CredentialEntry, fact: AnchorFact, where: str
    ) -> None:
        if entry.status_index in self.taken:
            self._find("audit-status-index", where, index=entry.status_index)
        self.taken.add(entry.status_index)
        if not self._granted(entry.type_code, fact):
            self._find("audit-accreditation", where, type=entry.type_code.name.lower())
        key = next((key for key in self.rules.keys if key.key_id == entry.key_id), None)
        if key is None:
            self._find("audit-key", where, key=entry.key_id.hex())
        elif index < key.from_size:
            self._find("audit-key-early", where, key=entry.key_id.hex())
        elif key.cut_off is not None and index >= key.cut_off:
            if index not in self.rules.reaffirmed:
                self._find("audit-key-cut-off", where, key=entry.key_id.hex())

    def _status(self, entry: StatusEntry, where: str) -> None:
        try:
            self.status.follow(entry)
        except BadEvidence as refusal:
            self._find("audit-status-rule", where, why=refusal.en)
            return
        if self.status.root() != entry.root:
            self._find("audit-status-root", where)

    def _find(self, code: str, where: str, **detail: Any) -> None:
        self.findings.append(Finding(code, where, BadEvidence(code, **detail)))

    def to_json(self) -> dict[str, Any]:
        """State between two anchors. A status stream is small and is replayed whole each time."""
        return {
            "origin": self.rules.origin,
            "seq": self.seq,
            "size": self.size,
            "root": self.root.hex(),
            "block": self.block,
            "frontier": base64.b64encode(self.frontier.to_bytes()).decode(),
            "taken": _pack(self.taken),
            "findings": [
                {"code": f.code, "where": f.where, "values": _plain(f.refusal.detail)}
                for f in self.findings
            ],
        }

    @classmethod
    def from_json(cls, value: Any, rules: Rules) -> StreamAudit:
        """The inverse of `to_json`; BadEvidence("audit-state") for anything else."""
        shape = Shape(value, "audit-state")
        try:
            if value["origin"] != rules.origin:
                shape.refuse(rules.origin)
            found = [
                Finding(f["code"], f["where"], BadEvidence(f["code"], **f["values"]))
                for f in value["findings"]
            ]
            frontier = Frontier.from_bytes(base64.b64decode(value["frontier"], validate=True))
            audit = cls(
                rules,
                int(value["seq"]),
                int(value["size"]),
                bytes.fromhex(value["root"]),
                int(value["block"]),
                frontier,
                _unpack(value["taken"]),
                findings=found,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadEvidence("audit-state", pointer="", expected="a saved replay") from error
        if audit.frontier.size != audit.size:
            raise BadEvidence("audit-state", pointer="/size", expected="the frontier's size")
        return audit


def _kind_of(entry: Entry) -> Kind:
    if isinstance(entry, CredentialEntry):
        return Kind.CREDENTIAL
    if isinstance(entry, StatusEntry):
        return Kind.STATUS
    if isinstance(entry, EvaluationEntry):
        return Kind.EVALUATION
    return entry.kind if isinstance(entry, RecordEntry) else Kind.CONTINUATION


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: v if isinstance(v, int) else str(v) for name, v in values.items()}


def _pack(indexes: set[int]) -> dict[str, str]:
    """Per status list a bit string in base64: a million indexes stay small."""
    lists: dict[int, bytearray] = {}
    for index in indexes:
        bits = lists.setdefault(index // LIST_SIZE, bytearray(LIST_SIZE // 8))
        bits[index % LIST_SIZE // 8] |= 0x80 >> index % 8
    return {str(number): base64.b64encode(bits).decode() for number, bits in lists.items()}


def _unpack(packed: dict[str, str]) -> set[int]:
    indexes = set()
    for number, text in packed.items():
        bits = base64.b64decode(text, validate=True)
        for position, byte in enumerate(bits):
            if byte:
                first = int(number) * LIST_SIZE + 8 * position
                indexes |= {first + bit for bit in range(8) if byte & (0x80 >> bit)}
    return indexes
