"""Anchor every stream that grew.

The order, and what a crash between two steps leaves behind:

1. finish what the outbox still holds;
2. a heartbeat, if the status stream is empty or its newest anchor is over a day old;
3. per stream: lock, compare with the chain, sign the checkpoint, unlock;
   -- crash here: a signed checkpoint that is final though not anchored; the next run signs the same
   or a longer one, never another of that size;
4. anchor: the sender stores the raw transaction before it sends;
   -- crash here: the outbox finds the transaction again; the contract's compare-and-swap makes a
   second one harmless;
5. note the anchor, read back from the chain;
   -- crash before it: step 3 of the next run sees the chain ahead of the notes and catches up.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.core.merkle import EMPTY_ROOT
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed
from ledger.office.context import Office
from ledger.office.status import append_heartbeat
from ledger.ports import AnchorRow, ChainReader, Head

HEARTBEAT_SECONDS = 86_400


@dataclass(frozen=True)
class AnchorDone:
    """One anchor: stream kind, size and root (32 bytes) now on chain, transaction, block, gas."""

    stream: str
    size: int
    root: bytes
    tx: str
    block: int
    gas: int


def anchor(office: Office) -> list[AnchorDone]:
    """Anchors what grew; an empty list when nothing had to be done.

    Raises CouldNotLook when the chain cannot be reached, NotAllowed when this institution may not
    anchor, BadEvidence when a local stream and the chain contradict each other.
    """
    reader, sender = office.reader(), office.sender()
    sender.recover()
    _registered(office, reader)
    if heartbeat_due(office, reader):
        append_heartbeat(office)
    done = []
    for kind in office.kinds():
        anchored = anchor_stream(office, kind)
        if anchored is not None:
            done.append(anchored)
    return done


def due(office: Office) -> bool:
    """Whether `anchor` would find something to do; reads the chain only when it may matter."""
    if any(office.store.size(kind) > anchored_size(office, kind) for kind in office.kinds()):
        return True
    return heartbeat_due(office, office.reader())


def anchored_size(office: Office, kind: str) -> int:
    """Size of the newest anchor that the store knows of."""
    anchors = office.store.anchors(kind)
    return anchors[-1].size if anchors else 0


def anchor_stream(office: Office, kind: str) -> AnchorDone | None:
    """Anchors one stream at its present size; None when the chain already has all of it."""
    reader = office.reader()
    stream_id = office.identity.stream_id(kind)
    head = reader.head(stream_id)
    compare_with_chain(office, kind, head)
    catch_up(office, kind, head)
    if office.store.size(kind) == head.size:
        return None
    with office.store.writer(kind) as writer:
        writer.sign_checkpoint(office.identity.origin(kind), office.signer("checkpoint"))
        size = writer.size()
    root = office.store.root(kind, size)
    proof = office.store.consistency(kind, head.size, size) if head.size else []
    receipt = office.sender().anchor(kind, stream_id, head, size, root, proof)
    catch_up(office, kind, reader.head(stream_id), gas={receipt.block: receipt.gas})
    return AnchorDone(kind, size, root, receipt.tx, receipt.block, receipt.gas)


def heartbeat_due(office: Office, reader: ChainReader) -> bool:
    """Whether the status stream is empty, or its newest anchor over a day old and nothing waiting.

    An entry that waits for its anchor makes the stream young again as well as a heartbeat would.
    """
    size = office.store.size("status")
    if size == 0:
        return True
    head = reader.head(office.identity.stream_id("status"))
    return head.size == size and head.time + HEARTBEAT_SECONDS < office.clock()


def compare_with_chain(office: Office, kind: str, head: Head) -> None:
    """Refuses to go on from a stream that is shorter than, or differs from, what is anchored."""
    size = office.store.size(kind)
    if size < head.size:
        raise NotAllowed("stream-behind-chain", stream=kind, local=size, anchored=head.size)
    ours = office.store.root(kind, head.size) if head.size else EMPTY_ROOT
    if head.size and ours != head.root:
        raise BadEvidence("stream-forked", stream=kind)


def catch_up(office: Office, kind: str, head: Head, gas: dict[int, int] | None = None) -> None:
    """Notes every anchor on chain that the store does not know yet, walking the back links."""
    reader = office.reader()
    known = {row.seq for row in office.store.anchors(kind)}
    seq, block, rows = head.seq, head.block, []
    while seq and seq not in known:
        event = reader.anchored(office.identity.stream_id(kind), seq, block)
        if event is None:
            raise CouldNotLook("node-garbage", what=f"Anchored {kind} {seq} in block {block}")
        spent = (gas or {}).get(event.block, 0)
        rows.append(
            AnchorRow(seq, event.size, event.root, block, event.block_time, event.tx, spent)
        )
        seq, block = seq - 1, event.prev_block
    for row in reversed(rows):
        office.store.record_anchor(kind, row)


def _registered(office: Office, reader: ChainReader) -> None:
    if reader.institution_by_domain(office.identity.domain) is None:
        raise NotAllowed("not-registered")
