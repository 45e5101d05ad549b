"""Worlds for the tests of the chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from ledger.chain.transport import Transport
from tests.chain import worlds
from tests.chain.worlds import World


def anvil_free() -> AbstractContextManager[tuple[Transport, int]]:
    """Without a price, as a permissioned network runs."""
    return worlds.anvil("--gas-price", "0", "--base-fee", "0")


ENGINES: dict[str, Callable[[], AbstractContextManager[tuple[Transport, int]]]] = {
    "in-process": worlds.embedded_in_process,
    "served": worlds.embedded_served,
    "anvil-free": anvil_free,
}


@pytest.fixture(scope="module", params=list(ENGINES))
def engine_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """One world per engine, shared by a module's tests, which must leave it usable."""
    with ENGINES[request.param]() as (transport, chain_id):
        world = World(transport, chain_id, worlds.account())
        world.admit()
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh world on the embedded chain."""
    with worlds.embedded_in_process() as (transport, chain_id):
        found = World(transport, chain_id, worlds.account())
        found.admit()
        yield found


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    """One world on the embedded chain for tests that leave it usable."""
    with worlds.embedded_in_process() as (transport, chain_id):
        found = World(transport, chain_id, worlds.account())
        found.admit()
        yield found
