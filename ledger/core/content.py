"""What a certificate says: the row of the roster, before it becomes a document and a QR frame."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from ledger.core import messages_credentials as _messages  # noqa: F401  (registers the codes)
from ledger.core import wording
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.dates import parse_day
from ledger.core.kinds import CredentialType
from ledger.errors import BadEvidence

AMOUNT = re.compile(r"(?:0|[1-9]\d{0,4})(?:\.\d?[1-9])?", re.ASCII)
FIRST_DAY = date(1870, 1, 1)
LAST_DAY = date(2197, 3, 31)
_TEXTS = ("name", "romanised", "major", "degree", "course", "student_number", "result")


@dataclass(frozen=True, slots=True)
class CertificateContent:
    """One certificate. Empty text means: not given.

    `hours` and `credits` are decimal numbers as text (`AMOUNT`: at most two decimals, no trailing
    zero), so that no float ever decides whether two rows are the same. A degree has `degree` and
    `major`, every other type names what was achieved in `course`.
    """

    type_code: CredentialType
    number: str
    name: str
    awarded_on: date
    romanised: str = ""
    major: str = ""
    degree: str = ""
    course: str = ""
    hours: str = ""
    credits: str = ""
    student_number: str = ""
    result: str = ""

    @property
    def achievement(self) -> str:
        """The degree's or the course's name."""
        return self.degree if self.type_code == CredentialType.DEGREE else self.course

    def to_bytes(self) -> bytes:
        """Canonical JSON of what is given: equal bytes mean the same content."""
        given: dict[str, Any] = {
            one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)
        }
        given["type_code"] = int(self.type_code)
        given["awarded_on"] = self.awarded_on.isoformat()
        return canonical_json(given)

    @classmethod
    def from_bytes(cls, data: bytes) -> CertificateContent:
        """The inverse of `to_bytes`; BadEvidence("certificate-content") for anything else."""
        try:
            given = parse_json(data)
            given["type_code"] = CredentialType(given["type_code"])
            given["awarded_on"] = parse_day(given["awarded_on"])
            return cls(**given)
        except (TypeError, KeyError, ValueError) as error:
            raise BadEvidence("certificate-content", field="/", expected="object") from error


def check_content(content: CertificateContent) -> None:
    """Refuse content that could not be read back the same: BadEvidence("certificate-content")."""
    if not wording.is_number(content.number):
        _refuse("number", r"[\w.-]{1,64}")
    for field in _TEXTS:
        text = getattr(content, field)
        if (text or field == "name") and not wording.is_wording(text):
            _refuse(field, "1..200 readable characters in NFC")
    if not content.achievement:
        _refuse("degree" if content.type_code == CredentialType.DEGREE else "course", "present")
    if content.type_code == CredentialType.DEGREE and content.course:
        _refuse("course", "absent")
    if content.type_code != CredentialType.DEGREE and content.degree:
        _refuse("degree", "absent")
    for field in ("hours", "credits"):
        if getattr(content, field) and not AMOUNT.fullmatch(getattr(content, field)):
            _refuse(field, "0..99999.99")
    if not FIRST_DAY <= content.awarded_on <= LAST_DAY:
        _refuse("awarded_on", f"{FIRST_DAY}..{LAST_DAY}")


def _refuse(field: str, expected: str) -> None:
    raise BadEvidence("certificate-content", field=field, expected=expected)
