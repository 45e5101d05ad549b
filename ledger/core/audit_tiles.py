"""The hash tiles that a growing tree must publish, computed from its leaves alone.

Hash i of tile n at level l is the root of 256**l leaves (C2SP tlog-tiles). Kept are only the hashes
of the unfinished tile of each level: at most 255 a level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.core import merkle
from ledger.core.tiles import TILE_HEIGHT, TILE_WIDTH, Tile
from ledger.errors import BadEvidence


@dataclass
class TileHashes:
    """`size` leaves so far; `unfinished[l]` holds the hashes of level l's last, partial tile."""

    size: int = 0
    unfinished: list[list[bytes]] = field(default_factory=list)

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Adds leaf hashes; returns every tile that became full, with its bytes."""
        full: list[tuple[Tile, bytes]] = []
        before, self.size = self.size, self.size + len(leaves)
        level, grown = 0, list(leaves)
        while grown:
            if level == len(self.unfinished):
                self.unfinished.append([])
            hashes = self.unfinished[level] + grown
            first = (before >> (TILE_HEIGHT * level)) // TILE_WIDTH
            whole = len(hashes) // TILE_WIDTH
            runs = [hashes[at * TILE_WIDTH : (at + 1) * TILE_WIDTH] for at in range(whole)]
            full += [
                (Tile(level, first + at, TILE_WIDTH), b"".join(run)) for at, run in enumerate(runs)
            ]
            self.unfinished[level] = hashes[whole * TILE_WIDTH :]
            level, grown = level + 1, [merkle.root(run) for run in runs]
        return full

    def partial(self) -> list[tuple[Tile, bytes]]:
        """The unfinished tiles, with their bytes."""
        return [
            (
                Tile(level, (self.size >> (TILE_HEIGHT * level)) // TILE_WIDTH, len(run)),
                b"".join(run),
            )
            for level, run in enumerate(self.unfinished)
            if run
        ]

    def copy(self) -> TileHashes:
        """An independent twin."""
        return TileHashes(self.size, [list(run) for run in self.unfinished])

    def to_bytes(self) -> bytes:
        """Size as u64 big-endian, then the unfinished hashes, level 0 first."""
        return self.size.to_bytes(8, "big") + b"".join(b"".join(run) for run in self.unfinished)

    @classmethod
    def from_bytes(cls, data: bytes) -> TileHashes:
        """The inverse of `to_bytes`; BadEvidence("merkle-frontier")."""
        size, at = int.from_bytes(data[:8], "big"), 8
        made = cls(size)
        while size:
            end = at + merkle.HASH_LENGTH * (size % TILE_WIDTH)
            made.unfinished.append([data[i : i + 32] for i in range(at, end, 32)])
            size, at = size >> TILE_HEIGHT, end
        if len(data) != max(at, 8) or made.size > merkle.MAX_SIZE:
            raise BadEvidence("merkle-frontier")
        return made
