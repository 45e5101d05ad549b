"""Reading streams and their records, and the way to their writer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, or_, select, update

from ledger.core import merkle
from ledger.core.streams import KINDS_BY_NAME
from ledger.core.tiles import consistency_from_tiles, inclusion_from_tiles, root_from_tiles
from ledger.errors import BadEvidence, UnknownNumber
from ledger.ports import AnchorRow, CertificateFacts, LookupRow, StreamWriter
from ledger.store.database import Database, in_lists
from ledger.store.dedupe import Digest, Identities
from ledger.store.dialect import stream_excluded
from ledger.store.entries import base_of, read_entries, read_size, spans
from ledger.store.locks import held
from ledger.store.schema import (
    KIND_SHIFT,
    anchor,
    certificate,
    lookup,
    record,
    stream,
)
from ledger.store.sealing import Sealing
from ledger.store.tiles import TileFiles
from ledger.store.writer import Writer

_INDEX_MASK = (1 << KIND_SHIFT) - 1
_CREDENTIAL = "credential"
_KNOWN_ROOTS = 256
_NUMBERS_AT_ONCE = 500


class Streams:
    """`ports.StreamStore` over a database and the folder `HOME/streams`."""

    def __init__(self, home: Path, database: Database, key: bytes, sealing: Sealing) -> None:
        self._database = database
        self._key = key
        self._sealing = sealing
        self._folder = home / "streams"
        self._tiles = {
            kind: TileFiles(database, kind, self._folder / kind) for kind in KINDS_BY_NAME
        }

        # A size once acknowledged has one root for ever.
        self._roots: dict[tuple[str, int], bytes] = {}

    # ------------------------------------------------------------------ writing

    @contextmanager
    def writer(self, kind: str, timeout: float = 60.0) -> Iterator[StreamWriter]:
        """See `ports.StreamStore.writer`."""
        tiles = self._of(kind)
        with self._held(kind, timeout):
            yield Writer(self._database, kind, tiles, self._key, self._sealing)

    @contextmanager
    def _held(self, kind: str, timeout: float) -> Iterator[bool]:
        """The stream's lock; whether somebody else had it first."""
        number, engine = base_of(kind) >> KIND_SHIFT, self._database.engine
        with (
            held(self._folder / kind / "lock", timeout, "stream-busy", kind=kind) as waited,
            stream_excluded(engine, number, kind, timeout) as waited_there,
        ):
            yield waited or waited_there

    def erase(self, kind: str, index: int) -> bool:
        """Deletes payload, salt and look-up keys of a record; False if that was done before.

        The entry stays in the stream and the HMAC of its identity in the table for duplicates; a
        certificate's status index stays taken.
        """
        number = self._number(kind, index)
        with self._database.write() as connection:
            done = connection.execute(
                update(record)
                .where(record.c.id == number, record.c.payload.is_not(None))
                .values(payload=None, salt=None)
            )
            connection.execute(delete(lookup).where(lookup.c.record == number))
            connection.execute(
                update(certificate)
                .where(certificate.c.record == number)
                .values(number=None, frame=b"", content=b"")
            )
        return done.rowcount == 1

    # ------------------------------------------------------------------ entries and payloads

    def size(self, kind: str) -> int:
        """Entries acknowledged."""
        base_of(kind)
        with self._database.read() as connection:
            return read_size(connection, kind)

    def entry(self, kind: str, index: int) -> bytes:
        """Raises UnknownNumber("no-such-record") for an index that was not acknowledged."""
        return next(self.entries(kind, index, index + 1))

    def entries(self, kind: str, start: int, stop: int) -> Iterator[bytes]:
        """Entries [start, stop); UnknownNumber when not all of them are acknowledged."""
        size = self.size(kind)
        if not 0 <= start <= stop <= size:
            raise UnknownNumber("no-such-record", stream=kind, index=max(start, stop - 1))
        for first, end in spans(start, stop):
            with self._database.read() as connection:
                found = read_entries(connection, kind, first, end)
            yield from found

    def payload(self, kind: str, index: int) -> tuple[bytes, bytes] | None:
        """(salt, payload); None where it was erased."""
        wanted = select(record.c.identity, record.c.salt, record.c.payload)
        with self._database.read() as connection:
            row = connection.execute(
                wanted.where(record.c.id == self._number(kind, index))
            ).one_or_none()
        if row is None:
            raise UnknownNumber("no-such-record", stream=kind, index=index)
        if row.payload is None:
            return None
        return row.salt, self._sealing.open_payload(row.identity, row.payload)

    def find(self, kind: str, identity: bytes) -> int | None:
        """Leaf index of the record with that identity."""
        base = base_of(kind)
        value = Digest(self._key, KINDS_BY_NAME[kind])(identity)
        with self._database.read() as connection:
            found = Identities(connection, [value]).find(value)
        return None if found is None else found - base

    # ------------------------------------------------------------------ trees

    def root(self, kind: str, size: int) -> bytes:
        """Root at a size that was acknowledged; checked against every root that the store noted."""
        known = self._roots.get((kind, size))
        if known is not None:
            return known
        self._check_size(kind, size)
        found = root_from_tiles(size, self._of(kind))
        if any(found != noted for noted in self._noted_roots(kind, size)):
            raise BadEvidence("store-damaged", what=f"{kind}: tree of size {size}")
        if len(self._roots) >= _KNOWN_ROOTS:
            self._roots.clear()
        self._roots[kind, size] = found
        return found

    def inclusion(self, kind: str, index: int, size: int) -> list[bytes]:
        """The audit path, verified against `root` and the entry before it is given away."""
        self._check_size(kind, size)
        path = inclusion_from_tiles(index, size, self._of(kind))
        leaf = merkle.leaf_hash(self.entry(kind, index))
        try:
            merkle.verify_inclusion(leaf, index, size, path, self.root(kind, size))
        except BadEvidence as error:
            raise BadEvidence("store-damaged", what=f"{kind}: proof of entry {index}") from error
        return path

    def consistency(self, kind: str, old: int, new: int) -> list[bytes]:
        """The consistency path between two sizes, 0 < old <= new."""
        self._check_size(kind, new)
        return consistency_from_tiles(old, new, self._of(kind))

    def checkpoint(self, kind: str) -> bytes | None:
        """The newest signed note, final even where its file is not public yet."""
        base_of(kind)
        wanted = select(stream.c.signed_note).where(stream.c.kind == KINDS_BY_NAME[kind])
        with self._database.read() as connection:
            note = connection.execute(wanted).scalar_one()
        return None if note is None else bytes(note)

    def file(self, kind: str, path: str) -> bytes | None:
        """A public file; None for one that is not there and for a path of another form."""
        tiles = self._tiles.get(kind)
        return None if tiles is None else tiles.file(path)

    # ------------------------------------------------------------------ look-up, certificates

    def lookup(self, bits: int, prefix: bytes, below: int) -> list[LookupRow]:
        """See `ports.StreamStore.lookup`; ordered by key."""
        low, high = _prefix_range(bits, prefix)
        base = base_of(_CREDENTIAL)
        wanted = select(lookup).where(
            lookup.c.key >= low, lookup.c.record >= base, lookup.c.record < base + below
        )
        if high is not None:
            wanted = wanted.where(lookup.c.key < high)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(lookup.c.key, lookup.c.record)).all()
        return [LookupRow(bytes(key), number - base) for key, number in rows]

    def certificate(self, number: str) -> tuple[int, CertificateFacts] | None:
        """(leaf index, facts)."""
        with self._database.read() as connection:
            row = connection.execute(
                select(certificate).where(certificate.c.number == number)
            ).one_or_none()
        return None if row is None else _facts(row)

    def certificates(self) -> Iterator[tuple[int, CertificateFacts]]:
        """All that were not erased, by leaf index."""
        after = -1
        while True:
            wanted = (
                select(certificate)
                .where(certificate.c.record > after, certificate.c.number.is_not(None))
                .order_by(certificate.c.record)
                .limit(1_000)
            )
            with self._database.read() as connection:
                rows = connection.execute(wanted).all()
            if not rows:
                return
            yield from map(_facts, rows)
            after = rows[-1].record

    def known_certificates(self, numbers: Sequence[str]) -> dict[str, tuple[int, CertificateFacts]]:
        """(leaf index, facts) by number."""
        found: dict[str, tuple[int, CertificateFacts]] = {}
        with self._database.read() as connection:
            for start in range(0, len(numbers), _NUMBERS_AT_ONCE):
                some = list(numbers[start : start + _NUMBERS_AT_ONCE])
                wanted = select(certificate).where(certificate.c.number.in_(some))
                found |= {row.number: _facts(row) for row in connection.execute(wanted)}
        return found

    def status_index_taken(self, indexes: Sequence[int]) -> set[int]:
        """Those of `indexes` that a certificate has."""
        taken: set[int] = set()
        with self._database.read() as connection:
            for listed in in_lists(sorted(set(indexes))):
                taken.update(
                    row[0]
                    for row in connection.exec_driver_sql(
                        f"SELECT status_index FROM certificate WHERE status_index IN ({listed})"
                    )
                )
        return taken

    # ------------------------------------------------------------------ anchors

    def record_anchor(self, kind: str, row: AnchorRow) -> None:
        """Idempotent by seq; another anchor under a known seq is BadEvidence("stream-forked")."""
        number = base_of(kind) >> KIND_SHIFT
        known = select(anchor).where(anchor.c.kind == number, anchor.c.seq == row.seq)
        with self._database.write() as connection:
            found = connection.execute(known).one_or_none()
            if found is None:
                values = (row.seq, row.size, row.root, row.block, row.time, row.tx, row.gas)
                self._database.insert(connection, anchor, [(number, *values)])
            elif (found.size, found.root) != (row.size, row.root):
                raise BadEvidence("stream-forked", stream=kind)

    def anchors(self, kind: str) -> Sequence[AnchorRow]:
        """By sequence number, oldest first."""
        number = base_of(kind) >> KIND_SHIFT
        wanted = select(anchor).where(anchor.c.kind == number).order_by(anchor.c.seq)
        with self._database.read() as connection:
            return [AnchorRow(*row[1:]) for row in connection.execute(wanted)]

    def covering_anchor(self, kind: str, index: int) -> AnchorRow | None:
        """The first anchor with size > index."""
        number = base_of(kind) >> KIND_SHIFT
        wanted = (
            select(anchor)
            .where(anchor.c.kind == number, anchor.c.size > index)
            .order_by(anchor.c.size)
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else AnchorRow(*row[1:])

    # ------------------------------------------------------------------ inside

    def _of(self, kind: str) -> TileFiles:
        base_of(kind)
        return self._tiles[kind]

    def _number(self, kind: str, index: int) -> int:
        base = base_of(kind)
        if not 0 <= index <= _INDEX_MASK:
            raise UnknownNumber("no-such-record", stream=kind, index=index)
        return base + index

    def _check_size(self, kind: str, size: int) -> None:
        if not 0 <= size <= self.size(kind):
            raise UnknownNumber("no-such-record", stream=kind, index=size - 1)

    def _noted_roots(self, kind: str, size: int) -> list[bytes]:
        number = base_of(kind) >> KIND_SHIFT
        row = select(stream).where(
            stream.c.kind == number, or_(stream.c.size == size, stream.c.signed_size == size)
        )
        anchored = select(anchor.c.root).where(anchor.c.kind == number, anchor.c.size == size)
        with self._database.read() as connection:
            roots = [bytes(root) for root in connection.execute(anchored).scalars()]
            if (found := connection.execute(row).one_or_none()) is not None:
                if found.signed_size == size:
                    roots.append(found.signed_root)
                if found.size == size:
                    roots.append(merkle.Frontier.from_bytes(found.frontier).root())
        return roots


def _facts(row: Row[Any]) -> tuple[int, CertificateFacts]:
    return row.record & _INDEX_MASK, CertificateFacts(
        row.number, row.type_code, row.status_index, bytes(row.frame), bytes(row.content)
    )


def _prefix_range(bits: int, prefix: bytes) -> tuple[bytes, bytes | None]:
    """The keys [low, high) whose first `bits` bits are those of `prefix`; high None: no end."""
    if not 0 <= bits <= 256:
        raise ValueError("bits")
    value = int.from_bytes(prefix[:32].ljust(32, b"\x00"), "big")
    low = value >> (256 - bits) << (256 - bits)
    high = low + (1 << (256 - bits))
    return low.to_bytes(32, "big"), high.to_bytes(32, "big") if high < 1 << 256 else None
