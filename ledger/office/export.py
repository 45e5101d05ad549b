"""A person's own copy: every statement that names them, each with its proof.

The procedure, numbered as in the code:

1. statements that name the person, as actor or otherwise, voided ones too;
2. for each the entry, the salt, an inclusion proof to the newest anchored root of its stream, the
   signed checkpoint of that very tree, and which anchors these are; what no anchor covers yet gets
   a receipt instead;
3. the attachments that they declare, and the person's own documents;
4. a list of all files, last.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.core.record import (
    Anchorage,
    AnchorAt,
    RecordFile,
    format_record,
)
from ledger.core.signed_note import (
    checkpoint_text,
    format_note,
    note_signature,
    parse_checkpoint,
    parse_note,
)
from ledger.core.teaching.envelope import submitted_of
from ledger.core.tlog_proof import TlogProof
from ledger.errors import BadEvidence
from ledger.office.context import Office
from ledger.office.person import Concerning, Person, concerning
from ledger.office.queries import timestamp
from ledger.office.receipt import make_receipt
from ledger.ports import AnchorRow
from ledger.ports.statements import Document, DocumentScope

Sink = Callable[[str, bytes], None]
"""Takes (name, content) of each file of the export, in order."""

README = """\
本压缩包是一个人的学习与教学记录副本，由记录机构导出。
records/      每条记录一个文件：内容、盐、账本条目、包含证明、签名的检查点
attachments/  记录所附的文件，以其 SHA-256 命名
documents/    平台保存的状态与资料（没有账本证明）
核验：xuezheng-verify check 本文件.zip --trust 信任包.json
盐和内容一起才能证明记录；把它们交给谁，谁就能证明，请自行决定。

This archive is one person's copy of learning and teaching records, exported by the institution.
records/      one file a record: content, salt, ledger entry, inclusion proof, signed checkpoint
attachments/  files that came with records, named by their SHA-256
documents/    states and profiles that platforms keep (nothing in the ledger proves them)
To check: xuezheng-verify check THIS.zip --trust trust.json
Content and salt together prove a record; whoever gets them can prove it: that is your decision.
"""


@dataclass
class ExportReport:
    """What was exported. `waiting`: records that no anchor covers yet, among `records`."""

    records: int = 0
    waiting: int = 0
    attachments: int = 0
    documents: int = 0
    files: list[dict[str, Any]] = field(default_factory=list)


def export(office: Office, person: Person, sink: Sink) -> ExportReport:
    """Hands every file of the export to `sink`; reading is paged."""
    report = ExportReport()

    def put(name: str, data: bytes) -> None:
        sink(name, data)
        digest = hashlib.sha256(data).hexdigest()
        report.files.append({"name": name, "bytes": len(data), "sha256": digest})

    put("README.txt", README.encode())
    heads = AnchoredHeads(office)
    enclosed: dict[str, None] = {}
    for found in concerning(office, person):  # 1
        record = record_of(office, heads, found)  # 2
        stored = found.stored
        put(f"records/{stored.kind}-{stored.index:09d}.json", format_record(record))
        report.records += 1
        report.waiting += record.anchorage is None
        enclosed |= dict.fromkeys(stored.attachments)
    for name, data in _attachments(office, enclosed):  # 3
        put(name, data)
        report.attachments += 1
    for number, one in enumerate(_documents(office, person), start=1):
        put(f"documents/{number:06d}.json", one)
        report.documents += 1
    sink("export.json", _listing(office, person, report))  # 4
    return report


class AnchoredHeads:
    """The newest anchored head of each stream and its signed checkpoint, as of the first look."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._known: dict[str, tuple[AnchorRow, bytes] | None] = {}

    def of(self, kind: str) -> tuple[AnchorRow, bytes] | None:
        """(newest anchor, signed note of that tree); None while nothing is anchored."""
        if kind not in self._known:
            anchors = self._office.store.anchors(kind)
            self._known[kind] = (anchors[-1], self._note(kind, anchors[-1])) if anchors else None
        return self._known[kind]

    def _note(self, kind: str, anchor: AnchorRow) -> bytes:
        """The checkpoint of the anchored tree. Where a longer one was signed since, the same text
        is signed again: it is final, and Ed25519 gives the same bytes as then."""
        office = self._office
        note = office.store.checkpoint(kind)
        if note is not None:
            signed = parse_checkpoint(parse_note(note).text)
            if (signed.size, signed.root) == (anchor.size, anchor.root):
                return note
        if office.store.root(kind, anchor.size) != anchor.root:
            raise BadEvidence("stream-forked", stream=kind)
        origin, signer = office.identity.origin(kind), office.signer("checkpoint")
        text = checkpoint_text(origin, anchor.size, anchor.root)
        return format_note(text, [note_signature(origin, signer.public_key, signer.sign(text))])


def record_of(office: Office, heads: AnchoredHeads, found: Concerning) -> RecordFile:
    """The record file of one statement."""
    kind, index = found.stored.kind, found.stored.index
    kept = office.store.payload(kind, index)
    if kept is None:
        raise BadEvidence("not-found")
    head, covering = heads.of(kind), office.store.covering_anchor(kind, index)
    anchorage = None
    if head is not None and covering is not None and index < head[0].size:
        anchor, note = head
        path = tuple(office.store.inclusion(kind, index, anchor.size))
        anchorage = Anchorage(
            TlogProof(index, path, note),
            AnchorAt(anchor.seq, anchor.block),
            AnchorAt(covering.seq, covering.block),
        )
    return RecordFile(
        origin=office.identity.origin(kind),
        statement=found.statement,
        salt=kept[0],
        entry=office.store.entry(kind, index),
        anchorage=anchorage,
        receipt=None if anchorage else make_receipt(office, kind, index),
        shown=_shown(found),
        envelope=None if submitted_of(kept[1]) == kept[1] else json.loads(kept[1]),
    )


def _shown(found: Concerning) -> dict[str, Any]:
    """What the store says of the statement; nothing in the ledger proves it."""
    stored = found.stored
    return {
        "id": str(UUID(bytes=stored.id)),
        "stored": timestamp(stored.stored),
        "authority": json.loads(stored.authority),
        "version": stored.version,
        "voided": stored.voided,
    }


def _attachments(office: Office, enclosed: dict[str, None]) -> Iterator[tuple[str, bytes]]:
    for sha2 in enclosed:
        found = office.statements.attachment(sha2)
        if found is not None:
            yield f"attachments/{sha2}", found.content


def _documents(office: Office, person: Person) -> Iterator[bytes]:
    for key in person.keys:
        for scope, id, document in office.documents.documents_of(key):
            yield _pretty(_document_json(scope, id, document))


def _document_json(scope: DocumentScope, id: str, document: Document) -> dict[str, Any]:
    return {
        "type": "XuezhengDocument",
        "kind": scope.kind.value,
        "activity": scope.activity or None,
        "registration": scope.registration,
        "id": id,
        "content_type": document.content_type,
        "updated": timestamp(document.updated),
        "content": base64.b64encode(document.content).decode(),
    }


def _listing(office: Office, person: Person, report: ExportReport) -> bytes:
    return _pretty(
        {
            "type": "XuezhengExport",
            "version": 1,
            "institution": office.identity.name,
            "domain": office.identity.domain,
            "person": person.named,
            "exported": timestamp(office.millis()),
            "records": report.records,
            "waiting": report.waiting,
            "files": report.files,
        }
    )


def _pretty(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
