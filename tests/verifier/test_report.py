"""The auditor's page: what strangers wrote is text, and a browser shows all of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from ledger.errors import WrongUse
from verifier.report import page, write_report

EVIL = "<script>document.title='x'</script>&\"'"


def value(verdict: str = "findings", as_of: bool = True, self_declared: bool = False) -> Any:
    return {
        "verdict": verdict,
        "streams": [
            {"origin": EVIL, "size": 3, "anchors": 2, "findings": 1, "root": "ab" * 32},
        ],
        "entries": 3,
        "anchors": 2,
        "findings": [{"code": "audit-root", "where": EVIL, "detail": EVIL}],
        "as_of": {"block": 7, "time": "2026-06-30T00:00:00Z"} if as_of else None,
        "trust": {"fingerprint": "cd" * 32, "version": 1, "self_declared": self_declared},
    }


def test_shown_by_a_browser(browser: Browser, tmp_path: Path) -> None:
    write_report(tmp_path, value(self_declared=True), "en")
    assert json.loads((tmp_path / "report.json").read_text("utf-8")) == value(self_declared=True)
    with browser.new_context() as context:
        shown = context.new_page()
        shown.goto((tmp_path / "report.html").as_uri())
        assert shown.title() == "Xuezheng audit report"
        text = shown.inner_text("body")
    assert text.count(EVIL) == 3
    for part in ("Findings", "as of block 7", "cd" * 32, "Self-declared", "audit-root"):
        assert part in text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("verdict", ["clean", "findings", "undetermined"])
def test_every_verdict(lang: str, verdict: str) -> None:
    made = page(value(verdict, as_of=verdict != "undetermined"), lang)
    assert f"<p class={verdict}>" in made
    assert ("2026-06-30" in made) == (verdict != "undetermined")
    assert "<script>" not in made


def test_nowhere_to_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WrongUse, match="file-unwritable"):
        write_report(tmp_path / "file", value(), "zh")
