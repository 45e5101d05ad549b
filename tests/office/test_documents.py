"""The rules of a change to a document, over a store in memory."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BadEvidence, Conflict, PreconditionFailed, Refusal
from ledger.memory import MemoryDocumentStore
from ledger.office.documents import (
    ANY,
    JSON,
    NONE,
    Change,
    Guard,
    Preconditions,
    delete,
    document,
    merged,
    post,
    put,
)
from ledger.ports.statements import Document, DocumentKind, DocumentScope

SCOPE = DocumentScope(DocumentKind.STATE, "http://course.example/1", "mbox\nmailto:a@b.example")
STORED = document(b'{"x":1,"y":{"z":2}}', JSON, 1_000)
OTHER = document(b'{"x":9}', JSON, 2_000)
TEXT = document("文".encode(), "text/plain", 2_000)


def changed(old: Document | None, change: Change) -> Document | None:
    """What the store has after the change was tried; a refusal passes through."""
    store = MemoryDocumentStore()
    if old is not None:
        store.change_document(SCOPE, "d", lambda _: old)
    store.change_document(SCOPE, "d", change)
    return store.document(SCOPE, "d")


def refused(old: Document | None, change: Change, kind: type[Refusal], code: str) -> None:
    store = MemoryDocumentStore()
    if old is not None:
        store.change_document(SCOPE, "d", lambda _: old)
    with pytest.raises(kind) as refusal:
        store.change_document(SCOPE, "d", change)
    assert refusal.value.code == code
    assert store.document(SCOPE, "d") == old


def test_the_tag_is_the_sha1_of_the_content() -> None:
    assert TEXT.etag == hashlib.sha1("文".encode()).hexdigest()


@pytest.mark.parametrize("content", [b"", b"{", b"{} {}", b'{"a":1,"a":2}', b"\xff", b"NaN"])
def test_what_calls_itself_json_must_be_json(content: bytes) -> None:
    for content_type in (JSON, "Application/JSON; charset=utf-8"):
        with pytest.raises(BadEvidence) as refusal:
            document(content, content_type, 0)
        assert refusal.value.code == "xapi-document-json"
    assert document(content, "application/octet-stream", 0).content == content


# --------------------------------------------------------------------------- PUT and DELETE


def test_put_replaces_and_delete_removes() -> None:
    assert changed(None, put(TEXT)) == TEXT
    assert changed(STORED, put(TEXT)) == TEXT
    assert changed(STORED, delete()) is None
    assert changed(None, delete()) is None


CONDITIONS: list[tuple[Preconditions, bool, bool]] = [
    # (headers, hold where STORED is, hold where nothing is)
    (NONE, True, True),
    (Preconditions(match=(STORED.etag,)), True, False),
    (Preconditions(match=(OTHER.etag,)), False, False),
    (Preconditions(match=(OTHER.etag, STORED.etag)), True, False),
    (Preconditions(match=()), False, False),
    (Preconditions(match=ANY), True, False),
    (Preconditions(none_match=ANY), False, True),
    (Preconditions(none_match=(STORED.etag,)), False, True),
    (Preconditions(none_match=(OTHER.etag,)), True, True),
    (Preconditions(match=(STORED.etag,), none_match=ANY), False, False),
]


@pytest.mark.parametrize(("conditions", "with_it", "without"), CONDITIONS)
def test_preconditions(conditions: Preconditions, with_it: bool, without: bool) -> None:
    for old, holds in ((STORED, with_it), (None, without)):
        for change in (put(OTHER, conditions), post(OTHER, conditions), delete(conditions)):
            if holds:
                changed(old, change)
            else:
                refused(old, change, PreconditionFailed, "xapi-precondition")


def test_an_overwrite_says_what_it_overwrites() -> None:
    assert changed(STORED, put(OTHER, guard=Guard.FREE)) == OTHER
    for guard in (Guard.NEW, Guard.NOTHING):
        refused(STORED, put(OTHER, guard=guard), Conflict, "xapi-unguarded")
        seen = Preconditions(match=(STORED.etag,))
        assert changed(STORED, put(OTHER, seen, guard)) == OTHER
        assert changed(None, put(OTHER, Preconditions(none_match=ANY), guard)) == OTHER
    assert changed(None, put(OTHER, guard=Guard.NEW)) == OTHER
    refused(None, put(OTHER, guard=Guard.NOTHING), BadEvidence, "xapi-precondition-missing")


def test_statuses() -> None:
    assert (Conflict("x").http_status, PreconditionFailed("x").http_status) == (409, 412)


# --------------------------------------------------------------------------- POST


def test_post_merges_top_level_properties() -> None:
    found = changed(STORED, post(document(b'{"y":{"w":3},"v":null}', JSON, 2_000)))
    assert found is not None
    assert json.loads(found.content) == {"x": 1, "y": {"w": 3}, "v": None}
    assert found.etag == hashlib.sha1(found.content).hexdigest()
    assert (found.content_type, found.updated) == (JSON, 2_000)


def test_post_where_nothing_is_stands_as_it_came() -> None:
    assert changed(None, post(TEXT)) == TEXT
    assert changed(None, post(STORED)) == STORED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (STORED, TEXT),
        (TEXT, STORED),
        (STORED, document(b"[1]", JSON, 0)),
        (document(b'"text"', JSON, 0), STORED),
    ],
)
def test_only_objects_are_merged(old: Document, new: Document) -> None:
    refused(old, post(new), BadEvidence, "xapi-not-mergeable")


def test_updated_never_goes_back() -> None:
    early = document(b'{"x":2}', JSON, 500)
    for change in (put(early), post(early)):
        found = changed(STORED, change)
        assert found is not None and found.updated == STORED.updated


OBJECTS = st.dictionaries(
    st.text(max_size=3),
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3) | st.lists(st.integers(), max_size=2),
    max_size=4,
)  # fmt: skip


@given(OBJECTS, OBJECTS)
def test_merging_any_two_objects(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = merged(_json(old), _json(new))
    assert json.loads(found.content) == {**old, **new}


def _json(value: dict[str, Any]) -> Document:
    return document(json.dumps(value).encode(), JSON, 0)
