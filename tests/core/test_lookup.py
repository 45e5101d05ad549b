"""Look-up (docs/spec/lookup.md): depth, address, answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import merkle
from ledger.core.lookup import (
    Bucket,
    Member,
    bucket,
    depth,
    format_bucket,
    in_bucket,
    parse_bucket,
    prefix_bytes,
)
from ledger.errors import BadEvidence
from tests.vectors import cases, title

VALID = cases("lookup", "valid")
hashes = st.binary(min_size=32, max_size=32)
members = st.builds(
    Member,
    key=hashes,
    index=st.integers(0, 99),
    entry=st.binary(min_size=1, max_size=60),
    path=st.lists(hashes, max_size=3).map(tuple),
    anchor_seq=st.integers(1, 2**53 - 1),
    anchor_block=st.integers(0, 2**53 - 1),
)


@pytest.mark.parametrize("case", [one for one in VALID if "key" in one], ids=title)
def test_addresses(case: dict[str, Any]) -> None:
    key = bytes.fromhex(case["key"])
    if "size" in case:
        assert depth(case["size"]) == case["depth"]
    assert bucket(key, case["depth"]) == case["hex"]
    assert in_bucket(key, case["depth"], case["hex"])


@pytest.mark.parametrize("case", [one for one in VALID if "answer" in one], ids=title)
def test_answers(case: dict[str, Any]) -> None:
    data = case["answer"].encode()
    answer = parse_bucket(data)
    assert format_bucket(answer) == data
    assert len(answer.members) == len(case["members"])
    for member, expected in zip(answer.members, case["members"], strict=True):
        assert member.key.hex() == expected["key"]
        assert (member.index, member.entry.hex()) == (expected["index"], expected["entry"])
        root = bytes.fromhex(case["root"])
        leaf = merkle.leaf_hash(member.entry)
        merkle.verify_inclusion(leaf, member.index, answer.size, member.path, root)


@pytest.mark.parametrize("case", cases("lookup", "invalid"), ids=title)
def test_invalid_vector(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as refusal:
        parse_bucket(case["answer"].encode())
    assert refusal.value.code == "lookup-format"
    assert refusal.value.detail["pointer"] == case["pointer"]


@given(st.integers(0, 2**60))
def test_depth_is_the_longest_with_64_members(size: int) -> None:
    d = depth(size)
    assert d == 0 or size >= 64 << d
    assert size < 64 << (d + 1)


@given(hashes, st.integers(0, 64))
def test_prefix_bytes_are_the_asked_bits(key: bytes, bits: int) -> None:
    prefix = prefix_bytes(bits, bucket(key, bits))
    assert len(prefix) == 8
    kept = int.from_bytes(key[:8], "big") >> (64 - bits) << (64 - bits)
    assert int.from_bytes(prefix, "big") == kept


@pytest.mark.parametrize(
    ("bits", "text"),
    [(0, "1"), (0, ""), (0, "00"), (5, "ff"), (4, "F"), (65, "0" * 17), (-1, "0"), (4, "g")],
)
def test_addresses_nobody_may_use(bits: int, text: str) -> None:
    with pytest.raises(BadEvidence, match="lookup-format"):
        prefix_bytes(bits, text)


@given(st.lists(members, max_size=4).map(tuple))
@settings(max_examples=40)
def test_round_trip(given_members: tuple[Member, ...]) -> None:
    answer = Bucket(100, given_members)
    assert parse_bucket(format_bucket(answer)) == answer


@given(st.one_of(st.binary(max_size=200), st.dictionaries(
    st.sampled_from(["size", "members", "x"]),
    st.one_of(st.none(), st.integers(), st.lists(st.integers(), max_size=2), st.text(max_size=3)),
).map(lambda value: json.dumps(value).encode())))  # fmt: skip
def test_any_bytes(data: bytes) -> None:
    try:
        parse_bucket(data)
    except BadEvidence as refusal:
        assert refusal.code == "lookup-format"
