"""What nobody should send to the record store, and that it neither stores it nor suffers.

`tests/corpus/xapi_http/*.http` are requests: method and path, headers, an empty line, the body;
`expected.json` beside them says with what status and code each is refused. The store's version and
token are added unless the request names its own.
"""

from __future__ import annotations

import gzip
import json
import resource
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.xapi.body import MAX_BODY
from api.xapi.submission import MAX_BATCH
from tests.xapi.world import VERSION, Lrs, basic, run, statement

CORPUS = Path(__file__).parents[1] / "corpus" / "xapi_http"
EXPECTED: dict[str, tuple[int, str]] = {
    name: (status, code)
    for name, (status, code) in json.loads((CORPUS / "expected.json").read_text()).items()
}
JSON = {"Content-Type": "application/json"}


def replay(lrs: Lrs, path: Path) -> Response:
    """Sends a request of the corpus, byte by byte as it stands there."""
    head, _, body = path.read_bytes().partition(b"\n\n")
    line, *lines = head.split(b"\n")
    method, _, target = line.decode().partition(" ")
    headers = {
        VERSION.encode(): b"1.0.3",
        b"Authorization": basic(*lrs.tokens["xapi"]).encode(),
    }
    headers.update(
        (name, value.strip()) for name, _, value in (one.partition(b":") for one in lines)
    )
    sent = [(name, value) for name, value in headers.items() if value]
    return lrs.client.request(method, f"/xapi/{target}", content=body, headers=sent)


@pytest.fixture
def unharmed(lrs: Lrs) -> Iterator[Lrs]:
    """Afterwards nothing was stored, and the store takes and finds a statement."""
    office = lrs.institution.office
    before = office.store.size("learning")
    yield lrs
    assert office.store.size("learning") == before
    (id,) = lrs.stored(statement())
    assert lrs.one(id)["id"] == id


def assert_refused(answer: Response, status: int, code: str) -> None:
    """With a problem that names its code, and both languages."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text[:500]
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["title"] and answer.json()["detail"]
    assert answer.headers[VERSION] in ("1.0.3", "2.0.0")
    assert len(answer.content) < 20_000


def test_every_request_of_the_corpus_is_expected() -> None:
    assert {path.stem for path in CORPUS.glob("*.http")} == EXPECTED.keys()


def test_the_corpus_is_refused(unharmed: Lrs) -> None:
    """The same requests one after another: nothing is left behind that changes the next."""
    for name, (status, code) in EXPECTED.items():
        answer = replay(unharmed, CORPUS / f"{name}.http")
        seen = answer.status_code, answer.json().get("code")
        assert seen == (status, code), f"{name}: {answer.text[:500]}"
        assert_refused(answer, status, code)


def test_nothing_of_the_corpus_is_a_fault_of_the_server() -> None:
    assert {status for status, _ in EXPECTED.values()} <= {400, 401, 404, 405, 409}


# --------------------------------------------------------------------------- large

DEEP = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        json.dumps(statement(result={"extensions": {"http://e.example/a": "@"}}))
        .encode()
        .replace(b'"@"', b"[" * DEEP + b"]" * DEEP),
        json.dumps(statement()).encode()[:-1] + b',"object":' + b'{"object":' * DEEP,
    ],
    ids=["open", "closed", "objects", "in an extension", "statements in statements"],
)
def test_json_100_000_deep(unharmed: Lrs, body: bytes) -> None:
    answer = unharmed.request("POST", "statements", content=body, headers=JSON)
    assert_refused(answer, 400, "xapi-not-json")


def test_json_100_000_deep_in_a_parameter_and_a_document(unharmed: Lrs) -> None:
    query = {"agent": "[" * 20_000, "activityId": "http://c.example", "stateId": "a"}
    answer = unharmed.request("GET", "activities/state", query)
    assert_refused(answer, 400, "xapi-parameter-value")
    query["agent"] = '{"mbox":"mailto:deep@b.example"}'
    for _ in range(2):
        answer = unharmed.request(
            "POST", "activities/state", query, content=b'{"a":' * DEEP, headers=JSON
        )
        assert answer.status_code == 400


def bomb(layers: int = 1) -> bytes:
    """Gzip of a hundred megabytes of spaces, in layers."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(100)) + packer.flush()
    for _ in range(layers - 1):
        data = gzip.compress(data, mtime=0)
    return data


def test_a_gzip_bomb(unharmed: Lrs) -> None:
    data = bomb()
    assert len(data) < 1 << 20
    headers = {**JSON, "Content-Encoding": "gzip"}
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(4):
        answer = unharmed.request("POST", "statements", content=data, headers=headers)
        assert_refused(answer, 400, "xapi-bomb")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most < 4 * MAX_BODY // 1024


