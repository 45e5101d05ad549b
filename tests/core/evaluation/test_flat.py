"""The fast bytes of a record are those of RFC 8785, and what has none is refused as ever."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import merkle
from ledger.core.canonical import MAX_SAFE_INT, canonical_json
from ledger.core.evaluation import flat
from ledger.core.evaluation.evaluate import input_root
from ledger.core.evaluation.flat import record_bytes
from ledger.errors import BadEvidence

_SCALARS = st.one_of(
    st.text(), st.booleans(), st.integers(-MAX_SAFE_INT, MAX_SAFE_INT), st.text('"\\/\x7f\u2028é')
)
_LISTS = st.lists(_SCALARS, max_size=6)
_FLAT = st.dictionaries(
    st.text(st.characters(max_codepoint=127), max_size=12),
    st.one_of(_SCALARS, _LISTS, _LISTS.map(tuple)),
    max_size=12,
)
_ANYTHING = st.dictionaries(
    st.one_of(st.text(max_size=4), st.integers(), st.text("\ud800\ue000\U00010000", max_size=2)),
    st.recursive(
        st.one_of(
            st.none(), st.floats(), st.integers(), st.text(), st.text("\ud800a"), st.binary()
        ),
        lambda inner: st.one_of(
            st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(st.text(), inner)
        ),
        max_leaves=6,
    ),
    max_size=5,
)


@given(_FLAT)
@settings(max_examples=1000)
def test_flat_records(record: dict[str, Any]) -> None:
    assert record_bytes(record) == rfc8785.dumps(record)
    assert record_bytes(MappingProxyType(record)) == rfc8785.dumps(record)


@given(_ANYTHING)
@settings(max_examples=1000)
def test_anything_else_as_canonical_json_has_it(record: dict[Any, Any]) -> None:
    try:
        wanted = canonical_json(record)
    except BadEvidence:
        with pytest.raises(BadEvidence) as refused:
            record_bytes(record)
        assert refused.value.code == "canonical-json"
    else:
        assert record_bytes(record) == wanted


def test_flat_records_do_not_take_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    slow: list[Any] = []

    def noted(value: Any) -> bytes:
        slow.append(value)
        return b""

    monkeypatch.setattr(flat, "canonical_json", noted)
    record_bytes({"a": "文", "leaf": 3, "open": True, "histogram": (1, 2), "played": [0, 9]})
    assert slow == []
    record_bytes({"a": 0.5})
    assert slow == [{"a": 0.5}]


class _Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    "odd",
    [
        2**53,
        -(2**53),
        2**70,
        float("nan"),
        datetime(2026, 9, 1, tzinfo=UTC),
        UUID(int=1),
        _Colour.RED,
        (1, datetime(2026, 9, 1, tzinfo=UTC)),
        "\ud800",
        b"",
    ],
)
def test_what_has_no_such_bytes_is_refused(odd: Any) -> None:
    """orjson would write some of these."""
    with pytest.raises(BadEvidence):
        record_bytes({"x": odd})
    with pytest.raises(BadEvidence):
        record_bytes({"x": [odd]})


def test_a_record_that_holds_itself() -> None:
    record: dict[str, Any] = {}
    record["x"] = record
    with pytest.raises(BadEvidence):
        record_bytes(record)


def test_keys_of_two_planes() -> None:
    record = {"\ue000": 1, "\U00010000": 2}
    assert record_bytes(record) == rfc8785.dumps(record)


def test_the_root_is_over_these_bytes() -> None:
    records: list[dict[str, Any]] = [
        {"leaf": 1, "x": "é"},
        {"leaf": 2, "histogram": (1, 2)},
        {"leaf": 5, "x": None},
    ]
    leaves = merkle.leaf_hashes(rfc8785.dumps(record) for record in records)
    assert input_root(records) == merkle.root(leaves)
