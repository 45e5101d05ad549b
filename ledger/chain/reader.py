"""Reads registry, heads, events and proposals of one node, every answer checked for its form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.chain import abi
from ledger.chain.artifacts import COUNCIL, RECORD_LOG, REGISTRY
from ledger.chain.node import Node, Reverted, as_data, as_hash, as_object, as_quantity, garbage
from ledger.chain.transport import Transport
from ledger.errors import CouldNotLook
from ledger.ports import (
    AccreditationRow,
    Anchored,
    Application,
    Block,
    Contracts,
    Head,
    InstitutionRow,
    KeyRow,
    Proposal,
    StreamRow,
    WriterRow,
)

NO_CUT_OFF = 2**64 - 1
STATES = ("none", "pending", "waiting", "executed", "vetoed", "void", "expired")


class NodeReader:
    """`ports.ChainReader` over one node.

    `chain_id`: compared with the node's before anything else is read. Answers that take several
    calls are read at one block.
    """

    def __init__(
        self, transport: Transport, contracts: Contracts | None, chain_id: int | None = None
    ) -> None:
        self.node = Node(transport, chain_id)
        self._contracts = contracts

    @property
    def contracts(self) -> Contracts:
        """Raises ValueError when the reader was made without contracts (before a deployment)."""
        if self._contracts is None:
            raise ValueError("a reader without contracts")
        return self._contracts

    def chain_id(self) -> int:
        return self.node.chain_id()

    def genesis_hash(self) -> str:
        return self.node.block(0).hash

    def code_hash(self, address: str, block: int | None = None) -> str:
        """0x keccak of the runtime code; CouldNotLook("no-code") where there is none."""
        from eth_hash.auto import keccak

        code = self.node.code(address, _tag(block))
        if not code:
            raise CouldNotLook("no-code", address=address)
        return "0x" + keccak(code).hex()

    def block(self, number: int | None = None) -> Block:
        return self.node.block(number)

    # ------------------------------------------------------------------ RecordLog

    def head(self, stream_id: bytes, block: int | None = None) -> Head:
        data = abi.selector(RECORD_LOG, "head") + stream_id
        output = self._raw(self.contracts.record_log, data, block)
        if len(output) != 160:
            garbage("RecordLog.head")
        size, seq, number, time = (
            int.from_bytes(output[at : at + 32], "big") for at in range(0, 128, 32)
        )
        if max(size, seq, number, time) >> 64 or (size == 0) != (seq == 0):
            garbage("RecordLog.head")
        return Head(size, seq, number, time, output[128:])

    def anchored(self, stream_id: bytes, seq: int, block: int) -> Anchored | None:
        log_address = self.contracts.record_log
        topics = [
            abi.topic(RECORD_LOG, "Anchored"),
            "0x" + stream_id.hex(),
            "0x" + seq.to_bytes(32, "big").hex(),
        ]
        wanted = {"address": log_address, "fromBlock": hex(block), "toBlock": hex(block)}
        self.node.chain_id()
        found = self.node.ask("eth_getLogs", [{**wanted, "topics": topics}])
        if not isinstance(found, list) or len(found) > 1:
            garbage("eth_getLogs")
        return self._event(as_object(found[0], "log"), topics, block) if found else None

    def _event(self, log: dict[str, Any], topics: list[str], block: int) -> Anchored:
        # The filter's words are looked for again in the answer: a node may ignore a filter.
        given = log.get("topics")
        if (
            not isinstance(given, list)
            or [as_hash(one, "log.topics") for one in given] != topics
            or as_data(log.get("address"), "log.address", 20).hex()
            != self.contracts.record_log[2:].lower()
            or as_quantity(log.get("blockNumber"), "log.blockNumber", 64) != block
        ):
            garbage("a log that was not asked for")
        data = as_data(log.get("data"), "log.data", 160)
        size, prev_size, prev_block = (
            int.from_bytes(data[at : at + 32], "big") for at in (0, 64, 128)
        )
        if max(size, prev_size, prev_block) >> 64:
            garbage("Anchored")
        tx = as_hash(log.get("transactionHash"), "log.transactionHash")
        sent = self.node.transaction(tx)
        if sent is None:
            garbage("an event without its transaction")
        return Anchored(
            stream_id=as_data(topics[1], "topic", 32),
            seq=int(topics[2], 16),
            size=size,
            root=data[32:64],
            prev_size=prev_size,
            prev_root=data[96:128],
            prev_block=prev_block,
            block=block,
            block_time=self.block(block).time,
            tx=tx,
            sender=abi.address("0x" + as_data(sent.get("from"), "transaction.from", 20).hex()),
        )

    # ------------------------------------------------------------------ IssuerRegistry

    def institution_ids(self, block: int | None = None) -> Sequence[int]:
        return range(1, self._registry("institutionCount", (), block)[0] + 1)

    def institution(self, institution: int, block: int | None = None) -> InstitutionRow:
        """Raises CouldNotLook("no-such-row") for an id that the registry does not know."""
        at = self._pinned(block)
        found = self._maybe("institution", (institution,), at, "UnknownInstitution")
        if found is None:
            raise CouldNotLook("no-such-row", what=f"institution {institution}")
        account, registered, *texts = found
        code, domain, name, name_en, public_url, verify_url = map(abi.text, texts)
        return InstitutionRow(
            id=institution,
            account=abi.address(account),
            registered_block=registered,
            code=code,
            domain=domain,
            name=name,
            name_en=name_en,
            public_url=public_url,
            verify_url=verify_url,
            keys=tuple(map(_key, self._registry("keys", (institution,), at)[0])),
            accreditations=tuple(
                map(_accreditation, self._registry("accreditations", (institution,), at)[0])
            ),
        )

    def institution_by_code(self, code: str, block: int | None = None) -> InstitutionRow | None:
        return self._by("institutionByCode", code, block)

    def institution_by_domain(self, domain: str, block: int | None = None) -> InstitutionRow | None:
        return self._by("institutionByDomain", domain, block)

    def institution_by_account(
        self, account: str, block: int | None = None
    ) -> InstitutionRow | None:
        return self._by("institutionByAccount", abi.address(account), block)

    def _by(self, function: str, wanted: str, block: int | None) -> InstitutionRow | None:
        at = self._pinned(block)
        number = self._registry(function, (wanted,), at)[0]
        return self.institution(number, at) if number else None

    def stream(self, stream_id: bytes, block: int | None = None) -> StreamRow | None:
        found = self._maybe("stream", (stream_id,), block, "UnknownStream")
        if found is None:
            return None
        institution, kind, generation, opened, closed, origin, *previous = found
        return StreamRow(
            stream_id, institution, kind, generation, opened, closed or None, abi.text(origin),
            *previous,
        )  # fmt: skip

    def streams(self, institution: int, block: int | None = None) -> Sequence[StreamRow]:
        at = self._pinned(block)
        rows = []
        for stream_id in self._registry("streams", (institution,), at)[0]:
            row = self.stream(stream_id, at)
            if row is None:
                garbage("a listed stream is unknown")
            rows.append(row)
        return rows

    def writers(self, stream_id: bytes, block: int | None = None) -> Sequence[WriterRow]:
        rows = self._registry("writers", (stream_id,), block)[0]
        return [WriterRow(abi.address(account), since) for account, since in rows]

    def applications(self, block: int | None = None) -> Sequence[Application]:
        at = self._pinned(block)
        count = self._registry("applicationCount", (), at)[0]
        return [self._application(number, at) for number in range(1, count + 1)]

    def _application(self, number: int, block: int) -> Application:
        (found,) = self._registry("application", (number,), block)
        account, *texts, keys, admitted = found
        code, domain, name, name_en, public_url, verify_url = map(abi.text, texts)
        return Application(
            id=number,
            account=abi.address(account),
            code=code,
            domain=domain,
            name=name,
            name_en=name_en,
            public_url=public_url,
            verify_url=verify_url,
            keys=tuple((bytes(key), purpose, algorithm) for key, purpose, algorithm in keys),
            admitted=admitted,
        )

    # ------------------------------------------------------------------ Council

    def members(self, block: int | None = None) -> Sequence[str]:
        return [abi.address(one) for one in self._council("members", (), block)[0]]

    def threshold(self, block: int | None = None) -> int:
        return int(self._council("threshold", (), block)[0])

    def proposals(self, block: int | None = None) -> Sequence[Proposal]:
        at = self._pinned(block)
        count = self._council("proposalCount", (), at)[0]
        return [self._proposal(number, at) for number in range(count)]

    def _proposal(self, number: int, block: int) -> Proposal:
        identity = self._council("proposalAt", (number,), block)[0]
        found = self._council("proposal", (identity,), block)
        proposer, nonce, expiry, _, state, ready_at, approvals, calls = found
        if state >= len(STATES) or nonce != number:
            garbage("Council.proposal")
        return Proposal(
            id="0x" + identity.hex(),
            number=number,
            proposer=abi.address(proposer),
            nonce=nonce,
            expiry=expiry,
            state=STATES[state],
            ready_at=ready_at,
            approvals=tuple(abi.address(one) for one in approvals),
            calls=tuple((abi.address(target), bytes(data)) for target, data in calls),
        )

    # ------------------------------------------------------------------ calls

    def _pinned(self, block: int | None) -> int:
        return self.block().number if block is None else block

    def _council(self, function: str, arguments: tuple[Any, ...], block: int | None) -> Any:
        data = abi.encode(COUNCIL, function, arguments)
        return abi.decode(COUNCIL, function, self._raw(self.contracts.council, data, block))

    def _registry(self, function: str, arguments: tuple[Any, ...], block: int | None) -> Any:
        data = abi.encode(REGISTRY, function, arguments)
        return abi.decode(REGISTRY, function, self._raw(self.contracts.registry, data, block))

    def _maybe(
        self, function: str, arguments: tuple[Any, ...], block: int | None, unknown: str
    ) -> Any:
        """The one struct that a view returns; None when it reverts with the error `unknown`."""
        data = abi.encode(REGISTRY, function, arguments)
        try:
            output = self.node.call(self.contracts.registry, data, _tag(block))
        except Reverted as reverted:
            if abi.decode_error(reverted.data)[0] == unknown:
                return None
            raise _unexpected(reverted) from reverted
        return abi.decode(REGISTRY, function, output)[0]

    def _raw(self, to: str, data: bytes, block: int | None) -> bytes:
        try:
            return self.node.call(to, data, _tag(block))
        except Reverted as reverted:
            raise _unexpected(reverted) from reverted


def _tag(block: int | None) -> str:
    return "latest" if block is None else hex(block)


def _unexpected(reverted: Reverted) -> CouldNotLook:
    name, _ = abi.decode_error(reverted.data)
    return CouldNotLook("node-garbage", what=f"a view reverted with {name}")


def _key(row: Sequence[Any]) -> KeyRow:
    public_key, purpose, algorithm, from_size, cut_off, added, cut = row
    end = None if cut_off == NO_CUT_OFF else cut_off
    return KeyRow(bytes(public_key), purpose, algorithm, from_size, end, added, cut)


def _accreditation(row: Sequence[Any]) -> AccreditationRow:
    granted, start, until, ended, ended_block, kinds, types = row
    return AccreditationRow(granted, start, until, ended or None, ended_block, kinds, types)
