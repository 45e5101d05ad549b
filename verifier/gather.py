"""Fetches what the verification of one certificate needs; judges nothing.

Chain parts are what enough nodes say as of one block; host parts come from the issuer's public URL
as registered on chain. What cannot be had becomes `Missing` with its reason, never a default.

1. who: the institution that owns the domain (document) or the code (frame), from the registry;
2. heads of its credential and status streams;
3. the look-up bucket, and on chain the anchor that covers the entry found there;
4. the whole status stream up to its head;
5. for a date: when each status anchor was made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ledger.core.commitment import commit
from ledger.core.credential import parse_credential
from ledger.core.frame import frame_hash, parse_frame
from ledger.core.lookup import Bucket, bucket, depth, parse_bucket
from ledger.core.streams import origin, stream_id
from ledger.core.tiles import entries_path, unpack_entries
from ledger.core.view import AnchorFacts, InstitutionFacts, LedgerView, Missing, nothing
from ledger.errors import BadEvidence, CouldNotLook, Refusal
from ledger.ports import Anchored, Head, InstitutionRow
from verifier.nodes import Agreement, missing

T = TypeVar("T")
Get = Callable[[str], bytes]

BUNDLE = 256
MAX_BACK_LINKS = 256
"""A host further behind the chain than that is not looked for on it."""


@dataclass(frozen=True)
class Wanted:
    """What to look for: the issuer by domain or code, and the entry by its look-up key."""

    domain: str | None
    code: str | None
    key: bytes


def wanted(document: bytes | None, frame: bytes | None) -> Wanted | None:
    """What a document (first) or else a frame asks for; None when neither can be read."""
    try:
        if document is not None:
            view = parse_credential(document)
            return Wanted(view.issuer_domain, None, commit(view.proof.salt, view.payload))
        if frame is not None:
            return Wanted(None, parse_frame(frame).claims.code, frame_hash(frame))
    except BadEvidence:
        return None  # the verification itself says what is malformed
    return None


def gather(
    target: Wanted | None, agreement: Agreement, get: Get, dated: bool = False
) -> LedgerView:
    """The view for `target`, as of the agreement's block; `dated` fetches the anchors' times."""
    at = agreement.block
    block = at
    view = dataclasses.replace(
        nothing(Missing("unreachable", "nothing to look for")),
        block=block,
        nodes_agreeing=agreement.needed,
        nodes_needed=agreement.needed,
    )
    if target is None:
        return view
    row = _try(lambda: _institution(target, agreement))
    if row is None:
        row = Missing("not-registered")
    if isinstance(row, Missing):
        return dataclasses.replace(nothing(row), block=block, nodes_agreeing=agreement.needed,
                                   nodes_needed=agreement.needed)  # fmt: skip
    return _Gathering(target, agreement, get, row).view(view, dated)


def _institution(target: Wanted, agreement: Agreement) -> InstitutionRow | None:
    number = agreement.block.number
    if target.domain is not None:
        domain = target.domain
        return agreement.ask(lambda node: node.institution_by_domain(domain, number))
    code = target.code or ""
    return agreement.ask(lambda node: node.institution_by_code(code, number))


class _Gathering:
    """The questions about one institution's streams."""

    def __init__(self, target: Wanted, agreement: Agreement, get: Get, row: InstitutionRow) -> None:
        self._target, self._agreement, self._get, self._row = target, agreement, get, row
        self._number = agreement.block.number

    def view(self, empty: LedgerView, dated: bool) -> LedgerView:
        base = f"{self._row.public_url}/streams/credential"
        head = _try(lambda: self._head("credential"))
        status = _try(lambda: self._head("status"))
        found = self._bucket(head)
        return dataclasses.replace(
            empty,
            institution=institution_facts(self._row),
            credential_head=head,
            bucket=found,
            covering=self._covering(found),
            bucket_head=self._bucket_head(head, found),
            status_head=status,
            status_entries=self._entries(status),
            status_times=self._times(status) if dated else Missing("offline"),
            status_closed=_try(self._closed),
            checkpoint=_try(lambda: self._get(f"{base}/checkpoint")),
        )

    def _id(self, kind: str) -> bytes:
        return stream_id(origin(self._row.domain, kind))

    def _head(self, kind: str) -> Head:
        return self._agreement.ask(lambda node: node.head(self._id(kind), self._number))

    def _bucket(self, head: Head | Missing) -> Bucket | Missing:
        if isinstance(head, Missing):
            return head
        if head.size == 0:
            return Missing("not-anchored")
        bits = depth(head.size)
        url = f"{self._row.public_url}/lookup/{bits}/{bucket(self._target.key, bits)}"
        return _try(lambda: parse_bucket(self._get(url)))

    def _covering(self, found: Bucket | Missing) -> AnchorFacts | Missing:
        if isinstance(found, Missing):
            return found
        members = [one for one in found.members if one.key == self._target.key]
        if not members:
            return Missing("not-listed")
        member = min(members, key=lambda one: one.index)  # the one that the verification proves
        event = _try(lambda: self._event("credential", member.anchor_seq, member.anchor_block))
        if isinstance(event, Missing):
            return event
        return AnchorFacts(
            event.seq, event.size, event.prev_size, event.root, event.block, event.block_time
        )

    def _event(self, kind: str, seq: int, block: int) -> Anchored:
        if block > self._number:
            raise CouldNotLook("anchor-not-found")
        event = self._agreement.ask(lambda node: node.anchored(self._id(kind), seq, block))
        if event is None:
            raise CouldNotLook("anchor-not-found")
        return event

    def _bucket_head(
        self, head: Head | Missing, found: Bucket | Missing
    ) -> tuple[int, bytes] | Missing:
        """The anchor at the bucket's size, where the host is some anchors behind the chain."""
        if isinstance(head, Missing) or isinstance(found, Missing):
            return Missing("offline")
        if found.size == head.size:
            return head.size, head.root
        seq, block = head.seq, head.block
        for _ in range(MAX_BACK_LINKS):
            event = _try(lambda: self._event("credential", seq, block))  # noqa: B023
            if isinstance(event, Missing):
                return event
            if event.size <= found.size:
                break
            seq, block = event.seq - 1, event.prev_block
            if event.prev_size == found.size:
                return event.prev_size, event.prev_root
        return Missing("garbage", "no anchor of the bucket's size")

    def _entries(self, head: Head | Missing) -> tuple[bytes, ...] | Missing:
        if isinstance(head, Missing):
            return head
        base = f"{self._row.public_url}/streams/status"
        return _try(lambda: read_entries(self._get, base, 0, head.size))

    def _times(self, head: Head | Missing) -> tuple[tuple[int, int], ...] | Missing:
        return head if isinstance(head, Missing) else _try(lambda: self._walk(head))

    def _walk(self, head: Head) -> tuple[tuple[int, int], ...]:
        """(size, block time) of every status anchor, oldest first."""
        times: list[tuple[int, int]] = []
        seq, block = head.seq, head.block
        while seq:
            event = self._event("status", seq, block)
            times.append((event.size, event.block_time))
            seq, block = seq - 1, event.prev_block
        return tuple(reversed(times))

    def _closed(self) -> bool:
        row = self._agreement.ask(lambda node: node.stream(self._id("status"), self._number))
        return row is not None and row.closed_block is not None


