"""A home's store: one database, one folder of public files, one dedupe key."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL

from ledger.ports import Entropy
from ledger.ports.statements import Ciphers
from ledger.store.database import Database
from ledger.store.dedupe import check_key, dedupe_key
from ledger.store.documents import Documents
from ledger.store.failures import refusing
from ledger.store.locks import held
from ledger.store.migrate import migrate
from ledger.store.outbox import OutboxRows
from ledger.store.sealing import Sealing
from ledger.store.statements import Statements
from ledger.store.streams import Streams
from ledger.store.tokens import Tokens

DATABASE = "store.db"
_OPENING_SECONDS = 60.0


class Store(Streams, OutboxRows, Tokens, Statements, Documents):
    """The ports of streams, outbox, tokens, statements and documents, of one home.

    Safe for threads, and for several processes on one home.
    """

    def __init__(self, home: Path, database: Database, key: bytes, sealing: Sealing) -> None:
        Streams.__init__(self, home, database, key, sealing)
        Statements.__init__(self, home, self._held, database, key, sealing)
        Documents.__init__(self, database, key, sealing)
        OutboxRows.__init__(self, home, database)
        Tokens.__init__(self, database)

    @property
    def streams(self) -> Streams:
        """The same store as `ports.StreamStore`."""
        return self

    @property
    def outbox(self) -> OutboxRows:
        """The same store as `ports.Outbox`."""
        return self

    @property
    def tokens(self) -> Tokens:
        """The same store as `ports.TokenStore`."""
        return self

    def close(self) -> None:
        """Closes idle connections; the last one folds SQLite's log into the database file."""
        self._database.close()


def open_store(
    home: Path,
    url: str | None = None,
    entropy: Entropy = os.urandom,
    ciphers: Ciphers | None = None,
) -> Store:
    """Opens the store of `home`, made on first use.

    Without `ciphers` what is sealed at rest cannot be read or written: NotAllowed("store-sealed").

    `url` is an SQLAlchemy database URL, by default SQLite in `home/store.db`; public files, locks
    and the dedupe key always lie in `home`. Raises CouldNotLook (store-unwritable, disk-full,
    store-unreachable, store-busy) and BadEvidence (store-damaged, store-newer).
    """
    with refusing():
        home.mkdir(parents=True, exist_ok=True)
        if not os.access(home, os.W_OK):
            raise PermissionError(13, "Permission denied", str(home))
    with held(home / "store.lock", _OPENING_SECONDS, "store-busy", why="opening"), refusing():
        if url is None:
            _make_private(home / DATABASE)
        own = URL.create("sqlite", database=str(home.resolve() / DATABASE))
        database = Database(url or own.render_as_string(hide_password=False))
        try:
            migrate(database)
            key = dedupe_key(home, entropy)
            check_key(database, key)
            sealing = Sealing(ciphers)
            sealing.check(database)
        except BaseException:
            database.close()
            raise
    return Store(home, database, key, sealing)


def _make_private(file: Path) -> None:
    """Names and salts lie in it: for its owner only. SQLite gives its log the same mode."""
    os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
