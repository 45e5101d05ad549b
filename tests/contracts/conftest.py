"""One deployed council, registry and log for the session; every test gets it as it was at first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.compile import artifact, compile_units
from scripts.evm import Contract, Evm
from tests.contracts.world import DEPLOYER, World

HARNESS = "tests/contracts/MerkleHarness.sol"


@pytest.fixture(scope="session")
def deployed() -> tuple[World, Any]:
    """A world with three council members and one institution, and the point to go back to."""
    world = World.build()
    return world, world.evm.snapshot()


@pytest.fixture
def world(deployed: tuple[World, Any]) -> Iterator[World]:
    """The world of ``deployed``, fresh."""
    world, point = deployed
    world.evm.revert(point)
    yield world
    world.evm.revert(point)


@pytest.fixture(scope="session")
def harness() -> Contract:
    """The contracts' libraries behind callable functions; compiled here, never published."""
    compiled = artifact(compile_units([HARNESS]), HARNESS, "MerkleHarness")
    evm = Evm()
    address = evm.create(DEPLOYER, bytes.fromhex(compiled["bytecode"][2:]))
    return Contract(evm, address, compiled["abi"])
