"""A read-only JSON-RPC gateway to a node, whatever its engine.

An employer's phone reaches an institution, never a campus network's nodes. Of an embedded chain
raw transactions pass as well, for others share it.
"""

from __future__ import annotations

from typing import Any

from ledger.chain import jsonrpc
from ledger.chain.jsonrpc import METHOD_NOT_FOUND, RpcError
from ledger.chain.transport import Transport

READS = frozenset(
    {
        "web3_clientVersion",
        "net_version",
        "eth_chainId",
        "eth_blockNumber",
        "eth_getBlockByNumber",
        "eth_getBlockByHash",
        "eth_getTransactionByHash",
        "eth_getTransactionReceipt",
        "eth_getTransactionCount",
        "eth_getLogs",
        "eth_call",
        "eth_estimateGas",
        "eth_getCode",
        "eth_getBalance",
        "eth_getStorageAt",
        "eth_getProof",
        "eth_gasPrice",
        "eth_maxPriorityFeePerGas",
        "eth_feeHistory",
        "eth_syncing",
    }
)


class Gateway:
    """`handle_http`: JSON-RPC bytes in, JSON-RPC bytes out; never raises for what is asked."""

    def __init__(self, transport: Transport, raw_transactions: bool = False) -> None:
        self._transport = transport
        self._allowed = READS | ({"eth_sendRawTransaction"} if raw_transactions else set())

    def handle_http(self, body: bytes) -> bytes:
        return jsonrpc.answer(body, self._call)

    def _call(self, method: str, params: list[Any]) -> Any:
        if method not in self._allowed:
            raise RpcError(METHOD_NOT_FOUND, f"the method {method[:80]} is not open here")
        return self._transport.request(method, params)
