"""RFC 8785, its fast path, and the strict JSON reader."""

from __future__ import annotations

import enum
import json
import time
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.core import canonical
from ledger.core.canonical import canonical_json, parse_json
from ledger.errors import BadEvidence
from tests.vectors import cases, title

_TEXT = st.text(st.characters(), max_size=12)  # lone surrogates and astral characters as well
_SCALARS = (
    _TEXT
    | st.integers(-(2**54), 2**54)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.text(":,[0123456789.e-\"\\", max_size=24)
)  # fmt: skip
_KEYS = _TEXT | st.text("\ue000\uffff\U00010000\U0010ffffa", max_size=3)
VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(_KEYS, inner, max_size=5)
        | st.dictionaries(_KEYS | st.integers() | st.none() | st.booleans(), inner, max_size=3)
    ),
    max_leaves=15,
)


_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _FINITE | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize("case", cases("canonical_json", "valid"), ids=title)
def test_valid(case: dict[str, Any]) -> None:
    wanted = case["output"].encode()
    assert canonical_json(parse_json(case["input"].encode())) == wanted
    assert canonical_json(parse_json(wanted)) == wanted


@pytest.mark.parametrize("case", cases("canonical_json", "invalid"), ids=title)
def test_invalid(case: dict[str, Any]) -> None:
    value = parse_json(case["input"].encode())
    with pytest.raises(BadEvidence) as caught:
        canonical_json(value)
    assert caught.value.code == "canonical-json"


def _reference(value: Any) -> bytes | None:
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return None


@settings(max_examples=800, deadline=None)
@given(VALUES)
@example({"\ufb33": 1, "\U0001f600": 2})
@example([1e21, -0.0, 2**53 - 1, -(2**53) + 1])
@example({"a": {1: 2}})
@example(['\u007f\u2028\x00\x1f"\\'])
def test_equals_the_reference_or_refuses_as_it_does(value: Any) -> None:
    wanted = _reference(value)
    if wanted is None:
        with pytest.raises(BadEvidence):
            canonical_json(value)
    else:
        assert canonical_json(value) == wanted


def test_the_fast_path_is_taken_for_a_common_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "_canonical_slow", lambda value: pytest.fail("slow path"))
    assert (
        canonical_json({"b": [1, None, True, 3.5], "a": "学证"})
        == '{"a":"学证","b":[1,null,true,3.5]}'.encode()
    )


@settings(max_examples=500, deadline=None)
@given(_FINITE | st.floats(1e-7, 1e-3) | st.floats(-1e17, 1e17) | st.decimals(0, 999, places=2))
@example(1e-4)
@example(9.999999999999999e-05)
@example(1e15 - 0.125)
@example(1e15 + 0.5)
@example(1e16)
@example(-0.0)
@example(2.0)
@example(5e-324)
def test_numbers_with_fractions_equal_the_reference(number: Any) -> None:
    assert canonical_json([float(number)]) == rfc8785.dumps([float(number)])


class _Colour(enum.StrEnum):
    RED = "red"


class _Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("value", "wanted"),
    [((1, 2), b"[1,2]"), (_Number.ONE, b"1"), ([_Number.ONE], b"[1]"), (_Colour.RED, b'"red"')],
)
def test_relatives_of_json_types(value: Any, wanted: bytes) -> None:
    assert canonical_json(value) == wanted


@pytest.mark.parametrize("value", [b"x", object(), {1: 2}, {None: 1}, {"a": {1, 2}}, 1j])
def test_other_types_are_refused(value: Any) -> None:
    with pytest.raises(BadEvidence):
        canonical_json(value)


def test_endless_and_deep_values_are_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (endless, deep, {"a": endless}):
        with pytest.raises(BadEvidence) as caught:
            canonical_json(value)
        assert caught.value.detail["reason"] == "depth"


@pytest.mark.parametrize("case", cases("json", "valid"), ids=title)
def test_parse_valid(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["bytes"])
    assert parse_json(data) == json.loads(data)


@pytest.mark.parametrize("case", cases("json", "invalid"), ids=title)
def test_parse_invalid(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as caught:
        parse_json(bytes.fromhex(case["bytes"]))
    assert caught.value.code == "json"


@settings(max_examples=300, deadline=None)
@given(_JSON)
def test_reads_what_json_writes(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=40) | st.text('[]{}":,\\u019ead. -', max_size=40).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    try:
        parse_json(data)
    except BadEvidence as refusal:
        assert refusal.code == "json"


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000, b'["' + b'\\"[' * 100_000,
     b"[" * 65 + b'"' + b'\\"' * 300_000, b'"\\' + b"[" * 100_000],
    ids=["lists", "objects", "closed", "escaped quotes", "unterminated", "backslash"],
)  # fmt: skip
def test_depth_is_refused_at_once_and_without_recursion(data: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(BadEvidence):
        parse_json(data)
    assert time.perf_counter() - began < 2


def test_limits_are_arguments() -> None:
    assert parse_json(b"[[1]]", max_depth=2, limit=5) == [[1]]
    for depth, limit, reason in ((1, 5, "depth"), (2, 4, "size")):
        with pytest.raises(BadEvidence) as caught:
            parse_json(b"[[1]]", max_depth=depth, limit=limit)
        assert caught.value.detail == {"reason": reason}
    wide = b"[" + b"[]," * 200 + b"[]]"
    assert len(parse_json(wide, max_depth=2)) == 201
