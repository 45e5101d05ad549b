"""Asking the bundle's nodes: an answer counts when enough parties give the very same one.

A party is whoever runs a node, by the code in the bundle: two nodes of one member are one voice,
and none where they differ.

1. a node is dropped when its chain id, genesis block or contract code is not the bundle's; of
   the parties that are left more than half must agree, and never fewer than `needed_nodes`;
2. one block is agreed on: the highest that `needed` parties have;
3. every question is put to all remaining nodes as of that block, and answered by `needed` of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ledger.core.trust import TrustBundle
from ledger.core.view import Missing
from ledger.errors import BadEvidence, CouldNotLook, Refusal, WrongUse
from ledger.ports import Block, ChainReader, Contracts
from verifier import messages as _messages  # noqa: F401  (registers the codes)

T = TypeVar("T")

Connect = Callable[[str, Contracts], ChainReader]
"""Opens a reader on a node's URL."""


@dataclass(frozen=True, eq=False)
class Voice:
    """One node: who runs it, its URL, and the reader that asks it."""

    party: str
    url: str
    reader: ChainReader


@dataclass
class Voices:
    """Nodes that speak for the bundle's chain, and how many parties must agree.

    A node that could not be reached is not asked again: with a dead one among them every question
    would wait for it.
    """

    needed: int
    living: list[Voice] = field(default_factory=list)
    dropped: list[Refusal] = field(default_factory=list)

    def answers(self, question: Callable[[ChainReader], T]) -> tuple[list[tuple[str, T]], str]:
        """Every (party, answer) that could be had, and why the others could not."""
        found: list[tuple[str, T]] = []
        failed: list[Refusal] = []
        for voice in list(self.living):
            try:
                found.append((voice.party, question(voice.reader)))
            except WrongUse:
                raise
            except Refusal as refusal:
                if refusal.code == "node-unreachable":
                    self.living.remove(voice)
                    self.dropped.append(refusal)
                else:
                    failed.append(refusal)
        return found, "; ".join(plain(one) for one in [*self.dropped, *failed])

    def ask(self, question: Callable[[ChainReader], T]) -> T:
        """The answer that at least `needed` parties give; CouldNotLook("nodes-too-few")."""
        found, why = self.answers(question)
        by_party: dict[str, dict[str, T]] = {}
        for party, answer in found:
            by_party.setdefault(party, {})[repr(answer)] = answer
        single = {
            key: one for given in by_party.values() if len(given) == 1 for key, one in given.items()
        }
        counts = Counter(key for given in by_party.values() if len(given) == 1 for key in given)
        best, count = counts.most_common(1)[0] if counts else ("", 0)
        if count < self.needed:
            raise _too_few(self.needed, count, why)
        return single[best]


@dataclass(frozen=True)
class Agreement:
    """The voices, and the block that enough of them have: everything is asked as of it."""

    voices: Voices
    block: Block

    @property
    def needed(self) -> int:
        return self.voices.needed

    def ask(self, question: Callable[[ChainReader], T]) -> T:
        """The answer that at least `needed` parties give; CouldNotLook("nodes-too-few")."""
        return self.voices.ask(question)


def agree(trust: TrustBundle, connect: Connect, given: Sequence[str] = ()) -> Agreement:
    """Connects to the bundle's nodes, or to those given in their place (then all must agree).

    Raises CouldNotLook when too few of them can be asked, WrongUse for a given address that is
    none.
    """
    if given:
        wanted = [(url, url) for url in dict.fromkeys(given)]
    else:
        wanted = [(node.code, node.url) for node in trust.nodes]
    if not wanted:
        raise CouldNotLook("no-nodes")
    voices = Voices(len(wanted) if given else needed_nodes(trust))
    for party, url in wanted:
        try:
            voices.living.append(Voice(party, url, _checked(trust, connect, url)))
        except WrongUse as wrong:
            if given:
                raise
            voices.dropped.append(wrong)
        except Refusal as refusal:
            voices.dropped.append(refusal)
    voices.needed = max(voices.needed, _majority(voices))
    number = _common_height(voices)
    return Agreement(voices, voices.ask(lambda reader: reader.block(number)))


def needed_nodes(trust: TrustBundle) -> int:
    """One for a single operator's chain, else as many as the council needs for a change.

    The least that must answer; where more parties can be asked, `agree` wants most of them.
    """
    return 1 if trust.chain.engine == "embedded" else trust.threshold


def _majority(voices: Voices) -> int:
    """More than half of the parties that can be asked: one must not speak against the others.

    One node of a single operator's chain is enough alone. But where members answer for it too, the
    gateway of the institution under check would else be believed against theirs.
    """
    return len({voice.party for voice in voices.living}) // 2 + 1


def missing(refusal: Refusal) -> Missing:
    """A refusal as the reason why a part of the view is not there."""
    if refusal.code in ("nodes-too-few", "no-nodes"):
        return Missing("nodes", plain(refusal))
    garbage = isinstance(refusal, BadEvidence) or refusal.code.endswith("garbage")
    return Missing("garbage" if garbage else "unreachable", plain(refusal))


def plain(refusal: Refusal) -> str:
    """What a refusal is about, for a sentence of either language: addresses, numbers, causes."""
    names = ("agreeing", "needed", "url", "method", "what", "why", "message", "pointer", "expected")
    detail = {name: str(refusal.detail[name]) for name in names if refusal.detail.get(name)}
    if refusal.code == "nodes-too-few":
        counts = f"{refusal.detail['agreeing']}/{refusal.detail['needed']}"
        return ", ".join(part for part in (counts, detail.get("why", "")) if part)
    return " ".join(detail.values()) or refusal.code


def _checked(trust: TrustBundle, connect: Connect, url: str) -> ChainReader:
    chain = trust.chain
    contracts = (chain.council, chain.registry, chain.record_log)
    reader = connect(url, Contracts(*(contract.address for contract in contracts)))
    if reader.chain_id() != chain.chain_id:
        raise CouldNotLook("node-other-chain", url=url, what=f"chain id {reader.chain_id()}")
    if reader.genesis_hash() != chain.genesis_hash:
        raise CouldNotLook("node-other-chain", url=url, what="genesis")
    for contract in contracts:
        if reader.code_hash(contract.address) != contract.code_hash:
            raise CouldNotLook("node-other-chain", url=url, what=contract.address)
    return reader


def _common_height(voices: Voices) -> int:
    """The highest block that `needed` parties have."""
    found, why = voices.answers(lambda reader: reader.block().number)
    heights: dict[str, int] = {}
    for party, number in found:
        heights[party] = max(number, heights.get(party, 0))
    if len(heights) < voices.needed:
        raise _too_few(voices.needed, len(heights), why)
    return sorted(heights.values(), reverse=True)[voices.needed - 1]


def _too_few(needed: int, agreeing: int, why: str) -> CouldNotLook:
    return CouldNotLook(
        "nodes-too-few", needed=needed, agreeing=agreeing, why=why or "their answers differ"
    )
