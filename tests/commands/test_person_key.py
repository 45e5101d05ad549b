"""`xuezheng person`: a signing key without any institution's folder."""

from __future__ import annotations

import json
from pathlib import Path

from ledger.core.people import read_person_key
from ledger.core.shape import Shape
from ledger.keys.person import open_person_key
from tests.commands.driver import xuezheng

WHO = "https://univ-a.example|t-0042"
OWN = {"XUEZHENG_PERSON_PASSPHRASE": "mine", "XUEZHENG_PASSPHRASE": "the institution's"}


def test_create_and_show(tmp_path: Path) -> None:
    path = tmp_path / "me.key"
    made = xuezheng("person", "create", "--account", WHO, "--out", path, "--json", env=OWN)
    assert set(made.json) == {"account", "key", "public"}
    key = read_person_key(Shape(made.json["public"], "person-key"))
    assert (made.json["account"], made.json["key"]) == (WHO, key.id.hex())
    assert open_person_key(path, "mine").key == key
    again = xuezheng(
        "person", "create", "--account", WHO, "--out", path, "--json", code=64, env=OWN
    )
    assert again.error == "key-file-exists"
    shown = xuezheng("person", "show", path, "--json", env=OWN)
    assert shown.json == made.json
    for lang in ("zh", "en"):
        text = xuezheng("person", "show", path, "--lang", lang, env=OWN).out
        assert WHO in text and json.dumps(made.json["public"], separators=(",", ":")) in text


def test_passphrases(tmp_path: Path) -> None:
    path, secret = tmp_path / "me.key", tmp_path / "passphrase"
    create = ("person", "create", "--account", WHO, "--out", path, "--json")
    assert xuezheng(*create, code=3).error == "no-passphrase"
    secret.write_text("\n")
    env = {"XUEZHENG_PASSPHRASE_FILE": str(secret)}
    assert xuezheng(*create, code=3, env=env).error == "no-passphrase"
    assert not path.exists()
    secret.write_text("kept\n")
    xuezheng(*create, env=env)
    assert open_person_key(path, "kept").account == WHO
    wrong = xuezheng("person", "show", path, "--json", code=3, env=OWN)
    assert wrong.error == "wrong-passphrase"
    missing = xuezheng("person", "show", tmp_path / "none", "--json", code=2, env=OWN)
    assert missing.error == "key-file-missing"
    bad = ("person", "create", "--account", "t-0042", "--out", tmp_path / "x", "--json")
    assert xuezheng(*bad, code=64, env=OWN).error == "account-form"
