"""The public JSON-RPC gateway of an institution: reads, whatever engine stands behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.chain.jsonrpc import METHOD_NOT_FOUND, RpcError, answer
from ledger.chain.transport import Transport

READS = frozenset(
    {
        "web3_clientVersion",
        "net_version",
        "eth_chainId",
        "eth_syncing",
        "eth_gasPrice",
        "eth_maxPriorityFeePerGas",
        "eth_feeHistory",
        "eth_blockNumber",
        "eth_getBlockByNumber",
        "eth_getBlockByHash",
        "eth_getTransactionByHash",
        "eth_getTransactionReceipt",
        "eth_getLogs",
        "eth_call",
        "eth_estimateGas",
        "eth_getCode",
        "eth_getBalance",
        "eth_getStorageAt",
        "eth_getTransactionCount",
        "eth_getProof",
        "debug_getRawHeader",
        "debug_getRawReceipts",
    }
)
"""An explicit list: a node may offer much that a stranger must not reach."""

WRITES = frozenset({"eth_sendRawTransaction"})


def read_only(transport: Transport, writable: bool) -> Callable[[bytes], bytes]:
    """Answers JSON-RPC bytes; `writable` lets signed raw transactions through as well."""
    allowed = READS | WRITES if writable else READS

    def call(method: str, params: list[Any]) -> Any:
        if method not in allowed:
            raise RpcError(METHOD_NOT_FOUND, f"the method {method[:80]} is not offered here")
        return transport.request(method, params)

    return lambda body: answer(body, call)
