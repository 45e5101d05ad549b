"""An anchor's calldata, and where that anchor stands on chain now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.chain import abi
from ledger.chain.artifacts import RECORD_LOG
from ledger.chain.node import garbage
from ledger.chain.reader import NodeReader
from ledger.errors import CouldNotLook
from ledger.ports import Anchored, Head


@dataclass(frozen=True)
class AnchorCall:
    """What an `anchor` transaction says, the proof aside."""

    stream_id: bytes
    seq: int
    old_size: int
    old_root: bytes
    size: int
    root: bytes


@dataclass(frozen=True)
class Standing:
    """`event`: the anchor is on chain, there. Else whether the head is still the one it follows."""

    head: Head
    event: Anchored | None
    follows: bool


def anchor_data(call: AnchorCall, proof: Sequence[bytes]) -> bytes:
    """Calldata of `RecordLog.anchor`."""
    arguments = (call.stream_id, call.seq, call.old_size, call.old_root, call.size, call.root)
    return abi.encode(RECORD_LOG, "anchor", (*arguments, list(proof)))


def read_anchor_data(data: bytes) -> AnchorCall | None:
    """The same, read back; None for any other calldata."""
    if data[:4] != abi.selector(RECORD_LOG, "anchor"):
        return None
    try:
        found = abi.decode_arguments(RECORD_LOG, "anchor", data)
    except CouldNotLook:
        return None
    return AnchorCall(*found[:6])


def standing(reader: NodeReader, call: AnchorCall) -> Standing:
    """Reads the head and, where it went on, the back links to the place of this anchor."""
    head = reader.head(call.stream_id)
    if (head.size, head.root) == (call.size, call.root) and head.size:
        return Standing(head, _event(reader, call.stream_id, head.seq, head.block), False)
    if (head.seq, head.size, head.root) == (call.seq, call.old_size, call.old_root):
        return Standing(head, None, True)
    seq, block = head.seq, head.block
    while seq > call.seq + 1:
        event = _event(reader, call.stream_id, seq, block)
        seq, block = seq - 1, event.prev_block
    if seq == call.seq + 1:
        event = _event(reader, call.stream_id, seq, block)
        if (event.size, event.root) == (call.size, call.root):
            return Standing(head, event, False)
    return Standing(head, None, False)


def _event(reader: NodeReader, stream_id: bytes, seq: int, block: int) -> Anchored:
    event = reader.anchored(stream_id, seq, block)
    if event is None:
        garbage(f"no Anchored event {seq} in block {block}")
    return event
