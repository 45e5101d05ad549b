"""A statement on its way into the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.ports.statements import NewStatement
from ledger.store.appending import Kept
from ledger.store.schema import EPOCH_SHIFT


@dataclass(slots=True)
class Incoming:
    """A statement with what can be computed before anything is locked."""

    new: NewStatement
    digest: bytes
    """The HMAC of its identity."""
    kept: Kept
    entry: bytes
    """Of a link of a chain, `kept` and `entry` are made once it is numbered."""
    terms: list[int]
    record: int = 0


_PLACES = 24
"""Bits for a place in a transaction."""


def postings(accepted: Sequence[Incoming], by: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """A row for each mention, in the order of the index.

    Term and place in one integer: lists of numbers are sorted faster than rows, and cost the
    collector of garbage nothing.
    """
    keys = {authority << _PLACES | nth for nth, authority in enumerate(by)}
    for nth, one in enumerate(accepted):
        keys.update([term << _PLACES | nth for term in one.terms])
    mask = (1 << _PLACES) - 1
    records = [one.record for one in accepted]
    for key in sorted(keys):
        record = records[key & mask]
        yield record >> EPOCH_SHIFT, key >> _PLACES, record, 0
