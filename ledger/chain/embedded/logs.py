"""eth_getLogs through the index: never a scan over blocks."""

from __future__ import annotations

from typing import Any

from ledger.chain.embedded import forms
from ledger.chain.embedded.database import ChainFile
from ledger.chain.jsonrpc import RpcError

MAX_LOGS = 100_000
TOO_MANY = -32005
MAX_ALTERNATIVES = 200


def select_logs(
    file: ChainFile, wanted: dict[str, Any], first: int, last: int
) -> list[tuple[Any, ...]]:
    """Rows of `log` in order; at most MAX_LOGS, else RpcError as nodes answer."""
    where, arguments = ["block BETWEEN ? AND ?"], [first, last]
    given = [("address", wanted.get("address"), 20)]
    topics = wanted.get("topics")
    if topics is not None:
        if not isinstance(topics, list) or len(topics) > 4:
            raise forms.invalid("topics: a list of at most four wanted")
        given += [(f"topic{at}", topic, 32) for at, topic in enumerate(topics)]
        # A filter of n topics matches only logs that have at least n.
        if topics:
            where.append(f"topic{len(topics) - 1} IS NOT NULL")
    for column, value, size in given:
        alternatives = _alternatives(value, size)
        if alternatives:
            where.append(f"{column} IN ({','.join('?' * len(alternatives))})")
            arguments += alternatives
    rows = file.rows(
        f"SELECT * FROM log WHERE {' AND '.join(where)} ORDER BY block, position LIMIT ?",
        [*arguments, MAX_LOGS + 1],
    )
    if len(rows) > MAX_LOGS:
        raise RpcError(TOO_MANY, f"more than {MAX_LOGS} logs: ask for fewer blocks")
    return rows


def _alternatives(value: Any, size: int) -> list[Any]:
    if value is None or value == []:
        return []
    listed = value if isinstance(value, list) else [value]
    if len(listed) > MAX_ALTERNATIVES:
        raise forms.invalid("too many alternatives")
    return [forms.data(one, size) for one in listed]
