"""The contract of `ports.StatementStore` on both databases; filters are compared in
`test_statement_reference.py`."""

from __future__ import annotations

import hashlib
import hmac
import random
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from ledger.core.canonical import canonical_json
from ledger.core.xapi.mentions import Role, agent_key
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, UnknownNumber
from ledger.keys.cipher import AesGcm
from ledger.ports.statements import (
    BatchOutcome,
    Ciphers,
    Cursor,
    StatementBatch,
    StatementQuery,
    StoredStatement,
)
from ledger.store import Store, open_store
from ledger.store.ids import identity
from ledger.store.links import DEEPEST
from tests.store.samples import audit, record, sealed_store
from tests.store.statement_samples import (
    NOW,
    PLATFORM,
    VERB,
    append,
    attachment,
    by_agent,
    by_course,
    course,
    new,
    numbers,
    refer,
    same,
    student,
    uuid,
    void,
)


def test_what_was_acknowledged_can_be_read(disk: Store) -> None:
    first = new(1, target=course(1, name={"en": "Algebra"}))
    assert append(disk, first, new(2)) == BatchOutcome((0, 1), (True, True))
    assert disk.statement(uuid(1)) == StoredStatement(
        "learning", 0, uuid(1), first.payload, NOW, canonical_json(PLATFORM), "1.0.0", False, ()
    )
    assert disk.statement(uuid(3)) is None
    assert list(disk.entries("learning", 0, 2)) == [first.entry, new(2).entry]
    assert disk.payload("learning", 0) == (first.salt, first.payload)
    assert disk.find("learning", str(UUID(bytes=uuid(2))).encode()) == 1
    assert identity(uuid(2)) == str(UUID(bytes=uuid(2))).encode()
    assert disk.agents(agent_key(student(1))) == [canonical_json(student(1))]
    assert disk.activity(course(1)["id"]) == canonical_json({"name": {"en": "Algebra"}})
    audit(disk, disk._folder / "learning", "learning")


def test_nothing_to_do(disk: Store) -> None:
    assert disk.append_statements([], same, NOW) == []
    assert disk.append_statements([StatementBatch(())], same, NOW) == [BatchOutcome()]
    assert disk.statements(StatementQuery(limit=0)) == []
    assert disk.statements(StatementQuery(filters=((),))) == []
    assert disk.consistent_through(NOW) == NOW


def test_stored_grows_with_every_transaction(disk: Store) -> None:
    for number, now in enumerate((NOW, NOW, NOW - 1_000, NOW + 10)):
        append(disk, new(2 * number), new(2 * number + 1, kind="teaching"), now=now)
    found = disk.statements(StatementQuery(ascending=True))
    assert [one.stored - NOW for one in found] == [0, 0, 1, 1, 2, 2, 10, 10]
    assert [one.kind for one in found] == ["learning", "teaching"] * 4


def test_a_conflict_leaves_out_its_batch_and_no_other(disk: Store) -> None:
    append(disk, new(1))
    other = new(1, target=course("other"))
    batches = [
        StatementBatch((new(2), new(3))),
        StatementBatch((new(4), other, new(5))),
        StatementBatch((new(5), new(1))),
        StatementBatch((new(2), new(6))),
        StatementBatch((new(7), new(7, target=course("other")))),
    ]
    assert disk.append_statements(batches, same, NOW) == [
        BatchOutcome((1, 2), (True, True)),
        BatchOutcome(conflict=1),
        BatchOutcome((3, 0), (True, False)),
        BatchOutcome((1, 4), (False, True)),
        BatchOutcome(conflict=1),
    ]
    assert disk.size("learning") == 5
    assert sorted(numbers(disk.statements(StatementQuery()))) == [1, 2, 3, 5, 6]
    assert disk.statements(by_agent(student(4))) == []
    assert disk.agents(agent_key(student(4))) == []


