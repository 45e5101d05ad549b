"""A port that cannot be one is wrong usage, told before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

import api.cli
import verifier.cli
from ledger.core.trust import format_trust
from tests.builders import make_trust


@pytest.mark.parametrize("port", ["65536", "99999", "-1", "8080x", "", "٨٠"])
def test_not_a_port(port: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust = tmp_path / "trust.json"
    trust.write_bytes(format_trust(make_trust()))
    chain = tmp_path / "chain"
    for main, words in (
        (verifier.cli.main, ["serve", "--trust", str(trust)]),
        (api.cli.main, ["serve", "--home", str(tmp_path)]),
        (api.cli.main, ["chain", "serve", "--dir", str(chain)]),
    ):
        assert main([*words, f"--port={port}"]) == 64
        assert "0…65535" in capsys.readouterr().err
    assert not chain.exists()
