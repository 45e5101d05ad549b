"""Chains of teaching records: numbered within the transaction that appends, on disk and in memory.

`tests/store/test_statement_reference.py` compares both over random worlds."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ledger.core.canonical import DEFAULT_DEPTH, parse_json
from ledger.core.teaching.envelope import parse_envelope, subject_name
from ledger.core.xapi.mentions import agent_key
from ledger.errors import NotAllowed
from ledger.memory import MemoryStatementStore, MemoryStreamStore
from ledger.ports.statements import (
    BatchOutcome,
    Chained,
    NewStatement,
    StatementBatch,
    SubjectHead,
)
from ledger.store import Store, open_store
from tests.store.chain_samples import (
    TEACHER,
    Statements,
    Streams,
    chains,
    check_chains,
    link,
)
from tests.store.samples import sealed_store
from tests.store.statement_samples import NOW, append, course, new, refer, same, uuid, void

ROOT = Path(__file__).parents[2]
OTHER = "https://a.example|t-2"
AGENT = {"account": {"homePage": "https://a.example", "name": "t-1"}}


@dataclass
class Both:
    """A store of streams and of statements: on disk one and the same."""

    streams: Streams
    statements: Statements

    def check(self) -> int:
        return check_chains(self.streams, self.statements)


@pytest.fixture
def both(anywhere: Store | None) -> Both:
    if anywhere is not None:
        return Both(anywhere, anywhere)
    streams = MemoryStreamStore()
    return Both(streams, MemoryStatementStore(streams))


def test_numbers_go_on_within_a_batch_a_transaction_and_the_next(both: Both) -> None:
    store = both.statements
    append(store, link(1), link(2, OTHER), link(3))
    batches = [StatementBatch((link(4), new(5))), StatementBatch((link(6, OTHER), link(7)))]
    assert store.append_statements(batches, same, NOW) == [
        BatchOutcome((3, 0), (True, True)),
        BatchOutcome((4, 5), (True, True)),
    ]
    assert chains(store) == {
        TEACHER: [(0, 0), (1, 2), (2, 3), (3, 5)],
        OTHER: [(0, 1), (1, 4)],
    }
    assert store.subjects() == [SubjectHead(TEACHER, 4, 5), SubjectHead(OTHER, 2, 4)]
    assert both.check() == 6
    kept = both.streams.payload("teaching", 5)
    assert kept is not None
    assert (parse_envelope(kept[1]).number, parse_envelope(kept[1]).previous) == (3, 3)


def test_what_is_not_taken_uses_no_number(both: Both) -> None:
    """A conflict leaves out its batch; a repeated statement is the earlier link."""
    store = both.statements
    append(store, link(1))
    batches = [
        StatementBatch((link(2), link(1, target=course("other")), link(3))),
        StatementBatch((link(1), link(4))),
        StatementBatch((link(4), link(5, OTHER))),
    ]
    assert store.append_statements(batches, same, NOW) == [
        BatchOutcome(conflict=1),
        BatchOutcome((0, 1), (False, True)),
        BatchOutcome((1, 2), (False, True)),
    ]
    assert chains(store) == {TEACHER: [(0, 0), (1, 1)], OTHER: [(0, 2)]}
    assert append(store, link(1), link(4)) == BatchOutcome((0, 1), (False, False))
    assert both.check() == 3


def test_one_id_in_both_streams_is_one_statement(both: Both) -> None:
    store = both.statements
    append(store, new(1), link(2))
    assert append(store, link(1), new(2), link(3)) == BatchOutcome((0, 0, 1), (False, False, True))
    assert chains(store) == {TEACHER: [(0, 0), (1, 1)]}
    assert both.check() == 2


def test_the_same_again_is_compared_with_what_was_submitted(both: Both) -> None:
    seen: list[bytes] = []

    def equal(old: bytes, fresh: bytes) -> bool:
        seen.append(old)
        return fresh != old

    append(both.statements, link(1))
    other = link(1, target=course("other"))
    both.statements.append_statements([StatementBatch((other,))], equal, NOW)
    assert seen == [link(1).payload]


def test_statements_are_shown_without_their_envelope(both: Both) -> None:
    append(both.statements, link(1), link(2, target=refer(1)), void(3, 1))
    found = both.statements.statement(uuid(1))
    assert found is not None
    assert (found.payload, found.kind, found.voided) == (link(1).payload, "teaching", True)


def test_records_and_signers_stand_beside_the_links(both: Both) -> None:
    store = both.statements
    append(store, link(1, signer=f"{TEACHER}#{'0' * 64}"), link(2, is_record=False), link(3))
    assert list(store.chain(TEACHER, 1 << 40)) == [
        Chained(0, 0, {"subject": TEACHER, "n": 1, "leaf": 0}, f"{TEACHER}#{'0' * 64}"),
        Chained(1, 1, None),
        Chained(2, 2, {"subject": TEACHER, "n": 3, "leaf": 2}),
    ]
    assert [one.number for one in store.chain(TEACHER, 2)] == [0, 1]
    assert list(store.chain("https://a.example|nobody", 1 << 40)) == []


def test_long_chains_are_read_in_parts(both: Both) -> None:
    count = 4_100 if both.streams is both.statements else 40
    some = tuple(link(number + 1) for number in range(count))
    append(both.statements, *some)
    assert chains(both.statements) == {TEACHER: [(n, n) for n in range(count)]}
    stopped = [one.number for one in both.statements.chain(TEACHER, count - 1)]
    assert stopped == list(range(count - 1))
    whole = list(both.statements.kept("teaching", 0, count + 10))
    assert [index for index, _, _ in whole] == list(range(count))
    assert list(both.statements.kept("teaching", 3, 5)) == whole[3:5]


# --------------------------------------------------------------------------- erasing


def test_an_erased_link_keeps_its_place(both: Both) -> None:
    store = both.statements
    append(store, link(1, signer="x#y"), link(2), link(3))
    assert store.erase_statement("teaching", 1)
    assert store.erase_statement("teaching", 2)
    assert not store.erase_statement("teaching", 2)
    assert [one.erased for one in store.chain(TEACHER, 1 << 40)] == [False, True, True]
    assert store.subjects() == [SubjectHead(TEACHER, 3, 2)]
    append(store, link(4))
    assert append(store, link(2)) == BatchOutcome((1,), (False,))
    assert chains(store)[TEACHER] == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert both.check() == 4
    kept = both.streams.payload("teaching", 3)
    assert kept is not None
    assert parse_envelope(kept[1]).previous == 2


def test_the_deepest_and_strangest_statement_can_be_erased(both: Both) -> None:
    deep: object = {'a"},"statement":{': ',"statement":'}
    for _ in range(DEFAULT_DEPTH - 4):
        deep = [deep]
    one = link(1, context={"extensions": {"https://a.example/x": deep}}, signer="who#key")
    parse_json(one.payload)
    append(both.statements, one)
    assert both.statements.erase_statement("teaching", 0)
    assert list(both.statements.chain(TEACHER, 9)) == [Chained(0, 0, None, None, True)]


def test_a_subject_is_forgotten_with_the_last_record(both: Both) -> None:
    """Numbers and leaves stay; whoever comes again goes on with the chain."""
    store, key = both.statements, agent_key(AGENT)
    assert subject_name(key) == TEACHER
    append(store, link(1), link(2, OTHER), link(3))
    assert store.erase_statement("teaching", 0)
    assert store.erase_agent(key) == 0
    assert store.subjects() == [SubjectHead(TEACHER, 2, 2), SubjectHead(OTHER, 1, 1)]
    assert store.erase_statement("teaching", 2)
    assert store.erase_agent(key) == 1
    assert store.erase_agent(key) == 0
    assert store.subjects() == [SubjectHead(OTHER, 1, 1)]
    assert [one.erased for one in store.chain(TEACHER, 9)] == [True, True]
    append(store, link(4))
    assert chains(store) == {TEACHER: [(0, 0), (1, 2), (2, 3)], OTHER: [(0, 1)]}
    assert both.check() == 4


# --------------------------------------------------------------------------- at rest, older homes


def test_no_subject_can_be_read_from_the_tables(disk: Store) -> None:
    append(disk, link(1, signer="signer-0042#key"))
    with disk._database.read() as connection:
        for table in ("subject", "chained"):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                seen = b"\n".join(one if isinstance(one, bytes) else str(one).encode()
                                  for one in row)  # fmt: skip
                assert b"a.example" not in seen
                assert b"signer-0042" not in seen


def test_without_keys_no_chain_is_read(disk: Store, url: str | None) -> None:
    append(disk, link(1))
    keyless = open_store(disk._folder.parent, url)
    with pytest.raises(NotAllowed, match="store-sealed"):
        keyless.subjects()
    with pytest.raises(NotAllowed, match="store-sealed"):
        list(keyless.chain(TEACHER, 9))
    keyless.close()


def test_a_payload_of_an_older_home_is_no_link(disk: Store) -> None:
    """It is shown, and erased, as it is."""
    append(disk, new(1, kind="teaching"), link(2))
    assert chains(disk) == {TEACHER: [(0, 1)]}
    assert append(disk, link(1)) == BatchOutcome((0,), (False,))
    found = disk.statement(uuid(1))
    assert found is not None
    assert found.payload == new(1).payload
    assert disk.erase_statement("teaching", 0)
    assert chains(disk) == {TEACHER: [(0, 1)]}


# --------------------------------------------------------------------------- at the same time


def test_threads_number_without_gaps(disk: Store) -> None:
    def work(name: int) -> None:
        for turn in range(8):
            numbers = (1_000 * name + 10 * turn + n for n in range(1, 4))
            append(disk, *(link(n, (TEACHER, OTHER)[n % 2]) for n in numbers), link(7))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert check_chains(disk, disk) == disk.size("teaching") == 4 * 8 * 3 + 1


def start(home: Path, name: int, count: int, url: str | None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.chain_workload", str(home), str(name), str(count)]
    command += [url] if url else []
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_two_processes_number_one_chain(tmp_path: Path, url: str | None) -> None:
    processes = [start(tmp_path, name, 300, url) for name in (1, 2)]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    store = sealed_store(tmp_path, url)
    assert check_chains(store, store) == 600
    store.close()


def test_a_killed_process_leaves_whole_chains(tmp_path: Path, url: str | None) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    moments, said = random.Random(seed), 0
    for turn in range(6):
        process = start(tmp_path, turn + 1, 100_000, url)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.2))
        process.kill()
        rest = process.stdout.read()
        process.wait()
        process.stdout.close()
        store = sealed_store(tmp_path, url)
        said += 1 + sum(line.endswith("\n") for line in rest.splitlines(keepends=True))
        links = check_chains(store, store)
        assert links == store.size("teaching") >= said, f"seed {seed}"
        store.close()


def typed(number: int, name: str) -> NewStatement:
    """A link whose record is of a type."""
    one = link(number, signer=f"{name}#key")
    assert one.chain is not None
    return replace(one, chain=replace(one.chain, type=name))


def test_records_of_other_types_are_not_opened(both: Both) -> None:
    store = both.statements
    append(store, typed(1, "a"), typed(2, "b"), link(3, is_record=False), typed(4, "a"))
    store.erase_statement("teaching", 3)
    whole = list(store.chain(TEACHER, 9))
    for types, opened in (((), []), (("a",), [0]), (("b", "c"), [1]), (("a", "b"), [0, 1])):
        some = list(store.chain(TEACHER, 9, types))
        assert [(one.number, one.index, one.erased) for one in some] == [
            (0, 0, False), (1, 1, False), (2, 2, False), (3, 3, True),
        ]  # fmt: skip
        assert [one for one in some if one.record] == [whole[place] for place in opened]
        assert [one.signer is not None for one in some] == [place in opened for place in range(4)]
