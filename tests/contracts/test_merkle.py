"""`contracts/lib`: consistency proofs (RFC 9162 section 2.1.4) and the keys that are refused."""

from __future__ import annotations

from hashlib import sha256

from scripts.evm import Contract
from tests import reference_merkle as reference
from tests.contracts.world import EMPTY, entries

MOST = 40
TREE = entries(MOST)
ROOTS = [reference.root(TREE[:n]) for n in range(MOST + 1)]


def accepts(harness: Contract, m: int, n: int, path: list[bytes], **roots: bytes) -> bool:
    old, new = roots.get("old", ROOTS[m]), roots.get("new", ROOTS[n])
    answer: bool = harness.get("isConsistent", m, old, n, new, path)
    return answer


def test_every_proof_up_to_forty(harness: Contract) -> None:
    for n in range(2, MOST + 1):
        for m in range(1, n):
            assert accepts(harness, m, n, reference.consistency_proof(m, TREE[:n])), (m, n)


def test_no_altered_proof_up_to_twelve(harness: Contract) -> None:
    """Short, long, one node changed, nodes swapped, wrong roots, wrong sizes."""
    other = sha256(b"other").digest()
    for n in range(2, 13):
        for m in range(1, n):
            path = reference.consistency_proof(m, TREE[:n])
            altered = [path[:-1], path[1:], [*path, other], [other, *path], [*path, path[-1]], []]
            altered += [[*path[:i], other, *path[i + 1 :]] for i in range(len(path))]
            altered += [path[::-1]] if path[::-1] != path else []
            for wrong in altered:
                assert not accepts(harness, m, n, wrong), (m, n, wrong)
            assert not accepts(harness, m, n, path, old=other)
            assert not accepts(harness, m, n, path, new=other)
            assert not accepts(harness, m, n, path, old=ROOTS[n], new=ROOTS[m])
            assert not harness.get("isConsistent", n, ROOTS[m], m, ROOTS[n], path)


def test_nothing_follows_from_the_empty_tree(harness: Contract) -> None:
    assert not harness.get("isConsistent", 0, EMPTY, 5, ROOTS[5], [])
    assert not harness.get("isConsistent", 0, EMPTY, 5, ROOTS[5], [ROOTS[5]])
    assert not harness.get("isConsistent", 0, EMPTY, 0, EMPTY, [])


def test_equal_sizes_have_no_proof(harness: Contract) -> None:
    assert not accepts(harness, 5, 5, [])
    assert not accepts(harness, 4, 4, [ROOTS[4]])


def test_sizes_up_to_the_last(harness: Contract) -> None:
    """A tree of 2^64 - 1 from one of 2^63: sibling subtrees need no leaves to have roots."""
    m, n = 2**63, 2**64 - 1
    path = [sha256(bytes([i])).digest() for i in range(63)]
    old = sha256(b"half").digest()
    # The rest, 2^63 - 1 leaves, is one node on the right of the root.
    new = sha256(b"\x01" + old + path[0]).digest()
    assert harness.get("isConsistent", m, old, n, new, path[:1])
    assert not harness.get("isConsistent", m, old, n, new, path)


def test_node_hash_is_domain_separated(harness: Contract) -> None:
    left, right = sha256(b"l").digest(), sha256(b"r").digest()
    assert harness.get("hashNode", left, right) == sha256(b"\x01" + left + right).digest()


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def _add(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    (x1, y1), (x2, y2) = one, two
    k = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P
    return x, y


def _times(n: int, point: tuple[int, int]) -> tuple[int, int]:
    total = (0, 1)
    for bit in bin(n)[2:]:
        total = _add(total, total)
        total = _add(total, point) if bit == "1" else total
    return total


def _x(y: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for candidate in (root, root * pow(2, (P - 1) // 4, P) % P):
        if candidate * candidate % P == square:
            return candidate
    return None


def _small_order_ys() -> set[int]:
    """y of all points whose order divides 8, by RFC 8032 arithmetic: L times any point is one."""
    order = 2**252 + 27742317777372353535851937790883648493
    found: set[int] = set()
    for y in range(2, 60):
        x = _x(y)
        if x is not None:
            point = _times(order, (x, y))
            found |= {_times(n, point)[1] for n in range(8)}
    return found


def test_small_order_and_non_canonical_keys(harness: Contract) -> None:
    small = _small_order_ys()
    assert len(small) == 5
    refused = small | {y + P for y in range(19)}
    for y in refused:
        for sign in (0, 2**255):
            assert not harness.get("isAcceptable", (y | sign).to_bytes(32, "little")), y
    for y in (2, P - 2, *(sorted(small)[2] + step for step in (-1, 1))):
        assert harness.get("isAcceptable", y.to_bytes(32, "little")), y
    # The base point, RFC 8032 section 5.1.
    assert harness.get("isAcceptable", bytes([0x58]) + bytes([0x66]) * 31)
