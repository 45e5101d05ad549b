"""The page `/people` in a real browser, whose authenticator is Chromium's virtual one.

Web Authentication Level 2 §11 defines it; the DevTools protocol speaks to it.
"""

from __future__ import annotations

import json
import re
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, CDPSession, FilePayload, Page, ViewportSize, expect

from api.http.people import FOLDER, PARTS
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.people import (
    ES256,
    PURPOSES,
    PersonKey,
    PersonSignature,
    challenge,
    check_person_key,
    message,
    read_person_key,
    read_signature,
    verify_person,
)
from ledger.core.shape import Shape
from ledger.errors import BadEvidence
from ledger.serving import listen
from tests.api.conftest import Door
from tests.passkeys import Passkey, virtual_authenticator
from tests.vectors import document

ACCOUNT = "https://sso.north.example|t-0042"
CONTENT: dict[str, Any] = {
    "institution": "north.example",
    "report": "5e" * 32,
    "leaf": 7,
    "role": "department",
    "others": [None, True, -1, {}, [], "𝄞\u2028\u0007é", {"\ue000": 1, "𐀀": 2}],
}
PHONE: ViewportSize = {"width": 390, "height": 844}


# ------------------------------------------------------------------------------- as served


@pytest.fixture(scope="module")
def served(door: Door) -> Iterator[str]:
    """The issuer's own app on http://localhost, with all its layers."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(door.client.app, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until, "the issuer did not start"
        time.sleep(0.01)
    yield f"http://localhost:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@dataclass
class Tab:
    """A phone's browser on the page, with an authenticator that knows its owner."""

    page: Page
    cdp: CDPSession
    authenticator: str
    complaints: list[str]
    asked: list[str]

    def credentials(self) -> list[dict[str, Any]]:
        found = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return list(found["credentials"])

    def user_verified(self, yes: bool) -> None:
        self.cdp.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": self.authenticator, "isUserVerified": yes},
        )

    def enrol(self, account: str = ACCOUNT) -> PersonKey:
        self.page.click("nav a[href='#enrol']")
        self.page.fill("#account", account)
        self.page.click("#do-enrol")
        self.page.wait_for_selector("#enrolled:not([hidden])")
        return read_person_key(Shape(json.loads(self.page.input_value("#key")), "person-key"))

    def ask(self, purpose: str, content: Any, **others: Any) -> None:
        self.page.click("nav a[href='#sign']")
        value = {"purpose": purpose, "account": ACCOUNT, "content": content, **others}
        self.page.fill("#request", json.dumps(value))

    def sign(self, button: str = "#do-sign") -> PersonSignature:
        self.page.click(button)
        self.page.wait_for_selector("#signed:not([hidden])")
        return self.signature()

    def signature(self) -> PersonSignature:
        value = parse_json(self.page.input_value("#signature").encode())
        return read_signature(Shape(value, "person-signature-form"))

    def refused(self, place: str) -> str:
        found = self.page.wait_for_selector(f"#{place}:not([hidden])")
        assert found
        return found.inner_text()


@pytest.fixture
def tab(served: str, browser: Browser) -> Iterator[Tab]:
    context = browser.new_context(viewport=PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    authenticator = virtual_authenticator(cdp)
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served}/people")
    found = Tab(page, cdp, authenticator, complaints, asked)
    yield found
    assert found.complaints == []
    own = (f"{served}/people", "data:", "blob:")
    assert [url for url in found.asked if not url.startswith(own)] == []
    context.close()


# ------------------------------------------------------------------------------- the whole way


def test_enrol_and_sign(tab: Tab) -> None:
    key = tab.enrol()
    assert (key.alg, key.rp) == (ES256, "localhost")
    check_person_key(key)
    assert tab.page.inner_text("#key-id") == key.id.hex()
    content = {**CONTENT, **statement(success=True)}
    for purpose in PURPOSES:
        tab.ask(purpose, content)
        signature = tab.sign()
        assert (signature.account, signature.key) == (ACCOUNT, key.id)
        verify_person(key, signature, purpose, content)
        with pytest.raises(BadEvidence):
            verify_person(key, signature, purpose, {**content, "leaf": 8})


def test_copies_and_files(tab: Tab) -> None:
    key = tab.enrol()
    tab.page.click("[data-copy=key]")
    tab.page.wait_for_selector("[data-copy=key].copied")
    copied = tab.page.evaluate("navigator.clipboard.readText()")
    assert json.loads(copied) == key.to_json()
    with tab.page.expect_download() as started:
        tab.page.click("#key-file")
    assert json.loads(started.value.path().read_bytes()) == key.to_json()
    tab.ask("appeal", CONTENT)
    signature = tab.sign()
    with tab.page.expect_download() as started:
        tab.page.click("#signature-file")
    assert started.value.suggested_filename == "signature.json"
    assert json.loads(started.value.path().read_bytes()) == signature.to_json()


