"""The verifier web app's doors: headers, files, problem+json, VC-API."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.core.trust import format_trust
from ledger.errors import BadEvidence, CouldNotLook, Refusal, WrongUse
from tests import builders
from verifier import server_http
from verifier.server import create_app

VALID = {"verdict": "valid", "checks": [{"code": "status", "state": "pass", "detail": "ok"}]}
OPEN = {
    "verdict": "undetermined",
    "checks": [
        {"code": "status", "state": "unknown", "detail": "could not look"},
        {"code": "key", "state": "pass", "detail": "ok"},
    ],
}


class Checker:
    """Notes what it was asked and answers as told."""

    def __init__(self) -> None:
        self.seen: list[tuple[bytes, str]] = []
        self.answer: Callable[[bytes], Mapping[str, Any]] = lambda _: VALID

    def __call__(self, data: bytes, lang: str) -> Mapping[str, Any]:
        self.seen.append((data, lang))
        return self.answer(data)


@pytest.fixture
def checker() -> Checker:
    return Checker()


@pytest.fixture
def trust_path(tmp_path: Path) -> Path:
    path = tmp_path / "trust.json"
    path.write_bytes(format_trust(builders.make_trust()))
    return path


@pytest.fixture
def client(built: None, checker: Checker, trust_path: Path) -> Iterator[TestClient]:
    app = create_app(trust_path, checker)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_the_root_leads_to_the_page(client: TestClient) -> None:
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/v")
    assert "text/html" in client.get("/v").headers["content-type"]


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/v", "/trust.json", "/healthz", "/nowhere"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_plain_http_is_allowed_only_where_the_bundle_names_it() -> None:
    policy = server_http.content_security_policy(builders.make_trust())
    connect = next(part for part in policy.split("; ") if part.startswith("connect-src"))
    assert connect.split()[1:] == ["'self'", "https:", "http://127.0.0.1:*", "http://localhost:*"]


def test_the_page_has_no_inline_script_and_only_own_files(client: TestClient) -> None:
    page = client.get("/v").text
    assert "<script>" not in page and "://" not in page
    for path in (part.split('"')[0] for part in page.split('="/')[1:]):
        assert client.get(f"/{path}").status_code == 200


def test_assets_are_kept_and_the_page_is_asked_for_anew(client: TestClient) -> None:
    script = client.get("/v").text.split('src="')[1].split('"')[0]
    assert "immutable" in client.get(script).headers["cache-control"]
    assert client.get("/v").headers["cache-control"] == "no-cache"


def test_the_bundle_is_served_byte_for_byte(client: TestClient, trust_path: Path) -> None:
    assert client.get("/trust.json").content == trust_path.read_bytes()


def test_an_unusable_bundle_or_a_page_never_built_is_refused(
    checker: Checker, trust_path: Path, tmp_path: Path
) -> None:
    with pytest.raises(CouldNotLook, match="page-not-built"):
        create_app(trust_path, checker, dist=tmp_path)
    trust_path.write_bytes(b"{}")
    with pytest.raises(BadEvidence, match="trust-format"):
        create_app(trust_path, checker)


@pytest.mark.parametrize(
    ("body", "content_type", "seen"),
    [
        (b'{"text":"https://x/v#A"}', "application/json", b"https://x/v#A"),
        (b'{"document":{"b":1,"a":2}}', "application/json", b'{"a":2,"b":1}'),
        (b'{"document":"{}"}', "application/json; charset=utf-8", b"{}"),
        (b'{"@context":[], "id":"x"}', "application/json", b'{"@context":[], "id":"x"}'),
        (b"%PDF-1.7", "application/pdf", b"%PDF-1.7"),
        (b"https://x/v#A", "text/plain", b"https://x/v#A"),
    ],
)
def test_verify_takes_every_form(
    client: TestClient, checker: Checker, body: bytes, content_type: str, seen: bytes
) -> None:
    answer = client.post("/verify", content=body, headers={"content-type": content_type})
    assert answer.json() == VALID
    assert checker.seen == [(seen, "zh")]


def test_verify_takes_a_file_and_speaks_the_asked_language(
    client: TestClient, checker: Checker
) -> None:
    body = {"file": base64.b64encode(b"\x89PNG").decode()}
    client.post("/verify", json=body, headers={"accept-language": "en-GB,en;q=0.9"})
    client.post("/verify?lang=zh", json=body, headers={"accept-language": "en"})
    assert checker.seen == [(b"\x89PNG", "en"), (b"\x89PNG", "zh")]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"7", b"{}", b'{"text":1}', b'{"text":"a","file":"b"}', b'{"file":"*"}',
        b'{"document":[]}', b'{"text":"a","text":"b"}', b'{"document":{"n":9007199254740993}}',
    ],
)  # fmt: skip
def test_a_malformed_request_is_a_problem(
    client: TestClient, checker: Checker, body: bytes
) -> None:
    answer = client.post("/verify", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "verify-body"
    assert checker.seen == []


def test_a_body_over_the_limit_is_refused_while_it_streams(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(17):
            yield bytes(1 << 20)

    answer = client.post("/verify", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "verify-too-large")


@pytest.mark.parametrize(
    ("refusal", "status"), [(WrongUse("nothing-presented"), 400), (CouldNotLook("no-nodes"), 503)]
)
def test_a_refusal_of_the_check_is_a_problem(
    client: TestClient, checker: Checker, refusal: Refusal, status: int
) -> None:
    def refuse(_: bytes) -> Mapping[str, Any]:
        raise refusal

    checker.answer = refuse
    answer = client.post("/verify", json={"text": "hello"})
    assert (answer.status_code, answer.json()["code"]) == (status, refusal.code)


def test_a_failure_shows_no_traceback(client: TestClient, checker: Checker) -> None:
    def fail(_: bytes) -> Mapping[str, Any]:
        raise ZeroDivisionError("secret")

    checker.answer = fail
    answer = client.post("/verify", json={"text": "hello"})
    assert (answer.status_code, answer.json()["code"]) == (500, "verify-broken")
    assert "secret" not in answer.text


def test_an_unknown_address_is_a_problem(client: TestClient) -> None:
    answer = client.get("/docs")
    assert (answer.status_code, answer.json()["code"]) == (404, "verify-no-such-address")
    assert client.get("/verify").status_code == 405


def test_vc_api_says_verified_only_for_valid(client: TestClient, checker: Checker) -> None:
    body = {"verifiableCredential": {"id": "x"}, "options": {}}
    good = client.post("/credentials/verify", json=body).json()
    assert (good["verified"], good["problemDetails"]) == (True, [])
    checker.answer = lambda _: OPEN
    bad = client.post("/credentials/verify", json=body).json()
    assert bad["verified"] is False
    assert [one["title"] for one in bad["problemDetails"]] == ["status-unknown"]
    assert bad["verdict"]["verdict"] == "undetermined"
    assert checker.seen[0][0] == b'{"id":"x"}'


def test_vc_api_presentation_needs_every_credential(client: TestClient, checker: Checker) -> None:
    checker.answer = lambda data: OPEN if b"bad" in data else VALID

    def ask(presentation: Any) -> Any:
        body = json.dumps({"verifiablePresentation": presentation})
        return client.post("/presentations/verify", content=body)

    one, bad = {"id": "good"}, {"id": "bad"}
    assert ask({"verifiableCredential": [one, one]}).json()["verified"] is True
    assert ask({"verifiableCredential": one}).json()["verified"] is True
    mixed = ask({"verifiableCredential": [one, bad]}).json()
    assert mixed["verified"] is False
    assert [each["verified"] for each in mixed["credentialResults"]] == [True, False]
    signed = ask({"verifiableCredential": [one], "proof": {}}).json()
    assert signed["verified"] is False
    assert signed["presentationResult"]["problemDetails"][0]["title"] == "presentation-proof"
    wrongs: list[Any] = [{}, [], {"verifiableCredential": []}, {"verifiableCredential": ["jwt"]}]
    for wrong in wrongs:
        assert ask(wrong).status_code == 400
