"""Certificates as W3C Verifiable Credentials 2.0 carrying an Open Badges 3.0 achievement.

docs/spec/credential.md. Every term stands in the two contexts, which are named by URL and never
fetched. The proof is `eddsa-jcs-2022` (Data Integrity EdDSA Cryptosuites v1.0 §3.3); its `nonce` is
the salt of the entry's commitment. Reading is strict: anything that `build_credential` could not
have written is BadEvidence("format") naming the JSON pointer.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

from ledger.core import messages_credentials as _messages  # noqa: F401  (registers the codes)
from ledger.core import multibase, wording
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.content import AMOUNT, CertificateContent, check_content
from ledger.core.dates import day_number, parse_day, parse_utc, utc_text
from ledger.core.frame import MAX_STATUS_INDEX, Claims
from ledger.core.kinds import CredentialType
from ledger.core.shape import Shape
from ledger.core.status import list_position
from ledger.errors import BadEvidence

__all__ = [
    "CONTEXTS",
    "CertificateContent",
    "CredentialView",
    "IssuerIdentity",
    "Proof",
    "agree",
    "attach_proof",
    "build_credential",
    "jcs_signing_bytes",
    "parse_credential",
    "payload_bytes",
    "proof_options",
    "read_credential",
    "salt_of",
    "secure",
    "status_list_credential",
    "verification_method",
]

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
TYPES = ["VerifiableCredential", "OpenBadgeCredential"]
MAX_DOCUMENT = 64 * 1024
SALT_BYTES = 32

_ACHIEVEMENT_TYPES = {
    CredentialType.DEGREE: "Degree",
    CredentialType.COURSE: "Course",
    CredentialType.MICRO: "MicroCredential",
    CredentialType.TRANSCRIPT: "ext:Transcript",
    CredentialType.WORKLOAD: "ext:TeachingWorkload",
}
_TYPE_CODES = {name: code for code, name in _ACHIEVEMENT_TYPES.items()}
_ROMANISED, _STUDENT = "ext:romanisedName", "identifier"
_RESULT, _HOURS = "Result", "ext:ContactHours"
_RESULT_NAMES = {_RESULT: "成绩", _HOURS: "学时"}

_DID = re.compile(r"did:web:[a-z0-9.-]{1,64}", re.ASCII)
_METHOD = re.compile(r"did:web:[a-z0-9.-]{1,64}#z6Mk[1-9A-HJ-NP-Za-km-z]{40,50}", re.ASCII)
_UUID = re.compile(
    r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00\+08:00", re.ASCII)
_INDEX = re.compile(r"0|[1-9]\d{0,5}", re.ASCII)
_STATUS_URL = re.compile(r"(https?://[!-~]{1,200})/status/(\w{1,10})/(0|[1-9]\d{0,4})", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


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

    @property
    def signed(self) -> bytes:
        """The 64 bytes that the proof's signature is over, as `jcs_signing_bytes`."""
        return _digest(self.proof.options) + _digest(self.unsigned)

    @property
    def payload(self) -> bytes:
        """The payload that the entry commits to, as `payload_bytes`."""
        return _encoded(self.document)


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def _encoded(value: dict[str, Any]) -> bytes:
    """RFC 8785 bytes of a document of ours or a part of it, written or strictly read.

    The C encoder gives them, because all keys are ASCII, and the only fractions are amounts of at
    most two decimals, whose shortest form has no exponent.
    """
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadEvidence("format", pointer="/", expected="Unicode text") from error


def _digest(value: dict[str, Any]) -> bytes:
    return sha256(_encoded(value)).digest()


# --------------------------------------------------------------------------- writing


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
    head, tail = _halves(unsigned, "proof")
    options_head, options_tail = _halves(options, "proofValue")
    message = sha256(options_head + options_tail).digest() + sha256(head + tail).digest()
    value = multibase.encode(sign(message)).encode()
    proof = options_head + b',"proofValue":"' + value + b'"' + options_tail
    return head + b',"proof":' + proof + tail


