"""Statements in memory: no index, every filter judged on the statement as it was submitted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from ledger.core.teaching.envelope import subject_name
from ledger.core.uuids import uuid_of
from ledger.core.xapi.definitions import merge
from ledger.memory.documents import MemoryDocumentStore
from ledger.memory.filters import meets
from ledger.memory.streams import MemoryStreamStore
from ledger.ports import NewRecord
from ledger.ports.statements import (
    Attachment,
    BatchOutcome,
    Chained,
    Cursor,
    NewStatement,
    StatementBatch,
    StatementQuery,
    StoredStatement,
    SubjectHead,
)

Equivalent = Callable[[bytes, bytes], bool]


@dataclass
class _Kept:
    """One acknowledged statement."""

    new: NewStatement
    index: int
    stored: int
    erased: bool = False
    statement: dict[str, Any] = field(init=False)
    authority: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.statement = json.loads(self.new.payload)
        self.authority = json.loads(self.new.authority)

    @property
    def place(self) -> Cursor:
        return Cursor(self.stored, self.new.kind, self.index)


def _order(place: Cursor) -> tuple[int, str, int]:
    return place.stored, place.kind, place.index


class MemoryStatementStore:
    """`ports.StatementStore` in memory: what the store on disk is compared with."""

    def __init__(
        self,
        streams: MemoryStreamStore | None = None,
        documents: MemoryDocumentStore | None = None,
    ) -> None:
        self._streams = streams or MemoryStreamStore()
        self._documents = documents or MemoryDocumentStore()
        self._kept: list[_Kept] = []
        self._attachments: dict[str, Attachment] = {}
        self._agents: dict[str, set[bytes]] = {}
        self._last = 0
        self._forgotten: set[str] = set()

    # ------------------------------------------------------------------ writing

    def append_statements(
        self,
        batches: Sequence[StatementBatch],
        equivalent: Equivalent,
        now: int,
        timeout: float = 60.0,
    ) -> list[BatchOutcome]:
        kinds = sorted({new.kind for batch in batches for new in batch.statements})
        with ExitStack() as stack:
            writers = {
                kind: stack.enter_context(self._streams.writer(kind, timeout)) for kind in kinds
            }
            accepted: list[NewStatement] = []
            judged = [self._judge(batch, accepted, equivalent) for batch in batches]
            stored = max(now, self._last + 1)
            for new in accepted:
                payload, entry = self._enclosed(new)
                record = NewRecord(entry, payload, new.salt, new.id)
                (done,) = writers[new.kind].append([record])
                self._keep(_Kept(new, done.index, stored))
            for batch, fresh in zip(batches, judged, strict=True):
                if not isinstance(fresh, int):
                    self._attachments |= {one.sha2: one for one in batch.attachments}
            return [
                self._outcome(batch, fresh) for batch, fresh in zip(batches, judged, strict=True)
            ]

    def _judge(
        self, batch: StatementBatch, accepted: list[NewStatement], equivalent: Equivalent
    ) -> list[bool] | int:
        """Which statements are new, and these into `accepted`; or the position of a conflict."""
        fresh: list[bool] = []
        known = {kept.new.id: kept.new for kept in self._kept} | {new.id: new for new in accepted}
        mine = []
        for position, new in enumerate(batch.statements):
            old = known.get(new.id)
            fresh.append(old is None)
            if old is None:
                known[new.id] = new
                mine.append(new)
            elif not self._erased(old.id) and not equivalent(old.payload, new.payload):
                return position
        accepted += mine
        return fresh

    def _outcome(self, batch: StatementBatch, fresh: list[bool] | int) -> BatchOutcome:
        if isinstance(fresh, int):
            return BatchOutcome(conflict=fresh)
        places = {kept.new.id: kept.index for kept in self._kept}
        return BatchOutcome(tuple(places[new.id] for new in batch.statements), tuple(fresh))

    def _enclosed(self, new: NewStatement) -> tuple[bytes, bytes]:
        """(payload, entry) as they are kept: of a link with its place in the chain."""
        if new.chain is None:
            return new.payload, new.entry
        links = self._links(new.chain.subject)
        return new.chain.enclose(len(links), links[-1].index if links else None)

    def _links(self, subject: str) -> list[_Kept]:
        return [kept for kept in self._kept if kept.new.chain and kept.new.chain.subject == subject]

    def _keep(self, kept: _Kept) -> None:
        self._kept.append(kept)
        if kept.new.chain:
            self._forgotten.discard(kept.new.chain.subject)
        self._last = kept.stored
        for key, agent in kept.new.agents:
            self._agents.setdefault(key, set()).add(agent)

    # ------------------------------------------------------------------ reading

    def statement(self, id: bytes) -> StoredStatement | None:
        found = self._find(id)
        return None if found is None else self._shown(found)

    def statements(self, query: StatementQuery) -> list[StoredStatement]:
        ordered = sorted(
            self._kept, key=lambda kept: _order(kept.place), reverse=not query.ascending
        )
        found: list[StoredStatement] = []
        size = 0
        for kept in ordered:
            full = query.most_bytes is not None and size >= query.most_bytes
            if len(found) >= query.limit or full:
                break
            if self._wanted(kept, query):
                found.append(self._shown(kept))
                size += len(kept.new.payload)
        return found

    def _wanted(self, kept: _Kept, query: StatementQuery) -> bool:
        if kept.erased or (self._voided(kept) and not query.voided):
            return False
        if query.authority not in (None, kept.new.authority):
            return False
        if query.since is not None and kept.stored <= query.since:
            return False
        if query.until is not None and kept.stored > query.until:
            return False
        if query.after is not None:
            here, there = _order(kept.place), _order(query.after)
            if not (here > there if query.ascending else here < there):
                return False
        return any(
            all(
                any(meets(one.statement, one.authority, mention) for mention in mentions)
                for mentions in query.filters
            )
            for one in self._reached(kept)
        )

    def _reached(self, kept: _Kept) -> Iterator[_Kept]:
        """The statement, and those that it reaches through StatementRefs; a circle ends it."""
        seen: set[bytes] = set()
        here: _Kept | None = kept
        while here is not None and here.new.id not in seen:
            yield here
            seen.add(here.new.id)
            here = self._find(here.new.refers) if here.new.refers else None

    def _voided(self, kept: _Kept) -> bool:
        """Data 2.3.2: whatever came first, and never a voiding statement."""
        return not kept.new.voids and any(
            one.new.voids and one.new.refers == kept.new.id for one in self._kept
        )

    def voiding(self, id: bytes) -> bool:
        found = self._find(id)
        return found is not None and found.new.voids

    def consistent_through(self, now: int) -> int:
        return now

    def attachment(self, sha2: str) -> Attachment | None:
        return self._attachments.get(sha2)

    def activity(self, iri: str) -> bytes | None:
        merged = None
        for kept in self._kept:
            for named, definition in kept.new.activities:
                merged = merge(merged, definition) if named == iri else merged
        return merged

    def agents(self, key: str) -> list[bytes]:
        return sorted(self._agents.get(key, ()))

    def known_agents(self) -> Iterator[bytes]:
        yield from sorted(set().union(*self._agents.values()))

    def subjects(self) -> list[SubjectHead]:
        names = {kept.new.chain.subject for kept in self._kept if kept.new.chain}
        found = []
        for name in sorted(names - self._forgotten):
            links = self._links(name)
            found.append(SubjectHead(name, len(links), links[-1].index))
        return found

    def chain(
        self, subject: str, below: int, types: Collection[str] | None = None
    ) -> Iterator[Chained]:
        for number, kept in enumerate(self._links(subject)):
            chain = kept.new.chain
            if kept.index >= below or chain is None:
                return
            record = json.loads(chain.record) if chain.record and not kept.erased else None
            opened = types is None or (chain.type != "" and chain.type in types)
            if not opened:
                record = None
            if record is not None:
                record["leaf"] = kept.index
            signer = chain.signer if opened and not kept.erased else None
            yield Chained(number, kept.index, record, signer, kept.erased)

    def links(self, subject: str, below: int) -> list[int]:
        return [one.index for one in self.chain(subject, below)]

    def kept(self, kind: str, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        for index in range(start, min(stop, self._streams.size(kind))):
            found = self._streams.payload(kind, index)
            if found is not None:
                yield index, *found

    def derived_id(self, payload: bytes) -> bytes:
        return uuid_of(hashlib.sha256(b"memory" + payload).digest()).bytes

    def _shown(self, kept: _Kept) -> StoredStatement:
        new = kept.new
        return StoredStatement(
            new.kind, kept.index, new.id, new.payload, kept.stored, new.authority, new.version,
            self._voided(kept), new.attachments,
        )  # fmt: skip

    def _find(self, id: bytes) -> _Kept | None:
        return next((kept for kept in self._kept if kept.new.id == id and not kept.erased), None)

    # ------------------------------------------------------------------ erasing

    def erase_statement(self, kind: str, index: int) -> bool:
        fresh = self._streams.erase(kind, index)
        for kept in self._kept:
            if (kept.new.kind, kept.index) == (kind, index):
                kept.erased = True
        needed = {sha2 for kept in self._kept if not kept.erased for sha2 in kept.new.attachments}
        for sha2 in set(self._attachments) - needed:
            del self._attachments[sha2]
        return fresh

    def erase_agent(self, key: str) -> int:
        name = subject_name(key)
        named = [head for head in self.subjects() if head.subject == name]
        if any(not kept.erased for kept in self._links(name)):
            named = []
        elif named:
            self._forgotten.add(name)
        return len(self._agents.pop(key, ())) + len(named) + self._documents.forget(key)

    def sweep(self) -> None:
        """Nothing of what was erased is kept."""

    def _erased(self, id: bytes) -> bool:
        return any(kept.new.id == id and kept.erased for kept in self._kept)
