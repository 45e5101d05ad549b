"""Which version of the standard a request speaks (Communication 3.3; IEEE 9274.1.1, 4.1.2)."""

from __future__ import annotations

import re

from api.xapi import messages as _messages  # noqa: F401  (registers the codes)
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence

HEADER = "x-experience-api-version"
_VERSIONS = (
    (re.compile(r"1\.0(\.[0-9]{1,4})?"), Version.V1),
    (re.compile(r"2\.0(\.[0-9]{1,4})?"), Version.V2),
)


def negotiated(given: str | None) -> Version:
    """The version to answer in; BadEvidence("xapi-version") for none, 0.9x and later majors."""
    for pattern, version in _VERSIONS:
        if given is not None and pattern.fullmatch(given):
            return version
    raise BadEvidence(
        "xapi-version", given=given if given else "—", pointer="", requirement="XAPI-00331"
    )


def version_or(given: str | None, otherwise: Version) -> Version:
    """The same where a version is welcome but not needed: the About resource, and errors."""
    try:
        return negotiated(given)
    except BadEvidence:
        return otherwise
