"""Agents and Groups (Data 2.4.2; 4.2.2.1 of IEEE 9274.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.core.xapi.shapes import (
    bad_value,
    check_choice,
    check_each,
    check_object,
    check_string,
    missing,
    not_together,
    wrong_type,
)
from ledger.core.xapi.values import check_iri, check_mailto, check_sha1, check_uri
from ledger.core.xapi.versions import Version

AGENT = frozenset(["objectType", "name", "mbox", "mbox_sha1sum", "openid", "account"])
GROUP = AGENT | {"member"}
ACCOUNT = frozenset(["homePage", "name"])
KINDS = ("Agent", "Group")
IDENTIFIED = "exactly one of mbox, mbox_sha1sum, openid, account"


def check_agent(value: Any, version: Version, pointer: str = "") -> dict[str, Any]:
    """An Agent or an identified Group, as parameters name one: the value itself.

    Both versions have the same rules. Raises BadEvidence at the first that is broken.
    """
    agent = check_actor(value, pointer)
    if agent.get("objectType") == "Group" and not _identifiers(agent, pointer, "XAPI-00012"):
        missing(pointer, "mbox", "XAPI-00012", IDENTIFIED)
    return agent


def check_actor(value: Any, at: str, rule: str = "XAPI-00031") -> dict[str, Any]:
    """An Agent, or a Group of either kind; without objectType it is an Agent."""
    if type(value) is not dict:
        wrong_type(value, at, rule, "Agent | Group")
    kind = value.get("objectType", "Agent")
    if kind == "Agent":
        check_lone_agent(value, at)
    elif kind == "Group":
        check_group(value, at)
    else:
        check_choice(kind, KINDS, f"{at}/objectType", rule)
    return value


def check_lone_agent(value: Any, at: str, rule: str = "XAPI-00031") -> None:
    """An Agent and no Group."""
    if type(value) is not dict:
        wrong_type(value, at, rule, "Agent")
    if "objectType" in value and value["objectType"] != "Agent":
        check_choice(value["objectType"], KINDS[:1], f"{at}/objectType", rule)
    if "member" in value:
        not_together(f"{at}/member", "XAPI-00035", "only a Group has members")
    check_object(value, AGENT, at)
    if not _identifiers(value, at, "XAPI-00034"):
        missing(at, "mbox", "XAPI-00034", IDENTIFIED)


def check_group(value: Any, at: str, rule: str = "XAPI-00088") -> None:
    """A Group: identified, or anonymous with members; members are Agents."""
    if type(value) is not dict:
        wrong_type(value, at, rule, "Group")
    if value.get("objectType") != "Group":
        if "objectType" not in value:
            missing(at, "objectType", rule, "Group")
        check_choice(value["objectType"], KINDS[1:], f"{at}/objectType", rule)
    check_object(value, GROUP, at)
    identified = _identifiers(value, at, "XAPI-00037")
    if "member" in value:
        check_each(value["member"], check_lone_agent, f"{at}/member", "XAPI-00036", "Agents")
    if not identified and not value.get("member"):
        missing(at, "member", "XAPI-00037", f"{IDENTIFIED}, or at least one member")


def _identifiers(agent: dict[str, Any], at: str, rule: str) -> bool:
    """Whether there is one; raises when there are several or one is malformed."""
    found = False
    for key, value in agent.items():
        check = _CHECKS.get(key)
        if check is None:
            continue
        if key != "name":
            if found:
                not_together(f"{at}/{key}", rule, IDENTIFIED)
            found = True
        check(value, f"{at}/{key}")
    return found


def _check_name(value: Any, at: str) -> None:
    check_string(value, at, "XAPI-00033")


def _check_account(value: Any, at: str) -> None:
    account = check_object(value, ACCOUNT, at, "XAPI-00041")
    if "homePage" not in account:
        missing(at, "homePage", "XAPI-00042", "IRL")
    if "name" not in account:
        missing(at, "name", "XAPI-00043", "string")
    check_iri(account["homePage"], f"{at}/homePage", "XAPI-00042")
    check_string(account["name"], f"{at}/name", "XAPI-00043")


def _check_openid(value: Any, at: str) -> None:
    check_uri(value, at, "XAPI-00040")


_CHECKS: dict[str, Callable[[Any, str], object]] = {
    "name": _check_name,
    "mbox": check_mailto,
    "mbox_sha1sum": check_sha1,
    "openid": _check_openid,
    "account": _check_account,
}


def check_authority(value: Any, at: str) -> None:
    """An Agent, or an anonymous Group of exactly two Agents: consumer and user (Data 2.4.9)."""
    if type(value) is dict and value.get("objectType") == "Group":
        check_group(value, at)
        if len(value.get("member", ())) != 2:
            bad_value(f"{at}/member", "XAPI-00098", "exactly two Agents")
        if _identifiers(value, at, "XAPI-00098"):
            not_together(at, "XAPI-00098", "an anonymous Group")
    else:
        check_actor(value, at, "XAPI-00024")
