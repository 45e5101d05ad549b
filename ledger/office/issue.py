"""Issue certificates from a validated roster.

The procedure per row, numbered as in the code:

1. status index: drawn at random among the open lists, never used before;
2. QR frame: claims with a random nonce, signed by the credential key;
3. document: the W3C credential with its proof, whose `nonce` is the salt of the commitment;
4. entry: commitment to the document, hash of the frame, status index, key id;
5. append: the batch becomes durable in one transaction, in random order (a published list must not
   map to leaves).

A crash loses at most a batch that nobody was told of; run again, rows already issued with the same
content count as done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.core.commitment import commit
from ledger.core.credential import (
    CertificateContent,
    CredentialSeries,
    IssuerIdentity,
    verification_method,
)
from ledger.core.ed25519 import key_id
from ledger.core.entry import CredentialEntry, CredentialType, Kind, encode
from ledger.core.frame import Claims, assemble, encode_claims, frame_hash, signing_bytes
from ledger.core.status import LIST_SIZE
from ledger.errors import NotAllowed, UnknownNumber
from ledger.office.context import Office
from ledger.office.status import append_heartbeat, replayed
from ledger.ports import (
    CertificateFacts,
    InstitutionRow,
    NewRecord,
    Outcome,
    Progress,
    StreamWriter,
)

BATCH = 512
FULL_AT = 0.75
"""Share of taken indexes above which a further list is opened, so that random draws stay short."""


@dataclass(frozen=True)
class RowConflict:
    """A row of the roster (0-based) whose number was issued before with other content."""

    row: int
    number: str


@dataclass(frozen=True)
class Certificate:
    """An issued certificate with everything that is handed out."""

    number: str
    index: int
    status_index: int
    document: bytes
    frame: bytes
    content: CertificateContent


def conflicts(office: Office, rows: Sequence[CertificateContent]) -> list[RowConflict]:
    """Rows whose number already stands for other content."""
    return _compared(office, rows)[0]


def _compared(
    office: Office, rows: Sequence[CertificateContent]
) -> tuple[list[RowConflict], list[CertificateContent]]:
    """(rows whose number stands for other content, rows that are not issued yet)."""
    known = office.store.known_certificates([row.number for row in rows])
    clashes = [
        RowConflict(position, row.number)
        for position, row in enumerate(rows)
        if row.number in known and known[row.number][1].content != content_bytes(row)
    ]
    return clashes, [row for row in rows if row.number not in known]


def issue(
    office: Office, rows: Sequence[CertificateContent], progress: Progress | None = None
) -> tuple[int, int]:
    """Issues every row that is not issued yet; returns (issued, already).

    Raises NotAllowed when this institution is not accredited for a type now, its key is not
    registered, or a number stands for other content (`conflicts`); nothing is issued then.
    """
    pending = _pending(office, rows)
    if not pending:
        return 0, len(rows)
    check_authority(office, {row.type_code for row in pending})
    _open_lists(office, len(pending))
    with office.store.writer("credential") as writer:
        pending = _pending(office, rows)  # again: another process may have had the lock before us
        shuffle(pending, office)
        lists = replayed(office.store).lists
        already, issued = len(rows) - len(pending), 0
        for batch in _batches(pending):
            issued += _append(writer, make_records(office, batch, lists))  # 5
            if progress:
                progress(already + issued, len(rows))
    return issued, already


def _pending(office: Office, rows: Sequence[CertificateContent]) -> list[CertificateContent]:
    """Rows that are not issued yet. Raises NotAllowed("already-issued") for other content."""
    clashes, pending = _compared(office, rows)
    for conflict in clashes:
        raise NotAllowed("already-issued", number=conflict.number)
    return pending


def _append(writer: StreamWriter, records: list[NewRecord]) -> int:
    for record, outcome in zip(records, writer.append(records), strict=True):
        if outcome.outcome is not Outcome.ACCEPTED:  # a number whose certificate was erased
            raise NotAllowed("already-issued", number=record.identity.decode())
    return len(records)


def certificate(office: Office, number: str) -> Certificate:
    """What was issued under a number. Raises UnknownNumber, also for an erased document."""
    found = office.store.certificate(number)
    if found is None:
        raise UnknownNumber("no-such-certificate", number=number)
    index, facts = found
    stored = office.store.payload("credential", index)
    if stored is None:
        raise UnknownNumber("no-such-certificate", number=number)
    return Certificate(
        number,
        index,
        facts.status_index,
        stored[1],
        facts.frame,
        CertificateContent.from_bytes(facts.content),
    )


def content_bytes(row: CertificateContent) -> bytes:
    """The row as canonical JSON: equal bytes mean the same content."""
    return row.to_bytes()


def check_authority(office: Office, type_codes: set[int]) -> InstitutionRow:
    """This institution's registry row, if it may issue these types now with its newest key."""
    registered = office.reader().institution_by_domain(office.identity.domain)
    if registered is None:
        raise NotAllowed("not-registered")
    now = office.clock()
    for code in sorted(type_codes):
        if not any(
            row.kinds >> Kind.CREDENTIAL & 1
            and row.types >> code & 1
            and row.from_time <= now < row.until
            and (row.ended is None or now < row.ended)
            for row in registered.accreditations
        ):
            raise NotAllowed("not-accredited", type=CredentialType(code).name.lower())
    ours = office.signer("credential").public_key
    if not any(key.public_key == ours and key.cut_off is None for key in registered.keys):
        raise NotAllowed("key-not-registered")
    return registered


