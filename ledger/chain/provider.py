"""A web3 provider over any Transport, so that web3's contract objects work on all of them."""

from __future__ import annotations

import json
from typing import Any, cast

from web3 import Web3
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from ledger.chain.jsonrpc import RpcError
from ledger.chain.transport import Transport
from ledger.errors import CouldNotLook


class TransportProvider(JSONBaseProvider):
    """Asks through a Transport; its CouldNotLook passes through web3 unchanged."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        plain = json.loads(self.encode_rpc_request(method, params))
        try:
            result = self._transport.request(str(method), plain["params"])
        except RpcError as error:
            content = {"code": error.code, "message": error.message}
            if error.data is not None:
                content["data"] = error.data
            return cast(RPCResponse, {"jsonrpc": "2.0", "id": 1, "error": content})
        return cast(RPCResponse, {"jsonrpc": "2.0", "id": 1, "result": result})

    def is_connected(self, show_traceback: bool = False) -> bool:
        try:
            self._transport.request("web3_clientVersion", [])
        except (RpcError, CouldNotLook):
            return False
        return True


def web3_over(transport: Transport) -> Web3:
    """A web3 on this transport."""
    return Web3(TransportProvider(transport))
