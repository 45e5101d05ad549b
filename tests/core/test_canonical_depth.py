"""The quick look at nesting never lets through what the exact one would refuse."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ledger.core.canonical import _is_shallow, check_depth
from ledger.errors import BadEvidence

_PIECES = ["[", "]", "{", "}", '"', "\\", '\\"', "\\\\", "a", ",", "[[[", "]]]", '"]"']


def _depth(text: str) -> int:
    """The deepest nesting up to where a reader of JSON would stop at a stray backslash."""
    depth = deepest = 0
    inside = escaped = False
    for letter in text:
        if escaped:
            escaped = False
        elif letter == "\\":
            if not inside:
                break
            escaped = True
        elif letter == '"':
            inside = not inside
        elif not inside and letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif not inside and letter in "]}":
            depth -= 1
    return deepest


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join), st.integers(0, 6))
@example('["]",["]",["]",[[', 2)
@example('["\\\\",["\\\\\\"",[1]]]', 3)
@example("[{[{}]}]", 3)
def test_what_looks_shallow_is_shallow(text: str, limit: int) -> None:
    if _is_shallow(text.encode(), limit):
        assert _depth(text) <= limit


@given(st.recursive(st.just("1"), lambda inner: inner.map(lambda one: f'["]\\"",{{"a":{one}}}]')))
def test_json_is_judged_alike_by_both(text: str) -> None:
    deepest = _depth(text)
    for limit in (deepest - 1, deepest):
        assert limit < 0 or _is_shallow(text.encode(), limit) is (limit >= deepest)


def test_the_exact_bound_holds_in_wide_texts() -> None:
    wide = b"[" + b",".join([b'{"a":[{"b":"]}\\""}]}'] * 200) + b"]"
    check_depth(wide, 4)
    try:
        check_depth(wide, 3)
    except BadEvidence as refused:
        assert refused.detail["reason"] == "depth"
    else:
        raise AssertionError("deeper than allowed")
