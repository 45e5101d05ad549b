"""Links of chains for tests of the store, and what must hold of every chain."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from ledger.core.canonical import canonical_json
from ledger.core.commitment import commit
from ledger.core.teaching.envelope import enclose, parse_envelope
from ledger.memory import MemoryStatementStore, MemoryStreamStore
from ledger.ports.statements import Chain, NewStatement
from ledger.store import Store
from tests.store.statement_samples import new

TEACHER = "https://a.example|t-1"
Streams = Store | MemoryStreamStore
Statements = Store | MemoryStatementStore


def link(
    number: int,
    subject: str = TEACHER,
    signer: str | None = None,
    is_record: bool = True,
    **more: Any,
) -> NewStatement:
    """The statement with that number (see `new`), as the next link of the subject's chain."""
    plain = new(number, kind="teaching", **more)
    record = canonical_json({"subject": subject, "n": number}) if is_record else b""
    return replace(plain, entry=b"", chain=Chain(subject, partial(_made, plain, subject), record,
                                                 signer))  # fmt: skip


def _made(plain: NewStatement, subject: str, number: int, previous: int | None) -> Any:
    id = str(UUID(bytes=plain.id))
    payload = enclose(plain.payload, id, plain.authority, subject, number, previous)
    return payload, commit(plain.salt, payload)


def chains(store: Statements) -> dict[str, list[tuple[int, int]]]:
    """(number, leaf) of the links of everybody who has a name in the store."""
    return {
        head.subject: [(one.number, one.index) for one in store.chain(head.subject, 1 << 40)]
        for head in store.subjects()
    }


def check_chains(streams: Streams, statements: Statements) -> int:
    """Every envelope is the next link of its subject, commits to its place, and is told so by the
    tables. How many links there are, erased ones too."""
    told = {
        head.subject: list(statements.chain(head.subject, 1 << 40))
        for head in statements.subjects()
    }
    for head in statements.subjects():
        links = told[head.subject]
        assert [one.number for one in links] == list(range(head.count))
        assert links[-1].index == head.leaf
        assert [one.index for one in links] == sorted(one.index for one in links)
    size = streams.size("teaching")
    kept = {index: (salt, payload) for index, salt, payload in statements.kept("teaching", 0, size)}
    entries = list(streams.entries("teaching", 0, size))
    for subject, links in told.items():
        for one in links:
            assert one.erased == (one.index not in kept)
            if one.erased:
                assert (one.record, one.signer) == (None, None)
                continue
            salt, payload = kept.pop(one.index)
            assert streams.payload("teaching", one.index) == (salt, payload)
            assert entries[one.index] == commit(salt, payload)
            found = parse_envelope(payload)
            assert (found.subject, found.number) == (subject, one.number)
            assert found.previous == (links[one.number - 1].index if one.number else None)
            number = UUID(found.id).int & 0xFFFF_FFFF
            assert one.record in (None, {"subject": subject, "n": number, "leaf": one.index})
    named = {json.loads(payload)["chain"]["subject"] for _, payload in kept.values()}
    assert not named & set(told), "an envelope that no chain has"
    return sum(map(len, told.values()))
