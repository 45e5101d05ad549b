"""Ports of the learning record store: statements, their documents, and who may read at rest.

Times are Unix milliseconds (UTC); JSON is canonical (RFC 8785) bytes; UUIDs are 16 bytes. An
agent is known by its key (`ledger.core.xapi.mentions.agent_key`), which the store keeps only as a
keyed HMAC.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ledger.core.xapi.mentions import Mention


class Cipher(Protocol):
    """Authenticated encryption of what is at rest, under one key that is not in the database."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Nonce, ciphertext and tag; opens only with the same `context`."""

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """BadEvidence("sealed-damaged") for another key, another context or a changed byte."""


@dataclass(frozen=True)
class Ciphers:
    """`records` for payloads, attachments and documents; `people` for the table that says who an
    agent is."""

    records: Cipher
    people: Cipher


# --------------------------------------------------------------------------- statements


@dataclass(frozen=True)
class Attachment:
    """Raw data that came with a statement; `sha2` is its SHA-256 in lower-case hex."""

    sha2: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Chain:
    """What makes a statement the next link of its subject's chain.

    The store calls `enclose(number, previous)` within the transaction that numbers it: `number`
    counts the subject's statements from 0, `previous` is the leaf of the one before. It gives
    (payload, entry), which are kept instead of the statement's own. `record` is the flat record in
    canonical JSON without its leaf, b"" for none, and `type` its type; `signer` whose signature the
    payload bears, as `<account>#<key id>`: whoever hands it in has checked that.
    """

    subject: str
    enclose: Callable[[int, int | None], tuple[bytes, bytes]]
    record: bytes = b""
    signer: str | None = None
    type: str = ""


@dataclass(frozen=True)
class SubjectHead:
    """The end of a subject's chain: how many links, and the leaf of the last."""

    subject: str
    count: int
    leaf: int


@dataclass(frozen=True, slots=True)
class Chained:
    """One link. `record` has its `leaf`; None where there is none, or it was erased."""

    number: int
    index: int
    record: dict[str, Any] | None
    signer: str | None = None
    erased: bool = False


@dataclass(frozen=True)
class NewStatement:
    """A checked statement, ready to be acknowledged.

    `payload` is the canonical form of what was submitted, and nothing else; what the store says
    about it (`id` if none was given, `authority`, `version`) stands beside it. With a `chain` the
    payload that is kept is made by that, and so is the entry.
    """

    kind: str
    """The stream: `learning` or `teaching`."""
    id: bytes
    entry: bytes
    salt: bytes
    payload: bytes
    authority: bytes
    """Canonical JSON of the authority."""
    version: str
    """The `version` property as the statement is shown."""
    mentions: tuple[Mention, ...]
    refers: bytes | None = None
    """The UUID of the StatementRef that is its object."""
    voids: bool = False
    activities: tuple[tuple[str, bytes], ...] = ()
    """(IRI, canonical definition) of every activity that it defines."""
    agents: tuple[tuple[str, bytes], ...] = ()
    """(agent key, canonical JSON of the agent) of every agent and identified group."""
    attachments: tuple[str, ...] = ()
    """`sha2` of every attachment that it declares."""
    chain: Chain | None = None


@dataclass(frozen=True)
class StatementBatch:
    """What one request submits: all of it is stored, or nothing."""

    statements: tuple[NewStatement, ...]
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class BatchOutcome:
    """`indexes`: leaf index of each statement (of the earlier one for a repeated statement);
    `fresh`: whether each is new. `conflict`: position of the first statement whose id another
    statement has; then nothing of the batch was stored."""

    indexes: tuple[int, ...] = ()
    fresh: tuple[bool, ...] = ()
    conflict: int | None = None


@dataclass(frozen=True)
class StoredStatement:
    """A statement as acknowledged. `stored` is milliseconds; `id` is 16 bytes; `payload` is the
    statement as submitted, without the envelope of a chain."""

    kind: str
    index: int
    id: bytes
    payload: bytes
    stored: int
    authority: bytes
    version: str
    voided: bool
    attachments: tuple[str, ...]


@dataclass(frozen=True)
class Cursor:
    """A place in the order of statements: by `stored`, then kind, then leaf index."""

    stored: int
    kind: str
    index: int


@dataclass(frozen=True)
class StatementQuery:
    """`filters`: each is met by any of its mentions, and all must be met by one and the same
    statement: the one returned, or one that it reaches through StatementRefs (Communication
    2.1.3). `since` is exclusive, `until` inclusive; they, the order and the voided flag are
    judged on the statement returned. Voided statements are left out unless `voided`.
    """

    filters: tuple[tuple[Mention, ...], ...] = ()
    authority: bytes | None = None
    since: int | None = None
    until: int | None = None
    ascending: bool = False
    limit: int = 100
    after: Cursor | None = None
    voided: bool = False
    most_bytes: int | None = None
    """The answer ends with the statement with which its payloads reach this many bytes at rest."""


