"""Canonical JSON (RFC 8785) and a strict reader for JSON from strangers (RFC 8259, I-JSON).

`rfc8785` defines the bytes. `orjson` gives the same bytes many times as
fast for values that `_is_plain` lets through; the tests prove the two equal.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

import orjson
import rfc8785

from ledger.core import messages_streams  # noqa: F401  (registers the sentences)
from ledger.errors import BadEvidence

MAX_SAFE_INT = 2**53 - 1
DEFAULT_DEPTH = 64
DEFAULT_LIMIT = 16 << 20

# Possessive, and without need of the closing quote: linear on any input.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_ROUND = bytes.maketrans(b"[]{}", b"()()")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_ALWAYS_PLAIN = frozenset({str, bool, type(None)})
_BOM = b"\xef\xbb\xbf"


def _is_plain_fraction(value: float) -> bool:
    """Whether Python's shortest decimal text is also ECMAScript's: no exponent, no `.0`, no -0."""
    return 1e-4 <= abs(value) < 1e15 and not value.is_integer()


def _is_plain(value: Any) -> bool:
    """Whether the value has only string keys, strings, safe integers, plain fractions, booleans,
    null and lists. Among keys beyond the basic plane the order by UTF-16 units would differ from
    that by code points."""
    waiting: list[Any] = [[value]]
    for items in waiting:  # which grows meanwhile
        if type(items) is dict:
            for key in items:
                if type(key) is not str or not (key.isascii() or max(key) < "\U00010000"):
                    return False
            items = items.values()
        for item in items:
            kind = type(item)
            if kind in _ALWAYS_PLAIN:
                continue
            if kind is dict or kind is list:
                waiting.append(item)
            elif kind is int:
                if not -MAX_SAFE_INT <= item <= MAX_SAFE_INT:
                    return False
            elif kind is not float or not _is_plain_fraction(item):
                return False
    return True


def _canonical_slow(value: Any) -> bytes:
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise BadEvidence("canonical-json", reason=type(error).__name__) from error
    except UnicodeEncodeError as error:  # a lone surrogate in a key
        raise BadEvidence("canonical-json", reason="surrogate") from error
    except RecursionError as error:
        raise BadEvidence("canonical-json", reason="depth") from error


def canonical_json(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value.

    Raises BadEvidence canonical-json for what has none: NaN and infinities, integers beyond
    ±(2**53 - 1), lone surrogates, keys that are not strings, other types, endless nesting.
    """
    try:
        # First, because it notices a value that contains itself.
        fast = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, RecursionError):
        return _canonical_slow(value)
    return fast if _is_plain(value) else _canonical_slow(value)


def _refuse(reason: str) -> NoReturn:
    raise BadEvidence("json", reason=reason)


def check_depth(data: bytes, max_depth: int = DEFAULT_DEPTH) -> None:
    """Refuse nesting beyond `max_depth` without recursion; strings are skipped.

    Before any other reader of strangers' JSON: libraries of the EVM raise Python's recursion limit
    so far that `json.loads` of a deep text ends the process.
    """
    if data.count(b"[") + data.count(b"{") <= max_depth or _is_shallow(data, max_depth):
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", data)):
        depth += 1 if bracket in b"[{" else -1
        if depth > max_depth:
            _refuse("depth")


def _is_shallow(data: bytes, max_depth: int) -> bool:
    """Whether the brackets outside strings are in pairs and nest no deeper; no `False` says more.

    Six times as fast as looking at each bracket. Between quotes that no backslash escapes stand
    by turns what is outside strings and inside; each round takes the innermost pairs away. A text
    that stops being JSON somewhere has its true brackets up to there.
    """
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    rest = b"".join(data.split(b'"')[::2]).translate(_ROUND, _NO_BRACKETS)
    for _ in range(max_depth):
        if not rest:
            break
        rest = rest.replace(b"()", b"")
    return not rest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("duplicate-key")
    return found


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _refuse("number-range")
    return value


def _constant(_: str) -> NoReturn:
    _refuse("not-a-number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_constant=_constant
)


def parse_json(data: bytes, max_depth: int = DEFAULT_DEPTH, limit: int = DEFAULT_LIMIT) -> Any:
    """The value of a JSON text in UTF-8 of at most `limit` bytes.

    Raises BadEvidence json with a reason: size, bom, utf-8, depth, duplicate-key, not-a-number,
    number-range, surrogate, syntax.
    """
    if len(data) > limit:
        _refuse("size")
    if data.startswith(_BOM):
        _refuse("bom")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEvidence("json", reason="utf-8") from error
    check_depth(data, max_depth)
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise BadEvidence("json", reason="syntax") from error
    if _SURROGATE.search(data):  # raw UTF-8 holds no surrogate, an escape can
        _check_surrogates(value)
    return value


def _check_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadEvidence("json", reason="surrogate") from error
