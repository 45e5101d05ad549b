"""The auditor's progress file: what earlier runs replayed, of which chain, with a checksum."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.shape import Shape
from ledger.core.trust import Chain
from ledger.errors import BadEvidence, WrongUse
from verifier.replay import State

TYPE = "XuezhengAuditState"
EVERY = 5.0
"""Seconds between two saves of a run under way."""


def pin(chain: Chain) -> str:
    """Names the chain and its record log: a state of another one must not be continued."""
    return f"{chain.chain_id}/{chain.genesis_hash}/{chain.record_log.address}"


def load_state(path: Path | None, pinned: str) -> State:
    """Streams replayed by earlier runs; empty when there is no such file yet.

    Raises WrongUse("state-damaged") for a state of another chain and for anything that is none.
    """
    if path is None or not path.exists():
        return {}
    try:
        shape = Shape(parse_json(path.read_bytes()), "audit-state")
        shape.object(("type", "pin", "streams", "checksum"))
        shape["type"].exactly(TYPE)
        shape["pin"].exactly(pinned)
        streams = shape["streams"].value
        shape["checksum"].exactly(_checksum(streams))
    except (OSError, BadEvidence) as error:
        raise WrongUse("state-damaged", path=path) from error
    if type(streams) is not dict:
        raise WrongUse("state-damaged", path=path)
    return streams


class StateFile:
    """Writes the state atomically, so that a kill leaves the one before or the one after."""

    def __init__(self, path: Path, pinned: str) -> None:
        self._path, self._pin = path, pinned
        self._saved = time.monotonic()

    def now_and_then(self, streams: State) -> None:
        """Saves unless it was saved a moment ago."""
        if time.monotonic() - self._saved >= EVERY:
            self.save(streams)

    def save(self, streams: State) -> None:
        """Raises WrongUse("file-unwritable")."""
        content = {
            "type": TYPE, "pin": self._pin, "streams": streams, "checksum": _checksum(streams),
        }  # fmt: skip
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(canonical_json(content))
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise WrongUse("file-unwritable", path=self._path, why=error.strerror) from error
        self._saved = time.monotonic()


def _checksum(streams: Any) -> str:
    return sha256(canonical_json(streams)).hexdigest()
