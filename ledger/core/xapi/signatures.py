"""Signed statements (Data 2.6): the JSON Web Signature that a statement brings as an attachment.

What is checked, in this order:

1. the attachment is declared as application/octet-stream and its bytes were sent;
2. the bytes are a JWS in compact serialization (RFC 7515 §7.1), each part strict base64url;
3. its header is a JSON object whose `alg` is RS256, RS384 or RS512, without `crit`;
4. its payload is a JSON serialization of the statement before signatures were added: equivalent
   by the rules of statement comparison, and with the same `id` where both name one;
5. where the header has `x5c`, the first certificate's RSA key, of at least 2048 bits (RFC 7518
   §3.3), verifies the signature.

Whether a certificate is to be trusted is not asked: that is for the reader of the statement.
Without `x5c` the standard leaves nothing to verify with.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, NoReturn

from ledger.core.canonical import parse_json
from ledger.core.public_key import ShaBits, certificate_rsa_key, check_rsa
from ledger.core.xapi import messages_semantics  # noqa: F401  (registers the sentences)
from ledger.core.xapi.equivalence import same_statement
from ledger.core.xapi.mentions import Json
from ledger.errors import BadEvidence

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
OCTETS = "application/octet-stream"

_ALGORITHMS: dict[str, ShaBits] = {"RS256": 256, "RS384": 384, "RS512": 512}
_COMPACT = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_MIN_BITS, _MAX_BITS = 2048, 16384
_MAX_CHAIN = 16


def _refuse(reason: str, requirement: str) -> NoReturn:
    raise BadEvidence("xapi-signature", reason=reason, pointer="", requirement=requirement)


def _decoded(part: bytes) -> bytes:
    """Base64url without padding (RFC 7515 §2), in the one form that each value has."""
    try:
        value = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except binascii.Error:
        _refuse("base64url", "XAPI-00115")
    if binascii.b2a_base64(value, newline=False).translate(_URL_SAFE).rstrip(b"=") != part:
        _refuse("base64url", "XAPI-00115")
    return value


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _object(data: bytes, reason: str, requirement: str) -> Json:
    try:
        value = parse_json(data)
    except BadEvidence:
        _refuse(reason, requirement)
    if not isinstance(value, dict):
        _refuse(reason, requirement)
    return value


def without_signatures(statement: Json) -> Json:
    """The statement before signatures were added: without the attachments that are signatures."""
    if not isinstance(statement.get("attachments"), list):
        return statement
    kept = [one for one in statement["attachments"] if one.get("usageType") != SIGNATURE]
    changed = {key: value for key, value in statement.items() if key != "attachments"}
    return {**changed, "attachments": kept} if kept else changed


def _same(payload: Json, statement: Json) -> bool:
    """Total: whatever is not a statement is not this one."""
    try:
        named = {one["id"].lower() for one in (payload, statement) if "id" in one}
        if len(named) > 1:
            return False
        return same_statement(without_signatures(payload), without_signatures(statement))
    except (KeyError, TypeError, AttributeError, ValueError, BadEvidence):
        return False


def _leaf(chain: Any) -> bytes:
    """The first certificate of `x5c` (RFC 7515 §4.1.6): DER in padded base64."""
    if not isinstance(chain, list) or not 0 < len(chain) <= _MAX_CHAIN:
        _refuse("x5c", "XAPI-00117")
    for one in chain:
        if not isinstance(one, str) or len(one) % 4 or not _BASE64.fullmatch(one):
            _refuse("x5c", "XAPI-00117")
    return b64decode(chain[0])


def _verify(chain: Any, sha: ShaBits, message: bytes, signature: bytes) -> None:
    leaf = _leaf(chain)
    try:
        key = certificate_rsa_key(leaf)
    except ValueError:
        _refuse("x5c", "XAPI-00117")
    if not _MIN_BITS <= key.key_size <= _MAX_BITS:
        _refuse("key-size", "XAPI-00117")
    try:
        check_rsa(key, sha, message, signature)
    except BadEvidence:
        _refuse("not-verified", "XAPI-00117")


def check_signature(content: bytes, statement: Json) -> None:
    """One signature over a checked statement (steps 2 to 5).

    Raises BadEvidence xapi-signature: not-jws, base64url, header, algorithm, crit, payload,
    other-statement, x5c, key-size, not-verified.
    """
    parts = _COMPACT.fullmatch(content)
    if parts is None:
        _refuse("not-jws", "XAPI-00115")
    header = _object(_decoded(parts[1]), "header", "XAPI-00115")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        _refuse("algorithm", "XAPI-00117")
    if "crit" in header:
        _refuse("crit", "XAPI-00115")
    payload = _object(_decoded(parts[2]), "payload", "XAPI-00116")
    if not _same(payload, statement):
        _refuse("other-statement", "XAPI-00116")
    signature = _decoded(parts[3])
    if "x5c" in header:
        _verify(header["x5c"], _ALGORITHMS[algorithm], content[: parts.end(2)], signature)


def check_signatures(statement: Json, sent: Mapping[str, bytes]) -> None:
    """All signatures of a checked statement; `sent` are the attachments' bytes by `sha2` in lower
    case. A statement without signatures passes.

    Raises BadEvidence xapi-signature with a pointer to the attachment: content-type, not-sent and
    the reasons of `check_signature`.
    """
    for index, attachment in enumerate(statement.get("attachments", ())):
        if attachment["usageType"] != SIGNATURE:
            continue
        try:
            if attachment["contentType"].partition(";")[0].strip().lower() != OCTETS:
                _refuse("content-type", "XAPI-00115")
            content = sent.get(attachment["sha2"].lower())
            if content is None:
                _refuse("not-sent", "XAPI-00115")
            check_signature(content, statement)
        except BadEvidence as error:
            error.detail["pointer"] = f"/attachments/{index}"
            raise
