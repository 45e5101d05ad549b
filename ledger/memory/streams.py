"""Streams and their records, in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ledger.core import merkle
from ledger.core.signed_note import checkpoint_text, format_note, note_signature
from ledger.core.streams import KINDS_BY_NAME
from ledger.core.tiles import TILE_WIDTH, entries_path, pack_entries, tile_path
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, UnknownNumber
from ledger.ports import (
    AnchorRow,
    Appended,
    CertificateFacts,
    LookupRow,
    NewRecord,
    Outcome,
    Signer,
    StreamWriter,
)


@dataclass
class _MemoryStream:
    """One stream: entries and their records in order, its public files, its anchors."""

    records: list[NewRecord] = field(default_factory=list)
    erased: set[int] = field(default_factory=set)
    signed: tuple[int, bytes] | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    anchors: dict[int, AnchorRow] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def leaves(self, size: int) -> list[bytes]:
        return merkle.leaf_hashes(record.entry for record in self.records[:size])


class _MemoryWriter:
    """`ports.StreamWriter` in memory."""

    def __init__(self, store: MemoryStreamStore, kind: str) -> None:
        self._store, self._kind = store, kind
        self._stream = store.stream(kind)

    def size(self) -> int:
        return len(self._stream.records)

    def append(self, records: Sequence[NewRecord]) -> list[Appended]:
        outcomes: list[Appended] = []
        accepted: list[NewRecord] = []
        taken = self._stream.records
        known = {record.identity: index for index, record in enumerate(taken)}
        for new in records:
            index = known.get(new.identity)
            if index is None:
                index = known[new.identity] = len(taken) + len(accepted)
                accepted.append(new)
                outcomes.append(Appended(Outcome.ACCEPTED, index))
                continue
            old = taken[index] if index < len(taken) else accepted[index - len(taken)]
            same = index in self._stream.erased or old.payload == new.payload
            outcomes.append(Appended(Outcome.DUPLICATE if same else Outcome.CONFLICT, index))
        self._refuse_taken(accepted)
        taken.extend(accepted)
        return outcomes

    def _refuse_taken(self, accepted: Sequence[NewRecord]) -> None:
        """A certificate's number and status index are each given once."""
        numbers, indexes = self._store.taken()
        for fact in (record.certificate for record in accepted if record.certificate):
            if fact.number in numbers or fact.status_index in indexes:
                raise NotAllowed("certificate-taken")
            numbers.add(fact.number)
            indexes.add(fact.status_index)

    def sign_checkpoint(self, origin: str, signer: Signer) -> bytes:
        stream, size = self._stream, self.size()
        leaves = stream.leaves(size)
        root = merkle.root(leaves)
        if stream.signed is not None:
            old, old_root = stream.signed
            if size < old or merkle.root(leaves[:old]) != old_root:
                raise BadEvidence("stream-forked", stream=self._kind)
        text = checkpoint_text(origin, size, root)
        signature = note_signature(origin, signer.public_key, signer.sign(text))
        note = format_note(text, [signature])
        stream.files.update(_tile_files([record.entry for record in stream.records], leaves))
        stream.files["checkpoint"] = note
        stream.signed = (size, root)
        return note


