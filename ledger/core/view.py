"""What a verifier fetched about one certificate: the input of `ledger.core.verification`.

Every part is the data or `Missing` with the reason why it could not be had. Whoever fills it checks
that chain parts come from the pinned chain and contracts and are what the asked nodes agree on, all
at one block; everything from a host (bucket, status entries, checkpoint) stays unchecked here,
because the verification proves it against the chain parts itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger.core.lookup import Bucket
from ledger.core.registry import AccreditationRow, Block, Head, KeyRow

MissingReason = Literal[
    "offline", "not-registered", "not-anchored", "not-listed", "unreachable", "garbage"
]


@dataclass(frozen=True)
class Missing:
    """Why a part is not there. `offline`: nobody was asked, on purpose."""

    reason: MissingReason | str
    detail: str = ""


OFFLINE = Missing("offline")


@dataclass(frozen=True)
class InstitutionFacts:
    """The institution that owns the code (frame) or the domain (document), from the registry."""

    code: str
    domain: str
    name: str
    name_en: str
    public_url: str
    verify_url: str
    keys: tuple[KeyRow, ...]
    accreditations: tuple[AccreditationRow, ...]


@dataclass(frozen=True)
class AnchorFacts:
    """An `Anchored` event of the credential stream, confirmed on chain, with its block's time."""

    seq: int
    size: int
    prev_size: int
    root: bytes
    block: int
    time: int


@dataclass(frozen=True)
class LedgerView:
    """Everything fetched.

    `bucket`: the host's look-up answer. `covering`: the event that the bucket's member names, as
    the chain gives it. `bucket_head`: (size, root) of an anchor at exactly the bucket's size, where
    that is not the head's. `status_entries`: every entry of the status stream up to the head's
    size, in order. `status_times`: (size, time) of every anchor of the status stream, ascending,
    needed for "valid on day D" and to date a revocation. `status_closed`: the council closed it.
    `checkpoint`: the host's signed note of the credential stream. Of `nodes_needed` nodes that must
    say the same, `nodes_agreeing` did.
    """

    block: Block | Missing
    institution: InstitutionFacts | Missing
    credential_head: Head | Missing
    bucket: Bucket | Missing
    covering: AnchorFacts | Missing
    status_head: Head | Missing
    status_entries: tuple[bytes, ...] | Missing
    status_times: tuple[tuple[int, int], ...] | Missing = OFFLINE
    status_closed: bool | Missing = False
    checkpoint: bytes | Missing = OFFLINE
    bucket_head: tuple[int, bytes] | Missing = OFFLINE
    nodes_agreeing: int = 0
    nodes_needed: int = 1

    @property
    def agreed(self) -> bool:
        """Whether enough nodes said the same for the chain parts to count."""
        return self.nodes_agreeing >= max(1, self.nodes_needed)


def nothing(reason: Missing = OFFLINE) -> LedgerView:
    """A view with every part missing for one reason."""
    return LedgerView(reason, reason, reason, reason, reason, reason, reason, reason, reason)
