"""Multibase base58-btc (`z…`) and the Multikey form of Ed25519 public keys, as Data Integrity uses.

W3C Controlled Identifiers 1.0 §2.2.2 and §2.4. Refusal: multibase.
"""

from __future__ import annotations

from functools import lru_cache

from ledger.core import messages_streams  # noqa: F401  (registers the sentences)
from ledger.errors import BadEvidence

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_CHUNK = 58**10  # the largest power of 58 by an even number of digits that fits 64 bits
_MAX_TEXT = 256
_ED25519_PREFIX = b"\xed\x01"  # multicodec ed25519-pub as a varint


def _ten_digits(value: int) -> str:
    value, fifth = divmod(value, 3364)
    value, fourth = divmod(value, 3364)
    value, third = divmod(value, 3364)
    first, second = divmod(value, 3364)
    return _PAIRS[first] + _PAIRS[second] + _PAIRS[third] + _PAIRS[fourth] + _PAIRS[fifth]


def _number(digits: str) -> int:
    """Up to ten digits as a number of 64 bits: longer ones are slow. Raises KeyError."""
    value = 0
    for digit in digits:
        value = value * 58 + _VALUES[digit]
    return value


def encode(data: bytes) -> str:
    """`z` and the base58-btc of `data`; a leading zero byte is a leading `1`."""
    zeros = len(data) - len(data.lstrip(b"\x00"))
    value = int.from_bytes(data, "big")
    chunks = []
    while value:
        value, rest = divmod(value, _CHUNK)
        chunks.append(_ten_digits(rest))
    return "z" + "1" * zeros + "".join(reversed(chunks)).lstrip("1")


def decode(text: str, length: int | None = None) -> bytes:
    """The bytes of a `z…` text, of exactly `length` bytes where given; raises BadEvidence."""
    if not text.startswith("z") or len(text) > _MAX_TEXT:
        raise BadEvidence("multibase", reason="prefix" if len(text) <= _MAX_TEXT else "length")
    digits = text[1:]
    value = 0
    try:
        for start in range(0, len(digits), 10):
            some = digits[start : start + 10]
            value = value * 58 ** len(some) + _number(some)
    except KeyError as error:
        raise BadEvidence("multibase", reason="character") from error
    zeros = len(digits) - len(digits.lstrip("1"))
    data = bytes(zeros) + value.to_bytes((value.bit_length() + 7) // 8, "big")
    if length is not None and len(data) != length:
        raise BadEvidence("multibase", reason="length")
    return data


@lru_cache(maxsize=1024)
def encode_ed25519(public: bytes) -> str:
    """The Multikey text `z6Mk…` of a raw public key of 32 bytes."""
    if len(public) != 32:
        raise BadEvidence("multibase", reason="length")
    return encode(_ED25519_PREFIX + public)


@lru_cache(maxsize=1024)
def decode_ed25519(text: str) -> bytes:
    """The raw public key of a Multikey text; raises BadEvidence for any other kind of key."""
    data = decode(text, 34)
    if not data.startswith(_ED25519_PREFIX):
        raise BadEvidence("multibase", reason="key-type")
    return data[2:]
