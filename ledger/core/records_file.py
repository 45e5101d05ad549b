"""The records file: payloads of a stream with everything that proves them (`records.jsonl`).

Format: `docs/spec/records-file.md`. One header line a stream, one line a record; a proof leads from
the leaf to the root of its group of 256, and from the groups to the signed checkpoint, so that a
million records share what is above the groups. What is checked here, cheapest first where the order
is free:

1. stream   the checkpoint is signed by one of the institution's keys, and by none of them wrongly
2.          the groups give the checkpoint's root
3.          the anchors are all there, and the last one has the checkpoint's tree
4. record   the entry is one of its stream
5.          the entry commits to payload and salt
6.          the path leads from the entry to the root of its group
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from ledger.core import merkle
from ledger.core.commitment import SALT_LENGTH, commit
from ledger.core.entry import Entry, EvaluationEntry, RecordEntry, decode
from ledger.core.kinds import Kind
from ledger.core.records_file_read import read_records
from ledger.core.records_file_values import (
    GROUP,
    KINDS,
    MAX_HEADER,
    MAX_LINE,
    MAX_LINES,
    MAX_PROBLEMS,
    Anchor,
    EvidenceRecord,
    RecordsFile,
    StreamEvidence,
)
from ledger.core.records_file_write import Group, header_line, record_line
from ledger.core.signed_note import open_checkpoint
from ledger.core.streams import KIND_NAMES
from ledger.errors import BadEvidence

__all__ = [
    "GROUP",
    "KINDS",
    "MAX_HEADER",
    "MAX_LINE",
    "MAX_LINES",
    "MAX_PROBLEMS",
    "Anchor",
    "EvidenceRecord",
    "Group",
    "RecordsFile",
    "StreamEvidence",
    "check_record",
    "check_stream",
    "covering",
    "every_problem",
    "header_line",
    "ledger_time",
    "read_records",
    "record_line",
]


def every_problem(file: RecordsFile, keys: Sequence[bytes]) -> Iterator[BadEvidence]:
    """Everything that is wrong with a file: lines that cannot be read, then streams, then records.

    `keys`: the institution's checkpoint keys, raw. What is wrong with a record has `stream` and
    `leaf`, with a stream `origin`, with a line `line`.
    """
    yield from file.problems
    for stream in file.streams.values():
        yield from check_stream(stream, keys)
    for record in file.records:
        yield from check_record(record, file.streams[record.stream])


def check_stream(evidence: StreamEvidence, keys: Sequence[bytes]) -> list[BadEvidence]:
    """What is wrong with a stream's header: record-checkpoint, record-groups, record-anchors."""
    wrong, origin = [], evidence.origin
    if not _is_signed(evidence, keys):  # 1
        wrong.append(BadEvidence("record-checkpoint", origin=origin))
    if not _is_grouped(evidence):  # 2
        wrong.append(BadEvidence("record-groups", origin=origin))
    if not _is_anchored(evidence):  # 3
        wrong.append(BadEvidence("record-anchors", origin=origin))
    return wrong


def _is_signed(evidence: StreamEvidence, keys: Sequence[bytes]) -> bool:
    """Of all keys at least one signed; a known key whose signature fails refuses the whole note."""
    signed = False
    for key in keys:
        try:
            tree = open_checkpoint(evidence.checkpoint, evidence.origin, key)
        except BadEvidence as bad:
            if bad.code == "note-unsigned":
                continue
            return False
        if (tree.size, tree.root) != (evidence.size, evidence.root):
            return False
        signed = True
    return signed


def _is_grouped(evidence: StreamEvidence) -> bool:
    """Groups are aligned powers of two: the tree over them is the upper part of the whole tree."""
    count = -(-evidence.size // GROUP)
    return len(evidence.groups) == count and merkle.root(evidence.groups) == evidence.root


def _is_anchored(evidence: StreamEvidence) -> bool:
    """The contract numbers anchors from 1 without gaps and lets sizes only grow; left-out anchors
    would make a leaf look younger than it is."""
    size = block = time = 0
    for number, anchor in enumerate(evidence.anchors, start=1):
        if anchor[0] != number or anchor[1] <= size or anchor[2] < block or anchor[3] < time:
            return False
        _, size, block, time = anchor
    return bool(evidence.anchors) and size == evidence.size


def check_record(record: EvidenceRecord, evidence: StreamEvidence) -> list[BadEvidence]:
    """What is wrong with a record: record-entry (then the commitment is not looked at where there
    is none), record-commitment, record-not-under-root."""
    try:
        entry: Entry | None = decode(record.entry)
    except BadEvidence:
        entry = None
    wrong, place = [], {"stream": record.stream, "leaf": record.leaf}
    if not _is_of(entry, record, evidence):  # 4
        wrong.append(BadEvidence("record-entry", **place))
    if entry is not None and not _commits(entry, record):  # 5
        wrong.append(BadEvidence("record-commitment", **place))
    if not _is_under(record, evidence):  # 6
        wrong.append(BadEvidence("record-not-under-root", **place))
    return wrong


def _is_of(entry: Entry | None, record: EvidenceRecord, evidence: StreamEvidence) -> bool:
    kind = evidence.kind
    if record.stream != KIND_NAMES[kind]:
        return False
    if kind is Kind.EVALUATION:
        return isinstance(entry, EvaluationEntry)
    return isinstance(entry, RecordEntry) and entry.kind is kind


def _commits(entry: Entry, record: EvidenceRecord) -> bool:
    right_salt = len(record.salt) == SALT_LENGTH
    return right_salt and entry.commitment == commit(record.salt, record.payload)


def _is_under(record: EvidenceRecord, evidence: StreamEvidence) -> bool:
    group, position = divmod(record.leaf, GROUP)
    if not 0 <= group < len(evidence.groups):
        return False
    width = min(GROUP, evidence.size - group * GROUP)
    leaf, root = merkle.leaf_hash(record.entry), evidence.groups[group]
    try:
        merkle.verify_inclusion(leaf, position, width, record.path, root)
    except BadEvidence:
        return False
    return True


def covering(evidence: StreamEvidence, leaf: int) -> Anchor | None:
    """The first anchor whose size is above the leaf, as the file says it; needs good anchors."""
    place = bisect_right(evidence.anchors, leaf, key=lambda anchor: anchor[1])
    return evidence.anchors[place] if place < len(evidence.anchors) else None


def ledger_time(evidence: StreamEvidence, leaf: int) -> tuple[int, int] | None:
    """(block, Unix time) of the covering anchor, as the file says it; only a node can confirm."""
    anchor = covering(evidence, leaf)
    return None if anchor is None else anchor[2:]