def test_repeated_within_one_batch(disk: Store) -> None:
    assert append(disk, new(1), new(2), new(1)) == BatchOutcome((0, 1, 0), (True, True, False))
    assert append(disk, new(1), new(1)) == BatchOutcome((0, 0), (False, False))
    assert disk.size("learning") == 2


def test_equivalence_is_the_callers(disk: Store) -> None:
    append(disk, new(1))
    batch = StatementBatch((new(1, target=course("other")),))
    (told,) = disk.append_statements([batch], lambda old, fresh: True, NOW)
    assert told == BatchOutcome((0,), (False,))
    assert disk.statement(uuid(1)) is not None
    assert disk.statements(by_course("other")) == []


def test_an_id_stands_once_in_both_streams(disk: Store) -> None:
    append(disk, new(1), new(2))
    assert append(disk, new(3, kind="teaching"), new(1, kind="teaching")) == BatchOutcome(
        (0, 0), (True, False)
    )
    other = new(2, kind="teaching", target=course("other"))
    assert append(disk, other) == BatchOutcome(conflict=0)
    assert append(disk, new(4), new(4, kind="teaching")) == BatchOutcome((2, 2), (True, False))
    assert (disk.size("learning"), disk.size("teaching")) == (3, 1)


def test_other_streams_take_no_statements(disk: Store) -> None:
    with pytest.raises(UnknownNumber):
        append(disk, new(1, kind="credential"))


@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_over_both_streams(disk: Store, ascending: bool, limit: int) -> None:
    for number in range(0, 24, 4):
        kinds = ["learning", "teaching", "learning", "teaching"]
        some = [new(number + n, kind=kind, actor=student(0)) for n, kind in enumerate(kinds)]
        append(disk, *some, now=NOW + number)
    for query in (StatementQuery(ascending=ascending), by_agent(student(0), ascending=ascending)):
        whole = disk.statements(query)
        key = [(one.stored, one.kind, one.index) for one in whole]
        assert key == sorted(key, reverse=not ascending)
        found: list[StoredStatement] = []
        after = None
        while page := disk.statements(replace(query, limit=limit, after=after)):
            assert len(page) <= limit
            found += page
            after = Cursor(page[-1].stored, page[-1].kind, page[-1].index)
        assert found == whole


def test_since_is_exclusive_and_until_inclusive(disk: Store) -> None:
    for number in range(4):
        append(disk, new(number), now=NOW + 10 * number)
    query = StatementQuery(ascending=True)
    assert numbers(disk.statements(replace(query, since=NOW + 10))) == [2, 3]
    assert numbers(disk.statements(replace(query, since=NOW + 9, until=NOW + 20))) == [1, 2]
    assert numbers(disk.statements(replace(query, until=NOW - 1))) == []
    assert numbers(disk.statements(replace(query, since=NOW + 30))) == []


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_voided_whichever_comes_first(disk: Store, order: tuple[int, int]) -> None:
    known = {1: new(1), 2: void(2, 1)}
    for number in order:
        append(disk, known[number])
    found = disk.statement(uuid(1))
    assert found is not None
    assert found.voided
    # The voiding statement is still found by what it voids.
    assert numbers(disk.statements(by_agent(student(1)))) == [2]
    assert sorted(numbers(disk.statements(by_agent(student(1), voided=True)))) == [1, 2]
    assert numbers(disk.statements(by_course(1))) == [2]
    assert disk.voiding(uuid(2))
    assert not disk.voiding(uuid(1))
    assert not disk.voiding(uuid(9))


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 1, 2)])
def test_a_voiding_statement_is_never_voided(disk: Store, order: tuple[int, ...]) -> None:
    known = {1: new(1), 2: void(2, 1), 3: void(3, 2)}
    for number in order:
        append(disk, known[number])
    flags = {number: disk.statement(uuid(number)) for number in known}
    assert {number: one and one.voided for number, one in flags.items()} == {
        1: True,
        2: False,
        3: False,
    }


