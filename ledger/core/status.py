"""The status list: a pure function of the status stream (docs/spec/status-list.md).

Chunk k covers status indexes 256k … 256k+255 and is 64 bytes: 32 of revocation bits, 32 of
suspension bits, both in the bit order of the W3C Bitstring Status List (index 0 is the left-most
bit). The root is the RFC 6962 root over all chunks, 512 for each open list. Chunks that hold no bit
are not stored: their subtrees have default hashes, so one change costs O(log) hashes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from ledger.core import messages_credentials as _messages  # noqa: F401  (registers the codes)
from ledger.core.entry import Action, ContinuationEntry, StatusEntry
from ledger.core.merkle import leaf_hash, node_hash
from ledger.errors import BadEvidence

State = Literal["active", "revoked", "suspended", "superseded"]
Purpose = Literal["revocation", "suspension"]

LIST_BITS = 17
LIST_SIZE = 1 << LIST_BITS
CHUNK_INDEXES = 256
CHUNK_BYTES = 64
CHUNKS_PER_LIST = LIST_SIZE // CHUNK_INDEXES
MAX_LISTS = 1 << 15
_LIST_LEVEL = 9  # 2**9 chunks are one list
_TOP_LEVEL = _LIST_LEVEL + 15

_POSSIBLE: dict[Action, dict[State, State]] = {
    Action.REVOKE: {"active": "revoked", "suspended": "revoked"},
    Action.SUSPEND: {"active": "suspended"},
    Action.REINSTATE: {"suspended": "active"},
    Action.SUPERSEDE: {"active": "superseded", "suspended": "superseded"},
}


def _defaults() -> list[bytes]:
    hashes = [leaf_hash(bytes(CHUNK_BYTES))]
    for _ in range(_TOP_LEVEL):
        hashes.append(node_hash(hashes[-1], hashes[-1]))
    return hashes


_DEFAULT = _defaults()


def allowed(state: State, action: Action) -> bool:
    """Whether a certificate in `state` may take `action`; reaffirm and heartbeat always may.

    Revocation and supersession are final; only a suspension can be lifted.
    """
    if action in (Action.REAFFIRM, Action.HEARTBEAT):
        return True
    return state in _POSSIBLE[action]


def list_position(index: int) -> tuple[int, int]:
    """(list number, index within that list) of a status index."""
    return index >> LIST_BITS, index & (LIST_SIZE - 1)


class StatusList:
    """Bits of all open lists, changed entry by entry. List 0 is open from the start."""

    def __init__(self) -> None:
        self.lists = 1
        self._chunks: dict[int, bytearray] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._superseded: set[int] = set()

    def open(self, lists: int) -> None:
        """Open lists up to the count `lists`; never fewer than are open now."""
        if not self.lists <= lists <= MAX_LISTS:
            raise BadEvidence("status-rule", leaf="-", problem=f"open lists {self.lists} → {lists}")
        while self.lists < lists:
            self.lists += 1
            self._complete_subtrees()

    def apply(self, action: Action, index: int) -> None:
        """Revoke, suspend, reinstate or supersede one status index.

        Raises BadEvidence("status-index") outside the open lists, ("status-action") when the
        present state does not permit it.
        """
        state = self.state(index)
        after = _POSSIBLE.get(action, {}).get(state)
        if after is None:
            raise BadEvidence("status-action", index=index, state=state, action=action.name.lower())
        if after == "superseded":
            self._superseded.add(index)
        chunk = self._chunks.setdefault(index // CHUNK_INDEXES, bytearray(CHUNK_BYTES))
        _set_bit(chunk, index % CHUNK_INDEXES, after in ("revoked", "superseded"))
        _set_bit(chunk, CHUNK_INDEXES + index % CHUNK_INDEXES, after == "suspended")
        self._rehash(index // CHUNK_INDEXES)

    def follow(self, entry: StatusEntry) -> None:
        """Apply a status entry of the stream; its root is not compared here (see `replay`)."""
        self.open(entry.lists)
        if entry.status_index is not None and entry.action not in (
            Action.REAFFIRM,
            Action.HEARTBEAT,
        ):
            self.apply(entry.action, entry.status_index)

    def state(self, index: int) -> State:
        """Present state of a status index; outside the open lists: BadEvidence("status-index")."""
        if not 0 <= index < self.lists * LIST_SIZE:
            raise BadEvidence("status-index", index=index)
        chunk = self._chunks.get(index // CHUNK_INDEXES)
        if chunk is None:
            return "active"
        bit = index % CHUNK_INDEXES
        if _bit(chunk, bit):
            return "superseded" if index in self._superseded else "revoked"
        return "suspended" if _bit(chunk, CHUNK_INDEXES + bit) else "active"

    def chunk(self, number: int) -> bytes:
        """The 64 bytes of a chunk."""
        return bytes(self._chunks.get(number, bytes(CHUNK_BYTES)))

    def root(self) -> bytes:
        """RFC 6962 root over the chunks of all open lists."""
        return self._range(0, self.lists * CHUNKS_PER_LIST)

    def chunk_proof(self, number: int) -> tuple[bytes, list[bytes]]:
        """(chunk, inclusion path under `root()`), RFC 9162 §2.1.3.1, deepest sibling first."""
        low, high = 0, self.lists * CHUNKS_PER_LIST
        if not 0 <= number < high:
            raise BadEvidence("status-index", index=number * CHUNK_INDEXES)
        path: list[bytes] = []
        while high - low > 1:
            middle = low + _split(high - low)
            if number < middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        return self.chunk(number), path[::-1]

    def bitstring(self, purpose: Purpose, list_number: int) -> bytes:
        """One list as a W3C bitstring: 16 KiB, uncompressed."""
        if not 0 <= list_number < self.lists:
            raise BadEvidence("status-index", index=list_number * LIST_SIZE)
        offset = 0 if purpose == "revocation" else 32
        first = list_number * CHUNKS_PER_LIST
        empty = bytes(CHUNK_BYTES)
        return b"".join(
            bytes(self._chunks.get(number, empty)[offset : offset + 32])
            for number in range(first, first + CHUNKS_PER_LIST)
        )

    def _node(self, level: int, position: int) -> bytes:
        return self._nodes.get((level, position), _DEFAULT[level])

    def _rehash(self, chunk: int) -> None:
        value, size = leaf_hash(self.chunk(chunk)), self.lists * CHUNKS_PER_LIST
        level, position = 0, chunk
        while True:
            self._nodes[level, position] = value
            if ((position >> 1) + 1) << (level + 1) > size:
                return  # the parent is not a whole subtree of this tree
            left, right = position & ~1, position | 1
            value = node_hash(self._node(level, left), self._node(level, right))
            level, position = level + 1, position >> 1

    def _complete_subtrees(self) -> None:
        """Hash the subtrees that the newest list completes (as a binary counter carries)."""
        level, count = _LIST_LEVEL, self.lists
        while count % 2 == 0:
            left, right = (level, count - 2), (level, count - 1)
            level, count = level + 1, count // 2
            if left in self._nodes or right in self._nodes:
                self._nodes[level, count - 1] = node_hash(self._node(*left), self._node(*right))

    def _range(self, low: int, high: int) -> bytes:
        """Root over chunks [low, high), a range that occurs in the RFC 6962 tree."""
        size = high - low
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self._node(level, low >> level)
        middle = low + _split(size)
        return node_hash(self._range(low, middle), self._range(middle, high))


@dataclass(frozen=True)
class StatusHistory:
    """What a whole status stream says.

    `timelines`: per status index the (leaf index in the status stream, action) that changed it;
    `reaffirmed`: credential leaf → first status leaf that reaffirms it; `size` entries in all.
    """

    current: StatusList
    size: int
    timelines: dict[int, tuple[tuple[int, Action], ...]] = field(default_factory=dict)
    reaffirmed: dict[int, int] = field(default_factory=dict)

    def state(self, index: int) -> State:
        """State after the whole stream."""
        return self.current.state(index)

    def state_at(self, index: int, size: int) -> State:
        """State after the stream's first `size` entries."""
        self.current.state(index)  # refuses an index that no list holds
        state: State = "active"
        for leaf, action in self.timelines.get(index, ()):
            if leaf < size:
                state = _POSSIBLE[action][state]
        return state


