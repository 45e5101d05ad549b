"""The key file: what comes back, what is refused, what is on the disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account as EthAccount
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.core import ed25519
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, Refusal, WrongUse
from ledger.keys import sealed
from ledger.keys.file import PURPOSES, KeyFile

PASSPHRASE = "口令 with spaces"


@pytest.fixture(autouse=True)
def _cheap_scrypt() -> Iterator[None]:
    """The cost stands in the file and must match, so a lower one changes nothing else."""
    patch = pytest.MonkeyPatch()
    patch.setattr(sealed, "COST", 2)
    yield
    patch.undo()


def counted() -> Any:
    """Entropy that is different each time and the same in each run."""
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(2, "big").rjust(size, b"\x07")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_the_same_keys_come_back(path: Path) -> None:
    made = KeyFile.create(path, PASSPHRASE)
    opened = KeyFile.open(path, PASSPHRASE)
    for purpose in PURPOSES:
        assert opened.signer(purpose).public_key == made.signer(purpose).public_key
    assert opened.account().address == made.account().address
    publics = {made.signer(purpose).public_key for purpose in PURPOSES}
    assert len(publics) == len(PURPOSES)


def test_signatures_verify_and_keys_are_of_prime_order(path: Path) -> None:
    signer = KeyFile.create(path, PASSPHRASE).signer("credential")
    ed25519.check_public_key(signer.public_key)
    ed25519.verify(signer.public_key, b"message", signer.sign(b"message"))
    assert signer.sign(b"message") == signer.sign(b"message")


def test_added_keys_are_the_newest_and_stay(path: Path) -> None:
    keys = KeyFile.create(path, PASSPHRASE)
    first = keys.signer("credential").public_key
    second = keys.add("credential").public_key
    for found in (keys, KeyFile.open(path, PASSPHRASE)):
        assert [one.public_key for one in found.signers("credential")] == [first, second]
        assert found.signer("credential").public_key == second
        assert len(found.signers("trust")) == 1


@pytest.mark.parametrize("purpose", ["account", "gossip", ""])
def test_no_signer_for_what_is_no_purpose(path: Path, purpose: str) -> None:
    keys = KeyFile.create(path, PASSPHRASE)
    for ask in (keys.signer, keys.signers, keys.add):
        with pytest.raises(NotAllowed) as refused:
            ask(purpose)
        assert refused.value.code == "no-such-key"


def test_account_signs_transactions(path: Path) -> None:
    account = KeyFile.create(path, PASSPHRASE).account()
    fields = {
        "to": account.address,
        "value": 0,
        "gas": 21_000,
        "gasPrice": 0,
        "nonce": 0,
        "chainId": 7,
        "data": b"",
    }
    raw, tx_hash = account.sign_transaction(fields)
    assert EthAccount.recover_transaction(raw) == account.address
    assert len(tx_hash) == 66
    assert tx_hash.startswith("0x")


def test_imported_account(path: Path) -> None:
    secret = b"\x11" * 32
    keystore = json.dumps(
        EthAccount.encrypt(secret, PASSPHRASE, kdf="pbkdf2", iterations=2)
    ).encode()
    keys = KeyFile.create(path, PASSPHRASE, account_keystore=keystore)
    assert keys.account().address == EthAccount.from_key(secret).address
    assert KeyFile.open(path, PASSPHRASE).account().address == keys.account().address
    for bad in (keystore.replace(b'"mac": "', b'"mac": "0'), b"{}", b"[]", b"\xff"):
        with pytest.raises(NotAllowed) as refused:
            KeyFile.create(path.with_name("other.json"), PASSPHRASE, account_keystore=bad)
        assert refused.value.code == "keystore-unreadable"


@pytest.mark.parametrize("wrong", ["", "口令", PASSPHRASE + " ", "x" * 5_000])
def test_wrong_passphrase(path: Path, wrong: str) -> None:
    KeyFile.create(path, PASSPHRASE)
    with pytest.raises(NotAllowed) as refused:
        KeyFile.open(path, wrong)
    assert refused.value.code == "wrong-passphrase"


def test_no_file(path: Path) -> None:
    with pytest.raises(CouldNotLook) as refused:
        KeyFile.open(path, PASSPHRASE)
    assert refused.value.code == "key-file-missing"


def test_nobody_else_reads_the_file_and_no_secret_stands_in_it(path: Path) -> None:
    entropy = counted()
    seeds: list[bytes] = []

    def kept(size: int) -> bytes:
        seeds.append(entropy(size))
        return seeds[-1]

    KeyFile.create(path, PASSPHRASE, kept).add("trust")
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    secrets = [seed for seed in seeds if len(seed) == 32]
    assert len(secrets) == 8
    for seed in secrets:
        assert seed.hex() not in text
    assert os.listdir(path.parent) == [path.name]


def test_a_failed_write_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = KeyFile.create(path, PASSPHRASE)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WrongUse) as refused:
        keys.add("credential")
    assert refused.value.code == "key-file-unwritable"
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]
    assert len(keys.signers("credential")) == 1


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_damaged_file_is_refused_or_gives_the_same_keys(
    path: Path, data: st.DataObject
) -> None:
    """One byte changed or a piece cut out: never other keys, never a traceback."""
    made = KeyFile.create(path, PASSPHRASE, counted())
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole) - 1))
    stop = data.draw(st.one_of(st.just(start + 1), st.integers(start, len(whole))))
    path.write_bytes(whole[:start] + data.draw(st.binary(max_size=2)) + whole[stop:])
    try:
        opened = KeyFile.open(path, PASSPHRASE)
    except (BadEvidence, NotAllowed) as refusal:
        assert refusal.code in ("key-file-damaged", "wrong-passphrase")
        return
    for purpose in PURPOSES:
        known = [one.public_key for one in made.signers(purpose)]
        try:
            found = [one.public_key for one in opened.signers(purpose)]
        except NotAllowed:
            continue  # cut out whole
        assert found == known


@given(st.binary(max_size=60))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(BadEvidence) as refused:
        KeyFile.open(path, PASSPHRASE)
    assert refused.value.code == "key-file-damaged"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("field", ["type", "version", "kdf", "check", "secrets"])
@given(value=JSON)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_json_in_a_field(path: Path, field: str, value: object) -> None:
    KeyFile.create(path, PASSPHRASE, counted())
    whole = json.loads(path.read_text())
    whole[field] = value
    path.write_text(json.dumps(whole))
    try:
        KeyFile.open(path, PASSPHRASE).signers("credential")
    except Refusal as refusal:
        assert refusal.code in ("key-file-damaged", "no-such-key")
    else:
        assert value in (1, True)
        assert field == "version"


def test_secrets_cannot_be_swapped(path: Path) -> None:
    KeyFile.create(path, PASSPHRASE)
    whole = json.loads(path.read_text())
    whole["secrets"][1]["name"], whole["secrets"][2]["name"] = "checkpoint", "credential"
    path.write_text(json.dumps(whole))
    with pytest.raises(BadEvidence) as refused:
        KeyFile.open(path, PASSPHRASE)
    assert refused.value.code == "key-file-damaged"


def test_a_costlier_key_derivation_is_not_followed(path: Path) -> None:
    """A file must not make the reader compute for hours."""
    KeyFile.create(path, PASSPHRASE)
    whole = json.loads(path.read_text())
    whole["kdf"]["n"] = 1 << 40
    path.write_text(json.dumps(whole))
    with pytest.raises(BadEvidence):
        KeyFile.open(path, PASSPHRASE)
