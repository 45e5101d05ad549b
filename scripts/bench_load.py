"""The other side of the benchmark of `/xapi`: a process that only sends.

``python -m scripts.bench_load JOB`` with a job in JSON; prints one JSON line: seconds from the
first request to the last answer, the answers by status, each request's seconds. Raw `http.client`
connections that stay open, one thread each. Bodies are made before the clock starts, unless
`streamed` says that there are too many.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from scripts.xapi_sample import Sample, agent

SECONDS = 120
FAILURES_SHOWN = 3


@dataclass(frozen=True)
class Job:
    """What to send. `count` requests of `size` statements each; size 0 asks for the `pairs`."""

    url: str
    key: str
    secret: str
    count: int = 0
    size: int = 100
    part: int = 0
    connections: int = 4
    streamed: bool = False
    pairs: tuple[tuple[int, str], ...] = ()
    limit: int = 100


@dataclass
class Heard:
    """What came back."""

    seconds: float = 0.0
    each: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    """Statements in each answer to a query."""


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    body: bytes | None = None


def requests(job: Job) -> Iterator[Request]:
    """The job's requests one after another."""
    base = urlsplit(job.url).path + "/statements"
    for learner, activity in job.pairs:
        asked = {"agent": json.dumps(agent(learner)), "activity": activity, "limit": job.limit}
        yield Request("GET", f"{base}?{urlencode(asked)}")
    sample = Sample(job.part)
    for _ in range(0 if job.pairs else job.count):
        text = sample.one().text if job.size == 1 else sample.batch(job.size)
        yield Request("POST", base, text.encode())


def run(job: Job) -> Heard:
    """Sends everything over the job's connections."""
    heard, lock = Heard(), threading.Lock()
    waiting: Iterable[Request] = requests(job) if job.streamed else list(requests(job))
    supply = iter(waiting)

    def take() -> Request | None:
        with lock:
            return next(supply, None)

    threads = [
        threading.Thread(target=_converse, args=(job, take, heard, lock))
        for _ in range(job.connections)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard.seconds = time.perf_counter() - began
    return heard


def _converse(
    job: Job, take: Callable[[], Request | None], heard: Heard, lock: threading.Lock
) -> None:
    """One connection: a request, its whole answer, the next request."""
    address = urlsplit(job.url)
    assert address.hostname
    connection = HTTPConnection(address.hostname, address.port, timeout=SECONDS)
    login = b64encode(f"{job.key}:{job.secret}".encode()).decode()
    headers = {
        "Authorization": f"Basic {login}",
        "X-Experience-API-Version": "1.0.3",
        "Content-Type": "application/json",
    }
    try:
        while request := take():
            began = time.perf_counter()
            connection.request(request.method, request.target, request.body, headers)
            answer = connection.getresponse()
            body = answer.read()
            spent = time.perf_counter() - began
            with lock:
                _note(heard, spent, answer.status, body, bool(job.pairs))
    finally:
        connection.close()


def _note(heard: Heard, spent: float, status: int, body: bytes, asked: bool) -> None:
    heard.each.append(spent)
    heard.statuses[str(status)] = heard.statuses.get(str(status), 0) + 1
    if status != 200 and len(heard.failures) < FAILURES_SHOWN:
        heard.failures.append(body[:500].decode(errors="replace"))
    elif asked:
        heard.found.append(len(json.loads(body)["statements"]))


def main(arguments: list[str]) -> int:
    given: dict[str, Any] = json.loads(arguments[0])
    given["pairs"] = tuple((learner, activity) for learner, activity in given.get("pairs", ()))
    print(json.dumps(asdict(run(Job(**given)))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
