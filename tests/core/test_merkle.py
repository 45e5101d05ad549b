"""RFC 6962 §2.1, RFC 9162 §2.1.3 and §2.1.4: published vectors and a recursive reference."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import merkle
from ledger.errors import BadEvidence
from tests import reference_merkle as reference
from tests.vectors import cases, title

ENTRIES = [number.to_bytes(3, "big") for number in range(70)]
LEAVES = merkle.leaf_hashes(ENTRIES)
ROOTS = [reference.root(ENTRIES[:size]) for size in range(len(ENTRIES) + 1)]
SIZES = st.integers(1, len(ENTRIES))


def _hex(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(BadEvidence) as caught:
        call()
    assert "{" not in caught.value.zh + caught.value.en
    return caught.value.code


@pytest.mark.parametrize("case", cases("merkle_root", "valid"), ids=title)
def test_root(case: dict[str, Any]) -> None:
    entries = _hex(case["entries"])
    assert merkle.root(merkle.leaf_hashes(entries)).hex() == case["root"]
    assert reference.root(entries).hex() == case["root"]


@pytest.mark.parametrize("case", cases("merkle_root", "invalid"), ids=title)
def test_not_the_root(case: dict[str, Any]) -> None:
    assert merkle.root(merkle.leaf_hashes(_hex(case["entries"]))).hex() != case["root"]


def _inclusion(case: dict[str, Any]) -> None:
    leaf = merkle.leaf_hash(bytes.fromhex(case["entry"]))
    root = bytes.fromhex(case["root"])
    merkle.verify_inclusion(leaf, case["index"], case["size"], _hex(case["path"]), root)


@pytest.mark.parametrize("case", cases("merkle_inclusion", "valid"), ids=title)
def test_inclusion(case: dict[str, Any]) -> None:
    _inclusion(case)


@pytest.mark.parametrize("case", cases("merkle_inclusion", "invalid"), ids=title)
def test_inclusion_refused(case: dict[str, Any]) -> None:
    assert _code(lambda: _inclusion(case)) == case["code"]


def _consistency(case: dict[str, Any]) -> None:
    merkle.verify_consistency(
        case["old_size"],
        case["new_size"],
        bytes.fromhex(case["old_root"]),
        bytes.fromhex(case["new_root"]),
        _hex(case["path"]),
    )


@pytest.mark.parametrize("case", cases("merkle_consistency", "valid"), ids=title)
def test_consistency(case: dict[str, Any]) -> None:
    _consistency(case)


@pytest.mark.parametrize("case", cases("merkle_consistency", "invalid"), ids=title)
def test_consistency_refused(case: dict[str, Any]) -> None:
    assert _code(lambda: _consistency(case)) == case["code"]


def test_every_proof_up_to_70_equals_the_reference_and_verifies() -> None:
    for size in range(1, len(ENTRIES) + 1):
        entries, leaves = ENTRIES[:size], LEAVES[:size]
        assert merkle.root(leaves) == ROOTS[size]
        for index in range(size):
            path = merkle.inclusion_path(leaves, index)
            assert path == reference.inclusion_path(index, entries)
            merkle.verify_inclusion(leaves[index], index, size, path, ROOTS[size])
        for old in range(1, size + 1):
            path = merkle.consistency_path(leaves, old)
            assert path == reference.consistency_proof(old, entries)
            merkle.verify_consistency(old, size, ROOTS[old], ROOTS[size], path)


def _spoil(path: list[bytes], chance: random.Random) -> list[bytes]:
    """The path with one hash dropped, added, doubled or changed."""
    spoiled = list(path)
    place = chance.randrange(len(path) + 1)
    match chance.randrange(3) if path else 0:
        case 0:
            spoiled.insert(place, chance.randbytes(32))
        case 1:
            spoiled.pop(place - 1)
        case _:
            spoiled[place - 1] = chance.randbytes(32)
    return spoiled


@settings(max_examples=300, deadline=None)
@given(SIZES, st.randoms(use_true_random=False))
def test_a_spoiled_inclusion_proof_is_refused(size: int, chance: random.Random) -> None:
    index = chance.randrange(size)
    path = merkle.inclusion_path(LEAVES[:size], index)
    with pytest.raises(BadEvidence):
        spoiled = _spoil(path, chance)
        merkle.verify_inclusion(LEAVES[index], index, size, spoiled, ROOTS[size])
    other = chance.randrange(size + 2)
    if other != index:
        with pytest.raises(BadEvidence):
            merkle.verify_inclusion(LEAVES[index], other, size, path, ROOTS[size])


@settings(max_examples=300, deadline=None)
@given(SIZES, st.randoms(use_true_random=False))
def test_a_spoiled_consistency_proof_is_refused(size: int, chance: random.Random) -> None:
    old = chance.randint(1, size)
    path = merkle.consistency_path(LEAVES[:size], old)
    with pytest.raises(BadEvidence):
        merkle.verify_consistency(old, size, ROOTS[old], ROOTS[size], _spoil(path, chance))
    with pytest.raises(BadEvidence):
        merkle.verify_consistency(old, size, ROOTS[old - 1], ROOTS[size], path)


@given(st.lists(st.integers(0, 30), max_size=6))
@settings(max_examples=100, deadline=None)
def test_frontier_in_batches_equals_the_whole_tree(batches: list[int]) -> None:
    frontier, single, done = merkle.Frontier(), merkle.Frontier(), 0
    for batch in batches:
        part = [merkle.leaf_hash(b"%d" % number) for number in range(done, done + batch)]
        frontier.extend(part)
        for leaf in part:
            single.append(leaf)
        done += batch
        assert frontier.size == single.size == done
        assert frontier.root() == single.root()
        assert frontier.root() == reference.root([b"%d" % number for number in range(done)])
        restored = merkle.Frontier.from_bytes(frontier.to_bytes())
        assert restored.to_bytes() == frontier.to_bytes() == single.to_bytes()
        assert restored.root() == frontier.root()


def test_a_copy_of_a_frontier_is_independent() -> None:
    frontier = merkle.Frontier()
    frontier.extend(LEAVES[:5])
    twin = frontier.copy()
    twin.append(LEAVES[5])
    assert (frontier.size, frontier.root()) == (5, ROOTS[5])
    assert (twin.size, twin.root()) == (6, ROOTS[6])


@settings(max_examples=200)
@given(st.binary(max_size=120))
def test_frontier_from_any_bytes(data: bytes) -> None:
    try:
        frontier = merkle.Frontier.from_bytes(data)
    except BadEvidence as refusal:
        assert refusal.code == "merkle-frontier"
    else:
        assert frontier.to_bytes() == data


@pytest.mark.parametrize("index", [-1, 3])
def test_no_path_for_a_leaf_that_is_not_there(index: int) -> None:
    assert _code(lambda: merkle.inclusion_path(LEAVES[:3], index)) == "merkle-index"


@pytest.mark.parametrize("old", [-1, 0, 4])
def test_no_consistency_path_from_nothing_or_from_more(old: int) -> None:
    assert _code(lambda: merkle.consistency_path(LEAVES[:3], old)) == "merkle-size"
