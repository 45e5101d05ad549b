"""Attesting records: a signed statement `verified` about a record, with an entry of its own.

The person signs the statement as it is submitted; it names the entry of the record by its leaf
hash, so nothing else can be put in the record's place. What would not count is refused here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ledger.core.canonical import canonical_json
from ledger.core.evaluation.evaluate import Period
from ledger.core.evaluation.register import Register
from ledger.core.merkle import leaf_hash
from ledger.core.people import PersonSignature, verify_person
from ledger.core.teaching.records import record_of
from ledger.core.teaching.vocabulary import FIELDS, ROLES, TEMPLATES, VERSION
from ledger.core.uuids import uuid_named
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, NotAllowed, UnknownNumber, WrongUse
from ledger.office.acts import anchored_register, refused
from ledger.office.context import Office
from ledger.office.ingest import authority_of
from ledger.office.statements import accept, prepare_one, source
from ledger.office.vocabulary import vocabulary_of
from ledger.ports import Progress
from ledger.ports.statements import StatementBatch, StoredStatement

Sign = Callable[[str, dict[str, Any]], PersonSignature]
SOURCE = "xuezheng"
PURPOSE = "attestation"
GROUP = 1_000
"""Attestations of one transaction."""
_KIND = TEMPLATES["record-verified"]


@dataclass(frozen=True)
class Attesting:
    """Who says what: `confirmed` False disputes, and then a reason is needed. `at`: Unix seconds,
    where it was said before and is submitted now."""

    account: str
    role: str
    confirmed: bool = True
    reason: str = ""
    at: int | None = None


@dataclass(frozen=True)
class Target:
    """A record to be attested: its statement's id, leaf, and the record."""

    id: str
    leaf: int
    record: dict[str, Any]


def target(office: Office, id: str) -> Target:
    """The teaching record with a statement's id. Raises UnknownNumber attest-target."""
    try:
        found = office.statements.statement(UUID(id).bytes)
    except ValueError:
        found = None
    record = None
    if found is not None and found.kind == "teaching":
        record = record_of(_full(found), found.index, vocabulary_of(office))
    if found is None or record is None:
        raise UnknownNumber("attest-target", id=id[:60])
    return Target(str(UUID(bytes=found.id)), found.index, dict(record))


def _full(found: StoredStatement) -> dict[str, Any]:
    """The statement with what the store says of it."""
    return {
        **json.loads(found.payload),
        "id": str(UUID(bytes=found.id)),
        "authority": json.loads(found.authority),
    }


def statement_for(office: Office, one: Target, who: Attesting) -> dict[str, Any]:
    """The statement that the person signs. The same person saying the same again has the same id.

    Raises WrongUse reason-empty.
    """
    if not who.confirmed and not who.reason.strip():
        raise WrongUse("reason-empty")
    entry = office.store.entry("teaching", one.leaf)
    at = office.clock() if who.at is None else who.at
    made: dict[str, Any] = {
        "id": _id(one, who),
        "actor": _agent(who.account),
        "verb": {"id": _KIND.verb, "display": {"en": "verified", "zh": "核实"}},
        "object": {"objectType": "StatementRef", "id": one.id},
        "context": {
            "instructor": _agent(one.record["subject"]),
            "contextActivities": {"category": [{"id": VERSION}]},
        },
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat(),
    }
    _put(made, "source", SOURCE)
    _put(made, "role", who.role)
    _put(made, "leaf_hash", leaf_hash(entry).hex())
    if who.reason:
        _put(made, "reason", who.reason)
    made.setdefault("result", {})["success"] = who.confirmed
    return made


def _put(statement: dict[str, Any], name: str, value: Any) -> None:
    field = FIELDS[name]
    part = statement.setdefault(field.place, {})
    part.setdefault("extensions", {})[field.iri] = value


def _agent(account: str) -> dict[str, Any]:
    home, _, name = account.partition("|")
    return {"objectType": "Agent", "account": {"homePage": home, "name": name}}


