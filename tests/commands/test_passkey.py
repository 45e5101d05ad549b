"""The whole way of a passkey: page, appointment, request, page again, act. Nothing is played but
the authenticator, which is Chromium's virtual one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from scripts.demo_stage import free_ports
from tests.commands.driver import serving, xuezheng
from tests.passkeys import virtual_authenticator

WHO, OTHER = "https://sso.north.example|t-0042", "https://sso.north.example|t-0043"
CHARTER = {
    "format": "xuezheng-charter/1",
    "version": 1,
    "approvers": {"accounts": [WHO, OTHER], "needed": 2},
    "recognition": {"signers": [["registrar"], ["department"]], "appeal_days": 15},
    "owners": {},
    "attestation": {},
}
DAY = ("--effective", "2099-03-01")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    virtual_authenticator(cdp)
    yield page
    context.close()


def test_rules_approved_with_a_passkey(tmp_path: Path, phone: Page) -> None:
    home, (port,) = tmp_path / "h", free_ports(1)
    url = f"http://localhost:{port}"
    files = {name: tmp_path / f"{name}.json" for name in ("key", "charter", "request", "signature")}
    xuezheng("init", "--home", home, "--institution", "北方大学", "--domain", "north.example",
             "--public-url", url)  # fmt: skip
    with serving("serve", "--home", home, "--anchor-interval", 3600):
        phone.goto(f"{url}/people#enrol")
        phone.fill("#account", WHO)
        phone.click("#do-enrol")
        phone.wait_for_selector("#enrolled:not([hidden])")
        files["key"].write_text(phone.input_value("#key"))
        xuezheng(
            "appoint", "--home", home, WHO, "--role", "registrar", "--public-key", files["key"]
        )
        files["charter"].write_text(json.dumps(CHARTER))
        xuezheng("charter", "set", "--home", home, files["charter"])
        xuezheng("anchor", "--home", home)

        approve = ("rules", "approve", "--home", home, "course-credit", *DAY, "--json")
        request = ("--request", files["request"])
        asked = xuezheng(*approve, "--account", WHO, *request)
        assert files["request"].stat().st_mode & 0o777 == 0o600
        phone.evaluate("localStorage.clear()")  # as another browser of the same person
        phone.goto("about:blank")
        phone.goto(asked.json["link"])
        phone.wait_for_selector("#shown:not([hidden])")
        assert "批准 north.example 的规则集 course-credit" in phone.inner_text("#sentence")
        phone.click("#do-sign")
        phone.wait_for_selector("#signed:not([hidden])")
        files["signature"].write_text(phone.input_value("#signature"))

        signed = (*request, "--signature", files["signature"])
        done = xuezheng(*approve, *signed).json
        assert (done["approvals"], done["needed"], done["approved"]) == (1, 2, False)
        changed = json.loads(files["signature"].read_text())
        changed["client_data"] = changed["client_data"].replace("68", "69", 1)
        files["signature"].write_text(json.dumps(changed))
        refused = xuezheng(*approve, *signed, code=None)
        assert refused.code != 0 and refused.error == "person-signature"
