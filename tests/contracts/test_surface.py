"""What can change the contracts, where things are stored, that the artifacts are the sources'."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from scripts import compile as compiler
from scripts.evm import Evm, deploy_ledger, load
from tests.contracts.world import ALICE, DEPLOYER, LEARNING, World

MUTATING = {
    "Council": {
        "propose",
        "approve",
        "execute",
        "veto",
        "addMember",
        "removeMember",
        "setThreshold",
    },
    "IssuerRegistry": {
        "submitApplication",
        "admit",
        "accredit",
        "endAccreditation",
        "addKey",
        "freezeKey",
        "lowerCutOff",
        "setWriter",
        "closeStream",
        "openSuccessor",
        "setEndpoints",
    },
    "RecordLog": {"anchor"},
}


@pytest.mark.parametrize("name", MUTATING)
def test_nothing_else_changes_anything(name: str) -> None:
    abi = load(name)["abi"]
    functions = [item for item in abi if item["type"] == "function"]
    changing = {f["name"] for f in functions if f["stateMutability"] not in ("view", "pure")}
    assert changing == MUTATING[name]
    assert {item["type"] for item in abi} == {"constructor", "function", "event", "error"}
    assert all(i.get("stateMutability") != "payable" for i in abi), "no contract takes money"


@pytest.mark.parametrize("name", MUTATING)
def test_no_way_to_replace_the_code(name: str) -> None:
    """No DELEGATECALL, CALLCODE, SELFDESTRUCT, CREATE or CREATE2 among the instructions."""
    code = bytes.fromhex(load(name)["deployedBytecode"][2:])
    end = len(code) - 2 - int.from_bytes(code[-2:], "big")
    seen, at = set(), 0
    while at < end:
        seen.add(code[at])
        at += code[at] - 0x5E if 0x60 <= code[at] <= 0x7F else 1
    assert not seen & {0xF4, 0xF2, 0xFF, 0xF0, 0xF5}
    assert 0x5F not in seen and 0x5E not in seen, "london has neither PUSH0 nor MCOPY"
    assert len(code) <= 24_576


def types(name: str) -> dict[str, dict[str, object]]:
    layout: dict[str, dict[str, object]] = load(name)["storageLayout"]["types"]
    return layout


def members(name: str, struct: str) -> list[tuple[str, str, int]]:
    """(label, slot, offset) of a struct."""
    found = types(name)[f"t_struct({struct})_storage"]["members"]
    assert isinstance(found, list)
    return [(m["label"], m["slot"], m["offset"]) for m in found]


def test_the_head_has_two_slots() -> None:
    assert load("RecordLog")["storageLayout"]["storage"] == [
        {
            "contract": "contracts/RecordLog.sol:RecordLog",
            "label": "_heads",
            "offset": 0,
            "slot": "0",
            "type": "t_mapping(t_userDefinedValueType(StreamId),t_struct(Head)_storage)",
        }
    ]
    assert types("RecordLog")["t_struct(Head)_storage"]["numberOfBytes"] == "64"
    assert members("RecordLog", "Head") == [
        ("size", "0", 0),
        ("seq", "0", 8),
        ("blockNumber", "0", 16),
        ("time", "0", 24),
        ("root", "1", 0),
    ]


def test_the_head_lies_where_the_layout_says(world: World) -> None:
    slot = int.from_bytes(keccak(LEARNING + bytes(32)), "big")
    address = world.log.address
    assert [world.evm.storage(address, slot + n) for n in (0, 1, 2)] == [0, 0, 0]
    world.anchor(LEARNING, 5)
    size, seq, block, time, root = world.log.get("head", LEARNING)
    packed = size | seq << 64 | block << 128 | time << 192
    found = [world.evm.storage(address, slot + n) for n in (0, 1, 2)]
    assert found == [packed, int.from_bytes(root, "big"), 0]


def test_what_authority_reads_is_in_first_slots() -> None:
    assert [m[0] for m in members("IssuerRegistry", "StreamRow") if m[1] == "0"] == [
        "writer",
        "institution",
        "kind",
        "closed",
        "generation",
    ]
    first = [m[0] for m in members("IssuerRegistry", "AccreditationRow") if m[1] == "0"]
    assert first == ["from", "until", "ended", "kinds"]


def test_the_code_hash_names_the_network() -> None:
    def code(chain_id: int, network: bytes) -> bytes:
        evm = Evm(chain_id=chain_id)
        return evm.code(deploy_ledger(evm, DEPLOYER, ALICE, network).log.address)

    one = code(1, b"\x01" * 32)
    assert one == code(1, b"\x01" * 32)
    assert len({keccak(c) for c in (one, code(2, b"\x01" * 32), code(1, b"\x02" * 32))}) == 3


def test_the_immutables_lie_where_the_artifact_says(world: World) -> None:
    artifact = load("RecordLog")
    code = bytearray(world.evm.code(world.log.address))
    expected = {
        "REGISTRY": world.registry.address.rjust(32, b"\0"),
        "CHAIN_ID": world.evm.chain_id.to_bytes(32, "big"),
        "NETWORK_ID": world.log.get("NETWORK_ID"),
    }
    assert set(artifact["immutableReferences"]) == set(expected)
    for name, places in artifact["immutableReferences"].items():
        for place in places:
            where = slice(place["start"], place["start"] + place["length"])
            assert code[where] == expected[name]
            code[where] = bytes(place["length"])
    assert "0x" + code.hex() == artifact["deployedBytecode"]


def test_artifacts_are_what_the_sources_compile_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compiler.main(["--check"]) == 0
    copy = tmp_path / "artifacts"
    shutil.copytree(compiler.ARTIFACTS, copy)
    monkeypatch.setattr(compiler, "ARTIFACTS", copy)
    changed = json.loads((copy / "Council.json").read_bytes())
    changed["bytecode"] = changed["bytecode"][:-2]
    (copy / "Council.json").write_text(json.dumps(changed), encoding="utf-8")
    (copy / "RecordLog.json").unlink()
    (copy / "Old.json").write_text("{}", encoding="utf-8")
    capsys.readouterr()
    assert compiler.main(["--check"]) == 1
    said = capsys.readouterr().err
    for line in (
        "Council.json: differs",
        "RecordLog.json: missing",
        "Old.json: belongs to no contract",
    ):
        assert line in said


def test_without_a_compiler_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compiler.main(["--check", "--solc", str(tmp_path / "none")]) == 2
    assert "npm ci" in capsys.readouterr().err