@pytest.mark.parametrize("seed", range(4))
def test_filters_see_through_a_chain_whatever_came_first(disk: Store, seed: int) -> None:
    chain = [new(1, target=course("far")), *(new(n, target=refer(n - 1)) for n in range(2, 8))]
    random.Random(seed).shuffle(chain)
    append(disk, *chain[:3])
    for one in chain[3:]:
        append(disk, one)
    assert sorted(numbers(disk.statements(by_course("far")))) == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(numbers(disk.statements(by_agent(student(4))))) == [4, 5, 6, 7]


def test_a_circle_of_references_ends(disk: Store) -> None:
    append(disk, new(1, target=refer(3)), new(2, target=refer(1)))
    append(disk, new(3, target=refer(2)), new(4, target=refer(4)))
    for number in (1, 2, 3):
        assert sorted(numbers(disk.statements(by_agent(student(number))))) == [1, 2, 3]
    assert numbers(disk.statements(by_agent(student(4)))) == [4]
    assert disk.erase_statement("learning", 1)
    assert sorted(numbers(disk.statements(by_agent(student(1))))) == [1]
    assert sorted(numbers(disk.statements(by_agent(student(3))))) == [1, 3]


def test_chains_have_an_end(disk: Store) -> None:
    """Filters see through a bounded number of steps, however the chain grew."""
    count = DEEPEST + 3
    append(disk, new(1, target=course("far")))
    append(disk, *(new(n, target=refer(n - 1)) for n in range(count, 1, -1)))
    query = by_course("far", limit=1_000)
    assert sorted(numbers(disk.statements(query))) == list(range(1, DEEPEST + 2))


def test_filters_are_met_by_one_statement_of_the_chain(disk: Store) -> None:
    """Actor and course of two different statements of a chain are no match together."""
    append(disk, new(1, target=course("a")), new(2, target=refer(1)))
    both = (((Role.AGENT, agent_key(student(2))),), ((Role.ACTIVITY, course("a")["id"]),))
    assert disk.statements(StatementQuery(filters=both)) == []
    verb = (((Role.VERB, VERB),), ((Role.ACTIVITY, course("a")["id"]),))
    assert sorted(numbers(disk.statements(StatementQuery(filters=verb)))) == [1, 2]


def test_the_authority_is_that_of_the_statement_returned(disk: Store) -> None:
    other = {"mbox": "mailto:other@lms.example"}
    append(disk, new(1, target=course("a")), *(new(n, actor=student(1)) for n in range(10, 40)))
    append(disk, new(2, target=refer(1), authority=other))
    mine = StatementQuery(authority=canonical_json(other))
    assert numbers(disk.statements(mine)) == [2]
    filters = by_course("a").filters
    assert numbers(disk.statements(replace(mine, filters=filters))) == [2]
    assert numbers(disk.statements(replace(mine, filters=by_agent(student(1)).filters))) == [2]


def test_definitions_are_merged_in_the_order_of_statements(disk: Store, url: str | None) -> None:
    iri = course(1)["id"]
    definitions = [{"name": {"en": "A"}}, {"name": {"zh": "甲"}}, {"name": {"en": "B"}}]
    append(disk, *(new(n, target=course(1, **one)) for n, one in enumerate(definitions)))
    assert disk.activity(iri) == canonical_json({"name": {"en": "B", "zh": "甲"}})
    other = sealed_store(disk._folder.parent, url)  # as another process would
    append(other, new(10, target=course(1, name={"en": "C"})))
    other.close()
    append(disk, new(11, target=course(1, name={"en": "B"})))
    assert disk.activity(iri) == canonical_json({"name": {"en": "B", "zh": "甲"}})
    assert disk.activity("https://lms.example/nothing") is None


