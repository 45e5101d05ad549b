"""Nothing of a document, of its names or of an agent can be read in the files of the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.xapi.resources import ACTIVITY_PROFILES, AGENT_PROFILES, STATES, Asking
from tests.xapi.world import V1, Lrs, statement

SECRET = uuid4().hex
MAILBOX = f"zhang.{SECRET}@students.example"
NAME = f"张三{SECRET}"
AGENT = {"objectType": "Agent", "name": NAME, "mbox": f"mailto:{MAILBOX}"}
ACTIVITY = f"http://courses.example/{SECRET}"
BODY = {"answer": f"secret {SECRET}", "citizen": "11010519491231002X"}
ID = f"id of {SECRET}"
REGISTRATION = str(uuid4())


def test_files_hold_no_name_no_content_and_no_id(lrs: Lrs) -> None:
    asking = Asking(lrs, V1)
    state = {"activityId": ACTIVITY, "agent": AGENT, "stateId": ID, "registration": REGISTRATION}
    wanted: list[tuple[str, dict[str, Any]]] = [
        (STATES, state),
        (AGENT_PROFILES, {"agent": AGENT, "profileId": ID}),
        (ACTIVITY_PROFILES, {"activityId": ACTIVITY, "profileId": ID}),
    ]
    for resource, params in wanted:
        assert asking.post(resource, params, BODY).status_code == 204
        assert asking.post(resource, params, {"more": SECRET}).status_code == 204
        assert asking.get(resource, params).json() == BODY | {"more": SECRET}
    assert asking.post("statements", {}, [statement(actor=AGENT)]).status_code == 200
    assert asking.get("agents", {"agent": AGENT}).json()["name"] == [NAME]

    traces = [SECRET, MAILBOX, NAME, ACTIVITY, ID, REGISTRATION, "11010519491231002X"]
    hidden = [trace.encode(coding) for trace in traces for coding in ("utf-8", "utf-16-le")]
    files = [path for path in Path(lrs.institution.home.root).rglob("*") if path.is_file()]
    # Names of tokens are no secret: they show that the store's own file was looked into.
    assert any(b"statements/read/mine" in path.read_bytes() for path in files)
    found = [
        (path.name, trace)
        for path in files
        for data in [path.read_bytes()]
        for trace in hidden
        if trace in data
    ]
    assert found == []


def test_deleted_documents_are_gone(lrs: Lrs) -> None:
    asking = Asking(lrs, V1)
    params = {"activityId": ACTIVITY, "agent": AGENT, "stateId": str(uuid4())}
    asking.post(STATES, params, BODY)
    assert asking.delete(STATES, params).status_code == 204
    key = f"mbox\nmailto:{MAILBOX}"
    kept = [id for _, id, _ in lrs.institution.office.documents.documents_of(key)]
    assert params["stateId"] not in kept
