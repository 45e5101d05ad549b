"""The worked example and the lists of docs/spec/store.md."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from uuid import UUID

from ledger.core.xapi.mentions import Role
from ledger.errors import registered
from ledger.keys.cipher import AesGcm
from ledger.ports.statements import Ciphers
from ledger.store.dedupe import Digest, first_key
from ledger.store.schema import metadata
from ledger.store.sealing import Sealing
from ledger.store.terms import Terms

TEXT = (Path(__file__).parents[2] / "docs/spec/store.md").read_text()


def test_worked_example() -> None:
    (value,) = re.findall(r"\| HMAC \| `([0-9a-f]{64})` \|", TEXT)
    (key,) = re.findall(r"\| first key tried \| `(-?\d+)` \|", TEXT)
    assert hmac.digest(b"\x01" * 32, b"\x03a", "sha256").hex() == value
    assert Digest(b"\x01" * 32, 3)(b"a").hex() == value
    assert first_key(bytes.fromhex(value)) == int(key)


def _told(label: str) -> str:
    (value,) = re.findall(rf"\| {label}[^|]*\| `([^`]+)` \|", TEXT)
    return str(value)


def test_example_of_a_statement() -> None:
    key, uuid = b"\x01" * 32, UUID("00000000-0000-4000-8000-000000000001")
    terms = Terms(key)
    verb = "https://v.example/passed"
    whole = hmac.digest(key, b"\x11" + verb.encode(), "sha256")
    assert terms.of_mentions([(Role.VERB, verb)]) == [first_key(whole)]
    assert first_key(whole) == int(_told("term of the verb"))
    derived = terms.derived_id(hashlib.sha256(b"{}").digest())
    assert derived == UUID(_told("id derived")).bytes
    sealing = Sealing(Ciphers(AesGcm(b"\x02" * 32), AesGcm(b"\x03" * 32)))
    digest = Digest(key, 3)(str(uuid).encode())
    kept = bytes.fromhex(_told("payload `{}` of the statement"))
    assert sealing.open_payload(digest, kept) == b"{}"


def test_every_table_and_refusal_is_named() -> None:
    for name in metadata.tables:
        assert f"`{name}`" in TEXT
    from ledger.store import messages

    source = Path(messages.__file__).read_text()
    for code in re.findall(r'^        "([a-z-]+)": \(', source, re.MULTILINE):
        assert code in registered()
        assert f"`{code}`" in TEXT
