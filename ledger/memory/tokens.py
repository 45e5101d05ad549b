"""API credentials, in memory."""

from __future__ import annotations

from ledger.errors import NotAllowed
from ledger.ports import TokenRow


class MemoryTokenStore:
    """`ports.TokenStore` in memory."""

    def __init__(self) -> None:
        self._rows: dict[str, TokenRow] = {}

    def add_token(self, row: TokenRow) -> None:
        if row.key in self._rows:
            raise NotAllowed("token-taken", key=row.key)
        self._rows[row.key] = row

    def token(self, key: str) -> TokenRow | None:
        return self._rows.get(key)
