"""The store on disk answers as the slow and obvious one in memory does, whatever was submitted."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ledger.core.teaching.envelope import subject_of
from ledger.core.xapi.equivalence import equivalent
from ledger.core.xapi.mentions import agent_key
from ledger.memory import MemoryStatementStore
from ledger.ports.statements import (
    BatchOutcome,
    Cursor,
    StatementBatch,
    StatementQuery,
    StatementStore,
    StoredStatement,
)
from ledger.store import Store
from scripts.postgres import Postgres
from tests.store.samples import sealed_store
from tests.store.statement_worlds import ACTIVITIES, ACTORS, IDS, Concrete, World, worlds

KINDS = ("learning", "teaching")
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Seen:
    """A store as one world sees it: leaf indexes count from the world's first in each stream."""

    store: StatementStore
    first: Mapping[str, int]

    def append(self, batches: Sequence[StatementBatch], now: int) -> list[BatchOutcome]:
        return [
            replace(outcome, indexes=tuple(self._from_first(batch, outcome)))
            for batch, outcome in zip(
                batches, self.store.append_statements(batches, equivalent, now), strict=True
            )
        ]

    def _from_first(self, batch: StatementBatch, outcome: BatchOutcome) -> Iterator[int]:
        # A repeated statement may stand in the other stream: its index is that one's.
        for new, index in zip(batch.statements, outcome.indexes, strict=False):
            found = self.store.statement(new.id)
            yield index - self.first[found.kind] if found else -1

    def erase(self, id: bytes) -> bool:
        found = self.store.statement(id)
        return found is not None and self.store.erase_statement(found.kind, found.index)

    def shown(self, stored: StoredStatement | None) -> StoredStatement | None:
        return stored and replace(stored, index=stored.index - self.first[stored.kind])

    def chain(self, subject: str) -> list[Any]:
        """The links of a subject's chain, and what the store says its end is."""
        first = self.first["teaching"]
        links = [
            (one.number, one.index - first, one.record, one.signer, one.erased)
            for one in self.store.chain(subject, 1 << 40)
        ]
        ends = [
            (head.count, head.leaf - first)
            for head in self.store.subjects()
            if head.subject == subject
        ]
        return [links, ends]

    def pages(self, query: StatementQuery) -> list[list[StoredStatement | None]]:
        """All pages of the query, to the end."""
        pages: list[list[StoredStatement | None]] = []
        while True:
            found = self.store.statements(query)
            pages.append([self.shown(one) for one in found])
            if len(found) < query.limit:
                return pages
            last = found[-1]
            query = replace(query, after=Cursor(last.stored, last.kind, last.index))


def compare(ours: Seen, theirs: Seen, world: Concrete) -> None:
    """Submits the world to both, and asks both everything."""
    for now, batches, erased in world.transactions():
        assert ours.append(batches, now) == theirs.append(batches, now)
        assert [ours.erase(id) for id in erased] == [theirs.erase(id) for id in erased]
    ask(ours, theirs, world)


def ask(ours: Seen, theirs: Seen, world: Concrete) -> None:
    for text in IDS:
        id = world.id(text)
        assert ours.shown(ours.store.statement(id)) == theirs.shown(theirs.store.statement(id))
        assert ours.store.voiding(id) == theirs.store.voiding(id)
    for query in world.queries():
        assert ours.pages(query) == theirs.pages(query), query
    for activity in ACTIVITIES:
        iri = world.text(activity["id"])
        assert ours.store.activity(iri) == theirs.store.activity(iri)
    for agent in ACTORS:
        key = agent_key(world.named(agent))
        assert sorted(ours.store.agents(key)) == sorted(theirs.store.agents(key))
        name = subject_of({"actor": world.named(agent)})
        assert ours.chain(name) == theirs.chain(name)


def judged(store: Store, world: World) -> None:
    concrete = Concrete(next(_NUMBERS), world)
    first = {kind: store.size(kind) for kind in KINDS}
    compare(Seen(store, first), Seen(MemoryStatementStore(), dict.fromkeys(KINDS, 0)), concrete)


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = sealed_store(tmp_path_factory.mktemp("reference"))
    yield store
    store.close()


@pytest.fixture(scope="module")
def postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres
) -> Iterator[Store]:
    url = postgres_server.create_database()
    store = sealed_store(tmp_path_factory.mktemp("reference"), url)
    yield store
    store.close()
    postgres_server.drop_database(url)


@pytest.fixture
def small_epochs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    rooms = [found for name, found in sys.modules.items() if name.startswith("ledger.store.")]
    for room in rooms:
        if hasattr(room, "EPOCH_SHIFT"):
            monkeypatch.setattr(room, "EPOCH_SHIFT", 2)
    store = sealed_store(tmp_path)
    yield store
    store.close()


def budget(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@budget(60)
@given(world=worlds())
def test_sqlite(sqlite: Store, world: World) -> None:
    judged(sqlite, world)


@budget(40)
@given(world=worlds())
def test_small_epochs(small_epochs: Store, world: World) -> None:
    """The index is cut every fourth record, so that every world lies across several cuts."""
    judged(small_epochs, world)


@budget(15)
@given(world=worlds())
def test_postgres(postgres: Store, world: World) -> None:
    judged(postgres, world)
