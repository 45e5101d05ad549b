"""The state resource (Communication 2.3; 4.1.6.2 of IEEE 9274.1.1)."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.xapi.resources import STATES, Asking, agent, id_of, many, parameters
from tests.xapi.world import V1, V2, Lrs


@pytest.fixture(params=[V1, V2])
def asking(lrs: Lrs, request: pytest.FixtureRequest) -> Asking:
    return Asking(lrs, request.param)


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


@pytest.mark.requirement("XAPI-00188", "XAPI-00190", "XAPI-00192", "XAPI-00217", "XAPI-00230")
def test_put_and_get(asking: Asking) -> None:
    one = parameters(STATES)
    assert asking.put(STATES, one, {"page": 3}).status_code == 204
    answer = asking.get(STATES, one)
    assert (answer.status_code, answer.json()) == (200, {"page": 3})
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.requirement("XAPI-00189", "XAPI-00231", "XAPI-00233")
def test_post_of_a_document_that_is_not_there_stores_it(asking: Asking) -> None:
    one = parameters(STATES)
    assert asking.post(STATES, one, {"page": 3}).status_code == 204
    assert asking.get(STATES, one).json() == {"page": 3}


@pytest.mark.requirement("XAPI-00234")
def test_post_merges_two_json_objects(asking: Asking) -> None:
    one = parameters(STATES)
    asking.post(STATES, one, {"car": "Honda", "keep": [1.5, None]})
    assert asking.post(STATES, one, {"type": "Civic", "car": "Ford"}).status_code == 204
    assert asking.get(STATES, one).json() == {"car": "Ford", "keep": [1.5, None], "type": "Civic"}


@pytest.mark.requirement("XAPI-00187", "XAPI-00191", "XAPI-00216")
def test_delete_one(asking: Asking) -> None:
    one, other = parameters(STATES), parameters(STATES)
    asking.post(STATES, one, {})
    asking.post(STATES, {**one, "stateId": id_of(other)}, {})
    assert asking.delete(STATES, one).status_code == 204
    assert asking.get(STATES, one).status_code == 404
    assert asking.get(STATES, {**one, "stateId": id_of(other)}).status_code == 200
    assert asking.delete(STATES, one).status_code == 204


@pytest.mark.requirement("XAPI-00193")
def test_get_without_state_id_lists_the_ids(asking: Asking) -> None:
    one = parameters(STATES)
    ids = [id_of(one), str(uuid4()), "数学 §3/第一页"]
    for id in ids:
        asking.put(STATES, {**one, "stateId": id}, {})
    asking.put(STATES, {**one, "agent": agent()}, {})
    answer = asking.get(STATES, many(one))
    assert answer.status_code == 200
    assert sorted(answer.json()) == sorted(ids)
    assert asking.get(STATES, many(parameters(STATES))).json() == []


@pytest.mark.requirement("XAPI-00194")
def test_delete_without_state_id_deletes_all_of_the_context(asking: Asking) -> None:
    one, other = parameters(STATES), parameters(STATES)
    for params in (one, {**one, "registration": str(uuid4())}, other):
        asking.put(STATES, params, {})
    assert asking.delete(STATES, many(one)).status_code == 204
    assert asking.get(STATES, many(one)).json() == []
    assert asking.get(STATES, other).status_code == 200


@pytest.mark.requirement("XAPI-00141", "XAPI-00195", "XAPI-00221", "XAPI-00222")
def test_since_lists_what_was_stored_after_it(asking: Asking) -> None:
    one = parameters(STATES)
    asking.put(STATES, one, {})
    time.sleep(0.01)
    between = ago(0)
    time.sleep(0.01)
    later = {**one, "stateId": str(uuid4())}
    asking.put(STATES, later, {})
    assert asking.get(STATES, many(one, since=between)).json() == [id_of(later)]
    assert len(asking.get(STATES, many(one, since=ago(60))).json()) == 2
    asking.post(STATES, one, {"touched": True})
    assert len(asking.get(STATES, many(one, since=between)).json()) == 2


def test_since_with_a_state_id_means_nothing(asking: Asking) -> None:
    one = parameters(STATES)
    asking.put(STATES, one, {"page": 3})
    assert asking.get(STATES, {**one, "since": ago(-60)}).json() == {"page": 3}


@pytest.mark.requirement("XAPI-00218", "XAPI-00219", "XAPI-00220", "XAPI-00227")
def test_registration_is_part_of_the_context(asking: Asking) -> None:
    plain = parameters(STATES)
    registered = {**plain, "registration": str(uuid4())}
    assert asking.put(STATES, plain, {"of": "none"}).status_code == 204
    assert asking.put(STATES, registered, {"of": "one"}).status_code == 204
    assert asking.post(STATES, registered, {"more": 1}).status_code == 204
    assert asking.get(STATES, plain).json() == {"of": "none"}
    assert asking.get(STATES, registered).json() == {"of": "one", "more": 1}
    assert asking.get(STATES, many(registered)).json() == [id_of(plain)]
    upper = {**registered, "registration": registered["registration"].upper()}
    assert asking.get(STATES, upper).status_code == 200
    assert asking.delete(STATES, registered).status_code == 204
    assert asking.get(STATES, registered).status_code == 404
    assert asking.get(STATES, plain).status_code == 200


def test_without_registration_many_are_those_of_any(asking: Asking) -> None:
    plain = parameters(STATES)
    registered = {**plain, "registration": str(uuid4()), "stateId": str(uuid4())}
    asking.put(STATES, plain, {})
    asking.put(STATES, registered, {})
    assert sorted(asking.get(STATES, many(plain)).json()) == sorted(map(id_of, (plain, registered)))
    assert asking.get(STATES, many(registered)).json() == [id_of(registered)]


@pytest.mark.parametrize(
    ("method", "left_out"),
    [
        pytest.param("PUT", "stateId", marks=pytest.mark.requirement("XAPI-00206")),
        pytest.param("DELETE", "activityId", marks=pytest.mark.requirement("XAPI-00207")),
        pytest.param("GET", "activityId", marks=pytest.mark.requirement("XAPI-00208")),
        pytest.param("POST", "activityId", marks=pytest.mark.requirement("XAPI-00209")),
        pytest.param("PUT", "activityId", marks=pytest.mark.requirement("XAPI-00210")),
        pytest.param("POST", "stateId", marks=pytest.mark.requirement("XAPI-00211")),
        pytest.param("DELETE", "agent", marks=pytest.mark.requirement("XAPI-00212")),
        pytest.param("GET", "agent", marks=pytest.mark.requirement("XAPI-00213")),
        pytest.param("POST", "agent", marks=pytest.mark.requirement("XAPI-00214")),
        pytest.param("PUT", "agent", marks=pytest.mark.requirement("XAPI-00215")),
    ],
)
def test_required_parameters(asking: Asking, method: str, left_out: str) -> None:
    params = parameters(STATES, **{left_out: None})
    answer = asking.ask(method, STATES, params, b"{}", "application/json")
    assert (answer.status_code, answer.json()["parameter"]) == (400, left_out)


BAD_AGENTS = [
    True, 1, "not JSON", "", "{", '{"mbox":"mailto:a@b.example"', [], None, "null", {},
    {"key": "value"}, {"name": "nobody"}, {"mbox": "a@b.example"}, {"mbox": None},
    {"objectType": "Person", "mbox": ["mailto:a@b.example"]},
    {"objectType": "Group", "member": [{"mbox": "mailto:a@b.example"}]},
    {"mbox": "mailto:a@b.example", "openid": "http://a.example"},
    {"mbox": "mailto:a@b.example", "Name": "A"},
    '{"mbox":"mailto:a@b.example","mbox":"mailto:a@b.example"}',
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_AGENTS, ids=str)
@pytest.mark.parametrize(
    "method",
    [
        pytest.param("DELETE", marks=pytest.mark.requirement("XAPI-00196")),
        pytest.param("GET", marks=pytest.mark.requirement("XAPI-00197")),
        pytest.param("POST", marks=pytest.mark.requirement("XAPI-00198", "XAPI-00235")),
        pytest.param("PUT", marks=pytest.mark.requirement("XAPI-00199")),
    ],
)
def test_agent_must_be_one(asking: Asking, method: str, bad: Any) -> None:
    text = bad if isinstance(bad, str) else json.dumps(bad)
    params = {**parameters(STATES), "agent": text}
    answer = asking.ask(method, STATES, params, b"{}", "application/json")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "agent"


@pytest.mark.parametrize(
    "bad", ["true", "1", "not UUID", "", "{}", "6123fe19-da1a-4539-8f2c-3cb28aaf5f450"]
)
@pytest.mark.parametrize(
    "method",
    [
        pytest.param("DELETE", marks=pytest.mark.requirement("XAPI-00200")),
        pytest.param("GET", marks=pytest.mark.requirement("XAPI-00201")),
        pytest.param("POST", marks=pytest.mark.requirement("XAPI-00202")),
        pytest.param("PUT", marks=pytest.mark.requirement("XAPI-00203")),
    ],
)
def test_registration_must_be_a_uuid(asking: Asking, method: str, bad: str) -> None:
    params = parameters(STATES, registration=bad)
    answer = asking.ask(method, STATES, params, b"{}", "application/json")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "registration")


@pytest.mark.parametrize("bad", ["{}", '{"key":"value"}', "1", "true", "undefined", "", "a b:c"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_activity_id_must_be_an_iri(asking: Asking, method: str, bad: str) -> None:
    params = {**parameters(STATES), "activityId": bad}
    answer = asking.ask(method, STATES, params, b"{}", "application/json")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "activityId")


@pytest.mark.requirement("XAPI-00204")
@pytest.mark.parametrize("bad", ["not a timestamp", "true", "1", "", "2026-02-30T00:00:00Z"])
def test_since_must_be_a_timestamp(asking: Asking, bad: str) -> None:
    answer = asking.get(STATES, many(parameters(STATES), since=bad))
    assert (answer.status_code, answer.json()["parameter"]) == (400, "since")


@pytest.mark.requirement("XAPI-00205", "XAPI-00223")
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_since_is_for_reading_only(asking: Asking, method: str) -> None:
    params = parameters(STATES, since=ago(60))
    answer = asking.ask(method, STATES, params, b"{}", "application/json")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "since")


def test_groups(lrs: Lrs) -> None:
    group = {"objectType": "Group", "mbox": f"mailto:{uuid4()}@groups.example"}
    one = parameters(STATES, agent=group)
    assert Asking(lrs, V1).put(STATES, one, {}).status_code == 400
    assert Asking(lrs, V2).put(STATES, one, {}).status_code == 204
    # Its identifier in an Agent names the same documents (note in Communication 2.6).
    assert Asking(lrs, V1).get(STATES, {**one, "agent": {"mbox": group["mbox"]}}).json() == {}


def test_the_agent_is_its_identifier(asking: Asking) -> None:
    one = parameters(STATES)
    asking.put(STATES, one, {"page": 3})
    same = {"account": one["agent"]["account"], "name": "A name"}
    assert asking.get(STATES, {**one, "agent": same}).json() == {"page": 3}
