"""The third party of the random histories: the auditor's replay, from the contracts' own events.

It sees what a stranger sees: `Anchored` logs, registry rows and the entries; it must find the
same heads, and nothing to complain about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode

from ledger.core.audit import AnchorFact, Rules, StreamAudit
from ledger.core.kinds import Kind
from ledger.core.registry import AccreditationRow, WriterRow
from scripts.evm import Result
from tests.contracts.world import World, hexed

UNREADABLE = "audit-entry"
"""The histories' entries are plain words: only their hashes matter here."""


@dataclass
class Witnessed:
    """Anchors of one stream as they were logged, and the entries that were anchored."""

    facts: list[AnchorFact]
    entries: list[bytes]


class Replayed:
    """Collects logs while a history runs; replays every stream at its end."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._streams: dict[bytes, Witnessed] = {}

    def anchored(self, result: Result, sender: bytes, entries: list[bytes]) -> None:
        """Notes what one accepted `anchor` logged; `entries` are those up to its size."""
        ((_, topics, data),) = result.logs
        size, root, prev_size, prev_root, prev_block = decode(
            ["uint64", "bytes32", "uint64", "bytes32", "uint64"], data
        )
        evm = self._world.evm
        fact = AnchorFact(
            topics[2], size, root, prev_size, prev_root, prev_block,
            evm.block, evm.time, hexed(sender),
        )  # fmt: skip
        seen = self._streams.setdefault(topics[1].to_bytes(32, "big"), Witnessed([], []))
        seen.facts.append(fact)
        seen.entries = seen.entries + entries[len(seen.entries) : size]

    def compare(self) -> int:
        """Replays all; returns how many anchors. Asserts the heads and that nothing was found."""
        for identity, seen in self._streams.items():
            audit = StreamAudit(self._rules(identity))
            for fact in seen.facts:
                audit.anchor(fact, seen.entries[audit.size : fact.size])
            found = {finding.code for finding in audit.findings} - {UNREADABLE}
            assert not found, [finding.refusal for finding in audit.findings]
            size, seq, block, _, root = self._world.log.get("head", identity)
            assert (audit.size, audit.seq, audit.block, audit.root) == (size, seq, block, root)
        return sum(len(seen.facts) for seen in self._streams.values())

    def _rules(self, identity: bytes) -> Rules:
        registry = self._world.registry
        institution, kind, _, _, _, origin, *_ = registry.get("stream", identity)
        return Rules(
            origin=origin,
            kind=Kind(kind),
            writers=tuple(WriterRow(*row) for row in registry.get("writers", identity)),
            grants=tuple(_grant(row) for row in registry.get("accreditations", institution)),
            keys=(),
        )


def _grant(row: Any) -> AccreditationRow:
    granted_block, begin, until, ended, *rest = row
    return AccreditationRow(granted_block, begin, until, ended or None, *rest)
