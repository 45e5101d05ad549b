"""The one door to the library for public-key checks: Ed25519, P-256, RSA, a certificate's key.

Only what the library answers, without judgement: which keys and signatures count is said by
`ed25519` (canonical points), `people` (passkeys) and `xapi.signatures` (algorithms, key sizes).
"""

from __future__ import annotations

from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ledger.errors import BadEvidence

Ed25519Key = Ed25519PublicKey
P256Key = EllipticCurvePublicKey
RsaKey = RSAPublicKey
ShaBits = Literal[256, 384, 512]

_HASHES: dict[ShaBits, hashes.HashAlgorithm] = {
    256: hashes.SHA256(),
    384: hashes.SHA384(),
    512: hashes.SHA512(),
}


def ed25519_key(public: bytes) -> Ed25519Key:
    """The key of 32 raw bytes; ValueError for another length."""
    return Ed25519PublicKey.from_public_bytes(public)


def check_ed25519(key: Ed25519Key, message: bytes, signature: bytes) -> None:
    """Raises BadEvidence signature."""
    try:
        key.verify(signature, message)
    except InvalidSignature as error:
        raise BadEvidence("signature") from error


def p256_key(public: bytes) -> P256Key:
    """The key of an uncompressed point, 04 ‖ X ‖ Y (SEC 1 §2.3.4).

    ValueError for another form, a coordinate ≥ p and a point that is not on the curve.
    """
    if len(public) != 65 or public[0] != 4:
        raise ValueError("not an uncompressed point")
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public)


def check_es256(key: P256Key, message: bytes, signature: bytes) -> None:
    """ECDSA with SHA-256 (FIPS 186-5 §6.4.2); `signature` is DER of (r, s), in its one encoding,
    which the library insists on.

    (r, n − s) passes with (r, s): nothing may be named by a signature's bytes.
    Raises BadEvidence signature.
    """
    try:
        key.verify(signature, message, ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise BadEvidence("signature") from error


def certificate_rsa_key(certificate: bytes) -> RsaKey:
    """The RSA key that an X.509 certificate (DER) names; the certificate itself is not judged.

    ValueError for what is no certificate and for a key of another kind.
    """
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except UnsupportedAlgorithm as error:
        raise ValueError("a key of another kind") from error
    if not isinstance(key, RSAPublicKey):
        raise ValueError("a key of another kind")
    return key


def check_rsa(key: RsaKey, sha: ShaBits, message: bytes, signature: bytes) -> None:
    """RSASSA-PKCS1-v1_5 (RFC 8017 §8.2) with SHA-256, SHA-384 or SHA-512.

    Raises BadEvidence signature.
    """
    try:
        key.verify(signature, message, PKCS1v15(), _HASHES[sha])
    except InvalidSignature as error:
        raise BadEvidence("signature") from error
