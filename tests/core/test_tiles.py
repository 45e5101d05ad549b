"""C2SP tlog-tiles: paths, entry bundles, and proofs from tiles against proofs from leaves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import merkle, tiles
from ledger.errors import BadEvidence
from tests.vectors import cases, title

LEAVES = merkle.leaf_hashes(number.to_bytes(3, "big") for number in range(70_000))


class Tiles:
    """Tiles as the definition says: MTH of 256**level leaves each."""

    def __init__(self, leaves: list[bytes]) -> None:
        self._levels = [leaves]
        while len(self._levels[-1]) >= 256:
            below = self._levels[-1]
            starts = range(0, len(below) // 256 * 256, 256)
            self._levels.append([merkle.root(below[start : start + 256]) for start in starts])
        self.asked: list[tuple[int, int, int]] = []

    def tile(self, level: int, n: int, width: int) -> bytes:
        self.asked.append((level, n, width))
        found = self._levels[level][n * 256 : n * 256 + width]
        assert len(found) == width, "a tile that a tree of this size does not have"
        return b"".join(found)


ALL = Tiles(LEAVES)


@pytest.mark.parametrize("case", cases("tile_path", "valid"), ids=title)
def test_path(case: dict[str, Any]) -> None:
    tile = tiles.Tile(case["level"], case["n"], case["width"])
    assert tile.path == case["path"]
    assert tiles.parse_tile_path(case["path"]) == tile


@pytest.mark.parametrize("case", cases("tile_path", "invalid"), ids=title)
def test_path_refused(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as caught:
        tiles.parse_tile_path(case["path"])
    assert caught.value.code == "tile-path"


@given(st.integers(0, 10**18 - 1), st.integers(1, 256))
def test_path_round_trip(n: int, width: int) -> None:
    assert tiles.parse_tile_path(tiles.tile_path(0, n, width)) == tiles.Tile(0, n, width)
    assert tiles.parse_tile_path(tiles.entries_path(n, width)) == tiles.Tile(None, n, width)


def test_impossible_paths_are_not_written() -> None:
    for level, n, width in [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]:
        with pytest.raises(BadEvidence):
            tiles.tile_path(level, n, width)


def test_tiles_of_the_specification_s_example() -> None:
    found = list(tiles.tiles_between(0, 70_000))
    assert len(found) == 274 + 2 + 1
    assert [tile.path for tile in found[-4:]] == [
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert [tile.path for tile in tiles.tiles_between(0, 256)] == ["tile/0/000", "tile/1/000.p/1"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_tiles_between_are_those_that_are_new(one: int, two: int) -> None:
    old, new = sorted((one, two))
    before, after = (set(tiles.tiles_between(0, size)) for size in (old, new))
    assert after - before == set(tiles.tiles_between(old, new))


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.integers(1, 600), st.integers(1, 70_000)), st.data())
def test_proofs_from_tiles_verify(size: int, data: st.DataObject) -> None:
    root = tiles.root_from_tiles(size, ALL)
    assert root == merkle.root(LEAVES[:size])
    index = data.draw(st.integers(0, size - 1))
    path = tiles.inclusion_from_tiles(index, size, ALL)
    merkle.verify_inclusion(LEAVES[index], index, size, path, root)
    old = data.draw(st.integers(1, size))
    path = tiles.consistency_from_tiles(old, size, ALL)
    merkle.verify_consistency(old, size, merkle.root(LEAVES[:old]), root, path)


def test_proofs_from_tiles_equal_proofs_from_leaves() -> None:
    for size in (1, 255, 256, 257, 511, 513, 1000):
        for at in (1, size // 2 + 1, size):
            assert tiles.inclusion_from_tiles(at - 1, size, ALL) == merkle.inclusion_path(
                LEAVES[:size], at - 1
            )
            assert tiles.consistency_from_tiles(at, size, ALL) == merkle.consistency_path(
                LEAVES[:size], at
            )


def test_each_tile_is_asked_for_once_and_with_its_width_in_that_tree() -> None:
    reader = Tiles(LEAVES)
    tiles.inclusion_from_tiles(69_999, 70_000, reader)
    assert len(reader.asked) == len(set(reader.asked))
    assert set(reader.asked) <= {(0, 273, 112), (1, 1, 17), (1, 0, 256), (2, 0, 1)}


def test_the_empty_tree_needs_no_tile() -> None:
    assert tiles.root_from_tiles(0, Tiles([])) == merkle.EMPTY_ROOT


@pytest.mark.parametrize("garbage", [b"", b"x" * 31, b"x" * 33, b"x" * 32 * 4, b"x" * 8193])
def test_a_tile_of_the_wrong_length_is_refused(garbage: bytes) -> None:
    class Bad:
        def tile(self, level: int, n: int, width: int) -> bytes:
            return garbage

    with pytest.raises(BadEvidence) as caught:
        tiles.inclusion_from_tiles(1, 3, Bad())
    assert caught.value.code == "tile-length"
    assert "tile/0/000.p/3" in caught.value.en


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
@settings(max_examples=50)
def test_bundle_round_trip(entries: list[bytes]) -> None:
    assert tiles.unpack_entries(tiles.pack_entries(entries), len(entries)) == entries


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_bundle_of_any_bytes(data: bytes) -> None:
    try:
        entries = tiles.unpack_entries(data)
    except BadEvidence as refusal:
        assert refusal.code == "entry-bundle"
    else:
        assert tiles.pack_entries(entries) == data


@pytest.mark.parametrize("entries", [[], [b""] * 257, [b"x" * 65_536]])
def test_bundles_that_cannot_be(entries: list[bytes]) -> None:
    with pytest.raises(BadEvidence):
        tiles.pack_entries(entries)


@pytest.mark.parametrize(
    ("data", "count"), [(b"", None), (b"\0\0", 2), (b"\0\0" * 257, None), (b"\0", 1)]
)
def test_bundles_that_are_refused(data: bytes, count: int | None) -> None:
    with pytest.raises(BadEvidence):
        tiles.unpack_entries(data, count)


def test_bundle_bytes() -> None:
    assert tiles.pack_entries([b"", b"ab"]) == bytes.fromhex("000000026162")
    assert tiles.split_tile(b"a" * 32 + b"b" * 32) == [b"a" * 32, b"b" * 32]
    for bad in (b"", b"a" * 33, b"a" * 32 * 257):
        with pytest.raises(BadEvidence):
            tiles.split_tile(bad)
