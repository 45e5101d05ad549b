"""Filters over an index of many small epochs answer as the reference does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from ledger.store import Store, incoming, links, querying, statements
from scripts.postgres import Postgres
from tests.store.samples import sealed_store
from tests.store.statement_worlds import World, worlds
from tests.store.test_statement_reference import judged

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Epochs of two records; two of them are looked at, then three at a time."""
    url = None
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres_server")
        url = server.create_database()
    patch = pytest.MonkeyPatch()
    for module in (incoming, links, querying, statements):
        patch.setattr(module, "EPOCH_SHIFT", 1)
    patch.setattr(querying, "_EPOCHS", (2, 3))
    found = sealed_store(tmp_path_factory.mktemp("epochs"), url)
    yield found
    found.close()
    patch.undo()


@FEW
@given(world=worlds())
def test_rare_filters(store: Store, world: World) -> None:
    judged(store, world)


@FEW
@given(world=worlds())
def test_frequent_filters(store: Store, world: World) -> None:
    """Each epoch by itself, and rows that are counted only to one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(querying, "_FEW", 0)
        patch.setattr(querying, "_COUNTED", 1)
        judged(store, world)
