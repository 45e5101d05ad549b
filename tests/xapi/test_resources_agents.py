"""Agents as Persons (Communication 2.4; 4.1.6.3 of IEEE 9274.1.1)."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest

from tests.xapi.resources import Asking
from tests.xapi.world import V1, V2, Lrs, statement


@pytest.fixture(params=[V1, V2])
def asking(lrs: Lrs, request: pytest.FixtureRequest) -> Asking:
    return Asking(lrs, request.param)


def submit(asking: Asking, **changes: Any) -> None:
    answer = asking.post("statements", {}, [statement(**changes)])
    assert answer.status_code == 200, answer.text


def mailbox() -> str:
    return f"mailto:{uuid4()}@people.example"


@pytest.mark.requirement("XAPI-00236", "XAPI-00237", "XAPI-00245", "XAPI-00247")
def test_an_agent_that_nobody_knows_is_a_person_all_the_same(asking: Asking) -> None:
    mbox = mailbox()
    answer = asking.get("agents", {"agent": {"name": "A", "mbox": mbox}})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"objectType": "Person", "name": ["A"], "mbox": [mbox]}
    assert asking.get("agents", {"agent": {"mbox": mbox}}).json() == {
        "objectType": "Person", "mbox": [mbox],
    }  # fmt: skip


@pytest.mark.requirement("XAPI-00238", "XAPI-00239", "XAPI-00244", "XAPI-00246", "XAPI-00248")
def test_names_of_all_statements(asking: Asking) -> None:
    mbox = mailbox()
    for name in ("赵六", "Zhao Liu", "赵六", None):
        agent = {"mbox": mbox} if name is None else {"mbox": mbox, "name": name}
        submit(asking, actor=agent)
    person = asking.get("agents", {"agent": {"mbox": mbox, "name": "Z"}}).json()
    assert person["objectType"] == "Person"
    assert sorted(person["name"]) == ["Z", "Zhao Liu", "赵六"]
    assert person["mbox"] == [mbox]
    assert set(person) == {"objectType", "name", "mbox"}


@pytest.mark.parametrize(
    ("identifier", "value"),
    [
        pytest.param(
            "mbox_sha1sum",
            hashlib.sha1(b"x").hexdigest(),
            marks=pytest.mark.requirement("XAPI-00240"),
        ),
        pytest.param(
            "openid", "https://id.example/zhao", marks=pytest.mark.requirement("XAPI-00241")
        ),
        pytest.param(
            "account",
            {"homePage": "http://a.example", "name": "1"},
            marks=pytest.mark.requirement("XAPI-00242"),
        ),
    ],
)
def test_every_identifier_is_an_array(asking: Asking, identifier: str, value: Any) -> None:
    submit(asking, actor={identifier: value, "name": "钱七"})
    person = asking.get("agents", {"agent": {identifier: value}}).json()
    assert person == {"objectType": "Person", "name": ["钱七"], identifier: [value]}


def test_names_of_agents_anywhere_in_a_statement(asking: Asking) -> None:
    mbox, member = mailbox(), mailbox()
    team = {"objectType": "Group", "member": [{"mbox": member, "name": "Member"}]}
    context = {"instructor": {"mbox": mbox, "name": "Instructor"}, "team": team}
    submit(asking, context=context)
    assert asking.get("agents", {"agent": {"mbox": mbox}}).json()["name"] == ["Instructor"]
    assert asking.get("agents", {"agent": {"mbox": member}}).json()["name"] == ["Member"]


def test_a_group_of_the_same_identifier_is_no_agent(asking: Asking) -> None:
    mbox = mailbox()
    submit(asking, actor={"objectType": "Group", "mbox": mbox, "name": "Class 3"})
    assert asking.get("agents", {"agent": {"mbox": mbox}}).json() == {
        "objectType": "Person", "mbox": [mbox],
    }  # fmt: skip


@pytest.mark.requirement("XAPI-00243")
def test_agent_is_required(asking: Asking) -> None:
    answer = asking.get("agents", {})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "agent")
    assert answer.json()["requirement"] == "XAPI-00243"


BAD = [
    "x", "", "1", "{", {}, [], {"name": "Rick James", "objectType": "Agent"}, {"mbox": "x@y.z"},
    {"objectType": "Group", "mbox": "mailto:g@groups.example"},
    {"objectType": "Person", "mbox": ["mailto:x@y.example"]},
    {"account": {"name": "x"}}, {"mbox": "mailto:x@y.example", "extra": 1},
]  # fmt: skip


@pytest.mark.requirement("XAPI-00249")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_agent_must_be_one(asking: Asking, bad: Any) -> None:
    text = bad if isinstance(bad, str) else json.dumps(bad)
    answer = asking.get("agents", {"agent": text})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "agent")


def test_other_parameters_and_methods(asking: Asking) -> None:
    agent = {"mbox": mailbox()}
    for name in ("Agent", "activityId", "since", "profileId"):
        answer = asking.get("agents", {"agent": agent, name: "x"})
        assert (answer.status_code, answer.json()["parameter"]) == (400, name)
    for method in ("PUT", "POST", "DELETE"):
        answer = asking.ask(method, "agents", {"agent": agent}, b"{}", "application/json")
        assert answer.status_code == 405
    head = asking.ask("HEAD", "agents", {"agent": agent})
    assert (head.status_code, head.content) == (200, b"")
