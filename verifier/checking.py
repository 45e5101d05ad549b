"""From an input and a trust bundle to a verdict: read, ask, verify."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ledger.chain.reader import NodeReader
from ledger.chain.transport import HttpTransport
from ledger.core.checks_paper import Presented
from ledger.core.checks_record import no_view
from ledger.core.record_verification import read_record, verify_record
from ledger.core.trust import TrustBundle, parse_trust
from ledger.core.verdict import Verdict
from ledger.core.verification import verify
from ledger.core.view import OFFLINE, LedgerView, Missing, nothing
from ledger.errors import BadEvidence, CouldNotLook, WrongUse
from ledger.ports import Contracts
from verifier.fetch import Fetcher
from verifier.gather import Get, gather, wanted
from verifier.gather_record import RecordGathering
from verifier.nodes import Connect, agree, missing, plain

NODE_TIMEOUT = 15.0
TRIES = 3
"""The host may anchor between our reading of the chain and of the host; then look again."""


def connect(url: str, contracts: Contracts) -> NodeReader:
    """A reader of one node over HTTP."""
    return NodeReader(HttpTransport(url, timeout=NODE_TIMEOUT), contracts)


@dataclass(frozen=True)
class Checker:
    """A stranger with a trust bundle. `nodes` replace the bundle's; `offline` asks nobody.

    `connect` and `get` are the ways out; without `get`, plain HTTP with a connection kept for the
    time of one check.
    """

    trust: TrustBundle
    nodes: tuple[str, ...] = ()
    offline: bool = False
    clock: Callable[[], int] = lambda: int(time.time())
    connect: Connect = connect
    get: Get | None = None

    def check(self, presented: Presented, at: int | None = None) -> Verdict:
        """The verdict; what could not be looked at is said in it, never raised.

        Raises WrongUse for an address in `nodes` that is none, and what `verify` raises.
        """
        view = nothing(OFFLINE) if self.offline else self._look(presented, at is not None)
        return verify(presented, self.trust, view, self.clock(), at)

    def records(self) -> Callable[[bytes], Verdict]:
        """The check of record files; the nodes are asked as of one block for all of them.

        Raises WrongUse for an address in `nodes` that is none.
        """
        now, why = self.clock(), OFFLINE
        if not self.offline:
            try:
                gathering = RecordGathering(agree(self.trust, self.connect, self.nodes))
            except CouldNotLook as refusal:
                why = missing(refusal)
            else:
                return lambda data: verify_record(
                    data, self.trust, gathering.view(read_record(data)), now
                )
        return lambda data: verify_record(data, self.trust, no_view(why), now)

    def _look(self, presented: Presented, dated: bool) -> LedgerView:
        if self.get is not None:
            return self._fetched(presented, dated, self.get)
        with Fetcher() as fetcher:
            return self._fetched(presented, dated, fetcher)

    def _fetched(self, presented: Presented, dated: bool, get: Get) -> LedgerView:
        target = wanted(presented.document, presented.frame)
        view = nothing(OFFLINE)
        for _ in range(TRIES):
            try:
                agreement = agree(self.trust, self.connect, self.nodes)
            except CouldNotLook as refusal:
                return nothing(missing(refusal))
            view = gather(target, agreement, get, dated)
            if not _overtaken(view):
                break
        return view


def _overtaken(view: LedgerView) -> bool:
    """Whether the host answered at a size that the chain reached only after we had read it."""
    head, found = view.credential_head, view.bucket
    if isinstance(head, Missing) or isinstance(found, Missing):
        return False
    return found.size > head.size


def load_trust(data: bytes) -> TrustBundle:
    """The bundle; WrongUse("trust-unusable") (exit 64) for anything else."""
    try:
        return parse_trust(data)
    except BadEvidence as bad:
        raise WrongUse("trust-unusable", why=plain(bad)) from bad
