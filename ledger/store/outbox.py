"""What is being sent to the chain: rows and every transaction ever signed for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from ledger.errors import NotAllowed, UnknownNumber
from ledger.ports import OutboxRow, TxState
from ledger.store.database import Database
from ledger.store.locks import held
from ledger.store.schema import LIVING, attempt, outbox

_FINISHED = (TxState.DONE, TxState.FAILED)


class OutboxRows:
    """`ports.Outbox` over a database."""

    def __init__(self, home: Path, database: Database) -> None:
        self._home = home
        self._database = database

    def seal(self, purpose: str, to: str | None, data: bytes) -> OutboxRow:
        """New row in state SEALED, or the living row of the same purpose unchanged."""
        living = select(outbox).where(outbox.c.purpose == purpose, LIVING)
        with self._database.write() as connection:
            found = connection.execute(living).one_or_none()
            if found is None:
                made = connection.execute(
                    insert(outbox).values(purpose=purpose, to=to, data=data, state=TxState.SEALED)
                )
                assert made.inserted_primary_key is not None
                return _read(connection, made.inserted_primary_key[0])
            return _row(connection, found)

    def add_attempt(self, row: int, nonce: int, raw: bytes, tx_hash: str) -> OutboxRow:
        """Stores a signed transaction, state SIGNED. The same bytes again change nothing."""
        with self._database.write() as connection:
            found = _read(connection, row)
            if found.state in _FINISHED:
                raise NotAllowed("outbox-finished", row=row, state=found.state.value)
            if (nonce, raw, tx_hash) not in found.attempts:
                number = connection.execute(
                    select(func.count()).select_from(attempt).where(attempt.c.row == row)
                ).scalar_one()
                values = (row, number, nonce, raw, tx_hash)
                self._database.insert(connection, attempt, [values])
            connection.execute(
                update(outbox).where(outbox.c.id == row).values(state=TxState.SIGNED)
            )
            return _read(connection, row)

    def mark(
        self,
        row: int,
        state: TxState,
        receipt: dict[str, Any] | None = None,
        reason: str | None = None,
    ) -> OutboxRow:
        """Moves a living row on; receipt and reason stay as they were where None is given.

        A finished row stays as it is: the same state again is no change, another one is
        NotAllowed("outbox-finished").
        """
        values: dict[str, Any] = {"state": state}
        if receipt is not None:
            values["receipt"] = json.dumps(receipt)
        if reason is not None:
            values["reason"] = reason
        with self._database.write() as connection:
            found = _read(connection, row)
            if found.state in _FINISHED:
                if found.state is not state:
                    raise NotAllowed("outbox-finished", row=row, state=found.state.value)
                return found
            connection.execute(update(outbox).where(outbox.c.id == row).values(**values))
            return _read(connection, row)

    def living(self) -> Sequence[OutboxRow]:
        """Rows neither DONE nor FAILED, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(outbox).where(LIVING).order_by(outbox.c.id)).all()
            return [_row(connection, row) for row in rows]

    @contextmanager
    def account_lock(self, timeout: float) -> Iterator[None]:
        """One sender per home, across threads and processes; CouldNotLook("account-busy")."""
        with held(self._home / "account.lock", timeout, "account-busy"):
            yield


def _read(connection: Connection, number: int) -> OutboxRow:
    row = connection.execute(select(outbox).where(outbox.c.id == number)).one_or_none()
    if row is None:
        raise UnknownNumber("outbox-unknown", row=number)
    return _row(connection, row)


def _row(connection: Connection, row: Row[Any]) -> OutboxRow:
    wanted = select(attempt).where(attempt.c.row == row.id).order_by(attempt.c.number)
    attempts = connection.execute(wanted).all()
    return OutboxRow(
        id=row.id,
        purpose=row.purpose,
        to=row.to,
        data=bytes(row.data),
        state=TxState(row.state),
        attempts=tuple((one.nonce, bytes(one.raw), one.hash) for one in attempts),
        receipt=None if row.receipt is None else json.loads(row.receipt),
        reason=row.reason,
    )