def test_agents_in_every_form(disk: Store) -> None:
    named = {"mbox": "mailto:a@school.example", "name": "甲"}
    bare = {"mbox": "mailto:a@school.example"}
    append(disk, new(1, actor=named), new(2, actor=bare), new(3, actor=named))
    append(disk, new(4, actor=named))
    forms = [canonical_json(bare), canonical_json(named)]
    assert disk.agents(agent_key(bare)) == sorted(forms)
    assert set(disk.known_agents()) == set(forms)
    assert disk.erase_agent(agent_key(bare)) == 2
    assert disk.agents(agent_key(bare)) == []
    append(disk, new(5, actor=named))
    assert disk.agents(agent_key(bare)) == [canonical_json(named)]


def test_many_agents_are_listed_once(disk: Store) -> None:
    append(disk, *(new(n) for n in range(1_100)))
    listed = list(disk.known_agents())
    assert len(listed) == len(set(listed)) == 1_100


def test_what_another_process_erased_is_written_again(disk: Store, url: str | None) -> None:
    append(disk, new(1))
    other = sealed_store(disk._folder.parent, url)
    assert other.erase_agent(agent_key(student(1))) == 1
    other.close()
    append(disk, new(2, actor=student(1)))
    assert disk.agents(agent_key(student(1))) == [canonical_json(student(1))]


def test_attachments_go_with_the_last_statement_that_has_them(disk: Store) -> None:
    shared, own, stray = (attachment(text) for text in (b"shared", b"own", b"stray"))
    append(disk, new(1, attachments=(shared.sha2, own.sha2)), data=(shared, own, stray))
    append(disk, new(2, attachments=(shared.sha2,)), data=(shared,))
    found = disk.statement(uuid(1))
    assert found is not None
    assert found.attachments == (shared.sha2, own.sha2)
    assert disk.attachment(shared.sha2) == shared
    assert disk.attachment(stray.sha2) is None
    assert disk.erase_statement("learning", 0)
    assert disk.attachment(own.sha2) is None
    assert disk.attachment(shared.sha2) == shared
    assert disk.erase_statement("learning", 1)
    assert disk.attachment(shared.sha2) is None


def test_erasing_leaves_leaf_and_identity(disk: Store) -> None:
    append(disk, new(1), new(2, target=refer(1)), new(3, target=refer(2)))
    assert disk.erase_statement("learning", 0)
    assert not disk.erase_statement("learning", 0)
    assert disk.statement(uuid(1)) is None
    assert disk.payload("learning", 0) is None
    assert disk.statements(by_agent(student(1))) == []
    assert numbers(disk.statements(by_agent(student(2)))) == [3, 2]
    assert append(disk, new(1, target=course("other"))) == BatchOutcome((0,), (False,))
    assert disk.entry("learning", 0) == new(1).entry
    audit(disk, disk._folder / "learning", "learning")
    assert disk.erase_statement("learning", 2)
    assert disk.erase_statement("learning", 1)
    for table in ("statement", "posting", "reference"):
        with disk._database.read() as connection:
            assert connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar() == 0
    with pytest.raises(UnknownNumber):
        disk.erase_statement("gossip", 0)


def test_an_answer_ends_with_the_statement_that_fills_it(disk: Store) -> None:
    append(disk, *(new(number, note="x" * 5_000) for number in range(1, 7)))

    def found(most: int | None) -> list[int]:
        return numbers(disk.statements(StatementQuery(ascending=True, most_bytes=most)))

    assert found(None) == found(100_000) == [1, 2, 3, 4, 5, 6]
    assert found(1) == [1]
    assert found(10_100) == [1, 2]
    assert found(12_000) == [1, 2, 3]


def test_long_chains_in_one_batch_cost_what_they_copy(disk: Store) -> None:
    """Each statement its own path: a chain is not walked anew for each pair of its links."""
    count = 5 * DEEPEST
    chain = [new(number, target=refer(number + 1)) for number in range(1, count)]
    assert append(disk, *chain, new(count)).conflict is None
    query = by_agent(student(count), limit=2 * count)
    reaching = range(count - DEEPEST, count + 1)
    assert sorted(numbers(disk.statements(query))) == list(reaching)


