"""`docs/spec/contracts.md`: its example is what the contracts do, its names are theirs."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from scripts.evm import load
from tests import reference_merkle as reference
from tests.contracts.world import ALICE, ALL_KINDS, BOB, SECOND, World, entries

PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "contracts.md"
TEXT = PAGE.read_text(encoding="utf-8")


def example() -> dict[str, str]:
    """The worked example, by name."""
    block = TEXT.split("```example\n")[1].split("```")[0]
    return dict(line.split(" = ", 1) for line in block.splitlines())


def test_the_example(world: World) -> None:
    said = example()
    domain = said["origin"].split("/")[0]
    size, seq, block, time = (int(said[name]) for name in ("size", "seq", "block", "time"))
    world.evm.time, world.evm.block = time, block
    world.apply(SECOND, "EX", domain, [])
    world.decide(("registry", "admit", 2), ("registry", "accredit", 2, ALL_KINDS, 0, 0, time + 9))
    stream = bytes.fromhex(said["stream id"])
    assert stream == sha256(said["origin"].encode()).digest()
    assert world.registry.get("stream", stream)[5] == said["origin"]
    world.anchor(stream, size, writer=SECOND)
    slot = int(said["first slot"], 16)
    assert world.log.get("head", stream)[1] == seq
    assert world.evm.storage(world.log.address, slot) == int(said["first word"], 16)
    root = int.from_bytes(reference.root(entries(size)), "big")
    assert world.evm.storage(world.log.address, slot + 1) == root
    world.decide(("registry", "closeStream", stream))
    head = world.log.get("head", stream)
    change = ("openSuccessor", 2, 1, world.evm.chain_id, stream, head[0], head[4])
    world.decide(("registry", *change), by=(ALICE, SECOND, BOB))
    newest = world.registry.get("streams", 2)[-1]
    assert world.registry.get("stream", newest)[5] == said["successor's origin"]


def test_all_events_are_named() -> None:
    section = TEXT.split("## Events\n")[1]
    for name in ("Council", "IssuerRegistry", "RecordLog"):
        sentence = section.split(f"`{name}`:")[1].split(".")[0]
        events = {item["name"] for item in load(name)["abi"] if item["type"] == "event"}
        assert set(re.findall(r"`(\w+)`", sentence)) == events


def test_the_slots_are_the_layouts() -> None:
    storage = load("IssuerRegistry")["storageLayout"]["storage"]
    slots = {item["label"]: item["slot"] for item in storage}
    for label, slot in re.findall(r"`(_\w+)`, slot (\d+)", TEXT):
        assert slots[label] == slot
