"""Statements into the ledger: from a checked statement to an acknowledged entry.

`prepare` makes of what was submitted what the store takes; `accept` acknowledges it (a `Committer`
calls it for many requests at once). A statement that claims the teaching profile goes to the stream
`teaching`, every other to `learning`, unless whoever hands it in names the stream.

The payload of a learning entry is the canonical form of what was submitted and nothing else: `id`,
`authority`, `version` and `stored`, as the store says them, stand beside it (Data 2.3.1). The
payload of a teaching entry is an envelope around it, made when the store numbers it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

from ledger.core.canonical import MAX_SAFE_INT, canonical_json
from ledger.core.commitment import SALT_LENGTH, commit
from ledger.core.entry import Kind, RecordEntry, encode
from ledger.core.streams import KINDS_BY_NAME
from ledger.core.teaching.envelope import MAX_SUBMITTED, enclose, subject_of
from ledger.core.teaching.records import claims_profile, record_of
from ledger.core.teaching.terms import Vocabulary
from ledger.core.xapi.equivalence import equivalent
from ledger.core.xapi.mentions import mentions
from ledger.core.xapi.references import activities_of, agents_of, references
from ledger.core.xapi.shapes import below
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, Conflict, WrongUse
from ledger.office import messages_statements as _messages  # noqa: F401  (registers the codes)
from ledger.office.context import Office
from ledger.office.vocabulary import vocabulary_of
from ledger.ports.statements import Attachment, BatchOutcome, Chain, NewStatement, StatementBatch

_CHANCE = 16 + SALT_LENGTH
"""Random bytes that a statement needs: for an id, and for its salt."""
_SHOWN_VERSION = {Version.V1: "1.0.0", Version.V2: "2.0.0"}
_COMMITMENT = 32
_KINDS = (Kind.LEARNING, Kind.TEACHING)


@dataclass(frozen=True)
class Source:
    """What the statements of one request or file have in common."""

    kind: Kind | None
    """The stream that was named; None: each statement's claim decides."""
    version: Version
    authority: bytes
    """Canonical JSON of the agent or group."""
    asserting: dict[str, Any]
    """The same, parsed."""
    derive_ids: bool
    time: int
    """Unix seconds: the time of the entries."""
    entry_heads: Mapping[Kind, bytes]
    """By stream, the bytes of an entry that refers to none, up to the commitment, with which it
    ends."""
    vocabulary: Callable[[], Vocabulary]
    """What teaching statements are read by; asked for only where there is one."""


def source(
    office: Office,
    version: Version,
    authority: bytes,
    derive_ids: bool = False,
    kind: str | None = None,
) -> Source:
    """Raises WrongUse("unknown-kind") for a stream that takes no statements; None: by the claim.

    With `derive_ids` a statement without id gets one from its payload, so that it is known again;
    else a random one.
    """
    stream = None if kind is None else KINDS_BY_NAME.get(kind)
    if kind is not None and stream not in _KINDS:
        raise WrongUse("unknown-kind", kind=kind)
    time = office.clock()
    heads = {
        one: encode(RecordEntry(one, time, bytes(_COMMITMENT)))[:-_COMMITMENT] for one in _KINDS
    }
    return Source(
        stream, version, authority, json.loads(authority), derive_ids, time, heads,
        cache(lambda: vocabulary_of(office)),
    )  # fmt: skip


def prepare(
    office: Office,
    submitted: Sequence[dict[str, Any]],
    version: Version,
    authority: bytes,
    derive_ids: bool = False,
    kind: str | None = None,
    given_id: str | None = None,
    attachments: Sequence[Attachment] = (),
) -> tuple[StatementBatch, list[str]]:
    """The batch of one request, and the ids of its statements in their order.

    `submitted` are statements that `check_statement` let through. `given_id` is the id of a single
    statement that does not say its own (PUT). Raises BadEvidence with the `position` of the
    statement and a `pointer` into it: xapi-repeated-id, xapi-voids-voiding, xapi-number-range, and
    teaching-… where one claims the teaching profile and breaks it.
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
    signature: bytes | None = None,
    signer: str | None = None,
) -> NewStatement:
    """One checked statement as the store takes it; `chance` are 48 random bytes.

    `signature` (canonical JSON) goes into the envelope of a teaching record, `signer`
    (`<account>#<key id>`) beside it: whoever gives them has checked them. Raises BadEvidence:
    xapi-voids-voiding, xapi-number-range, statement-is-teaching, teaching-….
    """
    chance = chance or office.entropy(_CHANCE)
    statement, payload = _written(statement, position)
    salt = chance[16:]
    kind, record = _stream(common, statement, position)
    refers, voids = references(statement)
    leaf = _voided_leaf(office, kind, refers, position) if voids and refers else None
    id = _id(office, common, statement.get("id") or given_id, payload, chance)
    chain, entry = None, b""
    if kind is Kind.TEACHING:
        if len(payload) > MAX_SUBMITTED:
            raise _too_large(len(payload), position)
        link = _Link(common, payload, id, salt, leaf, signature)
        if record:
            record = link.record(statement, position)
            subject, kept, type_ = record["subject"], canonical_json(record), record["type"]
        else:
            subject, kept, type_ = subject_of(statement), b"", ""
        chain = Chain(subject, partial(link.enclose, subject), kept, signer, type_)
    else:
        entry = _entry(common, kind, commit(salt, payload), leaf)
    return NewStatement(
        kind=kind.name.lower(),
        id=id,
        entry=entry,
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
        chain=chain,
    )


def _stream(common: Source, statement: dict[str, Any], position: int) -> tuple[Kind, Any]:
    """The stream that a statement goes to, and whether it is a record there."""
    claimed = claims_profile(statement)
    if common.kind is None:
        return (Kind.TEACHING if claimed else Kind.LEARNING), claimed
    if claimed and common.kind is Kind.LEARNING:
        pointer = "/context/contextActivities/category"
        raise BadEvidence("statement-is-teaching", pointer=pointer, position=position)
    return common.kind, claimed


def _too_large(size: int, position: int) -> BadEvidence:
    return BadEvidence(
        "teaching-size", limit=MAX_SUBMITTED, size=size, pointer="", position=position
    )


@dataclass(frozen=True)
class _Link:
    """A statement that the store will number in its subject's chain."""

    common: Source
    payload: bytes
    id: bytes
    salt: bytes
    leaf: int | None
    signature: bytes | None

    def record(self, statement: dict[str, Any], position: int) -> dict[str, Any]:
        """The flat record, without its leaf. Raises BadEvidence teaching-…."""
        full = {**statement, "id": str(UUID(bytes=self.id)), "authority": self.common.asserting}
        try:
            found = record_of(full, 0, self.common.vocabulary())
        except BadEvidence as bad:
            raise BadEvidence(bad.code, **{**bad.detail, "position": position}) from bad
        return {name: value for name, value in (found or {}).items() if name != "leaf"}

    def enclose(self, subject: str, number: int, previous: int | None) -> tuple[bytes, bytes]:
        """(payload, entry) in that place of the chain."""
        payload = enclose(
            self.payload, str(UUID(bytes=self.id)), self.common.authority, subject, number,
            previous, self.signature,
        )  # fmt: skip
        commitment = commit(self.salt, payload)
        return payload, _entry(self.common, Kind.TEACHING, commitment, self.leaf)


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


def _entry(common: Source, kind: Kind, commitment: bytes, leaf: int | None) -> bytes:
    if leaf is None:
        return common.entry_heads[kind] + commitment
    return encode(RecordEntry(kind, common.time, commitment, leaf))


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