def test_a_batch_that_ties_too_much_together_is_refused_whole(disk: Store) -> None:
    chain = [new(number, target=refer(number + 1)) for number in range(1, 3_000)]
    with pytest.raises(BadEvidence) as refused:
        append(disk, *chain)
    assert refused.value.code == "statement-references"
    assert disk.size("learning") == 0 and disk.statement(uuid(1)) is None
    fan = [new(number, target=refer(1)) for number in range(2, 302)]
    assert append(disk, *fan).conflict is None
    others = {"contextActivities": {"other": [course(one) for one in range(1_000)]}}
    with pytest.raises(BadEvidence):
        append(disk, new(1, context=others))
    assert disk.size("learning") == 300
    assert append(disk, new(1)).conflict is None


def test_nothing_of_an_erased_payload_lingers_in_the_files(tmp_path: Path) -> None:
    """Neither in free pages nor in the log: the key that opens it goes on being used."""
    home = tmp_path / "home"
    store = sealed_store(home, None)
    append(store, *(new(number, note="x" * 9_000) for number in range(1, 30)))
    with sqlite3.connect(home / "store.db") as connection:
        rows = dict(connection.execute("SELECT id, payload FROM record"))
    connection.close()
    pieces = {number: kept[200:264] for number, kept in rows.items()}
    first = min(pieces)
    assert held_by(home, pieces[first]) and held_by(home, pieces[first + 1])
    assert store.erase_statement("learning", 0)
    store.sweep()
    assert not held_by(home, pieces[first])
    assert held_by(home, pieces[first + 1])
    store.close()


def held_by(home: Path, piece: bytes) -> list[str]:
    """Files of a folder in which some bytes stand."""
    files = [one for one in home.rglob("*") if one.is_file()]
    return [one.name for one in files if piece in one.read_bytes()]


def test_a_voided_statement_stays_voided_when_its_voider_is_erased(disk: Store) -> None:
    append(disk, void(2, 1))
    disk.erase_statement("learning", 0)
    append(disk, new(1))
    found = disk.statement(uuid(1))
    assert found is not None
    assert found.voided


def test_ids_derived_from_payloads(tmp_path: Path) -> None:
    """Version 8 of RFC 9562, the same for ever, and another in every store."""
    stores = [sealed_store(tmp_path / name) for name in ("a", "b")]
    ids = [store.derived_id(b"{}") for store in stores]
    assert ids[0] == stores[0].derived_id(b"{}")
    assert ids[0] != ids[1]
    made = UUID(bytes=ids[0])
    assert (made.version, made.variant) == (8, "specified in RFC 4122")
    key = (tmp_path / "a" / "dedupe.key").read_bytes()
    whole = hmac.digest(key, b"statement-id" + hashlib.sha256(b"{}").digest(), "sha256")
    assert whole[:6] == ids[0][:6]
    for store in stores:
        store.close()


# --------------------------------------------------------------------------- at the same time


def test_readers_are_told_how_far_they_see(disk: Store) -> None:
    """While a transaction is under way: the newest committed time; what follows is later."""
    append(disk, new(1), now=NOW)
    inside, go_on = threading.Event(), threading.Event()

    def slow(old: bytes, fresh: bytes) -> bool:
        inside.set()
        go_on.wait(10)
        return True

    def write() -> None:
        batch = StatementBatch((new(1, target=course("other")), new(2)))
        disk.append_statements([batch], slow, NOW + 5)

    thread = threading.Thread(target=write)
    thread.start()
    assert inside.wait(10)
    assert disk.consistent_through(NOW + 100) == NOW
    go_on.set()
    thread.join()
    assert disk.consistent_through(NOW + 100) == NOW + 100
    append(disk, new(3), now=NOW + 50)
    found = disk.statement(uuid(3))
    assert found is not None
    assert found.stored == NOW + 101


