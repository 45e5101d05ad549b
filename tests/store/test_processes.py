"""Crashes and company: kill -9 at any moment, two processes on one home."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ledger.core.signed_note import parse_checkpoint, parse_note
from ledger.errors import CouldNotLook
from ledger.store import Store
from scripts.postgres import Postgres
from tests.store.samples import ORIGIN, SIGNER, audit, record, sealed_store

ROOT = Path(__file__).parents[2]


def start(home: Path, name: str, count: int, url: str | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.workload", str(home), name, str(count)]
    command += [url] if url else []
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def acknowledged(printed: str) -> tuple[int, int]:
    """(records acknowledged, largest size signed) by complete lines."""
    records = signed = 0
    for line in printed.splitlines(keepends=True):
        if line.endswith("\n"):
            word, *numbers = line.split()
            if word == "ack":
                records = max(records, int(numbers[-1]))
            else:
                signed = max(signed, int(numbers[-1]))
    return records, signed


def check(store: Store, home: Path, name: str, records: int) -> None:
    entries = audit(store, home / "streams" / "learning", "learning")
    assert len(set(entries)) == len(entries)
    for n in range(records):
        index = store.find("learning", record(f"{name}-{n}").identity)
        assert index is not None
        assert entries[index] == record(f"{name}-{n}").entry


def test_kill_at_random_moments(tmp_path: Path, url: str | None) -> None:
    """After each of the kills everything acknowledged is there, once, and the files agree."""
    seed = random.SystemRandom().randrange(1 << 32)
    moments = random.Random(seed)
    largest_signed = most = 0
    for _ in range(10):
        process = start(tmp_path, "a", 100_000, url)
        assert process.stdout is not None
        process.stdout.readline()  # it works by now
        time.sleep(moments.uniform(0.0, 0.25))
        process.kill()
        printed = process.stdout.read()
        process.wait()
        process.stdout.close()
        records, signed = acknowledged(printed)
        most, largest_signed = max(most, records), max(largest_signed, signed)
        store = sealed_store(tmp_path, url)
        with store.writer("learning", timeout=5):
            pass  # opening the writer publishes what was signed
        check(store, tmp_path, "a", most)
        note = store.checkpoint("learning")
        if note is not None:
            head = parse_checkpoint(parse_note(note).text)
            assert head.size >= largest_signed, f"seed {seed}"
            assert store.file("learning", "checkpoint") == note
        store.close()
    store = sealed_store(tmp_path, url)
    with store.writer("learning", timeout=5) as writer:
        writer.sign_checkpoint(ORIGIN, SIGNER)
    check(store, tmp_path, "a", most)
    store.close()


def test_two_processes_on_one_home(tmp_path: Path, url: str | None) -> None:
    processes = [start(tmp_path, name, 2_000, url) for name in ("a", "b", "a")]
    for process in processes:
        printed, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert acknowledged(printed)[0] == 2_000
    store = sealed_store(tmp_path, url)
    assert store.size("learning") == 4_000
    check(store, tmp_path, "a", 2_000)
    check(store, tmp_path, "b", 2_000)
    store.close()


def test_a_stopped_holder_is_named(tmp_path: Path, url: str | None) -> None:
    process = start(tmp_path, "a", 100_000, url)
    assert process.stdout is not None
    process.stdout.readline()
    store = sealed_store(tmp_path, url)
    try:
        _stop_while_holding(process, tmp_path)
        with pytest.raises(CouldNotLook) as refused, store.writer("learning", timeout=0.2):
            pass
        assert refused.value.code == "stream-busy"
        assert f"pid {process.pid}" in refused.value.detail["holder"]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    with store.writer("learning", timeout=5) as writer:
        writer.append([record("after")])
    store.close()


def _stop_while_holding(process: subprocess.Popen[str], home: Path) -> None:
    """Stops the process at a moment when it holds the stream's lock."""
    for _ in range(200):
        os.kill(process.pid, signal.SIGSTOP)
        if f"FLOCK  ADVISORY  WRITE {process.pid} " in Path("/proc/locks").read_text():
            return
        os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.003)
    raise AssertionError("never seen holding the lock")


def test_two_hosts_on_one_database(tmp_path: Path, postgres_server: Postgres) -> None:
    """Their files are their own, so only the database can keep them apart."""
    url = postgres_server.create_database()
    homes = [tmp_path / name for name in ("a", "b")]
    stores: list[Store] = []
    for home in homes:
        if stores:
            home.mkdir()
            (home / "dedupe.key").write_bytes((homes[0] / "dedupe.key").read_bytes())
        stores.append(sealed_store(home, url))
    with stores[0].writer("learning"):
        with pytest.raises(CouldNotLook) as refused, stores[1].writer("learning", timeout=0.1):
            pass
        assert refused.value.code == "stream-busy"
        assert stores[1].consistent_through(10**13) == 0
        with stores[1].writer("teaching", timeout=0.1):
            pass
    with stores[1].writer("learning", timeout=1) as writer:
        writer.append([record(1)])
    assert stores[0].size("learning") == 1
    assert stores[1].consistent_through(10**13) == 10**13
    for store in stores:
        store.close()
