"""Deterministic CBOR (RFC 8949 §4.2.1): one value has one encoding, and only that one is read.

Values: integers below 2**64 in size, byte and text strings, lists, maps, booleans and null. Tags,
floats, other simple values, indefinite lengths and duplicate keys have no place in our formats.
The codec is cbor2; what it lets pass is caught by encoding the value again and comparing.
"""

from __future__ import annotations

from typing import Any, NoReturn

import cbor2

from ledger.core import messages_streams  # noqa: F401  (registers the sentences)
from ledger.errors import BadEvidence

MAX_DEPTH = 16
DEFAULT_LIMIT = 1 << 20
_MAX_INT = 2**64 - 1


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("tag")


# cbor2 would turn these into dates, bignums, sets or shared references before we see them; shared
# references can blow a few bytes up to millions of nodes.
_BUILT_IN_TAGS = (0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004)
_NO_TAGS: dict[int, Any] = dict.fromkeys((*_BUILT_IN_TAGS, 43000, 55799), _refuse_tag)


def _encoded_key(key: object) -> bytes:
    if type(key) is int or type(key) is str or type(key) is bytes:
        return cbor2.dumps(_ordered(key, 0))
    raise BadEvidence("cbor", reason="key-type")


def _sorted_keys(value: dict[Any, Any]) -> list[Any]:
    """The keys by their encoded bytes; for integers from 0 up that is their order as numbers."""
    if all(type(key) is int and 0 <= key <= _MAX_INT for key in value):
        return sorted(value)
    return sorted(value, key=_encoded_key)


def _ordered(value: Any, depth: int) -> Any:
    """The same value with every map in the order of its encoded keys, and only our types in it."""
    kind = type(value)
    if kind is bytes or kind is bool or value is None:
        return value
    if kind is str:
        if not _is_unicode(value):
            raise BadEvidence("cbor", reason="text")
        return value
    if kind is int:
        if -_MAX_INT <= value <= _MAX_INT:
            return value
        raise BadEvidence("cbor", reason="integer-range")
    if depth == 0:
        raise BadEvidence("cbor", reason="depth")
    if kind is list or kind is tuple:
        return [_ordered(item, depth - 1) for item in value]
    if kind is dict:
        return {
            key: item if type(item := value[key]) is bytes else _ordered(item, depth - 1)
            for key in _sorted_keys(value)
        }
    raise BadEvidence("cbor", reason="type")


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def dumps(value: Any) -> bytes:
    """The deterministic encoding; raises BadEvidence cbor for a value outside our types."""
    return cbor2.dumps(_ordered(value, MAX_DEPTH))


def loads(data: bytes, limit: int = DEFAULT_LIMIT) -> Any:
    """The value of `data`, at most `limit` bytes, if and only if `dumps` of it gives `data` back.

    Raises BadEvidence cbor with a reason: size, syntax, depth, type, key-type, integer-range,
    not-deterministic.
    """
    if len(data) > limit:
        raise BadEvidence("cbor", reason="size")
    try:
        value = cbor2.loads(
            data,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            semantic_decoders=_NO_TAGS,
            tag_hook=_refuse_tag,
        )
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise BadEvidence("cbor", reason="syntax") from error
    if dumps(value) != data:
        raise BadEvidence("cbor", reason="not-deterministic")
    return value
