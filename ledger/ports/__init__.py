"""Ports: what the core and the office need from outside. Each comment is the port's contract.

The rooms `chain`, `keys`, `store` and `memory` implement these; the wiring is done in `api` and in
`verifier`, once each. Values are plain frozen dataclasses; hashes are 32 bytes, times are Unix
seconds (UTC), addresses and transaction hashes are 0x-hex text as JSON-RPC gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ledger.core.registry import AccreditationRow as AccreditationRow
from ledger.core.registry import Block as Block
from ledger.core.registry import Head as Head
from ledger.core.registry import KeyRow as KeyRow
from ledger.core.registry import WriterRow as WriterRow

# --------------------------------------------------------------------------- clock and entropy


class Clock(Protocol):
    """Wall-clock time. Only doors call it; the core takes `now` as an argument."""

    def __call__(self) -> int:
        """Unix seconds."""


class Entropy(Protocol):
    """Cryptographically strong random bytes (salts, nonces, ids)."""

    def __call__(self, size: int, /) -> bytes:
        """`size` unpredictable bytes."""


# --------------------------------------------------------------------------- keys


class Signer(Protocol):
    """One Ed25519 private key of the institution; private bytes never leave the room `keys`."""

    @property
    def public_key(self) -> bytes:
        """Raw public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """RFC 8032 signature, 64 bytes. Deterministic."""


class Account(Protocol):
    """The institution's chain account (secp256k1)."""

    @property
    def address(self) -> str:
        """Checksummed address."""

    def sign_transaction(self, fields: dict[str, Any]) -> tuple[bytes, str]:
        """Signs an EIP-155 legacy or EIP-1559 transaction; returns (raw bytes, 0x hash)."""


# --------------------------------------------------------------------------- chain: reading


@dataclass(frozen=True)
class Anchored:
    """One `Anchored` event with its place on chain."""

    stream_id: bytes
    seq: int
    size: int
    root: bytes
    prev_size: int
    prev_root: bytes
    prev_block: int
    block: int
    block_time: int
    tx: str
    sender: str


@dataclass(frozen=True)
class StreamRow:
    """A registered stream; `closed_block` None while it is open."""

    stream_id: bytes
    institution: int
    kind: int
    generation: int
    opened_block: int
    closed_block: int | None
    origin: str
    previous_chain_id: int
    previous_stream: bytes
    previous_size: int
    previous_root: bytes


@dataclass(frozen=True)
class InstitutionRow:
    """A registered institution with its keys and accreditations as of the block read."""

    id: int
    account: str
    registered_block: int
    code: str
    domain: str
    name: str
    name_en: str
    public_url: str
    verify_url: str
    keys: tuple[KeyRow, ...]
    accreditations: tuple[AccreditationRow, ...]


@dataclass(frozen=True)
class Application:
    """An institution's own request for admission; keys are (public_key, purpose, algorithm)."""

    id: int
    account: str
    code: str
    domain: str
    name: str
    name_en: str
    public_url: str
    verify_url: str
    keys: tuple[tuple[bytes, int, int], ...]
    admitted: bool


@dataclass(frozen=True)
class Proposal:
    """A council proposal; `state` is none|pending|waiting|executed|vetoed|void|expired."""

    id: str
    number: int
    proposer: str
    nonce: int
    expiry: int
    state: str
    ready_at: int
    approvals: tuple[str, ...]
    calls: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Contracts:
    """Addresses of the three contracts."""

    council: str
    registry: str
    record_log: str


class ChainReader(Protocol):
    """Reads one node. Every method answers as of `block` (None: the node's newest).

    Raises CouldNotLook("node-unreachable" | "node-garbage" | …) when the node is down or its answer
    is not of the right form, and BadEvidence/NotAllowed codes for a wrong chain id
    ("wrong-chain") or contracts that are not ours ("not-our-contracts"). Never turns a failure
    into a zero. Safe to retry.
    """

    @property
    def contracts(self) -> Contracts: ...

    def chain_id(self) -> int: ...

    def genesis_hash(self) -> str: ...

    def code_hash(self, address: str, block: int | None = None) -> str:
        """0x keccak of the runtime code; of an address without code: CouldNotLook."""

    def block(self, number: int | None = None) -> Block: ...

    def head(self, stream_id: bytes, block: int | None = None) -> Head: ...

    def anchored(self, stream_id: bytes, seq: int, block: int) -> Anchored | None:
        """The event of that stream and sequence number in that block, None if it is not there."""

    def institution_ids(self, block: int | None = None) -> Sequence[int]: ...

    def institution(self, institution: int, block: int | None = None) -> InstitutionRow: ...

    def institution_by_code(self, code: str, block: int | None = None) -> InstitutionRow | None: ...

    def institution_by_domain(
        self, domain: str, block: int | None = None
    ) -> InstitutionRow | None: ...

    def institution_by_account(
        self, account: str, block: int | None = None
    ) -> InstitutionRow | None: ...

    def stream(self, stream_id: bytes, block: int | None = None) -> StreamRow | None: ...

    def streams(self, institution: int, block: int | None = None) -> Sequence[StreamRow]: ...

    def writers(self, stream_id: bytes, block: int | None = None) -> Sequence[WriterRow]: ...

    def members(self, block: int | None = None) -> Sequence[str]: ...

    def threshold(self, block: int | None = None) -> int: ...

    def applications(self, block: int | None = None) -> Sequence[Application]: ...

    def proposals(self, block: int | None = None) -> Sequence[Proposal]: ...


