"""The compiled contracts, as committed under `artifacts/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

COUNCIL = "Council"
REGISTRY = "IssuerRegistry"
RECORD_LOG = "RecordLog"
NAMES = (COUNCIL, REGISTRY, RECORD_LOG)


@dataclass(frozen=True)
class Artifact:
    """One contract: ABI, creation code, runtime code, and where in it the immutables stand."""

    name: str
    abi: list[dict[str, Any]]
    creation: bytes
    runtime: bytes
    immutables: dict[str, tuple[tuple[int, int], ...]]  # name -> (start, length) in bytes

    def same_code(self, code: bytes) -> bool:
        """Whether runtime code is this contract's, whatever its immutables hold."""
        return len(code) == len(self.runtime) and self._masked(code) == self._masked(self.runtime)

    def immutable(self, code: bytes, name: str) -> bytes | None:
        """The 32 bytes that an immutable holds; None if its places disagree."""
        found = {code[start : start + length] for start, length in self.immutables[name]}
        return found.pop() if len(found) == 1 else None

    def _masked(self, code: bytes) -> bytes:
        masked = bytearray(code)
        for places in self.immutables.values():
            for start, length in places:
                masked[start : start + length] = bytes(length)
        return bytes(masked)


@cache
def artifact(name: str) -> Artifact:
    """The artifact of one of NAMES."""
    found = json.loads((files("ledger.chain") / "artifacts" / f"{name}.json").read_bytes())
    immutables = {
        variable: tuple((place["start"], place["length"]) for place in places)
        for variable, places in found["immutableReferences"].items()
    }
    return Artifact(
        name,
        found["abi"],
        bytes.fromhex(found["bytecode"].removeprefix("0x")),
        bytes.fromhex(found["deployedBytecode"].removeprefix("0x")),
        immutables,
    )
