"""The contracts' world: accounts, streams, and the steps that every test takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import pytest
from eth_abi.abi import decode
from eth_utils.crypto import keccak

from scripts.evm import Evm, Ledger, Result, Reverted, abi_type, deploy_ledger, signature
from tests import reference_merkle as reference

EMPTY = reference.root([])
NO_CUT_OFF = 2**64 - 1
DAY = 86_400
VETO_DELAY = 7 * DAY
KINDS = ("credential", "status", "learning", "teaching", "evaluation")
ALL_KINDS = 0b111110


def account(name: str) -> bytes:
    """An address."""
    return keccak(name.encode())[12:]


def hexed(address: bytes) -> str:
    """An address as the ABI decoder gives it."""
    return "0x" + address.hex()


DEPLOYER, ALICE, BOB, CAROL = (account(n) for n in ("deployer", "alice", "bob", "carol"))
UNIVERSITY, SECOND, STRANGER = (account(n) for n in ("university", "second", "stranger"))


def key(name: str) -> bytes:
    """Bytes that the registry takes for a public key."""
    return sha256(name.encode()).digest()


def stream_id(origin: str) -> bytes:
    """Id of a stream."""
    return sha256(origin.encode()).digest()


def entries(count: int, tag: str = "") -> list[bytes]:
    """Entries of a stream."""
    return [f"entry {tag}{index}".encode() for index in range(count)]


@dataclass
class World:
    """Alice, Bob and Carol (two must agree) have admitted and accredited one university."""

    evm: Evm
    ledger: Ledger

    @classmethod
    def build(cls) -> World:
        """Deploy and admit."""
        evm = Evm()
        world = cls(evm, deploy_ledger(evm, DEPLOYER, ALICE, sha256(b"network").digest()))
        council, registry = world.ledger.council, world.ledger.registry
        world.propose(ALICE, ("council", "addMember", BOB, 2))
        world.decide(("council", "addMember", CAROL, 2), by=(ALICE, BOB))
        assert council.get("threshold") == 2
        world.apply(
            UNIVERSITY, "U1", "u1.edu.cn", [(key("u1"), 1, 1), (key("u1 checkpoint"), 2, 1)]
        )
        world.decide(("registry", "admit", 1), by=(ALICE, BOB))
        world.decide(
            ("registry", "accredit", 1, ALL_KINDS, 0b111110, 0, evm.time + 365 * DAY),
            by=(ALICE, BOB),
        )
        assert registry.get("institutionCount") == 1
        evm.next_block()
        return world

    @property
    def council(self) -> Any:
        return self.ledger.council

    @property
    def registry(self) -> Any:
        return self.ledger.registry

    @property
    def log(self) -> Any:
        return self.ledger.log

    def apply(
        self, applicant: bytes, code: str, domain: str, keys: list[tuple[bytes, int, int]]
    ) -> Result:
        """Hand in an application."""
        texts = (code, domain, "某大学", "A University", f"https://{domain}", f"https://v.{domain}")
        result: Result = self.registry.send(applicant, "submitApplication", *texts, keys)
        return result

    def call(self, where: str, name: str, *arguments: Any) -> tuple[bytes, bytes]:
        """One call of a proposal."""
        contract = self.council if where == "council" else self.registry
        return contract.address, contract.data(name, *arguments)

    def propose(self, proposer: bytes, *calls: tuple[Any, ...], expiry: int | None = None) -> bytes:
        """Propose; returns the id."""
        encoded = [self.call(*call) for call in calls]
        limit = self.evm.time + 30 * DAY if expiry is None else expiry
        return self.council.send(proposer, "propose", encoded, limit).output  # type: ignore[no-any-return]

    def decide(self, *calls: tuple[Any, ...], by: tuple[bytes, ...] = (ALICE, BOB)) -> bytes:
        """Propose and approve; returns the id."""
        identity = self.propose(by[0], *calls)
        for member in by[1:]:
            self.council.send(member, "approve", identity)
        return identity

    def state(self, identity: bytes) -> str:
        """Where a proposal stands."""
        names = ("none", "pending", "waiting", "executed", "vetoed", "void", "expired")
        return names[self.council.get("proposal", identity)[4]]

    def anchor(
        self, stream: bytes, size: int, writer: bytes = UNIVERSITY, tag: str = "", **changes: Any
    ) -> Result:
        """Anchor the first ``size`` entries; ``changes`` replaces arguments of the right call."""
        old_size, seq, _, _, old_root = self.log.get("head", stream)
        tree = entries(size, tag)
        right = {
            "seq": seq,
            "old_size": old_size,
            "old_root": old_root,
            "new_size": size,
            "new_root": reference.root(tree),
            "proof": reference.consistency_proof(old_size, tree) if 0 < old_size < size else [],
        }
        result: Result = self.log.send(writer, "anchor", stream, *(right | changes).values())
        return result

    @cached_property
    def errors(self) -> dict[bytes, dict[str, Any]]:
        """All errors of the three contracts by selector; a proposal bubbles those of its calls."""
        contracts = (self.council, self.registry, self.log)
        items = [item for c in contracts for item in c.abi if item["type"] == "error"]
        return {keccak(signature(item).encode())[:4]: item for item in items}

    @contextmanager
    def refused(self, name: str, *arguments: Any) -> Iterator[None]:
        """The block must revert with this error, and with these arguments where any are given."""
        with pytest.raises(Reverted) as caught:
            yield
        found, values = self.error(caught.value)
        assert found == name
        if arguments:
            assert values == arguments

    def error(self, reverted: Reverted) -> tuple[str, tuple[Any, ...]]:
        """Name and arguments of an error."""
        item = self.errors[reverted.data[:4]]
        return item["name"], decode([abi_type(part) for part in item["inputs"]], reverted.data[4:])


CREDENTIAL, STATUS, LEARNING, TEACHING, EVALUATION = (
    stream_id(f"u1.edu.cn/{kind}") for kind in KINDS
)
