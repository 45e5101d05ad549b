"""A record file in which everything is true, and the view that goes with it.

Deterministic, like `tests.builders`. The stream has ten entries, ours is leaf 4; two anchors, at
six entries (which covers it) and at ten (to which its proof leads).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ledger.core import merkle
from ledger.core.canonical import canonical_json
from ledger.core.checks_record import RecordView
from ledger.core.commitment import commit
from ledger.core.ed25519 import key_id
from ledger.core.entry import Kind, RecordEntry, encode
from ledger.core.receipt import Receipt
from ledger.core.record import Anchorage, AnchorAt, RecordFile
from ledger.core.registry import AccreditationRow, Block, KeyRow
from ledger.core.signed_note import checkpoint_text, format_note, note_signature
from ledger.core.tlog_proof import TlogProof
from ledger.core.trust import BundleKey, TrustBundle
from ledger.core.view import AnchorFacts
from tests import builders
from tests.builders import CHECKPOINT_KEY, INSTITUTION, ISSUED, LEAF, NOW, Key, seeded

ORIGIN = "xzu.edu.cn/learning"
RECEIPT_KEY = Key("xzu receipt")
KEYS = (*builders.KEYS, KeyRow(RECEIPT_KEY.public, 3, 1, 0, None))
SALT = seeded("record salt")
STATEMENT: dict[str, Any] = {
    "id": "3f6b8a52-7c1d-4e90-a2b4-5d6c7e8f9a0b",
    "actor": {"account": {"homePage": "https://sso.xzu.edu.cn", "name": "s-1027"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"zh": "完成"}},
    "object": {"id": "https://courses.xzu.edu.cn/linear-algebra"},
    "result": {"score": {"scaled": 0.9}, "completion": True},
    "timestamp": "2026-06-01T08:00:00Z",
}
TIME = ISSUED + 3600
ACCREDITATION = AccreditationRow(5, ISSUED - 86_400, NOW + 86_400, None, 0, 1 << 3, 0)
FACTS = replace(INSTITUTION, keys=KEYS, accreditations=(ACCREDITATION,))


def entry_of(statement: dict[str, Any], salt: bytes = SALT) -> bytes:
    """The entry that commits to a statement."""
    return encode(RecordEntry(Kind.LEARNING, ISSUED, commit(salt, canonical_json(statement))))


def entries(own: bytes | None = None) -> list[bytes]:
    """The stream."""
    found = [
        encode(RecordEntry(Kind.LEARNING, ISSUED, seeded(f"learning {number}")))
        for number in range(10)
    ]
    found[LEAF] = own or entry_of(STATEMENT)
    return found


def note_of(stream: list[bytes], key: Key = CHECKPOINT_KEY, origin: str = ORIGIN) -> bytes:
    """The signed checkpoint of the whole stream."""
    text = checkpoint_text(origin, len(stream), merkle.root(merkle.leaf_hashes(stream)))
    return format_note(text, [note_signature(origin, key.public, key.sign(text))])


def make_record(statement: dict[str, Any] = STATEMENT, key: Key = CHECKPOINT_KEY) -> RecordFile:
    """The record with its proof; of another statement in a stream that is not the anchored one."""
    entry = entry_of(statement)
    stream = entries(entry)
    path = tuple(merkle.inclusion_path(merkle.leaf_hashes(stream), LEAF))
    proof = TlogProof(LEAF, path, note_of(stream, key))
    anchorage = Anchorage(proof, AnchorAt(2, 30), AnchorAt(1, 20))
    return RecordFile(ORIGIN, statement, SALT, entry, anchorage, shown={"voided": False})


def waiting_record() -> RecordFile:
    """The record before any anchor covers it."""
    entry = entry_of(STATEMENT)
    leaf = merkle.leaf_hash(entry)
    receipt = Receipt(ORIGIN, LEAF, leaf, ISSUED + 86_400, key_id(RECEIPT_KEY.public))
    return RecordFile(ORIGIN, STATEMENT, SALT, entry, None, receipt.signed(RECEIPT_KEY.sign))


def make_view() -> RecordView:
    """Everything is there and true."""
    stream = entries()
    covered = merkle.root(merkle.leaf_hashes(stream[:6]))
    head = builders.head_of(stream, 2, 30, NOW - 86_400)
    return RecordView(
        block=Block(40, NOW - 60, "0x" + seeded("block").hex()),
        institution=FACTS,
        head=head,
        anchored=AnchorFacts(2, 10, 6, head.root, 30, NOW - 86_400),
        covering=AnchorFacts(1, 6, 0, covered, 20, TIME),
        nodes_agreeing=2,
        nodes_needed=2,
    )


def make_trust(**changes: Any) -> TrustBundle:
    """The bundle of `tests.builders` with the receipt key in its copy of the registry."""
    made = builders.make_trust(**changes)
    first = made.institutions[0]
    keys = (*first.keys, BundleKey(RECEIPT_KEY.public, 3, 1, 0, None))
    bundle = replace(made, institutions=(replace(first, keys=keys), *made.institutions[1:]))
    return builders.sign_trust(bundle, builders.COUNCIL)
