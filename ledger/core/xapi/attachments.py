"""Attachment objects as a statement declares them (Data 2.4.11)."""

from __future__ import annotations

import re
from typing import Any

from ledger.core.xapi.shapes import bad_value, check_each, check_object, missing, wrong_type
from ledger.core.xapi.values import check_iri, check_language_map

REQUIRED = {
    "usageType": "XAPI-00107",
    "display": "XAPI-00106",
    "contentType": "XAPI-00105",
    "length": "XAPI-00102",
    "sha2": "XAPI-00103",
}
ATTACHMENT = frozenset([*REQUIRED, "description", "fileUrl"])

_SHA2 = re.compile(r"(?:[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128})\Z")
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_MEDIA_TYPE = re.compile(
    rf"{_TOKEN}/{_TOKEN}(?:[ \t]*+;[ \t]*+(?:{_TOKEN}=(?:{_TOKEN}|\"(?:[^\"\\]|\\.)*+\"))?)*+\Z"
)


def check_attachments(value: Any, at: str) -> None:
    """An array of attachment objects; whether their bytes were sent is asked elsewhere."""
    check_each(value, _check_attachment, at, "XAPI-00025", "attachments")


def _check_attachment(value: Any, at: str) -> None:
    attachment = check_object(value, ATTACHMENT, at, "XAPI-00025")
    for key, rule in REQUIRED.items():
        if key not in attachment:
            missing(at, key, rule, "present")
    check_iri(attachment["usageType"], f"{at}/usageType", "XAPI-00107")
    check_language_map(attachment["display"], f"{at}/display", "XAPI-00106")
    if "description" in attachment:
        check_language_map(attachment["description"], f"{at}/description", "XAPI-00025")
    _check_media_type(attachment["contentType"], f"{at}/contentType")
    _check_length(attachment["length"], f"{at}/length")
    _check_sha2(attachment["sha2"], f"{at}/sha2")
    if "fileUrl" in attachment:
        check_iri(attachment["fileUrl"], f"{at}/fileUrl", "XAPI-00104")


def _check_media_type(value: Any, at: str) -> None:
    if type(value) is not str:
        wrong_type(value, at, "XAPI-00105", "Internet media type")
    if not _MEDIA_TYPE.match(value):
        bad_value(at, "XAPI-00105", "Internet media type (RFC 2046)")


def _check_length(value: Any, at: str) -> None:
    if type(value) is not int:
        wrong_type(value, at, "XAPI-00102", "integer")
    if value < 0:
        bad_value(at, "XAPI-00102", "number of octets")


def _check_sha2(value: Any, at: str) -> None:
    if type(value) is not str:
        wrong_type(value, at, "XAPI-00103", "hex digits")
    if not _SHA2.match(value):
        bad_value(at, "XAPI-00103", "SHA-2 sum of 224, 256, 384 or 512 bits in hex")
