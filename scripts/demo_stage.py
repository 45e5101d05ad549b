"""What the demo stands on: parties, commands and servers of their own, expectations."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
PASSPHRASE = "demo-only-passphrase"


@dataclass(frozen=True)
class Party:
    """One institution of the demo."""

    label: str
    name: str
    name_en: str
    domain: str
    code: str
    port: int


@dataclass
class Demo:
    """The run: where it lives, what it started, what it expected and saw."""

    root: Path
    ports: list[int]
    expectations: list[dict[str, Any]] = field(default_factory=list)
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def chain_url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def verify_url(self) -> str:
        return f"http://127.0.0.1:{self.ports[4]}"

    @property
    def trust(self) -> Path:
        return self.root / "trust.json"

    def home(self, party: Party) -> Path:
        return self.root / party.label

    # ------------------------------------------------------------------ commands and servers

    def run(
        self, command: str, *arguments: object, expect: int | None = 0
    ) -> tuple[int, dict[str, Any]]:
        """Runs a command with --json; (exit code, its JSON). Another code than `expect` ends it."""
        words = [str(BIN / command), "--json", *map(str, arguments)]
        done = subprocess.run(words, capture_output=True, text=True, env=environment(), check=False)
        if expect is not None and done.returncode != expect:
            raise SystemExit(
                f"✗ {' '.join(words)}\n  exit {done.returncode}, expected {expect}\n"
                f"{done.stdout}{done.stderr}"
            )
        return done.returncode, last_json(done.stdout)

    def start(self, label: str, command: str, *arguments: object) -> str:
        """Starts a server and waits for its line; returns its URL."""
        words = [str(BIN / command), "--json", *map(str, arguments)]
        log = (self.root / f"{label}.log").open("a")
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=log, text=True, env=environment()
        )
        log.close()
        self.running[label] = process
        timer = threading.Timer(90, process.kill)
        timer.start()
        assert process.stdout is not None
        line = process.stdout.readline()
        timer.cancel()
        if not line.strip():
            raise SystemExit(
                f"✗ {label} did not start\n{(self.root / f'{label}.log').read_text()[-2000:]}"
            )
        return str(json.loads(line)["url"])

    def kill(self, label: str) -> None:
        """kill -9."""
        process = self.running.pop(label)
        process.kill()
        process.wait()

    def stop(self) -> bool:
        """Asks every server to stop; whether all did cleanly."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        clean = True
        for process in self.running.values():
            try:
                clean &= process.wait(timeout=30) == 0
            except subprocess.TimeoutExpired:
                process.kill()
                clean = False
        self.running.clear()
        return clean

    # ------------------------------------------------------------------ expectations

    def expect(self, what: str, held: bool, seen: object = None) -> None:
        """Notes an expectation; all must hold for exit 0."""
        self.expectations.append({"expectation": what, "held": bool(held)})
        print(f"  {'✓' if held else '✗'} {what}" + ("" if held else f"   ← {seen}"), flush=True)

    def check(self, what: str, given: object, word: str, *more: object) -> dict[str, Any]:
        """`xuezheng-verify check` must answer `word`."""
        _, seen = self.run(
            "xuezheng-verify", "check", given, "--trust", self.trust, *more, expect=None
        )
        bad = [c for c in seen.get("checks", []) if c["state"] in ("fail", "unknown")]
        self.expect(f"{what} → {word}", seen.get("verdict") == word, bad or seen)
        return seen


def environment() -> dict[str, str]:
    """The commands' environment: one passphrase, no proxy."""
    return {**os.environ, "XUEZHENG_PASSPHRASE": PASSPHRASE, "XUEZHENG_LANG": "zh"}


def last_json(output: str) -> dict[str, Any]:
    """The JSON object on the last line; an empty one where there is none."""
    lines = output.strip().splitlines()
    try:
        value = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


@contextmanager
def step(zh: str, en: str) -> Iterator[None]:
    """A heading with the time that it took."""
    print(f"\n▸ {zh} / {en}", flush=True)
    begin = time.monotonic()
    yield
    print(f"  ({time.monotonic() - begin:.1f} s)", flush=True)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    import socket

    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def fetch(url: str) -> bytes:
    """Body of a page on loopback."""
    import urllib.request

    with urllib.request.urlopen(url, timeout=20) as answer:
        body: bytes = answer.read()
    return body
