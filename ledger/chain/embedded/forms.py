"""JSON forms of the Ethereum API: reading parameters, writing blocks, receipts and logs."""

from __future__ import annotations

import re
from typing import Any

import rlp
from eth.abc import BlockHeaderAPI, SignedTransactionAPI
from eth_utils.address import to_checksum_address

from ledger.chain.embedded.engine import Message, raw_header
from ledger.chain.embedded.vm import GAS_LIMIT
from ledger.chain.jsonrpc import INVALID_PARAMS, RpcError

_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
NO_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"


def invalid(what: str) -> RpcError:
    return RpcError(INVALID_PARAMS, f"invalid params: {what}")


def data(value: Any, size: int | None = None) -> bytes:
    """0x-hex bytes, of that many bytes when given."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise invalid("not 0x-hex data")
    found = bytes.fromhex(value[2:])
    if size is not None and len(found) != size:
        raise invalid(f"{size} bytes wanted, {len(found)} given")
    return found


def quantity(value: Any) -> int:
    """0x-hex number below 2^256; leading zeros are let pass, as most nodes do."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise invalid("not a 0x-hex quantity")
    return int(value, 16)


def slot(value: Any) -> int:
    """A storage key: 32 bytes, or a quantity."""
    return quantity(value)


def hex_data(value: bytes) -> str:
    return "0x" + value.hex()


def message(value: Any, nonce_of: Any) -> Message:
    """The call object of eth_call and eth_estimateGas."""
    if not isinstance(value, dict):
        raise invalid("not a call object")
    if "data" in value and "input" in value and value["data"] != value["input"]:
        raise invalid("data and input differ")
    sender = data(value["from"], 20) if value.get("from") else bytes(20)
    to = data(value["to"], 20) if value.get("to") else b""
    payload = value.get("input", value.get("data"))
    gas = quantity(value["gas"]) if value.get("gas") else GAS_LIMIT
    return Message(
        sender=sender,
        to=to,
        data=b"" if payload is None else data(payload),
        value=quantity(value["value"]) if value.get("value") else 0,
        gas=min(gas, GAS_LIMIT),
        nonce=nonce_of(sender),
    )


def block(header: BlockHeaderAPI, difficulty: int, transactions: list[Any]) -> dict[str, Any]:
    """A block, with transaction hashes or objects."""
    return {
        "number": hex(header.block_number),
        "hash": hex_data(header.hash),
        "parentHash": hex_data(header.parent_hash),
        "nonce": hex_data(header.nonce),
        "mixHash": hex_data(header.mix_hash),
        "sha3Uncles": NO_UNCLES,
        "logsBloom": hex_data(header.bloom.to_bytes(256, "big")),
        "transactionsRoot": hex_data(header.transaction_root),
        "stateRoot": hex_data(header.state_root),
        "receiptsRoot": hex_data(header.receipt_root),
        "miner": to_checksum_address(header.coinbase),
        "difficulty": hex(header.difficulty),
        "totalDifficulty": hex(difficulty),
        "extraData": hex_data(header.extra_data),
        "size": hex(len(raw_header(header))),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "baseFeePerGas": hex(getattr(header, "base_fee_per_gas", 0)),
        "uncles": [],
        "transactions": transactions,
    }


def transaction(
    tx: SignedTransactionAPI, number: int, block_hash: bytes, position: int
) -> dict[str, Any]:
    """A mined transaction, of type 0, 1 or 2."""
    kind = tx.type_id or 0
    found: dict[str, Any] = {
        "type": hex(kind),
        "hash": hex_data(tx.hash),
        "nonce": hex(tx.nonce),
        "blockHash": hex_data(block_hash),
        "blockNumber": hex(number),
        "transactionIndex": hex(position),
        "from": to_checksum_address(tx.sender),
        "to": to_checksum_address(tx.to) if tx.to else None,
        "value": hex(tx.value),
        "gas": hex(tx.gas),
        "gasPrice": hex(0 if kind == 2 else tx.gas_price),
        "input": hex_data(tx.data),
        "chainId": hex(tx.chain_id or 0),
        "r": hex(tx.r),
        "s": hex(tx.s),
        "v": hex(tx.y_parity if kind else tx.y_parity + 35 + 2 * (tx.chain_id or 0)),
    }
    if kind:
        found["yParity"] = hex(tx.y_parity)
        found["accessList"] = [
            {
                "address": to_checksum_address(account),
                "storageKeys": [hex_data(key.to_bytes(32, "big")) for key in keys],
            }
            for account, keys in tx.access_list
        ]
    if kind == 2:
        found["maxFeePerGas"] = hex(tx.max_fee_per_gas)
        found["maxPriorityFeePerGas"] = hex(tx.max_priority_fee_per_gas)
    return found


def log(row: tuple[Any, ...], block_hash: bytes) -> dict[str, Any]:
    """A row of the index as a log object."""
    number, position, tx_position, tx, address, *topics, content = row
    return {
        "address": to_checksum_address(address),
        "topics": [hex_data(topic) for topic in topics if topic is not None],
        "data": hex_data(content),
        "blockNumber": hex(number),
        "blockHash": hex_data(block_hash),
        "transactionHash": hex_data(tx),
        "transactionIndex": hex(tx_position),
        "logIndex": hex(position),
        "removed": False,
    }


def proof_nodes(nodes: tuple[Any, ...]) -> list[str]:
    """Nodes of a Merkle–Patricia proof; nodes embedded in their parents are left out (EIP-1186)."""
    encoded = [rlp.encode(node) for node in nodes]
    return [hex_data(node) for at, node in enumerate(encoded) if at == 0 or len(node) >= 32]
