"""The rules of a document's change, without a store."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BadEvidence, Conflict, PreconditionFailed
from ledger.office.documents import (
    ANY,
    NONE,
    Guard,
    Preconditions,
    delete,
    document,
    is_json,
    merged,
    post,
    put,
)
from ledger.ports.statements import Document

JSON = "application/json"
OLD = document(b'{"a":1}', JSON, 1_000)
NEW = document(b'{"b":2}', JSON, 2_000)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
objects = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), values, max_size=6)


def as_json(value: Any) -> Document:
    return document(json.dumps(value).encode(), JSON, 1)


def test_a_document_has_the_sha1_of_its_content_as_its_tag() -> None:
    assert OLD.etag == hashlib.sha1(OLD.content).hexdigest()
    assert document(b"{", "text/plain", 1).content == b"{"
    with pytest.raises(BadEvidence, match="xapi-document-json"):
        document(b"{", "Application/JSON ; charset=utf-8", 1)


@pytest.mark.parametrize("given", [JSON, "APPLICATION/JSON", "application/json;a=b", JSON + " "])
def test_types_that_are_json(given: str) -> None:
    assert is_json(given)


@pytest.mark.parametrize("given", ["", "application/jsonl", "application/ld+json", "text/json"])
def test_types_that_are_not(given: str) -> None:
    assert not is_json(given)


@given(objects, objects)
def test_merging_is_what_dictionaries_do(old: dict[str, Any], new: dict[str, Any]) -> None:
    result = merged(as_json(old), as_json(new))
    assert json.loads(result.content) == old | new
    assert result.etag == hashlib.sha1(result.content).hexdigest()
    assert result.content_type == JSON


@given(values, values)
def test_only_objects_are_merged(old: Any, new: Any) -> None:
    both = isinstance(old, dict) and isinstance(new, dict)
    if both:
        merged(as_json(old), as_json(new))
        return
    with pytest.raises(BadEvidence, match="xapi-not-mergeable"):
        merged(as_json(old), as_json(new))


@given(values)
def test_what_is_posted_first_stands_as_it_came(new: Any) -> None:
    assert merged(None, as_json(new)) == as_json(new)


@pytest.mark.parametrize("old", [document(b'{"a":1}', "text/plain", 1), as_json([1])])
def test_the_refusal_says_which_of_the_two(old: Document) -> None:
    with pytest.raises(BadEvidence) as first:
        merged(old, NEW)
    with pytest.raises(BadEvidence) as second:
        merged(NEW, old)
    assert (first.value.detail["which"], second.value.detail["which"]) == ("stored", "posted")


tags = st.sampled_from([OLD.etag, NEW.etag, "x"])
header = st.none() | st.just(ANY) | st.lists(tags, max_size=3).map(tuple)


@given(st.sampled_from([None, OLD]), header, header)
def test_conditions_are_those_of_http(
    old: Document | None, match: tuple[str, ...] | None, none_match: tuple[str, ...] | None
) -> None:
    holds = match is None or (old is not None and (match == ANY or old.etag in match))
    fresh = none_match is None or old is None or not (none_match == ANY or old.etag in none_match)
    conditions = Preconditions(match, none_match)
    for change in (put(NEW, conditions), post(NEW, conditions), delete(conditions)):
        if holds and fresh:
            change(old)
            continue
        with pytest.raises(PreconditionFailed) as refused:
            change(old)
        assert refused.value.http_status == 412
        assert refused.value.detail["header"] == ("If-None-Match" if holds else "If-Match")


def test_a_put_without_condition() -> None:
    assert put(NEW)(OLD) == NEW
    assert put(NEW, NONE, Guard.NEW)(None) == NEW
    for guard in (Guard.NEW, Guard.NOTHING):
        with pytest.raises(Conflict) as refused:
            put(NEW, NONE, guard)(OLD)
        assert (refused.value.code, refused.value.http_status) == ("xapi-unguarded", 409)
        assert put(NEW, Preconditions(match=ANY), guard)(OLD) == NEW
    with pytest.raises(BadEvidence, match="xapi-precondition-missing"):
        put(NEW, NONE, Guard.NOTHING)(None)


def test_time_of_a_document_never_goes_back() -> None:
    early = document(b"{}", JSON, 5)
    for change in (put(early), post(early)):
        changed = change(OLD)
        assert changed is not None and changed.updated == OLD.updated


def test_deleting_leaves_nothing() -> None:
    assert delete()(OLD) is None
    assert delete()(None) is None
