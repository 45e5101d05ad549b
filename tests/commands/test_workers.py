"""Several worker processes behind one port: one stream, nothing lost, nothing twice."""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.home import Home
from api.wiring import opened
from tests.commands.driver import end, serving, start, xuezheng
from tests.oracle import derive_everything

CLIENTS, BATCHES, EACH = 4, 12, 5


def submitted(number: int) -> dict[str, object]:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))),
        "actor": {"account": {"homePage": "https://lms.example", "name": f"s{number % 7}"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": f"https://lms.example/page/{number % 11}"},
    }


class Platform:
    """A client that keeps one connection, and on any failure comes again with the same batch."""

    def __init__(self, url: str, credentials: str) -> None:
        self._host = urlsplit(url).netloc
        self._headers = {
            "Authorization": "Basic " + base64.b64encode(credentials.encode()).decode(),
            "X-Experience-API-Version": "1.0.3",
            "Content-Type": "application/json",
        }

    def send(self, statements: list[dict[str, object]]) -> None:
        body, deadline = json.dumps(statements).encode(), time.monotonic() + 60
        while True:
            connection = HTTPConnection(self._host, timeout=20)
            try:
                connection.request("POST", "/xapi/statements", body, self._headers)
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, HTTPException):
                assert time.monotonic() < deadline
                continue
            finally:
                connection.close()
            if answer.status == 200:
                assert json.loads(text) == [statement["id"] for statement in statements]
            else:  # all of it was there already
                assert answer.status == 204, text
            return


def children(pid: int) -> list[int]:
    """Processes that a process (any of its threads) has started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sorted(int(one) for task in tasks for one in (task / "children").read_text().split())


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.1)


@pytest.fixture
def token(home: Path) -> Iterator[str]:
    made = xuezheng(
        "token", "create", "--home", home, "--name", "LMS", "--scope", "xapi", "--json"
    ).json
    yield f"{made['key']}:{made['secret']}"


def test_one_stream_behind_several_workers(home: Path, token: str) -> None:
    """A worker is killed meanwhile; its place is taken, and every statement is in once."""
    process = start(["serve", "--home", home, "--port", 0, "--workers", 3, "--json"])
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        until(lambda: len(children(process.pid)) == 2)
        first = children(process.pid)[0]

        def work(client: int) -> None:
            platform = Platform(url, token)
            for batch in range(BATCHES):
                begin = (client // 2 * BATCHES + batch) * EACH  # two clients send the same
                platform.send([submitted(number) for number in range(begin, begin + EACH)])

        clients = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        os.kill(first, signal.SIGKILL)
        for client in clients:
            client.join()
        until(lambda: first not in children(process.pid) and len(children(process.pid)) == 2)
        with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:
            assert json.loads(answer.read())["status"] == "ready"
    finally:
        process.send_signal(signal.SIGTERM)
        assert end(process).code == 0
    xuezheng("anchor", "--home", home)
    with opened(Home(home)) as institution:
        derive_everything(institution.office)
        assert institution.office.store.size("learning") == CLIENTS // 2 * BATCHES * EACH


def test_workers_end_with_the_first_process(home: Path) -> None:
    process = start(["serve", "--home", home, "--port", 0, "--workers", 2, "--json"])
    assert process.stdout is not None
    process.stdout.readline()
    until(lambda: len(children(process.pid)) == 1)
    worker = children(process.pid)[0]
    process.kill()
    process.communicate()
    until(lambda: not alive(worker))
    with serving("serve", "--home", home, "--port", 0) as url:
        assert urllib.request.urlopen(f"{url}/healthz", timeout=10).status == 200


@pytest.mark.parametrize("given", ["0", "-1", "two", "65"])
def test_a_number_of_workers_that_cannot_be(home: Path, given: str) -> None:
    xuezheng("serve", "--home", home, f"--workers={given}", code=64)
