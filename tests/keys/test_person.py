"""A person's key file: what comes back, what is refused, what is on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.core.people import ED25519, check_person_key, verify_person
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, Refusal, WrongUse
from ledger.keys import sealed
from ledger.keys.file import KeyFile
from ledger.keys.person import ACCOUNT, PERSON, create_person_key, open_person_key
from ledger.keys.sealed import SealedFile

WHO = "https://univ-a.example|t-0042 王"
PASSPHRASE = "口令 with spaces"
CONTENT = {"leaf": 7}


@pytest.fixture(autouse=True)
def _cheap_scrypt() -> Iterator[None]:
    """The cost stands in the file and must match, so a lower one changes nothing else."""
    patch = pytest.MonkeyPatch()
    patch.setattr(sealed, "COST", 2)
    yield
    patch.undo()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "me.key"


def test_the_same_key_comes_back_and_signs(path: Path) -> None:
    made = create_person_key(path, WHO, PASSPHRASE)
    opened = open_person_key(path, PASSPHRASE)
    assert (opened.account, opened.key) == (WHO, made.key)
    assert made.key.alg == ED25519
    check_person_key(opened.key)
    signature = opened.sign("appeal", CONTENT)
    assert signature == made.sign("appeal", CONTENT)
    assert (signature.account, signature.key) == (WHO, made.key.id)
    verify_person(made.key, signature, "appeal", CONTENT)


def test_each_file_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = {create_person_key(tmp_path / str(n), WHO, PASSPHRASE).key for n in range(3)}
    assert len(keys) == 3


def test_only_the_owner_may_read_it_and_it_says_nothing(path: Path) -> None:
    before = os.umask(0)
    try:
        made = create_person_key(path, WHO, PASSPHRASE)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_bytes()
    assert b"t-0042" not in text and made.key.public.hex().encode() not in text
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_nothing_is_overwritten(path: Path) -> None:
    made = create_person_key(path, WHO, PASSPHRASE)
    for other in (b"", b"another file"):
        stranger = path.with_name(f"other-{len(other)}")
        stranger.write_bytes(other)
        with pytest.raises(WrongUse) as refused:
            create_person_key(stranger, WHO, PASSPHRASE)
        assert refused.value.code == "key-file-exists"
        assert stranger.read_bytes() == other
    with pytest.raises(WrongUse, match="key-file-exists"):
        create_person_key(path, WHO, "another")
    assert open_person_key(path, PASSPHRASE).key == made.key


def test_a_link_is_not_followed(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere"))
    with pytest.raises(WrongUse, match="key-file-exists"):
        create_person_key(path, WHO, PASSPHRASE)
    assert not path.exists()


def test_where_nothing_can_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongUse, match="key-file-unwritable"):
        create_person_key(path / "missing" / "me.key", WHO, PASSPHRASE)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WrongUse, match="key-file-unwritable"):
        create_person_key(path, WHO, PASSPHRASE)
    assert list(path.parent.iterdir()) == []  # so that the next try can succeed


@pytest.mark.parametrize(
    "account",
    [
        "",
        "t-0042",
        "univ-a|t-0042",
        "https://univ-a.example|",
        "|x",
        "https://a.example|b\n",
        "a:|" + "x" * 4_000,
    ],
    ids=range(7),
)
def test_account_that_is_none(path: Path, account: str) -> None:
    with pytest.raises(WrongUse) as refused:
        create_person_key(path, account, PASSPHRASE)
    assert refused.value.code == "account-form"
    assert not path.exists()


def test_the_wrong_passphrase_and_no_file(path: Path) -> None:
    with pytest.raises(CouldNotLook, match="key-file-missing"):
        open_person_key(path, PASSPHRASE)
    create_person_key(path, WHO, PASSPHRASE)
    with pytest.raises(NotAllowed, match="wrong-passphrase"):
        open_person_key(path, PASSPHRASE + " ")


def test_an_institutions_keys_are_no_persons_key(path: Path) -> None:
    KeyFile.create(path, PASSPHRASE)
    with pytest.raises(BadEvidence, match="person-key-other"):
        open_person_key(path, PASSPHRASE)


@pytest.mark.parametrize(
    "secrets",
    [
        [],
        [(PERSON, bytes(32))],
        [(ACCOUNT, WHO.encode()), (PERSON, bytes(32))],
        [(PERSON, bytes(32)), (ACCOUNT, WHO.encode()), (PERSON, bytes(32))],
        [(PERSON, bytes(31)), (ACCOUNT, WHO.encode())],
        [(PERSON, bytes(32)), (ACCOUNT, b"\xff")],
    ],
    ids=range(6),
)
def test_other_secrets(path: Path, secrets: list[tuple[str, bytes]]) -> None:
    file = SealedFile.create(path, PASSPHRASE, os.urandom)
    file.secrets = secrets
    file.save()
    with pytest.raises(BadEvidence) as refused:
        open_person_key(path, PASSPHRASE)
    assert refused.value.code in ("person-key-other", "key-file-damaged")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_change_of_the_file_is_noticed(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "one.key"
    path.unlink(missing_ok=True)
    made = create_person_key(path, WHO, PASSPHRASE)
    text = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(text[: data.draw(st.sampled_from([place, len(text)]))]))
    try:
        opened = open_person_key(path, PASSPHRASE)
    except Refusal:
        return
    assert (opened.account, opened.key) == (WHO, made.key)
