"""The records file: payloads of a stream with everything that proves them (`records.jsonl`).

Format: `docs/spec/records-file.md`. One header line a stream, one line a record; a proof leads from
the leaf to the root of its group of 256, and from the groups to the signed checkpoint, so that a
million records share what is above the groups. Reading is total: whatever a line is, it is read or
it becomes a problem with its line number, and reading goes on.
"""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core import merkle
from ledger.core import messages_records_file as _messages  # noqa: F401  (registers the codes)
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.commitment import SALT_LENGTH, commit
from ledger.core.entry import EvaluationEntry, RecordEntry, decode
from ledger.core.shape import Shape
from ledger.core.signed_note import open_checkpoint, parse_checkpoint, parse_note
from ledger.core.streams import parse_origin
from ledger.errors import BadEvidence

GROUP = 256
MAX_LINE = 4 << 20
MAX_LINES = 5_000_000
MAX_PROBLEMS = 1_000
KINDS = ("learning", "teaching", "evaluation")
_MAX_ENTRY = 400
_MAX_INT = 2**53 - 1
_MAX_ANCHORS = 10_000_000


@dataclass(frozen=True)
class StreamEvidence:
    """What a header line says of a stream. `size` and `root` are the checkpoint's; `anchors` are
    (seq, size, block, time), ascending; `groups` the roots of the groups, 32 bytes each."""

    origin: str
    checkpoint: bytes
    size: int
    root: bytes
    anchors: tuple[tuple[int, int, int, int], ...]
    groups: tuple[bytes, ...]


@dataclass(frozen=True)
class EvidenceRecord:
    """What a record line says. `payload` is the RFC 8785 form of `value`; `shown` is what the
    institution says beside it, which nothing proves."""

    stream: str
    leaf: int
    entry: bytes
    salt: bytes
    path: tuple[bytes, ...]
    payload: bytes
    value: dict[str, Any]
    shown: dict[str, Any] | None = None


@dataclass
class RecordsFile:
    """Everything that could be read, and a problem for every line that could not."""

    streams: dict[str, StreamEvidence] = field(default_factory=dict)
    records: list[EvidenceRecord] = field(default_factory=list)
    problems: list[BadEvidence] = field(default_factory=list)

    def of(self, stream: str) -> list[EvidenceRecord]:
        """The records of a stream, in the order of their leaves."""
        found = [record for record in self.records if record.stream == stream]
        return sorted(found, key=lambda record: record.leaf)


# ------------------------------------------------------------------- writing


