"""Statements that tests of the store are made of."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from ledger.core.canonical import canonical_json
from ledger.core.xapi.mentions import Role, agent_key, mentions
from ledger.core.xapi.references import VOIDED, activities_of, agents_of, references
from ledger.ports.statements import (
    Attachment,
    BatchOutcome,
    NewStatement,
    StatementBatch,
    StatementQuery,
    StatementStore,
    StoredStatement,
)

Json = dict[str, Any]
NOW = 1_780_000_000_000
PLATFORM: Json = {"account": {"homePage": "https://lms.example", "name": "platform"}}
VERB = "https://verbs.example/passed"


def student(number: object) -> Json:
    """An agent with a name and a mailbox, which must not be found on the disk."""
    return {"mbox": f"mailto:student-{number}@school.example", "name": f"张三 {number}"}


def uuid(number: int) -> bytes:
    return UUID(int=number << 80 | 4 << 76 | 8 << 60 | number).bytes


def refer(number: int) -> Json:
    return {"objectType": "StatementRef", "id": str(UUID(bytes=uuid(number)))}


def course(number: object, **definition: object) -> Json:
    found: Json = {"id": f"https://lms.example/course/{number}"}
    return {**found, "definition": definition} if definition else found


def new(
    number: int,
    actor: Json | None = None,
    target: Json | None = None,
    verb: str = VERB,
    kind: str = "learning",
    authority: Json | None = None,
    attachments: tuple[str, ...] = (),
    **more: Any,
) -> NewStatement:
    """The statement with that number, by default of that student about course 1."""
    asserted = authority or PLATFORM
    statement: Json = {
        "id": str(UUID(bytes=uuid(number))),
        "actor": actor or student(number),
        "verb": {"id": verb},
        "object": target or course(1),
        **more,
    }
    payload = canonical_json(statement)
    refers, voids = references(statement)
    return NewStatement(
        kind=kind,
        id=uuid(number),
        entry=b"entry " + hashlib.sha256(payload + kind.encode()).digest(),
        salt=hashlib.sha256(b"salt" + payload).digest(),
        payload=payload,
        authority=canonical_json(asserted),
        version="1.0.0",
        mentions=mentions(statement, asserted),
        refers=refers,
        voids=voids,
        activities=activities_of(statement),
        agents=agents_of(statement),
        attachments=attachments,
    )


def void(number: int, target: int, **more: Any) -> NewStatement:
    return new(number, target=refer(target), verb=VOIDED, **more)


def same(old: bytes, fresh: bytes) -> bool:
    """Equivalence for tests: only equal bytes."""
    return old == fresh


def append(
    store: StatementStore,
    *statements: NewStatement,
    now: int = NOW,
    data: tuple[Attachment, ...] = (),
) -> BatchOutcome:
    """One batch, one transaction."""
    (outcome,) = store.append_statements([StatementBatch(statements, data)], same, now)
    return outcome


def numbers(found: list[StoredStatement]) -> list[int]:
    """The numbers of statements, in their order."""
    return [int.from_bytes(one.id, "big") & 0xFFFF_FFFF for one in found]


def by_agent(actor: Json, **more: Any) -> StatementQuery:
    return StatementQuery(filters=(((Role.AGENT, agent_key(actor)),),), **more)


def by_course(number: object, **more: Any) -> StatementQuery:
    return StatementQuery(filters=(((Role.ACTIVITY, course(number)["id"]),),), **more)


def attachment(content: bytes, content_type: str = "text/plain") -> Attachment:
    return Attachment(hashlib.sha256(content).hexdigest(), content_type, content)
