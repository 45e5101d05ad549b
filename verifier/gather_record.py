"""Fetches what the verification of records needs, from the chain alone; judges nothing.

The host is never asked: file and chain suffice, and nobody learns which record is looked at. What
many records of one archive share (institution, head, anchors) is asked for once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from ledger.core.checks_record import RecordView, no_view
from ledger.core.record import AnchorAt, RecordFile
from ledger.core.registry import Head
from ledger.core.streams import stream_id
from ledger.core.view import AnchorFacts, InstitutionFacts, Missing
from ledger.errors import Refusal
from verifier.gather import institution_facts
from verifier.nodes import Agreement, missing

T = TypeVar("T")
KEPT = 4096
"""Answers kept: an archive names few streams and few anchors."""


class RecordGathering:
    """The questions, as of the agreement's block."""

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self._number = agreement.block.number
        self._institution = lru_cache(KEPT)(self._ask_institution)
        self._head = lru_cache(KEPT)(self._ask_head)
        self._anchor = lru_cache(KEPT)(self._ask_anchor)

    def view(self, record: RecordFile | None) -> RecordView:
        """The view for a record; of an unreadable one only the block counts."""
        empty = dataclasses.replace(
            no_view(Missing("unreachable", "nothing to look for")),
            block=self._agreement.block,
            nodes_agreeing=self._agreement.needed,
            nodes_needed=self._agreement.needed,
        )
        if record is None:
            return empty
        institution = self._institution(record.place.domain)
        if isinstance(institution, Missing):
            return dataclasses.replace(empty, institution=institution)
        at = record.anchorage
        return dataclasses.replace(
            empty,
            institution=institution,
            head=self._head(record.origin),
            anchored=self._anchor(record.origin, at.anchored) if at else Missing("not-anchored"),
            covering=self._anchor(record.origin, at.covering) if at else Missing("not-anchored"),
        )

    def _ask_institution(self, domain: str) -> InstitutionFacts | Missing:
        number = self._number
        row = _try(
            lambda: self._agreement.ask(lambda node: node.institution_by_domain(domain, number))
        )
        if isinstance(row, Missing):
            return row
        return Missing("not-registered") if row is None else institution_facts(row)

    def _ask_head(self, origin: str) -> Head | Missing:
        number = self._number
        return _try(lambda: self._agreement.ask(lambda node: node.head(stream_id(origin), number)))

    def _ask_anchor(self, origin: str, at: AnchorAt) -> AnchorFacts | Missing:
        """The event, if there is one of that number in that block."""
        if at.block > self._number:
            return Missing("not-listed")
        event = _try(
            lambda: self._agreement.ask(
                lambda node: node.anchored(stream_id(origin), at.seq, at.block)
            )
        )
        if isinstance(event, Missing):
            return event
        if event is None:
            return Missing("not-listed")
        return AnchorFacts(
            event.seq, event.size, event.prev_size, event.root, event.block, event.block_time
        )


def _try(look: Callable[[], T]) -> T | Missing:
    """What `look` finds; a refusal becomes the reason why it is missing."""
    try:
        return look()
    except Refusal as refusal:
        return missing(refusal)
