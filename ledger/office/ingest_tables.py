"""A table of records, CSV or XLSX, as rows of text cells, one at a time.

CSV is read as it streams in, plain or gzip. Its encoding shows at the first byte that is not
ASCII: GB 18030 there is never well-formed UTF-8 by accident.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator

from ledger.errors import BadEvidence, Refusal
from ledger.office.ingest_files import MAX_STATEMENT, chunks_of
from ledger.office.roster_table import MAX_BYTES, Row, delimiter, read_table, text_cell

SHEET = b"PK\x03\x04"
_ENOUGH = 4096
"""Bytes from the first chunk with one that is not ASCII, by which the encoding is told."""


def read_rows(read: Callable[[int], bytes]) -> Iterator[Row | Refusal]:
    """Rows that are not blank, the heading first; a refusal is the last thing that comes."""
    chunks = chunks_of(read)
    head = next(chunks, b"")
    while not isinstance(head, Refusal) and len(head) < len(SHEET):
        more = next(chunks, b"")
        if isinstance(more, Refusal) or not more:
            chunks = iter([more]) if more else iter(())
            break
        head += more
    if isinstance(head, Refusal):
        yield head
    elif head.startswith(SHEET):
        yield from _sheet(head, chunks)
    else:
        yield from _csv(head, chunks)


def _sheet(head: bytes, chunks: Iterable[bytes | Refusal]) -> Iterator[Row | Refusal]:
    """A workbook is read whole: its parts lie anywhere in it."""
    data = bytearray(head)
    for chunk in chunks:
        if isinstance(chunk, Refusal):
            yield chunk
            return
        data += chunk
        if len(data) > MAX_BYTES:
            break
    table = read_table(bytes(data))
    yield from table.rows
    for found in table.problems:
        yield Told(found.code, found.detail_zh, found.detail_en)


class Told(BadEvidence):
    """What another reader already said in both languages."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(code)
        self._said = {"zh": zh, "en": en}

    def message(self, lang: str = "zh") -> str:
        return self._said["zh" if lang == "zh" else "en"]


def _csv(head: bytes, chunks: Iterator[bytes | Refusal]) -> Iterator[Row | Refusal]:
    lines = _Lines(head, chunks)
    line = 0
    try:
        first = lines.first()
        reader = csv.reader(lines.all(), delimiter=delimiter(first), strict=True)
        for cells in reader:
            # A quoted cell may span lines: the row is where it begins.
            begun, line = line + 1, reader.line_num
            row = Row(begun, tuple(text_cell(cell) for cell in cells))
            if not row.blank:
                yield row
    except csv.Error as error:
        yield BadEvidence("roster-csv-damaged", reason=error)
    except Refusal as refusal:
        yield refusal


class _Lines:
    """Text lines of a byte stream whose encoding is found on the way."""

    def __init__(self, head: bytes, chunks: Iterator[bytes | Refusal]) -> None:
        self._chunks = _with(head, chunks)
        self._decoder: codecs.IncrementalDecoder | None = None
        self._early: list[str] = []
        self._pending = ""
        self._done = False

    def first(self) -> str:
        """The first line that is not blank; it is given again by `all`."""
        for line in self._split():
            self._early.append(line)
            if line.strip():
                return line
        return ""

    def all(self) -> Iterator[str]:
        """All lines from the beginning."""
        yield from self._early
        yield from self._split()

    def _split(self) -> Iterator[str]:
        while True:
            cut = self._pending.find("\n")
            if cut >= 0:
                line, self._pending = self._pending[: cut + 1], self._pending[cut + 1 :]
                yield from _separate(line)
            elif self._done:
                line, self._pending = self._pending, ""
                if line:
                    yield from _separate(line)
                return
            elif len(self._pending) > MAX_STATEMENT:
                raise BadEvidence("statement-too-long", limit=MAX_STATEMENT)
            else:
                self._read()

    def _next(self) -> bytes:
        chunk = next(self._chunks, b"")
        if isinstance(chunk, Refusal):
            raise chunk
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not self._decoder:
            raise BadEvidence("roster-utf16")
        if b"\0" in chunk:
            raise BadEvidence("roster-nul")
        self._done = not chunk
        return chunk

    def _read(self) -> None:
        """One more chunk, decoded."""
        chunk = self._next()
        if self._decoder is None and not chunk.isascii():
            while len(chunk) < _ENOUGH and not self._done:
                chunk += self._next()
            self._decoder = _decoder(chunk)
        try:
            if self._decoder is None:
                self._pending += chunk.decode("ascii")
            else:
                self._pending += self._decoder.decode(chunk, final=self._done)
        except UnicodeDecodeError as error:
            raise BadEvidence("roster-encoding") from error


def _decoder(chunk: bytes) -> codecs.IncrementalDecoder:
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(chunk)
    except UnicodeDecodeError:
        return codecs.getincrementaldecoder("gb18030")()
    return codecs.getincrementaldecoder("utf-8-sig")()


def _separate(line: str) -> Iterator[str]:
    """Old line ends, a lone CR, end a row as well."""
    body = line.removesuffix("\n").removesuffix("\r")
    end = line[len(body) :]
    *parts, last = body.split("\r")
    for part in parts:
        yield part + "\r"
    if last or end:
        yield last + end


def _with(head: bytes, chunks: Iterator[bytes | Refusal]) -> Iterator[bytes | Refusal]:
    yield head
    yield from chunks
