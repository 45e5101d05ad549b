"""multipart/mixed (RFC 2046 §5.1), read strictly and written (Communication 1.5.2).

The reader is total: any bytes become parts or BadEvidence("xapi-multipart") with a reason. It looks
at each byte a bounded number of times and bounds the number of parts and of header bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import NoReturn

from ledger.core.xapi import messages_semantics  # noqa: F401  (registers the sentences)
from ledger.errors import BadEvidence

MAX_PARTS = 1001
MAX_HEADER_BYTES = 8192
REQUIREMENT = "Communication 1.5.2"

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e])*"'
_MEDIA_TYPE = re.compile(rf"[ \t]*({_TOKEN}/{_TOKEN})[ \t]*")
_PARAMETER = re.compile(rf";[ \t]*(?:({_TOKEN})=({_TOKEN}|{_QUOTED})[ \t]*)?")
# A boundary in the wild is often sent without the quotes that RFC 2045 asks for.
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*:[ \t]*([\t\x20-\x7e\x80-\xff]*)")
# A long header may go on in the next line (RFC 5322 §2.2.3); mail libraries write the hash so.
_FOLD = {line: re.compile(line + rb"[ \t]+") for line in (b"\r\n", b"\n")}


@dataclass(frozen=True)
class Part:
    """One body part; header names in lower case."""

    headers: Mapping[str, str]
    content: bytes


def _refuse(reason: str) -> NoReturn:
    raise BadEvidence("xapi-multipart", reason=reason, pointer="", requirement=REQUIREMENT)


def media_type(value: str) -> tuple[str, dict[str, str]]:
    """Type in lower case and parameters of a Content-Type (RFC 9110 §8.3.1); names in lower case.

    Raises BadEvidence xapi-multipart `content-type`.
    """
    found = _MEDIA_TYPE.match(value)
    if found is None:
        _refuse("content-type")
    parameters: dict[str, str] = {}
    position = found.end()
    while position < len(value):
        piece = _PARAMETER.match(value, position)
        if piece is None:
            _refuse("content-type")
        name, text = piece.groups()
        if name is not None:
            if name.lower() in parameters:
                _refuse("content-type")
            parameters[name.lower()] = _unquoted(text)
        position = piece.end()
    return found[1].lower(), parameters


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _boundary(content_type: str) -> bytes:
    kind, parameters = media_type(content_type)
    if kind != "multipart/mixed":
        _refuse("content-type")
    boundary = parameters.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        _refuse("boundary")
    return boundary.encode("ascii")


def _headers(block: bytes, line: bytes) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for header in _FOLD[line].sub(b" ", block).split(line):
        match = _HEADER.fullmatch(header)
        if match is None:
            _refuse("header")
        name = match[1].decode("ascii").lower()
        if name in found:
            _refuse("header-twice")
        found[name] = match[2].decode("latin-1").rstrip(" \t")
    return MappingProxyType(found)


def _part(piece: bytes, line: bytes) -> Part:
    """What stands between two delimiter lines: headers, an empty line, the content."""
    if piece.startswith(line):
        return Part(MappingProxyType({}), piece[len(line) :])
    end = piece.find(line * 2, 0, MAX_HEADER_BYTES)
    if end < 0:
        _refuse("headers-end")
    return Part(_headers(piece[:end], line), piece[end + 2 * len(line) :])


def _line_break(boundary: bytes, body: bytes) -> bytes:
    """CRLF, as RFC 2046 has it; LF if the first delimiter line ends so.

    The standard's suite keeps such bodies in files whose line breaks depend on how they were
    fetched. What a part contains is held by its hash either way.
    """
    first = re.search(rb"(?:\A|\n)--" + re.escape(boundary) + rb"[ \t]*+(\r?\n)", body)
    return b"\r\n" if first is None else first[1]


def _delimiter(boundary: bytes, line: bytes) -> re.Pattern[bytes]:
    """A line of its own, closing if two hyphens follow; the line break before belongs to it."""
    return re.compile(
        rb"(?:\A|" + line + rb")--" + re.escape(boundary) + rb"(--)?[ \t]*+(?:" + line + rb"|\Z)"
    )


def parse_multipart(content_type: str, body: bytes, max_parts: int = MAX_PARTS) -> list[Part]:
    """The parts of a body, at least one; preamble and epilogue are not looked at.

    A line that only begins like a delimiter is content. Raises BadEvidence xapi-multipart:
    content-type, boundary, no-parts, not-closed, parts, headers-end, header, header-twice.
    """
    boundary = _boundary(content_type)
    line = _line_break(boundary, body)
    delimiter = _delimiter(boundary, line)
    start: int | None = None
    parts: list[Part] = []
    position = 0
    while (found := delimiter.search(body, position)) is not None:
        if start is not None:
            if len(parts) >= max_parts:
                _refuse("parts")
            parts.append(_part(body[start : found.start()], line))
        if found[1]:
            return parts or _refuse("no-parts")
        start = found.end()
        position = max(start - len(line), 0)
    _refuse("no-parts" if start is None else "not-closed")


def boundary_for(parts: Sequence[Part]) -> str:
    """A boundary that no part contains, the same for the same parts: nobody can prepare content
    that holds its own hash."""
    digest = sha256()
    for part in parts:
        digest.update(sha256(part.content).digest())
    return digest.hexdigest()


def write_multipart(parts: Sequence[Part], boundary: str) -> bytes:
    """The body with those parts. Raises ValueError for a boundary that a part contains and for a
    header that is none."""
    line = b"--" + boundary.encode("ascii")
    if not _BOUNDARY.fullmatch(boundary) or any(line in part.content for part in parts):
        raise ValueError("not a boundary for these parts")
    pieces: list[bytes] = []
    for part in parts:
        pieces += [line, b"\r\n"]
        for name, value in part.headers.items():
            header = f"{name}: {value}".encode("latin-1")
            if not _HEADER.fullmatch(header):
                raise ValueError(f"not a header: {name}")
            pieces += [header, b"\r\n"]
        pieces += [b"\r\n", part.content, b"\r\n"]
    return b"".join([*pieces, line, b"--\r\n"])
