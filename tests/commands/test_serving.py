"""Commands in company: beside `serve`, two at once, several institutions on one chain, kills."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.home import Home
from api.wiring import opened
from tests.commands.driver import Ran, end, serving, start, xuezheng
from tests.office.worlds import statement
from tests.oracle import derive_everything

HEADER = "certificate_number,name,awarded_on,major,degree\n"


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.2)


def test_serve(home: Path, tmp_path: Path) -> None:
    """Other commands find its chain; it anchors what they leave; a signal ends it cleanly."""
    roster = tmp_path / "r.csv"
    roster.write_text(HEADER + "S-1,张三,2026-06-30,数学,理学学士\n", "utf-8")
    lines = tmp_path / "l.jsonl"
    lines.write_bytes(statement(1))

    def anchored(url: str, kind: str) -> int:
        with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        mark = f'xuezheng_stream_anchored{{stream="{kind}"}} '
        return int(float(text.split(mark)[1].split()[0]))

    with serving("serve", "--home", home, "--port", 0, "--anchor-interval", 1) as url:
        served = json.loads((home / "chain.json").read_bytes())
        assert served["url"] == f"{url}/chain"
        assert get(f"{url}/healthz") == {"status": "ok"}
        wait_until(lambda: anchored(url, "status") == 1)
        arguments = ("issue", "--home", home, roster, "--template", "degree", "--no-pdf")
        assert xuezheng(*arguments, "--out", tmp_path / "o", "--json").json["issued"] == 1
        xuezheng("ingest", "--home", home, "--stream", "teaching", lines)
        xuezheng("revoke", "--home", home, "S-1", "--reason", "other")
        wait_until(lambda: anchored(url, "credential") == anchored(url, "teaching") == 1)
        wait_until(lambda: anchored(url, "status") == 2)
        assert xuezheng("anchor", "--home", home, "--json").json == {"anchored": []}
        port = int(url.rsplit(":", 1)[1])
        taken = xuezheng("serve", "--home", home, "--port", port, "--json", code=2)
        assert taken.error == "port-in-use"
    assert not (home / "chain.json").exists()
    assert xuezheng("anchor", "--home", home, "--json").json == {"anchored": []}


def test_serve_ends_on_an_interrupt(home: Path) -> None:
    with serving("serve", "--home", home, "--port", 0, stop=signal.SIGINT) as url:
        get(f"{url}/readyz")


def test_serve_after_a_kill(home: Path) -> None:
    """`chain.json` is left behind; the next process is not fooled by it."""
    process = start(["serve", "--home", home, "--port", 0, "--json"])
    assert process.stdout is not None
    assert process.stdout.readline()
    process.kill()
    process.communicate()
    assert (home / "chain.json").exists()
    xuezheng("anchor", "--home", home)


def test_two_at_once(home: Path, tmp_path: Path) -> None:
    """Both wait for their turn; every statement is in once."""
    files = []
    for number, numbers in enumerate((range(100, 400), range(300, 600))):
        files.append(tmp_path / f"{number}.jsonl")
        files[-1].write_bytes(b"".join(statement(one) for one in numbers))
    running = [
        start(["ingest", "--home", home, "--stream", "learning", path, "--json"]) for path in files
    ]
    ended = [end(process) for process in running]
    assert [ran.code for ran in ended] == [0, 0], ended
    assert sum(ran.json["accepted"] for ran in ended) == 500
    assert sum(ran.json["duplicate"] for ran in ended) == 100


def test_a_full_disk(home: Path, tmp_path: Path) -> None:
    """Files that may not grow: a clear error, nothing half in, and all of it in afterwards."""
    lines = tmp_path / "long.jsonl"
    long = b"x" * 500
    lines.write_bytes(b"".join(statement(n, long.decode()) for n in range(5_000, 8_000)))
    arguments = ["ingest", "--home", home, "--stream", "teaching", lines, "--json"]
    ran = end(start(arguments, largest_file=600_000))
    assert ran.code == 2, ran
    assert ran.error in ("disk-error", "disk-full")
    report = xuezheng(*arguments).json
    assert report["accepted"] + report["duplicate"] == 3_000


def test_everything_adds_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oracle over what all commands above left behind."""
    monkeypatch.delenv("XUEZHENG_PASSPHRASE", raising=False)
    xuezheng("anchor", "--home", home)
    with opened(Home(home)) as institution:
        derive_everything(institution.office)


