"""Erase a person's own statements, names and documents; leaves stay, so every other proof holds.

The order, and what a crash between two steps leaves behind:

1. find the statements of which the person is the actor (with `mentioned`, all that name them);
2. erase payload, salt, index rows and attachments, one statement a transaction;
   -- crash here: some are gone; the same command finds the rest, because the index rows of a
   statement go together with its payload;
3. erase the reports on the person, whatever was decided about these, and appointments under which
   the person decided about nobody else, one act a transaction;
   -- crash here: as above;
4. erase names and documents;
   -- crash before it: they are still found by the person's key, and the next run erases them;
5. sweep what the database still holds of it in its log;
   -- crash before it: the next run sweeps;
6. sign the receipt. It names leaves only.
   -- crash before it: the next run's receipt names what that run erased. The leaves of the run
   that crashed are in no receipt; that they have no payload any more can be seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.core.ed25519 import key_id
from ledger.core.erasure import ErasedLeaf, Erasure
from ledger.core.merkle import leaf_hash
from ledger.core.teaching.envelope import subject_name
from ledger.office.acts import STREAM, acts_about
from ledger.office.context import Office
from ledger.office.person import Person, concerning
from ledger.ports import Progress


@dataclass(frozen=True)
class Erased:
    """`erased` statements are gone; `mentioned` others still name the person; `others` names and
    documents are gone."""

    erased: int
    mentioned: int
    others: int
    receipt: Erasure


def erase(
    office: Office,
    person: Person | None,
    mentioned: bool = False,
    progress: Progress | None = None,
) -> Erased:
    """Erases; harmless when run again, or for a person whom nothing names (None)."""
    leaves: dict[str, list[ErasedLeaf]] = {}
    left = 0
    places = [
        (found.stored.kind, found.stored.index, found.own or mentioned)
        for found in (concerning(office, person) if person else ())
    ]  # 1
    for done, (kind, index, wanted) in enumerate(places, start=1):
        if not wanted:
            left += 1
        elif office.statements.erase_statement(kind, index):  # 2
            leaf = leaf_hash(office.store.entry(kind, index))
            leaves.setdefault(kind, []).append(ErasedLeaf(index, leaf))
        if progress:
            progress(done, len(places))
    for act in acts_about(office, _accounts(person)):  # 3
        if office.store.erase(STREAM, act):
            raw = leaf_hash(office.store.entry(STREAM, act))
            leaves.setdefault(STREAM, []).append(ErasedLeaf(act, raw))
    others = sum(office.statements.erase_agent(key) for key in person.keys) if person else 0  # 4
    office.statements.sweep()  # 5
    count = sum(map(len, leaves.values()))
    return Erased(count, left, others, _receipt(office, leaves.items(), others))  # 6


def _accounts(person: Person | None) -> set[str]:
    return {subject_name(key) for key in person.keys} if person else set()


def _receipt(
    office: Office, leaves: Iterable[tuple[str, list[ErasedLeaf]]], others: int
) -> Erasure:
    signer = office.signer("receipt")
    streams = tuple(
        (office.identity.origin(kind), tuple(sorted(found, key=lambda one: one.index)))
        for kind, found in sorted(leaves)
    )
    body = Erasure(
        office.identity.domain, office.clock(), streams, others, key_id(signer.public_key)
    )
    return body.signed(signer.sign)