def header_line(
    origin: str,
    checkpoint: bytes,
    anchors: Sequence[tuple[int, int, int, int]],
    groups: Sequence[bytes],
) -> bytes:
    """The line of a stream."""
    value = {
        "type": "stream",
        "origin": origin,
        "checkpoint": checkpoint.decode(),
        "anchors": [list(one) for one in anchors],
        "groups": [_text(one) for one in groups],
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def record_line(
    stream: str,
    leaf: int,
    entry: bytes,
    salt: bytes,
    path: Sequence[bytes],
    payload: bytes,
    shown: bytes | None = None,
) -> bytes:
    """The line of a record. `payload` and `shown` are canonical JSON and are not looked at."""
    hashes = b",".join(b'"' + base64.b64encode(one) + b'"' for one in path)
    return b"".join(
        (
            b'{"type":"record","stream":"', stream.encode(), b'","leaf":%d,"entry":"' % leaf,
            base64.b64encode(entry), b'","salt":"', base64.b64encode(salt), b'","path":[', hashes,
            b'],"payload":', payload, b"" if shown is None else b',"shown":' + shown, b"}\n",
        )
    )  # fmt: skip


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Group:
    """The proofs of one group: up to 256 leaf hashes, hashed once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            level = self._levels[-1]
            pairs = range(0, len(level) - 1, 2)
            above = [merkle.node_hash(level[at], level[at + 1]) for at in pairs]
            self._levels.append([*above, level[-1]] if len(level) & 1 else above)

    @property
    def root(self) -> bytes:
        """RFC 6962 root of the group."""
        return self._levels[-1][0]

    def path(self, position: int) -> tuple[bytes, ...]:
        """RFC 6962 inclusion path of a leaf within the group."""
        found = []
        for level in self._levels[:-1]:
            sibling = position ^ 1
            if sibling < len(level):
                found.append(level[sibling])
            position >>= 1
        return tuple(found)


# ------------------------------------------------------------------- reading


def read_records(lines: Iterable[bytes], only: str | None = None) -> RecordsFile:
    """Everything in the lines of a file. Lines of the stream `teaching` that do not name the
    subject `only` are passed over unread."""
    found, seen = RecordsFile(), set[tuple[str, int]]()
    wanted = None if only is None else canonical_json(only)
    for number, line in enumerate(lines, start=1):
        if number > MAX_LINES or len(found.problems) >= MAX_PROBLEMS:
            found.problems.append(_bad(number, "/", f"at most {MAX_LINES} lines"))
            break
        if wanted is not None and _TEACHING in line[:80] and wanted not in line:
            continue
        try:
            _take(line, found, seen)
        except BadEvidence as bad:
            found.problems.append(_placed(bad, number))
    return found


_TEACHING = b'"stream":"teaching"'


def _bad(line: int, pointer: str, expected: str) -> BadEvidence:
    return BadEvidence("records-file", line=line, pointer=pointer, expected=expected)


def _placed(bad: BadEvidence, line: int) -> BadEvidence:
    if bad.code != "records-file":
        return _bad(line, "/", f"{bad.code} {bad.detail.get('reason', '')}".strip())
    return BadEvidence("records-file", **{**bad.detail, "line": line})


def _take(line: bytes, found: RecordsFile, seen: set[tuple[str, int]]) -> None:
    if not line.strip():
        return
    value = parse_json(line, limit=MAX_LINE)
    top = Shape(value, "records-file")
    if type(value) is not dict:
        top.refuse("object")
    if top["type"].one_of(("stream", "record")) == "stream":
        stream = _stream(top)
        kind = parse_origin(stream.origin).kind.name.lower()
        if kind in found.streams:
            top["origin"].refuse("each stream once")
        found.streams[kind] = stream
        return
    record = _record(top)
    if record.stream not in found.streams:
        top["stream"].refuse("a stream whose header stands before it")
    if (record.stream, record.leaf) in seen:
        top["leaf"].refuse("each leaf once")
    if record.leaf >= found.streams[record.stream].size:
        top["leaf"].refuse("below the size of the checkpoint")
    seen.add((record.stream, record.leaf))
    found.records.append(record)


def _stream(top: Shape) -> StreamEvidence:
    top.object(("type", "origin", "checkpoint", "anchors", "groups"))
    origin = top["origin"].text(300)
    if parse_origin(origin).kind.name.lower() not in KINDS:
        top["origin"].refuse(" | ".join(KINDS))
    note = top["checkpoint"].text(100_000).encode()
    tree = parse_checkpoint(parse_note(note).text)
    anchors = tuple(_anchor(one) for one in top["anchors"].items(_MAX_ANCHORS))
    count = -(-tree.size // GROUP)
    groups = tuple(_bytes(one, 32, 32) for one in top["groups"].items(count, count))
    return StreamEvidence(origin, note, tree.size, tree.root, anchors, groups)


def _anchor(shape: Shape) -> tuple[int, int, int, int]:
    seq, size, block, time = (one.integer(0, _MAX_INT) for one in shape.items(4, 4))
    return seq, size, block, time


def _record(top: Shape) -> EvidenceRecord:
    top.object(("type", "stream", "leaf", "entry", "salt", "path", "payload"), ("shown",))
    payload = top["payload"].value
    if type(payload) is not dict:
        top["payload"].refuse("object")
    shown = top["shown"].value if top.has("shown") else None
    if top.has("shown") and type(shown) is not dict:
        top["shown"].refuse("object")
    return EvidenceRecord(
        top["stream"].one_of(KINDS),
        top["leaf"].integer(0, _MAX_INT),
        _bytes(top["entry"], 1, _MAX_ENTRY),
        _bytes(top["salt"], SALT_LENGTH, SALT_LENGTH),
        tuple(_bytes(one, 32, 32) for one in top["path"].items(8)),
        canonical_json(payload),
        payload,
        shown,
    )


def _bytes(shape: Shape, low: int, high: int) -> bytes:
    text = shape.text(2 * high + 8, 0)
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        shape.refuse("base64")
    if not low <= len(data) <= high or base64.b64encode(data).decode() != text:
        shape.refuse(f"{low}..{high} bytes in base64")
    return data


# ------------------------------------------------------------------- checking


def check_stream(evidence: StreamEvidence, keys: Sequence[bytes]) -> list[BadEvidence]:
    """What is wrong with a stream's header: record-checkpoint (none of the raw public keys signed
    it), record-groups, record-anchors."""
    return [*_signed(evidence, keys), *_grouped(evidence), *_anchored(evidence)]


def _signed(evidence: StreamEvidence, keys: Sequence[bytes]) -> Iterator[BadEvidence]:
    for key in keys:
        try:
            open_checkpoint(evidence.checkpoint, evidence.origin, key)
        except BadEvidence:
            continue
        return
    yield BadEvidence("record-checkpoint", origin=evidence.origin)


def _grouped(evidence: StreamEvidence) -> Iterator[BadEvidence]:
    # Groups are aligned powers of two: the tree over them as leaves is the upper part of the tree.
    if merkle.root(evidence.groups) != evidence.root:
        yield BadEvidence("record-groups", origin=evidence.origin)


def _anchored(evidence: StreamEvidence) -> Iterator[BadEvidence]:
    pairs = zip(evidence.anchors, evidence.anchors[1:], strict=False)
    rising = all(a[0] < b[0] and a[1] < b[1] and a[2] <= b[2] and a[3] <= b[3] for a, b in pairs)
    last = evidence.anchors[-1][1] if evidence.anchors else 0
    if not rising or last != evidence.size:
        yield BadEvidence("record-anchors", origin=evidence.origin)


def check_record(record: EvidenceRecord, evidence: StreamEvidence) -> list[BadEvidence]:
    """What is wrong with a record: record-entry, record-commitment, record-not-under-root."""
    found = []
    try:
        entry = decode(record.entry)
    except BadEvidence:
        return [BadEvidence("record-entry", leaf=record.leaf)]
    kind = parse_origin(evidence.origin).kind
    own = isinstance(entry, EvaluationEntry) if record.stream == "evaluation" else (
        isinstance(entry, RecordEntry) and entry.kind is kind
    )  # fmt: skip
    if not own:
        found.append(BadEvidence("record-entry", leaf=record.leaf))
    if entry.commitment != commit(record.salt, record.payload):
        found.append(BadEvidence("record-commitment", leaf=record.leaf))
    if not _under(record, evidence):
        found.append(BadEvidence("record-not-under-root", leaf=record.leaf))
    return found


def _under(record: EvidenceRecord, evidence: StreamEvidence) -> bool:
    group, position = divmod(record.leaf, GROUP)
    width = min(GROUP, evidence.size - group * GROUP)
    leaf = merkle.leaf_hash(record.entry)
    try:
        merkle.verify_inclusion(leaf, position, width, record.path, evidence.groups[group])
    except BadEvidence:
        return False
    return True


def ledger_time(evidence: StreamEvidence, leaf: int) -> tuple[int, int] | None:
    """(block, time) of the first anchor that covers a leaf, as the file says it; only a node can
    confirm it."""
    place = bisect_right(evidence.anchors, leaf, key=lambda one: one[1])
    return evidence.anchors[place][2:] if place < len(evidence.anchors) else None
