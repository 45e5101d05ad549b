"""Students' records: read from the stream `learning`, where nobody has a chain.

That all of a student's records were looked at cannot be proved; a report says so by having no
count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ledger.core.canonical import canonical_json
from ledger.core.learning.records import SHOWN, learning_record_of
from ledger.core.xapi.mentions import agent_key
from ledger.errors import BadEvidence
from ledger.office.context import Office
from ledger.office.person import Person, concerning, find_person, readable
from ledger.office.queries import assembled
from ledger.ports.statements import StoredStatement

Record = dict[str, Any]


def students(office: Office, only: str | None) -> Iterator[str]:
    """Everybody with an account whom a learning statement names, or one of them."""
    if only is not None:
        if find_person(office, only) is not None:
            yield only
        return
    seen = set()
    for data in office.statements.known_agents():
        key = agent_key(json.loads(data))
        if key.startswith("account\n"):
            seen.add(readable(key))
    yield from sorted(seen)


def student_statements(office: Office, name: str, size: int) -> Iterator[StoredStatement]:
    """The learning statements of which a student is the actor, below a size; voided ones are none
    of them."""
    home, _, account = name.partition("|")
    for found in concerning(office, Person((f"account\n{home}\n{account}",))):
        stored = found.stored
        if stored.kind == "learning" and found.own and not stored.voided and stored.index < size:
            yield stored


def student_records(office: Office, name: str, size: int) -> tuple[list[Record], list[int]]:
    """(records of a student below a size, by leaf; leaves of statements that mean something and
    cannot be read)."""
    records, refused = [], []
    for stored in student_statements(office, name, size):
        try:
            record = learning_record_of(assembled(stored), stored.index)
        except BadEvidence:
            refused.append(stored.index)
            continue
        if record is not None and record["subject"] == name:
            records.append(dict(record))
    return sorted(records, key=lambda one: int(one["leaf"])), sorted(refused)


def what_is_shown(stored: StoredStatement) -> bytes:
    """The members `SHOWN` of a statement."""
    full = assembled(stored)
    return canonical_json({name: full[name] for name in SHOWN})
