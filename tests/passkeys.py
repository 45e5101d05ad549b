"""People who sign, in software: a key of each kind that signs as the real ones do."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.core.people import ED25519, ES256, UP, UV, PersonKey, PersonSignature, message


@dataclass(frozen=True)
class Person:
    """Signs with an Ed25519 key made of the account's name."""

    account: str

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(self.account.encode()).digest())

    @cached_property
    def key(self) -> PersonKey:
        return PersonKey(ED25519, self._private.public_key().public_bytes_raw())

    def sign(self, purpose: str, content: Any) -> PersonSignature:
        value = self._private.sign(message(purpose, content))
        return PersonSignature(self.account, self.key.id, value)


@dataclass(frozen=True)
class Passkey:
    """Signs as an authenticator does; whatever it says can be said otherwise."""

    account: str
    rp: str = "univ-a.example"
    flags: int = UP | UV
    extensions: bytes = b""
    client: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def private(self) -> ec.EllipticCurvePrivateKey:
        secret = int.from_bytes(sha256(self.account.encode()).digest()) >> 1
        return ec.derive_private_key(secret, ec.SECP256R1())

    @cached_property
    def key(self) -> PersonKey:
        public = self.private.public_key()
        raw = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return PersonKey(ES256, raw, self.rp)

    def client_data(self, purpose: str, content: Any) -> bytes:
        digest = sha256(message(purpose, content)).digest()
        value = {
            "type": "webauthn.get",
            "challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "origin": f"https://{self.rp}",
            "crossOrigin": False,
            **self.client,
        }
        shown = {name: one for name, one in value.items() if one is not ...}
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()

    def authenticator_data(self) -> bytes:
        flags = bytes([self.flags])
        return sha256(self.rp.encode()).digest() + flags + bytes(4) + self.extensions

    def sign(self, purpose: str, content: Any) -> PersonSignature:
        return self.over(self.authenticator_data(), self.client_data(purpose, content))

    def over(self, authenticator: bytes, client: bytes) -> PersonSignature:
        """A true signature over any bytes."""
        signed = authenticator + sha256(client).digest()
        value = self.private.sign(signed, ec.ECDSA(hashes.SHA256()))
        return PersonSignature(self.account, self.key.id, value, authenticator, client)


def virtual_authenticator(devtools: Any) -> str:
    """Gives a browser's page a passkey device that agrees at once; its id. `devtools`: a session of
    the page."""
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return str(made["authenticatorId"])
