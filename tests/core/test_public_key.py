"""The door to the library for public-key checks."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

from ledger.core.public_key import (
    certificate_rsa_key,
    check_ed25519,
    check_rsa,
    ed25519_key,
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
