"""What is being sent, in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ledger.errors import CouldNotLook
from ledger.ports import OutboxRow, TxState

_ENDED = (TxState.DONE, TxState.FAILED)


class MemoryOutbox:
    """`ports.Outbox` in memory."""

    def __init__(self) -> None:
        self.rows: dict[int, OutboxRow] = {}
        self._lock = threading.Lock()

    def seal(self, purpose: str, to: str | None, data: bytes) -> OutboxRow:
        for row in self.living():
            if row.purpose == purpose:
                return row
        fresh = OutboxRow(
            id=len(self.rows) + 1,
            purpose=purpose,
            to=to,
            data=data,
            state=TxState.SEALED,
            attempts=(),
            receipt=None,
            reason=None,
        )
        self.rows[fresh.id] = fresh
        return fresh

    def add_attempt(self, row: int, nonce: int, raw: bytes, tx_hash: str) -> OutboxRow:
        attempts = (*self.rows[row].attempts, (nonce, raw, tx_hash))
        self.rows[row] = replace(self.rows[row], attempts=attempts, state=TxState.SIGNED)
        return self.rows[row]

    def mark(
        self,
        row: int,
        state: TxState,
        receipt: dict[str, Any] | None = None,
        reason: str | None = None,
    ) -> OutboxRow:
        old = self.rows[row]
        self.rows[row] = replace(
            old, state=state, receipt=receipt or old.receipt, reason=reason or old.reason
        )
        return self.rows[row]

    def living(self) -> Sequence[OutboxRow]:
        return [row for _, row in sorted(self.rows.items()) if row.state not in _ENDED]

    @contextmanager
    def account_lock(self, timeout: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=timeout):
            raise CouldNotLook("account-busy", holder="this process")
        try:
            yield
        finally:
            self._lock.release()
