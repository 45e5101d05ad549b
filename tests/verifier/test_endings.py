"""A command that ends without an answer never ends with the exit code of a verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger import terminal
from ledger.errors import Refusal
from verifier import cli
from verifier.commands import check


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyboardInterrupt(), Refusal("interrupted")]
)
def test_what_broke_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException
) -> None:
    def breaks(*_: Any) -> int:
        raise error

    monkeypatch.setattr(check, "run", breaks)
    assert cli.main(["check", "x", "--trust", "y", "--json"]) == 2
    assert "error" in json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("text", ["a\u2028b", "\udcff", "𠅤"])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "ascii"])
def test_json_is_one_line_in_any_locale(text: str, encoding: str) -> None:
    line = terminal._json_line({"name": text}, encoding)
    assert len(line.splitlines()) == 1
    assert json.loads(line.encode(encoding).decode(encoding)) == {"name": text}