# --------------------------------------------------------------------------- chain: writing


class TxState(StrEnum):
    """Life of an outbox row."""

    SEALED = "sealed"  # what to send is decided and stored
    SIGNED = "signed"  # the raw transaction is stored; from here only these bytes are sent
    SENT = "sent"  # a node took it, as far as it said
    MINED = "mined"  # a receipt was seen
    DONE = "done"  # its effect was read back from the chain and noted
    FAILED = "failed"  # it can never take effect, as read from the chain; the reason is noted


@dataclass(frozen=True)
class OutboxRow:
    """One transaction to be sent exactly once in effect.

    `purpose` is unique among living rows ("anchor:credential:1024", "council:propose:…"): sealing
    the same purpose again returns the living row. `attempts` are all (nonce, raw, hash) ever
    signed for it, oldest first: a receipt is looked for by every hash.
    """

    id: int
    purpose: str
    to: str | None
    data: bytes
    state: TxState
    attempts: tuple[tuple[int, bytes, str], ...]
    receipt: dict[str, Any] | None
    reason: str | None


class Outbox(Protocol):
    """Durable rows of what is being sent. Every method has committed to disk when it returns."""

    def seal(self, purpose: str, to: str | None, data: bytes) -> OutboxRow:
        """New row in state SEALED, or the living row of the same purpose unchanged."""

    def add_attempt(self, row: int, nonce: int, raw: bytes, tx_hash: str) -> OutboxRow:
        """Stores a signed transaction **before** it is sent; state SIGNED."""

    def mark(
        self,
        row: int,
        state: TxState,
        receipt: dict[str, Any] | None = None,
        reason: str | None = None,
    ) -> OutboxRow: ...

    def living(self) -> Sequence[OutboxRow]:
        """Rows neither DONE nor FAILED, oldest first."""

    def account_lock(self, timeout: float) -> AbstractContextManager[None]:
        """One sender per account and home, across processes; CouldNotLook("account-busy")."""


@dataclass(frozen=True)
class Receipt:
    """A mined transaction. `status` False: reverted, `revert` its return data when known."""

    tx: str
    block: int
    gas: int
    status: bool
    revert: bytes = b""


class ChainSender(Protocol):
    """Sends through the outbox. Holds the account lock while it works.

    `send` is idempotent by purpose: after a crash the same call (or `recover`) continues the row it
    finds, with the same bytes. It returns when the receipt is there. A revert found before
    sending or in the receipt raises NotAllowed("reverted", name=<custom error>, args=…), with the
    row FAILED. CouldNotLook leaves the row living, nothing lost.
    """

    def send(self, purpose: str, to: str, data: bytes) -> Receipt: ...

    def recover(self) -> Sequence[Receipt]:
        """Brings every living row to its end; the normal path run again."""

    def anchor(
        self,
        kind: str,
        stream_id: bytes,
        follows: Head,
        size: int,
        root: bytes,
        proof: Sequence[bytes],
    ) -> Receipt:
        """`RecordLog.anchor`. Already there (this very size and root): its Receipt, found again.

        A head that is neither `follows` nor (size, root): NotAllowed("head-moved", …), the alarm.
        """


# --------------------------------------------------------------------------- streams and records


@dataclass(frozen=True)
class CertificateFacts:
    """What the office must find again about a certificate, kept beside its entry."""

    number: str
    type_code: int
    status_index: int
    frame: bytes
    content: bytes  # canonical JSON of the roster row, to tell "same content" from "other content"


@dataclass(frozen=True)
class NewRecord:
    """One record to append: the entry's bytes and what the store keeps of it.

    `identity` tells duplicates: the statement's id, the certificate's number, … (any bytes; the
    store keeps only a keyed HMAC of it). `lookup` are the 32-byte keys under which the public
    look-up finds it.
    """

    entry: bytes
    payload: bytes
    salt: bytes
    identity: bytes
    lookup: tuple[bytes, ...] = ()
    certificate: CertificateFacts | None = None


class Outcome(StrEnum):
    """What became of a record."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # same identity, same payload: the earlier entry stands for it
    CONFLICT = "conflict"  # same identity, other payload: refused


@dataclass(frozen=True)
class Appended:
    """Outcome of one record; `index` is the entry's leaf index (of the earlier one if not new)."""

    outcome: Outcome
    index: int


@dataclass(frozen=True)
class AnchorRow:
    """An anchor of ours that the chain confirmed."""

    seq: int
    size: int
    root: bytes
    block: int
    time: int
    tx: str
    gas: int


