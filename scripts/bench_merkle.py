"""Building Merkle trees, ours and pymerkle's over the same entries."""

from __future__ import annotations

from hashlib import sha256

from pymerkle import InmemoryTree

from ledger.core.merkle import Frontier, leaf_hashes, root
from scripts.bench_rows import Aim, Row, Tell, timed

AIM = Aim(high=1)
ENTRY = 108  # bytes, a learning entry


def entries(count: int) -> list[bytes]:
    """`count` different entries."""
    return [(sha256(b"%d" % number).digest() * 4)[:ENTRY] for number in range(count)]


def merkle_rows(tell: Tell, leaves: int, rival_leaves: int, repeats: int = 3) -> list[Row]:
    """Our build of `leaves`, then both builds of `rival_leaves`, roots compared."""
    tell(f"Merkle build of {leaves:,} leaves")
    many = entries(leaves)
    build = timed(lambda: root(leaf_hashes(many)), repeats)
    growing = timed(lambda: _grown(many), repeats)
    tell(f"Merkle build of {rival_leaves:,} leaves side by side with pymerkle")
    few = many[:rival_leaves]
    ours = timed(lambda: root(leaf_hashes(few)), repeats)
    theirs = timed(lambda: rival_root(few), 1)
    same = (
        "same root" if rival_root(few[:1_000]) == root(leaf_hashes(few[:1_000])) else "other root"
    )
    hashing = f"median of {repeats}, hashing of {ENTRY}-byte entries included"
    return [
        build.seconds(f"Merkle build, {leaves:,} leaves", hashing, AIM),
        growing.seconds(f"Frontier, {leaves:,} leaves, batches of 10,240", hashing),
        ours.seconds(f"Merkle build, {rival_leaves:,} leaves", hashing),
        theirs.seconds(
            f"pymerkle build, {rival_leaves:,} leaves",
            f"InmemoryTree, same entries, once; {same} over the first 1,000",
        ),
    ]


def _grown(many: list[bytes]) -> bytes:
    frontier = Frontier()
    for start in range(0, len(many), 10_240):
        frontier.extend(leaf_hashes(many[start : start + 10_240]))
    return frontier.root()


def rival_root(few: list[bytes]) -> bytes:
    """pymerkle's root over the entries."""
    tree = InmemoryTree(algorithm="sha256")
    for entry in few:
        tree.append_entry(entry)
    found: bytes = tree.get_root()
    return found
