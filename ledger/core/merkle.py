"""Merkle trees of RFC 6962 with SHA-256, and their proofs as verified by RFC 9162.

Everything but `leaf_hash` takes and gives hashes of 32 bytes; a `leaf` is always a *leaf hash*.
Refusals (BadEvidence): merkle-index, merkle-size, merkle-path-length, merkle-hash-length,
merkle-root, merkle-frontier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from ledger.core import messages_streams  # noqa: F401  (registers the sentences)
from ledger.errors import BadEvidence

HASH_LENGTH = 32
MAX_SIZE = 2**63 - 1
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry), RFC 6962 §2.1."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The leaf hash of each entry, in order; the fast way for many."""
    digest = sha256
    return [digest(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1."""
    return sha256(b"\x01" + left + right).digest()


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """Hashes of neighbouring pairs; an odd last one is left out."""
    digest = sha256
    pairs = zip(level[::2], level[1::2], strict=False)
    return [digest(b"\x01" + left + right).digest() for left, right in pairs]


def root(leaves: Sequence[bytes]) -> bytes:
    """Merkle Tree Hash of the leaf hashes, RFC 6962 §2.1; `EMPTY_ROOT` for none.

    An odd last node rises unchanged, which is the same as splitting at the largest power of two.
    """
    if not leaves:
        return EMPTY_ROOT
    level = leaves
    while len(level) > 1:
        above = _parents(level)
        if len(level) & 1:
            above.append(level[-1])
        level = above
    return level[0]


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Leaf ranges [start, end) whose roots are the audit path, leaf to root, RFC 6962 §2.1.1."""
    if not 0 <= index < size <= MAX_SIZE:
        raise BadEvidence("merkle-index", index=index, size=size)
    found = []
    position, width = index, 1
    while width < size:
        sibling = (position ^ 1) * width
        if sibling < size:
            found.append((sibling, min(sibling + width, size)))
        position >>= 1
        width <<= 1
    return found


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """Leaf ranges [start, end) whose roots are the consistency path, RFC 6962 §2.1.2.

    Needs 0 < old <= new; equal sizes give an empty path.
    """
    if not 0 < old <= new <= MAX_SIZE:
        raise BadEvidence("merkle-size", old=old, new=new)
    if old == new:
        return []
    # The path climbs from the largest perfect subtree that ends the old tree.
    width = old & -old
    first = old - width
    found = [] if first == 0 else [(first, old)]
    position = first // width
    while width < new:
        sibling = (position ^ 1) * width
        if sibling < new:
            found.append((sibling, min(sibling + width, new)))
        position >>= 1
        width <<= 1
    return found


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path for leaf `index` of the tree over `leaves`, RFC 6962 §2.1.1."""
    return [root(leaves[start:end]) for start, end in inclusion_ranges(index, len(leaves))]


def consistency_path(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """The proof that the tree over `leaves` extends its first `old` leaves, RFC 6962 §2.1.2."""
    return [root(leaves[start:end]) for start, end in consistency_ranges(old, len(leaves))]


def _check_hashes(*hashes: bytes) -> None:
    for value in hashes:
        if len(value) != HASH_LENGTH:
            raise BadEvidence("merkle-hash-length")


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Prove that leaf hash `leaf` is number `index` in the tree (`size`, `root`).

    RFC 9162 §2.1.3.2. Raises BadEvidence: merkle-index when index >= size, merkle-path-length for
    a path too short or too long, merkle-root when it leads elsewhere.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise BadEvidence("merkle-index", index=index, size=size)
    _check_hashes(leaf, root, *path)
    node, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise BadEvidence("merkle-path-length", got=len(path), index=index)
        if node & 1 or node == last:
            value = node_hash(sibling, value)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            value = node_hash(value, sibling)
        node >>= 1
        last >>= 1
    if last:
        raise BadEvidence("merkle-path-length", got=len(path), index=index)
    if value != root:
        raise BadEvidence("merkle-root", index=index)


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Prove that the tree (`new_size`, `new_root`) only appends to (`old_size`, `old_root`).

    RFC 9162 §2.1.4.2. From size 0 there is no proof: merkle-size. Equal sizes need an empty path
    and equal roots. Raises BadEvidence as `verify_inclusion` does.
    """
    if not 0 < old_size <= new_size <= MAX_SIZE:
        raise BadEvidence("merkle-size", old=old_size, new=new_size)
    _check_hashes(old_root, new_root, *path)
    if old_size == new_size:
        if path:
            raise BadEvidence("merkle-path-length", got=len(path))
        if old_root != new_root:
            raise BadEvidence("merkle-root")
        return
    if not path:
        raise BadEvidence("merkle-path-length", got=0)
    old_value, new_value = _climb(old_size, new_size, old_root, path)
    if old_value != old_root or new_value != new_root:
        raise BadEvidence("merkle-root")


def _climb(
    old_size: int, new_size: int, old_root: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The old and the new root that the path leads to, steps 2 to 6 of RFC 9162 §2.1.4.2."""
    rest = list(path)
    if old_size & (old_size - 1) == 0:
        rest.insert(0, old_root)
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old_value = new_value = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            raise BadEvidence("merkle-path-length", got=len(path))
        if node & 1 or node == last:
            old_value = node_hash(sibling, old_value)
            new_value = node_hash(sibling, new_value)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            new_value = node_hash(new_value, sibling)
        node >>= 1
        last >>= 1
    if last:
        raise BadEvidence("merkle-path-length", got=len(path))
    return old_value, new_value


class Frontier:
    """The right edge of a growing tree: one root for each set bit of its size.

    Enough to append and to give the root, in O(log n) memory. Not shared between threads.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: dict[int, bytes] = {}

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        height = 0
        while self.size >> height & 1:
            leaf = node_hash(self._peaks.pop(height), leaf)
            height += 1
        self._peaks[height] = leaf
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add many leaf hashes, level by level."""
        level, height = list(leaves), 0
        self.size += len(level)
        while level:
            if height in self._peaks:
                level.insert(0, self._peaks.pop(height))
            if len(level) & 1:
                self._peaks[height] = level[-1]
            level = _parents(level)
            height += 1

    def root(self) -> bytes:
        """The tree's root; `EMPTY_ROOT` when nothing was added."""
        value: bytes | None = None
        for height in sorted(self._peaks):
            peak = self._peaks[height]
            value = peak if value is None else node_hash(peak, value)
        return EMPTY_ROOT if value is None else value

    def copy(self) -> Frontier:
        """An independent frontier with the same content."""
        twin = Frontier()
        twin.size, twin._peaks = self.size, dict(self._peaks)
        return twin

    def to_bytes(self) -> bytes:
        """Size as u64 big-endian, then the roots, largest subtree first."""
        peaks = (self._peaks[height] for height in sorted(self._peaks, reverse=True))
        return self.size.to_bytes(8, "big") + b"".join(peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """The inverse of `to_bytes`. Raises BadEvidence merkle-frontier."""
        size = int.from_bytes(data[:8], "big")
        if len(data) != 8 + HASH_LENGTH * size.bit_count() or size > MAX_SIZE:
            raise BadEvidence("merkle-frontier")
        made = cls()
        made.size = size
        heights = [height for height in range(size.bit_length()) if size >> height & 1]
        for number, height in enumerate(reversed(heights)):
            start = 8 + HASH_LENGTH * number
            made._peaks[height] = data[start : start + HASH_LENGTH]
        return made