def test_request_as_a_file_and_in_the_address(tab: Tab, served: str, tmp_path: Path) -> None:
    key = tab.enrol()
    value = {"purpose": "answer", "account": ACCOUNT, "content": {"reason": "复核"}}
    text = json.dumps(value, ensure_ascii=False, indent=1).encode()
    tab.page.click("nav a[href='#sign']")
    file = FilePayload(name="request.json", mimeType="application/json", buffer=text)
    tab.page.set_input_files("#file", files=[file])
    tab.page.wait_for_selector("#shown:not([hidden])")
    verify_person(key, tab.sign(), "answer", value["content"])
    fragment = urlsafe_b64encode(text).decode().rstrip("=")
    tab.page.goto("about:blank")
    tab.page.goto(f"{served}/people#{fragment}")
    tab.page.wait_for_selector("#shown:not([hidden])")
    assert tab.page.url == f"{served}/people#sign"
    verify_person(key, tab.sign(), "answer", value["content"])


def test_another_browser_with_the_same_passkey(tab: Tab) -> None:
    """A passkey that is synchronised: this browser remembers nothing of it."""
    key = tab.enrol()
    tab.page.evaluate("localStorage.clear()")
    tab.ask("approval", CONTENT)
    tab.page.click("#do-sign")
    assert "粘贴" in tab.refused("sign-error")
    tab.page.fill("#known", json.dumps(key.to_json()))
    verify_person(key, tab.sign(), "approval", CONTENT)
    tab.page.fill("#known", "")
    ed25519 = {"alg": "Ed25519", "public": "c2" * 32}
    tab.ask("approval", CONTENT, keys=[ed25519, key.to_json()])
    verify_person(key, tab.sign(), "approval", CONTENT)


def test_another_passkey_than_the_one_remembered(tab: Tab) -> None:
    first, second = tab.enrol(), tab.enrol("https://sso.north.example|t-0043")
    assert len(tab.credentials()) == 2 and first.id != second.id
    tab.ask("approval", CONTENT, keys=[first.to_json()])
    assert tab.sign().key == first.id
    stranger = Passkey(ACCOUNT, "localhost").key
    tab.ask("approval", CONTENT, keys=[stranger.to_json()])
    tab.page.click("#do-sign-other")
    assert "not known here" in tab.refused("sign-error")
    assert tab.page.is_hidden("#signed")


def test_a_person_whom_the_device_does_not_know(tab: Tab) -> None:
    tab.enrol()
    tab.user_verified(False)
    tab.ask("approval", CONTENT)
    tab.page.click("#do-sign")
    tab.refused("sign-error")
    assert tab.page.is_hidden("#signed")
    tab.page.click("nav a[href='#enrol']")
    tab.page.click("#do-enrol")
    tab.refused("enrol-error")
    assert tab.page.is_hidden("#enrolled")
    assert len(tab.credentials()) == 1


# ------------------------------------------------------------------------------- what is shown


def statement(**result: Any) -> dict[str, Any]:
    extension = "https://w3id.org/xuezheng/xapi/teaching/extensions/"
    home = "https://sso.north.example"
    return {
        "actor": {"objectType": "Agent", "account": {"homePage": home, "name": "t-0042"}},
        "verb": {"id": "https://w3id.org/xapi/tla/verbs/verified"},
        "object": {"objectType": "StatementRef", "id": "0190-record"},
        "context": {
            "instructor": {"objectType": "Agent", "account": {"homePage": home, "name": "t-7"}},
            "extensions": {extension + "role": "observer", extension + "reason": "人数不符"},
        },
        "result": result,
    }


