"""Homes that the command tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.driver import xuezheng


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An institution with an embedded chain of its own and a passphrase file."""
    made = tmp_path_factory.mktemp("home") / "h"
    xuezheng("init", "--home", made, "--institution", "北方大学", "--domain", "north.example")
    return made
