"""A file of statements as single JSON texts: JSON lines or one JSON array, plain or gzip.

Memory stays bounded whatever the file is: of a text that is too long only its end is looked for.
Nothing is parsed here.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ledger.errors import BadEvidence, Refusal
from ledger.office import messages_ingest as _messages  # noqa: F401  (registers the codes)

MAX_STATEMENT = 1 << 20
"""Bytes of one statement's text."""
GZIP = b"\x1f\x8b"
BOMB_FROM, BOMB_RATIO = 64 << 20, 120
"""A gzip file may unpack to more than the first only up to the second times its size. Logs of
statements shrink to a tenth or a thirtieth."""
_CHUNK = 1 << 16
_SPACE = b" \t\r\n"
# Possessive: linear on any input. Stops at a bracket, or at a string that is not whole yet.
_PLAIN = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_VALUE = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)


@dataclass(frozen=True)
class Item:
    """A statement's text, or why it cannot be had. `number` counts from 1: the line of a file of
    lines, the place in an array."""

    number: int
    text: bytes | Refusal


class Meter:
    """Counts the bytes that were read of a source, for progress."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.count = 0

    def read(self, size: int = _CHUNK) -> bytes:
        data = self._source.read(size)
        self.count += len(data)
        return data


def read_items(read: Callable[[int], bytes]) -> Iterator[Item]:
    """The items of a source. A file is an array if it begins with `[` and then `{`, `]` or nothing;
    anything else is lines. A damaged gzip stream or array is one refusal after the good items."""
    chunks = chunks_of(read)
    head = bytearray()
    for chunk in chunks:
        if isinstance(chunk, Refusal):
            chunks = _joined(bytes(head), [chunk])
            break
        head += chunk
        if (len(head) > 2 and len(_significant(head)) > 1) or len(head) > MAX_STATEMENT:
            chunks = _joined(bytes(head), chunks)
            break
    else:
        chunks = _joined(bytes(head), ())
    first = _significant(head)
    if first == b"[" or first[:2] in (b"[{", b"[]"):
        yield from _Array().items(chunks)
    else:
        yield from _lines(chunks)


def _significant(head: bytes | bytearray) -> bytes:
    """The first two characters that are no white space."""
    body = bytes(head).removeprefix(codecs.BOM_UTF8).lstrip(_SPACE)
    return body[:1] + body[1:].lstrip(_SPACE)[:1]


def _joined(head: bytes, rest: Iterable[bytes | Refusal]) -> Iterator[bytes | Refusal]:
    yield head.removeprefix(codecs.BOM_UTF8)
    yield from rest


# ------------------------------------------------------------------------------------------ bytes


def chunks_of(read: Callable[[int], bytes]) -> Iterator[bytes | Refusal]:
    """The bytes of a source, unpacked if it is gzip; a refusal is the last thing that comes."""
    start = b""
    while len(start) < len(GZIP) and (more := read(len(GZIP) - len(start))):
        start += more
    chunks = _gunzip(start, read) if start == GZIP else _plain(start, read)
    return (chunk for chunk in chunks if chunk)


def _plain(start: bytes, read: Callable[[int], bytes]) -> Iterator[bytes | Refusal]:
    yield start
    while chunk := read(_CHUNK):
        yield chunk


def _gunzip(start: bytes, read: Callable[[int], bytes]) -> Iterator[bytes | Refusal]:
    unpacker = zlib.decompressobj(wbits=31)
    pending, packed, unpacked = start, len(start), 0
    while True:
        try:
            chunk = unpacker.decompress(pending, _CHUNK)
        except zlib.error:
            yield BadEvidence("gzip-damaged")
            return
        unpacked += len(chunk)
        if unpacked > max(BOMB_FROM, BOMB_RATIO * packed):
            yield BadEvidence("gzip-bomb", ratio=BOMB_RATIO)
            return
        yield chunk
        if unpacker.eof:  # several gzip members may follow one another
            pending = unpacker.unused_data
            unpacker = zlib.decompressobj(wbits=31)
            ended = True
        else:
            pending, ended = unpacker.unconsumed_tail, False
        if not pending:
            pending = read(_CHUNK)
            packed += len(pending)
            if not pending:
                if not ended:
                    yield BadEvidence("gzip-damaged")
                return


# ------------------------------------------------------------------------------------------ lines


def _lines(chunks: Iterable[bytes | Refusal]) -> Iterator[Item]:
    number, held, too_long = 1, bytearray(), False
    for chunk in chunks:
        if isinstance(chunk, Refusal):
            yield Item(number, chunk)
            return
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            held += piece
            yield from _line(number, held, too_long)
            number, too_long = number + 1, False
            held.clear()
        held += rest
        if len(held) > MAX_STATEMENT:
            too_long = True
            held.clear()
    yield from _line(number, held, too_long)


def _line(number: int, held: bytearray, too_long: bool) -> Iterator[Item]:
    if too_long or len(held) > MAX_STATEMENT:
        yield Item(number, _too_long())
    elif text := bytes(held).strip(_SPACE):
        yield Item(number, text)


def _too_long() -> Refusal:
    return BadEvidence("statement-too-long", limit=MAX_STATEMENT)


# ------------------------------------------------------------------------------------------ array


class _Array:
    """Cuts an array into its elements by counting brackets outside strings.

    Whether an element is JSON is its reader's matter. Where the array itself is broken nobody can
    tell elements any more: one refusal, and the end.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        """Where in the buffer the scan goes on."""
        self._depth = 0
        self._number = 1
        self._long = False

    def items(self, chunks: Iterable[bytes | Refusal]) -> Iterator[Item]:
        state = self._opening
        for chunk in chunks:
            if isinstance(chunk, Refusal):
                yield Item(self._number, chunk)
                return
            self._buffer += chunk
            while state is not None:
                step = state()
                if step is None:
                    break
                item, state = step
                if item is not None:
                    yield item
                    if isinstance(item.text, Refusal) and item.text.code == "array-damaged":
                        return
        if state != self._after_end:
            yield Item(self._number, BadEvidence("array-damaged", why="]"))

    # Each state gives (an item or None, the next state), or None when it needs more bytes.

    def _opening(self) -> _Step | None:
        if not self._skip():
            return None
        del self._buffer[:1]
        return None, self._first

    def _first(self) -> _Step | None:
        if not self._skip():
            return None
        if self._buffer[:1] == b"]":
            del self._buffer[:1]
            return None, self._after_end
        return None, self._element

    def _element(self) -> _Step | None:
        """Up to the comma or the bracket that ends the element."""
        while True:
            pattern = _PLAIN if self._depth else _VALUE
            found = pattern.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            self._shorten()
            if self._at >= len(self._buffer):
                return None
            mark = self._buffer[self._at]
            if mark == 0x22:  # a string that is not whole yet
                if len(self._buffer) - self._at <= MAX_STATEMENT:
                    return None
                self._long = True
                del self._buffer[: self._at + 1]
                self._at = 0
                return None, self._long_string
            if not self._depth and mark in b",]":
                return self._ended()
            self._depth += 1 if mark in b"[{" else -1
            self._at += 1
            if self._depth < 0:
                return self._broken("}")

    def _long_string(self) -> _Step | None:
        """To the end of a string of which nothing is kept."""
        found = _STRING.match(self._buffer)
        del self._buffer[: found.end() if found else 0]
        if self._buffer[:1] != b'"':  # empty, or the first half of an escape
            return None
        del self._buffer[:1]
        return None, self._element

    def _ended(self) -> _Step:
        text = bytes(self._buffer[: self._at]).strip(_SPACE)
        last = self._buffer[self._at] == 0x5D
        del self._buffer[: self._at + 1]
        too_long = self._long or len(text) > MAX_STATEMENT
        item = Item(self._number, _too_long() if too_long else text)
        if not text and not too_long:
            item = Item(self._number, BadEvidence("array-damaged", why=","))
        self._at, self._depth, self._long = 0, 0, False
        self._number += 1
        return item, self._after_end if last else self._element

    def _after_end(self) -> _Step | None:
        if not self._skip():
            return None
        return self._broken(ascii(bytes(self._buffer[:20]))[2:-1])

    def _broken(self, why: str) -> _Step:
        return Item(self._number, BadEvidence("array-damaged", why=why)), self._after_end

    def _shorten(self) -> None:
        """Of an element that is too long nothing is kept but where it ends."""
        if self._at > MAX_STATEMENT:
            self._long = True
            del self._buffer[: self._at]
            self._at = 0

    def _skip(self) -> bool:
        """Past white space; whether something follows."""
        rest = self._buffer.lstrip(_SPACE)
        del self._buffer[: len(self._buffer) - len(rest)]
        return bool(self._buffer)


_Step = tuple[Item | None, Callable[[], "_Step | None"]]
