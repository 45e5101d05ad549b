"""The contract of `ports.StreamStore`, on disk and in memory."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from ledger.core import merkle
from ledger.core.signed_note import open_checkpoint
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, UnknownNumber
from ledger.memory import MemoryStreamStore
from ledger.ports import AnchorRow, Appended, LookupRow, NewRecord, Outcome
from ledger.store import Store
from tests.store.samples import ORIGIN, SIGNER, credential, record, sha

AnyStore = Store | MemoryStreamStore


def append(store: AnyStore, *records: NewRecord, kind: str = "learning") -> list[Appended]:
    with store.writer(kind) as writer:
        return writer.append(records)


def test_indexes_are_gapless_in_the_order_given(store: AnyStore) -> None:
    first = append(store, record(1), record(2))
    second = append(store, record(3))
    assert [one.index for one in first + second] == [0, 1, 2]
    assert {one.outcome for one in first + second} == {Outcome.ACCEPTED}
    assert [store.entry("learning", i) for i in range(3)] == [record(i).entry for i in (1, 2, 3)]
    assert list(store.entries("learning", 1, 3)) == [record(2).entry, record(3).entry]
    assert store.size("learning") == 3
    assert store.size("teaching") == 0


def test_empty_batch(store: AnyStore) -> None:
    assert append(store) == []
    assert store.size("learning") == 0


def test_same_payload_is_a_duplicate_other_payload_a_conflict(store: AnyStore) -> None:
    append(store, record(1), record(2))
    again = append(store, record(2), record(3), record(1, "other"), record(3), record(3, "x"))
    assert again == [
        Appended(Outcome.DUPLICATE, 1),
        Appended(Outcome.ACCEPTED, 2),
        Appended(Outcome.CONFLICT, 0),
        Appended(Outcome.DUPLICATE, 2),
        Appended(Outcome.CONFLICT, 2),
    ]
    assert store.payload("learning", 0) == (record(1).salt, record(1).payload)


def test_a_duplicate_with_another_salt_is_a_duplicate(store: AnyStore) -> None:
    append(store, record(1))
    assert append(store, replace(record(1), salt=bytes(32))) == [Appended(Outcome.DUPLICATE, 0)]


def test_identities_are_told_within_one_kind(store: AnyStore) -> None:
    append(store, record(1))
    assert append(store, record(1), kind="teaching") == [Appended(Outcome.ACCEPTED, 0)]
    assert store.find("teaching", record(1).identity) == 0
    assert store.find("evaluation", record(1).identity) is None


def test_erased_payload_is_a_duplicate_and_stays_found(store: AnyStore) -> None:
    append(store, record(1), record(2))
    assert store.erase("learning", 1)
    assert not store.erase("learning", 1)
    assert store.payload("learning", 1) is None
    assert append(store, record(2, "other")) == [Appended(Outcome.DUPLICATE, 1)]
    assert store.find("learning", record(2).identity) == 1
    assert store.entry("learning", 1) == record(2).entry


def test_erased_certificate_keeps_its_status_index(store: AnyStore) -> None:
    append(store, credential(3), kind="credential")
    store.erase("credential", 0)
    assert store.certificate("N-3") is None
    assert store.known_certificates(["N-3"]) == {}
    assert list(store.certificates()) == []
    assert store.lookup(0, b"", 1) == []
    assert store.status_index_taken([21]) == {21}


def test_certificates(store: AnyStore) -> None:
    append(store, *(credential(i) for i in range(5)), kind="credential")
    facts = credential(3).certificate
    assert facts is not None
    assert store.certificate("N-3") == (3, facts)
    assert store.certificate("N-9") is None
    asked = ["N-9", *(f"N-{i}" for i in range(4))] * 200
    assert store.known_certificates(asked).keys() == {"N-0", "N-1", "N-2", "N-3"}
    assert store.known_certificates(["N-3"]) == {"N-3": (3, facts)}
    assert [index for index, _ in store.certificates()] == [0, 1, 2, 3, 4]
    assert store.status_index_taken([0, 1, 7, 8, 28]) == {0, 7, 28}


def test_a_taken_status_index_refuses_the_whole_batch(store: AnyStore) -> None:
    append(store, credential(1), kind="credential")
    fact = credential(2).certificate
    assert fact is not None
    clash = replace(credential(2), certificate=replace(fact, status_index=7))
    with pytest.raises(NotAllowed) as refused:
        append(store, credential(5), clash, kind="credential")
    assert refused.value.code == "certificate-taken"
    assert store.size("credential") == 1
    assert store.find("credential", credential(5).identity) is None
    assert store.certificate("N-5") is None


@pytest.mark.parametrize("bits", [0, 1, 5, 8, 13])
def test_lookup_by_prefix(store: AnyStore, bits: int) -> None:
    append(store, *(credential(i) for i in range(60)), kind="credential")
    prefix = int.from_bytes(sha("frame", 7), "big") >> (256 - bits) << (256 - bits)
    wanted = sorted(
        (key, index)
        for index in range(50)
        for key in credential(index).lookup
        if int.from_bytes(key, "big") >> (256 - bits) << (256 - bits) == prefix
    )
    given = prefix.to_bytes(32, "big")[: (bits + 7) // 8]
    assert store.lookup(bits, given, 50) == [LookupRow(*row) for row in wanted]


def test_lookup_of_the_highest_prefix(store: AnyStore) -> None:
    top = replace(credential(1), lookup=(b"\xff" * 32, b"\xfe" * 32))
    append(store, top, kind="credential")
    assert store.lookup(8, b"\xff", 1) == [LookupRow(b"\xff" * 32, 0)]


def test_proofs_at_every_size(store: AnyStore) -> None:
    append(store, *(record(i) for i in range(300)))
    with store.writer("learning") as writer:
        writer.sign_checkpoint(ORIGIN, SIGNER)
    append(store, *(record(i) for i in range(300, 530)))
    leaves = [merkle.leaf_hash(record(i).entry) for i in range(530)]
    for size in (1, 2, 255, 256, 257, 300, 511, 512, 529, 530):
        root = merkle.root(leaves[:size])
        assert store.root("learning", size) == root
        for index in {0, size // 2, size - 1}:
            path = store.inclusion("learning", index, size)
            merkle.verify_inclusion(leaves[index], index, size, path, root)
        for old in {1, size // 3 + 1, size}:
            path = store.consistency("learning", old, size)
            merkle.verify_consistency(old, size, merkle.root(leaves[:old]), root, path)


def test_nothing_beyond_the_acknowledged_size(store: AnyStore) -> None:
    append(store, record(1))
    for ask in (
        lambda: store.entry("learning", 1),
        lambda: store.entry("learning", -1),
        lambda: list(store.entries("learning", 0, 2)),
        lambda: store.root("learning", 2),
        lambda: store.inclusion("learning", 0, 2),
        lambda: store.consistency("learning", 1, 2),
        lambda: store.payload("learning", 1),
    ):
        with pytest.raises(UnknownNumber):
            ask()


def test_unknown_kind(store: AnyStore) -> None:
    with pytest.raises(UnknownNumber) as refused:
        store.size("gossip")
    assert refused.value.code == "no-such-stream"
    assert store.file("gossip", "checkpoint") is None


def test_checkpoint_is_signed_and_public(store: AnyStore) -> None:
    assert store.checkpoint("learning") is None
    append(store, *(record(i) for i in range(3)))
    with store.writer("learning") as writer:
        note = writer.sign_checkpoint(ORIGIN, SIGNER)
        assert writer.sign_checkpoint(ORIGIN, SIGNER) == note
    head = open_checkpoint(note, ORIGIN, SIGNER.public_key)
    assert (head.size, head.root) == (3, store.root("learning", 3))
    assert store.checkpoint("learning") == store.file("learning", "checkpoint") == note


def test_checkpoint_of_an_empty_stream(store: AnyStore) -> None:
    with store.writer("learning") as writer:
        note = writer.sign_checkpoint(ORIGIN, SIGNER)
    head = open_checkpoint(note, ORIGIN, SIGNER.public_key)
    assert (head.size, head.root) == (0, merkle.EMPTY_ROOT)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "lock",
        "../learning/checkpoint",
        "tile/0/../../checkpoint",
        "/etc/passwd",
        "tile/0/000\x00",
        "tile/00/000",
        "tile/0/000/",
        "tile/0",
        "tile",
        "checkpoint/x",
    ],
)
def test_no_file_outside_the_grammar(store: AnyStore, path: str) -> None:
    append(store, *(record(i) for i in range(256)))
    with store.writer("learning") as writer:
        writer.sign_checkpoint(ORIGIN, SIGNER)
    assert store.file("learning", path) is None
    assert store.file("learning", "tile/0/000") is not None


def test_anchors(store: AnyStore) -> None:
    rows = [
        AnchorRow(n, n * 10, sha(n), 100 + n, 1000 + n, "0x" + "ab" * 32, 60_000) for n in (1, 2)
    ]
    for row in reversed(rows):
        store.record_anchor("learning", row)
        store.record_anchor("learning", row)
    assert list(store.anchors("learning")) == rows
    assert store.covering_anchor("learning", 9) == rows[0]
    assert store.covering_anchor("learning", 10) == rows[1]
    assert store.covering_anchor("learning", 20) is None
    assert list(store.anchors("teaching")) == []
    with pytest.raises(BadEvidence) as refused:
        store.record_anchor("learning", replace(rows[0], root=sha("other")))
    assert refused.value.code == "stream-forked"


def test_one_writer_at_a_time(store: AnyStore) -> None:
    with store.writer("learning"):
        with store.writer("teaching", timeout=0.1):
            pass
        with pytest.raises(CouldNotLook) as refused, store.writer("learning", timeout=0.1):
            pass
    assert refused.value.code == "stream-busy"
    assert refused.value.detail["holder"]
    with store.writer("learning", timeout=0.1):
        pass


def test_the_second_writer_waits_for_the_first(store: AnyStore) -> None:
    order: list[str] = []

    def second() -> None:
        with store.writer("learning", timeout=10) as writer:
            order.append("second")
            writer.append([record(2)])

    thread = threading.Thread(target=second)
    with store.writer("learning") as writer:
        thread.start()
        time.sleep(0.05)
        order.append("first")
        writer.append([record(1)])
    thread.join()
    assert order == ["first", "second"]
    assert store.find("learning", record(2).identity) == 1


def test_threads_append_without_loss(store: AnyStore) -> None:
    def work(name: int) -> None:
        for n in range(10):
            append(store, record((name, n)), record("shared"))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.size("learning") == 41
    assert len(set(store.entries("learning", 0, 41))) == 41
