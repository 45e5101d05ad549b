"""The worked examples under docs/spec are true."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from ledger.core import (
    canonical,
    commitment,
    ed25519,
    entry,
    merkle,
    multibase,
    signed_note,
    streams,
    tiles,
)
from tests.core.test_entry import shown

FOLDER = Path(__file__).parents[2] / "docs" / "spec"


def _blocks(page: str, kind: str) -> list[str]:
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    found = re.findall(rf"^```{kind} example\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found, f"{page}.md has no worked example"
    return found


def _examples(page: str) -> list[dict[str, Any]]:
    return [json.loads(block) for block in _blocks(page, "json")]


def _hex(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def test_merkle() -> None:
    (example,) = _examples("merkle")
    leaves, root = merkle.leaf_hashes(_hex(example["entries"])), bytes.fromhex(example["root"])
    assert leaves == _hex(example["leaf_hashes"])
    assert merkle.root(leaves) == root
    path, index = _hex(example["inclusion_path"]), example["index"]
    assert merkle.inclusion_path(leaves, index) == path
    merkle.verify_inclusion(leaves[index], index, len(leaves), path, root)
    old, proof = example["old_size"], _hex(example["consistency_path"])
    old_root = bytes.fromhex(example["old_root"])
    assert merkle.root(leaves[:old]) == old_root
    merkle.verify_consistency(old, len(leaves), old_root, root, proof)


def test_tiles() -> None:
    (example,) = _examples("tiles")
    found = {tile.level: tile.path for tile in tiles.tiles_between(0, example["size"])}
    assert list(found.values()) == example["last_tiles"]
    assert tiles.entries_path(1234067) == example["entries_of_tile_1234067"]
    entries = _hex(example["bundle_of_entries"])
    assert tiles.pack_entries(entries).hex() == example["bundle"]
    assert tiles.unpack_entries(bytes.fromhex(example["bundle"])) == entries


def test_checkpoint() -> None:
    (example,), (text,) = _examples("checkpoint"), _blocks("checkpoint", "text")
    origin, public = example["origin"], bytes.fromhex(example["public_key"])
    found = signed_note.open_checkpoint(text.encode(), origin, public)
    assert (found.size, found.root.hex()) == (example["size"], example["root"])
    assert streams.stream_id(origin).hex() == example["stream_id"]
    assert signed_note.note_key_id(origin, 1, public).hex() == example["key_id"]
    note, witness = signed_note.parse_note(text.encode()), example["witness"]
    key = bytes.fromhex(witness["public_key"])
    assert signed_note.verify_cosignature(note, witness["name"], key) == witness["time"]
    assert signed_note.note_key_id(witness["name"], 4, key).hex() == example["witness_key_id"]


def test_entry() -> None:
    for example in _examples("entry"):
        data = bytes.fromhex(example["bytes"])
        assert shown(entry.decode(data)) == example["entry"]
        assert merkle.leaf_hash(data).hex() == example["leaf_hash"]


def test_the_entry_page_names_every_number() -> None:
    text = (FOLDER / "entry.md").read_text("utf-8")
    enums: list[Any] = [entry.Kind, entry.CredentialType, entry.Action, entry.EvaluationKind]
    for numbers in enums:
        for member in numbers:
            assert f"{int(member)} {member.name.lower().replace('_', ' ')}" in text


def test_commitment() -> None:
    (example,) = _examples("commitment")
    made = commitment.commit(bytes.fromhex(example["salt"]), bytes.fromhex(example["payload"]))
    assert made.hex() == example["commitment"]


def test_canonical_json() -> None:
    (example,) = _examples("canonical-json")
    made = canonical.canonical_json(canonical.parse_json(example["input"].encode()))
    assert made == example["output"].encode()
    assert hashlib.sha256(made).hexdigest() == example["sha256"]


def test_signatures() -> None:
    (example,) = _examples("signatures")
    public = bytes.fromhex(example["public_key"])
    ed25519.check_public_key(public)
    message, signature = (bytes.fromhex(example[name]) for name in ("message", "signature"))
    ed25519.verify(public, message, signature)
    assert ed25519.key_id(public).hex() == example["key_id"]
    assert multibase.encode_ed25519(public) == example["multikey"]
