"""The About resource: which versions are spoken here; no token needed (Communication 2.8)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from api.xapi.answers import json_answer
from api.xapi.parameters import only
from api.xapi.versioning import HEADER, version_or
from ledger.core.xapi.versions import Version

FIRST = ("1.0.0", "1.0.1", "1.0.2", "1.0.3")
SECOND = ("2.0.0",)


def about(headers: Mapping[str, str], parameters: Mapping[str, str]) -> Response:
    """Both versions, but only 1.0.x to who speaks 1.0.x: the suite takes no other value then."""
    only(parameters, frozenset())
    first = version_or(headers.get(HEADER), Version.V2) is Version.V1
    return json_answer({"version": list(FIRST if first else FIRST + SECOND)})
