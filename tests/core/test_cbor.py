"""RFC 8949 §4.2.1, strictly."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import cbor
from ledger.errors import BadEvidence
from tests.vectors import cases, title

_SCALARS = (
    st.integers(-(2**64) + 1, 2**64 - 1)
    | st.binary(max_size=20)
    | st.text(max_size=20)
    | st.booleans()
    | st.none()
)
_KEYS = st.integers(-(2**64) + 1, 2**64 - 1) | st.text(max_size=6) | st.binary(max_size=6)
VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("case", cases("cbor", "valid"), ids=title)
def test_valid(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["bytes"])
    assert cbor.dumps(cbor.loads(data)) == data


@pytest.mark.parametrize("case", cases("cbor", "invalid"), ids=title)
def test_invalid(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as caught:
        cbor.loads(bytes.fromhex(case["bytes"]))
    assert caught.value.code == "cbor"


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_round_trip(value: Any) -> None:
    data = cbor.dumps(value)
    assert cbor.loads(data) == value
    assert cbor2.loads(data) == value


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    try:
        value = cbor.loads(data)
    except BadEvidence as refusal:
        assert refusal.code == "cbor"
    else:
        assert cbor.dumps(value) == data


@settings(max_examples=300, deadline=None)
@given(VALUES, st.data())
def test_one_changed_byte(value: Any, data: st.DataObject) -> None:
    encoded = bytearray(cbor.dumps(value))
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] = data.draw(st.integers(0, 255))
    try:
        found = cbor.loads(bytes(encoded))
    except BadEvidence as refusal:
        assert refusal.code == "cbor"
    else:
        assert cbor.dumps(found) == encoded


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(_KEYS, st.none(), min_size=2, max_size=8))
def test_keys_stand_in_the_order_of_their_bytes(value: dict[Any, None]) -> None:
    keys = [cbor.dumps(key) for key in cbor.loads(cbor.dumps(value))]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**64, -(2**64), {1.5: 0}, {True: 0}, {(1,): 0}, {None: 0}, {1}, object(),
     "\ud800", {"\ud800": 0}, {2**64: 0}, cbor2.undefined, bytearray(b"x")],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_values_that_are_not_ours(value: Any) -> None:
    with pytest.raises(BadEvidence):
        cbor.dumps(value)


def test_nesting_and_size_have_limits() -> None:
    assert cbor.loads(b"\x81" * 15 + b"\x00")
    deep: list[Any] = []
    for _ in range(40):
        deep = [deep]
    with pytest.raises(BadEvidence):
        cbor.dumps(deep)
    with pytest.raises(BadEvidence) as caught:
        cbor.loads(b"\x43abc", limit=3)
    assert caught.value.detail == {"reason": "size"}


def test_a_list_that_contains_itself() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(BadEvidence):
        cbor.dumps(endless)
