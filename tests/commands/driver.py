"""Runs the commands as their users do: as processes, with nothing of ours imported."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

XUEZHENG = Path(sys.executable).with_name("xuezheng")
VERIFY = Path(sys.executable).with_name("xuezheng-verify")
SECONDS = 120


@dataclass(frozen=True)
class Ran:
    """How a command ended. `json` is the last line of its standard output."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out.splitlines()[-1])

    @property
    def error(self) -> str:
        """The refusal's code."""
        found: str = self.json["error"]["code"]
        return found


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    """This process's, without what the commands look at, so that a developer's does not matter."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XUEZHENG_")}
    return {**kept, **changes}


def xuezheng(*arguments: object, code: int | None = 0, env: Mapping[str, str] | None = None) -> Ran:
    """One command; its exit code must be `code`, and a traceback never shows."""
    return _run(XUEZHENG, arguments, code, env)


def verify(*arguments: object, code: int | None = 0) -> Ran:
    """The same with the stranger's command."""
    return _run(VERIFY, arguments, code, None)


def _run(
    program: Path, arguments: Sequence[object], code: int | None, env: Mapping[str, str] | None
) -> Ran:
    found = subprocess.run(
        [str(program), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment(env or {}),
        check=False,
    )
    ran = Ran(found.returncode, found.stdout, found.stderr)
    assert "Traceback" not in ran.out + ran.err, ran
    assert code is None or ran.code == code, ran
    return ran


def start(arguments: Sequence[object], largest_file: int | None = None) -> subprocess.Popen[str]:
    """A command that runs on; no file that it writes may grow beyond `largest_file` bytes."""

    def limit() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.Popen(
        [str(XUEZHENG), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment({}),
        preexec_fn=limit,
    )


def end(process: subprocess.Popen[str]) -> Ran:
    out, err = process.communicate(timeout=SECONDS)
    ran = Ran(process.returncode, out, err)
    assert "Traceback" not in out + err, ran
    return ran


@contextmanager
def serving(*arguments: object, stop: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    """A command that serves until a signal, then ends with 0; gives the URL that it printed."""
    process = start([*arguments, "--json"])
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, end(process)
        yield str(json.loads(line)["url"])
        process.send_signal(stop)
        assert end(process).code == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
