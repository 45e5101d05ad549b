"""The page's own unit tests and its type check, so that `make test` runs them too."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.web.conftest import WEB


@pytest.mark.parametrize("script", ["test", "check"])
def test_npm_script_passes(script: str) -> None:
    npm = shutil.which("npm")
    assert npm, "npm is needed for the page's unit tests"
    done = subprocess.run(
        [npm, "run", "--silent", script], cwd=WEB, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
