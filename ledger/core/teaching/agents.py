"""Agents and groups of a statement as one text, the same wherever a record names somebody.

Every function takes any JSON value and raises `Wrong` for one that is none.
"""

from __future__ import annotations

from typing import Any

from ledger.core.teaching.templates import member
from ledger.core.teaching.values import MAX_NAME, Wrong, read_text
from ledger.core.xapi.mentions import mailbox


def read_name(value: Any) -> str:
    """An account's name or an IRI: at most 2,000 characters."""
    return read_text(value, MAX_NAME)


def account_text(agent: Any) -> str:
    """`<home page>|<name>`; the bar is in no IRI."""
    home, name = member(agent, "account", "homePage"), member(agent, "account", "name")
    if type(home) is not str or "|" in home:
        raise Wrong("account")
    return f"{read_name(home)}|{read_name(name)}"


def agent_text(agent: Any) -> str:
    """An authority's account or other identifier; of a group without one its members'."""
    if type(agent) is not dict:
        raise Wrong("agent")
    if "account" in agent:
        return account_text(agent)
    if "mbox" in agent:
        return mailbox(read_name(agent["mbox"]))
    if "mbox_sha1sum" in agent:
        return f"sha1:{read_name(agent['mbox_sha1sum']).lower()}"
    if "openid" in agent:
        return read_name(agent["openid"])
    members = agent.get("member")
    if type(members) is not list or not members or any(member(one, "member") for one in members):
        raise Wrong("agent")
    return "\n".join(agent_text(one) for one in members)