def test_a_gzip_bomb_within_another(unharmed: Lrs) -> None:
    headers = {**JSON, "Content-Encoding": "gzip"}
    answer = unharmed.request("POST", "statements", content=bomb(2), headers=headers)
    assert_refused(answer, 400, "xapi-not-json")


def test_a_batch_over_the_limit(unharmed: Lrs) -> None:
    body = [statement()] * (MAX_BATCH + 1)
    assert_refused(unharmed.post(body), 413, "xapi-batch-too-large")


def test_a_statement_over_the_limit(unharmed: Lrs) -> None:
    body = statement(result={"response": "a" * (2 << 20)})
    assert_refused(unharmed.post([statement(), body]), 413, "xapi-statement-too-large")


def test_a_declared_body_over_the_limit_is_not_read(lrs: Lrs) -> None:
    told = {"content-length": str(MAX_BODY + 1)}
    read, status, code = streamed(lrs, told, lambda _: b"a" * 65_536)
    assert (read, status, code) == (0, 413, "body-too-large")


def test_a_body_over_the_limit_is_refused_while_it_streams(lrs: Lrs) -> None:
    piece = 1 << 20
    read, status, code = streamed(lrs, {}, lambda _: b"a" * piece)
    assert (status, code) == (413, "body-too-large")
    assert read <= MAX_BODY // piece + 1


def test_who_has_no_token_streams_nothing(lrs: Lrs) -> None:
    told = {"authorization": "Basic YTpi", "content-length": str(MAX_BODY)}
    read, status, _ = streamed(lrs, told, lambda _: b"a" * 65_536)
    assert (read, status) == (0, 401)


def test_a_client_that_goes_away_leaves_nothing(unharmed: Lrs) -> None:
    body = json.dumps(statement()).encode()
    read, status, _ = streamed(unharmed, {}, lambda part: body[:20] if part == 0 else None)
    assert (read, status) == (2, 0)


def streamed(
    lrs: Lrs, changes: dict[str, str], part: Callable[[int], bytes | None]
) -> tuple[int, int, str]:
    """Speaks to the app as a server does, body part by body part without end (None: the client is
    gone); (parts that were asked for, status, code)."""
    headers = {
        "x-experience-api-version": "1.0.3",
        "authorization": basic(*lrs.tokens["xapi"]),
        "content-type": "application/json",
        **changes,
    }
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": "/xapi/statements", "raw_path": b"/xapi/statements",
        "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1), "server": ("a", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    read, sent = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal read
        content = part(read)
        read += 1
        if content is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": content, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    run(lrs.client.app(scope, receive, send))  # type: ignore[arg-type]
    if not sent:
        return read, 0, ""
    body = b"".join(message.get("body", b"") for message in sent)
    return read, sent[0]["status"], json.loads(body)["code"]


# --------------------------------------------------------------------------- random

PLAIN = json.dumps(
    statement(
        result={
            "score": {"scaled": 0.5},
            "duration": "PT1S",
            "extensions": {"http://e.example": 1},
        },
        context={"registration": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee", "language": "zh-CN"},
        timestamp="2026-01-01T00:00:00Z",
    )
).encode()
PIECES = [b'"', b"{", b"}", b"[", b"]", b",", b":", b"null", b"\\u0000", b"\xff", b"1e9", b"-", b""]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A statement with a few bytes replaced, left out or moved."""
    body = PLAIN
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 12)))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4)))
        body = body[:start] + piece + body[end:]
    return body


@settings(
    max_examples=150, derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(body=damaged())
def test_a_damaged_statement_is_taken_or_refused(lrs: Lrs, body: bytes) -> None:
    answer = lrs.request("POST", "statements", content=body, headers=JSON)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert {"code", "pointer", "requirement"} <= answer.json().keys(), answer.text


@settings(
    max_examples=100, derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(query=st.text(st.characters(max_codepoint=0x2FF), max_size=60))
def test_any_query_is_answered_or_refused(lrs: Lrs, query: str) -> None:
    answer = lrs.request("GET", "statements", query)
    assert answer.status_code in (200, 400), answer.text


# --------------------------------------------------------------------------- beside the door


def test_bombs_in_record_files(unharmed: Lrs) -> None:
    """`POST /records/learning` unpacks by itself, line by line."""
    headers = {"Authorization": basic(*unharmed.tokens["statements/write"])}
    for data in (bomb(), bomb(2), gzip.compress(b"[" * (1 << 20)), b"\x1f\x8b" + bytes(100)):
        answer = unharmed.client.post("/records/learning", content=data, headers=headers)
        assert answer.status_code in (200, 400), answer.text[:500]
        if answer.status_code == 200:
            assert answer.json()["accepted"] == 0 and answer.json()["refused"]
