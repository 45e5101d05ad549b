"""Records files in which everything is true. Deterministic, like `tests.builders`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from ledger.core import merkle
from ledger.core.canonical import canonical_json
from ledger.core.commitment import commit
from ledger.core.entry import EvaluationEntry, EvaluationKind, RecordEntry, encode
from ledger.core.kinds import Kind
from ledger.core.records_file import GROUP, Anchor, Group, header_line, record_line
from ledger.core.signed_note import checkpoint_text, format_note, note_signature
from ledger.core.streams import KIND_NAMES
from tests.builders import CHECKPOINT_KEY, ISSUED, Key, seeded

DOMAIN = "xzu.edu.cn"
KEYS = (CHECKPOINT_KEY.public,)
Made = Callable[[int], dict[str, Any]]


def payload_of(leaf: int) -> dict[str, Any]:
    """What stands at a leaf where nothing else is said."""
    return {"hours": 2, "leaf": leaf, "ratio": 0.125, "subject": "t-1001", "title": "线性代数 𠮷"}


@dataclass(frozen=True)
class Stream:
    """A stream with every payload, and its lines."""

    kind: Kind
    payloads: tuple[bytes, ...]
    sizes: tuple[int, ...]

    @property
    def name(self) -> str:
        return KIND_NAMES[self.kind]

    @property
    def origin(self) -> str:
        return f"{DOMAIN}/{self.name}"

    def salt(self, leaf: int) -> bytes:
        return seeded(f"{self.name} salt {leaf}")

    def entry(self, leaf: int) -> bytes:
        commitment = commit(self.salt(leaf), self.payloads[leaf])
        if self.kind is Kind.EVALUATION:
            return encode(EvaluationEntry(ISSUED, commitment, EvaluationKind.APPROVAL))
        return encode(RecordEntry(self.kind, ISSUED, commitment))

    @cached_property
    def entries(self) -> list[bytes]:
        return [self.entry(leaf) for leaf in range(len(self.payloads))]

    @cached_property
    def leaves(self) -> list[bytes]:
        return merkle.leaf_hashes(self.entries)

    def group(self, number: int) -> Group:
        return Group(self.leaves[number * GROUP : (number + 1) * GROUP])

    @property
    def anchors(self) -> list[Anchor]:
        return [
            (seq, size, 10 * seq, ISSUED + 60 * seq) for seq, size in enumerate(self.sizes, start=1)
        ]

    def note(self, *keys: Key) -> bytes:
        """The checkpoint, signed by each key under the stream's name."""
        text = checkpoint_text(self.origin, len(self.payloads), merkle.root(self.leaves))
        signatures = [note_signature(self.origin, key.public, key.sign(text)) for key in keys]
        return format_note(text, signatures)

    def header(self, *keys: Key) -> bytes:
        count = -(-len(self.payloads) // GROUP)
        roots = [self.group(number).root for number in range(count)]
        return header_line(
            self.origin, self.note(*(keys or (CHECKPOINT_KEY,))), self.anchors, roots
        )

    def line(self, leaf: int, shown: dict[str, Any] | None = None) -> bytes:
        group, position = divmod(leaf, GROUP)
        path = self.group(group).path(position)
        beside = None if shown is None else canonical_json(shown)
        salt, payload = self.salt(leaf), self.payloads[leaf]
        return record_line(self.name, leaf, self.entry(leaf), salt, path, payload, beside)

    def lines(self, leaves: Iterable[int]) -> list[bytes]:
        return [self.header(), *map(self.line, leaves)]


def make_stream(
    size: int, kind: Kind = Kind.TEACHING, sizes: Sequence[int] = (), made: Made = payload_of
) -> Stream:
    """A stream of `size` records, anchored at `sizes` (which end with its own)."""
    payloads = tuple(canonical_json(made(leaf)) for leaf in range(size))
    return Stream(kind, payloads, tuple(sizes) or (size,))


@cache
def small_file() -> tuple[bytes, ...]:
    """Three streams: 5 acts, 300 teaching records (two groups), 3 learning records."""
    teaching = make_stream(300, sizes=(100, 256, 300))
    acts, learning = make_stream(5, Kind.EVALUATION, (2, 5)), make_stream(3, Kind.LEARNING)
    return (
        *acts.lines((0, 3)),
        *teaching.lines((0, 7, 255, 256, 299)),
        learning.header(),
        learning.line(1, {"id": "x", "voided": False}),
    )
