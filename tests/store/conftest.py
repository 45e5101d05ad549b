"""The same contract for the store on SQLite, on PostgreSQL and in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.memory import MemoryOutbox, MemoryStreamStore, MemoryTokenStore
from ledger.ports import Outbox, TokenStore
from ledger.store import Store
from tests.postgres import postgres_server
from tests.store.samples import sealed_store

__all__ = ["postgres_server"]

DATABASES = ["sqlite", "postgres"]
ANYWHERE = [*DATABASES, "memory"]


def database_url(request: pytest.FixtureRequest, name: str) -> Iterator[str | None]:
    """None: SQLite in the home; else the URL of an empty database."""
    if name == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """A test that uses it runs on both databases, unless it is of `sqlite_only`."""
    yield from database_url(request, request.param)


@pytest.fixture
def disk(tmp_path: Path, url: str | None) -> Iterator[Store]:
    store = sealed_store(tmp_path / "home", url)
    yield store
    store.close()


@pytest.fixture(params=ANYWHERE)
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store | None]:
    """A store on either database, or None for one in memory."""
    if request.param == "memory":
        yield None
        return
    for url in database_url(request, request.param):
        store = sealed_store(tmp_path / "home", url)
        yield store
        store.close()


@pytest.fixture
def store(anywhere: Store | None) -> Store | MemoryStreamStore:
    return anywhere or MemoryStreamStore()


@pytest.fixture
def outbox(anywhere: Store | None) -> Outbox:
    return anywhere or MemoryOutbox()


@pytest.fixture
def tokens(anywhere: Store | None) -> TokenStore:
    return anywhere or MemoryTokenStore()
