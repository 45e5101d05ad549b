"""The worked example and the lists of docs/spec/store.md."""

from __future__ import annotations

import hmac
import re
from pathlib import Path

from ledger.errors import registered
from ledger.store.dedupe import Digest, first_key
from ledger.store.schema import metadata

TEXT = (Path(__file__).parents[2] / "docs/spec/store.md").read_text()


def test_worked_example() -> None:
    (value,) = re.findall(r"\| HMAC \| `([0-9a-f]{64})` \|", TEXT)
    (key,) = re.findall(r"\| first key tried \| `(-?\d+)` \|", TEXT)
    assert hmac.digest(b"\x01" * 32, b"\x03a", "sha256").hex() == value
    assert Digest(b"\x01" * 32, 3)(b"a").hex() == value
    assert first_key(bytes.fromhex(value)) == int(key)


def test_every_table_and_refusal_is_named() -> None:
    for name in metadata.tables:
        assert f"`{name}`" in TEXT
    from ledger.store import messages

    source = Path(messages.__file__).read_text()
    for code in re.findall(r'^        "([a-z-]+)": \(', source, re.MULTILINE):
        assert code in registered()
        assert f"`{code}`" in TEXT
