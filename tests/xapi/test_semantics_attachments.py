"""Attachments over HTTP: what a multipart request must be, and what comes back."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from httpx2 import Response

from ledger.core.xapi.multipart import Part, parse_multipart, write_multipart
from tests.core.xapi.signing import part
from tests.xapi.world import BOUNDARY, V1, V2, VERSION, Lrs, new_id, statement

TEXT, OTHER = b"here is a simple attachment", b"here is another simple attachment"
URL = "http://over.there.example/file.txt"
MULTIPART = f"multipart/mixed; boundary={BOUNDARY}"


@pytest.fixture(autouse=True, params=[V1, V2])
def version(lrs: Lrs, request: pytest.FixtureRequest) -> None:
    lrs.version = request.param


def declared(content: bytes, **changes: Any) -> dict[str, Any]:
    return {"usageType": "http://example.com/attachment-usage/test",
            "display": {"en-US": "A test attachment"}, "contentType": "text/plain",
            "length": len(content), "sha2": sha256(content).hexdigest(), **changes}  # fmt: skip


def with_(*attachments: dict[str, Any]) -> dict[str, Any]:
    return statement(id=new_id(), attachments=list(attachments))


def first(body: Any, kind: str = "application/json") -> Part:
    return Part({"Content-Type": kind}, json.dumps(body).encode())


def send(lrs: Lrs, content: bytes, content_type: str = MULTIPART, method: str = "POST",
         **params: str) -> Response:  # fmt: skip
    return lrs.request(method, "statements", params, content=content,
                       headers={"Content-Type": content_type})  # fmt: skip


def refused(lrs: Lrs, content: bytes, rule: str, content_type: str = MULTIPART) -> dict[str, Any]:
    answer = send(lrs, content, content_type)
    assert answer.status_code == 400
    problem: dict[str, Any] = answer.json()
    assert problem["requirement"] == rule
    return problem


def test_sent_and_given_back(lrs: Lrs) -> None:
    given = with_(declared(TEXT), declared(OTHER), declared(TEXT, fileUrl=URL))
    answer = send(lrs, write_multipart([first(given), part(TEXT), part(OTHER)], BOUNDARY))
    assert answer.status_code == 200 and answer.json() == [given["id"]]
    back = lrs.get(statementId=given["id"], attachments="true")
    shown, *parts = parse_multipart(back.headers["content-type"], back.content)
    assert shown.headers["content-type"] == "application/json"
    assert json.loads(shown.content)["attachments"] == given["attachments"]
    assert {one.content for one in parts} == {TEXT, OTHER} and len(parts) == 2
    for one in parts:
        assert one.headers["x-experience-api-hash"] == sha256(one.content).hexdigest()
        assert one.headers["content-transfer-encoding"] == "binary"
        assert one.headers["content-type"] == "text/plain"
    plain = lrs.get(statementId=given["id"], attachments="false")
    assert plain.headers["content-type"] == "application/json"
    assert plain.json()["attachments"] == given["attachments"]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_bytes_of_any_kind(lrs: Lrs, method: str) -> None:
    content = bytes(range(256)) + f"\r\n--{BOUNDARY}x\r\n\r\n".encode() + b"\x00" * 99
    given = with_(declared(content))
    head = first([given] if method == "POST" else given)
    body = write_multipart([head, part(content)], "cut")
    params = {"statementId": given["id"]} if method == "PUT" else {}
    answer = send(lrs, body, "multipart/mixed; boundary=cut", method, **params)
    assert answer.status_code == (200 if method == "POST" else 204), answer.text
    back = lrs.get(statementId=given["id"], attachments="true")
    assert parse_multipart(back.headers["content-type"], back.content)[1].content == content


@pytest.mark.parametrize("attachments", [[], [declared(TEXT, fileUrl=URL)]])
def test_multipart_without_data(lrs: Lrs, attachments: list[dict[str, Any]]) -> None:
    given = statement(attachments=attachments or None)
    assert send(lrs, write_multipart([first(given)], BOUNDARY)).status_code == 200


def test_data_beside_an_address(lrs: Lrs) -> None:
    given = with_(declared(TEXT, fileUrl=URL))
    assert lrs.post(given).status_code == 200
    again = with_(declared(TEXT, fileUrl=URL))
    body = write_multipart([first(again), part(TEXT)], BOUNDARY)
    assert send(lrs, body).status_code == 200


def test_the_hash_alone_says_which_part_it_is(lrs: Lrs) -> None:
    given = with_(declared(TEXT, length=13, contentType="image/jpeg"))
    assert send(lrs, write_multipart([first(given), part(TEXT)], BOUNDARY)).status_code == 200


@pytest.mark.requirement("XAPI-00128")
def test_extra_part(lrs: Lrs) -> None:
    body = write_multipart([first(with_(declared(TEXT))), part(TEXT), part(OTHER)], BOUNDARY)
    refused(lrs, body, "XAPI-00128")


@pytest.mark.requirement("XAPI-00129")
def test_missing_part(lrs: Lrs) -> None:
    given = with_(declared(TEXT), declared(OTHER))
    body = write_multipart([first([statement(), given]), part(TEXT)], BOUNDARY)
    assert refused(lrs, body, "XAPI-00129")["pointer"] == "/1/attachments/1"
    answer = lrs.post(with_(declared(TEXT, fileUrl=URL), declared(TEXT)))
    assert answer.status_code == 400
    assert answer.json()["requirement"] == "XAPI-00129"
    assert answer.json()["pointer"] == "/attachments/1"


@pytest.mark.requirement("XAPI-00130")
def test_part_without_boundary(lrs: Lrs) -> None:
    whole = write_multipart([first(with_(declared(TEXT))), part(TEXT)], BOUNDARY)
    line = f"--{BOUNDARY}\r\n".encode()
    before_first, after_first = whole.replace(line, b"", 1), whole.replace(b"\r\n" + line, b"\r\n")
    for broken in (before_first, after_first):
        assert broken != whole
        assert send(lrs, broken).status_code == 400


@pytest.mark.requirement("XAPI-00131")
@pytest.mark.parametrize("content_type", ["multipart/mixed;", "multipart/mixed; boundary="])
def test_no_boundary_named(lrs: Lrs, content_type: str) -> None:
    body = write_multipart([first(with_(declared(TEXT))), part(TEXT)], BOUNDARY)
    assert send(lrs, body, content_type).status_code == 400


@pytest.mark.requirement("XAPI-00132")
@pytest.mark.parametrize(
    ("given", "rule"),
    [("", "XAPI-00132"), ("0" * 64, "XAPI-00128"), (sha256(OTHER).hexdigest(), "XAPI-00132")],
)
def test_hash_of_a_part(lrs: Lrs, given: str, rule: str) -> None:
    body = with_(declared(TEXT), declared(OTHER, fileUrl=URL))
    parts = [first(body), part(TEXT, x_experience_api_hash=given)]
    refused(lrs, write_multipart(parts, BOUNDARY), rule)


@pytest.mark.requirement("XAPI-00133")
def test_statements_in_two_parts(lrs: Lrs) -> None:
    given = with_(declared(TEXT))
    body = write_multipart([first(given), first(statement()), part(TEXT)], BOUNDARY)
    assert send(lrs, body).status_code == 400
    assert lrs.get(statementId=given["id"]).status_code == 404


@pytest.mark.requirement("XAPI-00134")
@pytest.mark.parametrize("kind", ["text/plain", "multipart/mixed", "application/jsonp"])
def test_first_part_is_no_json(lrs: Lrs, kind: str) -> None:
    body = write_multipart([first(with_(declared(TEXT)), kind), part(TEXT)], BOUNDARY)
    assert send(lrs, body).status_code == 400


@pytest.mark.requirement("XAPI-00135")
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", ""])
def test_encoding_of_a_part(lrs: Lrs, encoding: str) -> None:
    parts = [first(with_(declared(TEXT))), part(TEXT, content_transfer_encoding=encoding)]
    refused(lrs, write_multipart(parts, BOUNDARY), "XAPI-00135")


def test_version_is_told_with_a_refusal(lrs: Lrs) -> None:
    answer = send(lrs, b"{}")
    assert answer.status_code == 400
    assert answer.headers[VERSION] == lrs.version
