"""The README's own commands, typed one after another in an empty folder."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.docs.reading import README, Block, blocks

BIN = Path(sys.executable).parent
SERVE_SECONDS = 60
QUIET = {name: value for name, value in os.environ.items() if not name.startswith("XUEZHENG_")}


def block(language: str) -> Block:
    (found,) = [one for one in blocks(README) if one.language == language]
    return found


def test_what_the_readme_says_happens(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(block("csv").text, encoding="utf-8")
    lines = [shlex.split(line.removeprefix("$ ")) for line in block("console").text.splitlines()]
    commands = [[str(BIN / Path(words[0]).name), *words[1:]] for words in lines]
    before = [words for words in commands if words[1] not in ("serve", "check", "audit")]
    serve, check, audit = commands[len(before) :]
    with free_port() as port:
        before[0] += ["--public-url", f"http://127.0.0.1:{port}"]
        for words in before:
            run(words, tmp_path)
    with running(serve, tmp_path):
        assert block("text").text in run(check, tmp_path)
        assert "✓" in run(audit, tmp_path)
    assert (tmp_path / "certificates" / "D2026-0002.png").is_file()


def run(words: list[str], folder: Path) -> str:
    """What the command prints; it must end with 0."""
    done = subprocess.run(
        words, cwd=folder, env=QUIET, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


@contextmanager
def running(words: list[str], folder: Path) -> Iterator[None]:
    """A server that has said its address; it must stop cleanly."""
    with subprocess.Popen(
        words, cwd=folder, env=QUIET, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None and "http://127.0.0.1:" in process.stdout.readline()
            yield
        finally:
            process.terminate()
            assert process.wait(SERVE_SECONDS) == 0


@contextmanager
def free_port() -> Iterator[int]:
    """A port that is held while the institution is founded, free when it begins to serve."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
