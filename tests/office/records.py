"""An office for statements alone: no chain, no keys, a store in memory, a clock that is set."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.core.canonical import canonical_json
from ledger.memory import MemoryDocumentStore, MemoryStatementStore, MemoryStreamStore
from ledger.office.context import Identity, Office
from ledger.ports.statements import StatementStore

Json = dict[str, Any]

NOW = 1_782_806_400_000
"""2026-06-30T08:00:00Z in milliseconds."""
AUTHORITY = canonical_json(
    {"objectType": "Agent", "account": {"homePage": "http://north.example", "name": "moodle"}}
)


@dataclass
class Records:
    """The office and its store in memory; `late` milliseconds are added to the clock."""

    streams: MemoryStreamStore = field(default_factory=MemoryStreamStore)
    late: int = 0

    def __post_init__(self) -> None:
        self.documents = MemoryDocumentStore()
        self.statements = MemoryStatementStore(self.streams, self.documents)

    def office(self, statements: StatementStore | None = None) -> Office:
        return Office(
            identity=Identity("north", "north.example", "", "", "", ""),
            store=self.streams,
            statements=statements or self.statements,
            documents=self.documents,
            reader=_never,
            sender=_never,
            signer=_never,
            signers=_never,
            clock=lambda: (NOW + self.late) // 1_000,
            millis=lambda: NOW + self.late,
            entropy=os.urandom,
        )


def _never(*_: Any) -> Any:
    raise AssertionError("statements need neither chain nor keys")


def uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def raw(number: int) -> bytes:
    return UUID(uuid(number)).bytes


def statement(number: int | None = None, **more: Any) -> Json:
    """A small checked statement, with an id if a number is given."""
    found: Json = {
        "actor": {"mbox": "mailto:ann@north.example"},
        "verb": {"id": "http://verb.example/passed"},
        "object": {"id": "http://course.example/1"},
        **more,
    }
    return found if number is None else {"id": uuid(number), **found}


def reference(number: int) -> Json:
    return {"objectType": "StatementRef", "id": uuid(number)}


def voiding(number: int, target: int) -> Json:
    return statement(
        number,
        verb={"id": "http://adlnet.gov/expapi/verbs/voided"},
        object=reference(target),
    )