@pytest.mark.parametrize("step", ["keys", "chain", "contracts"])
def test_init_goes_on_after_a_kill(tmp_path: Path, step: str) -> None:
    made = tmp_path / "h"
    arguments = ["init", "--home", made, "--institution", "甲", "--domain", "a.example", "--json"]
    steps: dict[str, Callable[[], bool]] = {
        "keys": lambda: (made / "keys.json").exists(),
        "chain": lambda: outbox_rows(made) > 0,
        "contracts": lambda: (made / "contracts.json").exists(),
    }
    reached = steps[step]
    process = start(arguments)
    while not reached() and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    before = (made / "keys.json").read_bytes()
    if process.returncode == -signal.SIGKILL and not (made / "config.json").exists():
        assert xuezheng("anchor", "--home", made, "--json", code=64).error == "no-home"
        done = xuezheng(*arguments).json
        assert done["institution"] == "甲"
    assert (made / "keys.json").read_bytes() == before
    anchored = xuezheng("anchor", "--home", made, "--json").json["anchored"]
    assert [one["stream"] for one in anchored] == ["status"]
    assert xuezheng("init", *arguments[1:], code=1).error == "home-in-use"


def outbox_rows(home: Path) -> int:
    if not (home / "store.db").exists():
        return 0
    try:
        with sqlite3.connect(home / "store.db") as database:
            return int(database.execute("select count(*) from outbox").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_a_council_of_three_on_one_chain(tmp_path: Path) -> None:
    """Found, join, admit, accredit, sign trust, then the node goes away."""
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))

    def council(home: Path, *arguments: object, code: int = 0) -> Any:
        ran = xuezheng(
            "council", *arguments[:1], "--home", home, *arguments[1:], "--json", code=code
        )
        return ran.error if code else ran.json

    with serving("chain", "serve", "--dir", tmp_path / "chain", "--port", 0) as url:
        founded = xuezheng(
            "init", "--home", one, "--institution", "甲", "--domain", "a.example", "--chain", url,
            "--json",
        ).json  # fmt: skip
        for home, name in ((two, "b"), (three, "c")):
            joined = xuezheng(
                "init", "--home", home, "--institution", name, "--domain", f"{name}.example",
                "--chain", url, "--council", founded["council"], "--json",
            ).json  # fmt: skip
            assert joined["council"] == founded["council"]
        application = json.loads((two / "application.json").read_bytes())
        assert (application["code"], len(application["keys"])) == ("b.example", 4)
        early = xuezheng("anchor", "--home", two, "--json", code=3)
        assert early.error == "not-registered"
        assert council(two, "propose", "admit", two / "application.json", code=3) == "not-a-member"

        forged = tmp_path / "forged.json"
        forged.write_text(json.dumps({**application, "name": "假大学"}))
        assert council(one, "propose", "admit", forged, code=1) == "application-differs"
        for bad in (b"", b"[]", b"[" * 100_000, b"{}"):
            forged.write_bytes(bad)
            assert council(one, "propose", "admit", forged, code=64) == "application-file"

        assert council(one, "propose", "admit", two / "application.json")["executed"]
        waiting = council(one, "propose", "admit", three / "application.json")
        assert not waiting["executed"]
        assert council(two, "approve", waiting["proposal"])["executed"]
        listed = council(one, "list")
        assert (len(listed["members"]), listed["threshold"]) == (3, 2)

        granted = council(
            three, "propose", "accredit", "b.example", "--kinds", "credential,learning",
            "--types", "degree", "--from", "2026-01-01", "--until", "2036-12-31",
        )  # fmt: skip
        assert council(one, "approve", granted["proposal"][:14])["executed"]
        council(one, "propose", "accredit", "nobody", code=4)
        anchored = xuezheng("anchor", "--home", two, "--json").json["anchored"]
        assert [done["stream"] for done in anchored] == ["status"]

        trust = tmp_path / "trust.json"
        made = xuezheng("trust", "--home", one, "--out", trust, "--json").json
        assert (made["signatures"], made["needed"]) == (1, 2)
        xuezheng("trust", "verify", trust, code=3)
        signed = xuezheng("trust", "sign", "--home", two, trust, "--json").json
        assert signed["fingerprint"] == made["fingerprint"]
        assert xuezheng("trust", "verify", trust, "--json").json["signatures"] == 2
    down = xuezheng("anchor", "--home", one, "--json", code=2)
    assert down.error == "node-unreachable"


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = xuezheng("chain", "serve", "--dir", tmp_path, "--port", port, "--json", code=None)
    assert ran.code == 2, ran
    assert ran.error


def test_a_node_that_answers_garbage(tmp_path: Path, home: Path) -> None:
    """A web page where a node should be."""
    with serving("serve", "--home", home, "--port", 0) as url:
        ran: Ran = xuezheng(
            "init", "--home", tmp_path / "h", "--institution", "甲", "--domain", "a.example",
            "--chain", f"{url}/healthz", "--json", code=2,
        )  # fmt: skip
        assert ran.error in ("node-garbage", "node-unreachable")
        with pytest.raises(urllib.error.HTTPError):
            get(f"{url}/nowhere")
    assert not (tmp_path / "h" / "config.json").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    ran = xuezheng(
        "init", "--home", file / "h", "--institution", "甲", "--domain", "a.b", "--json", code=64
    )
    assert ran.error == "file-unwritable"
    assert os.listdir(tmp_path) == ["file"]
