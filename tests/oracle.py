"""The whole-ledger oracle: everything one institution shows, derived again from its entries.

Merkle roots by RFC 6962's own recursion and the status list by a table, so that no code under test
is its own judge. Used after every scenario.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence

from ledger.core import merkle
from ledger.core.commitment import commit
from ledger.core.ed25519 import key_id
from ledger.core.entry import Action, CredentialEntry, RecordEntry, StatusEntry, decode
from ledger.core.frame import decode_claims, frame_hash, parse_frame
from ledger.core.lookup import format_bucket, parse_bucket
from ledger.core.signed_note import open_checkpoint
from ledger.core.status import LIST_SIZE, StatusList
from ledger.core.teaching.records import record_of
from ledger.office.context import Office
from ledger.office.lookup import bucket
from ledger.office.status import replayed
from ledger.office.status_list import status_list
from ledger.office.vocabulary import vocabulary_of
from ledger.ports import Anchored
from ledger.ports.statements import Chained

_AFTER = {
    ("active", Action.REVOKE): "revoked",
    ("suspended", Action.REVOKE): "revoked",
    ("active", Action.SUSPEND): "suspended",
    ("suspended", Action.REINSTATE): "active",
    ("active", Action.SUPERSEDE): "superseded",
    ("suspended", Action.SUPERSEDE): "superseded",
}


def derive_everything(office: Office) -> None:
    """Fails with an AssertionError where two tellings of the same thing differ."""
    for kind in office.kinds():
        _stream(office, kind)
    _certificates(office)
    _lookup(office)
    _status(office)
    _chains(office)


def tree(entries: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + tree(entries[:split]) + tree(entries[split:])).digest()


def events(office: Office, kind: str) -> list[Anchored]:
    """The anchors of a stream on chain, oldest first, by the back links."""
    reader, stream_id = office.reader(), office.identity.stream_id(kind)
    head = reader.head(stream_id)
    seq, block = head.seq, head.block
    found = []
    while seq:
        event = reader.anchored(stream_id, seq, block)
        assert event is not None
        found.append(event)
        seq, block = seq - 1, event.prev_block
    return found[::-1]


def _stream(office: Office, kind: str) -> None:
    store = office.store
    size = store.size(kind)
    entries = list(store.entries(kind, 0, size))
    assert len(entries) == size
    assert store.root(kind, size) == tree(entries)
    _payloads(office, kind, entries)

    anchored = events(office, kind)
    before, before_root = 0, b""
    for seq, event in enumerate(anchored, 1):
        assert event.seq == seq
        assert before < event.size <= size
        assert event.root == tree(entries[: event.size])
        assert event.prev_size == before
        assert not before or event.prev_root == before_root
        before, before_root = event.size, event.root
    noted = store.anchors(kind)
    assert len(noted) <= len(anchored)
    for row, event in zip(noted, anchored, strict=False):
        told = (row.seq, row.size, row.root, row.block, row.time, row.tx)
        seen = (event.seq, event.size, event.root, event.block, event.block_time, event.tx)
        assert told == seen

    note = store.checkpoint(kind)
    assert (note is not None) or not anchored
    if note is not None:
        public = office.signer("checkpoint").public_key
        checkpoint = open_checkpoint(note, office.identity.origin(kind), public)
        assert before <= checkpoint.size <= size
        assert checkpoint.root == tree(entries[: checkpoint.size])


def _payloads(office: Office, kind: str, entries: Sequence[bytes]) -> None:
    payloads = []
    for index, raw in enumerate(entries):
        entry = decode(raw)
        kept = office.store.payload(kind, index)
        if kept is not None:
            assert commit(*kept) == entry.commitment
            payloads.append(kept[1])
        if isinstance(entry, RecordEntry) and entry.refers is not None:
            assert entry.refers < len(entries)
    if kind != "status":
        assert len(set(payloads)) == len(payloads), "the same record twice"


def _chains(office: Office) -> None:
    """Every teaching payload is the next link of its subject's chain, and the store says the same.

    What was erased is known by its place alone: it stands between two links, or at the end.
    """
    size = office.store.size("teaching")
    told: dict[str, list[Chained]] = {}
    for head in office.statements.subjects():
        links = list(office.statements.chain(head.subject, size))
        assert [one.number for one in links] == list(range(head.count))
        assert links[-1].index == head.leaf
        told[head.subject] = links
        for one in links:
            assert (office.store.payload("teaching", one.index) is None) == one.erased
    places = [one.index for links in told.values() for one in links]
    assert len(set(places)) == len(places), "one leaf in two chains"
    vocabulary = vocabulary_of(office)
    for index in range(size):
        kept = office.store.payload("teaching", index)
        if kept is None:
            continue
        envelope = json.loads(kept[1])
        chain, links = envelope["chain"], told[envelope["chain"]["subject"]]
        link = links[chain["number"]]
        before = links[link.number - 1].index if link.number else None
        assert (link.index, chain["previous"]) == (index, before)
        full = {name: envelope[name] for name in ("id", "authority")}
        record = record_of({**envelope["statement"], **full}, index, vocabulary)
        assert link.record == (None if record is None else json.loads(json.dumps(dict(record))))


def _certificates(office: Office) -> None:
    store = office.store
    size = store.size("credential")
    found = dict(store.certificates())
    assert sorted(found) == list(range(size)), "a certificate for each entry"
    assert len({facts.number for facts in found.values()}) == size
    assert len({facts.status_index for facts in found.values()}) == size
    lists = replayed(store).lists
    keys = {key_id(signer.public_key) for signer in office.signers("credential")}
    for index, facts in found.items():
        entry = decode(store.entry("credential", index))
        assert isinstance(entry, CredentialEntry)
        assert entry.frame_hash == frame_hash(facts.frame)
        assert entry.status_index == facts.status_index < lists * LIST_SIZE
        assert entry.key_id in keys
        claims = decode_claims(parse_frame(facts.frame).claims_bytes)
        assert (claims.number, claims.status_index) == (facts.number, facts.status_index)


def _lookup(office: Office) -> None:
    found = parse_bucket(format_bucket(bucket(office, 0, bytes(8))))
    anchors = office.store.anchors("credential")
    assert found.size == (anchors[-1].size if anchors else 0)
    expected = set()
    for index in range(found.size):
        raw = office.store.entry("credential", index)
        entry = decode(raw)
        assert isinstance(entry, CredentialEntry)
        expected |= {(entry.frame_hash, index), (entry.commitment, index)}
    assert {(member.key, member.index) for member in found.members} == expected
    for member in found.members:
        assert member.entry == office.store.entry("credential", member.index)
        leaf = hashlib.sha256(b"\x00" + member.entry).digest()
        merkle.verify_inclusion(leaf, member.index, found.size, member.path, anchors[-1].root)
        first = next(row for row in anchors if row.size > member.index)
        assert (member.anchor_seq, member.anchor_block) == (first.seq, first.block)


def _status(office: Office) -> None:
    states: dict[int, str] = {}
    follower, lists = StatusList(), 1
    for raw in office.store.entries("status", 0, office.store.size("status")):
        entry = decode(raw)
        assert isinstance(entry, StatusEntry)
        assert entry.lists >= lists
        lists = entry.lists
        if entry.status_index is not None:
            key = (states.get(entry.status_index, "active"), entry.action)
            states[entry.status_index] = _AFTER[key]
        follower.follow(entry)
        assert entry.root == follower.root()
    listed = replayed(office.store)
    assert listed.lists == lists
    for index, state in states.items():
        assert listed.state(index) == state
    for purpose, wanted in (
        ("revocation", {"revoked", "superseded"}),
        ("suspension", {"suspended"}),
    ):
        marked = {index for index, state in states.items() if state in wanted}
        for number in range(lists):
            first = number * LIST_SIZE
            ours = {index - first for index in marked if first <= index < first + LIST_SIZE}
            assert set_bits(office, purpose, number) == ours


def set_bits(office: Office, purpose: str, number: int) -> set[int]:
    """Positions that are set in the status list credential (Bitstring Status List §3.3)."""
    document = status_list(office, purpose, number)
    encoded = document["credentialSubject"]["encodedList"]
    assert encoded[0] == "u"
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert len(bits) * 8 == LIST_SIZE
    return {
        place * 8 + bit
        for place, byte in enumerate(bits)
        if byte
        for bit in range(8)
        if byte & 0x80 >> bit
    }
