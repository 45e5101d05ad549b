"""Alternate request syntax of 1.0.3 (Communication 1.3): any request as a POST of a form.

`?method=PUT` names the method; query parameters, some headers and the content are form fields.
Version 2.0 dropped it: there `method` is a parameter that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.xapi.parameters import decoded
from ledger.errors import BadEvidence

FORM = "application/x-www-form-urlencoded"
HEADERS = frozenset(
    {
        "authorization",
        "x-experience-api-version",
        "content-type",
        "content-length",
        "if-match",
        "if-none-match",
        "accept-language",
    }
)
_CONTENT = frozenset({"PUT", "POST"})


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The request that a form stands for."""

    method: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def unfold(query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Unfolded:
    """The request inside a POST whose query has `method`; BadEvidence("xapi-alternate").

    A header in the form stands in place of the real one. The suite sends content without a
    Content-Type: a form holds text, so that is JSON.
    """
    if len(query) > 1:
        raise _wrong("only `method` may stand in the query / 查询串只能有 method")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise _wrong(f"the Content-Type must be {FORM} / 须为表单")
    parameters = decoded(body)
    method = query["method"]
    content = parameters.pop("content", None)
    if (content is None) == (method in _CONTENT):
        raise _wrong("`content` goes with PUT and POST / content 须且仅须随 PUT、POST")
    inner = {name: value for name, value in headers.items() if not name.startswith("content-")}
    if content is not None:
        inner["content-type"] = "application/json"
    for name in [name for name in parameters if name.lower() in HEADERS]:
        inner[name.lower()] = parameters.pop(name)
    return Unfolded(method, parameters, inner, (content or "").encode())


def _wrong(why: str) -> BadEvidence:
    return BadEvidence("xapi-alternate", why=why, requirement="XAPI-00336")
