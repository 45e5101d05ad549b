"""Many credentials of one issuer: what is the same for all of them is made canonical once.

A form is the encoded document of one row with holes where rows differ. A hole is a string that
begins with U+0000, which no content may hold, so nothing in a row can be taken for one.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

from ledger.core import multibase
from ledger.core.content import CertificateContent, check_content
from ledger.core.credential_form import RESULT, ROMANISED, SALT_BYTES, STUDENT, IssuerIdentity
from ledger.core.credential_write import build_credential, halves, proof_options
from ledger.core.status import list_position

_HOLE = re.compile(r'"\\u0000([a-z]+)"')
_PURPOSES = {"name": "name", ROMANISED: "romanised", STUDENT: "student"}
_MOST_FORMS = 1024


@dataclass(frozen=True)
class _Form:
    """Canonical text of document and proof, cut where `proof` and `proofValue` stand. The heads
    are %-templates over the holes; the tails are the same for every row."""

    head: str
    tail: bytes
    options_head: str
    options_tail: bytes


class CredentialSeries:
    """Writes secured documents of one issuer, one key and one moment.

    `method` is the key's verification method, `created` Unix seconds, `sign` gives the 64-byte
    Ed25519 signature of a message. Not shared between threads.
    """

    def __init__(
        self,
        issuer: IssuerIdentity,
        status_base_url: str,
        method: str,
        created: int,
        sign: Callable[[bytes], bytes],
    ) -> None:
        self._issuer, self._base_url = issuer, status_base_url
        self._method, self._created, self._sign = method, created, sign
        self._forms: dict[tuple[object, ...], _Form] = {}

    def secured(
        self, content: CertificateContent, status_index: int, document_id: bytes, salt: bytes
    ) -> bytes:
        """The payload: the same bytes as `secure` of what `build_credential` and `proof_options`
        make of the same arguments, and the same refusals."""
        check_content(content)
        form = self._form(content, status_index, document_id, salt)
        holes = {
            "id": f'"urn:uuid:{uuid.UUID(bytes=document_id, version=4)}"',
            "number": encode_basestring(content.number),
            "name": encode_basestring(content.name),
            "romanised": encode_basestring(content.romanised),
            "student": encode_basestring(content.student_number),
            "result": encode_basestring(content.result),
            "position": f'"{list_position(status_index)[1]}"',
            "nonce": f'"{base64.urlsafe_b64encode(salt).decode().rstrip("=")}"',
        }
        head = (form.head % holes).encode()
        options_head = (form.options_head % holes).encode()
        message = sha256(options_head + form.options_tail).digest()
        message += sha256(head + form.tail).digest()
        value = multibase.encode(self._sign(message)).encode()
        proof = options_head + b',"proofValue":"' + value + b'"' + form.options_tail
        return head + b',"proof":' + proof + form.tail

    def _form(
        self, content: CertificateContent, status_index: int, document_id: bytes, salt: bytes
    ) -> _Form:
        key = (
            content.type_code, content.degree, content.course, content.major, content.awarded_on,
            content.hours, content.credits, bool(content.romanised), bool(content.student_number),
            bool(content.result), list_position(status_index)[0], len(salt) == SALT_BYTES,
        )  # fmt: skip
        found = self._forms.get(key)
        if found is None:
            found = self._made(content, status_index, document_id, salt)
            if len(self._forms) < _MOST_FORMS:
                self._forms[key] = found
        return found

    def _made(
        self, content: CertificateContent, status_index: int, document_id: bytes, salt: bytes
    ) -> _Form:
        unsigned = build_credential(
            content, self._issuer, status_index, self._base_url, document_id
        )
        options = proof_options(unsigned, self._method, self._created, salt)
        _punch(unsigned)
        options["nonce"] = "\x00nonce"
        head, tail = halves(unsigned, "proof")
        options_head, options_tail = halves(options, "proofValue")
        return _Form(_template(head), tail, _template(options_head), options_tail)


def _punch(document: dict[str, Any]) -> None:
    """Puts a hole wherever the document says something of its row only."""
    document["id"] = "\x00id"
    subject = document["credentialSubject"]
    subject["licenseNumber"] = "\x00number"
    for identity in subject["identifier"]:
        identity["identityHash"] = "\x00" + _PURPOSES[identity["identityType"]]
    for result in subject.get("result", ()):
        if result["resultDescription"].endswith(f"#{RESULT}"):
            result["value"] = "\x00result"
    for status in document["credentialStatus"]:
        status["statusListIndex"] = "\x00position"


def _template(canonical: bytes) -> str:
    return _HOLE.sub(r"%(\1)s", canonical.decode().replace("%", "%%"))
