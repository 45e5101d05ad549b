"""The whole way with nothing played: commands, a served issuer, the served page, a real browser."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts.demo_stage import free_ports
from tests.web.conftest import Verifier

BIN = Path(sys.executable).parent
ROSTER = "证书编号,姓名,颁发日期,专业,学位\nE2E-1,王𠅤·小明,2026-06-30,数学,理学学士\n"


class RealIssuer:
    """An institution founded by its commands, with one certificate, served on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        issuer_port, self.verify_port = free_ports(2)
        self.url = f"http://127.0.0.1:{issuer_port}"
        self.trust = folder / "trust.json"
        (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")

    def run(self, *words: object) -> None:
        subprocess.run(
            [str(BIN / "xuezheng"), *map(str, words), "--home", str(self.home)],
            check=True, capture_output=True, env=environment(), timeout=120,
        )  # fmt: skip

    def found(self) -> str:
        """Everything up to a certificate under an anchored root; returns its QR text."""
        self.run("init", "--institution", "端到端大学", "--domain", "e2e.example",
                 "--public-url", self.url,
                 "--verify-url", f"http://127.0.0.1:{self.verify_port}")  # fmt: skip
        self.run("issue", self.folder / "roster.csv", "--template", "degree", "--no-pdf",
                 "--out", self.folder / "out")  # fmt: skip
        self.run("anchor")
        self.run("trust", "--out", self.trust)
        with (self.folder / "out" / "index.csv").open(encoding="utf-8", newline="") as file:
            return next(csv.DictReader(file))["qr_text"]


def environment() -> dict[str, str]:
    return {**os.environ, "XUEZHENG_PASSPHRASE": "test only"}


@contextmanager
def server(command: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """A server of ours until the block ends; it must stop cleanly."""
    process = subprocess.Popen(
        [str(BIN / command), "--json", *map(str, words)],
        stdout=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdout
    try:
        assert json.loads(process.stdout.readline())["url"]
        yield process
        process.terminate()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.usefixtures("built")
def test_from_the_registrars_commands_to_the_employers_phone(
    browser: Browser, tmp_path: Path
) -> None:
    issuer = RealIssuer(tmp_path)
    link = issuer.found()
    assert link.startswith(f"http://127.0.0.1:{issuer.verify_port}/v#")
    with ExitStack() as stack:
        stack.enter_context(
            server("xuezheng-verify", "serve", "--trust", issuer.trust,
                   "--port", issuer.verify_port)
        )  # fmt: skip
        context = stack.enter_context(browser.new_context())
        tab = Verifier(context.new_page(), f"http://127.0.0.1:{issuer.verify_port}")
        with server("xuezheng", "serve", "--home", issuer.home):
            tab.page.goto(link)
            assert tab.verdict() == "valid"
            assert tab.page.inner_text("[data-name]") == "王𠅤·小明"
            issuer.run("revoke", "E2E-1", "--reason", "issued-in-error")
            issuer.run("anchor")
            tab.page.reload()
            assert tab.verdict() == "invalid"
            assert tab.states()["status"] == "fail"
        tab.page.reload()  # the issuer is gone: nothing can be looked at
        assert tab.verdict() == "undetermined"
        assert tab.states()["signature"] == "pass"
        assert tab.hosts == {"127.0.0.1"}
