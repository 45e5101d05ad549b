"""The shape that every statement must have (Data 2.2, 2.4; 4.2 of IEEE 9274.1.1)."""

from __future__ import annotations

import re
from typing import Any

from ledger.core.xapi.agents import GROUP, check_actor, check_authority
from ledger.core.xapi.attachments import check_attachments
from ledger.core.xapi.context import check_context
from ledger.core.xapi.objects import check_activity, check_reference
from ledger.core.xapi.result import check_result
from ledger.core.xapi.shapes import (
    bad_value,
    check_choice,
    check_object,
    missing,
    not_together,
    wrong_type,
)
from ledger.core.xapi.values import check_iri, check_language_map, check_timestamp, check_uuid
from ledger.core.xapi.versions import Version

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
STATEMENT = frozenset(
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
ONLY_STATEMENT = {
    "id": "XAPI-00070",
    "stored": "XAPI-00069",
    "version": "XAPI-00068",
    "authority": "XAPI-00067",
}
SUBSTATEMENT = STATEMENT - ONLY_STATEMENT.keys() | {"objectType"}
VERB = frozenset(["id", "display"])
KINDS = ("Activity", "Agent", "Group", "SubStatement", "StatementRef")

_VERSION = {
    Version.V1: re.compile(r"1\.0(?:\.[0-9]+)?\Z"),
    # The suite for 2.0 still sends 1.0 and 1.0.9 and wants them taken.
    Version.V2: re.compile(r"[12]\.0(?:\.[0-9]+)?\Z"),
}


def check_statement(value: Any, version: Version) -> dict[str, Any]:
    """The value itself, if it keeps every rule that the version has for a single statement.

    Raises BadEvidence at the first broken rule: code `xapi-…`, `pointer` (RFC 6901, from the
    statement), `requirement` and `expected`. Whatever else JSON can hold is refused the same way.
    """
    statement = check_object(value, STATEMENT, "")
    if "id" in statement:
        check_uuid(statement["id"], "/id")
    if "stored" in statement:
        check_timestamp(statement["stored"], "/stored", version, "XAPI-00023")
    if "version" in statement:
        _check_version(statement["version"], version)
    if "authority" in statement:
        check_authority(statement["authority"], "/authority")
    kind = _check_body(statement, version, "")
    if kind == "SubStatement":
        _check_substatement(statement["object"], version)
    if statement["verb"]["id"] == VOIDED and kind != "StatementRef":
        bad_value("/object/objectType", "XAPI-00017", "StatementRef, because the verb voids")
    return statement


def _check_body(statement: dict[str, Any], version: Version, at: str) -> str:
    """What a statement and a substatement share; returns the kind of its object."""
    if "actor" not in statement:
        missing(at, "actor", "XAPI-00003", "Agent | Group")
    if "verb" not in statement:
        missing(at, "verb", "XAPI-00004", "verb")
    if "object" not in statement:
        missing(at, "object", "XAPI-00005", " | ".join(KINDS))
    check_actor(statement["actor"], f"{at}/actor")
    _check_verb(statement["verb"], f"{at}/verb")
    kind = _check_target(statement["object"], f"{at}/object")
    if "result" in statement:
        check_result(statement["result"], f"{at}/result")
    if "context" in statement:
        check_context(statement["context"], version, kind == "Activity", f"{at}/context")
    if "timestamp" in statement:
        check_timestamp(statement["timestamp"], f"{at}/timestamp", version, "XAPI-00022")
    if "attachments" in statement:
        check_attachments(statement["attachments"], f"{at}/attachments")
    return kind


def _check_verb(value: Any, at: str) -> None:
    verb = check_object(value, VERB, at)
    if "id" not in verb:
        missing(at, "id", "XAPI-00044", "IRI")
    check_iri(verb["id"], f"{at}/id", "XAPI-00044")
    if "display" in verb:
        check_language_map(verb["display"], f"{at}/display", "XAPI-00045")


def _check_target(value: Any, at: str) -> str:
    """The object but for a substatement, which only `check_statement` may meet; its kind."""
    if type(value) is not dict:
        wrong_type(value, at, "XAPI-00006", " | ".join(KINDS))
    kind = check_choice(
        value.get("objectType", "Activity"), KINDS, f"{at}/objectType", "XAPI-00046"
    )
    if kind == "Activity":
        if "id" not in value:
            _refuse_unnamed_kind(value, at)
        check_activity(value, at, "XAPI-00046")
    elif kind == "StatementRef":
        check_reference(value, at)
    elif kind != "SubStatement":
        check_actor(value, at)
    return kind


def _refuse_unnamed_kind(value: dict[str, Any], at: str) -> None:
    """Only an Activity may leave out objectType; what looks like something else needs it."""
    if "objectType" in value:
        return
    if not value.keys().isdisjoint(GROUP - {"name"}):
        missing(at, "objectType", "XAPI-00065", "Agent | Group")
    if not value.keys().isdisjoint(("actor", "verb", "object")):
        missing(at, "objectType", "XAPI-00073", "SubStatement")


def _check_substatement(value: dict[str, Any], version: Version) -> None:
    for key, rule in ONLY_STATEMENT.items():
        if key in value:
            not_together(f"/object/{key}", rule, "not in a SubStatement")
    check_object(value, SUBSTATEMENT, "/object", "XAPI-00066")
    if _check_body(value, version, "/object") == "SubStatement":
        bad_value("/object/object/objectType", "XAPI-00071", "no SubStatement in another")


def _check_version(value: Any, version: Version) -> None:
    expected = "1.0 | 1.0.x" if version is Version.V1 else "2.0.x | 1.0.x"
    if type(value) is not str:
        wrong_type(value, "/version", "XAPI-00101", expected)
    if not _VERSION[version].match(value):
        bad_value("/version", "XAPI-00101", expected)
