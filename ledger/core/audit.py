"""Replaying one stream: every anchored root recomputed, every rule of its kind held.

Pure: bytes and chain facts in, findings out. The caller fetches. Per anchor, in this order:

1. sequence and back links: it follows the anchor before it exactly;
2. authority: its sender was the stream's writer, and the institution accredited for the kind, at
   its block;
3. root: the entries read so far hash to the anchored root;
4. entries: each decodes strictly, is of the stream's kind, and holds its kind's rules.

A finding never stops the replay: everything wrong is named in one run, and once: after a root that
does not fit, later ones are silent until one fits again. `to_json`/`from_json` make a long replay
resumable between anchors. Each tile of hashes that the entries complete is handed to the caller, to
be compared with the published one.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ledger.core import messages_audit as _messages  # noqa: F401  (registers the codes)
from ledger.core.audit_tiles import TileHashes
from ledger.core.entry import (
    ContinuationEntry,
    CredentialEntry,
    Entry,
    EvaluationEntry,
    RecordEntry,
    StatusEntry,
    decode,
)
from ledger.core.kinds import Action, Kind
from ledger.core.merkle import EMPTY_ROOT, MAX_SIZE, Frontier, leaf_hashes
from ledger.core.registry import AccreditationRow, WriterRow
from ledger.core.shape import Shape
from ledger.core.status import LIST_SIZE, MAX_LISTS, StatusList
from ledger.core.tiles import Tile
from ledger.errors import BadEvidence, Refusal, registered

MAX_FINDINGS = 10_000_000
_NAME = re.compile(r"(?!code\Z)[a-z_]{1,40}")


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
    writers: tuple[WriterRow, ...]
    grants: tuple[AccreditationRow, ...]
    keys: tuple[KeyFact, ...]
    reaffirmed: frozenset[int] = frozenset()
    """Credential leaves that the status stream reaffirms."""

    @property
    def digest(self) -> str:
        """Names these facts: a replay under other facts must begin anew."""
        facts = (self.writers, self.grants, self.keys, sorted(self.reaffirmed))
        return sha256(repr(facts).encode()).hexdigest()


@dataclass
class StreamAudit:
    """The replay of one stream, anchor by anchor.

    `diverged`: the entries read no longer hash to the anchored root; `strayed`: the status list no
    longer follows from the entries. Both were found once already.
    """

    rules: Rules
    seq: int = 0
    size: int = 0
    root: bytes = EMPTY_ROOT
    block: int = 0
    diverged: bool = False
    strayed: bool = False
    frontier: Frontier = field(default_factory=Frontier)
    tiles: TileHashes = field(default_factory=TileHashes)
    taken: set[int] = field(default_factory=set)
    status: StatusList = field(default_factory=StatusList)
    reaffirmed: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    _full: list[tuple[Tile, bytes]] = field(default_factory=list)

    def anchor(self, fact: AnchorFact, entries: Sequence[bytes]) -> None:
        """Takes the next anchor with the entries [self.size, fact.size)."""
        where = f"{self.rules.origin}#{fact.seq}"
        self._follows(fact, where)  # 1
        granted = self._authorised(fact, where)  # 2
        self._rooted(fact, entries, where)  # 3
        for index, raw in enumerate(entries, self.size):  # 4
            self._entry(index, raw, fact, granted)
        self.seq, self.size, self.root, self.block = fact.seq, fact.size, fact.root, fact.block

    def full_tiles(self) -> list[tuple[Tile, bytes]]:
        """Tiles that became full since they were last asked for, with the bytes they must have.

        None while the entries do not hash to the anchored root: that is the finding then.
        """
        full, self._full = self._full, []
        return [] if self.diverged else full

    def tile(self, tile: Tile) -> None:
        """The published tile differs from the one that the entries make."""
        self._find("audit-tile", f"{self.rules.origin}/{tile.path}")

    def _follows(self, fact: AnchorFact, where: str) -> None:
        if fact.seq != self.seq + 1:
            self._find("audit-sequence", where, expected=self.seq + 1, found=fact.seq)
        before = (fact.prev_size, fact.prev_root, fact.prev_block)
        if before != (self.size, self.root, self.block) or fact.size <= self.size:
            self._find("audit-back-link", where)

    def _authorised(self, fact: AnchorFact, where: str) -> bool:
        before = [row for row in self.rules.writers if row.since_block < fact.block]
        # In the very block of a change, old and new may each have been the writer, by order there.
        within = [row for row in self.rules.writers if row.since_block == fact.block]
        current = {row.account.lower() for row in (*before[-1:], *within)}
        if fact.sender.lower() not in current:
            self._find("audit-writer", where, sender=fact.sender)
        granted = self.rules.kind is Kind.STATUS or self._granted(None, fact)
        if not granted:
            self._find("audit-accreditation", where, type=self.rules.kind.name.lower())
        return granted

    def _granted(self, type_code: int | None, fact: AnchorFact) -> bool:
        return any(
            grant.covers(self.rules.kind, type_code, fact.block, fact.time)
            for grant in self.rules.grants
        )

    def _rooted(self, fact: AnchorFact, entries: Sequence[bytes], where: str) -> None:
        leaves = leaf_hashes(entries)
        self.frontier.extend(leaves)
        self._full += self.tiles.extend(leaves)
        fits = self.frontier.size == fact.size and self.frontier.root() == fact.root
        if not fits and not self.diverged:
            self._find("audit-root", where, size=fact.size)
        self.diverged = not fits

    def _entry(self, index: int, raw: bytes, fact: AnchorFact, granted: bool) -> None:
        where = f"{self.rules.origin}[{index}]"
        try:
            entry = decode(raw)
        except BadEvidence as refusal:
            self._find("audit-entry", where, why=_why(refusal))
            return
        if _kind_of(entry) is not self.rules.kind:
            if not (isinstance(entry, ContinuationEntry) and index == 0):
                self._find("audit-kind", where)
        elif isinstance(entry, CredentialEntry):
            self._credential(index, entry, fact if granted else None, where)
        elif isinstance(entry, StatusEntry):
            self._status(entry, where)
        elif (
            isinstance(entry, RecordEntry | EvaluationEntry)
            and entry.refers is not None
            and entry.refers >= index
        ):
            self._find("audit-refers", where, refers=entry.refers)

    def _credential(
        self, index: int, entry: CredentialEntry, fact: AnchorFact | None, where: str
    ) -> None:
        """`fact` None: the whole anchor was not accredited, which was said once."""
        if entry.status_index in self.taken:
            self._find("audit-status-index", where, index=entry.status_index)
        self.taken.add(entry.status_index)
        if fact is not None and not self._granted(entry.type_code, fact):
            self._find("audit-accreditation", where, type=entry.type_code.name.lower())
        key = next((key for key in self.rules.keys if key.key_id == entry.key_id), None)
        if key is None:
            self._find("audit-key", where, key=entry.key_id.hex())
        elif index < key.from_size:
            self._find("audit-key-early", where, key=entry.key_id.hex())
        elif (
            key.cut_off is not None and index >= key.cut_off and index not in self.rules.reaffirmed
        ):
            self._find("audit-key-cut-off", where, key=entry.key_id.hex())

    def _status(self, entry: StatusEntry, where: str) -> None:
        if entry.action is Action.REAFFIRM and entry.leaf is not None:
            self.reaffirmed.add(entry.leaf)
        try:
            if entry.lists != self.status.lists and entry.action is not Action.HEARTBEAT:
                raise BadEvidence("status-rule", leaf=where, problem=f"opens lists: {entry.lists}")
            self.status.follow(entry)
        except BadEvidence as refusal:
            # The entry claims a list that its stream cannot have; later roots may well stand on it.
            self._find("audit-status-rule", where, why=_why(refusal))
            self.strayed = True
            return
        fits = self.status.root() == entry.root
        if not fits and not self.strayed:
            self._find("audit-status-root", where)
        self.strayed = not fits

    def _find(self, code: str, where: str, **detail: Any) -> None:
        self.findings.append(Finding(code, where, BadEvidence(code, **detail)))

    def to_json(self) -> dict[str, Any]:
        """State between two anchors. A status stream is small and is replayed whole each time."""
        return {
            "origin": self.rules.origin,
            "rules": self.rules.digest,
            "seq": self.seq,
            "size": self.size,
            "root": self.root.hex(),
            "block": self.block,
            "diverged": int(self.diverged),
            "frontier": base64.b64encode(self.frontier.to_bytes()).decode(),
            "tiles": base64.b64encode(self.tiles.to_bytes()).decode(),
            "taken": _pack(self.taken),
            "findings": [
                {"code": f.code, "where": f.where, "values": _plain(f.refusal.detail)}
                for f in self.findings
            ],
        }

    @classmethod
    def from_json(cls, value: Any, rules: Rules) -> StreamAudit:
        """The inverse of `to_json`; total: BadEvidence for anything else.

        A state made under other registry facts (a key cut off meanwhile, say) is no longer one of
        these `rules`: then the replay starts anew.
        """
        shape = read_state(value)
        shape["origin"].exactly(rules.origin)
        if shape["rules"].value != rules.digest:
            return cls(rules)
        audit = cls(
            rules,
            seq=shape["seq"].integer(0, MAX_SIZE),
            size=shape["size"].integer(0, MAX_SIZE),
            root=shape["root"].hex(32),
            block=shape["block"].integer(0, MAX_SIZE),
            diverged=bool(shape["diverged"].integer(0, 1)),
            frontier=Frontier.from_bytes(_base64(shape["frontier"])),
            tiles=TileHashes.from_bytes(_base64(shape["tiles"])),
            taken=_unpack(shape["taken"]),
            findings=[_finding(one) for one in shape["findings"].items(MAX_FINDINGS)],
        )
        hashed = (audit.frontier.size, audit.frontier.root()) == (audit.size, audit.root)
        if not (hashed or audit.diverged) or audit.tiles.size != audit.frontier.size:
            shape["frontier"].refuse("the hashes of the stream")
        return audit


def read_state(value: Any) -> Shape:
    """A stream's saved state by its outer form; BadEvidence("audit-state")."""
    return Shape(value, "audit-state").object(
        (
            "origin", "rules", "seq", "size", "root", "block", "diverged", "frontier", "tiles",
            "taken", "findings",
        )
    )  # fmt: skip


