"""RFC 8032 §5.1.7 without the cofactor, and the edges where libraries disagree."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import ed25519, edwards
from ledger.errors import BadEvidence
from tests.vectors import cases, document, title

_BASE_Y = 4 * pow(5, -1, edwards.P) % edwards.P
_SEED = bytes(32)


def _point(encoded: bytes) -> edwards.Point:
    point = edwards.decode(encoded)
    assert point is not None
    return point


BASE = _point(_BASE_Y.to_bytes(32, "little"))


def _secret(seed: bytes) -> int:
    """RFC 8032 §5.1.5."""
    scalar = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    return (scalar & ((1 << 254) - 8)) | (1 << 254)


def _sign(secret: int, public: bytes, nonce: int, r_point: bytes, message: bytes) -> bytes:
    """A signature with a chosen R and nonce."""
    k = int.from_bytes(hashlib.sha512(r_point + public + message).digest(), "little")
    return r_point + ((nonce + k * secret) % edwards.L).to_bytes(32, "little")


@pytest.mark.parametrize("case", cases("ed25519", "valid"), ids=title)
def test_valid(case: dict[str, Any]) -> None:
    public, message, signature = _triple(case)
    ed25519.verify(public, message, signature)


@pytest.mark.parametrize("case", cases("ed25519", "invalid"), ids=title)
def test_invalid(case: dict[str, Any]) -> None:
    public, message, signature = _triple(case)
    with pytest.raises(BadEvidence) as caught:
        ed25519.verify(public, message, signature)
    assert caught.value.code == case["code"]


def _triple(case: dict[str, Any]) -> tuple[bytes, bytes, bytes]:
    public, message, signature = (
        bytes.fromhex(case[name]) for name in ("public_key", "message", "signature")
    )
    return public, message, signature


@pytest.mark.parametrize("case", cases("ed25519_public_keys", "valid"), ids=title)
def test_registrable(case: dict[str, Any]) -> None:
    ed25519.check_public_key(bytes.fromhex(case["public_key"]))


@pytest.mark.parametrize("case", cases("ed25519_public_keys", "invalid"), ids=title)
def test_not_registrable(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as caught:
        ed25519.check_public_key(bytes.fromhex(case["public_key"]))
    assert (caught.value.code, caught.value.detail["reason"]) == ("public-key", case["reason"])


def test_the_small_order_points_are_the_published_eight() -> None:
    published = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    }
    assert {point.hex() for point in edwards.SMALL_ORDER} == published
    assert set(document("ed25519")["small_order"]) == published
    for encoded in edwards.SMALL_ORDER:
        assert edwards.is_identity(edwards.multiply(8, _point(encoded)))


def test_curve_arithmetic_makes_the_keys_that_the_library_makes() -> None:
    for number in range(8):
        seed = bytes([number]) * 32
        raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        assert edwards.encode(edwards.multiply(_secret(seed), BASE)) == raw
        assert edwards.encode(_point(raw)) == raw
    assert edwards.is_identity(edwards.multiply(edwards.L, BASE))


def test_every_sum_of_a_good_key_and_a_small_point_is_refused() -> None:
    good = edwards.multiply(_secret(_SEED), BASE)
    for encoded in edwards.SMALL_ORDER:
        mixed = edwards.encode(edwards.add(good, _point(encoded)))
        if edwards.is_identity(_point(encoded)):
            ed25519.check_public_key(mixed)
        else:
            with pytest.raises(BadEvidence):
                ed25519.check_public_key(mixed)


def test_what_remains_for_a_key_of_mixed_order() -> None:
    """Why registration must refuse such keys: `verify` alone passes some of their signatures."""
    secret = _secret(_SEED)
    two = _point((edwards.P - 1).to_bytes(32, "little"))  # the point of order 2
    mixed = edwards.encode(edwards.add(edwards.multiply(secret, BASE), two))
    r_point = edwards.encode(edwards.multiply(7, BASE))
    answers = set()
    for number in range(16):
        message = bytes([number])
        try:
            ed25519.verify(mixed, message, _sign(secret, mixed, 7, r_point, message))
            answers.add(True)
        except BadEvidence:
            answers.add(False)
    assert answers == {True, False}
    with pytest.raises(BadEvidence):
        ed25519.check_public_key(mixed)


def test_a_torsion_component_of_r_never_passes_under_a_registrable_key() -> None:
    secret = _secret(_SEED)
    public = edwards.encode(edwards.multiply(secret, BASE))
    for encoded in edwards.SMALL_ORDER:
        r_point = edwards.encode(edwards.add(edwards.multiply(7, BASE), _point(encoded)))
        signature = _sign(secret, public, 7, r_point, b"m")
        if edwards.is_identity(_point(encoded)):
            ed25519.verify(public, b"m", signature)
        else:
            with pytest.raises(BadEvidence):
                ed25519.verify(public, b"m", signature)


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50), st.integers(0, 511))
def test_sign_verify_and_one_flipped_bit(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw()
    signature = key.sign(message)
    ed25519.check_public_key(public)
    ed25519.verify(public, message, signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadEvidence):
        ed25519.verify(public, message, bytes(flipped))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40) | st.binary(min_size=32, max_size=32), st.binary(max_size=70))
def test_any_bytes(public: bytes, signature: bytes) -> None:
    with pytest.raises(BadEvidence):
        ed25519.verify(public, b"message", signature)
    try:
        ed25519.check_public_key(public)
    except BadEvidence as refusal:
        assert refusal.code == "public-key"


def test_key_id_is_sha256_of_the_raw_key() -> None:
    assert ed25519.key_id(b"k" * 32) == hashlib.sha256(b"k" * 32).digest()
