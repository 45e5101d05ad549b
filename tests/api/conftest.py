"""One founded home per module, opened in this process, with certificates and records in it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from api.founding import Founding, found
from api.home import Home
from api.http.app import create_app
from api.metrics import Metrics
from api.naming import checked_identity
from api.tokens import create_token
from api.wiring import Institution, opened
from ledger.core.entry import Action
from ledger.office.anchor import anchor
from ledger.office.ingest import ingest
from ledger.office.issue import issue
from ledger.office.status import change_status
from tests.office.worlds import degree, statement

PASSPHRASE = "for the tests only"


@dataclass
class Door:
    """The HTTP app of an institution, and tokens for it."""

    institution: Institution
    client: TestClient
    tokens: dict[str, str]

    def bearer(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[scope]}"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XUEZHENG_PASSPHRASE", PASSPHRASE)
        made = Home(tmp_path_factory.mktemp("home"))
        identity = checked_identity(
            "北方大学", "north.example", None, "North University",
            "http://127.0.0.1:8080", "http://127.0.0.1:8081",
        )  # fmt: skip
        found(Founding(made, identity, None, None, None))
        yield made


@pytest.fixture(scope="module")
def door(home: Home) -> Iterator[Door]:
    with opened(home) as institution:
        office = institution.office
        issue(office, [degree(f"N-{number}") for number in range(3)])
        change_status(office, "N-1", Action.REVOKE, "other")
        ingest(office, "learning", io.BytesIO(statement(1)))
        anchor(office)
        tokens = {}
        for scope in ("issue", "statements/write", "all", "profile"):
            key, secret = create_token(institution.store, scope, (scope,))
            tokens[scope] = f"{key}.{secret}"
        app = create_app(institution, institution.chain_call, Metrics())
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Door(institution, client, tokens)
