"""Signed statements for tests: a key, certificates over it, JSON Web Signatures of any shape."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.core.xapi.multipart import Part
from ledger.core.xapi.signatures import OCTETS, SIGNATURE

Json = dict[str, Any]
HASHES = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}
STATEMENT: Json = {
    "id": "16fd2706-8baf-433b-82eb-8c7fada847da",
    "actor": {"mbox": "mailto:student@univ-a.example"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en-US": "passed"}},
    "object": {"id": "https://univ-a.example/exam/1"},
    "timestamp": "2026-11-23T08:00:00Z",
}


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None) -> bytes:
    """DER of a self-signed certificate over the key."""
    key = key or rsa_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Registrar")])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 7,
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def base64url(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def x5c(*certificates: bytes) -> list[str]:
    return [b64encode(one).decode() for one in certificates]


def jws(
    payload: Any = STATEMENT,
    algorithm: Any = "RS256",
    key: rsa.RSAPrivateKey | None = None,
    **header: Any,
) -> bytes:
    """Compact serialization; bytes as payload are signed as they are."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    head = json.dumps({"alg": algorithm, **header}).encode()
    message = base64url(head) + b"." + base64url(data)
    known = HASHES.get(algorithm) if isinstance(algorithm, str) else None
    signature = (key or rsa_key()).sign(message, padding.PKCS1v15(), known or hashes.SHA256())
    return message + b"." + base64url(signature)


def declaration(content: bytes, **changes: Any) -> Json:
    """The attachment object of a signature."""
    return {
        "usageType": SIGNATURE,
        "display": {"en-US": "Signature"},
        "contentType": OCTETS,
        "length": len(content),
        "sha2": sha256(content).hexdigest(),
        **changes,
    }


def signed(content: bytes, statement: Json = STATEMENT, **changes: Any) -> Json:
    """The statement with its signature declared behind its other attachments."""
    others = statement.get("attachments", [])
    return {**statement, "attachments": [*others, declaration(content, **changes)]}


def part(content: bytes, **headers: str) -> Part:
    """A part as a client should send it; header names with underscores for hyphens."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Part(
        {
            "content-type": "text/plain",
            "content-transfer-encoding": "binary",
            "x-experience-api-hash": sha256(content).hexdigest(),
            **given,
        },
        content,
    )