def read_entries(get: Get, base: str, start: int, stop: int) -> tuple[bytes, ...]:
    """Entries [start, stop) of a stream from its bundles (C2SP tlog-tiles), 256 in each.

    Raises CouldNotLook("host-garbage") when a bundle does not hold what its place says.
    """
    entries: list[bytes] = []
    for number in range(start // BUNDLE, -(-stop // BUNDLE)):
        width = min(BUNDLE, stop - BUNDLE * number)
        entries += _bundle(get, base, number, width)[max(0, start - BUNDLE * number) :]
    return tuple(entries)


def _bundle(get: Get, base: str, number: int, width: int) -> list[bytes]:
    """The first `width` entries of a bundle; a partial one may have given way to the full one."""
    url = f"{base}/{entries_path(number, width)}"
    held = width
    try:
        data = get(url)
    except CouldNotLook as refusal:
        if refusal.code != "host-missing" or width == BUNDLE:
            raise
        url, held = f"{base}/{entries_path(number)}", BUNDLE
        data = get(url)
    try:
        return unpack_entries(data, held)[:width]
    except BadEvidence as bad:
        raise CouldNotLook("host-garbage", url=url, why=bad.detail.get("reason", "")) from bad


def institution_facts(row: InstitutionRow) -> InstitutionFacts:
    """The registry row as the core wants it."""
    return InstitutionFacts(
        row.code,
        row.domain,
        row.name,
        row.name_en,
        row.public_url,
        row.verify_url,
        row.keys,
        row.accreditations,
    )


def _try(look: Callable[[], T]) -> T | Missing:
    """What `look` finds; a refusal becomes the reason why it is missing."""
    try:
        return look()
    except Refusal as refusal:
        return missing(refusal)
