"""Asking the bundle's nodes: an answer counts when enough of them give the very same one.

1. a node is dropped when its chain id, genesis block or contract code is not the bundle's;
2. one block is agreed on: the highest that `needed` nodes have;
3. every question is put to all remaining nodes as of that block, and answered by `needed` of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ledger.core.trust import TrustBundle
from ledger.errors import CouldNotLook, Refusal
from ledger.ports import Block, ChainReader, Contracts
from verifier import messages as _messages  # noqa: F401  (registers the codes)

T = TypeVar("T")

Connect = Callable[[str, Contracts], ChainReader]
"""Opens a reader on a node's URL."""


@dataclass(frozen=True)
class Agreement:
    """Nodes that speak for the bundle's chain, how many must agree, and the block they have."""

    readers: tuple[ChainReader, ...]
    needed: int
    block: Block
    dropped: tuple[Refusal, ...]

    def ask(self, question: Callable[[ChainReader], T]) -> T:
        """The answer that at least `needed` nodes give; CouldNotLook("nodes-too-few")."""
        return _agreed(self.readers, self.needed, question, self.dropped)[0]


def agree(
    trust: TrustBundle, connect: Connect, given: Sequence[str] = (), block: int | None = None
) -> Agreement:
    """Connects to the bundle's nodes, or to those given in their place (then all must agree).

    Raises CouldNotLook when too few of them can be asked.
    """
    urls = list(given) or [node.url for node in trust.nodes]
    if not urls:
        raise CouldNotLook("no-nodes")
    needed = len(urls) if given else needed_nodes(trust)
    readers: list[ChainReader] = []
    dropped: list[Refusal] = []
    for url in urls:
        try:
            readers.append(_checked(trust, connect, url))
        except Refusal as refusal:
            dropped.append(refusal)
    number = block if block is not None else _common_height(readers, needed, dropped)
    at, _ = _agreed(readers, needed, lambda reader: reader.block(number), dropped)
    return Agreement(tuple(readers), needed, at, tuple(dropped))


def needed_nodes(trust: TrustBundle) -> int:
    """One for a single operator's chain, else as many as the council needs for a change."""
    return 1 if trust.chain.engine == "embedded" else trust.threshold


def _checked(trust: TrustBundle, connect: Connect, url: str) -> ChainReader:
    chain = trust.chain
    contracts = (chain.council, chain.registry, chain.record_log)
    reader = connect(url, Contracts(*(contract.address for contract in contracts)))
    if reader.chain_id() != chain.chain_id:
        raise CouldNotLook("node-other-chain", url=url, what="chain id")
    if reader.genesis_hash() != chain.genesis_hash:
        raise CouldNotLook("node-other-chain", url=url, what="genesis")
    for contract in contracts:
        if reader.code_hash(contract.address) != contract.code_hash:
            raise CouldNotLook("node-other-chain", url=url, what=contract.address)
    return reader


def _common_height(readers: Sequence[ChainReader], needed: int, dropped: list[Refusal]) -> int:
    heights = []
    for reader in readers:
        try:
            heights.append(reader.block().number)
        except Refusal as refusal:
            dropped.append(refusal)
    if len(heights) < needed:
        raise _too_few(needed, len(heights), dropped)
    return sorted(heights, reverse=True)[needed - 1]


def _agreed(
    readers: Sequence[ChainReader],
    needed: int,
    question: Callable[[ChainReader], T],
    dropped: Sequence[Refusal],
) -> tuple[T, int]:
    answers: list[T] = []
    failed = list(dropped)
    for reader in readers:
        try:
            answers.append(question(reader))
        except CouldNotLook as refusal:
            failed.append(refusal)
    counts = Counter(repr(answer) for answer in answers)
    best, count = counts.most_common(1)[0] if counts else ("", 0)
    if count < needed:
        raise _too_few(needed, count, failed)
    return next(answer for answer in answers if repr(answer) == best), count


def _too_few(needed: int, agreeing: int, failed: Sequence[Refusal]) -> CouldNotLook:
    why = "; ".join(refusal.message("en") for refusal in failed) or "their answers differ"
    return CouldNotLook("nodes-too-few", needed=needed, agreeing=agreeing, why=why)
