"""What every use case works with: the institution, its ports and its keys, handed in once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.core.streams import KIND_NAMES, origin, stream_id
from ledger.office import messages as _messages  # noqa: F401  (registers the codes)
from ledger.ports import ChainReader, ChainSender, Clock, Entropy, Signer, StreamStore
from ledger.ports.statements import DocumentStore, StatementStore


@dataclass(frozen=True)
class Identity:
    """The institution as it registered itself; URLs have no trailing slash."""

    code: str
    domain: str
    name: str
    name_en: str
    public_url: str
    verify_url: str

    def origin(self, kind: str) -> str:
        """Origin of one of its streams (generation 0)."""
        return origin(self.domain, kind)

    def stream_id(self, kind: str) -> bytes:
        """The 32-byte id of that stream on chain."""
        return stream_id(self.origin(kind))


@dataclass(frozen=True)
class Office:
    """The ports behind the use cases.

    `store`, `statements` and `documents` are one store. `signer(purpose)` is the newest key of
    that purpose, `signers(purpose)` all of them, oldest first. `reader` and `sender` are functions
    so that a use case that needs no chain opens none.
    """

    identity: Identity
    store: StreamStore
    statements: StatementStore
    documents: DocumentStore
    reader: Callable[[], ChainReader]
    sender: Callable[[], ChainSender]
    signer: Callable[[str], Signer]
    signers: Callable[[str], Sequence[Signer]]
    clock: Clock
    millis: Clock
    """Unix milliseconds."""
    entropy: Entropy

    def kinds(self) -> Sequence[str]:
        """The names of the institution's streams, `status` last.

        Status goes last so that within one round the status anchor is the newest: what it says is
        never older than the certificates anchored beside it.
        """
        return [kind for kind in KIND_NAMES.values() if kind != "status"] + ["status"]
