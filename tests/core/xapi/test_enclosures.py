"""Attachments as sent, against what the statements declare."""

from __future__ import annotations

from hashlib import new as hashed
from hashlib import sha256
from typing import Any

import pytest

from ledger.core.xapi.enclosures import Enclosure, check_attachments
from ledger.core.xapi.multipart import Part, parse_multipart, write_multipart
from ledger.errors import BadEvidence
from tests.core.xapi.signing import STATEMENT, Json, jws, part, signed

TEXT = b"here is a simple attachment"
SHA2 = "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"
URL = "https://univ-a.example/a.txt"


def attachment(content: bytes = TEXT, **changes: Any) -> Json:
    return {"usageType": "x:use", "display": {}, "contentType": "text/plain; charset=ascii",
            "length": len(content), "sha2": sha256(content).hexdigest(), **changes}  # fmt: skip


def with_(*attachments: Json) -> Json:
    return {**STATEMENT, "attachments": list(attachments)}


def refused(statements: list[Json], parts: list[Part]) -> dict[str, Any]:
    with pytest.raises(BadEvidence) as caught:
        check_attachments(statements, parts)
    assert caught.value.zh != caught.value.en
    assert "…" not in caught.value.zh + caught.value.en
    assert "pointer" in caught.value.detail
    return {"code": caught.value.code, **caught.value.detail}


def test_the_standards_own_example() -> None:
    assert attachment()["sha2"] == SHA2
    boundary = "abcABC0123'()+_,-./:=?"
    body = write_multipart([part(b"{}", content_type="application/json"), part(TEXT)], boundary)
    _, *parts = parse_multipart(f'multipart/mixed; boundary="{boundary}"', body)
    assert check_attachments([with_(attachment())], parts) == (
        Enclosure(SHA2, "text/plain; charset=ascii", TEXT),
    )


def test_nothing_declared_and_nothing_sent() -> None:
    assert check_attachments([]) == ()
    assert check_attachments([STATEMENT, {**STATEMENT, "attachments": []}]) == ()


def test_data_at_an_address_need_not_be_sent_and_may_be() -> None:
    given = with_(attachment(fileUrl=URL))
    assert check_attachments([given]) == ()
    assert len(check_attachments([given], [part(TEXT)])) == 1


@pytest.mark.parametrize("name", ["sha224", "sha256", "sha384", "sha512"])
def test_every_length_of_sha2_in_either_case(name: str) -> None:
    sha2 = hashed(name, TEXT).hexdigest()
    (found,) = check_attachments(
        [with_(attachment(sha2=sha2.upper()))],
        [part(TEXT, x_experience_api_hash=sha2, content_transfer_encoding="Binary")],
    )
    assert found.sha2 == sha2


def test_the_same_data_for_several_statements_and_sent_twice() -> None:
    inner = {**with_(attachment()), "objectType": "SubStatement"}
    statements = [
        with_(attachment(contentType="a/b")),
        with_(attachment()),
        {**STATEMENT, "object": inner},
    ]
    assert len(check_attachments(statements, [part(TEXT), part(TEXT)])) == 1


def test_the_hash_decides_and_neither_length_nor_type_of_the_part() -> None:
    given = with_(attachment(length=5))
    assert check_attachments([given], [part(TEXT, content_type="image/png")])


@pytest.mark.requirement("XAPI-00129")
def test_missing() -> None:
    first = with_(attachment(fileUrl=URL), attachment(b"other"))
    found = refused([STATEMENT, first], [])
    assert found["code"] == "xapi-attachment-missing"
    assert (found["position"], found["pointer"]) == (1, "/attachments/1")
    inner = {**STATEMENT, "object": {**with_(attachment()), "objectType": "SubStatement"}}
    assert refused([inner], [])["pointer"] == "/object/attachments/0"
    # One of two with the same data has an address, the other has not: it is still missing.
    assert (
        refused([with_(attachment(fileUrl=URL), attachment())], [])["pointer"] == "/attachments/1"
    )


@pytest.mark.requirement("XAPI-00128", "XAPI-00132")
def test_extra() -> None:
    found = refused([with_(attachment())], [part(TEXT), part(b"other")])
    assert (found["code"], found["part"]) == ("xapi-attachment-extra", 3)
    assert refused([STATEMENT], [part(TEXT)])["code"] == "xapi-attachment-extra"


@pytest.mark.requirement("XAPI-00132")
def test_hash() -> None:
    found = refused([with_(attachment())], [part(b"changed", x_experience_api_hash=SHA2)])
    assert (found["code"], found["part"], found["sha2"]) == ("xapi-attachment-hash", 2, SHA2)
    for given in ("", "x", SHA2[:-1], "0" * 64):
        found = refused([with_(attachment())], [part(TEXT, x_experience_api_hash=given)])
        assert found["code"] == f"xapi-attachment-{'extra' if given else 'headers'}"


@pytest.mark.requirement("XAPI-00132", "XAPI-00133")
def test_statements_in_a_second_part() -> None:
    second = Part({"content-type": "application/json"}, b"{}")
    found = refused([with_(attachment())], [second, part(TEXT)])
    assert (found["code"], found["part"]) == ("xapi-attachment-headers", 2)


@pytest.mark.requirement("XAPI-00135")
@pytest.mark.parametrize("encoding", ["base64", "8bit", "", "binary; x=1"])
def test_encoding(encoding: str) -> None:
    found = refused([with_(attachment())], [part(TEXT, content_transfer_encoding=encoding)])
    assert (found["code"], found["requirement"]) == ("xapi-attachment-headers", "XAPI-00135")


def test_signatures_are_checked_with_the_place_of_the_statement() -> None:
    content = jws()
    assert check_attachments([STATEMENT, signed(content)], [part(content)])
    found = refused([STATEMENT, signed(b"x")], [part(b"x")])
    assert (found["code"], found["position"], found["pointer"]) == (
        "xapi-signature", 1, "/attachments/0",
    )  # fmt: skip
    url = signed(content, fileUrl=URL)
    assert refused([url], [])["reason"] == "not-sent"
