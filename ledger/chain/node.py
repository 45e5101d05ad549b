"""One node's answers, each checked for its form. A failure is never turned into a zero."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from ledger.chain.jsonrpc import REVERTED, RpcError
from ledger.chain.transport import Transport
from ledger.errors import BadEvidence, CouldNotLook
from ledger.ports import Block

_QUANTITY = re.compile(r"0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})", re.ASCII)
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


class Reverted(Exception):
    """A call reverted; `data` is what the contract returned."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.data = data


@dataclass(frozen=True)
class Mined:
    """A receipt. `contract` is the address that was created, if any."""

    tx: str
    block: int
    block_hash: str
    gas: int
    status: bool
    contract: str | None
    logs: tuple[dict[str, Any], ...]


def garbage(what: str) -> NoReturn:
    raise CouldNotLook("node-garbage", what=what)


def as_quantity(value: Any, what: str, bits: int = 256) -> int:
    """A 0x-hex number without leading zeros, below 2^bits."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        garbage(what)
    found = int(value, 16)
    if found >> bits:
        garbage(what)
    return found


def as_data(value: Any, what: str, size: int | None = None) -> bytes:
    """0x-hex bytes, of exactly `size` when given."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        garbage(what)
    found = bytes.fromhex(value[2:])
    if size is not None and len(found) != size:
        garbage(what)
    return found


def as_hash(value: Any, what: str) -> str:
    """0x and 64 lower-case digits."""
    return "0x" + as_data(value, what, 32).hex()


def as_object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        garbage(what)
    return value


def revert_data(error: RpcError) -> bytes | None:
    """What a revert returned; None when the error is none. Nodes agree on code 3 with `data`."""
    data = error.data if isinstance(error.data, str) and _DATA.fullmatch(error.data) else "0x"
    if error.code == REVERTED or len(data) >= 10:
        return bytes.fromhex(data[2:])
    return None


class Node:
    """Typed questions to one node. With `chain_id` the node's own is compared once, first."""

    def __init__(self, transport: Transport, chain_id: int | None = None) -> None:
        self.transport = transport
        self._expected = chain_id
        self._chain_id: int | None = None

    def ask(self, method: str, params: list[Any]) -> Any:
        """The raw result; a node's error is CouldNotLook("node-refused")."""
        try:
            return self.transport.request(method, params)
        except RpcError as error:
            raise CouldNotLook(
                "node-refused", method=method, message=error.message, number=error.code
            ) from error

    def chain_id(self) -> int:
        """The node's chain id; BadEvidence("wrong-chain") if another one was expected."""
        if self._chain_id is None:
            found = as_quantity(self.ask("eth_chainId", []), "eth_chainId", 64)
            if self._expected is not None and found != self._expected:
                raise BadEvidence("wrong-chain", expected=self._expected, found=found)
            self._chain_id = found
        return self._chain_id

    def raw_block(self, tag: str) -> dict[str, Any] | None:
        """A block as the node gives it (transactions as hashes), None where there is none."""
        self.chain_id()
        found = self.ask("eth_getBlockByNumber", [tag, False])
        return None if found is None else as_object(found, "block")

    def block(self, number: int | None = None) -> Block:
        """CouldNotLook("node-garbage") if the node does not have the block."""
        tag = "latest" if number is None else hex(number)
        raw = self.raw_block(tag)
        if raw is None:
            garbage(f"no block {tag}")
        found = Block(
            as_quantity(raw.get("number"), "block.number", 64),
            as_quantity(raw.get("timestamp"), "block.timestamp", 64),
            as_hash(raw.get("hash"), "block.hash"),
        )
        if number is not None and found.number != number:
            garbage("another block than asked for")
        return found

    def call(self, to: str, data: bytes, tag: str = "latest", sender: str | None = None) -> bytes:
        """eth_call. Raises Reverted, CouldNotLook."""
        self.chain_id()
        message = {"to": to, "data": "0x" + data.hex()}
        if sender is not None:
            message["from"] = sender
        try:
            found = self.transport.request("eth_call", [message, tag])
        except RpcError as error:
            reverted = revert_data(error)
            if reverted is not None:
                raise Reverted(reverted) from error
            raise CouldNotLook(
                "node-refused", method="eth_call", message=error.message, number=error.code
            ) from error
        return as_data(found, "eth_call")

    def code(self, address: str, tag: str = "latest") -> bytes:
        """Runtime code, empty where there is none."""
        self.chain_id()
        return as_data(self.ask("eth_getCode", [address, tag]), "eth_getCode")

    def nonce(self, address: str, tag: str = "latest") -> int:
        """How many transactions of the account are mined (`pending`: or waiting at this node)."""
        self.chain_id()
        return as_quantity(self.ask("eth_getTransactionCount", [address, tag]), "nonce", 64)

    def transaction(self, tx: str) -> dict[str, Any] | None:
        """A transaction that the node knows, mined or waiting."""
        self.chain_id()
        found = self.ask("eth_getTransactionByHash", [tx])
        if found is None:
            return None
        if as_hash(as_object(found, "transaction").get("hash"), "transaction.hash") != tx.lower():
            garbage("another transaction than asked for")
        return dict(found)

    def receipt(self, tx: str) -> Mined | None:
        """The receipt of a mined transaction, None while there is none."""
        self.chain_id()
        found = self.ask("eth_getTransactionReceipt", [tx])
        if found is None:
            return None
        raw = as_object(found, "receipt")
        if as_hash(raw.get("transactionHash"), "receipt.transactionHash") != tx.lower():
            garbage("another receipt than asked for")
        status = as_quantity(raw.get("status"), "receipt.status")
        logs = raw.get("logs")
        if status > 1 or not isinstance(logs, list):
            garbage("receipt")
        contract = raw.get("contractAddress")
        return Mined(
            tx.lower(),
            as_quantity(raw.get("blockNumber"), "receipt.blockNumber", 64),
            as_hash(raw.get("blockHash"), "receipt.blockHash"),
            as_quantity(raw.get("gasUsed"), "receipt.gasUsed", 64),
            status == 1,
            None if contract is None else "0x" + as_data(contract, "contractAddress", 20).hex(),
            tuple(as_object(one, "receipt.logs") for one in logs),
        )
