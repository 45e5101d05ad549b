"""How long the evaluation of a whole school takes, by the commands that people use.

A home on the embedded chain and SQLite takes a generated term as often as it takes to reach the
wanted number of statements, each copy in a year of its own and with courses, runs and sessions of
its own, for the same teachers. `xuezheng evaluate` then runs as a process: start-up, reading,
judging, computing, reports, pages, and the records file with all proofs.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.bench_rows import Aim, Row, Spent, Tell
from scripts.teaching_irregular import Rates
from scripts.teaching_school import Size
from scripts.teaching_term import term

XUEZHENG = Path(sys.executable).with_name("xuezheng")
WHOLE_AIM = Aim(high=60)
RULES = "online-workload"
FIRST_YEAR = 2026
_OWN = (b"/run/", b"/session/", b"/course/")
_BEGIN = b'{"id":"'


def command_rows(tell: Tell, size: Size, wanted: int) -> list[Row]:
    """The first evaluation, one with nothing new, and one after one new record."""
    with tempfile.TemporaryDirectory(prefix="xuezheng-bench-") as folder:
        home, out = Path(folder) / "home", Path(folder) / "out"
        _run("init", "--home", home, "--institution", "渭北大学", "--domain", "weibei.example")
        source = Path(folder) / "statements.jsonl"
        last = b""
        with source.open("wb") as file:
            for last in copies(size, wanted):
                file.write(last)
        tell(f"teaching: {wanted:,} statements go in (not counted)")
        taken = _run("ingest", "--home", home, "--stream", "teaching", source)["accepted"]
        source.unlink()
        _run("anchor", "--home", home)
        words = f"{taken:,} teaching statements of {size.teachers} teachers"
        rows = [_timed(tell, f"Evaluate {words}", home, out, WHOLE_AIM)]
        rows.append(_timed(tell, "Evaluate again, nothing new", home, out))
        source.write_bytes(_another(last))
        assert _run("ingest", "--home", home, "--stream", "teaching", source)["accepted"] == 1
        _run("anchor", "--home", home)
        rows.append(_timed(tell, "Evaluate again after one new record", home, out))
        return rows


def copies(size: Size, wanted: int) -> Iterator[bytes]:
    """As many lines, whole terms one after the other, each a year before the last."""
    made = term(size, Rates())
    written = 0
    for copy in range(256):
        year = b'"%d-' % (FIRST_YEAR - copy)
        for line in made.lines():
            if written == wanted:
                return
            written += 1
            assert line.startswith(_BEGIN)
            line = line.replace(b'"2026-', year)
            line = b"%s%02x%s" % (_BEGIN, copy, line[len(_BEGIN) + 2 :])
            for what in _OWN:
                line = line.replace(what, b"%s%d-" % (what, copy))
            yield line
    raise ValueError(f"no more than 256 copies of the term: {written:,} statements")


def _another(line: bytes) -> bytes:
    """One statement more of the same kind: its id is of no copy."""
    value: dict[str, Any] = json.loads(line)
    value["id"] = "ffffffff-ffff-4fff-8fff-ffffffffffff"
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _timed(tell: Tell, name: str, home: Path, out: Path, aim: Aim | None = None) -> Row:
    tell(f"teaching: {name}")
    spent = Spent()
    with _children(spent):
        done = _run(
            "evaluate", "--home", home, "--rules", RULES, "--period", "1900-01-01/2100-01-01",
            "--out", out,
        )  # fmt: skip
    size = sum(path.stat().st_size for path in out.iterdir())
    method = (
        f"`xuezheng evaluate` as a process: {done['reports']} reports of which {done['fresh']} "
        f"computed, their pages, and the records with proofs; {size / 1e6:,.0f} MB of files"
    )
    return spent.seconds(name, method, aim)


@contextmanager
def _children(spent: Spent) -> Iterator[None]:
    """Times the block by the CPU of the processes that it waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with spent.run():
        yield
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent.cpu[-1] = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def _run(*words: object) -> dict[str, Any]:
    environment = {**os.environ, "XUEZHENG_PASSPHRASE": "only for a benchmark"}
    done = subprocess.run(
        [str(XUEZHENG), "--json", *map(str, words)], env=environment, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
