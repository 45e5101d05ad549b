"""The public look-up: every entry of a bucket with its proof to the anchored size."""

from __future__ import annotations

from ledger.core.lookup import Bucket, Member
from ledger.errors import BadEvidence, WrongUse
from ledger.office.context import Office
from ledger.ports import StreamStore


def bucket(office: Office, bits: int, prefix: bytes) -> Bucket:
    """All members of the look-up bucket, proved under the newest anchored head.

    `prefix` holds the first `bits` bits, unused low bits zero. An institution that anchored
    nothing yet answers an empty bucket of size 0. Raises WrongUse for more than 64 bits.
    """
    if not 0 <= bits <= 64:
        raise WrongUse("lookup-out-of-range")
    anchors = office.store.anchors("credential")
    if not anchors:
        return Bucket(size=0, members=())
    size = anchors[-1].size
    members = [
        _member(office.store, row.key, row.index, size)
        for row in office.store.lookup(bits, prefix, size)
    ]
    return Bucket(size=size, members=tuple(members))


def _member(store: StreamStore, key: bytes, index: int, size: int) -> Member:
    covering = store.covering_anchor("credential", index)
    if covering is None:  # only indexes below an anchored size are asked for
        raise BadEvidence("stream-forked", stream="credential")
    return Member(
        key=key,
        index=index,
        entry=store.entry("credential", index),
        path=tuple(store.inclusion("credential", index, size)),
        anchor_seq=covering.seq,
        anchor_block=covering.block,
    )
