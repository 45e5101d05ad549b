"""The registrar's addresses: tokens, rosters, status, records; and any bytes at any address."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.limits import BodyLimit
from tests.api.conftest import Door
from tests.office.worlds import statement
from tests.oracle import derive_everything

ROSTER = "certificate_number,name,awarded_on,major,degree\nR-1,张三,2026-06-30,数学,理学学士\n"
PRIVATE = [
    ("POST", "/rosters?template=degree", "issue"),
    ("POST", "/rosters", "issue"),
    ("GET", "/certificates/N-0.json", "issue"),
    ("POST", "/certificates/N-0/status", "issue"),
    ("POST", "/anchor", "issue"),
    ("POST", "/records/learning", "statements/write"),
]
CHANGE = json.dumps({"action": "suspend", "reason": "under-review"})


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()
    assert (answer.status_code, found["code"], found["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(character >= "\u4e00" for character in found["detail"])
    assert found["title"].isascii() or code == "roster-refused"
    return found


@pytest.mark.parametrize(("method", "path", "scope"), PRIVATE)
def test_tokens(door: Door, method: str, path: str, scope: str) -> None:
    def ask(authorization: str | None) -> Any:
        headers = {} if authorization is None else {b"Authorization": authorization.encode()}
        return door.client.request(method, path, content=CHANGE, headers=headers)

    before = door.institution.store.size("credential")
    challenged = ask(None)
    problem(challenged, 401, "token-missing")
    assert challenged.headers["www-authenticate"].startswith("Basic ")
    key, _, secret = door.tokens[scope].partition(".")
    basic = base64.b64encode(f"{key}:x{secret}".encode()).decode()
    for wrong in (
        "Bearer", "Bearer x.y", f"Bearer {key}.", f"Bearer {key}.{secret}x", "Basic !!!",
        f"Basic {basic}", f"Digest {key}.{secret}", "Basic 4pyT", "Bearer é.é",
        "Bearer " + "x" * 9_000,
    ):  # fmt: skip
        problem(ask(wrong), 401, "token-wrong")
    problem(ask(f"Bearer {door.tokens['profile']}"), 403, "token-scope")
    assert door.institution.store.size("credential") == before


def test_basic_and_bearer_and_the_scope_all(door: Door) -> None:
    key, _, secret = door.tokens["issue"].partition(".")
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    for header in (f"Basic {basic}", f"bearer {key}.{secret}", f"Bearer {door.tokens['all']}"):
        answer = door.client.get("/certificates/N-0.json", headers={"Authorization": header})
        assert answer.status_code == 200


def test_roster_all_or_nothing(door: Door) -> None:
    headers = door.bearer("issue")
    path = "/rosters?template=degree"
    bad = ROSTER + "R-2,李四,2026-02-30,数学,理学学士\nR-2,王五,2026-06-30,数学,\n"
    found = problem(
        door.client.post(path, content=bad.encode(), headers=headers), 403, "roster-refused"
    )
    assert {(error["row"], error["column"]) for error in found["errors"]} >= {
        (3, "awarded_on"), (4, "degree"),
    }  # fmt: skip
    assert all(error["zh"] and error["en"] for error in found["errors"])
    assert door.institution.store.certificate("R-1") is None
    dry = door.client.post(f"{path}&dry_run=true", content=ROSTER.encode(), headers=headers)
    assert dry.json() == {"issued": 0, "already": 0, "numbers": []}
    done = door.client.post(path, content=ROSTER.encode(), headers=headers)
    assert done.json() == {"issued": 1, "already": 0, "numbers": ["R-1"]}
    again = door.client.post(path, content=ROSTER.encode(), headers=headers)
    assert again.json() == {"issued": 0, "already": 1, "numbers": ["R-1"]}
    other = ROSTER.replace("张三", "别人").encode()
    found = problem(door.client.post(path, content=other, headers=headers), 403, "roster-refused")
    assert found["errors"][0]["code"] == "already-issued"


@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"PK\x03\x04 not a workbook", b"a,b\n1,2\n"])
def test_rosters_that_will_not_do(door: Door, body: bytes) -> None:
    answer = door.client.post(
        "/rosters?template=degree&filename=r.xlsx", content=body, headers=door.bearer("issue")
    )
    assert answer.status_code in (400, 403)
    assert answer.json()["code"] != "internal-error"


def test_unknown_template(door: Door) -> None:
    answer = door.client.post("/rosters?template=phd", headers=door.bearer("issue"))
    problem(answer, 400, "unknown-template")
    problem(door.client.post("/rosters", headers=door.bearer("issue")), 400, "body-invalid")


def test_files(door: Door) -> None:
    headers = door.bearer("issue")
    starts = {"json": b"{", "png": b"\x89PNG", "pdf": b"%PDF"}
    for kind, start in starts.items():
        answer = door.client.get(f"/certificates/N-0.{kind}", headers=headers)
        assert answer.content.startswith(start)
    problem(door.client.get("/certificates/X-9.json", headers=headers), 404, "no-such-certificate")
    problem(door.client.get("/certificates/N-0.exe", headers=headers), 400, "usage")


def test_status(door: Door) -> None:
    headers = door.bearer("issue")

    def change(number: str, **body: Any) -> Any:
        return door.client.post(f"/certificates/{number}/status", json=body, headers=headers)

    done = change("N-2", action="suspend", reason="under-review").json()
    assert (done["number"], done["action"]) == ("N-2", "suspend")
    problem(change("N-2", action="suspend", reason="other"), 403, "status-not-possible")
    problem(change("N-9", action="revoke", reason="other"), 404, "no-such-certificate")
    problem(change("N-2", action="explode", reason="other"), 400, "usage")
    problem(change("N-2", action="revoke", reason="because"), 400, "unknown-reason")
    problem(change("N-2", action="revoke"), 400, "body-invalid")
    problem(change("N-2", action="revoke", reason="other", more=1), 400, "body-invalid")
    problem(change("N-2", action=["revoke"], reason="other"), 400, "body-invalid")


def test_records(door: Door) -> None:
    headers = door.bearer("statements/write")
    body = statement(71) + b"{broken\n" + statement(71)
    found = door.client.post("/records/teaching", content=body, headers=headers).json()
    assert (found["accepted"], found["duplicate"]) == (1, 1)
    (refused,) = found["refused"]
    assert (refused["line"], refused["code"]) == (2, "statement-not-json")
    assert refused["zh"] != refused["en"]
    answer = door.client.post("/records/status", content=body, headers=headers)
    problem(answer, 404, "no-such-stream")
    problem(door.client.post("/records/learning", headers=headers), 400, "file-empty")


def test_anchor(door: Door) -> None:
    door.client.post("/records/teaching", content=statement(72),
                     headers=door.bearer("statements/write"))  # fmt: skip
    found = door.client.post("/anchor", headers=door.bearer("issue")).json()["anchored"]
    assert "teaching" in [done["stream"] for done in found]
    assert set(found[0]) == {"stream", "size", "root", "tx", "block", "gas"}
    assert door.client.post("/anchor", headers=door.bearer("issue")).json() == {"anchored": []}
    derive_everything(door.institution.office)


def test_wrong_addresses_and_methods(door: Door) -> None:
    problem(door.client.get("/nowhere"), 404, "not-found")
    problem(door.client.put("/anchor"), 405, "method-not-allowed")


@pytest.mark.parametrize("path", ["/rosters?template=degree", "/certificates/N-0/status"])
def test_bodies_are_counted_as_they_arrive(door: Door, path: str) -> None:
    """The sender is cut off soon after the limit, whatever the handler does with the body."""

    def long() -> Iterator[bytes]:
        yield from [b" " * 1_024] * 1_000

    limited = TestClient(BodyLimit(door.client.app, limit=10_000))
    headers = {**door.bearer("issue"), "Content-Type": "application/json"}
    problem(limited.post(path, content=long(), headers=headers), 413, "body-too-large")


METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
SEGMENTS = st.sampled_from(
    ["streams", "credential", "checkpoint", "tile", "lookup", "0", "8", "-1", "9" * 30, "9" * 5_000,
     "receipt", "status", "revocation", "chain", ".well-known", "did.json", "trust", "rosters",
     "certificates", "N-0.pdf", ".json", "records", "learning", "anchor", "metrics", "%00", "%ff",
     "..", "證書", "a" * 300, "1e3", "0x1", "٣"]
)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "Authorization", "Origin", "Accept", "Range"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    max_size=3,
)


@given(
    METHODS, st.lists(SEGMENTS, min_size=1, max_size=4), st.binary(max_size=200), HEADERS,
    st.booleans(),
    st.sampled_from(["", "?template=degree", "?template=&dry_run=maybe", "?%ff=%00"]),
)  # fmt: skip
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_at_any_address(
    door: Door, method: str, parts: list[str], body: bytes, headers: dict[str, str],
    trusted: bool, query: str,
) -> None:  # fmt: skip
    if trusted:
        headers = {**headers, **door.bearer("all")}
    answer = door.client.request(
        method, "/" + "/".join(parts) + query, content=body, headers=headers
    )
    assert answer.status_code < 500, (method, parts, answer.text)
    if (
        answer.status_code >= 400
        and method != "HEAD"
        and "json" in answer.headers.get("content-type", "")
    ):
        assert answer.json()["code"]
