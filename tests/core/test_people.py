"""Keys and signatures of people: RFC 8032, Web Authentication Level 2 §7.2."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.people import (
    AT,
    BE,
    BS,
    ED,
    ED25519,
    ES256,
    MAX_AUTHENTICATOR_DATA,
    MAX_CLIENT_DATA,
    PURPOSES,
    UP,
    UV,
    PersonKey,
    PersonSignature,
    challenge,
    check_person_key,
    message,
    read_person_key,
    read_signature,
    verify_person,
)
from ledger.core.shape import Shape
from ledger.errors import BadEvidence
from tests.docs.reading import DOCS, blocks
from tests.passkeys import Passkey, Person
from tests.vectors import cases, document, title

ACCOUNT = "https://univ-a.example|t-0042"
CONTENT = {"institution": "univ-a.example", "leaf": 7, "role": "department"}
PERSON = Person(ACCOUNT)
PASSKEY = Passkey(ACCOUNT)
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CORPUS = Path(__file__).parent.parent / "corpus" / "people"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


def reason(
    key: PersonKey,
    signature: PersonSignature,
    purpose: str = "recognition",
    content: Any = CONTENT,
) -> str:
    with pytest.raises(BadEvidence) as caught:
        verify_person(key, signature, purpose, content)
    assert caught.value.code == "person-signature"
    return str(caught.value.detail["reason"])


# ------------------------------------------------------------------------------- both kinds


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PURPOSES), JSON, st.sampled_from([PERSON, PASSKEY]))
def test_what_was_signed_is_verified_and_nothing_else(
    purpose: str, content: Any, signer: Person | Passkey
) -> None:
    signature = signer.sign(purpose, content)
    again = read_signature(Shape(signature.to_json(), "person-signature-form"))
    assert again == signature
    key = read_person_key(Shape(signer.key.to_json(), "person-key"))
    assert key == signer.key
    check_person_key(key)
    verify_person(key, again, purpose, content)
    for other in set(PURPOSES) - {purpose}:
        assert reason(key, signature, other, content) in ("signature", "challenge")
    assert reason(key, signature, purpose, [content]) in ("signature", "challenge")


def test_a_passkey_on_ones_own_machine_may_be_tried_without_https() -> None:
    local = Passkey(ACCOUNT, "localhost", client={"origin": "http://localhost:8080"})
    verify_person(local.key, local.sign("appeal", CONTENT), "appeal", CONTENT)


def test_a_dot_of_the_host_is_a_dot() -> None:
    other = Passkey(ACCOUNT, "a.univ.example", client={"origin": "https://axuniv.example"})
    assert reason(other.key, other.sign("recognition", CONTENT)) == "origin"


def test_message_and_ids_are_what_the_page_says() -> None:
    signed = b"xuezheng/signed/v1\0answer\0" + sha256(canonical_json(CONTENT)).digest()
    assert message("answer", CONTENT) == signed
    digest = urlsafe_b64encode(sha256(signed).digest())
    assert challenge("answer", CONTENT).encode() == digest.rstrip(b"=")
    for key in (PERSON.key, PASSKEY.key):
        assert key.id == sha256(canonical_json(key.to_json())).digest()


def test_a_key_is_not_another_key() -> None:
    for signer in (PERSON, PASSKEY):
        other = type(signer)("https://univ-a.example|t-0043").key
        assert reason(other, signer.sign("recognition", CONTENT)) == "other-key"
        forged = replace(signer.sign("recognition", CONTENT), key=other.id)
        assert reason(other, forged) == "signature"
    # The same point registered for another site is another key.
    elsewhere = replace(PASSKEY.key, rp="univ-b.example")
    assert reason(elsewhere, PASSKEY.sign("recognition", CONTENT)) == "other-key"
    forged = replace(PASSKEY.sign("recognition", CONTENT), key=elsewhere.id)
    assert reason(elsewhere, forged) == "origin"


def test_the_kind_of_signature_is_that_of_the_key() -> None:
    passkey = PASSKEY.sign("recognition", CONTENT)
    plain = PERSON.sign("recognition", CONTENT)
    assert reason(PERSON.key, replace(passkey, key=PERSON.key.id)) == "form"
    assert reason(PASSKEY.key, replace(plain, key=PASSKEY.key.id)) == "client-data"


def test_content_and_purpose_that_cannot_be_signed() -> None:
    signature = PERSON.sign("recognition", CONTENT)
    assert reason(PERSON.key, signature, content={"a": float("nan")}) == "content"
    assert reason(PERSON.key, signature, purpose="receipt") == "purpose"


# ------------------------------------------------------------------------------- keys


@pytest.mark.parametrize("case", cases("person_keys", "valid"), ids=title)
def test_key_is_usable(case: dict[str, Any]) -> None:
    key = read_person_key(Shape(case["key"], "person-key"))
    check_person_key(key)
    assert key.id.hex() == case["id"]


@pytest.mark.parametrize("case", cases("person_keys", "invalid"), ids=title)
def test_key_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as caught:
        check_person_key(read_person_key(Shape(case["key"], "person-key")))
    assert caught.value.code == case["code"]
    assert caught.value.detail.get("reason") == case.get("reason")


@pytest.mark.parametrize(
    "key",
    [
        PersonKey("RS256", PERSON.key.public),
        PersonKey(ED25519, PERSON.key.public, "univ-a.example"),
        PersonKey(ED25519, b""),
        PersonKey(ES256, PASSKEY.key.public),
        PersonKey(ES256, PASSKEY.key.public[1:], "univ-a.example"),
        PersonKey(ES256, PASSKEY.key.public, "大学.example"),
    ],
    ids=range(6),
)
def test_key_made_by_hand_is_looked_at_too(key: PersonKey) -> None:
    with pytest.raises(BadEvidence):
        check_person_key(key)
    assert reason(key, PersonSignature(ACCOUNT, key.id, bytes(64))) == "key"


# ------------------------------------------------------------------------------- Ed25519


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 511))
def test_one_flipped_bit_of_ed25519(bit: int) -> None:
    signature = PERSON.sign("recognition", CONTENT)
    value = bytearray(signature.value)
    value[bit // 8] ^= 1 << bit % 8
    assert reason(PERSON.key, replace(signature, value=bytes(value))) == "signature"


# ------------------------------------------------------------------------------- passkeys


def signed(**other: Any) -> PersonSignature:
    return replace(PASSKEY, **other).sign("recognition", CONTENT)


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ({"type": "webauthn.create"}, "type"),  # step 11
        ({"type": ...}, "type"),
        ({"type": ["webauthn.get"]}, "type"),
        ({"challenge": ""}, "challenge"),  # step 12
        ({"challenge": challenge("recognition", CONTENT) + "="}, "challenge"),
        ({"challenge": challenge("recognition", CONTENT) + "\n"}, "challenge"),
        ({"challenge": challenge("appeal", CONTENT)}, "challenge"),
        ({"challenge": ...}, "challenge"),
        ({"challenge": 7}, "challenge"),
        ({"origin": "http://univ-a.example"}, "origin"),  # step 13
        ({"origin": "https://evil.univ-a.example"}, "origin"),
        ({"origin": "https://univ-a.example.evil.example"}, "origin"),
        ({"origin": "https://univ-a.example/"}, "origin"),
        ({"origin": "https://univ-a.example\n"}, "origin"),
        ({"origin": "https://univ-a.example:"}, "origin"),
        ({"origin": "https://univ-a.example:443@evil.example"}, "origin"),
        ({"origin": "android:apk-key-hash:AAAA"}, "origin"),
        ({"origin": None}, "origin"),
        ({"origin": ...}, "origin"),
        ({"crossOrigin": True}, "cross-origin"),
        ({"crossOrigin": "false"}, "cross-origin"),
        ({"crossOrigin": 0}, "cross-origin"),
        ({"crossOrigin": None}, "cross-origin"),
        ({"topOrigin": "https://evil.example"}, "cross-origin"),
        ({"filler": "x" * MAX_CLIENT_DATA}, "client-data"),
        ({"deep": [[[[[[[[1]]]]]]]]}, "client-data"),
        ({"number": float("nan")}, "client-data"),
    ],
)
def test_client_data(client: dict[str, Any], expected: str) -> None:
    assert reason(PASSKEY.key, signed(client=client)) == expected


@pytest.mark.parametrize(
    "client",
    [
        {"crossOrigin": ...},
        {"origin": "https://univ-a.example:8443"},
        {"other_keys_can_be_added_here": "do not compare clientDataJSON against a template"},
    ],
)
def test_client_data_as_browsers_write_it(client: dict[str, Any]) -> None:
    verify_person(PASSKEY.key, signed(client=client), "recognition", CONTENT)


def test_client_data_larger_than_a_page_is_refused_and_up_to_it_not() -> None:
    bare = len(signed().client_data) + len(',"filler":""')
    fits = signed(client={"filler": "x" * (MAX_CLIENT_DATA - bare)})
    assert len(fits.client_data) == MAX_CLIENT_DATA
    verify_person(PASSKEY.key, fits, "recognition", CONTENT)
    beyond = signed(client={"filler": "x" * (MAX_CLIENT_DATA - bare + 1)})
    assert reason(PASSKEY.key, beyond) == "client-data"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"null", b"[]", b"\xef\xbb\xbf{}", b'{"type":"a","type":"a"}', b"\xff", b'"x"'],
    ids=range(8),
)
def test_client_data_that_is_no_object(data: bytes) -> None:
    forged = PASSKEY.over(PASSKEY.authenticator_data(), data)
    assert reason(PASSKEY.key, forged) == "client-data"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"flags": 0}, "user-present"),  # step 16
        ({"flags": UV}, "user-present"),
        ({"flags": UP}, "user-verified"),  # step 17
        ({"flags": UP | UV | BS}, "backup"),
        ({"flags": UP | UV | AT}, "authenticator-data"),
        ({"flags": UP | UV | ED}, "authenticator-data"),
        ({"extensions": b"\xa0"}, "authenticator-data"),
        (
            {"flags": UP | UV | ED, "extensions": bytes(MAX_AUTHENTICATOR_DATA - 36)},
            "authenticator-data",
        ),
    ],
)
def test_authenticator_data(other: dict[str, Any], expected: str) -> None:
    assert reason(PASSKEY.key, signed(**other)) == expected


@pytest.mark.parametrize(
    "other",
    [
        {"flags": UP | UV | BE},
        {"flags": UP | UV | BE | BS},
        {"flags": UP | UV | 0x22},  # reserved for future use
        {"flags": UP | UV | ED, "extensions": b"\xa0"},
        {"flags": UP | UV | ED, "extensions": bytes(MAX_AUTHENTICATOR_DATA - 37)},
    ],
)
def test_authenticator_data_as_authenticators_write_it(other: dict[str, Any]) -> None:
    verify_person(PASSKEY.key, signed(**other), "recognition", CONTENT)


def test_the_site_is_that_of_the_key() -> None:
    """Step 15: client data that name our host, authenticator data of another."""
    client = PASSKEY.client_data("recognition", CONTENT)
    elsewhere = replace(PASSKEY, rp="evil.example").authenticator_data()
    assert reason(PASSKEY.key, PASSKEY.over(elsewhere, client)) == "rp"
    assert reason(PASSKEY.key, PASSKEY.over(elsewhere[:36], client)) == "authenticator-data"
    assert reason(PASSKEY.key, PASSKEY.over(b"", client)) == "authenticator-data"


def _long_form(value: bytes) -> bytes:
    return bytes([0x30, 0x81, value[1]]) + value[2:]


@pytest.mark.parametrize(
    "change",
    [
        lambda value: b"",
        lambda value: value + b"\0",
        lambda value: value[:-1],
        _long_form,
        lambda value: encode_dss_signature(0, 0),
        lambda value: encode_dss_signature(1, 1),
        lambda value: encode_dss_signature(N, N),
        lambda value: bytes(64),
    ],
    ids=range(8),
)
def test_der_garbage(change: Callable[[bytes], bytes]) -> None:
    signature = PASSKEY.sign("recognition", CONTENT)
    assert reason(PASSKEY.key, replace(signature, value=change(signature.value))) == "signature"


def test_what_was_signed_cannot_be_exchanged() -> None:
    signature = PASSKEY.sign("recognition", CONTENT)
    counted = bytearray(signature.authenticator_data)
    counted[36] ^= 1
    spaced = signature.client_data.replace(b",", b", ", 1)
    for forged in (
        replace(signature, authenticator_data=bytes(counted)),
        replace(signature, client_data=spaced),
    ):
        assert reason(PASSKEY.key, forged) == "signature"


def test_the_twin_of_an_ecdsa_signature_passes() -> None:
    """Stated in the page: (r, n − s) is as good as (r, s), so nothing is named by these bytes."""
    signature = PASSKEY.sign("recognition", CONTENT)
    r, s = decode_dss_signature(signature.value)
    twin = replace(signature, value=encode_dss_signature(r, N - s))
    verify_person(PASSKEY.key, twin, "recognition", CONTENT)


# ------------------------------------------------------------------------------- any bytes


@pytest.mark.parametrize("signer", [PERSON, PASSKEY], ids=["ed25519", "passkey"])
def test_a_member_missing_or_empty_is_read_as_no_signature(signer: Person | Passkey) -> None:
    whole = signer.sign("recognition", CONTENT).to_json()
    for name in whole:
        for value in ({k: v for k, v in whole.items() if k != name}, {**whole, name: ""}):
            with pytest.raises(BadEvidence, match="person-signature-form"):
                read_signature(Shape(value, "person-signature-form"))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([PERSON.key, PASSKEY.key]),
    st.binary(max_size=80),
    st.binary(max_size=60),
    st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_any_bytes_are_refused(
    key: PersonKey, value: bytes, authenticator: bytes, client: bytes
) -> None:
    reason(key, PersonSignature(ACCOUNT, key.id, value, authenticator, client))


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["account", "key", "value", "authenticator_data", "client_data", "alg", "public", "rp"]
        ),
        JSON | st.sampled_from([ED25519, ES256, "00" * 32, "04" + "00" * 64, "univ-a.example"]),
    )
    | JSON
)
def test_readers_are_total(value: Any) -> None:
    for read, code in ((read_person_key, "person-key"), (read_signature, "person-signature-form")):
        try:
            found: Any = read(Shape(value, code))
        except BadEvidence as refusal:
            assert refusal.code == code and refusal.detail["pointer"]
        else:
            assert found.to_json() == value


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_corpus(path: Path) -> None:
    """Each file is a bad key (`key-…`) or a bad signature over CONTENT by one of the two."""
    with pytest.raises(BadEvidence) as caught:
        value = parse_json(path.read_bytes())
        if path.name.startswith("key-"):
            check_person_key(read_person_key(Shape(value, "person-key")))
        else:
            signature = read_signature(Shape(value, "person-signature-form"))
            keys = {key.id: key for key in (PERSON.key, PASSKEY.key)}
            key = keys.get(signature.key, PERSON.key)
            verify_person(key, signature, "recognition", CONTENT)
    assert "…" not in caught.value.zh + caught.value.en


def test_corpus_has_both() -> None:
    names = [path.name.partition("-")[0] for path in CORPUS.iterdir()]
    assert names.count("key") >= 5 and names.count("signature") >= 5


# ------------------------------------------------------------------------------- documents


@pytest.mark.parametrize("case", cases("person_signatures", "valid"), ids=title)
def test_vector(case: dict[str, Any]) -> None:
    verify_person(*_parts(case))


@pytest.mark.parametrize("case", cases("person_signatures", "invalid"), ids=title)
def test_bad_vector(case: dict[str, Any]) -> None:
    key, signature, purpose, content = _parts(case)
    assert reason(key, signature, purpose, content) == case["reason"]


def _parts(case: dict[str, Any]) -> tuple[PersonKey, PersonSignature, str, Any]:
    key = read_person_key(Shape(document("person_signatures")["keys"][case["key"]], "person-key"))
    signature = read_signature(Shape(case["signature"], "person-signature-form"))
    return key, signature, case["purpose"], case["content"]


def test_worked_examples() -> None:
    page = DOCS / "spec" / "people.md"
    found = [json.loads(b.text) for b in blocks(page) if b.language == "json example"]
    assert {one["key"]["alg"] for one in found} == {ED25519, ES256}
    for one in found:
        key = read_person_key(Shape(one["key"], "person-key"))
        signature = read_signature(Shape(one["signature"], "person-signature-form"))
        purpose, content = one["request"]["purpose"], one["request"]["content"]
        assert (key.id.hex(), message(purpose, content).hex()) == (one["id"], one["message"])
        assert signature.account == one["request"]["account"]
        verify_person(key, signature, purpose, content)


def test_the_page_lists_every_reason() -> None:
    text = (DOCS / "spec" / "people.md").read_text("utf-8")
    source = (DOCS.parent / "ledger" / "core" / "people.py").read_text("utf-8")
    reasons = set(re.findall(r'(?:_refuse\(|"person-signature", reason=)"([a-z-]+)"', source))
    assert len(reasons) >= 15
    assert {one for one in reasons if f"`{one}`" not in text} == set()
