"""Council changes: proposals, approvals and what they mean.

A proposal names the exact change; k of n members approve it, and the k-th approval executes it. An
application is checked against the chain before it is proposed *and* before it is approved, since
each member answers for what it signs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ledger.core.ed25519 import check_public_key
from ledger.core.entry import CredentialType, Kind
from ledger.errors import BadEvidence, NotAllowed, UnknownNumber, WrongUse
from ledger.ports import Application, ChainReader, Change, InstitutionRow, Proposal

PROPOSAL_DAYS = 30
PURPOSES = {"credential": 1, "checkpoint": 2, "receipt": 3, "trust": 4}
ED25519 = 1
UTC8 = timezone(timedelta(hours=8))
ALL_TYPES = (1 << 256) - 1
STREAM_KINDS = (Kind.CREDENTIAL, Kind.STATUS, Kind.LEARNING, Kind.TEACHING, Kind.EVALUATION)


@dataclass(frozen=True)
class Accreditation:
    """What is granted: bit masks of kinds and credential types, Unix times [from, until)."""

    kinds: int
    types: int
    from_time: int
    until: int


def admission(reader: ChainReader, account: str, k: int | None) -> list[Change]:
    """Changes that admit the applicant and make it a member; k = ⌊n/2⌋+1 unless given.

    Raises UnknownNumber when there is no open application of that account on chain, BadEvidence
    when one of its keys is not a proper Ed25519 key (the contract cannot tell).
    """
    application = open_application(reader, account)
    for public_key, _, _ in application.keys:
        require_proper_key(public_key)
    members = len(reader.members()) + 1
    return [
        Change("admit", (application.id,)),
        Change("addMember", (application.account, threshold(members, k))),
    ]


def open_application(reader: ChainReader, account: str) -> Application:
    """The newest application of the account that is not admitted yet."""
    for application in reversed(reader.applications()):
        if application.account.lower() == account.lower() and not application.admitted:
            return application
    raise UnknownNumber("no-such-application", account=account)


def same_as_file(application: Application, given: dict[str, Any]) -> None:
    """Compares an application file with the chain; BadEvidence names the first difference."""
    for field in ("code", "domain", "name", "name_en", "public_url", "verify_url"):
        if given.get(field) != getattr(application, field):
            raise BadEvidence("application-differs", field=field)
    on_chain = sorted(
        (key.hex(), purpose, algorithm) for key, purpose, algorithm in application.keys
    )
    in_file = sorted(
        (str(key.get("public_key")), PURPOSES.get(str(key.get("purpose")), 0), ED25519)
        for key in given.get("keys", [])
        if isinstance(key, dict)
    )
    if on_chain != in_file:
        raise BadEvidence("application-differs", field="keys")


def require_proper_key(public_key: bytes) -> None:
    """Refuses a key that is not of prime order; the contract knows only the worst of them."""
    try:
        check_public_key(public_key)
    except BadEvidence as bad:
        raise BadEvidence("weak-key", key=public_key.hex()) from bad


def accreditation(institution: InstitutionRow, grant: Accreditation) -> list[Change]:
    """The change that accredits an institution."""
    return [
        Change(
            "accredit",
            (institution.id, grant.kinds, grant.types, grant.from_time, grant.until),
        )
    ]


def removal(reader: ChainReader, institution: InstitutionRow, k: int | None) -> list[Change]:
    """Changes that end every accreditation and take the seat; the status stream goes on."""
    changes = [
        Change("endAccreditation", (institution.id, row))
        for row, given in enumerate(institution.accreditations)
        if given.ended is None
    ]
    members = reader.members()
    if institution.account.lower() in {account.lower() for account in members}:
        left = len(members) - 1
        changes.append(Change("removeMember", (institution.account, threshold(left, k))))
    return changes


def threshold(members: int, k: int | None) -> int:
    """k = ⌊n/2⌋+1, or the k that was asked for when n/2 < k ≤ n."""
    if k is None:
        return members // 2 + 1
    if not members / 2 < k <= members:
        raise WrongUse("bad-threshold", k=k, n=members)
    return k


def grant(
    kinds: str, types: str, from_date: str | None, until_date: str | None, now: int
) -> Accreditation:
    """Reads `--kinds`, `--types` (comma lists, `all`), `--from`, `--until` (inclusive days)."""
    begin = day_start(from_date) if from_date else now
    end = day_start(until_date) + 86_400 if until_date else begin + 10 * 365 * 86_400
    if end <= max(begin, now):
        raise WrongUse("bad-period")
    return Accreditation(kind_mask(kinds), type_mask(types), begin, end)


def kind_mask(kinds: str) -> int:
    """Bit `1 << kind` for each name; `all` is every kind of stream."""
    names = {kind.name.lower(): 1 << kind for kind in STREAM_KINDS}
    if kinds == "all":
        return sum(names.values())
    mask = 0
    for name in kinds.split(","):
        if name not in names:
            raise WrongUse("unknown-kind", kind=name)
        mask |= names[name]
    return mask


def type_mask(types: str) -> int:
    """Bit `1 << type code` for each name; `all` is every type, later ones included."""
    if types == "all":
        return ALL_TYPES
    names = {kind.name.lower(): 1 << kind for kind in CredentialType}
    mask = 0
    for name in types.split(","):
        if name not in names:
            raise WrongUse("unknown-type", type=name)
        mask |= names[name]
    return mask


def day_start(date: str) -> int:
    """Unix time of 00:00 of YYYY-MM-DD in UTC+8."""
    try:
        moment = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC8)
    except ValueError as error:
        raise WrongUse("bad-date", date=date) from error
    return int(moment.astimezone(UTC).timestamp())


def check_admitted_keys(
    reader: ChainReader, proposal: Proposal, readable: Callable[[Proposal], Sequence[Change]]
) -> None:
    """Before one's own approval: every key that the proposal would register is a proper one."""
    for change in readable(proposal):
        if change.function == "admit":
            for application in reader.applications():
                if application.id == change.arguments[0]:
                    for public_key, _, _ in application.keys:
                        require_proper_key(public_key)
        elif change.function == "addKey":
            require_proper_key(_key_bytes(change.arguments[1][0]))


def _key_bytes(argument: bytes | str) -> bytes:
    """A key among a change's arguments: a proposal read back from the chain has it as 0x-hex."""
    return argument if isinstance(argument, bytes) else bytes.fromhex(argument.removeprefix("0x"))


def institution_by_code(reader: ChainReader, code: str) -> InstitutionRow:
    """Raises UnknownNumber("no-such-institution")."""
    found = reader.institution_by_code(code)
    if found is None:
        raise UnknownNumber("no-such-institution", institution=code)
    return found


def find_proposal(reader: ChainReader, given: str) -> Proposal:
    """A proposal by its number, its id, or the beginning of its id."""
    wanted = given.lower()
    proposals: Sequence[Proposal] = reader.proposals()
    found = [p for p in proposals if str(p.number) == wanted or p.id.lower() == wanted]
    if not found and len(wanted) >= 6:
        found = [
            p
            for p in proposals
            if p.id.lower().removeprefix("0x").startswith(wanted.removeprefix("0x"))
        ]
    if not found:
        raise UnknownNumber("no-such-proposal", proposal=given)
    if len(found) > 1:
        raise WrongUse("proposal-ambiguous", proposal=given)
    return found[0]


def require_member(reader: ChainReader, account: str) -> None:
    """Raises NotAllowed("not-a-member")."""
    if account.lower() not in {member.lower() for member in reader.members()}:
        raise NotAllowed("not-a-member")
