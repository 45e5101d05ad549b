"""What the chain says: blocks, heads and registry rows, one shape for everybody who reads them.

Rows are only ever appended on chain; what may be set later (a cut-off, an early end) is set once
and lowers, never raises.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A block as a node names it; `time` in Unix seconds."""

    number: int
    time: int
    hash: str


@dataclass(frozen=True)
class Head:
    """A stream's head in the contract `RecordLog`; size 0 means nothing was anchored yet."""

    size: int
    seq: int
    block: int
    time: int
    root: bytes


@dataclass(frozen=True)
class KeyRow:
    """A registered key. `cut_off` None: none. Sizes count entries of the credential stream."""

    public_key: bytes
    purpose: int
    algorithm: int
    from_size: int
    cut_off: int | None
    added_block: int = 0
    cut_block: int = 0


@dataclass(frozen=True)
class AccreditationRow:
    """Who may issue what: masks of kinds and types, Unix times; `ended` None: not ended early."""

    granted_block: int
    from_time: int
    until: int
    ended: int | None
    ended_block: int
    kinds: int
    types: int

    def covers(self, kind: int, type_code: int | None, block: int, time: int) -> bool:
        """Whether it held for that kind (and credential type) at a block and its time.

        In the very block of its end it still counts: the contract refuses an anchor after the end,
        so one that stands in that block came before it.
        """
        named = self.kinds >> kind & 1 and (type_code is None or self.types >> type_code & 1)
        begun = self.granted_block <= block and self.from_time <= time < self.until
        over = self.ended is not None and time >= self.ended and block > self.ended_block
        return bool(named and begun and not over)


@dataclass(frozen=True)
class WriterRow:
    """An account that may anchor a stream since a block; the last row is the current one."""

    account: str
    since_block: int
