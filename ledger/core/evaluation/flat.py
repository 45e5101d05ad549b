"""The RFC 8785 bytes of a record, several times as fast as of any JSON value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from ledger.core.canonical import canonical_json

_SCALARS = frozenset((str, int, bool))
_VALUES = _SCALARS | {list, tuple}
_OPTION = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
"""Strict: integers beyond ±(2**53 - 1) are left to `canonical_json`, which refuses them."""


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """What `canonical_json` gives for the record, or raises.

    Fast where it holds nothing but text, integers, booleans and lists of these under ASCII keys:
    for those orjson has one way of writing, and it is that of RFC 8785.
    """
    plain = dict(record)
    try:
        written = orjson.dumps(plain, option=_OPTION)
        if _is_flat(plain):
            return written
    except (TypeError, RecursionError):  # also what joining keys raises that are no text
        pass
    return canonical_json(plain)


def _is_flat(record: dict[str, Any]) -> bool:
    kinds = set(map(type, record.values()))
    if not kinds <= _SCALARS:
        if not kinds <= _VALUES:
            return False
        for value in record.values():
            if type(value) in (list, tuple) and not _SCALARS.issuperset(map(type, value)):
                return False
    return "".join(record).isascii()
