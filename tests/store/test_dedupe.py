"""The hash table for duplicates, with keys that collide."""

from __future__ import annotations

import hmac
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import BadEvidence
from ledger.store import Store
from ledger.store.dedupe import Digest, Identities, first_key
from tests.store.samples import record, sealed_store


@given(st.binary(min_size=32, max_size=32), st.integers(0, 255), st.binary())
def test_digest_is_hmac_sha256(key: bytes, kind: int, name: bytes) -> None:
    digest = Digest(key, kind)
    wanted = hmac.digest(key, bytes([kind]) + name, "sha256")
    assert digest(name) == digest(name) == wanted


@given(st.binary(min_size=32, max_size=32))
def test_first_key_fits_a_signed_column(value: bytes) -> None:
    assert -(2**63) <= first_key(value) < 2**63


@pytest.mark.parametrize("first", [b"\x00" * 8, b"\x7f" + b"\xff" * 7])
def test_colliding_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    """All HMACs share their first 8 bytes, up to the largest key, after which it wraps around."""
    real = Digest.__call__
    monkeypatch.setattr(Digest, "__call__", lambda self, name: first + real(self, name)[8:])
    store = sealed_store(tmp_path)
    for turn in range(3):
        with store.writer("learning") as stream:
            told = stream.append([record(n) for n in (1, 2, 3, 2, 4 + turn)])
        assert [one.index for one in told] == [0, 1, 2, 1, 3 + turn]
    assert [store.find("learning", record(n).identity) for n in range(8)] == [
        None, 0, 1, 2, 3, 4, 5, None,
    ]  # fmt: skip
    store.close()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=12))
def test_against_a_dict(tops: list[int]) -> None:
    """`find` and `add` on a table that starts empty are a dict's, with few distinct keys."""
    from sqlalchemy import create_engine

    from ledger.store.schema import metadata

    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        values = [bytes([0] * 7 + [top]) + bytes([n]) * 24 for n, top in enumerate(tops)]
        table, known = Identities(connection, values), dict[bytes, int]()
        for number, value in enumerate(values * 2):
            assert table.find(value) == known.get(value)
            if value not in known:
                known[value] = number
                table.add(value, number)
        assert len({key for key, _ in table.added}) == len(known)
    engine.dispose()


def test_an_identity_without_its_record_is_damage(disk: Store) -> None:
    with disk.writer("learning") as stream:
        stream.append([record(1)])
    with disk._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM record")
    with pytest.raises(BadEvidence) as refused:
        disk.find("learning", record(1).identity)
    assert refused.value.code == "store-damaged"
