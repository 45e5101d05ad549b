"""Agent profiles and activity profiles (Communication 2.6, 2.7; 4.1.6.5 and 4.1.6.6 of IEEE
9274.1.1)."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.xapi.resources import (
    ACTIVITY_PROFILES,
    AGENT_PROFILES,
    PUTS,
    Asking,
    agent,
    dashed,
    id_of,
    many,
    parameters,
)
from tests.xapi.world import V1, V2, Lrs

both = pytest.mark.parametrize("resource", [AGENT_PROFILES, ACTIVITY_PROFILES])
NEW = {"If_None_Match": "*"}


@pytest.fixture(params=[V1, V2])
def asking(lrs: Lrs, request: pytest.FixtureRequest) -> Asking:
    return Asking(lrs, request.param)


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


@pytest.mark.requirement(
    "XAPI-00259", "XAPI-00269", "XAPI-00273", "XAPI-00274", "XAPI-00282",
    "XAPI-00287", "XAPI-00288", "XAPI-00290", "XAPI-00293", "XAPI-00311",
)  # fmt: skip
@both
def test_put_and_get(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    assert asking.put(resource, one, {"theme": "dark"}, **NEW).status_code == 204
    answer = asking.get(resource, one)
    assert (answer.status_code, answer.json()) == (200, {"theme": "dark"})
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.requirement("XAPI-00273", "XAPI-00287", "XAPI-00293")
@both
def test_put_of_a_new_profile_without_condition(lrs: Lrs, resource: str) -> None:
    one = parameters(resource)
    refused = Asking(lrs, V1).put(resource, one, {})
    assert (refused.status_code, refused.json()["code"]) == (400, "xapi-precondition-missing")
    assert Asking(lrs, V1).get(resource, one).status_code == 404
    assert Asking(lrs, V2).put(resource, one, {}).status_code == 204


@pytest.mark.requirement(
    "XAPI-00272", "XAPI-00280", "XAPI-00283",
    "XAPI-00286", "XAPI-00292", "XAPI-00310", "XAPI-00312",
)  # fmt: skip
@both
def test_post_of_a_profile_that_is_not_there_stores_it(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    assert asking.post(resource, one, {"theme": "dark"}).status_code == 204
    assert asking.get(resource, one).json() == {"theme": "dark"}


@pytest.mark.requirement("XAPI-00279", "XAPI-00308")
@both
def test_post_merges_two_json_objects(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    asking.post(resource, one, {"car": "Honda"})
    assert asking.post(resource, one, {"type": "Civic"}).status_code == 204
    assert asking.get(resource, one).json() == {"car": "Honda", "type": "Civic"}


@pytest.mark.requirement("XAPI-00271", "XAPI-00285", "XAPI-00291")
@both
def test_delete(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    assert asking.delete(resource, one).status_code == 204
    asking.post(resource, one, {})
    assert asking.delete(resource, one).status_code == 204
    assert asking.get(resource, one).status_code == 404


@pytest.mark.requirement("XAPI-00270", "XAPI-00289")
@both
def test_get_without_profile_id_lists_the_ids(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    other = {**one, "profileId": "http://profiles.example/另一个"}
    asking.post(resource, one, {})
    asking.post(resource, other, {})
    asking.post(resource, parameters(resource), {})
    assert sorted(asking.get(resource, many(one)).json()) == sorted([id_of(one), id_of(other)])


@pytest.mark.requirement("XAPI-00141", "XAPI-00268", "XAPI-00275", "XAPI-00294", "XAPI-00303")
@both
def test_since_lists_what_was_stored_after_it(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    asking.post(resource, one, {})
    time.sleep(0.01)
    between = ago(0)
    time.sleep(0.01)
    later = {**one, "profileId": str(uuid4())}
    asking.post(resource, later, {})
    assert asking.get(resource, many(one, since=between)).json() == [id_of(later)]
    assert len(asking.get(resource, many(one, since=ago(60))).json()) == 2


@pytest.mark.requirement("XAPI-00260", "XAPI-00295")
@both
@pytest.mark.parametrize("bad", ["true", "1", "yesterday", ""])
def test_since_must_be_a_timestamp(asking: Asking, resource: str, bad: str) -> None:
    answer = asking.get(resource, many(parameters(resource), since=bad))
    assert (answer.status_code, answer.json()["parameter"]) == (400, "since")


@pytest.mark.parametrize(
    ("method", "resource", "left_out"),
    [
        pytest.param("GET", AGENT_PROFILES, "agent", marks=pytest.mark.requirement("XAPI-00261")),
        pytest.param(
            "DELETE", AGENT_PROFILES, "agent", marks=pytest.mark.requirement("XAPI-00262")
        ),
        pytest.param("POST", AGENT_PROFILES, "agent", marks=pytest.mark.requirement("XAPI-00263")),
        pytest.param("PUT", AGENT_PROFILES, "agent", marks=pytest.mark.requirement("XAPI-00264")),
        pytest.param(
            "DELETE", AGENT_PROFILES, "profileId", marks=pytest.mark.requirement("XAPI-00265")
        ),
        pytest.param(
            "POST", AGENT_PROFILES, "profileId", marks=pytest.mark.requirement("XAPI-00266")
        ),
        pytest.param(
            "PUT", AGENT_PROFILES, "profileId", marks=pytest.mark.requirement("XAPI-00267")
        ),
        pytest.param(
            "GET", ACTIVITY_PROFILES, "activityId", marks=pytest.mark.requirement("XAPI-00296")
        ),
        pytest.param(
            "DELETE", ACTIVITY_PROFILES, "activityId", marks=pytest.mark.requirement("XAPI-00297")
        ),
        pytest.param(
            "POST", ACTIVITY_PROFILES, "activityId", marks=pytest.mark.requirement("XAPI-00298")
        ),
        pytest.param(
            "PUT", ACTIVITY_PROFILES, "activityId", marks=pytest.mark.requirement("XAPI-00299")
        ),
        pytest.param(
            "DELETE", ACTIVITY_PROFILES, "profileId", marks=pytest.mark.requirement("XAPI-00300")
        ),
        pytest.param(
            "POST", ACTIVITY_PROFILES, "profileId", marks=pytest.mark.requirement("XAPI-00301")
        ),
        pytest.param(
            "PUT", ACTIVITY_PROFILES, "profileId", marks=pytest.mark.requirement("XAPI-00302")
        ),
    ],
)
def test_required_parameters(asking: Asking, method: str, resource: str, left_out: str) -> None:
    params = parameters(resource, **{left_out: None})
    headers = PUTS if method == "PUT" else {}
    answer = asking.ask(method, resource, params, b"{}", "application/json", headers)
    assert (answer.status_code, answer.json()["parameter"]) == (400, left_out)


@pytest.mark.parametrize("bad", [True, 1, "not Agent", {"key": "value"}, {"not_actor": "yup"}, []])
@pytest.mark.parametrize(
    "method",
    [
        pytest.param("DELETE", marks=pytest.mark.requirement("XAPI-00255")),
        pytest.param("POST", marks=pytest.mark.requirement("XAPI-00256", "XAPI-00284")),
        pytest.param("PUT", marks=pytest.mark.requirement("XAPI-00257")),
        pytest.param("GET", marks=pytest.mark.requirement("XAPI-00258")),
    ],
)
def test_agent_must_be_one(asking: Asking, method: str, bad: Any) -> None:
    text = bad if isinstance(bad, str) else json.dumps(bad)
    params = {**parameters(AGENT_PROFILES), "agent": text}
    headers = PUTS if method == "PUT" else {}
    answer = asking.ask(method, AGENT_PROFILES, params, b"{}", "application/json", headers)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "agent")


@pytest.mark.requirement("XAPI-00304")
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_an_activity_profile_has_no_agent(asking: Asking, method: str) -> None:
    params = parameters(ACTIVITY_PROFILES, agent=agent())
    answer = asking.ask(method, ACTIVITY_PROFILES, params, b"{}", "application/json", PUTS)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "agent")


@pytest.mark.parametrize("bad", ["1", "true", '{"key":"value"}', "no scheme"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_activity_id_must_be_an_iri(asking: Asking, method: str, bad: str) -> None:
    params = {**parameters(ACTIVITY_PROFILES), "activityId": bad}
    answer = asking.ask(method, ACTIVITY_PROFILES, params, b"{}", "application/json", PUTS)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "activityId")


def test_groups(lrs: Lrs) -> None:
    group = {"objectType": "Group", "mbox": f"mailto:{uuid4()}@groups.example"}
    one = parameters(AGENT_PROFILES, agent=group)
    assert Asking(lrs, V1).put(AGENT_PROFILES, one, {}, **NEW).status_code == 400
    assert Asking(lrs, V2).put(AGENT_PROFILES, one, {}, **NEW).status_code == 204


def test_scopes(lrs: Lrs) -> None:
    asking, one = Asking(lrs, V1), parameters(AGENT_PROFILES)
    for scope, status in (("state", 403), ("all/read", 403), ("profile", 204), ("all", 204)):
        answer = asking.ask("POST", AGENT_PROFILES, one, b"{}", "application/json", scope=scope)
        assert answer.status_code == status, scope
    for scope, status in (("state", 403), ("all/read", 200), ("profile", 200)):
        assert asking.ask("GET", AGENT_PROFILES, one, scope=scope).status_code == status, scope
    assert dashed(NEW) == PUTS
