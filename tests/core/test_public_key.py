"""The door to the library for public-key checks."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.core.public_key import (
    certificate_rsa_key,
    check_ed25519,
    check_es256,
    check_rsa,
    ed25519_key,
    p256_key,
)
from ledger.errors import BadEvidence
from tests.core.xapi.signing import certificate, rsa_key

MESSAGE = b"message"


def test_ed25519() -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = ed25519_key(key.public_key().public_bytes_raw())
    check_ed25519(public, MESSAGE, key.sign(MESSAGE))
    for message, signature in ((b"other", key.sign(MESSAGE)), (MESSAGE, bytes(64)), (MESSAGE, b"")):
        with pytest.raises(BadEvidence, match="signature"):
            check_ed25519(public, message, signature)
    with pytest.raises(ValueError):
        ed25519_key(bytes(31))


def _point(key: ec.EllipticCurvePrivateKey, form: PublicFormat) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, form)


def test_es256() -> None:
    key = ec.derive_private_key(7, ec.SECP256R1())
    point = _point(key, PublicFormat.UncompressedPoint)
    public = p256_key(point)
    signature = key.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    check_es256(public, MESSAGE, signature)
    other = key.sign(MESSAGE, ec.ECDSA(hashes.SHA384()))
    r, s = decode_dss_signature(signature)
    padded = b"\x02\x22\x00" + r.to_bytes(33) + encode_dss_signature(1, s)[5:]
    bad = [other, b"", b"x", signature + b"\0", signature[:-1], bytes(64)]
    for form in (*bad, bytes([0x30, len(padded)]) + padded, b"\x30\x81" + signature[1:]):
        with pytest.raises(BadEvidence, match="signature"):
            check_es256(public, MESSAGE, form)
    with pytest.raises(BadEvidence, match="signature"):
        check_es256(public, b"other", signature)


def test_no_point_of_p256() -> None:
    key = ec.derive_private_key(7, ec.SECP256R1())
    point = _point(key, PublicFormat.UncompressedPoint)
    other = _point(ec.derive_private_key(7, ec.SECP384R1()), PublicFormat.UncompressedPoint)
    compressed = _point(key, PublicFormat.CompressedPoint)
    hybrid = bytes([6 + (point[64] & 1)]) + point[1:]
    for one in (b"", b"\0", compressed, hybrid, point + b"\0", point[:-1] + b"\0", other):
        with pytest.raises(ValueError):
            p256_key(one)


def test_rsa() -> None:
    key = certificate_rsa_key(certificate())
    signature = rsa_key().sign(MESSAGE, padding.PKCS1v15(), hashes.SHA384())
    check_rsa(key, 384, MESSAGE, signature)
    probabilistic = rsa_key().sign(
        MESSAGE, padding.PSS(padding.MGF1(hashes.SHA384()), 48), hashes.SHA384()
    )
    for message, bad in ((b"other", signature), (MESSAGE, b""), (MESSAGE, probabilistic)):
        with pytest.raises(BadEvidence, match="signature"):
            check_rsa(key, 384, message, bad)
    with pytest.raises(BadEvidence, match="signature"):
        check_rsa(key, 256, MESSAGE, signature)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"x",
        b"\x30\x80",
        certificate()[:-1],
        certificate(ec.generate_private_key(ec.SECP256R1())),
    ],
    ids=range(5),
)
def test_no_rsa_certificate(der: bytes) -> None:
    with pytest.raises(ValueError):
        certificate_rsa_key(der)
