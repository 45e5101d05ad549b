"""Streams with anchors for the tests of the pure replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ledger.core import merkle
from ledger.core.audit import (
    AnchorFact,
    Finding,
    KeyFact,
    Rules,
    StreamAudit,
)
from ledger.core.entry import (
    Action,
    CredentialEntry,
    EvaluationEntry,
    RecordEntry,
    StatusEntry,
    encode,
)
from ledger.core.kinds import CredentialType, EvaluationKind, Kind
from ledger.core.registry import AccreditationRow, WriterRow
from tests.builders import CREDENTIAL_KEY, OTHER_KEY, seeded, status_stream

WRITER = "0x" + "a1" * 20
STRANGER = "0x" + "b2" * 20
TIME = 1_780_000_000
GRANT = AccreditationRow(2, TIME - 1000, TIME + 10_000, None, 0, 0x3E, 0x3E)


@dataclass
class Stream:
    """A stream as it should be: `entries`, anchored at `sizes` in blocks 10, 20, …"""

    kind: Kind
    entries: list[bytes]
    sizes: tuple[int, ...]
    rules: Rules = field(init=False)
    anchors: list[AnchorFact] = field(init=False)

    def __post_init__(self) -> None:
        self.rules = Rules(
            f"xzu.edu.cn/{self.kind.name.lower()}",
            self.kind,
            (WriterRow(WRITER, 1),),
            (GRANT,),
            (KeyFact(CREDENTIAL_KEY.id, 0, None),),
        )
        self.anchors = anchors_of(self.entries, self.sizes)

    def rule(self, **changes: Any) -> Stream:
        self.rules = replace(self.rules, **changes)
        return self

    def change_anchor(self, position: int, **changes: Any) -> Stream:
        self.anchors[position] = replace(self.anchors[position], **changes)
        return self

    def audit(self) -> StreamAudit:
        return feed(StreamAudit(self.rules), self.anchors, self.entries)

    def codes(self) -> list[str]:
        return [found.code for found in self.audit().findings]


def feed(
    audit: StreamAudit, anchors: Sequence[AnchorFact], entries: Sequence[bytes]
) -> StreamAudit:
    for fact in anchors:
        audit.anchor(fact, entries[audit.size : fact.size])
    return audit


def anchors_of(entries: Sequence[bytes], sizes: Sequence[int]) -> list[AnchorFact]:
    leaves, found = merkle.leaf_hashes(entries), []
    size, root, block = 0, merkle.EMPTY_ROOT, 0
    for seq, upto in enumerate(sizes, 1):
        now = merkle.root(leaves[:upto])
        found.append(AnchorFact(seq, upto, now, size, root, block, 10 * seq, TIME + seq, WRITER))
        size, root, block = upto, now, 10 * seq
    return found


def credential(number: int, **changes: Any) -> bytes:
    label = f"audited {number}"
    entry = CredentialEntry(
        TIME, seeded(label), CredentialType.COURSE, number, seeded(f"{label} frame"),
        CREDENTIAL_KEY.id,
    )  # fmt: skip
    return encode(replace(entry, **changes))


def record(number: int, refers: int | None = None) -> bytes:
    return encode(RecordEntry(Kind.LEARNING, TIME, seeded(f"record {number}"), refers))


def evaluation(number: int, refers: int | None = None) -> bytes:
    return encode(
        EvaluationEntry(TIME, seeded(f"evaluation {number}"), EvaluationKind.REPORT, refers)
    )


def credentials(count: int = 10, sizes: tuple[int, ...] = (4, 7, 10)) -> Stream:
    return Stream(Kind.CREDENTIAL, [credential(number) for number in range(count)], sizes)


CHANGES = ((Action.REVOKE, 5), (Action.SUSPEND, 6), (Action.REINSTATE, 6), (Action.REAFFIRM, 3))


def statuses() -> Stream:
    entries = status_stream(CHANGES)
    return Stream(Kind.STATUS, entries, (1, 3, len(entries)))


def with_entry(make: Callable[[], Stream], position: int, entry: bytes) -> Stream:
    """The stream as it would be with this entry in it, anchored as it is."""
    made = make()
    entries = [*made.entries[:position], entry, *made.entries[position + 1 :]]
    return Stream(made.kind, entries, made.sizes)


def foreign_key() -> bytes:
    return OTHER_KEY.id


def status_entry(raw: bytes, **changes: Any) -> bytes:
    from ledger.core.entry import decode

    entry = decode(raw)
    assert isinstance(entry, StatusEntry)
    return encode(replace(entry, **changes))


def shown(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [found.to_json("en") for found in findings]
