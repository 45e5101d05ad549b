"""Statements into a stream: the good lines are in, the bad ones named by line.

A line is one xAPI statement in JSON. A statement without `id` is known again by its canonical
bytes. Lines are taken in batches, each acknowledged by one durable transaction; run again after a
crash, what is in counts as duplicate.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.commitment import commit
from ledger.core.entry import Kind, RecordEntry, encode
from ledger.errors import BadEvidence, Refusal, WrongUse
from ledger.office.context import Office
from ledger.office.statement import check_statement, voided_id
from ledger.ports import NewRecord, Outcome, Progress, StreamWriter

BATCH = 2_048
MAX_LINE = 1 << 20
"""Bytes in one statement's line."""

KINDS = {"learning": Kind.LEARNING, "teaching": Kind.TEACHING}


@dataclass(frozen=True)
class RefusedLine:
    """A line (1-based) that is not in the stream, and why."""

    line: int
    refusal: Refusal


@dataclass
class IngestReport:
    """Counts over the lines of one input; blank lines do not count."""

    accepted: int
    duplicate: int
    refused: list[RefusedLine]


@dataclass(frozen=True)
class _Parsed:
    line: int
    statement: dict[str, Any]
    payload: bytes


def ingest(
    office: Office, kind: str, source: BinaryIO, progress: Progress | None = None
) -> IngestReport:
    """Reads statements, plain or gzip, and appends them to the stream `learning` or `teaching`.

    Raises WrongUse for another stream or an empty input; a damaged gzip stream is one refused
    line after the good ones.
    """
    if kind not in KINDS:
        raise WrongUse("unknown-kind", kind=kind)
    report = IngestReport(0, 0, [])
    seen = 0
    for batch in _batches(read_lines(source)):
        parsed = []
        for number, line in batch:
            seen += 1
            try:
                parsed.append(_parse(number, line))
            except Refusal as refusal:
                report.refused.append(RefusedLine(number, refusal))
        _append(office, kind, parsed, report)
        if progress:
            progress(seen, 0)
    if seen == 0:
        raise WrongUse("file-empty")
    report.refused.sort(key=lambda refused: refused.line)
    return report


def _parse(number: int, line: bytes | Refusal) -> _Parsed:
    if isinstance(line, Refusal):
        raise line
    try:
        value = parse_json(line)
    except BadEvidence as bad:
        raise BadEvidence("statement-not-json", why=bad.detail.get("reason")) from bad
    statement = check_statement(value)
    return _Parsed(number, statement, canonical_json(statement))


def _append(office: Office, kind: str, parsed: list[_Parsed], report: IngestReport) -> None:
    if not parsed:
        return
    with office.store.writer(kind) as writer:
        records = [_record(office, kind, item) for item in parsed]
        _count(report, parsed, writer, records)


def _count(
    report: IngestReport, parsed: list[_Parsed], writer: StreamWriter, records: list[NewRecord]
) -> None:
    for item, outcome in zip(parsed, writer.append(records), strict=True):
        if outcome.outcome is Outcome.ACCEPTED:
            report.accepted += 1
        elif outcome.outcome is Outcome.DUPLICATE:
            report.duplicate += 1
        else:
            refusal = BadEvidence(
                "statement-conflict", id=item.statement.get("id"), index=outcome.index
            )
            report.refused.append(RefusedLine(item.line, refusal))


def _record(office: Office, kind: str, item: _Parsed) -> NewRecord:
    salt = office.entropy(32)
    voids = voided_id(item.statement)
    refers = office.store.find(kind, voids.encode()) if voids else None
    entry = RecordEntry(
        kind=KINDS[kind], time=office.clock(), commitment=commit(salt, item.payload), refers=refers
    )
    return NewRecord(encode(entry), item.payload, salt, identity_of(item.statement, item.payload))


def identity_of(statement: dict[str, Any], payload: bytes) -> bytes:
    """What tells a statement again: its id, else the SHA-256 of its canonical bytes."""
    given = statement.get("id")
    if given is not None:
        return str(given).lower().encode()
    return hashlib.sha256(payload).digest()


def _batches(
    lines: Iterable[tuple[int, bytes | Refusal]],
) -> Iterator[list[tuple[int, bytes | Refusal]]]:
    batch: list[tuple[int, bytes | Refusal]] = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def read_lines(source: BinaryIO) -> Iterator[tuple[int, bytes | Refusal]]:
    """(1-based line number, line without its end, or why it cannot be had); blank lines left out.

    Memory stays bounded: of an over-long line only the first MAX_LINE bytes are ever held.
    """
    start = source.read(2)
    chunks = _gunzip(start, source) if start == b"\x1f\x8b" else _plain(start, source)
    yield from _split(chunks)


def _plain(start: bytes, source: BinaryIO) -> Iterator[bytes]:
    yield start
    while chunk := source.read(io.DEFAULT_BUFFER_SIZE * 8):
        yield chunk


def _gunzip(start: bytes, source: BinaryIO) -> Iterator[bytes | Refusal]:
    unpacker = zlib.decompressobj(wbits=31)
    pending = start
    while True:
        try:
            yield unpacker.decompress(pending, 1 << 16)
        except zlib.error:
            yield BadEvidence("gzip-damaged")
            return
        if unpacker.eof:  # several gzip members may follow one another
            pending = unpacker.unused_data or source.read(1 << 16)
            if not pending:
                return
            unpacker = zlib.decompressobj(wbits=31)
            continue
        pending = unpacker.unconsumed_tail or source.read(1 << 16)
        if not pending:
            yield BadEvidence("gzip-damaged")
            return


def _split(chunks: Iterable[bytes | Refusal]) -> Iterator[tuple[int, bytes | Refusal]]:
    number, held, too_long = 1, b"", False
    for chunk in chunks:
        if isinstance(chunk, Refusal):
            yield number, chunk
            return
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            yield from _line(number, held + piece, too_long)
            number, held, too_long = number + 1, b"", False
        held += rest
        if len(held) > MAX_LINE:
            held, too_long = b"", True
    yield from _line(number, held, too_long)


def _line(number: int, line: bytes, too_long: bool) -> Iterator[tuple[int, bytes | Refusal]]:
    if number == 1:
        line = line.removeprefix(codecs.BOM_UTF8)
    if too_long or len(line) > MAX_LINE:
        yield number, BadEvidence("statement-too-long", limit=MAX_LINE)
    elif line.strip():
        yield number, line.strip()
