"""Chains: each subject's records numbered, within the transaction that appends them.

Crash story: heads, links, entries and payloads are of one transaction, under the stream's lock, so
a number is given once and never to nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import orjson
from sqlalchemy import Connection

from ledger.core.teaching.envelope import chain_of
from ledger.ports.statements import Chained, SubjectHead
from ledger.store.database import Database, in_lists
from ledger.store.ids import place
from ledger.store.incoming import Incoming
from ledger.store.schema import chained
from ledger.store.sealing import Sealing, opened
from ledger.store.terms import SUBJECT, TYPE, Terms

_UPSERT = (
    "INSERT INTO subject VALUES (?, ?, ?, ?) ON CONFLICT (subject) DO UPDATE"
    " SET sealed = excluded.sealed, count = excluded.count, last = excluded.last"
)
_AT_ONCE = 2_000
"""Links read at a time: a chain need not fit into memory."""


class Chains:
    """The rows of `subject` and `chained`. Safe for threads."""

    def __init__(self, database: Database, terms: Terms, sealing: Sealing) -> None:
        self._database, self._terms, self._sealing = database, terms, sealing

    def save(self, connection: Connection, accepted: Sequence[Incoming]) -> None:
        """Numbers the statements that continue a chain, in the order of their leaves, and makes
        their payloads and entries. Their records are numbered already."""
        linked = sorted(
            (one for one in accepted if one.new.chain is not None), key=lambda one: one.record
        )
        if not linked:
            return
        names = dict.fromkeys(one.new.chain.subject for one in linked if one.new.chain)
        terms = {name: self._terms.term(SUBJECT, name) for name in names}
        heads = self._heads(connection, tuple(terms.values()))
        rows = []
        for one in linked:
            chain = one.new.chain
            assert chain is not None
            term, leaf = terms[chain.subject], place(one.record)[1]
            count, last = heads.get(term, (0, -1))
            payload, one.entry = chain.enclose(count, last if count else None)
            one.kept = (one.digest, one.new.salt, self._seal_payload(one, payload))
            record = b"null" if not chain.record else chain.record
            plain = b'{"record":%s,"signer":%s}' % (record, orjson.dumps(chain.signer))
            sealed = self._sealing.records.seal(plain, _context(term, count))
            rows.append((term, count, leaf, self._type(chain.type), sealed))
            heads[term] = (count + 1, leaf)
        self._database.insert(connection, chained, rows)
        people = self._sealing.people
        ends = [
            (term, people.seal(name.encode(), _name(term)), *heads[term])
            for name, term in terms.items()
        ]
        self._database.many(connection, _UPSERT, ends)

    def _type(self, name: str) -> int:
        return self._terms.term(TYPE, name) if name else 0

    def _seal_payload(self, one: Incoming, payload: bytes) -> bytes:
        return self._sealing.seal_payload(one.digest, payload)

    def _heads(self, connection: Connection, terms: Sequence[int]) -> dict[int, tuple[int, int]]:
        found: dict[int, tuple[int, int]] = {}
        for listed in in_lists(sorted(terms)):
            rows = connection.exec_driver_sql(
                f"SELECT subject, count, last FROM subject WHERE subject IN ({listed})"
            )
            found.update((term, (count, last)) for term, count, last in rows)
        return found

    # ------------------------------------------------------------------ reading

    def subjects(self) -> list[SubjectHead]:
        """See `ports.StatementStore.subjects`."""
        with self._database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT subject, sealed, count, last FROM subject WHERE sealed IS NOT NULL"
            ).all()
        found = [
            SubjectHead(opened(self._sealing.people, sealed, _name(term), "subject").decode(),
                        count, last)
            for term, sealed, count, last in rows
        ]  # fmt: skip
        return sorted(found, key=lambda head: head.subject)

    def chain(
        self, name: str, below: int, types: Collection[str] | None = None
    ) -> Iterator[Chained]:
        """See `ports.StatementStore.chain`."""
        term, after = self._terms.term(SUBJECT, name), -1
        wanted = "1 = 1"
        if types is not None:
            wanted = f"type IN ({','.join(str(self._type(one)) for one in types) or 'NULL'})"
        while True:
            with self._database.read() as connection:
                rows = connection.exec_driver_sql(
                    "SELECT number, leaf, sealed IS NULL,"
                    f" CASE WHEN {wanted} THEN sealed END FROM chained"
                    f" WHERE subject = {term} AND number > {after} AND leaf < {below}"
                    f" ORDER BY number LIMIT {_AT_ONCE}"
                ).all()
            for number, leaf, erased, sealed in rows:
                if sealed is None:
                    yield Chained(number, leaf, None, None, bool(erased))
                else:
                    yield self._link(term, number, leaf, sealed)
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1][0]

    def links(self, name: str, below: int) -> list[int]:
        """See `ports.StatementStore.links`."""
        term = self._terms.term(SUBJECT, name)
        with self._database.read() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT leaf FROM chained WHERE subject = {term} AND leaf < {below}"
                " ORDER BY number"
            ).all()
        return [leaf for (leaf,) in rows]

    def _link(self, term: int, number: int, leaf: int, sealed: bytes) -> Chained:
        plain = opened(self._sealing.records, sealed, _context(term, number), "chained")
        value = orjson.loads(plain)
        record = value["record"]
        if record is not None:
            record["leaf"] = leaf
        return Chained(number, leaf, record, value["signer"])

    # ------------------------------------------------------------------ erasing

    def erase(self, connection: Connection, payload: bytes) -> None:
        """Deletes the record of an erased payload; number and leaf stay. A payload that is no
        envelope is no link."""
        place = chain_of(payload)
        if place is None:
            return
        term = self._terms.term(SUBJECT, place[0])
        connection.exec_driver_sql(
            f"UPDATE chained SET sealed = NULL WHERE subject = {term} AND number = {place[1]}"
        )

    def forget(self, connection: Connection, name: str) -> int:
        """Deletes a subject's name once every link of the chain is erased; numbers and leaves stay.
        How many rows. While others' records about the subject are kept, so is whose they are."""
        term = self._terms.term(SUBJECT, name)
        done = connection.exec_driver_sql(
            f"UPDATE subject SET sealed = NULL WHERE subject = {term} AND sealed IS NOT NULL"
            f" AND NOT EXISTS (SELECT 1 FROM chained WHERE subject = {term} AND sealed IS NOT NULL)"
        )
        return int(done.rowcount)


def _context(term: int, number: int) -> bytes:
    return b"chained" + term.to_bytes(8, "big", signed=True) + number.to_bytes(8, "big")


def _name(term: int) -> bytes:
    return b"subject" + term.to_bytes(8, "big", signed=True)
