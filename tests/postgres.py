"""A PostgreSQL server for a test process, and an empty database for each test.

Taken into a folder's `conftest.py` by `from tests.postgres import postgres_server`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.postgres import Postgres, postgres
from scripts.setup.system import postgres_folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One for all tests of this process, in a folder of its own, on a Unix socket."""
    assert postgres_folder() is not None, (
        "PostgreSQL's server is needed: the store is tested on it (make setup installs it)"
    )
    with postgres() as server:
        yield server
