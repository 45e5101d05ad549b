"""The charter: who approves rule sets, who recognises, who owns which figure, who must attest.

Format: `docs/spec/charter.md`. A charter is data that the institution puts into its stream
`evaluation`; the newest one before an act is the one that the act is judged by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core.evaluation import messages_acts as _messages  # noqa: F401  (registers the codes)
from ledger.core.shape import Shape
from ledger.core.teaching.agents import read_name
from ledger.core.teaching.values import Wrong
from ledger.core.teaching.vocabulary import ROLES, TEMPLATES
from ledger.errors import BadEvidence

FORMAT = "xuezheng-charter/1"
SUPERSEDING = "record-superseding"
"""In `attestation`: who must attest any record that replaces another one."""
DENOMINATORS = frozenset(
    ("enrolled", "attended", "completed", "participants", "submissions", "histogram",
     "class_hours", "schools")
)  # fmt: skip
"""Figures by which others are divided or which are counted: who gains by them may not own them."""
UNOWNED = frozenset(
    ("type", "leaf", "subject", "actor", "by", "at", "source", "object", "statement", "supersedes",
     "reason", "starts", "ends")
)  # fmt: skip
"""What makes a record the record that it is, and of its period: no other system owns these."""
MAX_ACCOUNT = 4_001
_MAX_PEOPLE = 200
_MAX_MEMBERS = 200
_NAME = re.compile(r"(?=.{1,60}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_FIELD = re.compile(r"(?=.{1,60}\Z)[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
"""Names of types and fields, as a further profile may have them."""

Signers = tuple[frozenset[str], ...]
"""One set of roles a person: each has to be met by another person of one of those roles."""


@dataclass(frozen=True)
class Owner:
    """The systems whose records of a type count, and the fields that another system owns. Where
    two of them have records of one fact, the first named counts."""

    sources: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Charter:
    """`needed` of the accounts `approvers` put a rule set into effect; `recognition` recognises a
    report, within `appeal_days` of whose anchor the subject may appeal."""

    version: int
    approvers: tuple[str, ...]
    needed: int
    recognition: Signers
    appeal_days: int
    owners: Mapping[str, Owner]
    attestation: Mapping[str, Signers]


def read_charter(value: Any) -> Charter:
    """The charter in JSON data.

    Raises BadEvidence: charter-format with the place, charter-denominator where a figure that
    somebody is measured by would be attested by nobody but its own teacher.
    """
    top = Shape(value, "charter-format").object(
        ("format", "version", "approvers", "recognition", "owners", "attestation")
    )
    top["format"].exactly(FORMAT)
    version = top["version"].integer(1, 1_000_000)
    approvers, needed = _approvers(top["approvers"])
    recognition = top["recognition"].object(("signers", "appeal_days"))
    signers = _signers(recognition["signers"], at_least=2)
    return Charter(
        version,
        approvers,
        needed,
        signers,
        recognition["appeal_days"].integer(1, 366),
        _owners(top["owners"]),
        _attestation(top["attestation"]),
    )


def _approvers(shape: Shape) -> tuple[tuple[str, ...], int]:
    shape.object(("accounts", "needed"))
    accounts = tuple(read_account(one) for one in shape["accounts"].items(_MAX_PEOPLE, 2))
    if len(set(accounts)) != len(accounts):
        shape["accounts"].refuse("each account once")
    return accounts, shape["needed"].integer(2, len(accounts))


def read_account(shape: Shape) -> str:
    """`<home page>|<name>`, both present, as a record's `subject` has it."""
    text = shape.text(MAX_ACCOUNT)
    home, _, name = text.partition("|")
    try:
        read_name(home), read_name(name)
    except Wrong:
        shape.refuse("<home page>|<name>")
    if ":" not in home:
        shape.refuse("<home page>|<name>")
    return text


def _signers(shape: Shape, at_least: int) -> Signers:
    return tuple(
        frozenset(role.one_of(ROLES) for role in roles.items(len(ROLES), 1))
        for roles in shape.items(10, at_least)
    )


def _members(shape: Shape) -> list[str]:
    if type(shape.value) is not dict or len(shape.value) > _MAX_MEMBERS:
        shape.refuse(f"object of at most {_MAX_MEMBERS}")
    return list(shape.value)


def _type(shape: Shape, name: str) -> None:
    """A record type of the profile, or a name that one of a further profile may have."""
    if not _NAME.fullmatch(name):
        shape[name].refuse("a record type")


def _owners(shape: Shape) -> dict[str, Owner]:
    found = {}
    for name in _members(shape):
        _type(shape, name)
        one = shape[name].object(("sources",), ("fields",))
        sources = tuple(source.text(500) for source in one["sources"].items(20, 1))
        if len(set(sources)) != len(sources):
            one["sources"].refuse("each source once")
        found[name] = Owner(sources, _fields(one["fields"]) if one.has("fields") else {})
    return found


def _fields(shape: Shape) -> dict[str, str]:
    found = {}
    for name in _members(shape):
        if name in UNOWNED or not _FIELD.fullmatch(name):
            shape[name].refuse("a field that a system may own")
        found[name] = shape[name].text(500)
    return found


def _attestation(shape: Shape) -> dict[str, Signers]:
    found = {}
    for name in _members(shape):
        _type(shape, name)
        found[name] = _signers(shape[name], at_least=1)
        kind = TEMPLATES.get(name)
        counted = DENOMINATORS.intersection(kind.fields) if kind else ()
        if counted and all("teacher" in roles for roles in found[name]):
            raise BadEvidence(
                "charter-denominator",
                pointer=shape[name].pointer,
                type=name,
                field=", ".join(sorted(counted)),
            )
    return found


def charter_data(charter: Charter) -> dict[str, Any]:
    """The charter as JSON data."""
    return {
        "format": FORMAT,
        "version": charter.version,
        "approvers": {"accounts": list(charter.approvers), "needed": charter.needed},
        "recognition": {
            "signers": [sorted(roles) for roles in charter.recognition],
            "appeal_days": charter.appeal_days,
        },
        "owners": {
            name: {"sources": list(one.sources), "fields": dict(one.fields)}
            for name, one in charter.owners.items()
        },
        "attestation": {
            name: [sorted(roles) for roles in signers]
            for name, signers in charter.attestation.items()
        },
    }


def met(wanted: Signers, given: Sequence[tuple[str, str]]) -> bool:
    """Whether different people fill every place. `given`: (account, role) of each signature."""
    return not unmet(wanted, given)


def unmet(wanted: Signers, given: Sequence[tuple[str, str]]) -> tuple[frozenset[str], ...]:
    """The places that stay empty however the people given are seated; empty if all are filled.

    Kuhn's augmenting paths: a person moves to another place where that seats one more.
    """
    if not wanted:
        return ()
    seated: dict[str, int] = {}

    def seat(place: int, tried: set[str]) -> bool:
        for account, role in given:
            if role in wanted[place] and account not in tried:
                tried.add(account)
                if account not in seated or seat(seated[account], tried):
                    seated[account] = place
                    return True
        return False

    return tuple(roles for place, roles in enumerate(wanted) if not seat(place, set()))
