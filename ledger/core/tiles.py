"""Tiles and entry bundles of C2SP tlog-tiles, and proofs computed from them.

A tile holds up to 256 hashes; hash i of tile n at level l is the root of the 256**l leaves from
(256·n + i)·256**l on. Refusals (BadEvidence): tile-path, tile-length, entry-bundle, and those of
`ledger.core.merkle` for impossible sizes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from ledger.core import merkle
from ledger.errors import BadEvidence

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_LEVEL = 63
MAX_ENTRY = 0xFFFF

_TILE_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


class Tile(NamedTuple):
    """A tile's place: `level` is None for an entry bundle; `width` counts hashes or entries."""

    level: int | None
    n: int
    width: int

    @property
    def path(self) -> str:
        return (
            entries_path(self.n, self.width)
            if self.level is None
            else tile_path(self.level, self.n, self.width)
        )


class HashReader(Protocol):
    """Where stored tiles come from."""

    def tile(self, level: int, n: int, width: int) -> bytes:
        """Exactly the first `width` hashes (32 bytes each) of tile `n` at `level`.

        `width` is 1 to 256. The reader may cut them from a wider stored tile. Raises CouldNotLook
        when the tile cannot be had; what it returns is not trusted, only its length is checked.
        """
        ...


def encode_index(n: int) -> str:
    """A tile's number in zero-padded groups of three digits: 1234067 is `x001/x234/067`."""
    if n < 0:
        raise BadEvidence("tile-path")
    digits = str(n)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])


def _suffix(width: int | None) -> str:
    if width is None or width == TILE_WIDTH:
        return ""
    if not 0 < width < TILE_WIDTH:
        raise BadEvidence("tile-path")
    return f".p/{width}"


def tile_path(level: int, n: int, width: int | None = None) -> str:
    """`tile/<L>/<N>` for a full tile (None or 256), `tile/<L>/<N>.p/<W>` for a partial one."""
    if not 0 <= level <= MAX_LEVEL:
        raise BadEvidence("tile-path")
    return f"tile/{level}/{encode_index(n)}{_suffix(width)}"


def entries_path(n: int, width: int | None = None) -> str:
    """`tile/entries/<N>[.p/<W>]`."""
    return f"tile/entries/{encode_index(n)}{_suffix(width)}"


def parse_tile_path(path: str) -> Tile:
    """The inverse of `tile_path` and `entries_path`; raises BadEvidence tile-path."""
    match = _TILE_PATH.fullmatch(path)
    if match is None:
        raise BadEvidence("tile-path")
    kind, number, width = match.groups()
    found = Tile(
        None if kind == "entries" else int(kind),
        int(number.replace("x", "").replace("/", "")),
        TILE_WIDTH if width is None else int(width),
    )
    if (found.level or 0) > MAX_LEVEL or found.width > TILE_WIDTH or found.path != path:
        raise BadEvidence("tile-path")
    return found


def tile_width(level: int, n: int, size: int) -> int:
    """How many hashes tile `n` at `level` holds in a tree of `size` leaves: 0 to 256."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - n * TILE_WIDTH))


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """Every tile that a tree of `new` leaves has and one of `old` leaves has not.

    Level by level from 0, so that each tile's hashes are roots of full tiles met before.
    """
    level = 0
    while new >> (TILE_HEIGHT * level):
        before, after = old >> (TILE_HEIGHT * level), new >> (TILE_HEIGHT * level)
        if after > before:
            for n in range(before // TILE_WIDTH, (after - 1) // TILE_WIDTH + 1):
                yield Tile(level, n, tile_width(level, n, new))
        level += 1


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length as u16 big-endian; 1 to 256 entries."""
    if not 0 < len(entries) <= TILE_WIDTH:
        raise BadEvidence("entry-bundle", reason="count")
    if max(map(len, entries)) > MAX_ENTRY:
        raise BadEvidence("entry-bundle", reason="entry-length")
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def unpack_entries(data: bytes, count: int | None = None) -> list[bytes]:
    """The entries of a bundle, `count` of them where given; raises BadEvidence entry-bundle."""
    found: list[bytes] = []
    offset, end = 0, len(data)
    while offset < end:
        start = offset + 2
        offset = start + int.from_bytes(data[offset:start], "big")
        if start > end or offset > end:
            raise BadEvidence("entry-bundle", reason="truncated")
        found.append(data[start:offset])
        if len(found) > TILE_WIDTH:
            raise BadEvidence("entry-bundle", reason="count")
    if not found or (count is not None and len(found) != count):
        raise BadEvidence("entry-bundle", reason="count")
    return found


def split_tile(data: bytes) -> list[bytes]:
    """The hashes of a tile's bytes; raises BadEvidence tile-length."""
    if not data or len(data) % merkle.HASH_LENGTH or len(data) > TILE_WIDTH * merkle.HASH_LENGTH:
        raise BadEvidence("tile-length", path="?", want="32·n", got=len(data))
    return [data[i : i + 32] for i in range(0, len(data), 32)]


class _Tree:
    """Roots of leaf ranges of one tree size, from its tiles; each tile is read once."""

    def __init__(self, size: int, reader: HashReader) -> None:
        self.size = size
        self._reader = reader
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def _tile(self, level: int, n: int) -> list[bytes]:
        if (level, n) not in self._tiles:
            width = tile_width(level, n, self.size)
            data = self._reader.tile(level, n, width)
            if len(data) != width * merkle.HASH_LENGTH:
                path = tile_path(level, n, width)
                want = width * merkle.HASH_LENGTH
                raise BadEvidence("tile-length", path=path, want=want, got=len(data))
            self._tiles[level, n] = split_tile(data)
        return self._tiles[level, n]

    def _subtree(self, height: int, index: int) -> bytes:
        """Root of the perfect subtree `index` of 2**height leaves."""
        level, inner = divmod(height, TILE_HEIGHT)
        n, offset = divmod(index << inner, TILE_WIDTH)
        return merkle.root(self._tile(level, n)[offset : offset + (1 << inner)])

    def range_root(self, start: int, end: int) -> bytes:
        """Root over leaves [start, end); `start` is aligned to the range's largest subtree."""
        value: bytes | None = None
        while start < end:  # from the right edge, where the subtrees are smallest
            width = (end - start) & -(end - start)
            height = width.bit_length() - 1
            part = self._subtree(height, (end - width) // width)
            value = part if value is None else merkle.node_hash(part, value)
            end -= width
        return merkle.EMPTY_ROOT if value is None else value


def root_from_tiles(size: int, reader: HashReader) -> bytes:
    """The root of the tree of `size` leaves, computed from its tiles."""
    if not 0 <= size <= merkle.MAX_SIZE:
        raise BadEvidence("merkle-size", old=0, new=size)
    return _Tree(size, reader).range_root(0, size)


def inclusion_from_tiles(index: int, size: int, reader: HashReader) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, RFC 6962 §2.1.1."""
    tree = _Tree(size, reader)
    return [tree.range_root(*span) for span in merkle.inclusion_ranges(index, size)]


def consistency_from_tiles(old: int, new: int, reader: HashReader) -> list[bytes]:
    """The consistency path from `old` to `new` leaves (0 < old <= new), RFC 6962 §2.1.2."""
    tree = _Tree(new, reader)
    return [tree.range_root(*span) for span in merkle.consistency_ranges(old, new)]
