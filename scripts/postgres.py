"""A PostgreSQL server of one's own in a folder of its own: for the tests and the benchmark.

From the system's binaries, on a Unix socket, with a password that nobody else has; nothing of the
system's own clusters is touched. As root the server runs as another user, since it refuses root.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from scripts.setup.system import postgres_folder

START_SECONDS = 60.0
STOP_SECONDS = 30
ROLE = "xuezheng"
FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Tests end processes, not machines: no commit of theirs has to survive a power cut."""


@dataclass
class Postgres:
    """A running server. `pid` is its main process."""

    folder: Path
    password: str = field(repr=False)
    pid: int

    def url(self, database: str = "postgres", scheme: str = "postgresql+psycopg") -> str:
        """The URL of a database, for SQLAlchemy or, with `postgresql`, for psycopg itself."""
        return f"{scheme}://{ROLE}:{self.password}@/{database}?host={self.folder}"

    def create_database(self, name: str = "") -> str:
        """The URL of a new, empty database."""
        name = name or f"db{secrets.token_hex(6)}"
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drops it, whoever is still connected."""
        name = url.partition("@/")[2].partition("?")[0]
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(scheme="postgresql"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def postgres(settings: Mapping[str, str] = FOR_TESTS) -> Iterator[Postgres]:
    """1. a cluster in a new folder; 2. its server until the block ends; 3. the folder is gone.

    RuntimeError with the end of its log if it does not start.
    """
    binaries = postgres_folder()
    if binaries is None:
        raise RuntimeError("no PostgreSQL server on this machine")
    folder = Path(tempfile.mkdtemp(prefix="xuezheng-pg-", dir=_shallow()))
    account = _account()
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        password = _make_cluster(binaries, folder, account)
        with _serving(binaries, folder, settings, account) as process:
            server = Postgres(folder, password, process.pid)
            _await(server, process)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _shallow() -> str:
    """The temporary folder, unless the path of a socket in it would be over a hundred bytes."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) < 60 else "/tmp"


def _account() -> dict[str, Any]:
    """Arguments that make a subprocess run as somebody else; none unless this is root."""
    if os.geteuid() != 0:
        return {}
    known = {one.pw_name: one for one in pwd.getpwall()}
    found = known.get("postgres") or known["nobody"]
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _make_cluster(binaries: Path, folder: Path, account: Mapping[str, Any]) -> str:
    password = secrets.token_urlsafe(18)
    known = folder / "password"
    known.write_text(password)
    if account:
        os.chown(known, account["user"], account["group"])
    options = [f"--username={ROLE}", f"--pwfile={known}", "--auth=scram-sha-256"]
    options += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    command = [str(binaries / "initdb"), *options, str(folder / "data")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **account)
    known.unlink()
    return password


@contextmanager
def _serving(
    binaries: Path, folder: Path, settings: Mapping[str, str], account: Mapping[str, Any]
) -> Iterator[subprocess.Popen[bytes]]:
    """The server as a child, without any port."""
    given = {"listen_addresses": "", "unix_socket_directories": str(folder), **settings}
    options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
            start_new_session=True, **account,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)  # "fast": whoever is connected is cut off
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(STOP_SECONDS)


def _await(server: Postgres, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(server.url(scheme="postgresql"), connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                log = (server.folder / "log").read_text(errors="replace")[-2_000:]
                raise RuntimeError(f"PostgreSQL did not start: {log}") from error
            time.sleep(0.05)
