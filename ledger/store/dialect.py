"""Everything that is true of SQLite only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on disk, not only in order
    "foreign_keys = ON",
    "busy_timeout = 60000",
    "temp_store = MEMORY",
    "cache_size = -131072",  # KiB: the dedupe table's pages stay in memory
    "wal_autocheckpoint = 16384",  # pages: random pages are copied home once for many batches
    "journal_size_limit = 268435456",
)
WRITING = "writing"


def make_engine(url: str) -> Engine:
    """The engine of a database URL; SQLite gets its pragmas and explicit transactions."""
    engine = create_engine(url, pool_size=8, max_overflow=56)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connected)
        event.listen(engine, "begin", _begun)
    return engine


def _connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    # A writer takes the lock at once: a read lock that wants to become a write lock may be refused.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
