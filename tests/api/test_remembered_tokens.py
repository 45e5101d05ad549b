"""A token's row is remembered for a moment, its secret never."""

from __future__ import annotations

import pytest

from api.tokens import Unauthorized, create_token, identify
from api.xapi.authentication import REMEMBER_SECONDS, REMEMBERED_ROWS, RememberedTokens
from ledger.memory import MemoryTokenStore
from ledger.ports import TokenRow


class Counting(MemoryTokenStore):
    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def token(self, key: str) -> TokenRow | None:
        self.asked += 1
        return super().token(key)

    def withdraw(self, key: str) -> None:
        del self._rows[key]


def test_a_row_is_asked_for_once_in_a_while() -> None:
    store, now = Counting(), [100.0]
    remembered = RememberedTokens(store, lambda: now[0])
    key, secret = create_token(remembered, "LMS", ("xapi",))
    for _ in range(3):
        assert identify(remembered, f"Bearer {key}.{secret}").name == "LMS"
        with pytest.raises(Unauthorized):
            identify(remembered, f"Bearer {key}.{secret}x")
    assert store.asked == 1
    store.withdraw(key)
    assert remembered.token(key) is not None
    now[0] += REMEMBER_SECONDS
    assert remembered.token(key) is None


def test_what_is_not_there_is_asked_for_again() -> None:
    store = Counting()
    remembered = RememberedTokens(store)
    assert remembered.token("soon") is None
    store.add_token(TokenRow("soon", "LMS", ("xapi",), bytes(32), 0))
    assert remembered.token("soon") is not None


def test_what_is_remembered_is_bounded() -> None:
    store = Counting()
    remembered = RememberedTokens(store, lambda: 0.0)
    for number in range(2 * REMEMBERED_ROWS + 1):
        store.add_token(TokenRow(str(number), "LMS", ("xapi",), bytes(32), 0))
        assert remembered.token(str(number)) is not None
    assert len(remembered._rows) <= REMEMBERED_ROWS
