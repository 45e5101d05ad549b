"""The verifier page in real headless Chromium: verdicts, languages, and whom it talks to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from ledger.core.entry import Action
from ledger.core.registry import AccreditationRow
from ledger.core.trust import fingerprint
from ledger.core.view import AnchorFacts, InstitutionFacts, Missing
from tests import builders
from tests.web.conftest import Verifier, fragment_of
from tests.web.world import World

Deploy = Callable[..., Verifier]
DECIDING = (
    "format", "signature", "issuer", "key", "authority", "inclusion", "status", "freshness",
)  # fmt: skip


@pytest.fixture
def opened(deploy: Deploy) -> Iterator[Verifier]:
    """A tab on a verifier; in the end it must have talked to loopback only, without complaint."""
    tab = deploy()
    yield tab
    assert tab.hosts <= {"127.0.0.1"}
    assert tab.complaints == []


def test_a_scanned_certificate_is_valid(opened: Verifier, world: World) -> None:
    opened.scan(world.paper.frame)
    assert opened.verdict() == "valid"
    states = opened.states()
    assert {code: states[code] for code in DECIDING} == dict.fromkeys(DECIDING, "pass")
    assert states["bearer"] == "not_checked"
    assert opened.page.inner_text("[data-name]") == "欧阳·𠮷娜"
    text = opened.text()
    for part in ("有效", "未核实持证人身份", "学证大学", "工学学士", "区块 40", "XZU, HHU, EDU"):
        assert part in text
    assert opened.page.get_attribute("[data-fingerprint]", "data-fingerprint") == fingerprint(
        world.trust()
    )


def test_a_json_file_is_valid(opened: Verifier, world: World) -> None:
    opened.open()
    opened.drop(world.paper.document)
    assert opened.verdict() == "valid"
    assert opened.states()["agreement"] == "not_checked"


def test_a_pasted_link_is_valid_and_names_a_foreign_host(opened: Verifier, world: World) -> None:
    opened.open()
    opened.page.fill("#paste", "https://evil.example/v" + fragment_of(world.paper.frame))
    opened.page.click("button.primary")
    assert opened.verdict() == "valid"
    assert opened.states()["host"] == "warn"
    assert "evil.example" in opened.text()


def test_the_verifier_of_the_institution_under_check_says_so(
    opened: Verifier, world: World
) -> None:
    world.institution(verify_url=opened.url)
    opened.scan(world.paper.frame)
    assert opened.verdict() == "valid"
    assert opened.states()["host"] == "pass"
    assert "本页由被核验的机构自己运行" in opened.text()


@pytest.mark.parametrize("action", [Action.REVOKE, Action.SUSPEND, Action.SUPERSEDE])
def test_a_withdrawn_certificate_is_invalid(opened: Verifier, world: World, action: Action) -> None:
    world.status([(action, builders.STATUS_INDEX)])
    opened.scan(world.paper.frame)
    assert opened.verdict() == "invalid"
    assert opened.states()["status"] == "fail"


def test_a_reinstated_certificate_is_valid(opened: Verifier, world: World) -> None:
    index = builders.STATUS_INDEX
    world.status([(Action.SUSPEND, index), (Action.REINSTATE, index)])
    opened.scan(world.paper.frame)
    assert opened.verdict() == "valid"


def test_without_network_it_is_signed_but_never_green(opened: Verifier, world: World) -> None:
    opened.open()
    expect(opened.page.locator("#paste")).to_be_visible()
    opened.page.wait_for_load_state("networkidle")
    opened.page.context.set_offline(True)
    opened.page.evaluate("hash => { location.hash = hash }", fragment_of(world.paper.frame))
    assert opened.verdict() == "undetermined"
    states = opened.states()
    assert states["signature"] == "pass"
    assert states["inclusion"] == states["status"] == "unknown"
    assert "确由学证大学签名，但未查账本" in opened.text()


def test_a_tampered_frame_is_invalid(opened: Verifier, world: World) -> None:
    frame = bytearray(world.paper.frame)
    at = frame.index("工学".encode())
    frame[at : at + 6] = "理学".encode()
    opened.scan(bytes(frame))
    assert opened.verdict() == "invalid"
    assert opened.states()["signature"] == "fail"
    assert "自称姓名" in opened.text()


def test_a_tampered_document_is_invalid(opened: Verifier, world: World) -> None:
    opened.open()
    opened.drop(world.paper.document.replace("工学学士".encode(), "理学学士".encode()))
    assert opened.verdict() == "invalid"
    assert opened.states()["signature"] == "fail"


def test_a_frame_of_a_stolen_key_that_was_never_logged_is_undetermined(
    opened: Verifier, world: World
) -> None:
    forged = replace(builders.DEGREE, number="XZ2026-9999", name="假冒者")
    opened.scan(builders.make_frame(forged, status_index=123))
    assert opened.verdict() == "undetermined"
    states = opened.states()
    assert states["signature"] == "pass"
    assert states["inclusion"] == "unknown"


def test_a_key_that_the_institution_never_registered_is_invalid(
    opened: Verifier, world: World
) -> None:
    opened.scan(builders.make_frame(builders.DEGREE, key=builders.OTHER_KEY))
    assert opened.verdict() == "invalid"
    assert opened.states()["key"] == "fail"


def test_an_unknown_institution_is_undetermined(opened: Verifier, world: World) -> None:
    opened.scan(builders.make_frame(builders.DEGREE, code="NOBODY"))
    assert opened.verdict() == "undetermined"
    assert opened.states()["issuer"] == "unknown"


def test_a_key_cut_off_below_the_entry_is_invalid(opened: Verifier, world: World) -> None:
    key = replace(builders.KEYS[0], cut_off=builders.LEAF)
    world.institution(keys=(key, builders.KEYS[1]))
    opened.scan(world.paper.frame)
    assert opened.verdict() == "invalid"
    assert opened.states()["key"] == "fail"


def test_an_entry_reaffirmed_after_a_cut_off_is_valid(opened: Verifier, world: World) -> None:
    key = replace(builders.KEYS[0], cut_off=builders.LEAF)
    world.institution(keys=(key, builders.KEYS[1]))
    world.status([(Action.REAFFIRM, builders.LEAF)])
    opened.scan(world.paper.frame)
    assert opened.verdict() == "valid"


def test_without_accreditation_at_the_covering_block_it_is_invalid(
    opened: Verifier, world: World
) -> None:
    facts = world.view.institution
    assert isinstance(facts, InstitutionFacts)
    late: AccreditationRow = replace(facts.accreditations[0], granted_block=21)
    world.institution(accreditations=(late,))
    opened.scan(world.paper.frame)
    assert opened.verdict() == "invalid"
    assert opened.states()["authority"] == "fail"


@pytest.mark.parametrize("silent", [{"XZU"}, {"HHU"}])
def test_one_node_of_two_is_not_enough(opened: Verifier, world: World, silent: set[str]) -> None:
    world.down |= silent
    opened.scan(world.paper.frame)
    assert opened.verdict() == "undetermined"
    assert opened.states()["inclusion"] == "unknown"


def test_nodes_that_disagree_are_not_believed(opened: Verifier, world: World) -> None:
    world.lying.add("HHU")
    opened.scan(world.paper.frame)
    assert opened.verdict() == "undetermined"


def test_another_chain_is_not_believed(opened: Verifier, world: World) -> None:
    world.chain_id = 1
    opened.scan(world.paper.frame)
    assert opened.verdict() == "undetermined"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/lookup/0/0", b"<html>"),
        ("/lookup/0/0", b'{"members":[],"size":10}'),
        ("/lookup/0/0", b'{"members":[],"size":11}'),
        ("/streams/status/tile/entries/000.p/3", b""),
        ("/streams/status/tile/entries/000.p/3", b"\x00\x01\x00" * 3),
    ],
)
def test_a_bad_proof_of_the_host_is_unknown_and_never_red(
    opened: Verifier, world: World, path: str, body: bytes
) -> None:
    world.host_files[path] = body
    opened.scan(world.paper.frame)
    assert opened.verdict() == "undetermined"
    states = opened.states().values()
    assert "unknown" in states and "fail" not in states


def test_a_covering_event_that_the_chain_does_not_have_is_unknown(
    opened: Verifier, world: World
) -> None:
    covering = world.view.covering
    assert isinstance(covering, AnchorFacts)
    world.change(covering=replace(covering, block=19))
    opened.scan(world.paper.frame)
    assert opened.verdict() == "undetermined"
    assert opened.states()["authority"] == "unknown"


def test_a_stale_status_is_undetermined(opened: Verifier, world: World) -> None:
    head = world.view.status_head
    assert not isinstance(head, Missing)
    world.change(status_head=replace(head, time=builders.NOW - 8 * 86_400))
    opened.scan(world.paper.frame)
    assert opened.verdict() == "undetermined"
    states = opened.states()
    assert (states["status"], states["freshness"]) == ("pass", "unknown")


def test_a_closed_status_stream_needs_no_heartbeat(opened: Verifier, world: World) -> None:
    head = world.view.status_head
    assert not isinstance(head, Missing)
    world.change(status_head=replace(head, time=builders.NOW - 8 * 86_400), status_closed=True)
    opened.scan(world.paper.frame)
    assert opened.verdict() == "valid"


def test_an_expired_bundle_is_undetermined(deploy: Deploy, world: World) -> None:
    tab = deploy(expires=builders.NOW - 1)
    tab.scan(world.paper.frame)
    assert tab.verdict() == "undetermined"
    assert "过期" in tab.text()
    assert tab.states()["signature"] == "not_checked"


def test_a_bundle_with_too_few_signatures_is_undetermined(deploy: Deploy, world: World) -> None:
    tab = deploy(signers=1)
    tab.scan(world.paper.frame)
    assert tab.verdict() == "undetermined"
    assert tab.states()["trust"] == "unknown"


def test_a_single_operator_is_shown_as_self_declared(deploy: Deploy, world: World) -> None:
    world.down.add("HHU")  # one node suffices
    tab = deploy(engine="embedded")
    tab.scan(world.paper.frame)
    assert tab.verdict() == "valid"
    assert tab.states()["self_declared"] == "warn"
    assert "自我声明" in tab.text()


def test_the_language_can_be_changed_and_is_kept(opened: Verifier, world: World) -> None:
    opened.scan(world.paper.frame)
    opened.verdict()
    opened.page.click("button.language")
    text = opened.text()
    for part in ("Valid", "Bearer not identified", "Xuezheng University", "Every check"):
        assert part in text
    assert opened.page.get_attribute("html", "lang") == "en"
    opened.page.reload()
    opened.verdict()
    assert "Bearer not identified" in opened.text()


def test_another_scan_in_the_same_tab_replaces_the_first(opened: Verifier, world: World) -> None:
    opened.scan(world.paper.frame)
    assert opened.verdict() == "valid"
    forged = builders.make_frame(builders.DEGREE, key=builders.OTHER_KEY)
    opened.page.evaluate("hash => { location.hash = hash }", fragment_of(forged))
    expect(opened.page.locator("[data-verdict=invalid]")).to_be_visible()


@pytest.mark.parametrize("text", ["", "hello", "https://x.example/v#A", "{", "[]", "�" * 99])
def test_what_is_no_certificate_never_turns_green(opened: Verifier, text: str) -> None:
    opened.open()
    opened.page.fill("#paste", text)
    opened.page.click("button.primary")
    if text.startswith("{"):
        assert opened.verdict() == "invalid"
    else:
        expect(opened.page.locator("[role=alert]")).to_be_visible()
        assert opened.page.query_selector("[data-verdict]") is None


@pytest.mark.parametrize("data", [b"%PDF-1.7\nx", b"\x89PNG\r\n\x1a\n\x00", b"", b"\xff" * 99])
def test_a_file_that_is_no_json_is_told_so(opened: Verifier, data: bytes) -> None:
    opened.open()
    opened.drop(data)
    expect(opened.page.locator("[role=alert]")).to_be_visible()
    assert opened.page.query_selector("[data-verdict]") is None


def test_signed_markup_stays_text(opened: Verifier, world: World) -> None:
    name = "<img src=x onerror=alert(1)>"
    document, _ = builders.make_document(replace(builders.COURSE, name=name))
    opened.open()
    opened.drop(document)
    assert opened.verdict() == "undetermined"
    assert opened.page.inner_text("[data-name]") == name


def test_it_works_over_plain_http_without_web_crypto(deploy: Deploy, world: World) -> None:
    tab = deploy()
    elsewhere = tab.url.replace("127.0.0.1", "verifier.test")
    tab.open(fragment_of(world.paper.frame), elsewhere)
    assert tab.page.evaluate("crypto.subtle === undefined")
    assert tab.verdict() == "valid"
    assert tab.hosts <= {"127.0.0.1", "verifier.test"}


def test_nobody_is_told_which_certificate_is_checked(opened: Verifier, world: World) -> None:
    seen: list[str] = []
    opened.page.on(
        "request", lambda one: seen.append(f"{one.url.partition('#')[0]} {one.post_data or ''}")
    )
    opened.scan(world.paper.frame)
    assert opened.verdict() == "valid"
    fragment, claims = fragment_of(world.paper.frame)[1:], builders.DEGREE
    key = world.paper.entry.frame_hash.hex()
    for secret in (fragment, fragment[:40], claims.name, claims.number, key, key[:8]):
        assert not any(secret in line for line in seen)
    asked = [line.split("/lookup/")[1].strip() for line in seen if "/lookup/" in line]
    assert asked == ["0/0"]  # a stream this small is one bucket


def test_the_page_is_whole_at_every_width(deploy: Deploy, world: World) -> None:
    for width, height in ((320, 568), (390, 844), (1280, 900)):
        tab = deploy(width=width, height=height)
        tab.scan(world.paper.frame)
        tab.verdict()
        overflow = tab.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, width


def test_trust_json_is_the_deployed_bundle(opened: Verifier, world: World) -> None:
    opened.open()
    body = opened.page.request.get(f"{opened.url}/trust.json").body()
    assert json.loads(body)["version"] == 1
