"""Signed statements over HTTP (Data 2.6)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx2 import Response

from ledger.core.xapi.multipart import Part, parse_multipart, write_multipart
from tests.core.xapi.signing import certificate, jws, part, rsa_key, signed, x5c
from tests.xapi.world import V1, V2, Lrs, new_id, statement


@pytest.fixture(autouse=True, params=[V1, V2])
def version(lrs: Lrs, request: pytest.FixtureRequest) -> None:
    lrs.version = request.param


def send(lrs: Lrs, content: bytes, given: dict[str, Any]) -> Response:
    """The statement and its signature as the client of a learning platform sends them."""
    head = Part({"Content-Type": "application/json"}, json.dumps(given).encode())
    body = b"\r\n" + write_multipart([head, part(content)], "-------------1").removesuffix(b"\r\n")
    headers = {"Content-Type": "multipart/mixed; boundary=-------------1"}
    return lrs.request("POST", "statements", content=body, headers=headers)


def refused(answer: Response, reason: str, rule: str) -> None:
    problem = answer.json()
    assert answer.status_code == 400
    assert (problem["code"], problem["pointer"]) == ("xapi-signature", "/attachments/0")
    assert problem["requirement"] == rule
    assert reason in answer.text


@pytest.mark.requirement("XAPI-00117")
@pytest.mark.parametrize("chain", [{}, {"x5c": x5c(certificate())}], ids=["bare", "x5c"])
@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_taken_and_given_back(lrs: Lrs, algorithm: str, chain: dict[str, Any]) -> None:
    plain = statement(id=new_id())
    content = jws(plain, algorithm, **chain)
    given = signed(content, plain)
    assert send(lrs, content, given).json() == [plain["id"]]
    back = lrs.get(statementId=plain["id"], attachments="true")
    shown, signature = parse_multipart(back.headers["content-type"], back.content)
    assert json.loads(shown.content)["attachments"] == given["attachments"]
    assert signature.content == content
    assert signature.headers["content-type"] == "application/octet-stream"


@pytest.mark.requirement("XAPI-00115")
def test_not_a_signature(lrs: Lrs) -> None:
    plain = statement(id=new_id())
    content = jws(plain)
    wrong_type = signed(content, plain, contentType="text/plain; charset=ascii")
    refused(send(lrs, content, wrong_type), "content-type", "XAPI-00115")
    refused(send(lrs, b"no", signed(b"no", plain)), "not-jws", "XAPI-00115")
    elsewhere = signed(content, plain, fileUrl="https://univ-a.example/jws")
    refused(lrs.post(elsewhere), "not-sent", "XAPI-00115")
    assert lrs.get(statementId=plain["id"]).status_code == 404


@pytest.mark.requirement("XAPI-00116")
def test_payload(lrs: Lrs) -> None:
    plain = statement(id=new_id())
    broken = jws(json.dumps(plain).replace('"', "'", 1).encode())
    refused(send(lrs, broken, signed(broken, plain)), "payload", "XAPI-00116")
    other = jws({**plain, "verb": {"id": "http://verbs.example/other"}})
    refused(send(lrs, other, signed(other, plain)), "other-statement", "XAPI-00116")


@pytest.mark.requirement("XAPI-00116", "Data 2.3.1.s9.b1")
def test_a_duration_finer_than_what_was_signed(lrs: Lrs) -> None:
    plain = statement(id=new_id(), result={"duration": "P1DT12H36M0.12S"})
    content = jws(plain)
    given = signed(content, {**plain, "result": {"duration": "P1DT12H36M0.1237S"}})
    assert send(lrs, content, given).json() == [plain["id"]]
    plain = statement(id=new_id(), result={"duration": "P1DT12H36M0.12S"})
    content = jws(plain)
    given = signed(content, {**plain, "result": {"duration": "P1DT12H36M0.13S"}})
    refused(send(lrs, content, given), "other-statement", "XAPI-00116")


@pytest.mark.requirement("XAPI-00117")
def test_algorithm_and_key(lrs: Lrs) -> None:
    plain = statement(id=new_id())
    for content, reason in (
        (jws(plain, "HS256"), "algorithm"),
        (jws(plain, x5c=x5c(certificate(rsa_key(2049)))), "not-verified"),
        (jws(plain, x5c=["AAAA"]), "x5c"),
    ):
        refused(send(lrs, content, signed(content, plain)), reason, "XAPI-00117")
