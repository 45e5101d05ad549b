"""The rival beside the Learning Record Store: ralph-malph, from the package index, if it installs.

It gets a Python environment of its own below `build/`. Of its back ends all but the one of files
need a database server that neither Debian nor the package index brings, so that one is measured,
with one change in its favour: as released it refuses every request after the first, because its
file is there already; here it appends. It does not fsync.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts.bench_load import Job, run
from scripts.bench_rows import Row, Tell
from scripts.xapi_sample import Sample

PACKAGE = "ralph-malph[full]==5.1.0"
FOLDER = Path("build/ralph")
INSTALL_SECONDS, START_SECONDS = 600, 60
NAME = "ralph-malph 5.1.0, files"
_SERVER = """
import json, pathlib, sys, bcrypt, uvicorn
home, port = pathlib.Path(sys.argv[1]), int(sys.argv[2])
hashed = bcrypt.hashpw(b"bench", bcrypt.gensalt(4)).decode()
user = {"username": "bench", "hash": hashed, "scopes": ["all"], "target": str(home),
        "agent": {"objectType": "Agent", "mbox": "mailto:bench@weibei.example"}}
(home / "auth.json").write_text(json.dumps([user]))
from ralph.backends.data.base import BaseOperationType
from ralph.backends.data.fs import FSDataBackend
FSDataBackend.default_operation_type = BaseOperationType.APPEND
uvicorn.run("ralph.api:app", host="127.0.0.1", port=port, log_level="warning", access_log=False)
"""


def rival_rows(tell: Tell, statements: int) -> list[Row]:
    """Its figures at `statements` statements; one row that says why where there are none."""
    try:
        python = installed(tell)
        with serving(python) as url:
            return list(_measured(tell, url, statements))
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        tell(f"rival: {error}")
        why = "it does not install or start here"
        return [Row(f"{NAME}, ingest", None, "/s", why)]


def installed(tell: Tell) -> Path:
    """The Python of its environment; made at the first call."""
    python, stamp = FOLDER / "bin/python", FOLDER / PACKAGE
    if not stamp.exists():
        tell(f"installing {PACKAGE} into {FOLDER}")
        _quiet([sys.executable, "-m", "venv", "--clear", str(FOLDER)])
        _quiet([str(python), "-m", "pip", "install", "--no-input", PACKAGE])
        stamp.touch()
    return python.absolute()


def _quiet(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)


@contextmanager
def serving(python: Path) -> Iterator[str]:
    """Its server on a free port, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="bench-ralph-") as home:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
        env = {
            **os.environ,
            "RALPH_APP_DIR": home,
            "RALPH_AUTH_FILE": f"{home}/auth.json",
            "RALPH_RUNSERVER_BACKEND": "fs",
            "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": home,
        }
        command = [str(python), "-c", _SERVER, home, str(port)]
        with subprocess.Popen(command, env=env, cwd=home, stderr=subprocess.DEVNULL) as process:
            try:
                _await(process, port)
                yield f"http://127.0.0.1:{port}/xAPI"
            finally:
                process.send_signal(signal.SIGTERM)


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start") from error
            time.sleep(0.1)


def _measured(tell: Tell, url: str, statements: int) -> Iterator[Row]:
    def send(count: int, size: int, part: int, connections: int = 4) -> float:
        heard = run(Job(url, "bench", "bench", count, size, part, connections))
        if set(heard.statuses) != {"200"}:
            raise RuntimeError(f"{heard.statuses}: {heard.failures}")
        return count * size / heard.seconds

    tell(f"rival: {statements:,} statements in batches of 100, then one by one")
    rate = send(statements // 100, 100, 1)
    method = f"{statements:,} statements over 4 connections, into an empty file, no fsync"
    yield Row(f"{NAME}, ingest, batches of 100, empty", rate, "/s", method)
    single = max(8, statements // 50)
    method = f"{single:,} requests, {statements:,} statements there"
    yield Row(f"{NAME}, ingest, one by one, 8 connections", send(single, 1, 2, 8), "/s", method)
    made = (one for one in Sample(1) if one.learner >= 0)
    pairs = tuple((one.learner, one.activity) for one, _ in zip(made, range(20), strict=False))
    heard = run(Job(url, "bench", "bench", pairs=pairs, connections=1))
    median = sorted(heard.each)[len(heard.each) // 2] * 1_000
    title = f"{NAME}, GET of 100 by agent and activity, median"
    yield Row(title, median, "ms", f"{len(pairs)} queries; {statements + single:,} there")