def replay(
    entries: Iterable[StatusEntry | ContinuationEntry], *, check_roots: bool = True
) -> StatusHistory:
    """The history that the entries of a status stream, in order, amount to.

    Raises BadEvidence("status-rule", leaf=…) for an action that the state does not permit, lists
    that shrink or that anything but a heartbeat opens, a repeated continuation, and, with
    `check_roots`, an entry whose root is not the root after it.
    """
    current = StatusList()
    timelines: dict[int, list[tuple[int, Action]]] = {}
    reaffirmed: dict[int, int] = {}
    leaf = -1
    for leaf, entry in enumerate(entries):
        if isinstance(entry, ContinuationEntry):
            if leaf:
                raise BadEvidence("status-rule", leaf=leaf, problem="continuation after the first")
            continue
        if entry.lists != current.lists and entry.action is not Action.HEARTBEAT:
            raise BadEvidence("status-rule", leaf=leaf, problem=f"opens lists: {entry.lists}")
        try:
            current.follow(entry)
        except BadEvidence as refusal:
            raise BadEvidence("status-rule", leaf=leaf, problem=refusal.en) from refusal
        if check_roots and entry.root != current.root():
            raise BadEvidence("status-rule", leaf=leaf, problem="root differs from the bits")
        if entry.action is Action.REAFFIRM and entry.leaf is not None:
            reaffirmed.setdefault(entry.leaf, leaf)
        elif entry.status_index is not None and entry.action in _POSSIBLE:
            timelines.setdefault(entry.status_index, []).append((leaf, entry.action))
    return StatusHistory(
        current,
        leaf + 1,
        {index: tuple(line) for index, line in timelines.items()},
        reaffirmed,
    )


def _split(size: int) -> int:
    """Largest power of two smaller than `size` (RFC 6962 §2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _bit(chunk: bytearray, position: int) -> bool:
    return bool(chunk[position >> 3] & (0x80 >> (position & 7)))


def _set_bit(chunk: bytearray, position: int, value: bool) -> None:
    mask = 0x80 >> (position & 7)
    if value:
        chunk[position >> 3] |= mask
    else:
        chunk[position >> 3] &= 0xFF ^ mask