def _halves(value: dict[str, Any], key: str) -> tuple[bytes, bytes]:
    """The object's bytes, cut where the member `key` would stand; members stand on both sides."""
    before = _encoded({name: item for name, item in value.items() if name < key})
    after = _encoded({name: item for name, item in value.items() if name > key})
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
        for kind, value in ((_RESULT, content.result), (_HOURS, content.hours))
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
        (_ROMANISED, content.romanised),
        (_STUDENT, content.student_number),
    )
    return [
        {"type": "IdentityObject", "hashed": False, "identityHash": text, "identityType": kind}
        for kind, text in given
        if text
    ]


def _achievement(content: CertificateContent, issuer: IssuerIdentity) -> dict[str, Any]:
    title = content.achievement
    kinds = [k for k, v in ((_RESULT, content.result), (_HOURS, content.hours)) if v]
    own = _achievement_id(issuer.did, int(content.type_code), title, content.major)
    achievement: dict[str, Any] = {
        "id": own,
        "type": ["Achievement"],
        "achievementType": _ACHIEVEMENT_TYPES[content.type_code],
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
                "name": _RESULT_NAMES[kind],
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


# --------------------------------------------------------------------------- reading


def parse_credential(data: bytes) -> CredentialView:
    """A credential from bytes of JSON (UTF-8, at most 64 KiB). Total: BadEvidence("format")."""
    if len(data) > MAX_DOCUMENT:
        raise BadEvidence("format", pointer="/", expected=f"at most {MAX_DOCUMENT} bytes")
    try:
        document = parse_json(data)
    except BadEvidence as refusal:
        raise BadEvidence("format", pointer="/", expected=f"JSON ({refusal.en})") from refusal
    return read_credential(document)


def read_credential(document: Any) -> CredentialView:
    """The view of a parsed document, every member checked; the signature is not verified here."""
    top = Shape(document, "format").object(_TOP, ("validUntil",))
    top["@context"].exactly(CONTEXTS)
    top["type"].exactly(TYPES)
    identity = top["id"].matching(_UUID, "urn:uuid:…")
    did, name, name_en = _read_issuer(top["issuer"])
    awarded = _read_moment(top["validFrom"])
    top["awardedDate"].exactly(document["validFrom"])
    until = _read_moment(top["validUntil"]) if top.has("validUntil") else None
    content = _read_subject(top["credentialSubject"], awarded)
    top["name"].exactly(content.achievement)
    index, base_url = _read_status(top["credentialStatus"])
    proof = _read_proof(top["proof"], did)
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    try:
        check_content(content)
    except BadEvidence as refusal:
        _refuse_content(refusal)
    return CredentialView(
        content, identity, did, name, name_en, index, base_url, until, proof, unsigned, document
    )


def salt_of(document: Any) -> bytes:
    """The 32 salt bytes of a secured document: the nonce of its proof."""
    return read_credential(document).proof.salt


def agree(content: CertificateContent, claims: Claims) -> list[str]:
    """Names of the fields in which a document and a QR frame differ; empty when they agree."""
    pairs = {
        "name": (content.name, claims.name),
        "romanised": (content.romanised, claims.romanised),
        "type": (int(content.type_code), claims.type_code),
        "achievement": (content.achievement, claims.achievement),
        "major": (content.major, claims.major),
        "awarded_on": (day_number(content.awarded_on), claims.awarded_on),
        "number": (content.number, claims.number),
    }
    return [field for field, (one, other) in pairs.items() if one != other]


_TOP = (
    "@context", "id", "type", "name", "issuer", "validFrom", "awardedDate", "credentialSubject",
    "credentialStatus", "proof",
)  # fmt: skip


def _refuse_content(refusal: BadEvidence) -> None:
    raise BadEvidence(
        "format",
        pointer=f"/credentialSubject ({refusal.detail['field']})",
        expected=refusal.detail["expected"],
    ) from refusal


def _read_issuer(shape: Shape) -> tuple[str, str, str]:
    shape.object(("id", "type", "name"), ("description",))
    shape["type"].exactly(["Profile"])
    did = shape["id"].matching(_DID, "did:web:<domain>")
    name_en = _readable(shape["description"]) if shape.has("description") else ""
    return did, _readable(shape["name"]), name_en


def _readable(shape: Shape) -> str:
    text = shape.text(wording.MAX_NAME)
    if not wording.is_wording(text):
        shape.refuse("readable characters in NFC")
    return text


def _read_moment(shape: Shape) -> date:
    text = shape.matching(_MOMENT, "YYYY-MM-DDT00:00:00+08:00")
    try:
        return parse_day(text[:10])
    except ValueError:
        shape.refuse("a day of the calendar")


def _read_subject(shape: Shape, awarded: date) -> CertificateContent:
    shape.object(
        ("type", "identifier", "achievement", "licenseNumber"), ("creditsEarned", "result")
    )
    shape["type"].exactly(["AchievementSubject"])
    names = _read_identities(shape["identifier"])
    kind, title, major, results = _read_achievement(shape["achievement"], shape)
    credits = _read_amount(shape["creditsEarned"]) if shape.has("creditsEarned") else ""
    is_degree = kind == CredentialType.DEGREE
    return CertificateContent(
        type_code=kind,
        number=shape["licenseNumber"].matching(wording.NUMBER, r"[\w.-]{1,64}"),
        name=names["name"],
        awarded_on=awarded,
        romanised=names.get(_ROMANISED, ""),
        major=major,
        degree=title if is_degree else "",
        course="" if is_degree else title,
        hours=results.get(_HOURS, ""),
        credits=credits,
        student_number=names.get(_STUDENT, ""),
        result=results.get(_RESULT, ""),
    )


def _read_identities(shape: Shape) -> dict[str, str]:
    """identityType → text, in the order in which they are written, the name first."""
    found: dict[str, str] = {}
    order = ("name", _ROMANISED, _STUDENT)
    for item in shape.items(len(order), at_least=1):
        item.object(("type", "hashed", "identityHash", "identityType"))
        item["type"].exactly("IdentityObject")
        item["hashed"].exactly(False)
        kind = item["identityType"].one_of(order)
        later = [k for k in order[order.index(kind) :] if k in found]
        if later or (kind != "name" and not found):
            item["identityType"].refuse("each once, the name first")
        found[kind] = _readable(item["identityHash"])
    return found


def _read_achievement(
    shape: Shape, subject: Shape
) -> tuple[CredentialType, str, str, dict[str, str]]:
    shape.object(
        ("id", "type", "achievementType", "name", "description", "criteria"),
        ("fieldOfStudy", "creditsAvailable", "resultDescription"),
    )
    shape["type"].exactly(["Achievement"])
    own = shape["id"].matching(_UUID, "urn:uuid:…")
    kind = _TYPE_CODES[shape["achievementType"].one_of(_TYPE_CODES)]
    shape["description"].text(700)
    shape["criteria"].object(("narrative",))["narrative"].text(700)
    if shape.has("creditsAvailable") or subject.has("creditsEarned"):
        shape["creditsAvailable"].exactly(subject["creditsEarned"].value)
    kinds: dict[str, str] = {}
    if shape.has("resultDescription"):
        kinds = _read_result_kinds(shape["resultDescription"], own)
    major = _readable(shape["fieldOfStudy"]) if shape.has("fieldOfStudy") else ""
    return kind, _readable(shape["name"]), major, _read_results(subject, kinds)


def _read_result_kinds(shape: Shape, own: str) -> dict[str, str]:
    """Id of each result description → its type."""
    kinds: dict[str, str] = {}
    for item in shape.items(2, at_least=1):
        item.object(("id", "type", "name", "resultType"))
        item["type"].exactly(["ResultDescription"])
        kind = item["resultType"].one_of(_RESULT_NAMES)
        item["name"].exactly(_RESULT_NAMES[kind])
        item["id"].exactly(f"{own}#{kind.rpartition(':')[2]}")
        if kind in kinds.values():
            item["resultType"].refuse("each once")
        kinds[str(item["id"].value)] = kind
    return kinds


def _read_results(subject: Shape, kinds: dict[str, str]) -> dict[str, str]:
    results: dict[str, str] = {}
    if not subject.has("result"):
        if kinds:
            subject["result"].refuse("present")
        return results
    shape = subject["result"]
    for item in shape.items(len(kinds), at_least=len(kinds)):
        item.object(("type", "resultDescription", "value"))
        item["type"].exactly(["Result"])
        kind = kinds[item["resultDescription"].one_of(kinds)]
        value = _readable(item["value"])
        if kind == _HOURS and not AMOUNT.fullmatch(value):
            item["value"].refuse("a decimal number as text")
        if kind in results:
            item["resultDescription"].refuse("each once")
        results[kind] = value
    if not results:
        shape.refuse("absent")
    return results


def _read_amount(shape: Shape) -> str:
    """A JSON number as the amount text that gives it back."""
    value = shape.value
    text = repr(value) if type(value) in (int, float) else ""
    if not AMOUNT.fullmatch(text):
        shape.refuse("number with at most two decimals")
    return text


def _read_status(shape: Shape) -> tuple[int, str]:
    """(status index, issuer's public URL); both entries must name the same list and position."""
    found = set()
    purposes = ("revocation", "suspension")
    entries = list(shape.items(2, at_least=2))
    for item, purpose in zip(entries, purposes, strict=True):
        item.object(("type", "statusPurpose", "statusListIndex", "statusListCredential"))
        item["type"].exactly("BitstringStatusListEntry")
        item["statusPurpose"].exactly(purpose)
        position = int(item["statusListIndex"].matching(_INDEX, "decimal text below 131072"))
        url = item["statusListCredential"]
        parts = _STATUS_URL.fullmatch(url.text(400))
        if parts is None or parts[2] != purpose:
            url.refuse(f"…/status/{purpose}/<list>")
        number = int(parts[3])
        if position >> 17 or number >> 15:
            item["statusListIndex"].refuse("a position in a list")
        found.add(((number << 17) | position, parts[1]))
    if len(found) != 1:
        shape.refuse("the same list and index in both entries")
    return found.pop()


def _read_proof(shape: Shape, did: str) -> Proof:
    shape.object(
        (
            "@context", "type", "cryptosuite", "created", "verificationMethod", "proofPurpose",
            "nonce", "proofValue",
        )
    )  # fmt: skip
    shape["@context"].exactly(CONTEXTS)
    shape["type"].exactly("DataIntegrityProof")
    shape["cryptosuite"].exactly("eddsa-jcs-2022")
    shape["proofPurpose"].exactly("assertionMethod")
    method = shape["verificationMethod"].matching(_METHOD, "did:web:<domain>#z6Mk…")
    if method.partition("#")[0] != did:
        shape["verificationMethod"].refuse("a key of the issuer")
    try:
        public_key = multibase.decode_ed25519(method.partition("#")[2])
        if multibase.encode_ed25519(public_key) != method.partition("#")[2]:
            shape["verificationMethod"].refuse("canonical base58")
    except BadEvidence:
        shape["verificationMethod"].refuse("an Ed25519 public key")
    return Proof(
        options={key: value for key, value in shape.value.items() if key != "proofValue"},
        verification_method=method,
        public_key=public_key,
        created=_read_created(shape["created"]),
        salt=_read_salt(shape["nonce"]),
        signature=_read_signature(shape["proofValue"]),
    )


def _read_created(shape: Shape) -> int:
    try:
        return parse_utc(shape.text(20))
    except ValueError:
        shape.refuse("YYYY-MM-DDTHH:MM:SSZ")


def _read_salt(shape: Shape) -> bytes:
    text = shape.matching(_NONCE, "32 bytes in base64url")
    salt = base64.urlsafe_b64decode(text + "=")
    if base64.urlsafe_b64encode(salt).decode().rstrip("=") != text:
        shape.refuse("canonical base64url")
    return salt


def _read_signature(shape: Shape) -> bytes:
    text = shape.text(100)
    try:
        return multibase.decode(text, 64)
    except BadEvidence:
        shape.refuse("64 bytes in base58-btc, z…")