def shuffle(rows: list[Any], office: Office) -> None:
    """Fisher-Yates with the port's randomness, so that order says nothing about the roster."""
    for last in range(len(rows) - 1, 0, -1):
        other = below(office, last + 1)
        rows[last], rows[other] = rows[other], rows[last]


def below(office: Office, limit: int) -> int:
    """A uniform integer in [0, limit): 16 bytes of randomness make the bias below 2^-100."""
    return int.from_bytes(office.entropy(16), "big") % limit


def _open_lists(office: Office, wanted: int) -> None:
    listed = replayed(office.store)
    taken = office.store.size("credential")
    needed = 1
    while (taken + wanted) > FULL_AT * needed * LIST_SIZE:
        needed += 1
    for lists in range(listed.lists + 1, needed + 1):  # a heartbeat opens one more at a time
        append_heartbeat(office, lists)


def _batches(rows: list[CertificateContent]) -> Iterator[list[CertificateContent]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _free_indexes(office: Office, count: int, lists: int) -> list[int]:
    drawn: list[int] = []
    while len(drawn) < count:
        fresh = {below(office, lists * LIST_SIZE) for _ in range(count - len(drawn))}
        fresh -= set(drawn)
        drawn += sorted(fresh - office.store.status_index_taken(sorted(fresh)))
    shuffle(drawn, office)
    return drawn


class Maker:
    """Makes certificates; what is the same for all of a batch is looked up once."""

    def __init__(self, office: Office, now: int) -> None:
        identity = office.identity
        self._signer = office.signer("credential")
        self._entropy = office.entropy
        self._now = now
        self._code = identity.code
        self._key_id = key_id(self._signer.public_key)
        self._series = CredentialSeries(
            IssuerIdentity(identity.domain, identity.name, identity.name_en),
            identity.public_url,
            verification_method(identity.domain, self._signer.public_key),
            now,
            self._signer.sign,
        )

    def record(self, row: CertificateContent, status_index: int) -> NewRecord:
        """Steps 2 to 4 for one row: all that the store takes."""
        frame = self.frame(row, status_index)  # 2
        document, salt = self.document(row, status_index)  # 3
        entry = CredentialEntry(  # 4
            time=self._now,
            commitment=commit(salt, document),
            type_code=row.type_code,
            status_index=status_index,
            frame_hash=frame_hash(frame),
            key_id=self._key_id,
        )
        content = content_bytes(row)
        return NewRecord(
            entry=encode(entry),
            payload=document,
            salt=salt,
            identity=row.number.encode(),
            lookup=(entry.frame_hash, entry.commitment),
            certificate=CertificateFacts(row.number, row.type_code, status_index, frame, content),
        )

    def frame(self, row: CertificateContent, status_index: int) -> bytes:
        """The signed QR frame of a certificate, at most 343 bytes."""
        kid = self._key_id[:4]
        claims = encode_claims(Claims.of(row, self._code, status_index, nonce=self._entropy(16)))
        return assemble(kid, claims, self._signer.sign(signing_bytes(kid, claims)))

    def document(self, row: CertificateContent, status_index: int) -> tuple[bytes, bytes]:
        """(secured document as canonical JSON, salt): one `eddsa-jcs-2022` proof."""
        salt = self._entropy(32)
        return self._series.secured(row, status_index, self._entropy(16), salt), salt


def make_records(
    office: Office, batch: Sequence[CertificateContent], lists: int
) -> list[NewRecord]:
    """Steps 1 to 4 for a batch, with `lists` status lists open."""
    maker = Maker(office, office.clock())
    indexes = _free_indexes(office, len(batch), lists)  # 1
    return [maker.record(row, index) for row, index in zip(batch, indexes, strict=True)]
