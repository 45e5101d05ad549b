"""Signed statements (Data 2.6)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.xapi.signatures import check_signature, check_signatures
from ledger.errors import BadEvidence
from tests.core.xapi.made import VALUES
from tests.core.xapi.signing import (
    STATEMENT,
    Json,
    base64url,
    certificate,
    jws,
    rsa_key,
    signed,
    x5c,
)

OTHER = {**STATEMENT, "verb": {"id": "x:failed"}}
PICTURE = {"usageType": "x:picture", "display": {}, "contentType": "image/png", "length": 1,
           "sha2": "ab" * 32, "fileUrl": "https://univ-a.example/a.png"}  # fmt: skip


def reason(content: bytes, statement: Json = STATEMENT) -> tuple[str, str]:
    with pytest.raises(BadEvidence) as caught:
        check_signature(content, statement)
    assert caught.value.code == "xapi-signature"
    assert caught.value.zh != caught.value.en
    return caught.value.detail["reason"], caught.value.detail["requirement"]


@pytest.mark.requirement("XAPI-00117")
@pytest.mark.parametrize("chain", [[], [certificate()], [certificate(), b"an issuer, not judged"]])
@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_good(algorithm: str, chain: list[bytes]) -> None:
    header: dict[str, Any] = {"x5c": x5c(*chain)} if chain else {}
    content = jws(algorithm=algorithm, **header)
    check_signature(content, STATEMENT)
    check_signatures(signed(content), {signed(content)["attachments"][0]["sha2"]: content})


@pytest.mark.requirement("XAPI-00117")
@pytest.mark.parametrize(
    "algorithm",
    ["HS256", "none", "RS1", "rs256", "PS256", "ES256", "EdDSA", None, 256, ["RS256"], {}],
)
def test_other_algorithms(algorithm: Any) -> None:
    assert reason(jws(algorithm=algorithm)) == ("algorithm", "XAPI-00117")


@pytest.mark.requirement("XAPI-00115")
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not-jws"),
        (b"here is a simple attachment", "not-jws"),
        (b"a.b", "not-jws"),
        (b"a.b.c.d", "not-jws"),
        (jws() + b"\n", "not-jws"),
        (jws() + b"=", "not-jws"),
        (jws().replace(b".", b"..", 1), "not-jws"),
        (b"a." + jws().split(b".", 1)[1], "base64url"),
        # 'eyJh' and 'eyJi' differ in bits that a decoder may throw away: eyI= against eyJ=.
        (b"eyJ." + jws().split(b".", 1)[1], "base64url"),
        (base64url(b"[]") + b"." + jws().split(b".", 1)[1], "header"),
        (base64url(b'{"alg":"RS256","alg":"RS256"}') + b"." + jws().split(b".", 1)[1], "header"),
        (base64url(b"\xff") + b"." + jws().split(b".", 1)[1], "header"),
        (jws(crit=["exp"]), "crit"),
        (jws(crit=[]), "crit"),
        (jws(b64=False, crit=["b64"]), "crit"),
    ],
)
def test_not_a_signature(content: bytes, expected: str) -> None:
    assert reason(content) == (expected, "XAPI-00115")


@pytest.mark.requirement("XAPI-00116")
@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (json.dumps(STATEMENT).replace('"', "'", 1).encode(), "payload"),
        (b"{}{}", "payload"),
        (b"[]", "payload"),
        (b'"statement"', "payload"),
        (b'{"actor":1,"actor":1}', "payload"),
        (b'{"a":"\\ud800"}', "payload"),
        (b'{"a":NaN}', "payload"),
        (b'{"a":' * 100_000, "payload"),
        (b"\xef\xbb\xbf{}", "payload"),
        ({}, "other-statement"),
        (OTHER, "other-statement"),
        ({**STATEMENT, "id": STATEMENT["id"].replace("1", "2")}, "other-statement"),
        ({**STATEMENT, "id": 1}, "other-statement"),
        ({**STATEMENT, "timestamp": "2026-11-23T08:00:01Z"}, "other-statement"),
        ({**STATEMENT, "attachments": [PICTURE]}, "other-statement"),
        ({**STATEMENT, "attachments": "x"}, "other-statement"),
        ({**STATEMENT, "attachments": [1]}, "other-statement"),
        ({**STATEMENT, "actor": None}, "other-statement"),
        ({**STATEMENT, "object": {**STATEMENT, "objectType": "SubStatement"}}, "other-statement"),
        ({**STATEMENT, "result": {"score": {"raw": 2**60}}}, "other-statement"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_other_payloads(payload: Any, expected: str) -> None:
    assert reason(jws(payload)) == (expected, "XAPI-00116")


@pytest.mark.requirement("XAPI-00116")
@pytest.mark.parametrize(
    "payload",
    [
        STATEMENT,
        json.dumps(STATEMENT, indent=2).encode(),
        {key: value for key, value in STATEMENT.items() if key != "id"},
        {**STATEMENT, "id": STATEMENT["id"].upper()},
        {**STATEMENT, "timestamp": "2026-11-23T16:00:00+08:00"},
        {**STATEMENT, "verb": {"id": STATEMENT["verb"]["id"]}},
    ],
    ids=lambda value: str(value)[:40],
)
def test_equivalent_payloads(payload: Any) -> None:
    check_signature(jws(payload), STATEMENT)


@pytest.mark.requirement("XAPI-00116")
def test_long_integers_are_compared_as_doubles() -> None:
    def scored(raw: int) -> dict[str, Any]:
        return {**STATEMENT, "result": {"score": {"raw": raw}}}

    check_signature(jws(scored(10**20)), scored(10**20))
    for other in (10**20 + 10**6, 10**400):
        with pytest.raises(BadEvidence):
            check_signature(jws(scored(other)), scored(10**20))


def test_other_attachments_are_signed_and_signatures_are_not() -> None:
    whole = {**STATEMENT, "attachments": [PICTURE]}
    first = jws(whole)
    second = jws(signed(first, whole))
    both = signed(second, signed(first, whole))
    sent = {one["sha2"]: content for one, content in zip(both["attachments"][1:], (first, second),
                                                         strict=True)}  # fmt: skip
    check_signatures(both, sent)
    assert reason(jws(STATEMENT), both)[0] == "other-statement"


OTHER_KEY = [certificate(rsa_key(2049))]
CHAINS: list[tuple[Any, str]] = [
    (x5c(certificate(rsa_key(2049))), "not-verified"),
    (x5c(certificate(rsa_key(1024))), "key-size"),
    (x5c(certificate(ec.generate_private_key(ec.SECP256R1()))), "x5c"),
    (x5c(certificate()[:-1]), "x5c"),
    (x5c(certificate() + b"\x00"), "x5c"),
    (x5c(b"x"), "x5c"),
    ([], "x5c"),
    ([""], "x5c"),
    ([1], "x5c"),
    ("x", "x5c"),
    ({}, "x5c"),
    (None, "x5c"),
    ([x5c(certificate())[0] + "\n"], "x5c"),
    ([x5c(certificate())[0].replace("+", "-").replace("/", "_").rstrip("=") + "-"], "x5c"),
    ([*x5c(certificate()), "%"], "x5c"),
    (x5c(*[certificate()] * 17), "x5c"),
]


@pytest.mark.requirement("XAPI-00117")
@pytest.mark.parametrize(("chain", "expected"), CHAINS, ids=range(len(CHAINS)))
def test_certificates(chain: Any, expected: str) -> None:
    assert reason(jws(x5c=chain)) == (expected, "XAPI-00117")


@pytest.mark.requirement("XAPI-00117")
def test_any_changed_bit_of_a_signature_with_certificate_is_noticed() -> None:
    content = jws(x5c=x5c(certificate()))
    message, _, signature = content.rpartition(b".")
    for place in range(0, len(signature), 7):
        other = b"A" if signature[place : place + 1] != b"A" else b"B"
        changed = signature[:place] + other + signature[place + 1 :]
        assert reason(message + b"." + changed)[0] in ("not-verified", "base64url")
    assert reason(jws(algorithm="RS512", x5c=x5c(certificate())).rpartition(b".")[0] + b"."
                  + signature)[0] == "not-verified"  # fmt: skip


@pytest.mark.requirement("XAPI-00115")
def test_declaration() -> None:
    content = jws()
    given_ = signed(content)
    sha2 = given_["attachments"][0]["sha2"]
    cases: list[tuple[Json, dict[str, bytes], str]] = [
        (signed(content, contentType="text/plain; charset=ascii"), {sha2: content}, "content-type"),
        (given_, {}, "not-sent"),
        (signed(content, fileUrl="https://univ-a.example/jws"), {}, "not-sent"),
        (given_, {sha2: b"x"}, "not-jws"),
        (signed(b"x", given_), {sha2: content}, "not-sent"),
    ]
    for statement, sent, expected in cases:
        with pytest.raises(BadEvidence) as caught:
            check_signatures(statement, sent)
        last = len(statement["attachments"]) - 1
        assert caught.value.detail["reason"] == expected
        assert caught.value.detail["pointer"] == f"/attachments/{last}"
        assert caught.value.detail["requirement"] == "XAPI-00115"


def test_nothing_to_check() -> None:
    check_signatures(STATEMENT, {})
    check_signatures({**STATEMENT, "attachments": [PICTURE]}, {})


@settings(max_examples=200)
@given(
    st.binary(max_size=30)
    | st.lists(st.binary(max_size=20), min_size=3, max_size=3).map(
        lambda parts: b".".join(map(base64url, parts))
    )
    | st.builds(jws, VALUES | st.dictionaries(st.sampled_from(list(STATEMENT)), VALUES))
    | st.builds(lambda head: jws(**head), st.dictionaries(st.sampled_from(["x5c", "crit"]), VALUES))
)
def test_total(content: bytes) -> None:
    try:
        check_signature(content, STATEMENT)
    except BadEvidence as refusal:
        assert refusal.code == "xapi-signature"
