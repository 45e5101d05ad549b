"""Activities with all that is known of them (Communication 2.5; 4.1.6.4 of IEEE 9274.1.1)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.xapi.resources import Asking
from tests.xapi.world import V1, V2, Lrs, statement


@pytest.fixture(params=[V1, V2])
def asking(lrs: Lrs, request: pytest.FixtureRequest) -> Asking:
    return Asking(lrs, request.param)


def activity(definition: dict[str, Any] | None, id: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "objectType": "Activity",
        "id": id or f"http://activities.example/{uuid4()}",
    }
    return made if definition is None else {**made, "definition": definition}


def submit(asking: Asking, **changes: Any) -> None:
    answer = asking.post("statements", {}, [statement(**changes)])
    assert answer.status_code == 200, answer.text


MEETING = {
    "type": "http://adlnet.gov/expapi/activities/meeting",
    "name": {"en-GB": "example meeting", "en-US": "example meeting"},
    "description": {"en-GB": "A meeting."},
    "moreInfo": "http://virtualmeeting.example/345256",
    "extensions": {
        "http://example.com/location": "X:\\minutes\\meeting.one",
        "http://example.com/reporter": {"name": "Thomas", "id": None},
    },
}


@pytest.mark.requirement("XAPI-00251", "XAPI-00252", "XAPI-00253")
def test_the_complete_activity(asking: Asking) -> None:
    meeting = activity(MEETING)
    submit(asking, object=meeting)
    answer = asking.get("activities", {"activityId": meeting["id"]})
    assert (answer.status_code, answer.json()) == (200, meeting)
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.requirement("XAPI-00254")
def test_definitions_of_all_statements(asking: Asking) -> None:
    first = activity({"name": {"en-US": "a meeting"}, "type": "http://types.example/meeting"})
    second = activity({"name": {"fr-FR": "réunion"}}, first["id"])
    submit(asking, object=first)
    submit(asking, object=second)
    submit(asking, object=activity(None, first["id"]))
    found = asking.get("activities", {"activityId": first["id"]}).json()["definition"]
    assert found["name"] == {"en-US": "a meeting", "fr-FR": "réunion"}
    assert found["type"] == "http://types.example/meeting"


def test_definitions_in_the_context_count(asking: Asking) -> None:
    parent = activity({"name": {"zh": "课程"}})
    submit(asking, context={"contextActivities": {"parent": [parent]}})
    assert asking.get("activities", {"activityId": parent["id"]}).json() == parent


@pytest.mark.requirement("2.0 4.1.6.4 unknown activity")
def test_an_activity_that_nobody_defined_is_one_all_the_same(asking: Asking) -> None:
    for iri in (activity(None)["id"], "http://例子.example/课程?a=1#§", "urn:isbn:0451450523"):
        answer = asking.get("activities", {"activityId": iri})
        assert (answer.status_code, answer.json()) == (200, {"objectType": "Activity", "id": iri})


@pytest.mark.requirement("XAPI-00250")
def test_activity_id_is_required(asking: Asking) -> None:
    answer = asking.get("activities", {})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "activityId")
    assert answer.json()["requirement"] == "XAPI-00250"


@pytest.mark.parametrize("bad", ["1", "true", '{"key":"value"}', "", "no scheme", "http://a b"])
def test_activity_id_must_be_an_iri(asking: Asking, bad: str) -> None:
    answer = asking.get("activities", {"activityId": bad})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "activityId")


def test_other_parameters_and_methods(asking: Asking) -> None:
    iri = activity(None)["id"]
    for name in ("activityid", "agent", "since", "profileId"):
        answer = asking.get("activities", {"activityId": iri, name: "x"})
        assert (answer.status_code, answer.json()["parameter"]) == (400, name)
    for method in ("PUT", "POST", "DELETE"):
        answer = asking.ask(method, "activities", {"activityId": iri}, b"{}", "application/json")
        assert answer.status_code == 405
    head = asking.ask("HEAD", "activities", {"activityId": iri})
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.requirement("XAPI-00250")
def test_numbers_beyond_integers(asking: Asking) -> None:
    """RFC 8785 writes 1e20 as an integer that only a double holds; it is shown, and taken back."""
    made = activity({"extensions": {"http://example.com/n": [1e20, 5e-324]}})
    submit(asking, object=made)
    answer = asking.get("activities", {"activityId": made["id"]})
    assert answer.status_code == 200, answer.text
    assert answer.json() == made
    submit(asking, object=answer.json())
    assert asking.get("activities", {"activityId": made["id"]}).content == answer.content
