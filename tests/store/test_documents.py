"""The contract of `ports.DocumentStore`, on both databases and in memory."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from ledger.errors import BadEvidence
from ledger.memory import MemoryDocumentStore
from ledger.ports.statements import Document, DocumentKind, DocumentScope
from ledger.store import Store

AnyStore = Store | MemoryDocumentStore
ANN, BEN = "mbox\nmailto:ann@school.example", "mbox\nmailto:ben@school.example"
COURSE = "https://lms.example/course/1"
REGISTRATION = "00000001-2222-4222-8222-000000000000"
STATE = DocumentScope(DocumentKind.STATE, COURSE, ANN)
REGISTERED = DocumentScope(DocumentKind.STATE, COURSE, ANN, REGISTRATION)
EITHER = DocumentScope(DocumentKind.STATE, COURSE, ANN, any_registration=True)
PROFILE = DocumentScope(DocumentKind.AGENT_PROFILE, agent=ANN)
ACTIVITY = DocumentScope(DocumentKind.ACTIVITY_PROFILE, activity=COURSE)
SCOPES = [STATE, REGISTERED, PROFILE, ACTIVITY]


@pytest.fixture
def documents(anywhere: Store | None) -> AnyStore:
    return anywhere or MemoryDocumentStore()


def document(
    content: bytes = b"{}", updated: int = 1, content_type: str = "text/plain"
) -> Document:
    return Document(content, content_type, hashlib.sha1(content).hexdigest(), updated)


def put(store: AnyStore, scope: DocumentScope, id: str, content: Document) -> None:
    assert store.change_document(scope, id, lambda _: content) == content


def test_a_document_stands_in_its_scope_alone(documents: AnyStore) -> None:
    for number, scope in enumerate(SCOPES):
        put(documents, scope, "书签", document(b"%d" % number))
    for number, scope in enumerate(SCOPES):
        assert documents.document(scope, "书签") == document(b"%d" % number)
        assert documents.document(scope, "other") is None
    others = DocumentScope(DocumentKind.STATE, COURSE, BEN)
    assert documents.document(others, "书签") is None
    assert documents.document_ids(others) == []


def test_changed_and_deleted(documents: AnyStore) -> None:
    seen: list[Document | None] = []

    def change(old: Document | None) -> Document:
        seen.append(old)
        return document(b"x" * (len(seen)), len(seen), "application/json")

    for _ in range(2):
        documents.change_document(STATE, "a", change)
    assert seen == [None, document(b"x", 1, "application/json")]
    assert documents.document(STATE, "a") == document(b"xx", 2, "application/json")
    assert documents.change_document(STATE, "a", lambda _: None) is None
    assert documents.document(STATE, "a") is None
    assert documents.change_document(STATE, "a", lambda _: None) is None


def test_what_a_change_raises_changes_nothing(documents: AnyStore) -> None:
    put(documents, STATE, "a", document())

    def refuses(_: Document | None) -> Document:
        raise BadEvidence("etag")

    with pytest.raises(BadEvidence):
        documents.change_document(STATE, "a", refuses)
    assert documents.document(STATE, "a") == document()


def test_ids_with_and_without_registration(documents: AnyStore) -> None:
    put(documents, STATE, "b", document(updated=10))
    put(documents, STATE, "a", document(updated=20))
    put(documents, REGISTERED, "c", document(updated=30))
    put(documents, REGISTERED, "a", document(updated=40))
    assert documents.document_ids(STATE) == ["a", "b"]
    assert documents.document_ids(STATE, since=10) == ["a"]
    assert documents.document_ids(REGISTERED) == ["a", "c"]
    assert documents.document_ids(EITHER) == ["a", "b", "c"]
    assert documents.document_ids(EITHER, since=20) == ["a", "c"]
    assert [documents.last_updated(one) for one in (STATE, REGISTERED, EITHER, PROFILE)] == [
        20, 40, 40, None,
    ]  # fmt: skip
    assert documents.delete_documents(REGISTERED) == 2
    assert documents.document_ids(EITHER) == ["a", "b"]
    assert documents.delete_documents(EITHER) == 2
    assert documents.delete_documents(EITHER) == 0


def test_ids_are_in_the_order_of_their_text(documents: AnyStore) -> None:
    names = ["z", "A", "é", "a", "课", "𝄞", "", "a\nb", "a\x00"]
    for name in names:
        put(documents, ACTIVITY, name, document(name.encode()))
    assert documents.document_ids(ACTIVITY) == sorted(names)
    for name in names:
        assert documents.document(ACTIVITY, name) == document(name.encode())


def test_everything_of_an_agent(documents: AnyStore) -> None:
    expected = {}
    for number in range(230):
        scope = SCOPES[number % 3]
        put(documents, scope, f"n{number}", document(b"%d" % number))
        expected[scope, f"n{number}"] = document(b"%d" % number)
    put(documents, ACTIVITY, "not hers", document())
    put(documents, DocumentScope(DocumentKind.AGENT_PROFILE, agent=BEN), "not hers", document())
    found = {(scope, id): one for scope, id, one in documents.documents_of(ANN)}
    assert found == expected


def test_two_changes_at_once_follow_each_other(documents: AnyStore) -> None:
    """Also of a document that is not there yet."""

    def add(old: Document | None) -> Document:
        return document((old.content if old else b"") + b"x")

    def work() -> None:
        for _ in range(5):
            documents.change_document(STATE, "a", add)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert documents.document(STATE, "a") == document(b"x" * 20)


def test_erasing_an_agent_takes_its_documents(disk: Store) -> None:
    for scope in SCOPES:
        put(disk, scope, "a", document())
    assert disk.erase_agent(ANN) == 3
    assert list(disk.documents_of(ANN)) == []
    assert disk.document(ACTIVITY, "a") == document()


def test_sealed_at_rest_and_bound_to_their_place(disk: Store, tmp_path: Path) -> None:
    put(disk, STATE, "手机 13800138000", document("张三".encode()))
    put(disk, STATE, "b", document())
    with disk._database.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM document").all()
    kept = b"".join(
        one if isinstance(one, bytes) else str(one).encode() for row in rows for one in row
    )
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in ("张三", "13800138000", "school.example", "lms.example"):
        assert secret.encode() not in kept + files
    with disk._database.write() as connection:
        swapped = disk._database.marked("UPDATE document SET content = ?")
        connection.exec_driver_sql(swapped, (rows[0].content,))
    with pytest.raises(BadEvidence) as refused:
        [disk.document(STATE, id) for id in ("b", "手机 13800138000")]
    assert refused.value.code == "store-damaged"
