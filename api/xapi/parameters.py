"""Query parameters: read by grammar, each at most once, none that is not known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from api.xapi import messages as _messages  # noqa: F401  (registers the codes)
from ledger.errors import BadEvidence

MAX_PARAMETERS = 64


def decoded(query: bytes) -> dict[str, str]:
    """Names and values of `application/x-www-form-urlencoded` bytes, none repeated.

    Raises BadEvidence("xapi-query" | "xapi-parameter-repeated").
    """
    found: dict[str, str] = {}
    if not query:
        return found
    if query.count(b"&") > MAX_PARAMETERS:
        raise BadEvidence("xapi-query", requirement="XAPI-00324")
    for part in query.split(b"&"):
        name, value = (_text(side) for side in part.partition(b"=")[::2])
        if not part:
            continue
        if name in found:
            raise BadEvidence(
                "xapi-parameter-repeated", name=name, pointer=name, requirement="XAPI-00324"
            )
        found[name] = value
    return found


def _text(raw: bytes) -> str:
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEvidence("xapi-query", requirement="Communication 1.4") from error


def only(parameters: Iterable[str], known: frozenset[str]) -> None:
    """BadEvidence("xapi-parameter-unknown") for the first name that is not known here.

    Names are case-sensitive (Communication 3.2: a parameter in another case is an unknown one).
    """
    for name in parameters:
        if name not in known:
            raise BadEvidence(
                "xapi-parameter-unknown", name=name, pointer=name, requirement="XAPI-00324"
            )


def required(parameters: Mapping[str, str], name: str, requirement: str) -> str:
    """The parameter's value, or BadEvidence("xapi-parameter-missing")."""
    try:
        return parameters[name]
    except KeyError:
        raise BadEvidence(
            "xapi-parameter-missing", name=name, pointer=name, requirement=requirement
        ) from None


def flag(parameters: Mapping[str, str], name: str) -> bool:
    """A boolean parameter: `true` or `false`, false when it is not there."""
    value = parameters.get(name, "false")
    if value not in ("true", "false"):
        raise wrong_value(name, "true | false", "Communication 2.1.3")
    return value == "true"


def wrong_value(name: str, expected: str, requirement: str) -> BadEvidence:
    """The refusal for a parameter whose value is not of its type."""
    return BadEvidence(
        "xapi-parameter-value",
        name=name, expected=expected, pointer=name, requirement=requirement,
    )  # fmt: skip
