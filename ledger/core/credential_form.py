"""The form of a credential that its writer and its reader share (docs/spec/credential.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

from ledger.core import messages_credentials as _messages  # noqa: F401  (registers the codes)
from ledger.core.content import CertificateContent
from ledger.core.kinds import CredentialType
from ledger.errors import BadEvidence

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
TYPES = ["VerifiableCredential", "OpenBadgeCredential"]
MAX_DOCUMENT = 64 * 1024
SALT_BYTES = 32

ACHIEVEMENT_TYPES = {
    CredentialType.DEGREE: "Degree",
    CredentialType.COURSE: "Course",
    CredentialType.MICRO: "MicroCredential",
    CredentialType.TRANSCRIPT: "ext:Transcript",
    CredentialType.WORKLOAD: "ext:TeachingWorkload",
}
TYPE_CODES = {name: code for code, name in ACHIEVEMENT_TYPES.items()}
ROMANISED, STUDENT = "ext:romanisedName", "identifier"
RESULT, HOURS = "Result", "ext:ContactHours"
RESULT_NAMES = {RESULT: "成绩", HOURS: "学时"}


@dataclass(frozen=True)
class IssuerIdentity:
    """The institution as it names itself in its credentials; `domain` without a port."""

    domain: str
    name: str
    name_en: str = ""

    @property
    def did(self) -> str:
        """`did:web:<domain>`."""
        return f"did:web:{self.domain}"


@dataclass(frozen=True)
class Proof:
    """An `eddsa-jcs-2022` proof: `options` is the proof without its `proofValue`."""

    options: dict[str, Any]
    verification_method: str
    public_key: bytes
    created: int
    salt: bytes
    signature: bytes


@dataclass(frozen=True)
class CredentialView:
    """A credential read strictly. `unsigned` is the document without its proof."""

    content: CertificateContent
    id: str
    issuer_did: str
    issuer_name: str
    issuer_name_en: str
    status_index: int
    status_base_url: str
    valid_until: date | None
    proof: Proof
    unsigned: dict[str, Any]
    document: dict[str, Any]

    @property
    def number(self) -> str:
        """The certificate number."""
        return self.content.number

    @property
    def issuer_domain(self) -> str:
        """The domain in the issuer's `did:web`."""
        return self.issuer_did.removeprefix("did:web:")

    @cached_property
    def signed(self) -> bytes:
        """The 64 bytes that the proof's signature is over, as `jcs_signing_bytes`.

        The parts are cut out of the payload: in a document read strictly each member stands in
        one place only, and a quotation mark inside a text is escaped.
        """
        proof = encoded(self.document["proof"])
        unsigned = self.payload.replace(b',"proof":' + proof, b"", 1)
        value = encoded({"proofValue": self.document["proof"]["proofValue"]})
        options = proof.replace(b"," + value[1:-1], b"", 1)
        return sha256(options).digest() + sha256(unsigned).digest()

    @cached_property
    def payload(self) -> bytes:
        """The payload that the entry commits to, as `payload_bytes`."""
        return encoded(self.document)


ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def encoded(value: dict[str, Any]) -> bytes:
    """RFC 8785 bytes of a document of ours or a part of it, written or strictly read.

    The C encoder gives them, because all keys are ASCII, and the only fractions are amounts of at
    most two decimals, whose shortest form has no exponent.
    """
    try:
        return ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadEvidence("format", pointer="/", expected="Unicode text") from error
