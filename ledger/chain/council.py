"""Changes of council and registry as calldata, and calldata as readable changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.chain import abi
from ledger.chain.artifacts import COUNCIL, REGISTRY
from ledger.chain.deploy import parse_address
from ledger.errors import WrongUse
from ledger.ports import Change, Contracts, Proposal

COUNCIL_CHANGES = ("addMember", "removeMember", "setThreshold")
REGISTRY_CHANGES = (
    "admit",
    "accredit",
    "endAccreditation",
    "addKey",
    "lowerCutOff",
    "setWriter",
    "closeStream",
    "openSuccessor",
)


def encode_change(contracts: Contracts, change: Change) -> tuple[str, bytes]:
    """(target, calldata) of a change.

    Raises WrongUse("unknown-change") for a function that no proposal can call, and
    WrongUse("bad-change") for arguments that do not fit it.
    """
    if change.function in COUNCIL_CHANGES:
        name, target = COUNCIL, contracts.council
    elif change.function in REGISTRY_CHANGES:
        name, target = REGISTRY, contracts.registry
    else:
        raise WrongUse("unknown-change", function=change.function)
    return target, encode_call(name, change.function, change.arguments)


def encode_call(name: str, function: str, arguments: Sequence[Any]) -> bytes:
    """Calldata; WrongUse("bad-change") when the arguments do not fit the function."""
    from eth_utils.exceptions import ValidationError
    from web3.exceptions import Web3Exception

    try:
        return abi.encode(name, function, arguments)
    except (Web3Exception, ValidationError, ValueError, TypeError, OverflowError) as error:
        raise WrongUse("bad-change", function=function, why=str(error)[:200]) from error


def encode_proposal(contracts: Contracts, changes: Sequence[Change], expiry: int) -> bytes:
    """Calldata of `Council.propose`."""
    calls = [encode_change(contracts, change) for change in changes]
    return encode_call(COUNCIL, "propose", (calls, expiry))


def encode_decision(function: str, proposal: str) -> bytes:
    """Calldata of `approve`, `execute` or `veto` of a proposal's id (0x-hex, 32 bytes)."""
    try:
        identity = bytes.fromhex(proposal.removeprefix("0x"))
    except ValueError as error:
        raise WrongUse("bad-change", function=function, why=proposal[:80]) from error
    if len(identity) != 32:
        raise WrongUse("bad-change", function=function, why=proposal[:80])
    return abi.encode(COUNCIL, function, (identity,))


def decode_change(contracts: Contracts, target: str, data: bytes) -> Change:
    """A proposal's call as a change; what is no known call comes out as function "unknown" with
    (target, 0x-hex). Byte arguments are 0x-hex."""
    names = {contracts.council: COUNCIL, contracts.registry: REGISTRY}
    name = names.get(parse_address(target))
    found = abi.decode_call(name, data) if name is not None else None
    if found is None:
        return Change("unknown", (target, "0x" + data.hex()))
    return Change(*found)


def changes_of(contracts: Contracts, proposal: Proposal) -> list[Change]:
    """What a proposal would change, in order."""
    return [decode_change(contracts, target, data) for target, data in proposal.calls]