def _finding(shape: Shape) -> Finding:
    shape.object(("code", "where", "values"))
    code = shape["code"].one_of([code for code in registered() if code.startswith("audit-")])
    values = shape["values"].value
    if type(values) is not dict or not all(_NAME.fullmatch(name) for name in values):
        shape["values"].refuse("values by name")
    for name in values:
        if type(values[name]) not in (int, str):
            shape["values"][name].refuse("text or number")
    return Finding(code, shape["where"].text(1000), BadEvidence(code, **values))


def _base64(shape: Shape) -> bytes:
    text = shape.text(1 << 20, 0)
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        shape.refuse("base64")


def _why(refusal: BadEvidence) -> str:
    """The cause in few words, for a sentence of either language."""
    detail = refusal.detail
    if refusal.code == "status-action":
        return f"{detail['index']}: {detail['state']} → {detail['action']}"
    return str(detail.get("problem") or detail.get("reason") or refusal.code)


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
    return {str(number): base64.b64encode(lists[number]).decode() for number in sorted(lists)}


def _unpack(shape: Shape) -> set[int]:
    indexes: set[int] = set()
    if type(shape.value) is not dict:
        shape.refuse("bits by list")
    for number in shape.value:
        bits = _base64(shape[number])
        known = number.isdecimal() and number.isascii() and int(number[:9]) < MAX_LISTS
        if not known or len(number) > 9 or len(bits) != LIST_SIZE // 8:
            shape[number].refuse("the bits of a list")
        for position, byte in enumerate(bits):
            if byte:
                first = int(number) * LIST_SIZE + 8 * position
                indexes |= {first + bit for bit in range(8) if byte & (0x80 >> bit)}
    return indexes
