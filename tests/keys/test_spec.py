"""The worked example of docs/spec/key-file.md."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.keys.file import KeyFile

SPEC = Path(__file__).parents[2] / "docs/spec/key-file.md"


def test_worked_example(tmp_path: Path) -> None:
    text = SPEC.read_text()
    (example,) = re.findall(r"```json example\n(.*?)```", text, re.DOTALL)
    (passphrase,) = re.findall(r"passphrase `(.+?)`", text)
    path = tmp_path / "keys.json"
    path.write_text(example)
    keys = KeyFile.open(path, passphrase)
    for purpose, public in re.findall(r"\| `(\w+)` \| `([0-9a-f]{64})` \|", text):
        assert keys.signer(purpose).public_key.hex() == public
    (address,) = re.findall(r"`(0x[0-9a-fA-F]{40})`", text)
    assert keys.account().address == address
    (sealed,) = re.findall(r"open as `plain`:\n`([0-9a-f]+)`", text)
    assert keys.ciphers().records.open(bytes.fromhex(sealed), b"example") == b"plain"
    assert path.read_text() == example
