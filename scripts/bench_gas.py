"""Gas of one anchor, by the size of the stream.

``python -m scripts.bench_gas`` prints a line for each; ``anchor_gas`` is for the benchmark. Every
figure is that of a whole transaction, with the consistency proof checked on chain.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from hashlib import sha256

from ledger.core.merkle import EMPTY_ROOT, consistency_path, root
from scripts.evm import Evm, Ledger, deploy_ledger

EXPECTED = range(58_000, 80_001)
SIZES = (1, 1_000, 1_000_000)
_DEPLOYER, _FOUNDER, _INSTITUTION = (bytes([n]) * 20 for n in (1, 2, 3))
_STREAM = sha256(b"u.edu.cn/learning").digest()
_TEXTS = ("U", "u.edu.cn", "大学", "University", "https://u.edu.cn", "https://v.u.edu.cn")


def _ready_ledger() -> Ledger:
    """The contracts with one accredited institution."""
    evm = Evm()
    ledger = deploy_ledger(evm, _DEPLOYER, _FOUNDER, bytes(32))
    registry = ledger.registry
    registry.send(_INSTITUTION, "submitApplication", *_TEXTS, [])
    calls = [
        registry.data("admit", 1),
        registry.data("accredit", 1, 0b111110, 0, 0, evm.time + 1000),
    ]
    ledger.council.send(_FOUNDER, "propose", [(registry.address, data) for data in calls], evm.time)
    return ledger


def _follow(ledger: Ledger, leaves: Sequence[bytes], old: int) -> int:
    """Gas of the anchor of ``leaves`` that follows the head of the first ``old`` (0: none)."""
    evm, log = ledger.log.evm, ledger.log
    point = evm.snapshot()
    head = (0, 0, EMPTY_ROOT)
    if old:
        log.send(_INSTITUTION, "anchor", _STREAM, *head, old, root(leaves[:old]), [])
        head = (1, old, root(leaves[:old]))
    evm.next_block()
    path = consistency_path(leaves, old) if old else []
    gas = log.send(_INSTITUTION, "anchor", _STREAM, *head, len(leaves), root(leaves), path).gas
    evm.revert(point)
    return gas


def _leaves(count: int) -> list[bytes]:
    numbers = random.Random(20260)
    return [numbers.randbytes(32) for _ in range(count)]


def anchor_gas(sizes: Sequence[int] = SIZES) -> dict[int, int]:
    """Gas of the anchor that adds one entry to a stream of ``size`` entries, for each size."""
    ledger = _ready_ledger()
    return {size: _follow(ledger, _leaves(size + 1), size) for size in sizes}


def first_anchor_gas() -> int:
    """Gas of a stream's first anchor: no proof, two fresh slots."""
    return _follow(_ready_ledger(), _leaves(1), 0)


def longest_anchor_gas(height: int = 19) -> int:
    """Gas with the longest proof at a height: from 2^height - 1 entries to twice that and one."""
    old = 2**height - 1
    return _follow(_ready_ledger(), _leaves(2 * old + 1), old)


def main() -> None:
    """Print the figures and whether they are as expected."""
    figures = {f"one more than {size:,}": gas for size, gas in anchor_gas().items()}
    figures |= {
        "first of a stream": first_anchor_gas(),
        "longest proof, 2^19 - 1 to 2^20 - 1": longest_anchor_gas(),
    }
    for what, gas in figures.items():
        note = "" if gas in EXPECTED else f"  (outside {EXPECTED.start:,} to {EXPECTED.stop - 1:,})"
        print(f"{what}: {gas:,} gas{note}")


if __name__ == "__main__":
    main()