def _id(one: Target, who: Attesting) -> str:
    return str(uuid_named([one.id, who.account, who.role, who.confirmed]))


@dataclass(frozen=True)
class Attested:
    """`leaves` of the new attestations; `already`: how many records the person had attested."""

    leaves: tuple[int, ...]
    already: int


def attest(
    office: Office,
    targets: Sequence[Target],
    who: Attesting,
    sign: Sign,
    again: bool = False,
    progress: Progress | None = None,
) -> Attested:
    """Signs and records one attestation for each target, a group at a time durable as a whole.

    With `again` what was attested before is passed over; else it is refused. Raises NotAllowed
    attest-role, attest-own, act-signer, person-signature, attest-twice; WrongUse unknown-role,
    reason-empty.
    """
    register, _ = anchored_register(office)
    if who.role not in ROLES:
        raise WrongUse("unknown-role", role=who.role, known=", ".join(ROLES))
    if not register.has_role(who.account, who.role, None):
        raise NotAllowed("attest-role", account=who.account, role=who.role)
    fresh = [one for one in targets if not _known(office, one, who, again)]
    for one in fresh:
        _refuse_own(one, who)
    leaves: list[int] = []
    for start in range(0, len(fresh), GROUP):
        leaves += _group(office, register, fresh[start : start + GROUP], who, sign)
        if progress:
            progress(len(leaves), len(fresh))
    return Attested(tuple(leaves), len(targets) - len(fresh))


def _known(office: Office, one: Target, who: Attesting, again: bool) -> bool:
    if office.statements.statement(UUID(_id(one, who)).bytes) is None:
        return False
    if not again:
        raise NotAllowed("attest-twice", account=who.account, id=one.id)
    return True


def _group(
    office: Office, register: Register, targets: Sequence[Target], who: Attesting, sign: Sign
) -> list[int]:
    common = source(office, Version.V2, authority_of(office, "attest"), False, "teaching")
    statements = []
    for one in targets:
        made = statement_for(office, one, who)
        signature = sign(PURPOSE, made)
        _check(register, signature, who, made)
        signer = f"{signature.account}#{signature.key.hex()}"
        kept = canonical_json(signature.to_json())
        statements.append(prepare_one(office, common, made, signature=kept, signer=signer))
    (outcome,) = accept(office, [StatementBatch(tuple(statements))])
    if outcome.conflict is not None:
        raise NotAllowed("attest-twice", account=who.account, id=targets[outcome.conflict].id)
    return list(outcome.indexes)


def select(
    office: Office, kind: str, period: Period, subject: str | None = None
) -> Iterator[Target]:
    """Every record of a type and period, of all subjects or one. Raises WrongUse record-type."""
    known = vocabulary_of(office).templates
    if kind not in known:
        raise WrongUse("record-type", type=kind, known=", ".join(known))
    below = office.store.size("teaching")
    for head in office.statements.subjects():
        if subject not in (None, head.subject):
            continue
        for one in office.statements.chain(head.subject, below):
            record = one.record
            if record and record["type"] == kind and period.start <= record["at"] < period.end:
                yield Target(record["statement"], one.index, dict(record))


def _refuse_own(one: Target, who: Attesting) -> None:
    """Nobody attests what one says oneself, but a teacher the record that others keep of one."""
    record = one.record
    as_teacher = who.role == "teacher" and who.account == record["subject"]
    own = {record["actor"], record["subject"], *record["by"].split("\n")}
    if who.account in own and not as_teacher:
        raise NotAllowed("attest-own", account=who.account)


def _check(
    register: Register, signature: PersonSignature, who: Attesting, made: dict[str, Any]
) -> None:
    """The signature is this person's, under a key that is anchored."""
    key = register.key(signature.account, signature.key)
    if signature.account != who.account or key is None:
        raise NotAllowed("act-signer", leaf="—", account=signature.account)
    try:
        verify_person(key, signature, PURPOSE, made)
    except BadEvidence as bad:
        raise refused(bad) from bad
