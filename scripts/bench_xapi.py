"""The Learning Record Store under load: `xuezheng serve`, one process, on SQLite and on PostgreSQL.

A server of its own in a fresh home, its default settings, anchoring as it goes; another process
sends over loopback (`scripts.bench_load`). The steps, for each database: batches into the empty
store, single statements, filling, the same batches again, queries. At the end the stream must have
as many entries as were acknowledged.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any

from scripts.bench_load import Heard, Job
from scripts.bench_rows import Aim, Row, Tell
from scripts.postgres import postgres
from scripts.xapi_sample import Sample

XUEZHENG = Path(sys.executable).with_name("xuezheng")
BATCH = 100
BATCH_CONNECTIONS = 8
BATCHES_AIM = Aim(low=10_000)
SINGLE_AIM = Aim(low=1_000)
KEPT = 0.8
"""Share of the empty store's rate that a full one should keep."""
QUERY_AIM = Aim(high=10)
MEMORY_AIM = Aim(high=500)
POSTGRES = {"shared_buffers": "256MB", "max_wal_size": "4GB"}
"""Else as PostgreSQL comes: fsync, synchronous commits."""


@dataclass(frozen=True)
class Load:
    """How much: statements in each measured run of batches, requests of one statement by number of
    connections, statements there for the second half, queries."""

    burst: int = 50_000
    single: Sequence[tuple[int, int]] = ((8, 4_000), (16, 4_000), (32, 8_000))
    filled: int = 1_000_000
    queries: int = 1_000


FULL = Load()


