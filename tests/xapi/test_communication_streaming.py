"""Communication 3.2: bodies are bounded while they arrive, not after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import Message

from api.xapi.app import XapiDoor
from api.xapi.body import MAX_BODY
from api.xapi.request import Service
from api.xapi.resources import HANDLERS
from ledger.office.committer import Committer
from tests.xapi.world import Lrs, basic, run

CHUNK = 1 << 20


@dataclass
class Client:
    """Sends a body chunk by chunk, without end, and keeps what is answered."""

    taken: int = 0
    chunks: int | None = None
    sent: list[Message] = field(default_factory=list)

    async def receive(self) -> Message:
        if self.taken == self.chunks:
            return {"type": "http.disconnect"}
        self.taken += 1
        return {"type": "http.request", "body": b" " * CHUNK, "more_body": True}

    async def send(self, message: Message) -> None:
        self.sent.append(message)


@pytest.fixture(scope="module")
def door(lrs: Lrs) -> Iterator[XapiDoor]:
    office = lrs.institution.office
    made = XapiDoor(Service(office, Committer(office), ""), lrs.institution.store, HANDLERS)
    yield made
    made.close()


def _scope(
    authorization: str | None, query: bytes = b"", length: str | None = None
) -> dict[str, Any]:
    given = {"x-experience-api-version": "1.0.3", "content-type": "application/json"}
    if length is not None:
        given["content-length"] = length
    if authorization is not None:
        given["authorization"] = authorization
    return {
        "type": "http",
        "method": "POST",
        "path": "/xapi/statements",
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }


def _answered(door: XapiDoor, scope: dict[str, Any], client: Client) -> int | None:
    run(door(scope, client.receive, client.send))
    return client.sent[0]["status"] if client.sent else None


@pytest.mark.requirement("XAPI-00328")
def test_no_more_is_read_than_the_limit(lrs: Lrs, door: XapiDoor) -> None:
    client = Client()
    assert _answered(door, _scope(basic(*lrs.tokens["xapi"])), client) == 413
    assert client.taken == MAX_BODY // CHUNK + 1


@pytest.mark.requirement("XAPI-00328")
def test_a_declared_length_over_the_limit_is_refused_unread(lrs: Lrs, door: XapiDoor) -> None:
    client = Client()
    scope = _scope(basic(*lrs.tokens["xapi"]), length=str(MAX_BODY + 1))
    assert _answered(door, scope, client) == 413
    assert client.taken == 0


def test_nothing_large_is_read_for_a_stranger(lrs: Lrs, door: XapiDoor) -> None:
    for authorization, length in ((None, "9" * 400), (basic("a", "b"), "x"), (None, "70000")):
        client = Client()
        scope = _scope(authorization, length=length)
        assert _answered(door, scope, client) == 401
        assert client.taken == 0
    client = Client()
    assert _answered(door, _scope(basic(*lrs.tokens["state"])), client) == 403
    assert client.taken == 0


def test_a_form_is_bounded_more_tightly(door: XapiDoor) -> None:
    client = Client()
    assert _answered(door, _scope(None, b"method=PUT"), client) == 413
    assert client.taken == 5


def test_who_goes_away_gets_no_answer(lrs: Lrs, door: XapiDoor) -> None:
    client = Client(chunks=2)
    assert _answered(door, _scope(basic(*lrs.tokens["xapi"])), client) is None
