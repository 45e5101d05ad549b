"""What the three document resources share (Communication 2.2): content, types, merging."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.xapi.resources import (
    ACTIVITY_PROFILES,
    AGENT_PROFILES,
    PUTS,
    STATES,
    Asking,
    many,
    parameters,
)
from tests.xapi.world import V1, V2, VERSION, Lrs, basic, statement

JSON, BYTES, FORM = (
    "application/json",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
)
RESOURCES = [STATES, AGENT_PROFILES, ACTIVITY_PROFILES]
every = pytest.mark.parametrize("resource", RESOURCES)


@pytest.fixture(params=[V1, V2])
def asking(lrs: Lrs, request: pytest.FixtureRequest) -> Asking:
    return Asking(lrs, request.param)


@pytest.mark.requirement("XAPI-00183", "XAPI-00184", "XAPI-00185", "XAPI-00186")
@every
def test_merge_is_one_level_deep(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    asking.post(resource, one, {"car": {"make": "Ford", "model": "Escape"}, "driver": "Dale"})
    asking.post(resource, one, {"car": {"make": "Dodge"}, "series": {"n": {"s": "nextel"}}})
    assert asking.get(resource, one).json() == {
        "car": {"make": "Dodge"}, "driver": "Dale", "series": {"n": {"s": "nextel"}},
    }  # fmt: skip


@pytest.mark.requirement("XAPI-00185", "XAPI-00186")
def test_merge_keeps_what_numbers_and_texts_say(asking: Asking) -> None:
    one = parameters(STATES)
    kept = {"big": 2**70, "small": 1e-300, "text": "学习\u2028\U00020bb7\x00", "none": None}
    asking.post(STATES, one, kept)
    asking.post(STATES, one, {"more": [True, -0.5]})
    assert asking.get(STATES, one).json() == kept | {"more": [True, -0.5]}


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(STATES, marks=pytest.mark.requirement("XAPI-00229", "XAPI-00232")),
        pytest.param(AGENT_PROFILES, marks=pytest.mark.requirement("XAPI-00278", "XAPI-00281")),
        pytest.param(ACTIVITY_PROFILES, marks=pytest.mark.requirement("XAPI-00309", "XAPI-00313")),
    ],
)
@pytest.mark.parametrize(
    ("stored", "stored_type", "posted", "posted_type"),
    [
        (b'{"a":1}', JSON, b"abcdefg", BYTES),
        (b'{"a":1}', JSON, b"abcdefg", "not/json"),
        (b'{"a":1}', JSON, b"abc", FORM),
        (b'{"a":1}', JSON, b'{"b":2}', BYTES),
        (b"/ asdf / undefined", BYTES, b'{"b":2}', JSON),
        (b'{"a":1}', BYTES, b'{"b":2}', JSON),
        (b'{"a":1}', BYTES, b'{"b":2}', BYTES),
        (b"[1]", JSON, b'{"b":2}', JSON),
        (b'{"a":1}', JSON, b"[2]", JSON),
        (b'{"a":1}', JSON, b'"b"', JSON),
        (b'{"a":1}', JSON, b'{"b":2}{', JSON),
        (b'{"a":1}', JSON, b"", JSON),
    ],
)
def test_what_cannot_be_merged_changes_nothing(
    asking: Asking, resource: str, stored: bytes, stored_type: str, posted: bytes, posted_type: str
) -> None:
    one = parameters(resource)
    assert asking.ask("PUT", resource, one, stored, stored_type, PUTS).status_code == 204
    before = asking.get(resource, one)
    answer = asking.ask("POST", resource, one, posted, posted_type)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("xapi-not-mergeable", "xapi-document-json")
    after = asking.get(resource, one)
    assert (after.content, after.headers["Content-Type"]) == (stored, stored_type)
    assert after.headers["ETag"] == before.headers["ETag"]


BAD_JSON = [
    b"{", b"{}{", b"{'a':1}", b'{"a":1,}', b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e999}',
    b'{"a":"\\ud800"}', b'{"a":"\xff"}', b"\xef\xbb\xbf{}", b'{"a":01}', b"[" * 100_000,
    b'{"a":' * 100_000, b"undefined", b" ", b"1" * 5_000,
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_JSON, ids=range(len(BAD_JSON)))
@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(STATES, marks=pytest.mark.requirement("XAPI-00235")),
        pytest.param(AGENT_PROFILES, marks=pytest.mark.requirement("XAPI-00284")),
        pytest.param(ACTIVITY_PROFILES, marks=pytest.mark.requirement("XAPI-00314")),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_what_calls_itself_json_must_be_json(
    asking: Asking, resource: str, bad: bytes, method: str
) -> None:
    one = parameters(resource)
    answer = asking.ask(method, resource, one, bad, JSON, PUTS)
    assert (answer.status_code, answer.json()["code"]) == (400, "xapi-document-json")
    assert asking.get(resource, one).status_code == 404


@every
@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"1", FORM),
        (b"true", FORM),
        (b"", BYTES),
        (bytes(range(256)), "image/png"),
        ("学习".encode(), "text/plain; charset=utf-8"),
        (b"<script>alert(1)</script>", "text/html"),
        (b'{ "spaces" :\n 1.0 }', "application/json;charset=UTF-8"),
        (b"[1,2,3]", JSON),
    ],
)
def test_content_and_type_are_given_back_as_they_came(
    asking: Asking, resource: str, content: bytes, content_type: str
) -> None:
    one = parameters(resource)
    assert asking.ask("POST", resource, one, content, content_type).status_code == 204
    answer = asking.get(resource, one)
    assert (answer.content, answer.headers["Content-Type"]) == (content, content_type)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    head = asking.ask("HEAD", resource, one)
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(answer.headers)


def test_content_of_no_type_is_bytes(asking: Asking) -> None:
    one = parameters(STATES)
    assert asking.ask("PUT", STATES, one, b"abc").status_code == 204
    assert asking.get(STATES, one).headers["Content-Type"] == BYTES


@pytest.mark.parametrize("bad", ["json", "a/b c", "text/\x7f", "a/" + "b" * 200, "/", ";"])
def test_content_type_must_be_one(asking: Asking, bad: str) -> None:
    answer = asking.ask("PUT", STATES, parameters(STATES), b"abc", bad)
    assert (answer.status_code, answer.json()["code"]) == (400, "xapi-media-type")


@pytest.mark.requirement("XAPI-00182")
def test_a_refused_batch_of_statements_leaves_no_trace(asking: Asking) -> None:
    good, bad = statement(id=str(uuid4())), statement(id=str(uuid4()), verb={"id": "no IRI"})
    answer = asking.post("statements", {}, [good, bad])
    assert answer.status_code == 400
    assert asking.get("statements", {"statementId": good["id"]}).status_code == 404


@every
def test_a_document_of_what_nobody_knows_is_welcome(asking: Asking, resource: str) -> None:
    assert asking.post(resource, parameters(resource), {"a": 1}).status_code == 204


@every
def test_heads_of_a_missing_document_and_of_a_list(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    assert asking.ask("HEAD", resource, one).status_code == 404
    head = asking.ask("HEAD", resource, many(one))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == asking.get(resource, many(one)).headers["ETag"]


WRONG_CASE: list[tuple[str, str, str]] = [
    (STATES, "activityId", "activityid"),
    (STATES, "agent", "Agent"),
    (STATES, "stateId", "StateId"),
    (AGENT_PROFILES, "profileId", "profileID"),
    (AGENT_PROFILES, "agent", "AGENT"),
    (ACTIVITY_PROFILES, "activityId", "ActivityId"),
    (ACTIVITY_PROFILES, "profileId", "profileid"),
]


@pytest.mark.parametrize(("resource", "name", "wrong"), WRONG_CASE)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_parameters_in_another_case_are_unknown(
    asking: Asking, method: str, resource: str, name: str, wrong: str
) -> None:
    params = parameters(resource)
    params[wrong] = params.pop(name)
    answer = asking.ask(method, resource, params, b"{}", JSON, PUTS)
    assert (answer.status_code, answer.json()["parameter"]) == (400, wrong)


@every
@pytest.mark.parametrize("name", ["unknown", "statementId", "Since", "limit", "registration"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_unknown_parameters(asking: Asking, method: str, resource: str, name: str) -> None:
    if (resource, name) == (STATES, "registration"):
        name = "Registration"
    params = parameters(resource, **{name: "x"})
    answer = asking.ask(method, resource, params, b"{}", JSON, PUTS)
    assert (answer.status_code, answer.json()["parameter"]) == (400, name)


@every
def test_repeated_parameters(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    name = "stateId" if resource == STATES else "profileId"
    query = "&".join(f"{key}={json.dumps(value)}" for key, value in one.items())
    answer = asking.lrs.request("GET", resource, f"{query}&{name}=1")
    assert (answer.status_code, answer.json()["parameter"]) == (400, name)


@every
@pytest.mark.parametrize("bad", ["", "a\x00b", "a\nb", "x" * 1001])
def test_ids_are_short_texts(asking: Asking, resource: str, bad: str) -> None:
    name = "stateId" if resource == STATES else "profileId"
    params: dict[str, Any] = {**parameters(resource), name: bad}
    for method in ("GET", "PUT", "POST", "DELETE"):
        answer = asking.ask(method, resource, params, b"{}", JSON, PUTS)
        assert (answer.status_code, answer.json()["parameter"]) == (400, name)


@every
def test_the_longest_id(asking: Asking, resource: str) -> None:
    name = "stateId" if resource == STATES else "profileId"
    one = {**parameters(resource), name: "\U00020bb7" * 1000}
    assert asking.post(resource, one, {"a": 1}).status_code == 204
    assert asking.get(resource, many(one)).json() == ["\U00020bb7" * 1000]


def test_alternate_request_syntax(lrs: Lrs) -> None:
    one = parameters(ACTIVITY_PROFILES)
    headers = {VERSION: None, "Authorization": None, "Content-Type": FORM}
    signed = {VERSION: V1, "Authorization": basic(*lrs.tokens["profile"])}

    def form(method: str, **fields: str) -> Any:
        body = urlencode({**one, **signed, **fields}).encode()
        return lrs.request("POST", ACTIVITY_PROFILES, f"method={method}", None, body, headers)

    assert form("PUT", content='{"a":1}').status_code == 400
    assert form("PUT", content='{"a":1}', **PUTS).status_code == 204
    assert form("PUT", content='{"a":2}', **PUTS).status_code == 412
    assert form("POST", content='{"b":2}').status_code == 204
    found = form("GET")
    assert (found.status_code, found.json()) == (200, {"a": 1, "b": 2})
    assert form("GET", **{"If-None-Match": found.headers["ETag"]}).status_code == 304
    text = {"Content-Type": "text/plain", "If-Match": found.headers["ETag"]}
    assert form("PUT", content="学习", **text).status_code == 204
    assert form("GET").content == "学习".encode()
    assert form("DELETE").status_code == 204
    assert form("GET").status_code == 404
