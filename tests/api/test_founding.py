"""`init` that was begun before, and the account and passphrase that it is given."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from eth_account import Account

from api.founding import prepare
from api.home import Home, passphrase
from ledger.errors import NotAllowed, Refusal


def _keystore(folder: Path, name: str) -> tuple[Path, str]:
    account = Account.from_key(os.urandom(32))
    path = folder / name
    sealed = Account.encrypt(account.key, "correct horse", kdf="pbkdf2", iterations=2)
    path.write_text(json.dumps(sealed))
    return path, str(account.address)


def test_another_account_is_never_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUEZHENG_PASSPHRASE", "correct horse")
    first, address = _keystore(tmp_path, "first.json")
    second, _ = _keystore(tmp_path, "second.json")
    home = Home(tmp_path / "home")
    assert prepare(home, first) == address
    assert prepare(home, first) == prepare(home, None) == address
    with pytest.raises(Refusal, match="account-differs"):
        prepare(home, second)


def test_no_passphrase_is_made_up_for_an_account_that_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XUEZHENG_PASSPHRASE", raising=False)
    monkeypatch.delenv("XUEZHENG_PASSPHRASE_FILE", raising=False)
    monkeypatch.setattr("sys.stdin", None)
    keystore, _ = _keystore(tmp_path, "v3.json")
    home = Home(tmp_path / "home")
    with pytest.raises(NotAllowed, match="no-passphrase"):
        prepare(home, keystore)
    assert not home.passphrase_file.exists()


def test_an_empty_passphrase_file_is_no_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XUEZHENG_PASSPHRASE", raising=False)
    empty = tmp_path / "empty"
    empty.write_bytes(b"\r\n")
    monkeypatch.setenv("XUEZHENG_PASSPHRASE_FILE", str(empty))
    with pytest.raises(NotAllowed, match="no-passphrase"):
        passphrase(Home(tmp_path), create=True)