def test_a_stream_held_by_another(disk: Store) -> None:
    with disk.writer("teaching"), pytest.raises(CouldNotLook) as refused:
        batch = StatementBatch((new(1), new(2, kind="teaching")))
        disk.append_statements([batch], same, NOW, timeout=0.05)
    assert refused.value.code == "stream-busy"
    assert disk.size("learning") == 0


def test_threads_append_without_loss(disk: Store) -> None:
    def work(name: int) -> None:
        kind = ("learning", "teaching")[name % 2]
        for turn in range(6):
            some = (new(1_000 * name + 10 * turn + n, kind=kind) for n in range(3))
            append(disk, *some, new(7, kind=kind), now=NOW)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = numbers(disk.statements(StatementQuery(limit=1_000)))
    assert len(found) == len(set(found)) == 4 * 6 * 3 + 1
    assert disk.size("learning") + disk.size("teaching") == len(found)


# --------------------------------------------------------------------------- at rest


def everything(store: Store, home: Path) -> bytes:
    """All bytes below the folder, and all that stands in the tables."""
    found = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    with store._database.read() as connection:
        for table in ("record", "statement", "agent", "activity", "attachment", "document"):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                found += [one if isinstance(one, bytes) else str(one).encode() for one in row]
    return b"\n".join(found)


def test_nobody_can_be_read_from_the_disk(disk: Store, tmp_path: Path) -> None:
    data = attachment("身份证 11010119900101123X".encode())
    more = {"extensions": {"https://lms.example/phone": "13800138000"}}
    append(
        disk, new(1, target=course(1, **more), attachments=(data.sha2,)), void(2, 1), data=(data,)
    )
    with disk.writer("credential") as writer:
        writer.append([replace(record(1), payload="张三".encode())])
    at_rest = everything(disk, tmp_path)
    secrets = ("张三", "mailto", "school.example", "13800138000", "11010119900101123X", data.sha2)
    for secret in (*secrets, "lms.example", "platform"):
        assert secret.encode() not in at_rest, secret


def test_without_keys_nothing_sealed_is_read_or_written(disk: Store, url: str | None) -> None:
    append(disk, new(1))
    keyless = open_store(disk._folder.parent, url)
    assert keyless.size("learning") == 1
    for use in (
        lambda: keyless.statement(uuid(1)),
        lambda: keyless.payload("learning", 0),
        lambda: append(keyless, new(2)),
        lambda: keyless.agents(agent_key(student(1))),
    ):
        with pytest.raises(NotAllowed) as refused:
            use()
        assert refused.value.code == "store-sealed"
    keyless.close()
    assert disk.size("learning") == 1


def test_other_keys_are_noticed_when_the_store_is_opened(disk: Store, url: str | None) -> None:
    for ciphers in (
        Ciphers(AesGcm(b"x" * 32), AesGcm(b"p" * 32)),
        Ciphers(AesGcm(b"r" * 32), AesGcm(b"x" * 32)),
    ):
        with pytest.raises(BadEvidence) as refused:
            open_store(disk._folder.parent, url, ciphers=ciphers)
        assert refused.value.code == "store-damaged"


def test_a_payload_moved_to_another_record_does_not_open(disk: Store) -> None:
    append(disk, new(1), new(2))
    with disk._database.write() as connection:
        base = 3 << 48
        connection.exec_driver_sql(
            f"UPDATE record SET payload = (SELECT payload FROM record WHERE id = {base})"
            f" WHERE id = {base + 1}"
        )
    with pytest.raises(BadEvidence) as refused:
        disk.statement(uuid(2))
    assert refused.value.code == "store-damaged"


def test_payloads_of_an_older_store_are_read_as_they_are(disk: Store) -> None:
    append(disk, new(1))
    plain = new(1).payload
    with disk._database.write() as connection:
        text = disk._database.marked("UPDATE record SET payload = ?")
        connection.exec_driver_sql(text, (plain,))
    assert disk.payload("learning", 0) == (new(1).salt, plain)
    assert append(disk, new(1)) == BatchOutcome((0,), (False,))
