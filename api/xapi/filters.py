"""Parameters of GET /statements (Communication 2.1.3), and the `more` links that carry them on.

A `more` link holds the parameters themselves and the place of the last statement shown, so nothing
is kept for it here; what comes back is read as strictly as any query.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.xapi import messages as _messages  # noqa: F401  (registers the codes)
from api.xapi.parameters import flag, only, wrong_value
from ledger.core.canonical import parse_json
from ledger.core.xapi.agents import check_agent
from ledger.core.xapi.formats import Format
from ledger.core.xapi.mentions import Mention, Role, agent_key
from ledger.core.xapi.values import check_iri, check_uuid, parse_timestamp
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from ledger.ports.statements import Cursor, StatementQuery

MOST = 200
"""Statements on one page."""
CLAUSE = "Communication 2.1.3"
_SINGLE = frozenset({"statementId", "voidedStatementId", "format", "attachments"})
_FILTERS = frozenset(
    {
        "agent",
        "verb",
        "activity",
        "registration",
        "related_activities",
        "related_agents",
        "since",
        "until",
        "limit",
        "ascending",
    }
)
KNOWN = _SINGLE | _FILTERS | {"more"}
MAX_LINK = 64 << 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What a GET asks for: one statement by id (`id`, of a voided one if `voided`), or a page."""

    format: Format
    attachments: bool
    id: bytes | None
    voided: bool
    query: StatementQuery
    parameters: Mapping[str, str]
    """As the client gave them, for the link to the next page."""


def asked(parameters: Mapping[str, str], version: Version, mine: bytes | None) -> Asked:
    """Raises BadEvidence (400) for what the standard refuses; `mine` restricts to an authority."""
    only(parameters, KNOWN)
    after = None
    if "more" in parameters:
        if len(parameters) > 1:
            raise _together("more", next(name for name in parameters if name != "more"))
        parameters, after = opened(parameters["more"])
    format = _format(parameters)
    attachments = flag(parameters, "attachments")
    for name, voided in (("statementId", False), ("voidedStatementId", True)):
        if name in parameters:
            found = _single(parameters, name)
            return Asked(format, attachments, found, voided, StatementQuery(), parameters)
    query = _query(parameters, version, mine, after)
    return Asked(format, attachments, None, False, query, parameters)


def _format(parameters: Mapping[str, str]) -> Format:
    try:
        return Format(parameters.get("format", Format.EXACT))
    except ValueError:
        raise wrong_value("format", " | ".join(Format), "XAPI-00168") from None


def _single(parameters: Mapping[str, str], name: str) -> bytes:
    """An id, given together with nothing but `attachments` and `format`."""
    for other in parameters:
        if other not in (name, "format", "attachments"):
            rule = "XAPI-00151" if name == "statementId" else "XAPI-00150"
            raise _together(name, other, rule)
    return bytes.fromhex(check_uuid(parameters[name], name).replace("-", ""))


def _together(name: str, other: str, rule: str = CLAUSE) -> BadEvidence:
    return BadEvidence(
        "xapi-parameter-together", name=name, other=other, pointer=name, requirement=rule
    )


def _query(
    parameters: Mapping[str, str], version: Version, mine: bytes | None, after: Cursor | None
) -> StatementQuery:
    return StatementQuery(
        filters=_mentions(parameters, version),
        authority=mine,
        since=_instant(parameters, "since", version),
        until=_instant(parameters, "until", version),
        ascending=flag(parameters, "ascending"),
        limit=_limit(parameters),
        after=after,
    )


def _mentions(parameters: Mapping[str, str], version: Version) -> tuple[tuple[Mention, ...], ...]:
    found: list[tuple[Mention, ...]] = []
    if "verb" in parameters:
        found.append(((Role.VERB, check_iri(parameters["verb"], "verb", "XAPI-00180")),))
    if "registration" in parameters:
        registration = check_uuid(parameters["registration"], "registration", "XAPI-00178")
        found.append(((Role.REGISTRATION, registration.lower()),))
    related = flag(parameters, "related_activities")
    if "activity" in parameters:
        iri = check_iri(parameters["activity"], "activity", "XAPI-00179")
        roles = (Role.ACTIVITY, Role.ACTIVITY_RELATED) if related else (Role.ACTIVITY,)
        found.append(tuple((role, iri) for role in roles))
    related = flag(parameters, "related_agents")
    if "agent" in parameters:
        key = agent_key(agent_parameter(parameters["agent"], version))
        roles = (Role.AGENT, Role.AGENT_RELATED) if related else (Role.AGENT,)
        found.append(tuple((role, key) for role in roles))
    return tuple(found)


def agent_parameter(text: str, version: Version) -> dict[str, Any]:
    """The JSON of an Agent or identified Group in a query; BadEvidence."""
    try:
        value = parse_json(text.encode())
    except BadEvidence as bad:
        raise wrong_value("agent", "JSON", "XAPI-00181") from bad
    return check_agent(value, version, "agent")


def _instant(parameters: Mapping[str, str], name: str, version: Version) -> int | None:
    if name not in parameters:
        return None
    # A sender that does not encode the plus sign of an offset means it all the same.
    return parse_timestamp(parameters[name].replace(" ", "+"), name, version)


def _limit(parameters: Mapping[str, str]) -> int:
    given = parameters.get("limit", "0")
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise wrong_value("limit", "0, 1, 2, …", "XAPI-00173")
    return min(int(given) or MOST, MOST)


# --------------------------------------------------------------------------- more links


def link(parameters: Mapping[str, str], after: Cursor) -> str:
    """The value of the parameter `more` for the page behind `after`."""
    value = {"a": [after.stored, after.kind, after.index], "q": dict(parameters)}
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def opened(given: str) -> tuple[dict[str, str], Cursor]:
    """Parameters and place of a link. Total: BadEvidence("xapi-more") for anything not ours."""
    try:
        data = base64.b64decode(given + "=" * (-len(given) % 4), b"-_", validate=True)
        value = parse_json(data, max_depth=2, limit=MAX_LINK)
        (stored, kind, index), parameters = value["a"], value["q"]
        after = Cursor(stored, kind, index)
    except (BadEvidence, binascii.Error, ValueError, KeyError, TypeError) as error:
        raise BadEvidence("xapi-more", pointer="more", requirement="XAPI-00108") from error
    if not _is_place(after) or not _are_filters(parameters):
        raise BadEvidence("xapi-more", pointer="more", requirement="XAPI-00108")
    return parameters, after


def _is_place(after: Cursor) -> bool:
    numbers = (after.stored, after.index)
    return (
        all(type(number) is int and 0 <= number < 1 << 53 for number in numbers)
        and type(after.kind) is str
        and after.kind in ("learning", "teaching")
    )


def _are_filters(parameters: object) -> bool:
    return (
        type(parameters) is dict
        and parameters.keys() <= _FILTERS | {"format", "attachments"}
        and all(type(value) is str for value in parameters.values())
    )
