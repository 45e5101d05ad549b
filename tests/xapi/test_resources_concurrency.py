"""Entity tags and preconditions (Communication 3.1; 4.1.4 of IEEE 9274.1.1)."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.xapi.resources import (
    ACTIVITY_PROFILES,
    AGENT_PROFILES,
    PUTS,
    STATES,
    Asking,
    dashed,
    many,
    parameters,
)
from tests.xapi.world import V1, V2, Lrs

every = pytest.mark.parametrize("resource", [STATES, AGENT_PROFILES, ACTIVITY_PROFILES])
profiles = pytest.mark.parametrize("resource", [AGENT_PROFILES, ACTIVITY_PROFILES])
WRONG = '"1111111111111111111111111111111111111111"'


@pytest.fixture(params=[V1, V2])
def asking(lrs: Lrs, request: pytest.FixtureRequest) -> Asking:
    return Asking(lrs, request.param)


@pytest.mark.requirement("XAPI-00322", "2.0 4.1.4 ETag")
@every
def test_the_tag_is_the_quoted_sha1_of_the_content(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    etag = asking.stored(resource, one, {"a": 1})
    content = asking.get(resource, one).content
    assert etag == f'"{hashlib.sha1(content).hexdigest()}"'
    listed = asking.get(resource, many(one))
    assert listed.headers["ETag"] == f'"{hashlib.sha1(listed.content).hexdigest()}"'


@every
def test_a_change_answers_with_the_new_tag(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    for send in (asking.post, asking.put, asking.post):
        headers = {"If_Match": "*"} if send == asking.put else {}
        changed = send(resource, one, {"by": str(send)}, **headers)
        assert changed.status_code == 204
        assert changed.headers["ETag"] == asking.get(resource, one).headers["ETag"]
    assert "ETag" not in asking.delete(resource, one).headers


def test_activities_and_agents_have_tags_too(asking: Asking) -> None:
    one = parameters(STATES)
    for resource, name in (("activities", "activityId"), ("agents", "agent")):
        answer = asking.get(resource, {name: one[name]})
        etag = answer.headers["ETag"]
        assert re.fullmatch('"[0-9a-f]{40}"', etag)
        same = asking.get(resource, {name: one[name]}, If_None_Match=etag)
        assert (same.status_code, same.content) == (304, b"")


@pytest.mark.requirement("XAPI-00322", "2.0 4.1.4 If-Match")
@every
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_if_match(asking: Asking, resource: str, method: str) -> None:
    one = parameters(resource)
    etag = asking.stored(resource, one, {"a": 1})
    for wrong in (WRONG, '"1234"', f"W/{etag}", f"{WRONG}, W/{etag}", '""'):
        answer = _change(asking, method, resource, one, {"If-Match": wrong})
        assert (answer.status_code, answer.json()["code"]) == (412, "xapi-precondition"), wrong
        assert asking.get(resource, one).json() == {"a": 1}
    assert _change(asking, method, resource, one, {"If-Match": etag}).status_code == 204
    assert asking.get(resource, one).status_code == (404 if method == "DELETE" else 200)
    assert _change(asking, method, resource, one, {"If-Match": etag}).status_code == 412


@pytest.mark.requirement("XAPI-00322")
@every
@pytest.mark.parametrize("given", ["*", "{}", "{}, " + WRONG, WRONG + " ,{},", "bare"])
def test_if_match_in_all_its_forms(asking: Asking, resource: str, given: str) -> None:
    one = parameters(resource)
    etag = asking.stored(resource, one, {"a": 1})
    # Libraries of old send the SHA-1 that they computed without quotes, in either case.
    value = etag.strip('"').upper() if given == "bare" else given.replace("{}", etag)
    assert asking.put(resource, one, {"b": 2}, If_Match=value).status_code == 204
    assert asking.get(resource, one).json() == {"b": 2}


@pytest.mark.requirement("XAPI-00322")
@every
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_if_match_of_a_document_that_is_not_there(
    asking: Asking, resource: str, method: str
) -> None:
    for value in ("*", WRONG):
        one = parameters(resource)
        assert _change(asking, method, resource, one, {"If-Match": value}).status_code == 412
        assert asking.get(resource, one).status_code == 404


@pytest.mark.requirement("XAPI-00322")
@every
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_if_none_match_any(asking: Asking, resource: str, method: str) -> None:
    one = parameters(resource)
    assert _change(asking, method, resource, one, PUTS).status_code == 204
    before = asking.get(resource, one).content
    answer = _change(asking, method, resource, one, PUTS)
    assert (answer.status_code, answer.json()["code"]) == (412, "xapi-precondition")
    assert asking.get(resource, one).content == before


@every
def test_if_none_match_of_tags(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    etag = asking.stored(resource, one, {"a": 1})
    for seen in (etag, f"W/{etag}", f"{WRONG},{etag}"):
        assert asking.put(resource, one, {}, If_None_Match=seen).status_code == 412
        answer = asking.get(resource, one, If_None_Match=seen)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == etag
    assert asking.get(resource, one, If_None_Match=WRONG).json() == {"a": 1}
    assert asking.put(resource, one, {}, If_None_Match=WRONG).status_code == 204


def test_if_match_on_reading(asking: Asking) -> None:
    one = parameters(STATES)
    etag = asking.stored(STATES, one, {"a": 1})
    assert asking.get(STATES, one, If_Match=etag).status_code == 200
    assert asking.get(STATES, one, If_Match=WRONG).status_code == 412


@pytest.mark.requirement("XAPI-00322", "2.0 4.1.4 PUT without condition")
@profiles
def test_put_without_condition_onto_a_profile(asking: Asking, resource: str) -> None:
    _refused_without_condition(asking, resource)


@pytest.mark.requirement("2.0 4.1.4 PUT without condition")
def test_put_without_condition_onto_a_state(lrs: Lrs) -> None:
    _refused_without_condition(Asking(lrs, V2), STATES)
    old, one = Asking(lrs, V1), parameters(STATES)
    old.stored(STATES, one, {"a": 1})
    assert old.put(STATES, one, {"b": 2}).status_code == 204
    assert old.get(STATES, one).json() == {"b": 2}


def _refused_without_condition(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    asking.stored(resource, one, {"a": 1})
    answer = asking.put(resource, one, {"b": 2})
    assert (answer.status_code, answer.json()["code"]) == (409, "xapi-unguarded")
    assert "If-Match" in answer.json()["title"] and "current" in answer.json()["title"]
    assert asking.get(resource, one).json() == {"a": 1}
    assert asking.post(resource, one, {"b": 2}).status_code == 204
    assert asking.delete(resource, one).status_code == 204


BAD_TAGS = ["", "abc", '"abc', "* , *", '"a" "b"', "W/abc", "w/" + WRONG, "*,", WRONG + ";q=1"]


@pytest.mark.parametrize("bad", BAD_TAGS)
@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
def test_headers_of_no_tags(asking: Asking, header: str, bad: str) -> None:
    one = parameters(STATES)
    asking.stored(STATES, one, {"a": 1})
    for method in ("PUT", "POST", "DELETE"):
        answer = _change(asking, method, STATES, one, {header: bad})
        if bad == "*,":  # an empty element of a list says nothing (RFC 9110, 5.6.1)
            continue
        assert (answer.status_code, answer.json()["code"]) == (400, "xapi-precondition-syntax")
        assert asking.get(STATES, one).json() == {"a": 1}


def test_a_condition_speaks_of_one_document(asking: Asking) -> None:
    one = parameters(STATES)
    etag = asking.stored(STATES, one, {"a": 1})
    for header in ("If_Match", "If_None_Match"):
        answer = asking.delete(STATES, many(one), **{header: etag})
        assert (answer.status_code, answer.json()["code"]) == (400, "xapi-precondition-many")
    assert asking.get(STATES, one).status_code == 200


@pytest.mark.requirement(
    "2.0 4.1.6.2 Last-Modified", "2.0 4.1.6.5 Last-Modified", "2.0 4.1.6.6 Last-Modified",
    "Communication 2.2.s6",
)  # fmt: skip
@every
def test_last_modified(lrs: Lrs, resource: str) -> None:
    asking, one = Asking(lrs, V2), parameters(resource)
    start = int(time.time())
    asking.post(resource, one, {"a": 1})
    first = parsedate_to_datetime(asking.get(resource, one).headers["Last-Modified"]).timestamp()
    assert start <= first <= time.time()
    time.sleep(1.1)
    asking.post(resource, one, {"b": 2})
    second = parsedate_to_datetime(asking.get(resource, one).headers["Last-Modified"]).timestamp()
    assert second > first
    other = {**one, **{name: "earlier" for name in one if name in ("stateId", "profileId")}}
    listed = asking.get(resource, many(one)).headers["Last-Modified"]
    assert parsedate_to_datetime(listed).timestamp() == second
    assert asking.get(resource, other).status_code == 404
    nothing = asking.get(resource, many(parameters(resource)))
    assert "Last-Modified" not in nothing.headers


@every
def test_of_many_who_expect_the_same_document_one_wins(asking: Asking, resource: str) -> None:
    one = parameters(resource)
    for round in range(3):
        headers = PUTS if round == 0 else {"If-Match": asking.get(resource, one).headers["ETag"]}
        answers = _at_once(asking, resource, one, headers)
        statuses = [answer.status_code for _, answer in answers]
        assert sorted(statuses) == [204] + [412] * (len(answers) - 1)
        (winner,) = [number for number, answer in answers if answer.status_code == 204]
        assert asking.get(resource, one).json() == {"round": round, "by": winner}


def test_merges_at_once_lose_nothing(asking: Asking) -> None:
    one = parameters(STATES)
    with ThreadPoolExecutor(6) as threads:
        bodies = [{f"key{number}": number} for number in range(12)]
        answers = list(threads.map(lambda body: asking.post(STATES, one, body), bodies))
    assert {answer.status_code for answer in answers} == {204}
    assert asking.get(STATES, one).json() == {f"key{number}": number for number in range(12)}


def _at_once(
    asking: Asking, resource: str, one: dict[str, Any], headers: dict[str, str]
) -> list[tuple[int, Any]]:
    start, found = threading.Barrier(4), []
    round = asking.get(resource, one).json().get("round", -1) + 1

    def put(number: int) -> None:
        start.wait()
        body = {"round": round, "by": number}
        answer = asking.put(resource, one, body, **headers)
        found.append((number, answer))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _change(
    asking: Asking, method: str, resource: str, one: dict[str, Any], headers: dict[str, str]
) -> Any:
    content = None if method == "DELETE" else b'{"z":26}'
    return asking.ask(method, resource, one, content, "application/json", dashed(headers))
