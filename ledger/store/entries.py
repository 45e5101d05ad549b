"""Entries of a stream as the database has them: the truth about what was acknowledged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from ledger.core.merkle import Frontier
from ledger.core.streams import KINDS_BY_NAME
from ledger.core.tiles import TILE_WIDTH, pack_entries, unpack_entries
from ledger.errors import BadEvidence, Refusal, UnknownNumber
from ledger.store.schema import KIND_SHIFT, segment, stream

# Built once: every transaction asks it.
_STATE = select(stream).where(stream.c.kind == bindparam("of"))
READ_AT_ONCE = 64 * TILE_WIDTH


def base_of(kind: str) -> int:
    """The id of the stream's entry 0. Raises UnknownNumber("no-such-stream")."""
    if kind not in KINDS_BY_NAME:
        raise UnknownNumber("no-such-stream", stream=kind)
    return KINDS_BY_NAME[kind] << KIND_SHIFT


@dataclass(frozen=True)
class StreamState:
    """A row of `stream`: sizes in entries; the note is the last checkpoint signed."""

    size: int
    frontier: Frontier
    tiled: int
    tiled_frontier: Frontier
    signed_size: int | None
    signed_root: bytes | None
    signed_note: bytes | None


def read_state(connection: Connection, kind: str) -> StreamState:
    """Raises BadEvidence("store-damaged") when the row contradicts itself."""
    row = connection.execute(_STATE, {"of": KINDS_BY_NAME[kind]}).one()
    try:
        frontier, tiled = Frontier.from_bytes(row.frontier), Frontier.from_bytes(row.tiled_frontier)
    except Refusal as error:
        raise BadEvidence("store-damaged", what=f"{kind}: frontier") from error
    if frontier.size != row.size or tiled.size != row.tiled or row.tiled > row.size:
        raise BadEvidence("store-damaged", what=f"{kind}: sizes")
    return StreamState(
        row.size,
        frontier,
        row.tiled,
        tiled,
        row.signed_size,
        row.signed_root,
        row.signed_note,
    )


def read_size(connection: Connection, kind: str) -> int:
    """Entries acknowledged."""
    wanted = select(stream.c.size).where(stream.c.kind == KINDS_BY_NAME[kind])
    return int(connection.execute(wanted).scalar_one())


def segments(base: int, start: int, entries: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
    """Rows of `segment` for entries appended at `start`, cut where a tile ends."""
    rows, position = [], 0
    while position < len(entries):
        room = TILE_WIDTH - (start + position) % TILE_WIDTH
        run = entries[position : position + room]
        rows.append((base + start + position, len(run), pack_entries(run)))
        position += len(run)
    return rows


def read_entries(connection: Connection, kind: str, start: int, stop: int) -> list[bytes]:
    """Entries [start, stop), all of them acknowledged; BadEvidence("store-damaged") for a hole."""
    base = base_of(kind)
    first = start - start % TILE_WIDTH  # no segment reaches over the edge of a tile
    rows = connection.execute(
        select(segment)
        .where(segment.c.id >= base + first, segment.c.id < base + stop)
        .order_by(segment.c.id)
    )
    found: list[bytes] = []
    for number, count, data in rows:
        if number != base + first + len(found):
            raise BadEvidence("store-damaged", what=f"{kind}: entry {first + len(found)}")
        try:
            found += unpack_entries(data, count)
        except Refusal as error:
            raise BadEvidence("store-damaged", what=f"{kind}: entry {number - base}") from error
    if first + len(found) < stop:
        raise BadEvidence("store-damaged", what=f"{kind}: entry {first + len(found)}")
    return found[start - first : stop - first]


def spans(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """[start, stop) in pieces that end at the edges of tiles."""
    while start < stop:
        end = min(stop, start - start % TILE_WIDTH + READ_AT_ONCE)
        yield start, end
        start = end
