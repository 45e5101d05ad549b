"""Key files that were tampered with, cut off by a crash, or are no key files at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account as EthAccount

from ledger.errors import BadEvidence, NotAllowed, Refusal
from ledger.keys import sealed
from ledger.keys.file import KeyFile

SECRET = "correct horse"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less work for scrypt, so that hundreds of files can be opened."""
    monkeypatch.setattr(sealed, "COST", 1 << 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_passphrase_in_any_script(path: Path) -> None:
    KeyFile.create(path, "口令𠮷🔑")
    KeyFile.open(path, "口令𠮷🔑")


def test_crash_before_the_rename(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file stands whole; the new key was given to nobody."""
    keys = KeyFile.create(path, SECRET)
    before = path.read_bytes()

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", dies)
        with pytest.raises(KeyboardInterrupt):
            keys.add("credential")
    assert path.read_bytes() == before
    assert len(KeyFile.open(path, SECRET).signers("credential")) == 1


def test_disk_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = KeyFile.create(path, SECRET)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Refusal) as caught:
            keys.add("credential")
    assert caught.value.code == "key-file-unwritable"
    assert len(keys.signers("credential")) == 1
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]
    keys.add("credential")
    assert len(KeyFile.open(path, SECRET).signers("credential")) == 2


def test_folder_that_is_not_there(path: Path) -> None:
    with pytest.raises(Refusal, match="key-file-unwritable"):
        KeyFile.create(path.parent / "no" / "keys.json", SECRET)


def swapped(value: dict[str, Any]) -> None:
    value["secrets"][1], value["secrets"][2] = value["secrets"][2], value["secrets"][1]


def renamed(value: dict[str, Any]) -> None:
    value["secrets"][1]["name"] = "trust"


def contents_swapped(value: dict[str, Any]) -> None:
    first, second = value["secrets"][1], value["secrets"][2]
    first["sealed"], second["sealed"] = second["sealed"], first["sealed"]


def cheaper(value: dict[str, Any]) -> None:
    value["kdf"]["n"] = 2


def newer(value: dict[str, Any]) -> None:
    value["version"] = 2


def no_check(value: dict[str, Any]) -> None:
    del value["check"]


def first_gone(value: dict[str, Any]) -> None:
    del value["secrets"][0]


def not_hex(value: dict[str, Any]) -> None:
    value["kdf"]["salt"] = "zz"


@pytest.mark.parametrize(
    "damage",
    [swapped, renamed, contents_swapped, cheaper, newer, no_check, first_gone, not_hex],
)
def test_tampered(path: Path, damage: Callable[[dict[str, Any]], None]) -> None:
    KeyFile.create(path, SECRET)
    value = json.loads(path.read_bytes())
    damage(value)
    path.write_text(json.dumps(value))
    with pytest.raises(BadEvidence, match="key-file-damaged"):
        KeyFile.open(path, SECRET)


@pytest.mark.parametrize("data", [b"", b"[]", b"7", b"[" * 100_000, b"\xff", b'{"type": 1}'])
def test_not_a_key_file(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(BadEvidence, match="key-file-damaged"):
        KeyFile.open(path, SECRET)


def test_account_from_a_keystore(path: Path) -> None:
    secret = bytes(range(1, 33))
    keystore = EthAccount.encrypt(secret, SECRET, kdf="scrypt", iterations=2)
    keys = KeyFile.create(path, SECRET, account_keystore=json.dumps(keystore).encode())
    assert keys.account().address == EthAccount.from_key(secret).address


@pytest.mark.parametrize(
    "keystore", [b"", b"{}", b"[]", b"null", b'{"crypto":{}}', b'{"crypto":5,"version":3}', b"\xff"]
)
def test_keystore_that_will_not_do(path: Path, keystore: bytes) -> None:
    with pytest.raises(NotAllowed, match="keystore-unreadable"):
        KeyFile.create(path, SECRET, account_keystore=keystore or b" ")
    assert not path.exists()


def test_keystore_of_another_passphrase(path: Path) -> None:
    keystore = json.dumps(EthAccount.encrypt(b"\x01" * 32, "other", kdf="scrypt", iterations=2))
    with pytest.raises(NotAllowed, match="keystore-unreadable"):
        KeyFile.create(path, SECRET, account_keystore=keystore.encode())
