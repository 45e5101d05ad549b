"""The worked examples of the pages on credentials, status, look-up, trust and verdicts are true."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.core import ed25519, merkle
from ledger.core.canonical import canonical_json
from ledger.core.commitment import commit
from ledger.core.credential import read_credential
from ledger.core.entry import Action, StatusEntry, decode
from ledger.core.frame import encode_claims, frame_from_text, frame_hash, parse_frame
from ledger.core.lookup import bucket, depth, parse_bucket
from ledger.core.status import CHUNKS_PER_LIST, replay
from ledger.core.trust import fingerprint, parse_trust, verify_signatures
from ledger.core.verdict import CODES
from ledger.core.view import nothing
from tests.builders import STATUS_INDEX, World, make_trust
from tests.core.test_verification import BASE, UNKNOWNS, judge, with_status

FOLDER = Path(__file__).parents[2] / "docs" / "spec"


def examples(page: str) -> list[Any]:
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    found = re.findall(r"^```json example\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found, f"{page}.md has no worked example"
    return [json.loads(block) for block in found]


def test_qr_frame() -> None:
    (example,) = examples("qr-frame")
    base, raw = frame_from_text(example["text"])
    assert (base, raw.hex()) == (example["verify_url"], example["frame"])
    frame = parse_frame(raw)
    assert encode_claims(frame.claims) == frame.claims_bytes
    assert frame.claims.name == example["claims"]["name"]
    assert frame.claims.number == example["claims"]["number"]
    assert frame.signed.hex() == example["signed"]
    ed25519.verify(bytes.fromhex(example["public_key"]), frame.signed, frame.signature)
    assert frame_hash(raw).hex() == example["frame_hash"]


def test_credential() -> None:
    (example,) = examples("credential")
    view = read_credential(example["document"])
    assert json.loads(view.content.to_bytes()) == example["content"]
    assert view.status_index == example["status_index"]
    assert view.signed.hex() == example["signed"]
    ed25519.verify(bytes.fromhex(example["public_key"]), view.signed, view.proof.signature)
    salt = bytes.fromhex(example["salt"])
    assert view.proof.salt == salt
    assert commit(salt, canonical_json(example["document"])).hex() == example["commitment"]


def test_status_list() -> None:
    (example,) = examples("status-list")
    entries = [decode(bytes.fromhex(one)) for one in example["entries"]]
    history = replay(one for one in entries if isinstance(one, StatusEntry))
    assert history.size == len(entries)
    assert history.current.lists == example["lists"]
    root = history.current.root()
    assert root.hex() == example["root"]
    for one in example["states"]:
        assert history.state(one["index"]) == one["state"]
    for one in example["chunks"]:
        leaf = merkle.leaf_hash(bytes.fromhex(one["chunk"]))
        path = [bytes.fromhex(node) for node in one["path"]]
        size = example["lists"] * CHUNKS_PER_LIST
        merkle.verify_inclusion(leaf, one["number"], size, path, root)


def test_lookup() -> None:
    address, answer = examples("lookup")
    assert depth(address["size"]) == address["depth"]
    assert bucket(bytes.fromhex(address["key"]), address["depth"]) == address["hex"]
    parsed = parse_bucket(json.dumps(answer["answer"]).encode())
    root = bytes.fromhex(answer["root"])
    for member in parsed.members:
        leaf = merkle.leaf_hash(member.entry)
        merkle.verify_inclusion(leaf, member.index, parsed.size, member.path, root)


def test_trust_bundle() -> None:
    (example,) = examples("trust-bundle")
    bundle = parse_trust(json.dumps(example["bundle"]).encode())
    assert fingerprint(bundle) == example["fingerprint"]
    assert verify_signatures(bundle) == example["signatures"]
    assert bundle.self_declared is example["self_declared"]


WORLDS: dict[str, World] = {
    "everything there": BASE,
    "offline": replace(BASE, view=nothing()),
    "revoked": with_status((Action.REVOKE, STATUS_INDEX)),
    "bundle with one signature of two": replace(BASE, trust=make_trust(signers=1)),
    "stolen key, never logged": UNKNOWNS["never logged"][2](),
}


@pytest.mark.parametrize("name", WORLDS)
def test_verdict(name: str) -> None:
    (example,) = examples("verdict")
    assert set(example) == set(WORLDS)
    value = judge(WORLDS[name]).to_json("en")
    assert value["verdict"] == example[name]["verdict"]
    assert value["level"] == example[name]["level"]
    states = {one["code"]: one["state"] for one in value["checks"]}
    assert states == example[name]["checks"]
    assert value["lines"][:2] == example[name]["first_lines"]


def test_the_page_on_verdicts_names_every_check() -> None:
    text = (FOLDER / "verdict.md").read_text("utf-8")
    assert [code for code in CODES if f"| `{code}` |" not in text] == []
