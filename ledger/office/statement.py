"""The shape every statement must have before it may enter a stream (xAPI 1.0.3 Data §2.2, 2.4)."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from ledger.errors import BadEvidence

PROPERTIES = frozenset(
    [
        "id",
        "actor",
        "verb",
        "object",
        "result",
        "context",
        "timestamp",
        "stored",
        "authority",
        "version",
        "attachments",
    ]
)
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+\Z")
_TIMESTAMP = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)"
    r"(\.\d+)?(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?\Z"
)


def check_statement(value: Any) -> dict[str, Any]:
    """The statement as given, if it has the standard's shape; else BadEvidence with a pointer."""
    statement = _object(value, "")
    for key in statement:
        if key not in PROPERTIES:
            raise BadEvidence("statement-unknown-key", pointer=f"/{key}")
    if "id" in statement:
        _matches(statement["id"], _UUID, "/id", "UUID")
    if "timestamp" in statement:
        _matches(statement["timestamp"], _TIMESTAMP, "/timestamp", "RFC 3339 timestamp")
    _actor(_object(statement.get("actor"), "/actor"))
    verb = _object(statement.get("verb"), "/verb")
    _matches(verb.get("id"), _IRI, "/verb/id", "IRI")
    _target(_object(statement.get("object"), "/object"))
    for name in ("result", "context", "authority"):
        if name in statement:
            _object(statement[name], f"/{name}")
    return statement


def voided_id(statement: dict[str, Any]) -> str | None:
    """Id (lower case) of the statement that a voiding statement voids, else None."""
    target = statement["object"]
    if statement["verb"]["id"] != VOIDED or target.get("objectType") != "StatementRef":
        return None
    return str(target["id"]).lower()


def _actor(actor: dict[str, Any]) -> None:
    members = actor.get("member")
    if actor.get("objectType") == "Group" and isinstance(members, list) and members:
        return
    if not any(name in actor for name in IDENTIFIERS):
        _wrong("/actor", "mbox | mbox_sha1sum | openid | account")
    for name in IDENTIFIERS[:3]:
        if name in actor and not isinstance(actor[name], str):
            _wrong(f"/actor/{name}", "text")
    if "account" in actor:
        account = _object(actor["account"], "/actor/account")
        for name in ("homePage", "name"):
            if not isinstance(account.get(name), str) or not account[name]:
                _wrong(f"/actor/account/{name}", "text")


def _target(target: dict[str, Any]) -> None:
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        _matches(target.get("id"), _IRI, "/object/id", "IRI")
    elif kind == "StatementRef":
        _matches(target.get("id"), _UUID, "/object/id", "UUID")
    elif kind in ("Agent", "Group"):
        _actor(target)
    elif kind == "SubStatement":
        for name in ("actor", "verb", "object"):
            _object(target.get(name), f"/object/{name}")
    else:
        _wrong("/object/objectType", "Activity | Agent | Group | StatementRef | SubStatement")


def _object(value: Any, pointer: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _wrong(pointer or "/", "object")
    return dict(value)


def _matches(value: Any, pattern: re.Pattern[str], pointer: str, expected: str) -> None:
    if not isinstance(value, str) or not pattern.match(value):
        _wrong(pointer, expected)


def _wrong(pointer: str, expected: str) -> NoReturn:
    raise BadEvidence("statement-wrong-type", pointer=pointer, expected=expected)
