"""Statements into the ledger: from a checked statement to an acknowledged entry.

`prepare` makes of what was submitted what the store takes; `accept` acknowledges it (a `Committer`
calls it for many requests at once). The payload of an entry is the canonical form of what was
submitted and nothing else: `id`, `authority`, `version` and `stored`, as the store says them,
stand beside it (Data 2.3.1).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.core.canonical import MAX_SAFE_INT, canonical_json
from ledger.core.commitment import SALT_LENGTH, commit
from ledger.core.entry import Kind, RecordEntry, encode
from ledger.core.streams import KINDS_BY_NAME
from ledger.core.xapi.equivalence import equivalent
from ledger.core.xapi.mentions import mentions
from ledger.core.xapi.references import activities_of, agents_of, references
from ledger.core.xapi.shapes import below
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, Conflict, WrongUse
from ledger.office import messages_statements as _messages  # noqa: F401  (registers the codes)
from ledger.office.context import Office
from ledger.ports.statements import Attachment, BatchOutcome, NewStatement, StatementBatch

_CHANCE = 16 + SALT_LENGTH
"""Random bytes that a statement needs: for an id, and for its salt."""
_SHOWN_VERSION = {Version.V1: "1.0.0", Version.V2: "2.0.0"}
_COMMITMENT = 32
_KINDS = (Kind.LEARNING, Kind.TEACHING)


@dataclass(frozen=True)
class Source:
    """What the statements of one request or file have in common."""

    kind: Kind
    version: Version
    authority: bytes
    """Canonical JSON of the agent or group."""
    asserting: dict[str, Any]
    """The same, parsed."""
    derive_ids: bool
    time: int
    """Unix seconds: the time of the entries."""
    entry_head: bytes
    """The bytes of an entry that refers to none, up to the commitment, with which it ends."""


def source(
    office: Office,
    version: Version,
    authority: bytes,
    derive_ids: bool = False,
    kind: str = "learning",
) -> Source:
    """Raises WrongUse("unknown-kind") for a stream that takes no statements.

    With `derive_ids` a statement without id gets one from its payload, so that it is known again;
    else a random one.
    """
    stream = KINDS_BY_NAME.get(kind)
    if stream not in _KINDS:
        raise WrongUse("unknown-kind", kind=kind)
    time = office.clock()
    head = encode(RecordEntry(stream, time, bytes(_COMMITMENT)))[:-_COMMITMENT]
    return Source(stream, version, authority, json.loads(authority), derive_ids, time, head)


def prepare(
    office: Office,
    submitted: Sequence[dict[str, Any]],
    version: Version,
    authority: bytes,
    derive_ids: bool = False,
    kind: str = "learning",
    given_id: str | None = None,
    attachments: Sequence[Attachment] = (),
) -> tuple[StatementBatch, list[str]]:
    """The batch of one request, and the ids of its statements in their order.

    `submitted` are statements that `check_statement` let through. `given_id` is the id of a single
    statement that does not say its own (PUT). Raises BadEvidence with the `position` of the
    statement and a `pointer` into it: xapi-repeated-id, xapi-voids-voiding, xapi-number-range.
    """
    common = source(office, version, authority, derive_ids, kind)
    chance = office.entropy(_CHANCE * len(submitted))
    statements: list[NewStatement] = []
    for position, statement in enumerate(submitted):
        drawn = chance[_CHANCE * position : _CHANCE * (position + 1)]
        statements.append(prepare_one(office, common, statement, drawn, given_id, position))
    _refuse_repeated(statements)
    _refuse_voiding_each_other(statements)
    ids = [
        statement.get("id") or given_id or str(UUID(bytes=new.id))
        for statement, new in zip(submitted, statements, strict=True)
    ]
    return StatementBatch(tuple(statements), tuple(attachments)), ids


def prepare_one(
    office: Office,
    common: Source,
    statement: dict[str, Any],
    chance: bytes | None = None,
    given_id: str | None = None,
    position: int = 0,
) -> NewStatement:
    """One checked statement as the store takes it; `chance` are 48 random bytes.

    Raises BadEvidence: xapi-voids-voiding, xapi-number-range.
    """
    chance = chance or office.entropy(_CHANCE)
    statement, payload = _written(statement, position)
    salt = chance[16:]
    refers, voids = references(statement)
    leaf = _voided_leaf(office, common.kind, refers, position) if voids and refers else None
    return NewStatement(
        kind=common.kind.name.lower(),
        id=_id(office, common, statement.get("id") or given_id, payload, chance),
        entry=_entry(common, commit(salt, payload), leaf),
        salt=salt,
        payload=payload,
        authority=common.authority,
        version=statement.get("version") or _SHOWN_VERSION[common.version],
        mentions=mentions(statement, common.asserting),
        refers=refers,
        voids=voids,
        activities=activities_of(statement),
        agents=agents_of(statement),
        attachments=_declared(statement),
    )


def _written(statement: dict[str, Any], position: int) -> tuple[dict[str, Any], bytes]:
    """The statement and its canonical JSON, in which numbers are binary doubles."""
    try:
        return statement, canonical_json(statement)
    except BadEvidence:
        statement = _in_doubles(statement, "", position)
        return statement, canonical_json(statement)


def _in_doubles(value: Any, pointer: str, position: int) -> Any:
    """The value, with doubles for integers beyond ±(2^53-1) that come out digit for digit.

    So 10^20, as canonical JSON itself writes 1e20, is taken back. Any other would be read by half
    of the world as another number, and is refused where it stands.
    """
    if isinstance(value, dict):
        return {key: _in_doubles(value[key], below(pointer, key), position) for key in value}
    if isinstance(value, list):
        return [_in_doubles(item, f"{pointer}/{n}", position) for n, item in enumerate(value)]
    if type(value) is not int or abs(value) <= MAX_SAFE_INT:
        return value
    try:
        number = float(value)
    except OverflowError:
        number = 0.0
    if canonical_json(number) != str(value).encode():
        raise BadEvidence(
            "xapi-number-range",
            pointer=pointer,
            position=position,
            requirement="RFC 8785, 3.2.2.3",
        )
    return number


def _entry(common: Source, commitment: bytes, leaf: int | None) -> bytes:
    if leaf is None:
        return common.entry_head + commitment
    return encode(RecordEntry(common.kind, common.time, commitment, leaf))


def _id(office: Office, common: Source, given: str | None, payload: bytes, chance: bytes) -> bytes:
    if given is not None:
        return bytes.fromhex(given.replace("-", ""))
    if common.derive_ids:
        return office.statements.derived_id(payload)
    return UUID(bytes=chance[:16], version=4).bytes


def _declared(statement: dict[str, Any]) -> tuple[str, ...]:
    """SHA-256 of every attachment, of the statement and of a SubStatement in it."""
    found = [one["sha2"].lower() for one in statement.get("attachments", ())]
    found += [one["sha2"].lower() for one in statement["object"].get("attachments", ())]
    return tuple(dict.fromkeys(found))


def _voided_leaf(office: Office, kind: Kind, target: bytes, position: int) -> int | None:
    """Leaf index of the statement to be voided, if it is known and stands in the same stream.

    A voiding statement cannot be voided (Data 2.3.2). The standard lets a store accept the attempt
    and ignore it, as happens where the target comes later; where it is known, saying so is better.
    """
    if office.statements.voiding(target):
        raise _voids_voiding(target, position)
    found = office.statements.statement(target)
    return found.index if found is not None and KINDS_BY_NAME[found.kind] is kind else None


def _refuse_voiding_each_other(statements: Sequence[NewStatement]) -> None:
    voiding = {new.id for new in statements if new.voids}
    for position, new in enumerate(statements):
        if new.voids and new.refers in voiding:
            raise _voids_voiding(new.refers, position)


def _voids_voiding(target: bytes, position: int) -> BadEvidence:
    return BadEvidence(
        "xapi-voids-voiding",
        id=str(UUID(bytes=target)),
        pointer="/object/id",
        position=position,
        requirement="XAPI-00016",
    )


def _refuse_repeated(statements: Sequence[NewStatement]) -> None:
    """Two statements of one request have one id (Communication 2.1.1.s2.b4, 2.1.2.s2.b6)."""
    if len({new.id for new in statements}) == len(statements):
        return
    seen: set[bytes] = set()
    for position, new in enumerate(statements):
        if new.id in seen:
            raise BadEvidence(
                "xapi-repeated-id",
                id=str(UUID(bytes=new.id)),
                pointer="/id",
                position=position,
                requirement="Communication 2.1.2",
            )
        seen.add(new.id)


def accept(office: Office, batches: Sequence[StatementBatch]) -> list[BatchOutcome]:
    """All batches in one durable transaction; a batch with a conflict is left out as a whole."""
    return office.statements.append_statements(batches, equivalent, office.millis())


def refuse_conflict(batch: StatementBatch, outcome: BatchOutcome) -> None:
    """Raises Conflict("xapi-conflict") if the batch was not stored (Communication 2.1.1.s2.b3)."""
    if outcome.conflict is not None:
        raise Conflict(
            "xapi-conflict",
            id=str(UUID(bytes=batch.statements[outcome.conflict].id)),
            pointer="/id",
            position=outcome.conflict,
            requirement="Communication 2.1.2",
        )
