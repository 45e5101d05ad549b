"""The contract of `ports.Outbox` and `ports.TokenStore`, on disk and in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import CouldNotLook, NotAllowed, UnknownNumber
from ledger.ports import Outbox, TokenRow, TokenStore, TxState
from ledger.store import Store
from tests.store.samples import sealed_store


def test_one_living_row_for_a_purpose(outbox: Outbox) -> None:
    row = outbox.seal("anchor:1", "0x01", b"data")
    assert (row.state, row.attempts, row.receipt, row.reason) == (TxState.SEALED, (), None, None)
    assert outbox.seal("anchor:1", "0x02", b"other") == row
    outbox.mark(row.id, TxState.DONE)
    again = outbox.seal("anchor:1", None, b"other")
    assert again.id != row.id
    assert again.to is None
    assert list(outbox.living()) == [again]


def test_attempts_and_receipt_are_kept(outbox: Outbox) -> None:
    row = outbox.seal("p", "0x01", b"data")
    outbox.add_attempt(row.id, 7, b"raw one", "0xaa")
    signed = outbox.add_attempt(row.id, 7, b"raw two", "0xbb")
    assert signed.state is TxState.SIGNED
    assert signed.attempts == ((7, b"raw one", "0xaa"), (7, b"raw two", "0xbb"))
    outbox.mark(row.id, TxState.SENT)
    outbox.mark(row.id, TxState.MINED, receipt={"block": 3})
    done = outbox.mark(row.id, TxState.DONE)
    assert done.receipt == {"block": 3}
    assert list(outbox.living()) == []


def test_living_rows_are_oldest_first(outbox: Outbox) -> None:
    rows = [outbox.seal(name, None, b"") for name in ("c", "a", "b")]
    outbox.mark(rows[1].id, TxState.FAILED, reason="reverted")
    assert [row.purpose for row in outbox.living()] == ["c", "b"]


def test_account_lock_excludes(outbox: Outbox) -> None:
    with outbox.account_lock(1), pytest.raises(CouldNotLook) as refused, outbox.account_lock(0.05):
        pass
    assert refused.value.code == "account-busy"
    with outbox.account_lock(0.05):
        pass


def test_rows_survive_and_finished_rows_stay(tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    row = store.seal("p", "0x01", b"data")
    store.add_attempt(row.id, 1, b"raw", "0xaa")
    store.add_attempt(row.id, 1, b"raw", "0xaa")
    store.close()
    store = sealed_store(tmp_path)
    (found,) = store.living()
    assert found.attempts == ((1, b"raw", "0xaa"),)
    failed = store.mark(row.id, TxState.FAILED, reason="no")
    assert store.mark(row.id, TxState.FAILED) == failed
    with pytest.raises(NotAllowed) as refused:
        store.mark(row.id, TxState.SENT)
    assert refused.value.code == "outbox-finished"
    with pytest.raises(NotAllowed) as refused:
        store.add_attempt(row.id, 2, b"raw", "0xbb")
    assert refused.value.code == "outbox-finished"
    with pytest.raises(UnknownNumber):
        store.mark(99, TxState.SENT)
    store.close()


def test_tokens(tokens: TokenStore) -> None:
    row = TokenRow("key", "name", ("issue", "xapi"), b"h" * 32, 5)
    assert tokens.token("key") is None
    tokens.add_token(row)
    assert tokens.token("key") == row
    with pytest.raises(NotAllowed) as refused:
        tokens.add_token(row)
    assert refused.value.code == "token-taken"


def test_one_store_is_all_three_ports(disk: Store) -> None:
    for port in (disk.streams, disk.outbox, disk.tokens):
        assert port is disk