def _tile_files(entries: Sequence[bytes], leaves: Sequence[bytes]) -> dict[str, bytes]:
    """Every tile of a tree by its path."""
    files, level, hashes = {}, 0, list(leaves)
    while hashes:
        for n in range(-(-len(hashes) // TILE_WIDTH)):
            part = hashes[n * TILE_WIDTH : (n + 1) * TILE_WIDTH]
            files[tile_path(level, n, len(part))] = b"".join(part)
            if level == 0:
                bundle = entries[n * TILE_WIDTH : (n + 1) * TILE_WIDTH]
                files[entries_path(n, len(bundle))] = pack_entries(bundle)
        full = len(hashes) // TILE_WIDTH
        hashes = [merkle.root(hashes[n * TILE_WIDTH : (n + 1) * TILE_WIDTH]) for n in range(full)]
        level += 1
    return files


class MemoryStreamStore:
    """`ports.StreamStore` in memory, slow and plain: what the store on disk is compared with."""

    def __init__(self) -> None:
        self._streams = {kind: _MemoryStream() for kind in KINDS_BY_NAME}

    def stream(self, kind: str) -> _MemoryStream:
        if kind not in self._streams:
            raise UnknownNumber("no-such-stream", stream=kind)
        return self._streams[kind]

    def taken(self) -> tuple[set[str], set[int]]:
        """Certificate numbers and status indexes in use; an erased record keeps its index."""
        numbers, indexes = set(), set()
        for stream in self._streams.values():
            for index, record in enumerate(stream.records):
                if (fact := record.certificate) is not None:
                    indexes.add(fact.status_index)
                    if index not in stream.erased:
                        numbers.add(fact.number)
        return numbers, indexes

    @contextmanager
    def writer(self, kind: str, timeout: float = 60.0) -> Iterator[StreamWriter]:
        lock = self.stream(kind).lock
        if not lock.acquire(timeout=max(timeout, 0)):
            raise CouldNotLook("stream-busy", kind=kind, holder="this process")
        try:
            yield _MemoryWriter(self, kind)
        finally:
            lock.release()

    def erase(self, kind: str, index: int) -> bool:
        self.entry(kind, index)
        erased = self.stream(kind).erased
        fresh = index not in erased
        erased.add(index)
        return fresh

    def size(self, kind: str) -> int:
        return len(self.stream(kind).records)

    def entry(self, kind: str, index: int) -> bytes:
        return next(self.entries(kind, index, index + 1))

    def entries(self, kind: str, start: int, stop: int) -> Iterator[bytes]:
        if not 0 <= start <= stop <= self.size(kind):
            raise UnknownNumber("no-such-record", stream=kind, index=max(start, stop - 1))
        yield from [record.entry for record in self.stream(kind).records[start:stop]]

    def payload(self, kind: str, index: int) -> tuple[bytes, bytes] | None:
        self.entry(kind, index)
        stream = self.stream(kind)
        record = stream.records[index]
        return None if index in stream.erased else (record.salt, record.payload)

    def find(self, kind: str, identity: bytes) -> int | None:
        records = self.stream(kind).records
        return next((i for i, record in enumerate(records) if record.identity == identity), None)

    def _leaves(self, kind: str, size: int) -> list[bytes]:
        if not 0 <= size <= self.size(kind):
            raise UnknownNumber("no-such-record", stream=kind, index=size - 1)
        return self.stream(kind).leaves(size)

    def root(self, kind: str, size: int) -> bytes:
        return merkle.root(self._leaves(kind, size))

    def inclusion(self, kind: str, index: int, size: int) -> list[bytes]:
        return merkle.inclusion_path(self._leaves(kind, size), index)

    def consistency(self, kind: str, old: int, new: int) -> list[bytes]:
        return merkle.consistency_path(self._leaves(kind, new), old)

    def checkpoint(self, kind: str) -> bytes | None:
        return self.stream(kind).files.get("checkpoint")

    def file(self, kind: str, path: str) -> bytes | None:
        stream = self._streams.get(kind)
        return None if stream is None else stream.files.get(path)

    def lookup(self, bits: int, prefix: bytes, below: int) -> list[LookupRow]:
        drop = 256 - bits
        wanted = int.from_bytes(prefix[:32].ljust(32, b"\x00"), "big") >> drop
        stream = self.stream("credential")
        rows = {
            (key, index)
            for index, record in enumerate(stream.records[:below])
            if index not in stream.erased
            for key in record.lookup
            if int.from_bytes(key, "big") >> drop == wanted
        }
        return [LookupRow(key, index) for key, index in sorted(rows)]

    def certificate(self, number: str) -> tuple[int, CertificateFacts] | None:
        return next((one for one in self.certificates() if one[1].number == number), None)

    def certificates(self) -> Iterator[tuple[int, CertificateFacts]]:
        stream = self.stream("credential")
        for index, record in enumerate(list(stream.records)):
            if record.certificate is not None and index not in stream.erased:
                yield index, record.certificate

    def known_certificates(self, numbers: Sequence[str]) -> dict[str, tuple[int, CertificateFacts]]:
        wanted = set(numbers)
        return {one[1].number: one for one in self.certificates() if one[1].number in wanted}

    def status_index_taken(self, indexes: Sequence[int]) -> set[int]:
        return self.taken()[1] & set(indexes)

    def record_anchor(self, kind: str, row: AnchorRow) -> None:
        known = self.stream(kind).anchors.setdefault(row.seq, row)
        if (known.size, known.root) != (row.size, row.root):
            raise BadEvidence("stream-forked", stream=kind)

    def anchors(self, kind: str) -> Sequence[AnchorRow]:
        return [row for _, row in sorted(self.stream(kind).anchors.items())]

    def covering_anchor(self, kind: str, index: int) -> AnchorRow | None:
        covering = [row for row in self.anchors(kind) if row.size > index]
        return min(covering, key=lambda row: row.size, default=None)
