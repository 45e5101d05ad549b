"""Any query whatever: answered or refused, never a failure of ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.xapi.resources import ACTIVITY_PROFILES, AGENT_PROFILES, STATES
from tests.xapi.world import V1, V2, VERSION, Lrs

RESOURCES = [STATES, AGENT_PROFILES, ACTIVITY_PROFILES, "activities", "agents"]
NAMES = ["activityId", "agent", "registration", "stateId", "profileId", "since"]
some = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

good = {
    "activityId": "http://activities.example/1",
    "agent": json.dumps({"mbox": "mailto:x@learners.example"}),
    "registration": "6fbd600f-d17c-4c74-801a-2ec2e53231f7",
    "stateId": "s",
    "profileId": "p",
    "since": "2026-01-01T00:00:00Z",
}
parts = st.dictionaries(
    st.sampled_from(NAMES),
    st.none() | st.text(st.characters(exclude_categories=["Cs"])),
    max_size=6,
)
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
keys = st.sampled_from(
    ["mbox", "mbox_sha1sum", "openid", "account", "objectType", "name", "member"]
)
agents = st.recursive(
    scalars | st.sampled_from(["Agent", "Group", "mailto:a@b.example", "http://a.example"]),
    lambda inner: st.dictionaries(keys, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=6,
)


def ask(lrs: Lrs, resource: str, query: str, version: str) -> int:
    answer = lrs.request("GET", resource, query, headers={VERSION: version})
    if answer.status_code >= 400:
        body = answer.json()
        assert body["status"] == answer.status_code and body["code"] and body["title"]
    return answer.status_code


@pytest.mark.parametrize("version", [V1, V2])
@pytest.mark.parametrize("resource", RESOURCES)
@some
@given(data=st.data())
def test_any_values(lrs: Lrs, resource: str, version: str, data: st.DataObject) -> None:
    chosen = data.draw(parts)
    query = {name: good[name] if value is None else value for name, value in chosen.items()}
    assert ask(lrs, resource, urlencode(query), version) in (200, 400, 404)


@pytest.mark.parametrize("resource", RESOURCES)
@some
@given(raw=st.binary(max_size=60))
def test_any_bytes(lrs: Lrs, resource: str, raw: bytes) -> None:
    query = quote(raw, safe="&=+%;,/?:@!$'()*~-._")
    assert ask(lrs, resource, query, V1) in (400, 404)


@some
@given(value=agents)
def test_any_agent(lrs: Lrs, value: Any) -> None:
    query = urlencode({"agent": json.dumps(value)})
    person, listed = ask(lrs, "agents", query, V1), ask(lrs, AGENT_PROFILES, query, V1)
    assert person == listed
    assert person in (200, 400)
    assert person == 400 or isinstance(value, dict)
