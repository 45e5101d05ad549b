"""What stands in a records file, and how much of it a reader takes.

Format: `docs/spec/records-file.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from ledger.core import messages_records_file as _messages  # noqa: F401  (registers the codes)
from ledger.core.canonical import parse_json
from ledger.core.kinds import Kind
from ledger.core.streams import parse_origin
from ledger.errors import BadEvidence

GROUP = 256
"""Leaves of a group: aligned, and a power of two, so that its root is a node of the whole tree."""
KINDS = ("learning", "teaching", "evaluation")
"""Streams whose payloads may be handed on."""
MAX_LINE = (4 << 20) + (4 << 10)
"""Bytes of a record line: a payload of 4 MiB and what stands around it."""
MAX_HEADER = 32 << 20
"""Bytes of a header line, which grows with the stream: 47 a group, some 40 an anchor."""
MAX_LINES = 5_000_000
MAX_PROBLEMS = 1_000
"""After so many lines that cannot be read, reading ends."""
MAX_DEPTH = 66
"""As deep as a statement may be (64), in its envelope, in the line."""
MAX_INT = 2**53 - 1

Anchor: TypeAlias = tuple[int, int, int, int]
"""(sequence number, size, block, Unix time of the block)."""


@dataclass(frozen=True)
class StreamEvidence:
    """What a header line says of a stream. `size` and `root` are the checkpoint's; `anchors` all
    anchors up to it, oldest first; `groups` the roots of the groups, 32 bytes each."""

    origin: str
    checkpoint: bytes
    size: int
    root: bytes
    anchors: tuple[Anchor, ...]
    groups: tuple[bytes, ...]

    @cached_property
    def kind(self) -> Kind:
        """The stream's kind, from its origin."""
        return parse_origin(self.origin).kind


@dataclass(frozen=True)
class EvidenceRecord:
    """What a record line says. `payload` is canonical JSON (RFC 8785) of an object; `shown` is what
    the institution says beside it, which nothing proves."""

    stream: str
    leaf: int
    entry: bytes
    salt: bytes
    path: tuple[bytes, ...]
    payload: bytes
    shown: dict[str, Any] | None = None

    @cached_property
    def value(self) -> dict[str, Any]:
        """The payload, parsed when first asked for: of a million records few are looked into."""
        return dict(parse_json(self.payload, MAX_DEPTH, MAX_LINE))


@dataclass
class RecordsFile:
    """Everything that could be read, and a `records-file` for every line that could not."""

    streams: dict[str, StreamEvidence] = field(default_factory=dict)
    records: list[EvidenceRecord] = field(default_factory=list)
    problems: list[BadEvidence] = field(default_factory=list)

    def of(self, stream: str) -> list[EvidenceRecord]:
        """The records of a stream, in the order of their leaves."""
        found = [record for record in self.records if record.stream == stream]
        return sorted(found, key=lambda record: record.leaf)
