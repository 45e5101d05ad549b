"""The store on disk does what the store in memory does, whatever the order of the calls."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.core import merkle
from ledger.memory import MemoryStreamStore
from ledger.ports import AnchorRow
from scripts.postgres import Postgres
from tests.store.samples import ORIGIN, SIGNER, audit, credential, record, sealed_store, sha

NAMES = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["same", "same", "other"])), max_size=12
)
KIND = "learning"


class StoreAgainstMemory(RuleBasedStateMachine):
    """Every answer of the two stores is the same; files and roots are right at the end."""

    server: Postgres | None = None

    def __init__(self) -> None:
        super().__init__()
        self.url = self.server.create_database() if self.server else None
        self.home = Path(tempfile.mkdtemp(prefix="store-"))
        self.disk = sealed_store(self.home, self.url)
        self.memory = MemoryStreamStore()
        self.fresh = 1_000
        self.seq = 0

    def teardown(self) -> None:
        audit(self.disk, self.home / "streams" / KIND, KIND)
        self.disk.close()
        shutil.rmtree(self.home)
        if self.server and self.url:
            self.server.drop_database(self.url)

    @property
    def size(self) -> int:
        return self.memory.size(KIND)

    @rule(names=NAMES)
    def append(self, names: list[tuple[int, str]]) -> None:
        records = [record(*name) for name in names]
        with self.disk.writer(KIND) as ours, self.memory.writer(KIND) as theirs:
            assert ours.append(records) == theirs.append(records)
            assert ours.size() == theirs.size()

    @rule(count=st.sampled_from([1, 130, 300]))
    def append_many(self, count: int) -> None:
        records = [record(self.fresh + n) for n in range(count)]
        self.fresh += count
        with self.disk.writer(KIND) as ours, self.memory.writer(KIND) as theirs:
            assert ours.append(records) == theirs.append(records)

    @rule(numbers=st.lists(st.integers(0, 30), max_size=5), bits=st.integers(0, 9))
    def issue(self, numbers: list[int], bits: int) -> None:
        records = [credential(number) for number in numbers]
        with self.disk.writer("credential") as ours, self.memory.writer("credential") as theirs:
            assert ours.append(records) == theirs.append(records)
        size = self.memory.size("credential")
        prefix = sha("prefix", len(numbers))
        assert self.disk.lookup(bits, prefix, size) == self.memory.lookup(bits, prefix, size)
        assert list(self.disk.certificates()) == list(self.memory.certificates())

    @precondition(lambda self: self.size)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, self.size - 1))
        assert self.disk.erase(KIND, index) == self.memory.erase(KIND, index)
        assert self.disk.payload(KIND, index) is None

    @precondition(lambda self: self.memory.size("credential"))
    @rule(data=st.data())
    def erase_certificate(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, self.memory.size("credential") - 1))
        assert self.disk.erase("credential", index) == self.memory.erase("credential", index)

    @rule()
    def sign(self) -> None:
        with self.disk.writer(KIND) as ours, self.memory.writer(KIND) as theirs:
            assert ours.sign_checkpoint(ORIGIN, SIGNER) == theirs.sign_checkpoint(ORIGIN, SIGNER)

    @rule()
    def reopen(self) -> None:
        self.disk.close()
        self.disk = sealed_store(self.home, self.url)

    @rule()
    def anchor(self) -> None:
        self.seq += 1
        size = self.size
        row = AnchorRow(self.seq, size, self.memory.root(KIND, size), 1, 2, "0x00", 3)
        self.disk.record_anchor(KIND, row)
        self.memory.record_anchor(KIND, row)
        assert list(self.disk.anchors(KIND)) == list(self.memory.anchors(KIND))

    @precondition(lambda self: self.size)
    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        new = data.draw(st.integers(1, self.size))
        old = data.draw(st.integers(1, new))
        index = data.draw(st.integers(0, new - 1))
        root = self.disk.root(KIND, new)
        assert root == self.memory.root(KIND, new)
        path = self.disk.inclusion(KIND, index, new)
        assert path == self.memory.inclusion(KIND, index, new)
        merkle.verify_inclusion(
            merkle.leaf_hash(self.disk.entry(KIND, index)), index, new, path, root
        )
        assert self.disk.consistency(KIND, old, new) == self.memory.consistency(KIND, old, new)
        assert self.disk.payload(KIND, index) == self.memory.payload(KIND, index)
        ours, theirs = (store.covering_anchor(KIND, index) for store in (self.disk, self.memory))
        assert (ours and ours.size) == (theirs and theirs.size)

    @rule(name=st.integers(0, 60))
    def find(self, name: int) -> None:
        identity = record(name).identity
        assert self.disk.find(KIND, identity) == self.memory.find(KIND, identity)

    @rule()
    def files(self) -> None:
        for path, data in self.memory.stream(KIND).files.items():
            assert self.disk.file(KIND, path) == data, path

    @invariant()
    def same_size(self) -> None:
        assert self.disk.size(KIND) == self.memory.size(KIND)


StoreAgainstMemory.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestStoreAgainstMemory = StoreAgainstMemory.TestCase


def test_on_postgres(postgres_server: Postgres) -> None:
    class OnPostgres(StoreAgainstMemory):
        server = postgres_server

    budget = settings(
        max_examples=4,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OnPostgres, settings=budget)
