"""Reading credentials strictly, every member by its place (docs/spec/credential.md).

Anything that the writer could not have written is BadEvidence("format") naming the JSON pointer.
"""

from __future__ import annotations

import base64
import re
from datetime import date
from typing import Any, NoReturn

from ledger.core import multibase, wording
from ledger.core.canonical import parse_json
from ledger.core.content import AMOUNT, CertificateContent, check_content
from ledger.core.credential_form import (
    CONTEXTS,
    HOURS,
    MAX_DOCUMENT,
    RESULT,
    RESULT_NAMES,
    ROMANISED,
    STUDENT,
    TYPE_CODES,
    TYPES,
    CredentialView,
    Proof,
)
from ledger.core.dates import day_number, parse_day, parse_utc
from ledger.core.frame import Claims
from ledger.core.kinds import CredentialType
from ledger.core.shape import Shape
from ledger.errors import BadEvidence

_DID = re.compile(r"did:web:[a-z0-9.-]{1,64}", re.ASCII)
_METHOD = re.compile(r"did:web:[a-z0-9.-]{1,64}#z6Mk[1-9A-HJ-NP-Za-km-z]{40,50}", re.ASCII)
_UUID = re.compile(
    r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00\+08:00", re.ASCII)
_INDEX = re.compile(r"0|[1-9]\d{0,5}", re.ASCII)
_STATUS_URL = re.compile(r"(https?://[!-~]{1,200})/status/(\w{1,10})/(0|[1-9]\d{0,4})", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


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


def _refuse_content(refusal: BadEvidence) -> NoReturn:
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
        romanised=names.get(ROMANISED, ""),
        major=major,
        degree=title if is_degree else "",
        course="" if is_degree else title,
        hours=results.get(HOURS, ""),
        credits=credits,
        student_number=names.get(STUDENT, ""),
        result=results.get(RESULT, ""),
    )


def _read_identities(shape: Shape) -> dict[str, str]:
    """identityType → text, in the order in which they are written, the name first."""
    found: dict[str, str] = {}
    order = ("name", ROMANISED, STUDENT)
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
    kind = TYPE_CODES[shape["achievementType"].one_of(TYPE_CODES)]
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
        kind = item["resultType"].one_of(RESULT_NAMES)
        item["name"].exactly(RESULT_NAMES[kind])
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
        if kind == HOURS and not AMOUNT.fullmatch(value):
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
