"""JSON-RPC 2.0 as bytes in, bytes out, and its errors.

Whatever comes in, a JSON-RPC answer goes out: bad JSON, wrong shapes, unknown methods and failures
of the engine alike. Nothing becomes an HTTP error or a traceback.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ledger.core.canonical import check_depth
from ledger.errors import BadEvidence, Refusal

MAX_BODY = 4 << 20
MAX_BATCH = 1000

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000
REVERTED = 3


class RpcError(Exception):
    """An error answered by a node: a number, its sentence, and the data (0x-hex of a revert)."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(code, message, data)
        self.code = code
        self.message = message
        self.data = data


def answer(body: bytes, call: Callable[[str, list[Any]], Any]) -> bytes:
    """Answers a request or a batch; notifications get no answer (b"" where nothing is left)."""
    if len(body) > MAX_BODY:
        return _encode(_error(None, RpcError(INVALID_REQUEST, "request too large")))
    try:
        check_depth(body)
        request = json.loads(body)
    except (ValueError, BadEvidence):
        return _encode(_error(None, RpcError(PARSE_ERROR, "not JSON")))
    if not isinstance(request, list):
        one = _one(request, call)
        return b"" if one is None else _encode(one)
    if not request or len(request) > MAX_BATCH:
        message = "empty batch" if not request else f"more than {MAX_BATCH} requests"
        return _encode(_error(None, RpcError(INVALID_REQUEST, message)))
    answers = [found for item in request if (found := _one(item, call)) is not None]
    return _encode(answers) if answers else b""


def _one(request: Any, call: Callable[[str, list[Any]], Any]) -> dict[str, Any] | None:
    if not isinstance(request, dict):
        return _error(None, RpcError(INVALID_REQUEST, "not a request"))
    number = request.get("id")
    method, params = request.get("method"), request.get("params", [])
    if isinstance(number, bool | float | list | dict) or not isinstance(method, str):
        return _error(None, RpcError(INVALID_REQUEST, "not a request"))
    if not isinstance(params, list):
        return _error(number, RpcError(INVALID_PARAMS, "params are given by position"))
    try:
        given = {"jsonrpc": "2.0", "id": number, "result": call(method, params)}
    except RpcError as error:
        given = _error(number, error)
    except Refusal as refusal:
        given = _error(number, RpcError(SERVER_ERROR, str(refusal)))
    return given if "id" in request else None


def _error(number: Any, error: RpcError) -> dict[str, Any]:
    content = {"code": error.code, "message": error.message}
    if error.data is not None:
        content["data"] = error.data
    return {"jsonrpc": "2.0", "id": number, "error": content}


def _encode(value: Any) -> bytes:
    # ensure_ascii: a lone surrogate that came in as \ud800 may stand in an id.
    return json.dumps(value, separators=(",", ":")).encode("ascii")