@dataclass(frozen=True)
class LookupRow:
    """One key of the public look-up and the entry behind it."""

    key: bytes
    index: int


class StreamWriter(Protocol):
    """The one writer of a stream, holding its lock until the context ends."""

    def size(self) -> int:
        """Entries acknowledged so far."""

    def append(self, records: Sequence[NewRecord]) -> list[Appended]:
        """All of the batch in one durable transaction; indexes gapless, in the order given.

        When it returns, every accepted record is on disk (fsync) and survives kill -9; when it
        raises, none of the batch is there. Within one batch duplicates are told as well.
        """

    def sign_checkpoint(self, origin: str, signer: Signer) -> bytes:
        """The signed note of the whole stream, written to its public files.

        Tiles are written and fsynced first; entry bytes are read back from disk, hashed again and
        compared; compare-and-swap on the last checkpoint signed (a shrunken or forked tree is
        BadEvidence("stream-forked") and nothing is signed); atomic rename last.
        """


class StreamStore(Protocol):
    """Streams and their records. Reading needs no lock and sees only acknowledged entries."""

    def writer(self, kind: str, timeout: float = 60.0) -> AbstractContextManager[StreamWriter]:
        """Waits for the stream's lock; CouldNotLook("stream-busy", holder=…) after `timeout`."""

    def size(self, kind: str) -> int: ...

    def entry(self, kind: str, index: int) -> bytes: ...

    def entries(self, kind: str, start: int, stop: int) -> Iterator[bytes]: ...

    def payload(self, kind: str, index: int) -> tuple[bytes, bytes] | None:
        """(salt, payload), or None where it was erased."""

    def erase(self, kind: str, index: int) -> bool:
        """Deletes payload and salt of a record; its leaf and the HMAC of its identity stay. False
        if that was done before."""

    def find(self, kind: str, identity: bytes) -> int | None:
        """Leaf index of the record with that identity."""

    def root(self, kind: str, size: int) -> bytes: ...

    def inclusion(self, kind: str, index: int, size: int) -> list[bytes]: ...

    def consistency(self, kind: str, old: int, new: int) -> list[bytes]: ...

    def checkpoint(self, kind: str) -> bytes | None:
        """The newest signed note."""

    def file(self, kind: str, path: str) -> bytes | None:
        """A public file of the stream (`checkpoint`, `tile/…`), None if there is none."""

    def lookup(self, bits: int, prefix: bytes, below: int) -> list[LookupRow]:
        """Keys whose first `bits` bits are those of `prefix`, of entries with index < `below`."""

    # certificates
    def certificate(self, number: str) -> tuple[int, CertificateFacts] | None:
        """(leaf index, facts)."""

    def certificates(self) -> Iterator[tuple[int, CertificateFacts]]: ...

    def known_certificates(self, numbers: Sequence[str]) -> dict[str, tuple[int, CertificateFacts]]:
        """`certificate` for many numbers at once; those that are not there are left out."""

    def status_index_taken(self, indexes: Sequence[int]) -> set[int]: ...

    # anchors
    def record_anchor(self, kind: str, row: AnchorRow) -> None:
        """Idempotent by seq."""

    def anchors(self, kind: str) -> Sequence[AnchorRow]: ...

    def covering_anchor(self, kind: str, index: int) -> AnchorRow | None: ...


@dataclass(frozen=True)
class TokenRow:
    """An API credential; only a hash of the secret is kept."""

    key: str
    name: str
    scopes: tuple[str, ...]
    secret_hash: bytes
    created: int


class TokenStore(Protocol):
    """API credentials."""

    def add_token(self, row: TokenRow) -> None: ...

    def token(self, key: str) -> TokenRow | None: ...


Progress = Callable[[int, int], None]
"""Called with (done, total); total 0 when it is not known."""


# --------------------------------------------------------------------------- council and registry


@dataclass(frozen=True)
class Change:
    """One change of council or registry: the contract function's name and its arguments."""

    function: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Proposed:
    """A proposal's id (0x-hex, 32 bytes) and whether it has been executed."""

    proposal: str
    executed: bool


class Registrar(Protocol):
    """Writes to council and registry in the institution's own name, through the outbox.

    Each call returns when its transaction is mined. A revert is NotAllowed("reverted", name=…).
    """

    def submit_application(
        self,
        code: str,
        domain: str,
        name: str,
        name_en: str,
        public_url: str,
        verify_url: str,
        keys: Sequence[tuple[bytes, int, int]],
    ) -> Receipt: ...

    def propose(self, changes: Sequence[Change], expiry: int) -> Proposed: ...

    def approve(self, proposal: str) -> Proposed: ...

    def execute(self, proposal: str) -> Proposed: ...

    def veto(self, proposal: str) -> None: ...

    def readable(self, proposal: Proposal) -> Sequence[Change]:
        """The proposal's calls as changes; an unknown call is Change("unknown", (target, data))."""

    def freeze_key(self, public_key: bytes) -> Receipt: ...

    def set_endpoints(self, public_url: str, verify_url: str) -> Receipt: ...