class StatementStore(Protocol):
    """Statements, kept in their streams. Reading needs no lock and sees only what is acknowledged.

    Indexes are kept in the transaction that acknowledges.
    """

    def append_statements(
        self,
        batches: Sequence[StatementBatch],
        equivalent: Callable[[bytes, bytes], bool],
        now: int,
        timeout: float = 60.0,
    ) -> list[BatchOutcome]:
        """All batches in one durable transaction, each wholly or not at all (a conflict).

        The same id with a payload for which `equivalent(old, new)` holds is the earlier entry
        again. `stored` of all is `now` (ms) or later, and later than that of every transaction
        before. Holds the streams' locks meanwhile (CouldNotLook("stream-busy") after `timeout`).
        When it returns, all is on disk; when it raises, nothing is there.
        """

    def statement(self, id: bytes) -> StoredStatement | None:
        """Voided or not; None where there is none or its payload was erased."""

    def statements(self, query: StatementQuery) -> list[StoredStatement]:
        """At most `limit`, newest first unless `ascending`; erased ones are left out."""

    def voiding(self, id: bytes) -> bool:
        """Whether that statement is there and is itself a voiding statement."""

    def consistent_through(self, now: int) -> int:
        """Every statement whose `stored` is up to this time (ms, at most `now`) can be read."""

    def attachment(self, sha2: str) -> Attachment | None: ...

    def activity(self, iri: str) -> bytes | None:
        """The merged definition; None where no statement defined the activity."""

    def agents(self, key: str) -> list[bytes]:
        """Canonical JSON of the agent in every form in which statements named it."""

    def known_agents(self) -> Iterator[bytes]:
        """Canonical JSON of every agent in every form, in no order: to find a bare account name."""

    def subjects(self) -> list[SubjectHead]:
        """Everybody who has a chain and was not erased, by name."""

    def chain(
        self, subject: str, below: int, types: Collection[str] | None = None
    ) -> Iterator[Chained]:
        """The links of a subject's chain with a leaf below that, in order. With `types` records of
        others are not opened: such a link has no record."""

    def links(self, subject: str, below: int) -> list[int]:
        """The leaves of a subject's chain below that, in order: of erased records too."""

    def kept(self, kind: str, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(leaf, salt, payload) of a stream's records [start, stop); erased ones are left out."""

    def derived_id(self, payload: bytes) -> bytes:
        """A UUID that only this store can derive from a payload: the id of a statement without
        one that is read from a file, so that it is known again."""

    def erase_statement(self, kind: str, index: int) -> bool:
        """Deletes payload, salt, index rows and attachments that no other statement has; the leaf
        and the keyed HMAC of the id stay. False if that was done before."""

    def erase_agent(self, key: str) -> int:
        """Deletes what is known of an agent: names, state and profile documents. How many rows."""

    def sweep(self) -> None:
        """After erasing: what was deleted leaves the database's own leftovers (log, free pages) as
        well, as far as the database can do that. Safe to repeat."""


# --------------------------------------------------------------------------- documents


class DocumentKind(StrEnum):
    """The three document resources."""

    STATE = "state"
    ACTIVITY_PROFILE = "activity-profile"
    AGENT_PROFILE = "agent-profile"


@dataclass(frozen=True)
class DocumentScope:
    """Whose documents: activity IRI and agent key as the kind needs them, registration (a UUID's
    text in lower case) for states. `any_registration`: with and without, for reading and deleting
    many."""

    kind: DocumentKind
    activity: str = ""
    agent: str = ""
    registration: str | None = None
    any_registration: bool = False


@dataclass(frozen=True)
class Document:
    """`etag` is the SHA-1 of the content in hex, without quotes."""

    content: bytes
    content_type: str
    etag: str
    updated: int


class DocumentStore(Protocol):
    """Documents by scope and id; contents are sealed at rest."""

    def document(self, scope: DocumentScope, id: str) -> Document | None: ...

    def document_ids(self, scope: DocumentScope, since: int | None = None) -> list[str]:
        """Ids in order, of documents updated after `since` (ms, exclusive)."""

    def last_updated(self, scope: DocumentScope) -> int | None:
        """When the newest of them was updated (ms); None where there is none."""

    def change_document(
        self, scope: DocumentScope, id: str, change: Callable[[Document | None], Document | None]
    ) -> Document | None:
        """Reads, changes and writes in one durable transaction; None deletes. What `change` raises
        passes through and nothing is written."""

    def delete_documents(self, scope: DocumentScope) -> int: ...

    def documents_of(self, agent: str) -> Iterator[tuple[DocumentScope, str, Document]]:
        """All states and profiles of an agent, for its export."""
