"""Writing credentials: the document, its proof and its payload (docs/spec/credential.md)."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

from ledger.core import multibase
from ledger.core.canonical import canonical_json
from ledger.core.content import CertificateContent, check_content
from ledger.core.credential_form import (
    ACHIEVEMENT_TYPES,
    CONTEXTS,
    HOURS,
    RESULT,
    RESULT_NAMES,
    ROMANISED,
    SALT_BYTES,
    STUDENT,
    TYPES,
    IssuerIdentity,
    encoded,
)
from ledger.core.dates import utc_text
from ledger.core.frame import MAX_STATUS_INDEX
from ledger.core.kinds import CredentialType
from ledger.core.status import list_position
from ledger.errors import BadEvidence


def build_credential(
    content: CertificateContent,
    issuer: IssuerIdentity,
    status_index: int,
    status_base_url: str,
    document_id: bytes,
    valid_until: date | None = None,
) -> dict[str, Any]:
    """The unsigned document.

    `status_base_url` is the issuer's public URL, `document_id` 16 random bytes of its `urn:uuid`.
    Raises BadEvidence("certificate-content") for content that a reader would refuse.
    """
    check_content(content)
    awarded = _moment(content.awarded_on)
    document: dict[str, Any] = {
        "@context": list(CONTEXTS),
        "id": f"urn:uuid:{uuid.UUID(bytes=document_id, version=4)}",
        "type": list(TYPES),
        "name": content.achievement,
        "issuer": _issuer(issuer),
        "validFrom": awarded,
        "awardedDate": awarded,
        "credentialSubject": _subject(content, issuer),
        "credentialStatus": _status_entries(status_index, status_base_url.rstrip("/")),
    }
    if valid_until is not None:
        document["validUntil"] = _moment(valid_until)
    return document


@lru_cache(maxsize=64)
def verification_method(domain: str, public_key: bytes) -> str:
    """`did:web:<domain>#z6Mk…` of a raw Ed25519 key."""
    return f"did:web:{domain}#{multibase.encode_ed25519(public_key)}"


def proof_options(
    document: dict[str, Any], method: str, created: int, salt: bytes
) -> dict[str, Any]:
    """The proof without its value; `created` in Unix seconds, `salt` 32 random bytes.

    `@context` is the document's, as eddsa-jcs-2022 §3.3.1 step 2 wants it.
    """
    if len(salt) != SALT_BYTES:
        raise BadEvidence("format", pointer="/proof/nonce", expected="32 bytes")
    return {
        "@context": list(document["@context"]),
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": utc_text(created),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "nonce": base64.urlsafe_b64encode(salt).decode().rstrip("="),
    }


def jcs_signing_bytes(unsigned: dict[str, Any], options: dict[str, Any]) -> bytes:
    """SHA-256(JCS(options)) ‖ SHA-256(JCS(document)), eddsa-jcs-2022 §3.3.4; 64 bytes."""
    return sha256(canonical_json(options)).digest() + sha256(canonical_json(unsigned)).digest()


def attach_proof(
    unsigned: dict[str, Any], options: dict[str, Any], signature: bytes
) -> dict[str, Any]:
    """The secured document."""
    return {**unsigned, "proof": {**options, "proofValue": multibase.encode(signature)}}


def payload_bytes(document: dict[str, Any]) -> bytes:
    """The payload that the entry commits to: RFC 8785 bytes of the secured document."""
    return canonical_json(document)


def secure(
    unsigned: dict[str, Any], options: dict[str, Any], sign: Callable[[bytes], bytes]
) -> bytes:
    """The payload of a document of `build_credential`, signed, in one go.

    The same bytes as `payload_bytes(attach_proof(unsigned, options, sign(jcs_signing_bytes(…))))`,
    several times as fast: every member is made canonical once. `sign` gives 64 bytes for the 64
    bytes to sign.
    """
    head, tail = halves(unsigned, "proof")
    options_head, options_tail = halves(options, "proofValue")
    message = sha256(options_head + options_tail).digest() + sha256(head + tail).digest()
    value = multibase.encode(sign(message)).encode()
    proof = options_head + b',"proofValue":"' + value + b'"' + options_tail
    return head + b',"proof":' + proof + tail


def halves(value: dict[str, Any], key: str) -> tuple[bytes, bytes]:
    """The object's canonical bytes, cut where member `key` would stand, with members around it."""
    before = encoded({name: item for name, item in value.items() if name < key})
    after = encoded({name: item for name, item in value.items() if name > key})
    return before[:-1], b"," + after[1:]


