"""Real headless Chromium, the verifier's server on a free port, and the world that it looks at."""

from __future__ import annotations

import fcntl
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

from ledger.core.frame import qr_text
from tests import builders
from tests.web.world import World, running
from verifier.server import DIST, create_app

WEB = DIST.parent


def no_check(data: bytes, lang: str) -> Mapping[str, Any]:
    """The page never posts a certificate."""
    raise AssertionError("the browser sent the certificate away")


@pytest.fixture(scope="session")
def built() -> None:
    """The page as its sources stand now."""
    sources = [*(WEB / "src").rglob("*"), WEB / "index.html", WEB / "package-lock.json"]
    index = DIST / "index.html"
    newest = max(path.stat().st_mtime for path in sources)
    with (WEB / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several test processes, one builds
        if not index.exists() or index.stat().st_mtime < newest:
            npm = shutil.which("npm")
            assert npm, "npm is needed to build the page"
            subprocess.run([npm, "run", "--silent", "build"], cwd=WEB, check=True, timeout=120)


@pytest.fixture
def world() -> Iterator[World]:
    with running(World()) as world:
        yield world


class Verifier:
    """A browser tab on a running verifier; notes every host that it talks to."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2].split(":")[0]))
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def open(self, fragment: str = "", url: str | None = None) -> None:
        """Open `/v` as a phone's camera does."""
        self.page.goto(f"{url or self.url}/v{fragment}")

    def scan(self, frame: bytes) -> None:
        self.open(fragment_of(frame))

    def drop(self, document: bytes) -> None:
        """Choose a JSON file."""
        file = FilePayload(name="a.json", mimeType="application/json", buffer=document)
        self.page.set_input_files("#file", files=[file])

    def verdict(self) -> str:
        """The word of the verdict, once it is there."""
        banner = self.page.wait_for_selector("[data-verdict]", timeout=20_000)
        assert banner
        return str(banner.get_attribute("data-verdict"))

    def states(self) -> dict[str, str]:
        """Check code → state."""
        rows = self.page.query_selector_all("[data-check]")
        return {
            str(row.get_attribute("data-check")): str(row.get_attribute("data-state"))
            for row in rows
        }

    def text(self) -> str:
        return self.page.inner_text("body")


def fragment_of(frame: bytes) -> str:
    return "#" + qr_text("", frame).partition("#")[2]


@pytest.fixture
def deploy(
    built: None, browser: Browser, world: World, tmp_path: Path
) -> Iterator[Callable[..., Verifier]]:
    """Starts a verifier with the world's trust bundle (changed as asked); gives a tab on it."""
    with ExitStack() as stack:

        def start(width: int = 390, height: int = 844, **trust: Any) -> Verifier:
            url = stack.enter_context(_Serving(world.trust_file(tmp_path, **trust))).url
            context = browser.new_context(viewport={"width": width, "height": height})
            stack.callback(context.close)
            return Verifier(_page(context), url)

        yield start


def _page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.clock.set_fixed_time(builders.NOW)
    return page


class _Serving:
    """uvicorn on a free port in a thread."""

    def __init__(self, trust: Path) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(create_app(trust, no_check), log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def __enter__(self) -> _Serving:
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < until, "the verifier did not start"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
