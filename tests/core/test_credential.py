"""Credentials (docs/spec/credential.md): VC 2.0, Open Badges 3.0, eddsa-jcs-2022."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import ed25519
from ledger.core.canonical import parse_json
from ledger.core.commitment import commit
from ledger.core.content import AMOUNT, CertificateContent
from ledger.core.credential import (
    agree,
    build_credential,
    jcs_signing_bytes,
    parse_credential,
    payload_bytes,
    proof_options,
    read_credential,
    salt_of,
    secure,
    status_list_credential,
    verification_method,
)
from ledger.core.frame import Claims
from ledger.core.kinds import CredentialType
from ledger.errors import BadEvidence
from tests.builders import (
    COURSE,
    CREDENTIAL_KEY,
    DEGREE,
    ISSUED,
    ISSUER,
    PUBLIC_URL,
    STATUS_INDEX,
    make_document,
    seeded,
)
from tests.core.test_frame import words
from tests.places import places
from tests.vectors import cases, title

maybe = st.one_of(st.just(""), words)
amounts = st.one_of(st.just(""), st.from_regex(AMOUNT, fullmatch=True))
contents = st.builds(
    lambda degree, title, **rest: CertificateContent(
        type_code=CredentialType.DEGREE if degree else CredentialType.COURSE,
        degree=title if degree else "",
        course="" if degree else title,
        **rest,
    ),
    degree=st.booleans(),
    title=words,
    number=st.from_regex(r"[A-Za-z0-9_.-]{1,20}", fullmatch=True),
    name=words,
    awarded_on=st.dates(date(1900, 1, 1), date(2150, 1, 1)),
    romanised=maybe,
    major=maybe,
    hours=amounts,
    credits=amounts,
    student_number=maybe,
    result=maybe,
)


@pytest.mark.parametrize("case", cases("credentials", "valid"), ids=title)
def test_valid_vector(case: dict[str, Any]) -> None:
    data = case["document"].encode()
    view = parse_credential(data)
    assert json.loads(view.content.to_bytes()) == case["content"]
    assert (view.issuer_domain, view.issuer_name) == (case["issuer_domain"], case["issuer_name"])
    assert view.status_index == case["status_index"]
    assert view.proof.salt.hex() == case["salt"]
    assert view.signed.hex() == case["signed"]
    assert view.proof.public_key.hex() == case["public_key"]
    ed25519.verify(view.proof.public_key, view.signed, view.proof.signature)
    assert payload_bytes(view.document) == data
    assert commit(view.proof.salt, data).hex() == case["commitment"]
    assert salt_of(view.document) == view.proof.salt


@pytest.mark.parametrize("case", cases("credentials", "invalid"), ids=title)
def test_invalid_vector(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as refusal:
        parse_credential(case["document"].encode())
    assert refusal.value.code == "format"
    assert refusal.value.detail["pointer"] == case["pointer"]
    assert case["pointer"] in refusal.value.zh and case["pointer"] in refusal.value.en


@given(contents, st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_round_trip(content: CertificateContent, index: int) -> None:
    document, salt = make_document(content, index)
    view = parse_credential(document)
    assert (view.content, view.status_index, view.proof.salt) == (content, index, salt)
    assert view.signed == jcs_signing_bytes(view.unsigned, view.proof.options)
    assert view.payload == payload_bytes(view.document) == document
    assert CertificateContent.from_bytes(content.to_bytes()) == content
    claims = Claims.of(content, "XZU", index, bytes(16))
    assert agree(content, claims) == []
    assert agree(content, replace(claims, name="另一人", awarded_on=-1)) == ["name", "awarded_on"]


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_any_mutation_is_refused_or_still_readable(data: st.DataObject) -> None:
    document = json.loads(make_document(COURSE)[0])
    *way, last = data.draw(st.sampled_from([one for one in places(document) if one]))
    target = document
    for step in way:
        target = target[step]
    scalar = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)
    )
    target[last] = data.draw(
        st.one_of(
            scalar, st.lists(scalar, max_size=2), st.dictionaries(st.text(max_size=3), scalar)
        )
    )
    try:
        view = read_credential(document)
    except BadEvidence as refusal:
        assert refusal.code == "format", refusal
    else:
        view.content.to_bytes()
        assert view.signed == jcs_signing_bytes(view.unsigned, view.proof.options)
        assert view.payload == payload_bytes(document)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(BadEvidence) as refusal:
        parse_credential(data)
    assert refusal.value.code == "format"


def test_oversized_and_deep_documents_are_refused() -> None:
    for data in (b" " * 70_000, b"[" * 60_000, b'{"a":' * 10_000):
        with pytest.raises(BadEvidence, match="format"):
            parse_credential(data)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "王\u202e芳"),
        ("name", "e\u0301"),
        ("number", "a b"),
        ("degree", ""),
        ("course", "x"),
        ("hours", "1.50"),
        ("hours", "-1"),
        ("credits", "1e3"),
        ("credits", "１"),
        ("awarded_on", date(1800, 1, 1)),
    ],
)
def test_bad_content_is_refused_before_it_is_signed(field: str, value: Any) -> None:
    changed: dict[str, Any] = {field: value}
    with pytest.raises(BadEvidence) as refusal:
        build_credential(replace(DEGREE, **changed), ISSUER, 0, "https://a.cn", bytes(16))
    assert refusal.value.code == "certificate-content"
    assert refusal.value.detail["field"] == field


def test_proof_options_carry_the_document_context_and_a_whole_salt() -> None:
    document = build_credential(DEGREE, ISSUER, 0, "https://a.cn", bytes(16))
    options = proof_options(document, "did:web:a.cn#z", 0, bytes(32))
    assert options["@context"] == document["@context"]
    with pytest.raises(BadEvidence):
        proof_options(document, "did:web:a.cn#z", 0, bytes(31))


@given(contents)
@settings(max_examples=40, deadline=None)
def test_securing_at_once_gives_the_same_bytes(content: CertificateContent) -> None:
    document, salt = make_document(content)
    unsigned = build_credential(
        content, ISSUER, STATUS_INDEX, PUBLIC_URL, seeded(f"id {content.number}", 16)
    )
    method = verification_method(ISSUER.domain, CREDENTIAL_KEY.public)
    options = proof_options(unsigned, method, ISSUED, salt)
    assert secure(unsigned, options, CREDENTIAL_KEY.sign) == document


def test_achievement_id_is_the_same_for_one_achievement() -> None:
    def own(content: CertificateContent) -> str:
        document = build_credential(content, ISSUER, 0, "https://a.cn", bytes(16))
        return str(document["credentialSubject"]["achievement"]["id"])

    assert own(DEGREE) == own(replace(DEGREE, name="他人", number="2"))
    assert own(DEGREE) != own(replace(DEGREE, major="数学"))


def test_status_list_credential_shape() -> None:
    url = "https://a.cn/status/revocation/0"
    value = status_list_credential(ISSUER, url, "revocation", "uH4s", 0)
    assert value["id"] == url
    assert value["credentialSubject"]["type"] == "BitstringStatusList"
    assert value["validFrom"] == "1970-01-01T00:00:00Z"
    assert parse_json(payload_bytes(value)) == value


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"type_code":1}', b"1"])
def test_content_bytes_are_read_strictly(data: bytes) -> None:
    with pytest.raises(BadEvidence):
        CertificateContent.from_bytes(data)
