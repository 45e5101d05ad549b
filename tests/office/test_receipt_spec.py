"""The worked example of docs/spec/receipt.md is true."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from ledger.core.canonical import canonical_json
from ledger.core.ed25519 import key_id, verify
from ledger.core.entry import RecordEntry, encode
from ledger.core.kinds import Kind
from ledger.core.merkle import leaf_hash
from ledger.keys.file import Ed25519Signer
from ledger.memory import MemoryDocumentStore, MemoryStatementStore, MemoryStreamStore
from ledger.office.context import Identity, Office
from ledger.office.receipt import PREFIX, receipt
from ledger.ports import NewRecord

PAGE = Path(__file__).parents[2] / "docs" / "spec" / "receipt.md"


def made(seed: bytes, time: int, commitment: bytes) -> dict[str, Any]:
    """The receipt of a stream's first entry, by the code."""
    entry = encode(RecordEntry(Kind.LEARNING, time, commitment))
    store = MemoryStreamStore()
    with store.writer("learning") as writer:
        writer.append([NewRecord(entry, b"payload", bytes(32), b"identity")])
    signer = Ed25519Signer(seed)

    def never(*_: Any) -> Any:
        raise AssertionError("a receipt needs neither chain nor chance")

    office = Office(
        identity=Identity("north", "north.example", "", "", "", ""),
        store=store,
        statements=MemoryStatementStore(store),
        documents=MemoryDocumentStore(),
        reader=never,
        sender=never,
        signer=lambda purpose: {"receipt": signer}[purpose],
        signers=never,
        clock=never,
        millis=never,
        entropy=never,
    )
    return receipt(office, "learning", 0)


def test_worked_example() -> None:
    (block,) = re.findall(
        r"^```json example\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    example = json.loads(block)
    seed = bytes.fromhex(example["receipt_key_seed"])
    commitment = bytes.fromhex(example["commitment"])
    found = made(seed, example["time"], commitment)
    assert found == example["receipt"]
    entry = bytes.fromhex(example["entry"])
    assert entry == encode(RecordEntry(Kind.LEARNING, example["time"], commitment))
    assert found["leaf"] == leaf_hash(entry).hex()
    public = Ed25519Signer(seed).public_key
    assert found["key"] == key_id(public).hex()
    body = {name: value for name, value in found.items() if name != "signature"}
    signed = PREFIX + canonical_json(body)
    assert signed.decode() == example["signed"].replace("\\0", "\0")
    verify(public, signed, base64.b64decode(found["signature"]))