@pytest.mark.parametrize(
    ("purpose", "content", "zh", "en"),
    [
        ("attestation", statement(success=False),
         ("督导", "质疑", "t-7", "0190-record", "人数不符"),
         ("observer", "disputes", "t-7", "人数不符")),
        ("attestation", statement(success=True), ("证实",), ("attests",)),
        ("attestation", statement(), ("不明",), ("unclear",)),
        ("approval", {"institution": "north.example", "effective": "2026-09-01",
                      "rules": {"id": "workload", "version": 3, "hash": "ab" * 32}},
         ("批准", "workload", "第 3 版", "2026-09-01"), ("approves", "version 3", "workload")),
        ("recognition", CONTENT, ("院系", "认定", "第 7 条"),
         ("department", "recognises", "leaf 7")),
        ("appeal", {"institution": "north.example", "leaf": 7, "reason": "漏算一次"},
         ("申诉", "漏算一次"), ("appeals", "漏算一次")),
        ("answer", {"appeal": 9, "decision": "upheld", "reason": "属实", "role": "registrar"},
         ("教务处", "第 9 条", "成立"), ("upheld", "leaf 9")),
        ("answer", {"appeal": 9, "decision": "rejected", "reason": "x", "role": "registrar"},
         ("驳回",), ("rejected",)),
        ("answer", None, ("…",), ("…",)),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)  # fmt: skip
def test_words(
    tab: Tab, purpose: str, content: Any, zh: tuple[str, ...], en: tuple[str, ...]
) -> None:
    tab.ask(purpose, content)
    tab.page.wait_for_selector("#shown:not([hidden])")
    assert [word for word in (ACCOUNT, *zh) if word not in tab.page.inner_text("#sentence")] == []
    english = tab.page.inner_text("#sentence-en")
    assert [word for word in (ACCOUNT, *en) if word not in english] == []


def test_every_value_is_shown_and_as_text(tab: Tab) -> None:
    tab.ask("recognition", {**CONTENT, "note": "<img src=x onerror=alert(1)>", "number": "7"})
    shown = tab.page.inner_text("#rows")
    for value in ("5e" * 32, "7", '"é"'.strip('"'), "null", "true", "-1", "{ }", "[ ]", "<img src"):
        assert value in shown
    assert tab.page.query_selector("#rows img") is None
    digest = sha256(message("appeal", CONTENT)).hexdigest()
    tab.ask("appeal", CONTENT)
    expect(tab.page.locator("#digest")).to_have_text(digest)


APPEAL = '{"purpose":"appeal","account":"https://a.example|b","content":'


def test_characters_without_a_look_are_shown_by_number(tab: Tab) -> None:
    tab.ask("appeal", {"reason": "a\u202eb\u200b", "\u2066x": "\ue000"})
    tab.page.wait_for_selector("#shown:not([hidden])")
    shown = tab.page.inner_text("#rows") + tab.page.inner_text("#sentence")
    for number in ("⟨U+202E⟩", "⟨U+200B⟩", "⟨U+2066⟩", "⟨U+E000⟩"):
        assert number in shown
    assert not {"\u202e", "\u200b", "\u2066", "\ue000"} & set(shown)


@pytest.mark.parametrize("name", ["t-0043", None])
def test_an_attestation_of_another_account(tab: Tab, name: str | None) -> None:
    other = statement(success=True)
    other["actor"]["account"]["name"] = name
    tab.ask("attestation", other)
    assert "another account" in tab.refused("request-error")
    assert tab.page.is_hidden("#shown")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "no json"),
        ("[]", "no signing request"),
        ("null", "no signing request"),
        ('{"purpose":"appeal","content":{}}', "no signing request"),
        (APPEAL + '{},"x":1}', "no signing request"),
        ('{"purpose":"payment","account":"https://a.example|b","content":{}}', "purpose"),
        ('{"purpose":"appeal","account":"t-0042","content":{}}', "home page"),
        ('{"purpose":"appeal","account":"https://a.example|","content":{}}', "home page"),
        ('{"purpose":"appeal","account":7,"content":{}}', "home page"),
        (APPEAL + "0.5}", "integer"),
        (APPEAL + "9007199254740992}", "integer"),
        (APPEAL + "1e400}", "integer"),
        (APPEAL + '"\\ud800"}', "half a character"),
        (APPEAL + '{"\\udc00":1}}', "half a character"),
        (APPEAL + '{},"keys":7}', "keys"),
        (APPEAL + "[" * 40 + "]" * 40 + "}", "deep"),
        (APPEAL + '"' + "x" * 300_000 + '"}', "too long"),
    ],
    ids=range(17),
)
def test_requests_that_are_none(tab: Tab, text: str, word: str) -> None:
    tab.page.fill("#request", text)
    assert word in tab.refused("request-error").lower()
    assert tab.page.is_hidden("#shown")


def test_a_damaged_address(tab: Tab, served: str) -> None:
    for fragment in ("!!", "_w", "e30"):
        tab.page.goto("about:blank")
        tab.page.goto(f"{served}/people#{fragment}")
        tab.refused("request-error")
        assert tab.page.is_hidden("#shown")


