"""Calldata and return values of the three contracts, coded by web3. web3 is loaded when used.

Texts are decoded as bytes and then leniently: an applicant who put bad UTF-8 on chain must not
keep everybody else's rows from being read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from ledger.chain.artifacts import NAMES, artifact
from ledger.errors import CouldNotLook

ERROR_STRING = bytes.fromhex("08c379a0")
PANIC = bytes.fromhex("4e487b71")


@cache
def _contract(name: str) -> Any:
    from web3 import Web3

    return Web3().eth.contract(abi=artifact(name).abi)


@cache
def _codec() -> Any:
    from web3 import Web3

    return Web3().codec


@cache
def _entries(name: str, kind: str) -> dict[str, dict[str, Any]]:
    return {e["name"]: e for e in artifact(name).abi if e["type"] == kind and "name" in e}


@cache
def _types(name: str, kind: str, entry: str, side: str) -> tuple[str, ...]:
    """ABI types of an entry's inputs or outputs."""
    from eth_utils.abi import collapse_if_tuple

    part: list[Any] = _entries(name, kind)[entry][side]
    return tuple(collapse_if_tuple(one) for one in part)


@cache
def selector(name: str, function: str) -> bytes:
    """First four bytes of the keccak of a function's signature."""
    return _selector(_entries(name, "function")[function])


def _selector(entry: Any) -> bytes:
    from eth_utils.abi import function_abi_to_4byte_selector

    return bytes(function_abi_to_4byte_selector(entry))


@cache
def topic(name: str, event: str) -> str:
    """An event's first topic, 0x-hex."""
    from eth_utils.abi import event_abi_to_log_topic

    entry: Any = _entries(name, "event")[event]
    return "0x" + bytes(event_abi_to_log_topic(entry)).hex()


def functions(name: str) -> dict[str, int]:
    """A contract's functions and how many arguments each takes."""
    return {name_: len(e["inputs"]) for name_, e in _entries(name, "function").items()}


def encode(name: str, function: str, arguments: Sequence[Any] = ()) -> bytes:
    """Calldata. Raises ValueError or TypeError when the arguments do not fit."""
    if not arguments and not _types(name, "function", function, "inputs"):
        return selector(name, function)
    text: str = _contract(name).encode_abi(function, args=list(arguments))
    return bytes.fromhex(text.removeprefix("0x"))


def encode_constructor(name: str, arguments: Sequence[Any]) -> bytes:
    """Creation code with its arguments."""
    entry = next(e for e in artifact(name).abi if e["type"] == "constructor")
    types = [one["type"] for one in entry["inputs"]]
    return artifact(name).creation + bytes(_codec().encode(types, list(arguments)))


def decode(name: str, function: str, output: bytes) -> tuple[Any, ...]:
    """Return values, exactly as the contract encodes them; texts as bytes.

    Raises CouldNotLook("node-garbage") when the bytes are anything else.
    """
    types = _types(name, "function", function, "outputs")
    return _strict(types, output, f"{name}.{function}")


def decode_arguments(name: str, function: str, data: bytes) -> tuple[Any, ...]:
    """Arguments in calldata (with its selector); texts as bytes."""
    types = _types(name, "function", function, "inputs")
    return _strict(types, data[4:], f"{name}.{function}")


def decode_call(name: str, data: bytes) -> tuple[str, tuple[Any, ...]] | None:
    """(function, arguments) of calldata, None if it is none of this contract's."""
    for function in _entries(name, "function"):
        if selector(name, function) == data[:4]:
            try:
                return function, readable(decode_arguments(name, function, data))
            except CouldNotLook:
                return None
    return None


def decode_error(data: bytes) -> tuple[str, tuple[Any, ...]]:
    """(name, arguments) of a revert; also Error, Panic, and ("unknown", (hex,))."""
    known = {ERROR_STRING: ("Error", ("string",)), PANIC: ("Panic", ("uint256",))}
    found = known.get(data[:4]) or _errors().get(data[:4])
    if found is not None:
        name, types = found
        try:
            return name, readable(_strict(types, data[4:], name))
        except CouldNotLook:
            pass
    return "unknown", ("0x" + data[:256].hex(),)


@cache
def _errors() -> dict[bytes, tuple[str, tuple[str, ...]]]:
    return {
        _selector(entry): (error, _types(name, "error", error, "inputs"))
        for name in NAMES
        for error, entry in _entries(name, "error").items()
    }


def readable(value: Any) -> Any:
    """Decoded values for people and JSON: bytes as 0x-hex, texts as text, addresses checksummed."""
    if isinstance(value, Text):
        return text(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple | list):
        return tuple(readable(one) for one in value)
    if isinstance(value, str):
        return address(value)
    return value


class Text(bytes):
    """Bytes that the ABI calls a string."""


def text(value: bytes) -> str:
    """A string from the chain; bytes that are no UTF-8 come out as U+FFFD."""
    return bytes(value).decode("utf-8", "replace")


def address(value: str) -> str:
    """Checksummed."""
    from eth_utils.address import to_checksum_address

    return str(to_checksum_address(value))


def _strict(types: Sequence[str], data: bytes, what: str) -> tuple[Any, ...]:
    from eth_abi.exceptions import DecodingError, EncodingError

    as_bytes = [one.replace("string", "bytes") for one in types]
    try:
        found = _codec().decode(as_bytes, data)
        again = bytes(_codec().encode(as_bytes, found))
    except (DecodingError, EncodingError, ValueError, OverflowError) as error:
        raise CouldNotLook("node-garbage", what=what) from error
    if again != data:
        raise CouldNotLook("node-garbage", what=what)
    return tuple(
        Text(value) if one == "string" else value for one, value in zip(types, found, strict=True)
    )
