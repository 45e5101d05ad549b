"""Communication 1: HEAD, alternate request syntax, encoding, content types."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.xapi.world import (
    BOUNDARY,
    MULTIPART,
    V2,
    VERSION,
    Lrs,
    attachment,
    basic,
    multipart,
    new_id,
    new_verb,
    statement,
)

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXT = b"here is a simple attachment"
OTHER = b"here is another attachment!"


# --------------------------------------------------------------------------- 1.1


@pytest.mark.requirement("XAPI-00125", "XAPI-00126")
@pytest.mark.parametrize("path", ["statements", "about", "agents", "activities"])
def test_head_is_get_without_the_body(lrs: Lrs, path: str) -> None:
    actor = {"mbox": "mailto:head@learners.example"}
    lrs.stored(statement(object={"id": "http://courses.example/head"}, actor=actor))
    needed: dict[str, dict[str, Any]] = {
        "agents": {"agent": actor},
        "activities": {"activityId": "http://courses.example/head"},
    }
    params = needed.get(path, {})
    got, head = (lrs.request(method, path, params) for method in ("GET", "HEAD"))
    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    moving = {"x-experience-api-consistent-through", "date"}
    assert set(got.headers) == set(head.headers)
    for name in set(got.headers) - moving:
        assert got.headers[name] == head.headers[name]


@pytest.mark.requirement("XAPI-00125")
def test_head_of_what_is_refused_or_multipart_has_no_body(lrs: Lrs) -> None:
    for params, status in (({"foo": "bar"}, 400), ({"attachments": "true"}, 200)):
        answer = lrs.request("HEAD", "statements", params)
        assert (answer.status_code, answer.content) == (status, b"")


# --------------------------------------------------------------------------- 1.3


def _form(lrs: Lrs, method: str, form: dict[str, str], **more: Any) -> Any:
    return lrs.request(
        "POST",
        more.pop("path", "statements"),
        more.pop("params", {"method": method}),
        content=urlencode(form).encode(),
        headers={**FORM, **more.pop("headers", {})},
    )


@pytest.mark.requirement("XAPI-00336", "XAPI-00148")
def test_a_get_as_a_form(lrs: Lrs) -> None:
    lrs.stored([statement(), statement()])
    answer = _form(lrs, "GET", {"limit": "1"})
    assert answer.status_code == 200
    assert len(answer.json()["statements"]) == 1
    assert answer.json()["more"]


@pytest.mark.requirement("XAPI-00336")
def test_a_put_as_a_form_with_and_without_headers_in_it(lrs: Lrs) -> None:
    first, second = new_id(), new_id()
    form = {"statementId": first, "content": json.dumps(statement())}
    assert _form(lrs, "PUT", form).status_code == 204
    form = {
        "statementId": second,
        "content": json.dumps(statement(result={"response": "a=b&c=ü+ %"})),
        "X-Experience-API-Version": "1.0.3",
        "Authorization": basic(*lrs.tokens["xapi"]),
        "Content-Type": "application/json",
    }
    answer = _form(lrs, "PUT", form, headers={VERSION: None, "Authorization": None})
    assert answer.status_code == 204
    assert lrs.one(first)["id"] == first
    assert lrs.one(second)["result"] == {"response": "a=b&c=ü+ %"}


@pytest.mark.requirement("XAPI-00336")
def test_headers_in_the_form_stand_in_place_of_the_real_ones(lrs: Lrs) -> None:
    form = {"statementId": new_id(), "content": json.dumps(statement())}
    assert _form(lrs, "PUT", {**form, "X-Experience-API-Version": "0.8"}).status_code == 400
    wrong = basic("nobody", "secret")
    assert _form(lrs, "PUT", {**form, "Authorization": wrong}).status_code == 401
    assert _form(lrs, "PUT", {**form, "Content-Type": "text/plain"}).status_code == 400


@pytest.mark.requirement("XAPI-00336")
def test_a_form_that_is_wrong_is_refused(lrs: Lrs) -> None:
    id = new_id()
    content = {"content": json.dumps(statement())}
    form = {"statementId": id, **content}
    extra = _form(lrs, "PUT", form, params={"method": "PUT", "statementId": id})
    assert extra.status_code == 400
    assert extra.json()["code"] == "xapi-alternate"
    assert _form(lrs, "PUT", {"statementId": id}).status_code == 400
    assert _form(lrs, "GET", content).status_code == 400
    assert _form(lrs, "PUT", {**form, "colour": "red"}).status_code == 400
    assert _form(lrs, "PATCH", {}).status_code == 405
    nothing = lrs.request("POST", "statements", {"method": "PUT"})
    assert nothing.status_code == 400
    raw = lrs.request(
        "POST", "statements", {"method": "PUT"}, content=json.dumps(form).encode(), headers=FORM
    )
    assert raw.status_code == 400
    assert lrs.get(statementId=id).status_code == 404


@pytest.mark.requirement("XAPI-00336")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_form_comes_as_a_post(lrs: Lrs, method: str) -> None:
    form = urlencode({"content": json.dumps(statement())}).encode()
    answer = lrs.request(method, "statements", {"method": "POST"}, content=form, headers=FORM)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "method"


@pytest.mark.requirement("2.0 4.1.1")
def test_version_2_has_no_alternate_syntax(lrs: Lrs) -> None:
    answer = _form(lrs, "GET", {"limit": "1"}, headers={VERSION: V2})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "method"
    inside = _form(lrs, "GET", {VERSION: V2}, headers={VERSION: None})
    assert inside.status_code == 400


# --------------------------------------------------------------------------- 1.4


@pytest.mark.requirement("Communication 1.4")
def test_text_is_utf_8_both_ways(lrs: Lrs) -> None:
    display = {"de": "bäñgt", "zh-CN": "参加了𱁬", "ar": "حضر"}
    verb = f"{new_verb()}/动词"
    body = json.dumps(statement(verb={"id": verb, "display": display}), ensure_ascii=False)
    for charset in ("", "; charset=utf-8", ";charset=UTF-8"):
        answer = lrs.request(
            "POST", "statements", content=body.encode(),
            headers={"Content-Type": f"application/json{charset}"},
        )  # fmt: skip
        assert answer.status_code == 200
    found = lrs.get(verb=verb).json()["statements"]
    assert [one["verb"]["display"] for one in found] == [display] * 3


@pytest.mark.requirement("Communication 1.4")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "syntax"),
        (b"{", "syntax"),
        (b'{"actor":1,"actor":2}', "duplicate-key"),
        (b'{"result":{"score":{"raw":NaN}}}', "not-a-number"),
        (b'{"result":{"score":{"raw":-Infinity}}}', "not-a-number"),
        (b'{"result":{"score":{"raw":1e999}}}', "number-range"),
        (b'{"result":{"response":"\\ud800"}}', "surrogate"),
        (b'{"\\udfff":1}', "surrogate"),
        (b"\xff{}", "utf-8"),
        (b"\xef\xbb\xbf{}", "bom"),
        (b"[" * 100_000 + b"]" * 100_000, "depth"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "depth"),
    ],
)
def test_json_that_is_not_well_formed_is_refused(lrs: Lrs, body: bytes, reason: str) -> None:
    json_type = {"Content-Type": "application/json"}
    for method, params in (("POST", None), ("PUT", {"statementId": new_id()})):
        answer = lrs.request(method, "statements", params, content=body, headers=json_type)
        assert answer.status_code == 400
        problem = answer.json()
        assert problem["code"] == "xapi-not-json"
        assert reason in problem["title"]


@pytest.mark.requirement("Communication 1.4")
def test_other_encodings_are_refused(lrs: Lrs) -> None:
    body = json.dumps(statement()).encode("utf-16")
    headers = {"Content-Type": "application/json; charset=utf-16"}
    answer = lrs.request("POST", "statements", content=body, headers=headers)
    assert answer.json()["code"] == "xapi-content-type"
    assert lrs.request("GET", "statements?verb=%ff").json()["code"] == "xapi-query"


def test_a_gzipped_body_is_taken_and_a_bomb_is_not(lrs: Lrs) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    good = gzip.compress(json.dumps(statement()).encode())

    def posted(body: bytes, **more: str) -> tuple[int, str]:
        answer = lrs.request("POST", "statements", content=body, headers={**headers, **more})
        code = "" if answer.status_code == 200 else answer.json()["code"]
        return answer.status_code, code

    assert posted(good) == (200, "")
    assert posted(gzip.compress(b"[" + b" " * (40 << 20) + b"]")) == (400, "xapi-bomb")
    assert posted(good[:-3]) == (400, "xapi-content-encoding")
    assert posted(good + good) == (400, "xapi-content-encoding")
    assert posted(b"\x1f\x8b not gzip") == (400, "xapi-content-encoding")
    assert posted(good, **{"Content-Encoding": "br"}) == (400, "xapi-content-encoding")


# --------------------------------------------------------------------------- 1.5


def _multipart(lrs: Lrs, body: bytes, content_type: str | None = None) -> Any:
    headers = {"Content-Type": content_type} if content_type else MULTIPART
    return lrs.request("POST", "statements", content=body, headers=headers)


@pytest.mark.requirement("XAPI-00127")
@pytest.mark.parametrize(
    "given", [None, "", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]
)
def test_neither_json_nor_multipart_is_refused(lrs: Lrs, given: str | None) -> None:
    body = json.dumps(statement()).encode()
    boundary = f"; boundary={BOUNDARY}" if given == "multipart/form-data" else ""
    headers = {"Content-Type": None if given is None else given + boundary}
    answer = lrs.request("POST", "statements", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "xapi-content-type"
    assert answer.json()["requirement"] == "XAPI-00127"


@pytest.mark.requirement("XAPI-00127")
def test_attachments_that_are_sent_and_those_that_are_elsewhere(lrs: Lrs) -> None:
    elsewhere = attachment(OTHER, fileUrl="http://over.example/file.txt")
    taken = [
        lrs.post(statement(attachments=[elsewhere])),
        _multipart(lrs, multipart(statement(attachments=[attachment(TEXT)]), [TEXT])),
        _multipart(lrs, multipart(statement(attachments=[elsewhere]))),
        _multipart(lrs, multipart(statement(attachments=[elsewhere]), [OTHER])),
        _multipart(lrs, multipart([statement(), statement()])),
        _multipart(lrs, multipart(statement(attachments=[attachment(TEXT)] * 2), [TEXT])),
    ]
    assert [answer.status_code for answer in taken] == [200] * 6


@pytest.mark.requirement("XAPI-00128")
def test_a_part_that_nothing_declares_is_refused(lrs: Lrs) -> None:
    body = statement(attachments=[attachment(TEXT)])
    answer = _multipart(lrs, multipart(body, [TEXT, OTHER]))
    assert (answer.status_code, answer.json()["code"]) == (400, "xapi-attachment-extra")
    assert _multipart(lrs, multipart(statement(), [OTHER])).status_code == 400


@pytest.mark.requirement("XAPI-00129")
def test_a_declared_attachment_that_is_not_there_is_refused(lrs: Lrs) -> None:
    two = statement(attachments=[attachment(TEXT), attachment(OTHER)])
    answer = _multipart(lrs, multipart([statement(), two], [TEXT]))
    assert (answer.status_code, answer.json()["code"]) == (400, "xapi-attachment-missing")
    assert answer.json()["pointer"] == "/1/attachments/1"
    assert lrs.post(two).json()["pointer"] == "/attachments/0"


@pytest.mark.requirement("XAPI-00130", "XAPI-00131", "XAPI-00133", "XAPI-00134")
def test_a_multipart_body_that_is_wrong_is_refused(lrs: Lrs) -> None:
    body = multipart(statement(attachments=[attachment(TEXT)]), [TEXT])
    line = f"--{BOUNDARY}\r\n".encode()
    first, second = body.split(line)[1:]
    wrong = [
        body.removeprefix(line),
        line + first + second,
        line + first + line + first + line + second,
        body.replace(b"application/json", b"text/plain"),
        body.removesuffix(f"--{BOUNDARY}--\r\n".encode()),
        b"",
        b"\r\n",
    ]
    assert [_multipart(lrs, one).status_code for one in wrong] == [400] * len(wrong)
    for content_type in ("multipart/mixed", "multipart/mixed;", "multipart/mixed; boundary="):
        assert _multipart(lrs, body, content_type).status_code == 400


@pytest.mark.requirement("XAPI-00132", "XAPI-00135")
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X_Experience_API_Hash", None),
        (
            "X_Experience_API_Hash",
            "b018994f" * 8,
        ),
        ("Content_Transfer_Encoding", "base64"),
        ("Content_Transfer_Encoding", None),
    ],
)
def test_a_part_needs_its_hash_and_its_encoding(lrs: Lrs, header: str, value: str | None) -> None:
    body = multipart(statement(attachments=[attachment(TEXT)]), [TEXT], **{header: value})
    assert _multipart(lrs, body).status_code == 400


@pytest.mark.requirement("XAPI-00132")
def test_a_part_whose_content_has_another_hash_is_refused(lrs: Lrs) -> None:
    body = multipart(
        statement(attachments=[attachment(TEXT)]), [OTHER],
        X_Experience_API_Hash=hashlib.sha256(TEXT).hexdigest(),
    )  # fmt: skip
    answer = _multipart(lrs, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "xapi-attachment-hash")


def test_a_put_may_be_multipart_too(lrs: Lrs) -> None:
    id = new_id()
    body = multipart(statement(attachments=[attachment(TEXT)]), [TEXT])
    answer = lrs.request("PUT", "statements", {"statementId": id}, content=body, headers=MULTIPART)
    assert answer.status_code == 204
    assert lrs.one(id)["attachments"] == [attachment(TEXT)]
