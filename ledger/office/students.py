"""Students' records: read from the stream `learning`, where nobody has a chain.

That all of a student's records were looked at cannot be proved; a report says so by having no
count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ledger.core.evaluation.evaluate import Period
from ledger.core.learning.records import learning_record_of
from ledger.core.xapi.mentions import agent_key
from ledger.errors import BadEvidence
from ledger.office.context import Office
from ledger.office.person import Person, concerning, find_person, readable
from ledger.office.queries import assembled

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
        if key is not None and key.startswith("account\n"):
            seen.add(readable(key))
    yield from sorted(seen)


def student_records(
    office: Office, name: str, size: int, period: Period
) -> tuple[list[Record], list[int]]:
    """(records of a student below a size, by leaf; leaves of statements that say something of the
    period which cannot be read). Voided statements are no records."""
    home, _, account = name.partition("|")
    records, refused = [], []
    for found in concerning(office, Person((f"account\n{home}\n{account}",))):
        stored = found.stored
        if stored.kind != "learning" or not found.own or stored.voided or stored.index >= size:
            continue
        try:
            record = learning_record_of(assembled(stored), stored.index)
        except BadEvidence:
            refused.append(stored.index)
            continue
        if record is not None and record["subject"] == name:
            records.append(dict(record))
    return sorted(records, key=lambda one: int(one["leaf"])), sorted(refused)
