"""A campus per module, an institution per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.office import worlds
from tests.office.worlds import Campus, Institution


@pytest.fixture(scope="module")
def campus() -> Iterator[Campus]:
    with worlds.campus() as found:
        yield found


@pytest.fixture
def school(campus: Campus) -> Institution:
    return campus.institution()
