"""Documents on disk are those in memory, whatever is done to them in whatever order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import BadEvidence
from ledger.memory import MemoryDocumentStore
from ledger.office.documents import document
from ledger.ports.statements import Document, DocumentKind, DocumentScope, DocumentStore
from ledger.store import Store
from scripts.postgres import Postgres
from tests.store.samples import sealed_store

_NUMBERS = itertools.count(1)
ACTIVITIES = ["http://course.example/1", "http://课.example/2"]
AGENTS = ["mbox\nmailto:a@b.example", "account\nhttp://x.example\n2023001"]
REGISTRATIONS = [None, "00000000-0000-4000-8000-000000000000"]
IDS = ["bookmark", "书签", ""]

SCOPES = st.one_of(
    st.builds(
        DocumentScope,
        st.just(DocumentKind.STATE),
        st.sampled_from(ACTIVITIES),
        st.sampled_from(AGENTS),
        st.sampled_from(REGISTRATIONS),
    ),
    st.builds(DocumentScope, st.just(DocumentKind.ACTIVITY_PROFILE), st.sampled_from(ACTIVITIES)),
    st.builds(
        lambda agent: DocumentScope(DocumentKind.AGENT_PROFILE, agent=agent),
        st.sampled_from(AGENTS),
    ),
)
MANY = SCOPES | SCOPES.map(lambda scope: replace(scope, registration=None, any_registration=True))
DOCUMENTS = st.builds(
    document,
    st.binary(max_size=20),
    st.sampled_from(["application/octet-stream", "image/png"]),
    st.integers(0, 50),
)


@dataclass(frozen=True)
class Write:
    """A document is put; removed if None; or the change is refused."""

    scope: DocumentScope
    id: str
    new: Document | None
    refused: bool


@dataclass(frozen=True)
class DeleteMany:
    scope: DocumentScope


@dataclass(frozen=True)
class Ask:
    scope: DocumentScope
    since: int | None


WRITES = st.builds(
    Write,
    SCOPES,
    st.sampled_from(IDS),
    DOCUMENTS | st.none(),
    st.sampled_from([False, False, False, False, True]),
)
ASKS = st.builds(Ask, MANY, st.none() | st.integers(0, 50))
STEPS = st.lists(WRITES | st.builds(DeleteMany, MANY) | ASKS, min_size=4, max_size=14)


class World:
    """One store; every name carries the world's number, so that worlds do not meet."""

    def __init__(self, store: DocumentStore, number: int) -> None:
        self.store, self.number = store, number

    def own(self, scope: DocumentScope) -> DocumentScope:
        activity = scope.activity and f"{scope.activity}/{self.number}"
        return replace(
            scope, activity=activity, agent=scope.agent and f"{scope.agent}{self.number}"
        )

    def answer(self, step: Write | DeleteMany | Ask) -> object:
        scope = self.own(step.scope)
        match step:
            case Write():
                return self._write(scope, step)
            case DeleteMany():
                return self.store.delete_documents(scope)
            case Ask():
                found = self.store.document_ids(scope, step.since)
                return found, self.store.last_updated(scope)

    def _write(self, scope: DocumentScope, step: Write) -> object:
        seen: list[Document | None] = []

        def change(old: Document | None) -> Document | None:
            seen.append(old)
            if step.refused:
                raise BadEvidence("xapi-not-mergeable")
            return step.new

        try:
            after = self.store.change_document(scope, step.id, change)
        except BadEvidence as refusal:
            return refusal.code, seen[-1], self.store.document(scope, step.id)
        return after, seen[-1], self.store.document(scope, step.id)

    def of_agents(self) -> list[object]:
        return [
            sorted(
                ((scope.kind, scope.activity, scope.registration or "", id, document.content)
                 for scope, id, document in self.store.documents_of(f"{agent}{self.number}")),
            )
            for agent in AGENTS
        ]  # fmt: skip


def judged(store: Store, steps: list[Write | DeleteMany | Ask]) -> None:
    number = next(_NUMBERS)
    ours, theirs = World(store, number), World(MemoryDocumentStore(), number)
    for step in steps:
        assert ours.answer(step) == theirs.answer(step), step
    assert ours.of_agents() == theirs.of_agents()


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = sealed_store(tmp_path_factory.mktemp("documents"))
    yield store
    store.close()


@pytest.fixture(scope="module")
def postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres
) -> Iterator[Store]:
    url = postgres_server.create_database()
    store = sealed_store(tmp_path_factory.mktemp("documents"), url)
    yield store
    store.close()
    postgres_server.drop_database(url)


def budget(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@budget(60)
@given(steps=STEPS)
def test_sqlite(sqlite: Store, steps: list[Write | DeleteMany | Ask]) -> None:
    judged(sqlite, steps)


@budget(20)
@given(steps=STEPS)
def test_postgres(postgres: Store, steps: list[Write | DeleteMany | Ask]) -> None:
    judged(postgres, steps)