@pytest.mark.parametrize("account", ["", "t-0042", "https://a.example|", "a|b"])
def test_an_account_that_is_none(tab: Tab, account: str) -> None:
    tab.page.click("nav a[href='#enrol']")
    tab.page.fill("#account", account)
    tab.page.click("#do-enrol")
    assert "home page" in tab.refused("enrol-error")
    assert tab.credentials() == []


def test_an_address_by_number_is_explained(tab: Tab, served: str) -> None:
    assert tab.page.is_hidden("#unfit")
    tab.page.goto(served.replace("localhost", "127.0.0.1") + "/people")
    tab.asked.clear()
    assert "localhost" in tab.refused("unfit")


def test_it_fits_a_phone(tab: Tab) -> None:
    tab.ask("recognition", {**CONTENT, "long": "x" * 300})
    tab.page.wait_for_selector("#shown:not([hidden])")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert tab.page.evaluate(wide) == 0
    tab.enrol()
    assert tab.page.evaluate(wide) == 0


# ------------------------------------------------------------------------------- same answer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
CANONICAL = """async (texts) => {
  const { canonical } = await import("/people/canonical.js");
  return texts.map((text) => canonical(JSON.parse(text)));
}"""
VECTOR = """async (cases) => {
  const { challenge, keyId, rawOf, unhex, signerOf } = await import("/people/passkey.js");
  const text = (bytes) => btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return Promise.all(cases.map(async ([key, purpose, content]) =>
    [await keyId(key), text(await challenge(purpose, content))]));
}"""


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(JSON, min_size=20, max_size=60))
def test_canonical_as_the_ledger_has_it(tab: Tab, values: list[Any]) -> None:
    found = tab.page.evaluate(CANONICAL, [json.dumps(value) for value in values])
    assert [text.encode() for text in found] == [canonical_json(value) for value in values]


def test_vectors(tab: Tab) -> None:
    vectors = document("person_signatures")
    cases = [
        (vectors["keys"][case["key"]], case["purpose"], case["content"])
        for case in vectors["valid"]
    ]
    expected = [
        [read_person_key(Shape(key, "person-key")).id.hex(), challenge(purpose, content)]
        for key, purpose, content in cases
    ]
    assert tab.page.evaluate(VECTOR, cases) == expected


DER = """async (texts) => {
  const { hex, rawOf, unhex } = await import("/people/passkey.js");
  return texts.map((text) => {
    try { return hex(rawOf(unhex(text))); } catch (error) { return error.constructor.name; }
  });
}"""


def test_der(tab: Tab) -> None:
    pairs = [(1, 1), (2**255, 127), (128, 2**256 - 1), (2**248 - 1, 2**247)]
    good = [encode_dss_signature(r, s).hex() for r, s in pairs]
    raw = [(r.to_bytes(32) + s.to_bytes(32)).hex() for r, s in pairs]
    assert tab.page.evaluate(DER, good) == raw
    bad = ["", "30", good[0] + "00", good[0][:-2], "31" + good[0][2:], "3006020001020100",
           encode_dss_signature(2**256, 1).hex(), "30060201010301" + "01"]  # fmt: skip
    assert tab.page.evaluate(DER, bad) == ["Refused"] * len(bad)


# ------------------------------------------------------------------------------- manners


@pytest.mark.parametrize("path", ["/people", *(f"/people/{name}" for name in PARTS)])
def test_headers(door: Door, path: str) -> None:
    answer = door.client.get(path, headers={"Origin": "https://somewhere.example"})
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy and "connect-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"].endswith("charset=utf-8")


def test_nothing_else_is_served(door: Door) -> None:
    for path in ("/people/index.html", "/people/..%2fapp.py", "/people/page.css/x", "/people/"):
        assert door.client.get(path, follow_redirects=False).status_code in (404, 307)
    assert {one.name for one in FOLDER.iterdir()} == {"index.html", *PARTS}


def test_it_names_the_institution_and_fetches_nothing_from_afar(door: Door) -> None:
    page = door.client.get("/people").text
    assert "北方大学" in page and "North University" in page and "{{" not in page
    for name in ("index.html", *PARTS):
        text = (FOLDER / name).read_text("utf-8")
        text = text.replace("https://w3id.org/xuezheng/", "").replace(
            "https://sso.school.example", ""
        )
        assert "://" not in text, name
        assert not re.search(r"innerHTML|eval\(|fetch\(|XMLHttp|document\.write", text), name


def test_it_is_described(door: Door) -> None:
    paths = door.client.get("/openapi.json").json()["paths"]
    for path in ("/people", "/people/{part}"):
        operation = paths[path]["get"]
        assert operation["summary"] and "security" not in operation
