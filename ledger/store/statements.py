"""Statements: acknowledged with their index in one transaction, and read by it.

Crash story: the one transaction of `append_statements` holds entries, payloads and identities of
one or both streams, the statements' rows, postings, references, names and attachments. Before its
commit nothing is there, after it everything is. What is remembered in memory of what was written
follows the commit: a crash forgets it, which costs a look and nothing else.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, update

from ledger.core.streams import KINDS_BY_NAME
from ledger.core.teaching.envelope import subject_name, submitted_of
from ledger.errors import BadEvidence, UnknownNumber
from ledger.ports.statements import (
    Attachment,
    BatchOutcome,
    Chained,
    NewStatement,
    StatementBatch,
    StatementQuery,
    StoredStatement,
    SubjectHead,
)
from ledger.store.appending import Appending, NotFresh
from ledger.store.attachments import Attachments
from ledger.store.chains import Chains
from ledger.store.database import Database, in_lists
from ledger.store.dedupe import first_key, payloads
from ledger.store.dialect import streams_free
from ledger.store.documents import forget_documents
from ledger.store.entries import StreamState, base_of, read_state
from ledger.store.ids import KINDS, Ids, identity, place
from ledger.store.incoming import Incoming, postings
from ledger.store.judging import Equivalent, Judge
from ledger.store.links import VOIDED, VOIDS, Links
from ledger.store.named import Named
from ledger.store.pace import Horizon, Pace, count_erasure, read_horizon, save_stored
from ledger.store.querying import Querying
from ledger.store.schema import EPOCH_SHIFT, KIND_SHIFT, lookup, moment, posting, record, statement
from ledger.store.sealing import Sealing, opened
from ledger.store.terms import Terms, pack

Hold = Callable[[str, float], AbstractContextManager[bool]]


class Statements:
    """`ports.StatementStore` over a database."""

    def __init__(
        self, home: Path, hold: Hold, database: Database, key: bytes, sealing: Sealing
    ) -> None:
        self._database, self._sealing, self._hold = database, sealing, hold
        self._terms = Terms(key)
        self._ids = Ids(key)
        self._appending = {kind: Appending(database, kind, key) for kind in KINDS}
        self._named = Named(database, self._terms, sealing)
        self._links = Links(database, self._terms, self._ids)
        self._attachments = Attachments(database, self._terms, sealing)
        self._querying = Querying(database, self._terms)
        self._chains = Chains(database, self._terms, sealing)
        self._pace = Pace(home / "statements.lock")
        self._mutex = threading.Lock()

    # ------------------------------------------------------------------ appending

    def append_statements(
        self,
        batches: Sequence[StatementBatch],
        equivalent: Equivalent,
        now: int,
        timeout: float = 60.0,
    ) -> list[BatchOutcome]:
        """See `ports.StatementStore.append_statements`."""
        begun = time.monotonic()
        prepared = [[self._incoming(new) for new in batch.statements] for batch in batches]
        kinds = {one.new.kind for batch in prepared for one in batch}
        if not kinds:
            return [BatchOutcome() for _ in batches]
        with ExitStack() as stack:
            waited = [
                stack.enter_context(self._hold(kind, timeout)) for kind in KINDS if kind in kinds
            ]
            if any(waited):
                now += int((time.monotonic() - begun) * 1_000)
            stack.enter_context(self._mutex)
            stack.enter_context(self._pace.writing())
            try:
                return self._append_fresh(batches, prepared, now)
            except NotFresh:
                return self._append_judged(batches, prepared, equivalent, now)

    def _incoming(self, new: NewStatement) -> Incoming:
        if new.kind not in self._appending:
            raise UnknownNumber("no-such-stream", stream=new.kind)
        digest = self._appending[new.kind].digest(identity(new.id))
        sealed = b"" if new.chain else self._sealing.seal_payload(digest, new.payload)
        terms = self._terms.of_mentions(new.mentions)
        return Incoming(new, digest, (digest, new.salt, sealed), new.entry, terms)

    def _append_fresh(
        self, batches: Sequence[StatementBatch], prepared: list[list[Incoming]], now: int
    ) -> list[BatchOutcome]:
        """The usual case: no statement of any batch is there yet. Raises NotFresh, and nothing is
        done."""
        arriving = [one for batch in prepared for one in batch]
        with self._database.write() as connection:
            horizon = read_horizon(connection, lock=True)
            states = self._states(connection)
            self._assign(states, arriving)
            for kind, some in _by_kind(arriving).items():
                digests = [one.digest for one in some]
                self._appending[kind].claim(connection, states[kind], digests)
            self._refuse_known_elsewhere(connection, states, arriving)
            seen = self._save(connection, horizon, states, arriving, batches, now)
        self._named.commit(*seen)
        return [
            BatchOutcome(tuple(place(one.record)[1] for one in batch), (True,) * len(batch))
            for batch in prepared
        ]

    def _refuse_known_elsewhere(
        self,
        connection: Connection,
        states: dict[str, StreamState],
        arriving: Sequence[Incoming],
    ) -> None:
        """An id stands once in all streams. Raises NotFresh where another may have one of these."""
        kinds = {one.new.kind for one in arriving}
        if len(kinds) > 1 and len({one.new.id for one in arriving}) < len(arriving):
            raise NotFresh
        for kind in KINDS:
            if not states[kind].size:
                continue
            keys = [
                first_key(self._ids.digest(kind, one.new.id))
                for one in arriving
                if one.new.kind != kind
            ]
            for listed in in_lists(keys):
                found = connection.exec_driver_sql(
                    f"SELECT 1 FROM identity WHERE key IN ({listed}) LIMIT 1"
                )
                if found.first() is not None:
                    raise NotFresh

    def _append_judged(
        self,
        batches: Sequence[StatementBatch],
        prepared: list[list[Incoming]],
        equivalent: Equivalent,
        now: int,
    ) -> list[BatchOutcome]:
        """Something is repeated: what is there is read first."""
        with self._database.write() as connection:
            horizon = read_horizon(connection, lock=True)
            states = self._states(connection)
            uuids = [one.new.id for batch in prepared for one in batch]
            known = self._ids.known(connection, uuids)
            standing = [found for uuid in uuids if (found := known.find(uuid)) is not None]
            judge = Judge(
                {kind: state.size for kind, state in states.items()},
                known,
                {
                    number: None if payload is None else submitted_of(payload)
                    for number, payload in payloads(connection, self._sealing, standing).items()
                },
                equivalent,
            )
            outcomes = [judge.judge(batch) for batch in prepared]
            if not judge.accepted:
                return outcomes
            for identities in known.by_kind.values():
                identities.save(self._database)
            stored = [
                batch
                for batch, outcome in zip(batches, outcomes, strict=True)
                if any(outcome.fresh)
            ]
            seen = self._save(connection, horizon, states, judge.accepted, stored, now)
        self._named.commit(*seen)
        return outcomes

    def _states(self, connection: Connection) -> dict[str, StreamState]:
        return {kind: read_state(connection, kind) for kind in KINDS}

    def _assign(self, states: dict[str, StreamState], arriving: Sequence[Incoming]) -> None:
        free = {kind: self._appending[kind].base + state.size for kind, state in states.items()}
        for one in arriving:
            one.record = free[one.new.kind]
            free[one.new.kind] += 1

    def _save(
        self,
        connection: Connection,
        horizon: Horizon,
        states: dict[str, StreamState],
        accepted: Sequence[Incoming],
        batches: Sequence[StatementBatch],
        now: int,
    ) -> Horizon:
        """All rows of numbered statements. Returns the horizon after it."""
        last, erasures = horizon
        stored = self._pace.next(last, now)
        save_stored(connection, stored)
        self._named.begin(last, erasures)
        self._chains.save(connection, accepted)
        moments = []
        for kind, some in _by_kind(accepted).items():
            entries, kept = [one.entry for one in some], [one.kept for one in some]
            self._appending[kind].save(connection, states[kind], entries, kept)
            moments.append((int(KINDS_BY_NAME[kind]), stored, some[0].record))
        self._database.insert(connection, moment, moments)
        self._index(connection, accepted, stored)
        self._named.save(connection, [one.new for one in accepted])
        declared = [(one.record, one.new.attachments) for one in accepted if one.new.attachments]
        if declared:
            data = [each for batch in batches for each in batch.attachments]
            self._attachments.save(connection, declared, data)
        return Horizon(stored, erasures)

    def _index(self, connection: Connection, accepted: Sequence[Incoming], stored: int) -> None:
        """The statements' rows, their postings, and what follows from references."""
        authorities = self._named.authority_ids(one.new.authority for one in accepted)
        self._named.save_authorities(connection, authorities)
        by = [authorities[one.new.authority] for one in accepted]
        self._database.insert(connection, statement, self._rows(accepted, by, stored))
        self._database.insert(connection, posting, postings(accepted, by))
        self._links.save(connection, accepted)

    def _rows(
        self, accepted: Sequence[Incoming], by: Sequence[int], stored: int
    ) -> Iterator[tuple[Any, ...]]:
        for one, authority in zip(accepted, by, strict=True):
            new = one.new
            sealed = self._seal_list(one) if new.attachments else None
            flags = VOIDS if new.voids else 0
            terms = pack(one.terms)
            yield (
                one.record,
                new.id,
                stored,
                authority,
                new.version,
                flags,
                terms,
                new.refers,
                sealed,
            )

    def _seal_list(self, one: Incoming) -> bytes:
        text = "\n".join(one.new.attachments).encode()
        return self._sealing.records.seal(text, b"attachments" + one.digest)

    # ------------------------------------------------------------------ reading

    def statement(self, id: bytes) -> StoredStatement | None:
        """See `ports.StatementStore.statement`."""
        with self._database.read() as connection:
            number = self._ids.find(connection, id)
            found = [] if number is None else self._read(connection, [number])
        return found[0] if found else None

    def statements(self, query: StatementQuery) -> list[StoredStatement]:
        """See `ports.StatementStore.statements`."""
        with self._database.read() as connection:
            numbers = self._querying.records(connection, query)
            if query.most_bytes is not None:
                numbers = _fitting(connection, numbers, query.most_bytes)
            return self._read(connection, numbers)

    def _read(self, connection: Connection, numbers: Sequence[int]) -> list[StoredStatement]:
        """Statements in the order of their records given; erased ones are left out."""
        rows: dict[int, Sequence[Any]] = {}
        for listed in in_lists(numbers):
            found = connection.exec_driver_sql(
                "SELECT s.record, s.uuid, s.stored, s.authority, s.version, s.flags,"
                " s.attachments, r.identity, r.payload"
                " FROM statement s JOIN record r ON r.id = s.record"
                f" WHERE s.record IN ({listed}) AND r.payload IS NOT NULL"
            )
            rows.update((row[0], row) for row in found)
        authorities = self._named.authorities(connection, {row[3] for row in rows.values()})
        return [self._stored(rows[one], authorities) for one in numbers if one in rows]

    def _stored(self, row: Sequence[Any], authorities: dict[int, bytes]) -> StoredStatement:
        number, uuid, stored, by, version, flags, attached, digest, payload = row
        if by not in authorities:
            raise BadEvidence("store-damaged", what="authority")
        kind, index = place(number)
        return StoredStatement(
            kind=kind,
            index=index,
            id=uuid,
            payload=submitted_of(self._sealing.open_payload(digest, payload)),
            stored=stored,
            authority=authorities[by],
            version=version,
            voided=bool(flags & VOIDED),
            attachments=self._open_list(digest, attached),
        )

    def _open_list(self, digest: bytes, sealed: bytes | None) -> tuple[str, ...]:
        if sealed is None:
            return ()
        context = b"attachments" + digest
        text = opened(self._sealing.records, sealed, context, "attachments").decode()
        return tuple(text.split("\n"))

    def voiding(self, id: bytes) -> bool:
        """See `ports.StatementStore.voiding`."""
        with self._database.read() as connection:
            number = self._ids.find(connection, id)
            flags = connection.exec_driver_sql(
                f"SELECT flags FROM statement WHERE record = {number or 0}"
            ).scalar()
        return bool((flags or 0) & VOIDS)

    def consistent_through(self, now: int) -> int:
        """See `ports.StatementStore.consistent_through`."""
        with self._database.read() as connection:
            free = streams_free(connection, (int(KINDS_BY_NAME[kind]) for kind in KINDS))
            if free and self._pace.promise(now):
                return now
            return min(now, read_horizon(connection).stored)

    def attachment(self, sha2: str) -> Attachment | None:
        """See `ports.StatementStore.attachment`."""
        return self._attachments.read(sha2)

    def activity(self, iri: str) -> bytes | None:
        """See `ports.StatementStore.activity`."""
        return self._named.activity(iri)

    def agents(self, key: str) -> list[bytes]:
        """See `ports.StatementStore.agents`."""
        return self._named.agents(key)

    def known_agents(self) -> Iterator[bytes]:
        """See `ports.StatementStore.known_agents`."""
        return self._named.known_agents()

    def subjects(self) -> list[SubjectHead]:
        """See `ports.StatementStore.subjects`."""
        return self._chains.subjects()

    def chain(
        self, subject: str, below: int, types: Collection[str] | None = None
    ) -> Iterator[Chained]:
        """See `ports.StatementStore.chain`."""
        return self._chains.chain(subject, below, types)

    def links(self, subject: str, below: int) -> list[int]:
        """See `ports.StatementStore.links`."""
        return self._chains.links(subject, below)

    def kept(self, kind: str, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """See `ports.StatementStore.kept`."""
        base = base_of(kind)
        with self._database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT id, identity, salt, payload FROM record"
                f" WHERE id >= {base + start} AND id < {base + stop} AND payload IS NOT NULL"
                " ORDER BY id"
            ).all()
        for number, digest, salt, payload in rows:
            yield int(number) - base, salt, self._sealing.open_payload(digest, payload)

    def derived_id(self, payload: bytes) -> bytes:
        """See `ports.StatementStore.derived_id`."""
        return self._terms.derived_id(hashlib.sha256(payload).digest())

    # ------------------------------------------------------------------ erasing

    def erase_statement(self, kind: str, index: int) -> bool:
        """See `ports.StatementStore.erase_statement`."""
        if kind not in self._appending or not 0 <= index < 1 << KIND_SHIFT:
            raise UnknownNumber("no-such-record", stream=kind, index=index)
        number = self._appending[kind].base + index
        with self._database.write() as connection:
            count_erasure(connection)  # and nobody appends meanwhile
            for kept in payloads(connection, self._sealing, [number]).values():
                if kept is not None:
                    self._chains.erase(connection, kept)
            done = connection.execute(
                update(record)
                .where(record.c.id == number, record.c.payload.is_not(None))
                .values(payload=None, salt=None)
            )
            connection.execute(delete(lookup).where(lookup.c.record == number))
            node = self._links.node(connection, number)
            if node is not None:
                self._unlist(connection, number)
                self._links.erase(connection, node)
                self._attachments.erase(connection, number)
        return done.rowcount == 1

    def _unlist(self, connection: Connection, number: int) -> None:
        """The posting of the authority is no term of the statement's own."""
        connection.exec_driver_sql(
            f"DELETE FROM posting WHERE epoch = {number >> EPOCH_SHIFT} AND term ="
            f" (SELECT authority FROM statement WHERE record = {number})"
            f" AND record = {number}"
        )

    def erase_agent(self, key: str) -> int:
        """See `ports.StatementStore.erase_agent`."""
        with self._database.write() as connection:
            count_erasure(connection)
            named = self._named.forget(connection, key)
            named += self._chains.forget(connection, subject_name(key))
            return named + forget_documents(connection, self._terms, key)

    def sweep(self) -> None:
        """See `ports.StatementStore.sweep`."""
        self._database.sweep()


def _fitting(connection: Connection, numbers: Sequence[int], most: int) -> list[int]:
    """The first of the records, up to the one with which payloads reach `most` bytes."""
    lengths: dict[int, int] = {}
    for listed in in_lists(numbers):
        lengths.update(
            (int(row[0]), row[1])
            for row in connection.exec_driver_sql(
                f"SELECT id, coalesce(length(payload), 0) FROM record WHERE id IN ({listed})"
            )
        )
    size, fitting = 0, list[int]()
    for number in numbers:
        if size >= most:
            break
        fitting.append(number)
        size += lengths.get(number, 0)
    return fitting


def _by_kind(statements: Sequence[Incoming]) -> dict[str, list[Incoming]]:
    found: dict[str, list[Incoming]] = {}
    for one in statements:
        found.setdefault(one.new.kind, []).append(one)
    return found
