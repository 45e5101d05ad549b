"""Reading a records file: total, and strict about everything that a proof rests on.

Format: `docs/spec/records-file.md`. Whatever a line is, it is read or becomes a problem with its
line number, and reading goes on.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from typing import Any

import orjson

from ledger.core.canonical import MAX_SAFE_INT, canonical_json, check_depth, parse_json
from ledger.core.commitment import SALT_LENGTH
from ledger.core.entry import MAX_LENGTH as MAX_ENTRY
from ledger.core.records_file_values import (
    GROUP,
    KINDS,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_INT,
    MAX_LINE,
    MAX_LINES,
    MAX_PROBLEMS,
    Anchor,
    EvidenceRecord,
    RecordsFile,
    StreamEvidence,
)
from ledger.core.shape import Shape
from ledger.core.signed_note import MAX_NOTE, Checkpoint, parse_checkpoint, parse_note
from ledger.core.streams import KIND_NAMES, parse_origin
from ledger.errors import BadEvidence

_MAX_PATH = 8
_MAX_ANCHORS = MAX_HEADER // 10
_TEACHING = b'{"type":"record","stream":"teaching",'
_HEADER = b'{"type":"stream",'
_SHOWN = b',"shown":{'
# The last of 43 characters holds four bits of the 32 bytes and two that have to be zero.
_HASH = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
_RECORD = re.compile(
    rb'\{"type":"record","stream":"(%b)","leaf":(0|[1-9][0-9]{0,14}),"entry":"([A-Za-z0-9+/=]{1,536})",'
    rb'"salt":"(%b)","path":\[((?:"%b",){0,7}"%b")?\],"payload":'
    % ("|".join(KINDS).encode(), _HASH, _HASH, _HASH)
)


def read_records(lines: Iterable[bytes], only: str | None = None) -> RecordsFile:
    """Everything in the lines of a file, each with or without its newline.

    Nothing is raised: see `RecordsFile.problems`, each a BadEvidence records-file with `line`,
    `pointer`, `expected`, and `stream` and `leaf` as far as the line says them.

    With `only`, lines of the stream `teaching` that do not hold the text of that subject are passed
    over unread. A record that is missed so is missing from the subject's chain of numbers.
    """
    found, seen = RecordsFile(), {kind: set[int]() for kind in KINDS}
    wanted = None if only is None else canonical_json(only)
    for number, line in enumerate(lines, start=1):
        end = _end(number, len(found.problems))
        if end is not None:
            found.problems.append(_bad(number, end))
            break
        if wanted is not None and line.startswith(_TEACHING) and wanted not in line:
            continue
        try:
            _take(line, found, seen)
        except BadEvidence as bad:
            found.problems.append(BadEvidence("records-file", **{**bad.detail, "line": number}))
    return found


def _end(number: int, problems: int) -> str | None:
    """Why reading ends before this line."""
    if number > MAX_LINES:
        return f"at most {MAX_LINES} lines"
    return f"at most {MAX_PROBLEMS} unreadable lines" if problems >= MAX_PROBLEMS else None


def _bad(line: int, expected: str) -> BadEvidence:
    return BadEvidence("records-file", line=line, pointer="/", expected=expected)


def _take(line: bytes, found: RecordsFile, seen: dict[str, set[int]]) -> None:
    """One line into `found`. Raises BadEvidence records-file without its line number."""
    limit = MAX_HEADER if line.startswith(_HEADER) else MAX_LINE
    if len(line) > limit:
        raise BadEvidence("records-file", pointer="/", expected=f"at most {limit} bytes")
    record = _as_written(line)
    if record is not None:
        _add(record, found, seen)
    elif line.strip():
        _take_any(Shape(_parsed(line, limit), "records-file"), found, seen)


def _parsed(line: bytes, limit: int) -> Any:
    try:
        return parse_json(line, MAX_DEPTH, limit)
    except BadEvidence as bad:
        expected = f"JSON ({bad.detail.get('reason')})"
        raise BadEvidence("records-file", pointer="/", expected=expected) from bad


def _take_any(top: Shape, found: RecordsFile, seen: dict[str, set[int]]) -> None:
    if type(top.value) is not dict:
        top.refuse("object")
    if top["type"].one_of(("stream", "record")) == "stream":
        stream = _stream(top)
        kind = KIND_NAMES[stream.kind]
        if kind in found.streams:
            top["origin"].refuse("each stream once")
        found.streams[kind] = stream
        return
    try:
        _add(_record(top), found, seen)
    except BadEvidence as bad:
        raise BadEvidence("records-file", **{**_named(top.value), **bad.detail}) from bad


def _named(value: dict[str, Any]) -> dict[str, Any]:
    """Stream and leaf that a bad line is about, where it says them at all."""
    stream, leaf = value.get("stream"), value.get("leaf")
    named = {"stream": stream} if stream in KINDS else {}
    return named | ({"leaf": leaf} if type(leaf) is int and 0 <= leaf <= MAX_INT else {})


def _add(record: EvidenceRecord, found: RecordsFile, seen: dict[str, set[int]]) -> None:
    stream, leaves = found.streams.get(record.stream), seen[record.stream]
    if stream is None:
        raise _misplaced(record, "/stream", "a stream whose header stands before it")
    if record.leaf in leaves:
        raise _misplaced(record, "/leaf", "each leaf once")
    if record.leaf >= stream.size:
        raise _misplaced(record, "/leaf", "below the size of the checkpoint")
    leaves.add(record.leaf)
    found.records.append(record)


def _misplaced(record: EvidenceRecord, pointer: str, expected: str) -> BadEvidence:
    stream, leaf = record.stream, record.leaf
    return BadEvidence("records-file", pointer=pointer, expected=expected, stream=stream, leaf=leaf)


# ------------------------------------------------------------------- header


def _stream(top: Shape) -> StreamEvidence:
    top.object(("type", "origin", "checkpoint", "anchors", "groups"))
    origin = top["origin"].text(300)
    _check_origin(top["origin"])
    note = top["checkpoint"].text(MAX_NOTE)
    tree = _tree(top["checkpoint"], note)
    anchors = tuple([_anchor(one) for one in top["anchors"].items(_MAX_ANCHORS)])
    count = -(-tree.size // GROUP)
    groups = tuple([_bytes(one, 32, 32) for one in top["groups"].items(count, count)])
    return StreamEvidence(origin, note.encode(), tree.size, tree.root, anchors, groups)


def _check_origin(shape: Shape) -> None:
    try:
        kind = KIND_NAMES[parse_origin(shape.value).kind]
    except BadEvidence:
        shape.refuse("the origin of a stream")
    if kind not in KINDS:
        shape.refuse(" | ".join(KINDS))


def _tree(shape: Shape, note: str) -> Checkpoint:
    try:
        return parse_checkpoint(parse_note(note.encode()).text)
    except BadEvidence as bad:
        shape.refuse(f"a signed checkpoint ({bad.detail.get('reason')})")


def _anchor(shape: Shape) -> Anchor:
    seq, size, block, time = (one.integer(0, MAX_INT) for one in shape.items(4, 4))
    return seq, size, block, time


# ------------------------------------------------------------------- record


def _as_written(line: bytes) -> EvidenceRecord | None:
    """The record of a line that stands as `record_line` writes it, byte for byte; None for any
    other, which may be a record all the same. Several times as fast as `_record`."""
    head = _RECORD.match(line)
    if head is None or not line.endswith(b"}\n"):
        return None
    check = line[head.end() : -2]
    payload, found, rest = check.partition(_SHOWN)
    shown = _canonical_object(b"{" + rest) if found else None
    entry = _exact(head[3])
    if entry is None or (found and shown is None) or _canonical_object(payload) is None:
        return None
    path = tuple([binascii.a2b_base64(one) for one in head[5].split(b",")]) if head[5] else ()
    salt = binascii.a2b_base64(head[4])
    return EvidenceRecord(head[1].decode(), int(head[2]), entry, salt, path, payload, shown)


def _exact(text: bytes) -> bytes | None:
    """The bytes of which this is the base64."""
    try:
        data = binascii.a2b_base64(text)
    except binascii.Error:
        return None
    exact = binascii.b2a_base64(data, newline=False) == text
    return data if exact and 0 < len(data) <= MAX_ENTRY else None


def _canonical_object(data: bytes) -> dict[str, Any] | None:
    """The object whose RFC 8785 form these bytes are, which no two texts share."""
    try:
        check_depth(data, MAX_DEPTH - 1)
        value = orjson.loads(data)
        return value if type(value) is dict and canonical_json(value) == data else None
    except (ValueError, BadEvidence):
        return None


def _record(top: Shape) -> EvidenceRecord:
    top.object(("type", "stream", "leaf", "entry", "salt", "path", "payload"), ("shown",))
    if top.has("shown"):
        _object(top["shown"])
    return EvidenceRecord(
        top["stream"].one_of(KINDS),
        top["leaf"].integer(0, MAX_INT),
        _bytes(top["entry"], 1, MAX_ENTRY),
        _bytes(top["salt"], SALT_LENGTH, SALT_LENGTH),
        tuple([_bytes(one, 32, 32) for one in top["path"].items(_MAX_PATH)]),
        _payload(top["payload"]),
        top["shown"].value,
    )


def _object(shape: Shape) -> dict[str, Any]:
    if type(shape.value) is not dict:
        shape.refuse("object")
    return dict(shape.value)


def _payload(shape: Shape) -> bytes:
    """The RFC 8785 form of a payload, whatever it looks like in the line: an entry commits to it.

    That form writes a float like 1e20 as an integer, which reads back as one that has no such form;
    so where there is none, large integers are taken for the floats that they were.
    """
    value = _object(shape)
    try:
        return canonical_json(value)
    except BadEvidence:
        pass
    try:
        return canonical_json(_as_floats(value))
    except (BadEvidence, OverflowError):
        shape.refuse("a value with an RFC 8785 form")


def _as_floats(value: Any) -> Any:
    if type(value) is dict:
        return {key: _as_floats(one) for key, one in value.items()}
    if type(value) is list:
        return [_as_floats(one) for one in value]
    return float(value) if type(value) is int and abs(value) > MAX_SAFE_INT else value


def _bytes(shape: Shape, low: int, high: int) -> bytes:
    text = shape.text(2 * high + 8, 0)
    try:
        data = binascii.a2b_base64(text)
    except ValueError:  # a character beyond ASCII, or wrong padding
        shape.refuse("base64")
    if not low <= len(data) <= high or binascii.b2a_base64(data, newline=False).decode() != text:
        shape.refuse(f"{low}..{high} bytes in base64")
    return data
