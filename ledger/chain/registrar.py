"""Writes to council and registry in the institution's own name, through the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from ledger.chain import abi
from ledger.chain.artifacts import COUNCIL, REGISTRY
from ledger.chain.council import (
    changes_of,
    encode_call,
    encode_change,
    encode_decision,
    encode_proposal,
)
from ledger.chain.node import as_data, garbage
from ledger.chain.sender import Sender
from ledger.errors import CouldNotLook
from ledger.ports import Change, Contracts, Proposal, Proposed, Receipt


class ChainRegistrar:
    """`ports.Registrar` over a sender."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @property
    def _contracts(self) -> Contracts:
        return self._sender.reader.contracts

    def submit_application(
        self,
        code: str,
        domain: str,
        name: str,
        name_en: str,
        public_url: str,
        verify_url: str,
        keys: Sequence[tuple[bytes, int, int]],
    ) -> Receipt:
        """Applies for admission with the sending account."""
        texts = (code, domain, name, name_en, public_url, verify_url)
        return self._registry("submitApplication", (*texts, [tuple(key) for key in keys]))

    def propose(self, changes: Sequence[Change], expiry: int) -> Proposed:
        """Proposes and approves. The purpose is the changes without the expiry, so that a crash
        and another try with a later expiry continue the first proposal."""
        contracts = self._contracts
        named = repr([encode_change(contracts, change) for change in changes]).encode()
        purpose = f"council:propose:{sha256(named).hexdigest()[:16]}"
        data = encode_proposal(contracts, changes, expiry)
        receipt = self._sender.send(purpose, contracts.council, data)
        return self._proposed(receipt, None)

    def approve(self, proposal: str) -> Proposed:
        """Approves, or consents as the institution that the proposal touches."""
        return self._decide("approve", proposal)

    def execute(self, proposal: str) -> Proposed:
        """Executes a waiting proposal whose delay is over."""
        return self._decide("execute", proposal)

    def readable(self, proposal: Proposal) -> list[Change]:
        """The proposal's calls by name."""
        return changes_of(self._contracts, proposal)

    def veto(self, proposal: str) -> None:
        """Refuses a proposal that touches the institution's own key or writer."""
        self._decide("veto", proposal)

    def freeze_key(self, public_key: bytes) -> Receipt:
        """Cuts an own key at the anchored size."""
        return self._registry("freezeKey", (public_key,))

    def set_endpoints(self, public_url: str, verify_url: str) -> Receipt:
        """Changes the institution's two addresses."""
        return self._registry("setEndpoints", (public_url, verify_url))

    def _registry(self, function: str, arguments: tuple[Any, ...]) -> Receipt:
        data = encode_call(REGISTRY, function, arguments)
        purpose = f"registry:{function}:{sha256(data).hexdigest()[:16]}"
        return self._sender.send(purpose, self._contracts.registry, data)

    def _decide(self, function: str, proposal: str) -> Proposed:
        data = encode_decision(function, proposal)
        purpose = f"council:{function}:0x{data[4:].hex()}"
        receipt = self._sender.send(purpose, self._contracts.council, data)
        return self._proposed(receipt, "0x" + data[4:].hex())

    def _proposed(self, receipt: Receipt, proposal: str | None) -> Proposed:
        """Reads the proposal's id and whether it ran from the receipt's events."""
        events = self._events(receipt.tx)
        if proposal is None:
            proposal = events.get(abi.topic(COUNCIL, "Proposed"))
            if proposal is None:
                garbage("no Proposed event")
        return Proposed(proposal, events.get(abi.topic(COUNCIL, "Executed")) == proposal)

    def _events(self, tx: str) -> dict[str, str]:
        """Event topic -> the id of the proposal that it is about."""
        mined = self._sender.node.receipt(tx)
        if mined is None:
            raise CouldNotLook("node-garbage", what=f"no receipt of {tx}")
        found = {}
        for log in mined.logs:
            address = "0x" + as_data(log.get("address"), "log.address", 20).hex()
            topics = log.get("topics")
            if address == self._contracts.council.lower() and isinstance(topics, list):
                words = ["0x" + as_data(topic, "log.topics", 32).hex() for topic in topics]
                if len(words) >= 2:
                    found[words[0]] = words[1]
        return found
