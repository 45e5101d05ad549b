"""`/profiles`: the standard's document, and those of a home's extensions."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.http import problems
from api.http.profile import router
from ledger.core.teaching.extension import extension_of
from ledger.core.teaching.profile import profile_bytes
from ledger.core.teaching.vocabulary import PROFILE, VERSION
from tests.api.conftest import Door
from tests.core.teaching.profile_validator import validate
from tests.core.teaching.test_extension import LABS, labs


@pytest.fixture(scope="module")
def client() -> TestClient:
    """The addresses of a home with one extension."""
    app = FastAPI()
    problems.install(app)
    app.include_router(router("https://univ-a.example", lambda: [extension_of(labs())]))
    return TestClient(app)


def test_the_standard_as_it_is_published(door: Door) -> None:
    for path in ("/profiles/teaching", "/profiles/teaching/v1.0"):
        answer = door.client.get(path)
        assert answer.content == profile_bytes()
        assert answer.headers["content-type"] == "application/ld+json"
        assert answer.headers["cache-control"] == "public, max-age=3600"
    assert door.client.get("/profiles").json() == {
        "profiles": [
            {
                "name": "teaching",
                "id": PROFILE,
                "version": VERSION,
                "title": {"en": "Online teaching", "zh": "在线教学"},
                "address": "http://127.0.0.1:8080/profiles/teaching",
            }
        ]
    }


@pytest.mark.parametrize(
    "path",
    ["labs", "teaching/v1.1", "teaching/v1", "teaching/v1.0/x", "Teaching", "..%2fx"],
)
def test_what_is_not_there(door: Door, path: str) -> None:
    answer = door.client.get(f"/profiles/{path}", follow_redirects=False)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


def test_an_extension(client: TestClient) -> None:
    for path in ("/profiles/labs", "/profiles/labs/v1.1"):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/ld+json"
        validate(answer.json())
        assert answer.json()["id"] == LABS
    assert client.get("/profiles/labs/v1.0").status_code == 404
    assert client.get("/profiles/teaching").content == profile_bytes()
    standard, extension = client.get("/profiles").json()["profiles"]
    assert (standard["name"], extension["name"]) == ("teaching", "labs")
    assert extension["version"] == f"{LABS}/v1.1"
    assert client.get(extension["address"]).json()["versions"][0]["id"] == extension["version"]


def test_who_has_it_already_is_told_so(client: TestClient) -> None:
    tag = client.get("/profiles/labs").headers["etag"]
    assert tag != client.get("/profiles/teaching").headers["etag"]
    for known, status in ((tag, 304), ('"x"', 200)):
        answer = client.get("/profiles/labs", headers={"If-None-Match": known})
        assert answer.status_code == status
        assert answer.headers["etag"] == tag
        assert bool(answer.content) == (status == 200)
