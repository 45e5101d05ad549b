"""What a statement mentions, against a slow walk that knows only the table of parameters."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from ledger.core.xapi.mentions import Role, agent_key, mentions
from tests.core.xapi.made import ACTORS, AGENTS, STATEMENTS, Json

AUTHORITY = {"account": {"homePage": "https://univ-a.example", "name": "platform"}}
REGISTRATION = "16FD2706-8BAF-433B-82EB-8C7FADA847DA"


@pytest.mark.parametrize(
    ("agent", "key"),
    [
        ({"mbox": "mailto:Ann.B@Univ-A.Example"}, "mbox\nmailto:Ann.B@univ-a.example"),
        ({"mbox": 'mailto:"a@B"@C.cn'}, 'mbox\nmailto:"a@B"@c.cn'),
        ({"mbox_sha1sum": "AB" * 20}, "mbox_sha1sum\n" + "ab" * 20),
        ({"openid": "https://ID.example/A"}, "openid\nhttps://ID.example/A"),
        (
            {"account": {"homePage": "https://a.example", "name": "b\nc"}},
            "account\nhttps://a.example\nb\nc",
        ),
        ({"objectType": "Group", "member": [{"mbox": "mailto:a@b.cn"}]}, ""),
        ({"objectType": "Group", "openid": "x:1", "member": []}, "openid\nx:1"),
    ],
)
def test_agent_key(agent: Json, key: str) -> None:
    assert agent_key(agent) == key


@given(AGENTS, AGENTS)
def test_equal_keys_mean_equal_identifiers(one: Json, other: Json) -> None:
    names = ("mbox", "mbox_sha1sum", "openid", "account")
    same = [one.get(name) for name in names] == [other.get(name) for name in names]
    assert (agent_key(one) == agent_key(other)) is same


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every object in a JSON value with the path to it, indexes left out."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from walk(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, path)


_AGENT = r"(/member)?"
_NEAR = re.compile(rf"(/actor|/object){_AGENT}")
_FAR = re.compile(
    r"(/object)?(/actor|/object|/authority|/context/instructor|/context/team"
    rf"|/context/contextAgents/agent|/context/contextGroups/group){_AGENT}"
)
_ACTIVITY_NEAR = re.compile(r"/object")
_ACTIVITY_FAR = re.compile(r"(/object)?(/object|/context/contextActivities/\w+)")


def expected(statement: Json, authority: Json) -> set[tuple[Role, str]]:
    found = {(Role.VERB, statement["verb"]["id"])}
    near: dict[Role, set[str]] = {role: set() for role in Role}
    for path, thing in walk({**statement, "authority": authority}):
        kind = thing.get("objectType")
        if "/extensions" in path or kind in ("StatementRef", "SubStatement"):
            continue
        if key := agent_key(thing) if kind != "Activity" and "id" not in thing else "":
            if _NEAR.fullmatch(path):
                near[Role.AGENT].add(key)
            if _FAR.fullmatch(path):
                near[Role.AGENT_RELATED].add(key)
        elif "id" in thing:
            if _ACTIVITY_NEAR.fullmatch(path):
                near[Role.ACTIVITY].add(thing["id"])
            if _ACTIVITY_FAR.fullmatch(path):
                near[Role.ACTIVITY_RELATED].add(thing["id"])
    near[Role.AGENT_RELATED] -= near[Role.AGENT]
    near[Role.ACTIVITY_RELATED] -= near[Role.ACTIVITY]
    if "registration" in statement.get("context", {}):
        found.add((Role.REGISTRATION, statement["context"]["registration"].lower()))
    return found | {(role, value) for role, values in near.items() for value in values}


@given(STATEMENTS, ACTORS)
def test_mentions_are_those_of_the_table(statement: Json, authority: Json) -> None:
    before = copy.deepcopy(statement)
    found = mentions(statement, authority)
    assert statement == before
    assert len(set(found)) == len(found)
    assert set(found) == expected(statement, authority)


def test_roles_of_a_full_statement() -> None:
    inner = {
        "objectType": "SubStatement",
        "actor": {"mbox": "mailto:inner@a.cn"},
        "verb": {"id": "x:inner"},
        "object": {"id": "x:inner-object"},
        "context": {"registration": REGISTRATION[::-1],
                    "contextActivities": {"parent": {"id": "x:inner-parent"}}},
    }  # fmt: skip
    statement = {
        "actor": {"objectType": "Group", "member": [{"mbox": "mailto:m@a.cn"}]},
        "verb": {"id": "x:did"},
        "object": inner,
        "context": {"registration": REGISTRATION, "instructor": {"openid": "x:teacher"},
                    "contextActivities": {"category": [{"id": "x:profile"}]}},
    }  # fmt: skip
    assert set(mentions(statement, AUTHORITY)) == {
        (Role.VERB, "x:did"),
        (Role.REGISTRATION, REGISTRATION.lower()),
        (Role.AGENT, "mbox\nmailto:m@a.cn"),
        (Role.AGENT_RELATED, "mbox\nmailto:inner@a.cn"),
        (Role.AGENT_RELATED, "openid\nx:teacher"),
        (Role.AGENT_RELATED, "account\nhttps://univ-a.example\nplatform"),
        (Role.ACTIVITY_RELATED, "x:inner-object"),
        (Role.ACTIVITY_RELATED, "x:inner-parent"),
        (Role.ACTIVITY_RELATED, "x:profile"),
    }