def status_list_credential(
    issuer: IssuerIdentity, url: str, purpose: str, encoded_list: str, valid_from: int
) -> dict[str, Any]:
    """The unsigned BitstringStatusListCredential at `url` (Bitstring Status List v1.0 §2.2)."""
    return {
        "@context": list(CONTEXTS),
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": _issuer(issuer),
        "validFrom": utc_text(valid_from),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded_list,
        },
    }


def _issuer(issuer: IssuerIdentity) -> dict[str, Any]:
    profile: dict[str, Any] = {"id": issuer.did, "type": ["Profile"], "name": issuer.name}
    if issuer.name_en:
        profile["description"] = issuer.name_en
    return profile


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00+08:00"


def _subject(content: CertificateContent, issuer: IssuerIdentity) -> dict[str, Any]:
    achievement = _achievement(content, issuer)
    results = [
        {
            "type": ["Result"],
            "resultDescription": f"{achievement['id']}#{kind.rpartition(':')[2]}",
            "value": value,
        }
        for kind, value in ((RESULT, content.result), (HOURS, content.hours))
        if value
    ]
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": _identities(content),
        "achievement": achievement,
        "licenseNumber": content.number,
    }
    if content.credits:
        subject["creditsEarned"] = _number(content.credits)
    if results:
        subject["result"] = results
    return subject


def _identities(content: CertificateContent) -> list[dict[str, Any]]:
    given = (
        ("name", content.name),
        (ROMANISED, content.romanised),
        (STUDENT, content.student_number),
    )
    return [
        {"type": "IdentityObject", "hashed": False, "identityHash": text, "identityType": kind}
        for kind, text in given
        if text
    ]


def _achievement(content: CertificateContent, issuer: IssuerIdentity) -> dict[str, Any]:
    title = content.achievement
    kinds = [k for k, v in ((RESULT, content.result), (HOURS, content.hours)) if v]
    own = _achievement_id(issuer.did, int(content.type_code), title, content.major)
    achievement: dict[str, Any] = {
        "id": own,
        "type": ["Achievement"],
        "achievementType": ACHIEVEMENT_TYPES[content.type_code],
        "name": title,
        "description": _description(content, issuer),
        "criteria": {"narrative": _criteria(content, issuer)},
    }
    if content.major:
        achievement["fieldOfStudy"] = content.major
    if content.credits:
        achievement["creditsAvailable"] = _number(content.credits)
    if kinds:
        achievement["resultDescription"] = [
            {
                "id": f"{own}#{kind.rpartition(':')[2]}",
                "type": ["ResultDescription"],
                "name": RESULT_NAMES[kind],
                "resultType": kind,
            }
            for kind in kinds
        ]
    return achievement


@lru_cache(maxsize=4096)
def _achievement_id(did: str, type_code: int, title: str, major: str) -> str:
    name = "\n".join((did, str(type_code), title, major))
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def _description(content: CertificateContent, issuer: IssuerIdentity) -> str:
    major = f"（{content.major}）" if content.major else ""
    return f"{issuer.name}：{content.achievement}{major}"


def _criteria(content: CertificateContent, issuer: IssuerIdentity) -> str:
    if content.type_code == CredentialType.DEGREE:
        return f"完成{issuer.name}规定的培养方案，经审核准予授予。"
    return f"完成{issuer.name}规定的学习要求，经考核合格。"


def _number(amount: str) -> int | float:
    """An amount as the JSON number with the same shortest decimal text."""
    return float(amount) if "." in amount else int(amount)


def _status_entries(index: int, base_url: str) -> list[dict[str, Any]]:
    if not 0 <= index <= MAX_STATUS_INDEX:
        raise BadEvidence("status-index", index=index)
    number, position = list_position(index)
    return [
        {
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": str(position),
            "statusListCredential": f"{base_url}/status/{purpose}/{number}",
        }
        for purpose in ("revocation", "suspension")
    ]
