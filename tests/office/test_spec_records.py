"""The worked examples of the pages on export, erasure and files of statements are true."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

from ledger.core import ed25519, merkle
from ledger.core.commitment import commit
from ledger.core.erasure import PREFIX, parse_erasure
from ledger.core.record import parse_record
from ledger.core.record_verification import verify_record
from ledger.core.signed_note import open_checkpoint
from ledger.office.ingest import read_statements
from ledger.office.mapping import parse_mapping
from tests.builders import NOW
from tests.records import make_trust, make_view

FOLDER = Path(__file__).parents[2] / "docs" / "spec"


def example(page: str) -> Any:
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    (block,) = re.findall(r"^```json example\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return json.loads(block)


def test_export() -> None:
    found = example("export")
    data = json.dumps(found["record"]).encode()
    record = parse_record(data)
    assert record.payload.decode() == found["payload"]
    assert commit(record.salt, record.payload).hex() == found["commitment"]
    assert record.record_entry.commitment.hex() == found["commitment"]
    leaf = merkle.leaf_hash(record.entry)
    assert leaf.hex() == found["leaf"]
    assert record.anchorage is not None
    proof, root = record.anchorage.proof, bytes.fromhex(found["root"])
    key = bytes.fromhex(found["checkpoint_key"])
    signed = open_checkpoint(proof.checkpoint, record.origin, key)
    assert signed.root == root
    merkle.verify_inclusion(leaf, proof.index, signed.size, proof.path, root)
    assert verify_record(data, make_trust(), make_view(), NOW).verdict == "valid"


def test_erasure() -> None:
    found = example("erasure")
    receipt = parse_erasure(json.dumps(found["receipt"]).encode())
    assert receipt.signed_bytes().decode() == found["signed"].replace("\\0", "\0")
    assert receipt.signed_bytes().startswith(PREFIX)
    receipt.verify(bytes.fromhex(found["public_key"]))
    assert receipt.key == ed25519.key_id(bytes.fromhex(found["public_key"]))
    ((_, (leaf,)),) = receipt.streams
    assert leaf.leaf == merkle.leaf_hash(bytes.fromhex(found["entry"]))


def test_ingest() -> None:
    found = example("ingest")
    mapping = parse_mapping(json.dumps(found["mapping"]).encode())
    rows = list(read_statements(io.BytesIO(found["csv"].encode()).read, mapping))
    assert rows == [(2, found["statement"])]
