"""What a transaction must offer on this chain: mostly nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.chain.jsonrpc import RpcError
from ledger.chain.node import Node, as_quantity, garbage
from ledger.errors import CouldNotLook, NotAllowed


@dataclass(frozen=True)
class Fees:
    """Gas limit, and wei per gas: a legacy price, or (cap, tip) of EIP-1559."""

    gas: int
    price: int = 0
    cap: int | None = None
    tip: int = 0


def price(node: Node, account: str, gas: int) -> Fees:
    """Zero where zero is enough, else what the node asks for.

    The gas limit is cut to the block's: some engines take a higher one and never mine it.

    Raises NotAllowed("account-without-funds") when the account cannot pay. An account without
    funds still sends at price zero where the base fee is zero: permissioned networks take it.
    """
    block = node.raw_block("latest")
    if block is None:
        garbage("no latest block")
    gas = min(gas, as_quantity(block.get("gasLimit"), "block.gasLimit", 64))
    base = block.get("baseFeePerGas")
    base_fee = 0 if base is None else as_quantity(base, "block.baseFeePerGas")
    asked = as_quantity(node.ask("eth_gasPrice", []), "eth_gasPrice")
    if base_fee == 0 and asked == 0:
        return Fees(gas)
    balance = as_quantity(node.ask("eth_getBalance", [account, "latest"]), "balance")
    if base_fee == 0:
        return Fees(gas, price=asked if balance >= asked * gas else 0)
    tip = _tip(node, asked - base_fee)
    # Twice the base fee stays enough for five full blocks.
    cap = 2 * base_fee + tip
    if balance < cap * gas:
        raise NotAllowed("account-without-funds", account=account)
    return Fees(gas, cap=cap, tip=tip)


def _tip(node: Node, otherwise: int) -> int:
    try:
        found = node.transport.request("eth_maxPriorityFeePerGas", [])
    except RpcError:
        return max(otherwise, 0)
    return as_quantity(found, "eth_maxPriorityFeePerGas")


def transaction_fields(
    chain_id: int, nonce: int, to: str | None, data: bytes, fees: Fees
) -> dict[str, Any]:
    """Fields for `Account.sign_transaction`, in the Ethereum API's names; no `to` creates."""
    fields: dict[str, Any] = {
        "chainId": chain_id,
        "nonce": nonce,
        "gas": fees.gas,
        "value": 0,
        "data": "0x" + data.hex(),
    }
    if to is not None:
        fields["to"] = to
    if fees.cap is None:
        fields["gasPrice"] = fees.price
    else:
        fields |= {"type": 2, "maxFeePerGas": fees.cap, "maxPriorityFeePerGas": fees.tip}
    return fields


def estimate(node: Node, sender: str, to: str | None, data: bytes) -> int:
    """Gas limit with room to spare, in the block that comes next.

    Raises RpcError code 3 semantics as they come (see `node.revert_data`), CouldNotLook otherwise.
    """
    message = {"from": sender, "data": "0x" + data.hex()}
    if to is not None:
        message["to"] = to
    used = as_quantity(node.transport.request("eth_estimateGas", [message]), "eth_estimateGas", 64)
    if used < 21_000:
        raise CouldNotLook("node-garbage", what="eth_estimateGas")
    return used + used // 4 + 10_000
