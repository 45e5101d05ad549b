"""API credentials: the hash of a secret, never the secret."""

from __future__ import annotations

import json

from sqlalchemy import bindparam, select

from ledger.errors import NotAllowed
from ledger.ports import TokenRow
from ledger.store.database import Database
from ledger.store.schema import token

# Built once: every request over HTTP asks it.
_BY_KEY = select(token).where(token.c.key == bindparam("key"))


class Tokens:
    """`ports.TokenStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_token(self, row: TokenRow) -> None:
        """Raises NotAllowed("token-taken") for a key that exists."""
        values = (row.key, row.name, json.dumps(row.scopes), row.secret_hash, row.created)
        with self._database.write() as connection:
            known = select(token.c.key).where(token.c.key == row.key)
            if connection.execute(known).one_or_none() is not None:
                raise NotAllowed("token-taken", key=row.key)
            self._database.insert(connection, token, [values])

    def token(self, key: str) -> TokenRow | None:
        with self._database.read() as connection:
            row = connection.execute(_BY_KEY, {"key": key}).one_or_none()
        if row is None:
            return None
        scopes = tuple(json.loads(row.scopes))
        return TokenRow(row.key, row.name, scopes, bytes(row.secret_hash), row.created)
