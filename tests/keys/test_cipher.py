"""What is sealed at rest: AES-256-GCM, and its keys in the key file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BadEvidence
from ledger.keys import sealed
from ledger.keys.cipher import NONCE_LENGTH, TAG_LENGTH, AesGcm
from ledger.keys.file import CIPHERS, KeyFile
from ledger.keys.sealed import SealedFile

PASSPHRASE = "口令"
KEY = b"k" * 32


@pytest.fixture(autouse=True)
def _cheap_scrypt() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(sealed, "COST", 2)
    yield
    patch.undo()


@given(st.binary(), st.binary())
def test_what_was_sealed_opens_in_its_context(plain: bytes, context: bytes) -> None:
    cipher = AesGcm(KEY)
    found = cipher.seal(plain, context)
    assert len(found) == len(plain) + NONCE_LENGTH + TAG_LENGTH
    assert cipher.open(found, context) == plain
    assert AESGCM(KEY).decrypt(found[:12], found[12:], context) == plain
    assert cipher.seal(plain, context) != found


@given(st.binary(max_size=40), st.data())
def test_anything_else_is_damage(plain: bytes, data: st.DataObject) -> None:
    found = AesGcm(KEY).seal(plain, b"context")
    place = data.draw(st.integers(0, len(found) - 1))
    changed = found[:place] + bytes([found[place] ^ 1]) + found[place + 1 :]
    cut = found[: data.draw(st.integers(0, len(found) - 1))]
    tries = [
        (AesGcm(KEY), changed, b"context"),
        (AesGcm(KEY), cut, b"context"),
        (AesGcm(KEY), found, b"other"),
        (AesGcm(b"o" * 32), found, b"context"),
    ]
    for cipher, text, context in tries:
        with pytest.raises(BadEvidence) as refused:
            cipher.open(text, context)
        assert refused.value.code == "sealed-damaged"


def test_the_same_keys_come_back(tmp_path: Path) -> None:
    made = KeyFile.create(tmp_path / "keys.json", PASSPHRASE).ciphers()
    opened = KeyFile.open(tmp_path / "keys.json", PASSPHRASE).ciphers()
    for ours, theirs in ((made.records, opened.records), (made.people, opened.people)):
        assert theirs.open(ours.seal(b"plain", b""), b"") == b"plain"
    with pytest.raises(BadEvidence):
        opened.people.open(made.records.seal(b"plain", b""), b"")


def older(path: Path) -> None:
    """A file as it was made before there were keys for what is at rest."""
    KeyFile.create(path, PASSPHRASE)
    file = SealedFile.open(path, PASSPHRASE, lambda size: bytes(size))
    file.secrets = [one for one in file.secrets if one[0] not in CIPHERS]
    file.save()


def test_an_older_file_gets_keys_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    older(path)
    before = KeyFile.open(path, PASSPHRASE)
    files = [KeyFile.open(path, PASSPHRASE) for _ in range(6)]
    made = []
    threads = [threading.Thread(target=lambda f=file: made.append(f.ciphers())) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    text = made[0].records.seal(b"plain", b"")
    assert {one.records.open(text, b"") for one in made} == {b"plain"}
    later = KeyFile.open(path, PASSPHRASE)
    assert later.ciphers().records.open(text, b"") == b"plain"
    assert later.signer("trust").public_key == before.signer("trust").public_key


def test_a_key_added_meanwhile_stays(tmp_path: Path) -> None:
    """Two open files: neither writes over what the other one added."""
    path = tmp_path / "keys.json"
    older(path)
    one, other = KeyFile.open(path, PASSPHRASE), KeyFile.open(path, PASSPHRASE)
    added = one.add("credential")
    other.ciphers()
    other.add("trust")
    found = KeyFile.open(path, PASSPHRASE)
    assert found.signer("credential").public_key == added.public_key
    assert len(found.signers("trust")) == 2
    found.ciphers()
