"""A statement on its way into the database."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.ports.statements import NewStatement
from ledger.store.appending import Kept


@dataclass(slots=True)
class Incoming:
    """A statement with what can be computed before anything is locked."""

    new: NewStatement
    kept: Kept
    terms: list[int]
    record: int = 0

    @property
    def digest(self) -> bytes:
        return self.kept[0]
