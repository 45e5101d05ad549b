"""The public files of a stream: tiles derived from the database, and hashes read from them.

A full tile never changes. Hashes that are not in a full tile on disk yet are computed from the
database, so proofs reach every acknowledged entry at any time.
"""

from __future__ import annotations

import shutil
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from ledger.core import merkle
from ledger.core.tiles import (
    TILE_WIDTH,
    Tile,
    entries_path,
    pack_entries,
    parse_tile_path,
    split_tile,
    tile_path,
    tile_width,
    tiles_between,
    unpack_entries,
)
from ledger.errors import BadEvidence, Refusal
from ledger.store.database import Database
from ledger.store.entries import read_entries, spans
from ledger.store.failures import refusing
from ledger.store.files import read_from_disk, write_files

CHECKPOINT = "checkpoint"
_KNOWN_TILES = 1_024  # of at most 8 KiB
_KNOWN_ROOTS = 16_384
_FULL = TILE_WIDTH * merkle.HASH_LENGTH
_LEVEL_AT_ONCE = 256


class TileFiles:
    """Tiles of one stream in `folder`. Reading is safe for threads; one writer at a time."""

    def __init__(self, database: Database, kind: str, folder: Path) -> None:
        self.folder = folder
        self._database = database
        self._kind = kind
        self._known: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._full_roots: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    # ------------------------------------------------------------------ reading

    def file(self, path: str) -> bytes | None:
        """A public file's bytes; None where there is none or `path` is not of the grammar."""
        if path == CHECKPOINT:
            return self._read(path)
        try:
            tile = parse_tile_path(path)
        except BadEvidence:
            return None
        found = self._read(path)
        if found is not None or tile.width == TILE_WIDTH:
            return found
        full = self._read(tile._replace(width=TILE_WIDTH).path)
        return None if full is None else _cut(full, tile)

    def _read(self, path: str) -> bytes | None:
        with refusing():
            try:
                return (self.folder / path).read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

    def tile(self, level: int, n: int, width: int) -> bytes:
        """The first `width` hashes of a tile (`ledger.core.tiles.HashReader`)."""
        wanted = width * merkle.HASH_LENGTH
        with self._lock:
            known = self._known.get((level, n), b"")
        if len(known) < wanted:
            known = self._stored(level, n) or self._computed(level, n, width)
            self._remember(self._known, (level, n), known, _KNOWN_TILES)
        return known[:wanted]

    def _remember(
        self,
        cache: OrderedDict[tuple[int, int], bytes],
        place: tuple[int, int],
        data: bytes,
        limit: int,
    ) -> None:
        """What is known of a tile never changes, it only gets longer."""
        with self._lock:
            if len(data) >= len(cache.get(place, b"")):
                cache[place] = data
            cache.move_to_end(place)
            if len(cache) > limit:
                cache.popitem(last=False)

    def _root_of_full(self, level: int, n: int) -> bytes:
        with self._lock:
            known = self._full_roots.get((level, n))
        if known is None:
            known = merkle.root(split_tile(self.tile(level, n, TILE_WIDTH)))
            self._remember(self._full_roots, (level, n), known, _KNOWN_ROOTS)
        return known

    def _stored(self, level: int, n: int) -> bytes | None:
        path = tile_path(level, n)
        data = self.file(path)
        if data is not None and len(data) != _FULL:
            raise BadEvidence("store-damaged", what=f"{self._kind}/{path}")
        return data

    def _computed(self, level: int, n: int, width: int) -> bytes:
        if level == 0:
            start = n * TILE_WIDTH
            with self._database.read() as connection:
                entries = read_entries(connection, self._kind, start, start + width)
            return b"".join(merkle.leaf_hashes(entries))
        first = n * TILE_WIDTH
        return b"".join([self._root_of_full(level - 1, first + i) for i in range(width)])

    # ------------------------------------------------------------------ writing

    def catch_up(self, frontier: merkle.Frontier, size: int) -> merkle.Frontier:
        """Writes the tiles of [frontier.size, size) and returns the frontier at `size`.

        The frontier is built from the entry files read back from disk, so that a bit that flipped
        between acknowledgement and disk leads to another root than the one acknowledged. Existing
        full tiles must be equal: else BadEvidence("store-damaged").
        """
        old, grown = frontier.size, frontier.copy()
        for start, stop in spans(old, size):
            self._write_leaves(start, stop, grown)
        upper = [tile for tile in tiles_between(old, size) if tile.level]
        for start in range(0, len(upper), _LEVEL_AT_ONCE):
            self._write_level(upper[start : start + _LEVEL_AT_ONCE])
        return grown

    def _write_leaves(self, start: int, stop: int, grown: merkle.Frontier) -> None:
        first = start - start % TILE_WIDTH
        with self._database.read() as connection:
            entries = read_entries(connection, self._kind, first, stop)
        files, bundles = [], []
        for at in range(0, len(entries), TILE_WIDTH):
            run, n = entries[at : at + TILE_WIDTH], (first + at) // TILE_WIDTH
            hashes = b"".join(merkle.leaf_hashes(run))
            bundles.append((entries_path(n, len(run)), len(run), hashes))
            files.append((entries_path(n, len(run)), pack_entries(run)))
            files.append((tile_path(0, n, len(run)), hashes))
        self._write(files)
        leaves: list[bytes] = []
        for path, count, hashes in bundles:
            leaves += self._read_back(path, count, hashes)
        grown.extend(leaves[start - first :])

    def _read_back(self, path: str, count: int, hashes: bytes) -> list[bytes]:
        with refusing():
            data = read_from_disk(self.folder / path)
        try:
            leaves = merkle.leaf_hashes(unpack_entries(data, count))
        except Refusal as error:
            raise BadEvidence("store-damaged", what=f"{self._kind}/{path}") from error
        if b"".join(leaves) != hashes:
            raise BadEvidence("store-damaged", what=f"{self._kind}/{path}")
        return leaves

    def _write_level(self, tiles: Sequence[Tile]) -> None:
        # A tile's hashes come from the level below; a level is written before the one above it.
        # Within one group a level above may be asked for before its files are there: it is then
        # computed, which gives the same bytes.
        files = []
        for tile in tiles:
            assert tile.level is not None
            files.append((tile.path, self._computed(tile.level, tile.n, tile.width)))
        self._write(files)

    def _write(self, files: Sequence[tuple[str, bytes]]) -> None:
        missing = []
        for path, data in files:
            found = self._read(path)
            if found is not None and found != data and ".p/" not in path:
                raise BadEvidence("store-damaged", what=f"{self._kind}/{path}")
            if found != data:
                missing.append((self.folder / path, data))
        with refusing():
            write_files(missing)

    def drop_partial(self, old: int, size: int) -> None:
        """Removes the partial forms of tiles that are full now, as tlog-tiles allows.

        Only once the checkpoint at `size` is public. `file` cuts them from the full tiles for
        clients that still hold the checkpoint at `old`.
        """
        level = 0
        while old >> (8 * level):
            n, rest = divmod(old >> (8 * level), TILE_WIDTH)
            if rest and tile_width(level, n, size) == TILE_WIDTH:
                names = [tile_path(level, n), entries_path(n)][: 2 if level == 0 else 1]
                for name in names:
                    shutil.rmtree(self.folder / f"{name}.p", ignore_errors=True)
            level += 1

    def publish(self, note: bytes) -> None:
        """Replaces the file `checkpoint` atomically."""
        with refusing():
            write_files([(self.folder / CHECKPOINT, note)])


def _cut(full: bytes, tile: Tile) -> bytes | None:
    """A partial tile from the full one that took its place."""
    if tile.level is not None:
        return full[: tile.width * merkle.HASH_LENGTH]
    try:
        return pack_entries(unpack_entries(full)[: tile.width])
    except BadEvidence:
        return None