class Server:
    """A running `xuezheng serve`, what it uses, and a token for it."""

    def __init__(self, url: str, pid: int, key: str, secret: str) -> None:
        self.url, self._pid, self._key, self._secret = url, pid, key, secret
        self.most_memory, self.acknowledged, self._part = 0.0, 0, 0
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._watching, daemon=True)
        self._watch.start()

    def stop_watching(self) -> None:
        self._stopped.set()
        self._watch.join()

    def send(
        self,
        count: int,
        size: int,
        connections: int,
        streamed: bool = False,
        pairs: Sequence[tuple[int, str]] = (),
    ) -> tuple[Heard, float]:
        """What the sender heard, and CPU seconds of the server meanwhile.

        RuntimeError with the answers if any of them is not 200.
        """
        self._part += 1
        job = Job(
            f"{self.url}/xapi", self._key, self._secret, count, size, self._part, connections,
            streamed, tuple(pairs),
        )  # fmt: skip
        before = self._cpu()
        command = [sys.executable, "-m", "scripts.bench_load", json.dumps(asdict(job))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        spent = self._cpu() - before
        if done.returncode:
            raise RuntimeError(done.stderr)
        heard = Heard(**json.loads(done.stdout))
        if set(heard.statuses) != {"200"}:
            raise RuntimeError(f"{heard.statuses}: {heard.failures}")
        self.acknowledged += 0 if pairs else count * size
        return heard, spent

    def entries(self) -> int:
        """Entries of the learning stream, as the server says."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=60) as answer:
            text: str = answer.read().decode()
        mark = 'xuezheng_stream_entries{stream="learning"} '
        return int(float(text.partition(mark)[2].split()[0]))

    def _processes(self) -> Iterator[Path]:
        waiting = [self._pid]
        while waiting:
            pid = waiting.pop()
            yield Path(f"/proc/{pid}")
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += map(int, task.read_text().split())

    def _cpu(self) -> float:
        ticks = 0
        for process in self._processes():
            ticks += sum(map(int, (process / "stat").read_text().rpartition(")")[2].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def _watching(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._stopped.wait(0.25):
            try:
                pages = sum(
                    int((one / "statm").read_text().split()[1]) for one in self._processes()
                )
            except OSError:
                continue  # a process ended between listing and reading
            self.most_memory = max(self.most_memory, pages * page / 1e6)


@contextmanager
def serving(database: str) -> Iterator[Server]:
    """Founds an institution in a temporary home (`database`: URL, or empty for SQLite), serves."""
    home = Path(tempfile.mkdtemp(prefix="bench-xapi-"))
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("XUEZHENG_")}
    quiet |= {"XUEZHENG_DATABASE": database} if database else {}
    try:
        names = ("--institution", "渭北大学", "--domain", "weibei.example")
        _command("init", "--home", home, *names, env=quiet)
        token = _command(
            "token", "create", "--home", home, "--name", "lms", "--scope", "all", env=quiet
        )
        command = [str(XUEZHENG), "serve", "--home", str(home), "--port", "0", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet) as process:
            assert process.stdout is not None
            try:
                url = json.loads(process.stdout.readline())["url"]
                server = Server(url, process.pid, token["key"], token["secret"])
                try:
                    yield server
                finally:
                    server.stop_watching()
            finally:
                process.send_signal(signal.SIGTERM)
    finally:
        shutil.rmtree(home)


def _command(*words: object, env: dict[str, str]) -> Any:
    command = [str(XUEZHENG), *map(str, words), "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def xapi_rows(
    tell: Tell, load: Load, databases: Sequence[str] = ("SQLite", "PostgreSQL")
) -> list[Row]:
    """Every figure, one database after the other."""
    rows = []
    for name in databases:
        with postgres(POSTGRES) if name == "PostgreSQL" else nullcontext() as cluster:
            url = cluster.create_database() if cluster else ""
            with serving(url) as server:
                rows += _measured(tell, name, server, load)
    return rows


def _measured(tell: Tell, name: str, server: Server, load: Load) -> list[Row]:
    def batches(where: str, aim: Aim) -> Row:
        tell(f"xAPI on {name}: batches of {BATCH}, {where}")
        heard, cpu = server.send(load.burst // BATCH, BATCH, BATCH_CONNECTIONS)
        return _rate(
            f"xAPI ingest, batches of {BATCH}, {where}, {name}",
            load.burst,
            heard,
            cpu,
            f"{load.burst:,} statements over {BATCH_CONNECTIONS} connections; {_spread(heard)}",
            aim,
        )

    first = batches("empty", BATCHES_AIM)
    rows = [first]
    for connections, count in load.single:
        rows.append(_single(tell, name, server, connections, count))
    rows += _filling(tell, name, server, load.filled)
    assert first.value is not None
    there = f"{server.acknowledged:,} there"
    rows.append(batches(there, Aim(low=KEPT * first.value)))
    rows += _queries(tell, name, server, load.queries)
    if (entries := server.entries()) != server.acknowledged:
        raise RuntimeError(f"{entries} entries, {server.acknowledged} acknowledged")
    how = f"resident, all processes of the server, up to {entries:,} statements"
    rows.append(
        Row(f"Memory of the server, most, {name}", server.most_memory, "MB", how, MEMORY_AIM)
    )
    return rows


def _single(tell: Tell, name: str, server: Server, connections: int, count: int) -> Row:
    tell(f"xAPI on {name}: one by one, {connections} connections")
    heard, cpu = server.send(count, 1, connections)
    method = f"{count:,} requests; {_spread(heard)}"
    title = f"xAPI ingest, one by one, {connections} connections, {name}"
    return _rate(title, count, heard, cpu, method, SINGLE_AIM)


def _filling(tell: Tell, name: str, server: Server, filled: int) -> list[Row]:
    """Up to `filled` statements, in ten steps for whoever watches."""
    missing = max(0, filled - server.acknowledged) // BATCH
    step, seconds, cpu, sent = max(1, missing // 10), 0.0, 0.0, 0
    while sent < missing:
        tell(f"xAPI on {name}: filling, {server.acknowledged:,} of {filled:,}")
        count = min(step, missing - sent)
        heard, used = server.send(count, BATCH, BATCH_CONNECTIONS, streamed=True)
        seconds, cpu, sent = seconds + heard.seconds, cpu + used, sent + count
    if not sent:
        return []
    title = f"xAPI ingest, filling to {server.acknowledged:,}, {name}"
    count = sent * BATCH
    return [
        Row(
            title,
            count / seconds,
            "/s",
            "all of the filling together; the sender makes them as it goes",
            None,
            count / cpu,
        )
    ]


def _queries(tell: Tell, name: str, server: Server, count: int) -> list[Row]:
    """The first answer of each row's pairs is counted too: nothing is warmed up."""
    rows = []
    for kind, pairs in _pairs(count).items():
        tell(f"xAPI on {name}: {len(pairs)} queries, {kind}")
        heard, _ = server.send(0, 0, 1, pairs=pairs)
        found = f"{statistics.mean(heard.found):.0f} found on average, at most {max(heard.found)}"
        method = f"{len(pairs):,} queries one after another; {found}"
        title = f"xAPI GET of {BATCH} by agent and activity, {kind}, {server.acknowledged:,} there"
        rows.append(Row(f"{title}, median, {name}", _median(heard.each), "ms", method, QUERY_AIM))
        rows.append(Row(f"{title}, 99 of 100, {name}", _p99(heard.each), "ms", method))
    return rows


def _pairs(count: int) -> dict[str, list[tuple[int, str]]]:
    """What to ask for: agents and activities as they stand in statements; those that stand together
    most often, so that a page is full; busy agents and busy activities that never meet, so that
    both have long lists and the answer is empty."""
    made = (one for one in Sample(1) if one.learner >= 0)
    drawn = [(one.learner, one.activity) for one in islice(made, max(count, 20_000))]
    often = [pair for pair, _ in Counter(drawn).most_common(max(1, count // 50))]
    agents = [one for one, _ in Counter(learner for learner, _ in drawn).most_common(30)]
    activities = [one for one, _ in Counter(activity for _, activity in drawn).most_common(30)]
    met = set(drawn)
    apart = [pair for pair in product(agents, activities) if pair not in met]
    return {
        "as in statements": drawn[:count],
        "often together": often * (count // len(often)),
        "busy, seldom together": apart[:count],
    }


def _rate(title: str, count: int, heard: Heard, cpu: float, method: str, aim: Aim | None) -> Row:
    return Row(title, count / heard.seconds, "/s", method, aim, count / cpu if cpu else None)


def _median(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1_000


def _p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(0.99 * (len(seconds) - 1))] * 1_000


def _spread(heard: Heard) -> str:
    return f"median {_median(heard.each):.1f} ms, 99 of 100 at most {_p99(heard.each):.1f} ms"
