"""Statements and receipts over HTTP beside the xAPI door."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any
from uuid import UUID

import pytest

from ledger.core.ed25519 import verify
from ledger.core.receipt import PREFIX, read_receipt
from ledger.core.shape import Shape
from tests.api.conftest import Door
from tests.office.worlds import statement

XAPI = {"X-Experience-API-Version": "1.0.3", "Content-Type": "application/json"}


def test_arrays_and_gzip(door: Door) -> None:
    headers = door.bearer("statements/write")
    body = b"[" + statement(501) + b"," + statement(502) + b", 7]"
    found = door.client.post("/records/learning", content=gzip.compress(body), headers=headers)
    assert found.status_code == 200
    assert (found.json()["accepted"], found.json()["refused"][0]["line"]) == (2, 3)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 100_000,
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b"\xff",
        gzip.compress(bytes(100 << 20)),
        gzip.compress(statement(503))[:-5],
    ],
)
def test_hostile_bodies(door: Door, body: bytes) -> None:
    """Refused by line; the server goes on."""
    headers = door.bearer("statements/write")
    answer = door.client.post("/records/learning", content=body, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["accepted"] in (0, 1)
    assert len(answer.json()["refused"]) == 1
    assert door.client.get("/healthz").status_code == 200


def checked(door: Door, value: dict[str, Any]) -> tuple[str, int]:
    """Origin and index of a receipt whose signature holds."""
    receipt = read_receipt(Shape(value, "record-format"))
    receipt.verify(door.institution.office.signer("receipt").public_key)
    signature = base64.b64decode(value["signature"])
    public = door.institution.office.signer("receipt").public_key
    verify(public, receipt.signed_bytes(), signature)
    assert receipt.signed_bytes().startswith(PREFIX)
    return receipt.origin, receipt.index


def test_receipts_for_every_stream(door: Door) -> None:
    office = door.institution.office
    door.client.post(
        "/records/teaching", content=statement(510), headers=door.bearer("statements/write")
    )
    kinds = [kind for kind in office.kinds() if office.store.size(kind)]
    assert {"credential", "status", "learning", "teaching"} <= set(kinds)
    for kind in kinds:
        last = office.store.size(kind) - 1
        value = door.client.get(f"/receipt/{kind}/{last}").json()
        assert checked(door, value) == (f"north.example/{kind}", last)
        assert door.client.get(f"/receipt/{kind}/{last + 1}").status_code == 404


def test_receipt_by_id(door: Door) -> None:
    """For the token that submitted the statement, or one that reads all of them."""
    own, foreign = door.bearer("statements/write"), door.bearer("all")
    id = "00000000-0000-4000-8000-000000000520"
    body = json.loads(statement(520))
    assert body["id"] == id
    sent = door.client.post("/xapi/statements", json=body, headers={**XAPI, **own})
    assert sent.status_code == 200
    found = door.institution.office.statements.statement(UUID(id).bytes)
    assert found is not None
    for headers in (own, foreign):
        answer = door.client.get(f"/records/{id}/receipt", headers=headers)
        assert checked(door, answer.json()) == ("north.example/learning", found.index)
    by_another = "00000000-0000-4000-8000-000000000001"
    assert door.client.get(f"/records/{by_another}/receipt", headers=own).status_code == 404
    assert door.client.get(f"/records/{by_another}/receipt", headers=foreign).status_code == 200
    unknown = "00000000-0000-4000-8000-000000009999"
    answer = door.client.get(f"/records/{unknown}/receipt", headers=foreign)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-statement")
    assert door.client.get(f"/records/{id}/receipt").status_code == 401
    other = door.client.get(f"/records/{id}/receipt", headers=door.bearer("profile"))
    assert (other.status_code, other.json()["code"]) == (403, "token-scope")
    assert door.client.get("/records/x/receipt", headers=own).status_code == 400
