"""The same contract for the store on disk and the one in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.memory import MemoryOutbox, MemoryStreamStore, MemoryTokenStore
from ledger.ports import Outbox, TokenStore
from ledger.store import Store
from tests.store.samples import sealed_store


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Store]:
    store = sealed_store(tmp_path / "home")
    yield store
    store.close()


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest) -> Store | MemoryStreamStore:
    if request.param == "memory":
        return MemoryStreamStore()
    found: Store = request.getfixturevalue("disk")
    return found


@pytest.fixture(params=["disk", "memory"])
def outbox(request: pytest.FixtureRequest) -> Outbox:
    if request.param == "memory":
        return MemoryOutbox()
    found: Store = request.getfixturevalue("disk")
    return found


@pytest.fixture(params=["disk", "memory"])
def tokens(request: pytest.FixtureRequest) -> TokenStore:
    if request.param == "memory":
        return MemoryTokenStore()
    found: Store = request.getfixturevalue("disk")
    return found
