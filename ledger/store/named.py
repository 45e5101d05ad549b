"""What statements name: authorities, agents in every form, merged definitions of activities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, delete, select

from ledger.core.xapi.definitions import merge
from ledger.ports.statements import NewStatement
from ledger.store.database import Database, in_lists
from ledger.store.schema import agent
from ledger.store.sealing import Sealing, opened
from ledger.store.terms import ACTIVITY, AGENT, AUTHORITY, FORM, Terms, pack

KNOWN = 100_000
"""Forms of agents, and activities with the definition merged last, that are remembered as written:
by the 64 bits of Python's own keyed hash, some 10 MB."""
_AUTHORITIES = 10_000
_AT_ONCE = 1_000


class Named:
    """Rows of `authority`, `agent` and `activity`.

    What was written is remembered, so that the thousandth statement about a course writes none of
    them. `begin` tells what others changed meanwhile; `commit` comes after the transaction.
    """

    def __init__(self, database: Database, terms: Terms, sealing: Sealing) -> None:
        self._database, self._terms, self._sealing = database, terms, sealing
        self._seen = (-1, -1)
        self._agents: set[int] = set()
        self._merged: dict[str, int] = {}
        self._authorities: dict[bytes, int] = {}
        self._by_id: dict[int, bytes] = {}
        self._fresh_agents: list[int] = []
        self._fresh_merged: dict[str, int] = {}

    # ------------------------------------------------------------------ writing

    def begin(self, stored: int, erasures: int) -> None:
        """`stored` and `erasures` of the horizon as this transaction found them."""
        if self._seen[0] != stored:
            self._merged.clear()  # somebody else may have merged another definition last
        if self._seen[1] != erasures:
            self._agents.clear()
        self._fresh_agents, self._fresh_merged = [], {}

    def save(self, connection: Connection, statements: Sequence[NewStatement]) -> None:
        """Everything that the statements name and that is not known to be there."""
        self._save_agents(connection, statements)
        self._save_definitions(connection, statements)

    def commit(self, stored: int, erasures: int) -> None:
        """The transaction is on disk."""
        self._seen = (stored, erasures)
        if len(self._agents) > KNOWN:
            self._agents.clear()
        self._agents.update(self._fresh_agents)
        if len(self._merged) > KNOWN:
            self._merged.clear()
        self._merged.update(self._fresh_merged)

    def _save_agents(self, connection: Connection, statements: Sequence[NewStatement]) -> None:
        fresh: dict[bytes, str] = {}
        for new in statements:
            for key, form in new.agents:
                if hash(form) not in self._agents:
                    fresh[form] = key
        rows = []
        for form, key in fresh.items():
            ids = self._terms.term(AGENT, key), self._terms.term(FORM, form)
            rows.append((*ids, self._sealing.people.seal(form, b"agent" + pack(ids))))
        self._database.many(
            connection, "INSERT INTO agent VALUES (?, ?, ?) ON CONFLICT DO NOTHING", sorted(rows)
        )
        self._fresh_agents = [hash(form) for form in fresh]

    def _save_definitions(self, connection: Connection, statements: Sequence[NewStatement]) -> None:
        fresh: dict[str, list[bytes]] = {}
        for new in statements:
            for iri, definition in new.activities:
                listed = fresh.get(iri)
                last = hash(listed[-1]) if listed else self._merged.get(iri)
                if hash(definition) != last:
                    fresh.setdefault(iri, []).append(definition)
        if not fresh:
            return
        ids = {iri: self._terms.term(ACTIVITY, iri) for iri in fresh}
        known = self._definitions(connection, ids.values())
        rows = []
        for iri, listed in fresh.items():
            merged = old = known.get(ids[iri])
            for definition in listed:
                merged = merge(merged, definition)
            if merged is not None and merged != old:
                rows.append((ids[iri], self._sealing.records.seal(merged, _activity(ids[iri]))))
            self._fresh_merged[iri] = hash(listed[-1])
        self._database.many(
            connection,
            "INSERT INTO activity VALUES (?, ?)"
            " ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed",
            sorted(rows),
        )

    def _definitions(self, connection: Connection, ids: Iterable[int]) -> dict[int, bytes]:
        found = {}
        for listed in in_lists(sorted(set(ids))):
            for number, sealed in connection.exec_driver_sql(
                f"SELECT id, sealed FROM activity WHERE id IN ({listed})"
            ):
                found[number] = opened(self._sealing.records, sealed, _activity(number), "activity")
        return found

    def authority_ids(self, authorities: Iterable[bytes]) -> dict[bytes, int]:
        """Terms of authorities, which are their ids."""
        known = self._authorities
        if len(known) > _AUTHORITIES:
            known.clear()
        wanted = set(authorities)
        for one in wanted - known.keys():
            known[one] = self._terms.term(AUTHORITY, one)
        return {one: known[one] for one in wanted}

    def save_authorities(self, connection: Connection, ids: dict[bytes, int]) -> None:
        rows = [
            (number, self._sealing.people.seal(one, _authority(number)))
            for one, number in ids.items()
        ]
        self._database.many(
            connection, "INSERT INTO authority VALUES (?, ?) ON CONFLICT DO NOTHING", rows
        )

    # ------------------------------------------------------------------ reading

    def authorities(self, connection: Connection, ids: Iterable[int]) -> dict[int, bytes]:
        """Canonical JSON by id."""
        wanted = set(ids)
        found = {number: self._by_id[number] for number in wanted & self._by_id.keys()}
        for listed in in_lists(sorted(wanted - found.keys())):
            rows = connection.exec_driver_sql(
                f"SELECT id, sealed FROM authority WHERE id IN ({listed})"
            )
            for number, sealed in rows:
                found[number] = opened(
                    self._sealing.people, sealed, _authority(number), "authority"
                )
        if len(self._by_id) > _AUTHORITIES:
            self._by_id = {}
        self._by_id |= found
        return found

    def activity(self, iri: str) -> bytes | None:
        """See `ports.StatementStore.activity`."""
        number = self._terms.term(ACTIVITY, iri)
        with self._database.read() as connection:
            return self._definitions(connection, [number]).get(number)

    def agents(self, key: str) -> list[bytes]:
        """See `ports.StatementStore.agents`; ordered by their bytes."""
        wanted = select(agent).where(agent.c.agent == self._terms.term(AGENT, key))
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        return sorted(self._form(*row) for row in rows)

    def known_agents(self) -> Iterator[bytes]:
        """See `ports.StatementStore.known_agents`."""
        text = self._database.marked(
            "SELECT agent, form, sealed FROM agent WHERE (agent, form) > (?, ?)"
            f" ORDER BY agent, form LIMIT {_AT_ONCE}"
        )
        last = (-(2**63), -(2**63))
        while True:
            with self._database.read() as connection:
                rows = connection.exec_driver_sql(text, last).all()
            if not rows:
                return
            for row in rows:
                yield self._form(*row)
            last = (rows[-1][0], rows[-1][1])

    def _form(self, number: int, form: int, sealed: bytes) -> bytes:
        context = b"agent" + pack((number, form))
        return opened(self._sealing.people, sealed, context, "agent")

    # ------------------------------------------------------------------ erasing

    def forget(self, connection: Connection, key: str) -> int:
        """Deletes every form of an agent."""
        self._agents.clear()
        gone = delete(agent).where(agent.c.agent == self._terms.term(AGENT, key))
        return connection.execute(gone).rowcount


def _activity(number: int) -> bytes:
    return b"activity" + pack((number,))


def _authority(number: int) -> bytes:
    return b"authority" + pack((number,))
