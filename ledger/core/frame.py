"""The QR frame: claims and signature in about 187 bytes (docs/spec/qr-frame.md).

    frame  = 0x01 ‖ kid[4] ‖ CBOR claims ‖ signature[64]
    signed = "XZ-QR1" ‖ 0x01 ‖ kid ‖ claims
    text   = "https://<verify host>/v#" ‖ BASE32(frame), RFC 4648 upper case without padding

Reading is total: any bytes and any text are a frame, or BadEvidence("frame" | "frame-text").
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NoReturn
from urllib.parse import unquote

from ledger.core import cbor, wording
from ledger.core import messages_credentials as _messages  # noqa: F401  (registers the codes)
from ledger.core.content import FIRST_DAY, LAST_DAY, CertificateContent
from ledger.core.dates import day_number
from ledger.errors import BadEvidence

VERSION = 1
KID_BYTES = 4
SIGNATURE_BYTES = 64
NONCE_BYTES = 16
MAX_FRAME = 343  # version 15-M, 0.35 mm modules in the 30 mm box
MAX_TEXT = 1024
MAX_STATUS_INDEX = (1 << 32) - 1
_DOMAIN = b"XZ-QR1"
_HEADER = 1 + KID_BYTES

(
    _CODE,
    _NAME,
    _ROMANISED,
    _TYPE,
    _ACHIEVEMENT,
    _MAJOR,
    _AWARDED,
    _NUMBER,
    _INDEX,
    _NONCE,
) = range(10)
_ALL = frozenset(range(10))
_OPTIONAL = frozenset((_ROMANISED, _MAJOR))
_LINK = re.compile(r"(https?://[^\s#?]{1,200})/v#([A-Za-z0-9%]{1,900})", re.ASCII | re.IGNORECASE)
_BASE32 = re.compile(r"[A-Z2-7]*")


@dataclass(frozen=True)
class Claims:
    """What the QR code of a certificate says.

    `achievement` is the degree's or the course's name; `awarded_on` days since 1970-01-01;
    `romanised` and `major` may be empty; `nonce` are 16 random bytes, because Ed25519 is
    deterministic and a frame must not be recomputed from a graduation list.
    """

    code: str
    name: str
    romanised: str
    type_code: int
    achievement: str
    major: str
    awarded_on: int
    number: str
    status_index: int
    nonce: bytes

    @classmethod
    def of(cls, content: CertificateContent, code: str, status_index: int, nonce: bytes) -> Claims:
        """The claims of a certificate issued by the institution with this code."""
        return cls(
            code=code,
            name=content.name,
            romanised=content.romanised,
            type_code=int(content.type_code),
            achievement=content.achievement,
            major=content.major,
            awarded_on=day_number(content.awarded_on),
            number=content.number,
            status_index=status_index,
            nonce=nonce,
        )


@dataclass(frozen=True)
class Frame:
    """A parsed frame; `raw` are its bytes, `claims_bytes` the CBOR as signed."""

    version: int
    kid: bytes
    claims: Claims
    claims_bytes: bytes
    signature: bytes
    raw: bytes

    @property
    def signed(self) -> bytes:
        """The bytes that the signature is over."""
        return signing_bytes(self.kid, self.claims_bytes)


def encode_claims(claims: Claims) -> bytes:
    """Deterministic CBOR of the claims; empty `romanised` and `major` are left out.

    Raises BadEvidence("frame") for claims that `decode_claims` would refuse.
    """
    fields: dict[int, Any] = {
        _CODE: claims.code,
        _NAME: claims.name,
        _ROMANISED: claims.romanised,
        _TYPE: int(claims.type_code),
        _ACHIEVEMENT: claims.achievement,
        _MAJOR: claims.major,
        _AWARDED: claims.awarded_on,
        _NUMBER: claims.number,
        _INDEX: claims.status_index,
        _NONCE: claims.nonce,
    }
    fields = {key: value for key, value in fields.items() if key not in _OPTIONAL or value}
    _checked(fields)
    return cbor.dumps(fields)


def decode_claims(data: bytes) -> Claims:
    """Claims of strict CBOR: known keys only, NFC text, nothing empty, canonical to the byte."""
    try:
        fields = cbor.loads(data, MAX_FRAME)
    except BadEvidence as refusal:
        raise BadEvidence("frame", part="claims", expected="deterministic CBOR") from refusal
    return _checked(fields)


def signing_bytes(kid: bytes, claims_cbor: bytes) -> bytes:
    """The bytes to sign for a frame with this 4-byte key id and these claims."""
    if len(kid) != KID_BYTES:
        _refuse("kid", "4 bytes")
    return _DOMAIN + bytes((VERSION,)) + kid + claims_cbor


def assemble(kid: bytes, claims_cbor: bytes, signature: bytes) -> bytes:
    """The frame; BadEvidence("frame") when it is over 343 bytes or a part has the wrong length."""
    if len(kid) != KID_BYTES or len(signature) != SIGNATURE_BYTES:
        _refuse("kid and signature", "4 and 64 bytes")
    frame = bytes((VERSION,)) + kid + claims_cbor + signature
    if len(frame) > MAX_FRAME:
        _refuse("frame", f"at most {MAX_FRAME} bytes, not {len(frame)}")
    return frame


def parse_frame(data: bytes) -> Frame:
    """A frame read strictly; the signature is not verified here."""
    if not _HEADER + SIGNATURE_BYTES < len(data) <= MAX_FRAME:
        _refuse("frame", f"{_HEADER + SIGNATURE_BYTES + 1}..{MAX_FRAME} bytes")
    if data[0] != VERSION:
        _refuse("version", str(VERSION))
    body = data[_HEADER:-SIGNATURE_BYTES]
    return Frame(
        version=data[0],
        kid=data[1:_HEADER],
        claims=decode_claims(body),
        claims_bytes=body,
        signature=data[-SIGNATURE_BYTES:],
        raw=data,
    )


def frame_hash(frame: bytes) -> bytes:
    """SHA-256 of the frame, as its entry holds it: also its key in the public look-up."""
    return sha256(frame).digest()


def qr_text(verify_url: str, frame: bytes) -> str:
    """The text of the QR code: verify URL (lower-case scheme and host), `/v#`, BASE32."""
    return f"{verify_url.rstrip('/')}/v#{base64.b32encode(frame).decode().rstrip('=')}"


def frame_from_text(text: str) -> tuple[str, bytes]:
    """(verify URL before `/v#`, frame bytes) of a scanned or typed QR text.

    Scheme and host may be in either case; the fragment may be percent-encoded or lower case.
    Raises BadEvidence("frame-text"), or what `frame_from_fragment` raises.
    """
    text = text.strip()
    found = _LINK.fullmatch(text) if len(text) <= MAX_TEXT else None
    if found is None:
        raise BadEvidence("frame-text", problem="https://…/v#…")
    return found[1], frame_from_fragment(found[2])


def frame_from_fragment(fragment: str) -> bytes:
    """Frame bytes of the part after `#`: percent-decoded, upper-cased, then strict BASE32.

    Non-zero pad bits, impossible lengths and foreign characters: BadEvidence("frame-text").
    """
    text = unquote(fragment).upper() if len(fragment) <= MAX_TEXT else ""
    if not text or not _BASE32.fullmatch(text):
        raise BadEvidence("frame-text", problem="BASE32")
    try:
        data = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError) as error:
        raise BadEvidence("frame-text", problem="BASE32 length") from error
    if base64.b32encode(data).decode().rstrip("=") != text:
        raise BadEvidence("frame-text", problem="BASE32 pad bits")
    return data


def _checked(fields: Any) -> Claims:
    """Claims of a decoded map; every rule of the format in the order of its keys."""
    if type(fields) is not dict or not _ALL - _OPTIONAL <= set(fields) <= _ALL:
        _refuse("claims", "a map of the known keys")
    code = fields[_CODE]
    if type(code) is not str or not wording.CODE.fullmatch(code):
        _refuse("institution code", "1..64 of A-Z a-z 0-9 . _ -")
    for key, part in ((_NAME, "name"), (_ROMANISED, "romanised name")):
        _wording(fields, key, part)
    for key, part in ((_ACHIEVEMENT, "achievement"), (_MAJOR, "major")):
        _wording(fields, key, part)
    _integer(fields[_TYPE], 1, 5, "credential type")
    _integer(fields[_AWARDED], day_number(FIRST_DAY), day_number(LAST_DAY), "award day")
    number = fields[_NUMBER]
    if type(number) is not str or not wording.is_number(number):
        _refuse("certificate number", r"[\w.-]{1,64}")
    _integer(fields[_INDEX], 0, MAX_STATUS_INDEX, "status index")
    nonce = fields[_NONCE]
    if type(nonce) is not bytes or len(nonce) != NONCE_BYTES:
        _refuse("nonce", "16 bytes")
    return Claims(
        code=code,
        name=fields[_NAME],
        romanised=fields.get(_ROMANISED, ""),
        type_code=fields[_TYPE],
        achievement=fields[_ACHIEVEMENT],
        major=fields.get(_MAJOR, ""),
        awarded_on=fields[_AWARDED],
        number=number,
        status_index=fields[_INDEX],
        nonce=nonce,
    )


def _wording(fields: dict[int, Any], key: int, part: str) -> None:
    if key in fields and (type(fields[key]) is not str or not wording.is_wording(fields[key])):
        _refuse(part, "1..200 readable characters in NFC")


def _integer(value: Any, low: int, high: int, part: str) -> None:
    if type(value) is not int or not low <= value <= high:
        _refuse(part, f"{low}..{high}")


def _refuse(part: str, expected: str) -> NoReturn:
    raise BadEvidence("frame", part=part, expected=expected)
