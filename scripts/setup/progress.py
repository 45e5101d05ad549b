"""What set-up says, how it runs other programs, and how it knows that a step is done."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

SECONDS_BETWEEN_LINES = 5.0
LINES_SHOWN_ON_FAILURE = 25


class SetupError(Exception):
    """Set-up cannot go on; one sentence in each language."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def say(zh: str, en: str) -> None:
    """One line in both languages, on standard error: standard output belongs to the command."""
    print(f"[学证] {zh} / {en}", file=sys.stderr, flush=True)


def run(
    zh: str, en: str, command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None
) -> None:
    """Run a program under that title; its newest line shows every few seconds.

    Raises SetupError, after its last lines, when it fails or is not there.
    """
    say(zh, en)
    newest: deque[str] = deque(maxlen=LINES_SHOWN_ON_FAILURE)
    shown = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in map(str.rstrip, process.stdout):
            newest.append(line)
            if line and time.monotonic() - shown > SECONDS_BETWEEN_LINES:
                print(f"    {line.strip()[:90]}", file=sys.stderr, flush=True)
                shown = time.monotonic()
    if process.returncode:
        print("\n".join(newest), file=sys.stderr)
        raise SetupError(f"{zh}：失败（见上）。", f"{en}: failed, see above.")


def digest(paths: Iterable[Path], *words: str) -> str:
    """Hash of the files' names and contents, in the order given, and of the words."""
    state = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        state.update(f"{path.name}\0{len(content)}\0".encode() + content)
    for word in words:
        state.update(f"{word}\0".encode())
    return state.hexdigest()


def is_done(stamp: Path, inputs: str) -> bool:
    """Whether the step left that hash there. The stamp lies inside what the step made."""
    return stamp.is_file() and stamp.read_text() == inputs


def mark_done(stamp: Path, inputs: str) -> None:
    """Remember the inputs of a finished step."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(inputs)
