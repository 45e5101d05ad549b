"""Ledgers for the verifier's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import builders
from tests.verifier import world
from tests.verifier.world import Ledger


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """An admitted issuer that has done nothing yet."""
    with world.ledger() as made:
        yield made


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Ledger, builders.Paper]]:
    """A furnished ledger and its certificate, for tests that leave both as they are."""
    with world.ledger() as made:
        yield made, world.furnished(made)


@pytest.fixture(scope="module")
def online(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[world.Served, builders.Paper]]:
    """The same over HTTP in real time, for the commands; tests leave it as it is."""
    with world.served(tmp_path_factory.mktemp("online")) as made:
        yield made, world.furnished(made.ledger)
