"""One store a module, over the real app on a founded home, with SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.home import Home
from api.http.app import create_app
from api.metrics import Metrics
from api.tokens import SCOPES, create_token
from api.wiring import opened
from tests.api.conftest import home as home  # the fixture
from tests.xapi.world import Lrs


@pytest.fixture(scope="module")
def lrs(home: Home) -> Iterator[Lrs]:

    with opened(home) as institution:
        tokens = {scope: create_token(institution.store, scope, (scope,)) for scope in SCOPES}
        app = create_app(institution, institution.chain_call, Metrics())
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Lrs(institution, client, tokens)
