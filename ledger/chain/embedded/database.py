"""One SQLite file under a chain: py-evm's key-value pairs and the project's own index.

Everything a block writes is buffered in memory and committed in **one** SQLite transaction
together with its rows of the index (WAL, synchronous=FULL). So there are only two states on disk:
the block is there with its transactions and logs, or it is not.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eth.db.backends.base import BaseDB

from ledger.chain.served import read_served
from ledger.errors import CouldNotLook

SCHEMA = """
CREATE TABLE IF NOT EXISTS pair (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tx (
  hash BLOB PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL, sender BLOB NOT NULL,
  raw BLOB NOT NULL, status INTEGER NOT NULL, gas INTEGER NOT NULL, cumulative INTEGER NOT NULL,
  contract BLOB, bloom BLOB NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS tx_by_block ON tx (block, position);
CREATE TABLE IF NOT EXISTS log (
  block INTEGER NOT NULL, position INTEGER NOT NULL, tx_position INTEGER NOT NULL,
  tx BLOB NOT NULL, address BLOB NOT NULL, topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB,
  data BLOB NOT NULL, PRIMARY KEY (block, position)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS log_by_address ON log (address, topic0, topic1, topic2, block);
CREATE INDEX IF NOT EXISTS log_by_topic0 ON log (topic0, block);
CREATE INDEX IF NOT EXISTS log_by_topic1 ON log (topic1, topic2, block);
"""
VERSION = "1"


class ChainFile(BaseDB):
    """The key-value store that py-evm writes to, with a buffer in front of SQLite.

    Not safe for threads by itself: the engine holds one lock around every use.
    """

    def __init__(self, path: str) -> None:
        try:
            self._sql = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._sql.execute("PRAGMA journal_mode=WAL")
            self._sql.execute("PRAGMA synchronous=FULL")
            self._sql.execute("PRAGMA cache_size=-32000")
            self._sql.executescript(SCHEMA)
        except sqlite3.Error as error:
            raise CouldNotLook("chain-storage", why=str(error)) from error
        self._buffer: dict[bytes, bytes | None] = {}

    def __getitem__(self, key: bytes) -> bytes:
        if key in self._buffer:
            value = self._buffer[key]
        else:
            row = self._sql.execute("SELECT value FROM pair WHERE key=?", (key,)).fetchone()
            value = None if row is None else bytes(row[0])
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._buffer[bytes(key)] = bytes(value)

    def __delitem__(self, key: bytes) -> None:
        self[key]
        self._buffer[bytes(key)] = None

    def _exists(self, key: bytes) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    def drop(self) -> None:
        """Forget what was written since the last commit."""
        self._buffer.clear()

    def commit(
        self,
        txs: Sequence[tuple[Any, ...]] = (),
        logs: Sequence[tuple[Any, ...]] = (),
        meta: Mapping[str, str] | None = None,
    ) -> None:
        """Writes the buffer and the index rows in one transaction, or nothing of them.

        Raises sqlite3.Error (a full disk, for one) with the buffer dropped.
        """
        sets = [(key, value) for key, value in self._buffer.items() if value is not None]
        gone = [(key,) for key, value in self._buffer.items() if value is None]
        self._buffer.clear()
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            self._sql.executemany("INSERT OR REPLACE INTO pair VALUES (?,?)", sets)
            self._sql.executemany("DELETE FROM pair WHERE key=?", gone)
            self._sql.executemany("INSERT INTO tx VALUES (?,?,?,?,?,?,?,?,?,?)", txs)
            self._sql.executemany("INSERT INTO log VALUES (?,?,?,?,?,?,?,?,?,?)", logs)
            for name, value in (meta or {}).items():
                self._sql.execute("INSERT INTO meta VALUES (?,?)", (name, value))
            # A kill before this line leaves the block before, a kill after it the block itself:
            # whoever sent the transaction finds it by its hash, or sends the same bytes again.
            self._sql.execute("COMMIT")
        except sqlite3.Error:
            if self._sql.in_transaction:
                self._sql.execute("ROLLBACK")
            raise

    def rows(self, query: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of the index."""
        return self._sql.execute(query, arguments).fetchall()

    def meta(self, name: str) -> str | None:
        """A value noted at the chain's creation."""
        row = self._sql.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def close(self) -> None:
        self._sql.close()


class DirectoryLock:
    """The engine's lock on a chain's folder: an flock, so the death of its holder frees it."""

    def __init__(self, directory: Path, wait: float) -> None:
        """Waits up to `wait` seconds; CouldNotLook("chain-in-use", holder=…) after that."""
        path = directory / "chain.lock"
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise CouldNotLook("chain-storage", why=str(error)) from error
        deadline = time.monotonic() + wait
        while not self._try():
            if time.monotonic() >= deadline:
                holder = self._holder(directory)
                os.close(self._file)
                raise CouldNotLook("chain-in-use", holder=holder)
            time.sleep(0.05)
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def _try(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self, directory: Path) -> str:
        pid = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "?"
        served = read_served(directory)
        return f"pid {pid}" + (f", {served['url']}" if served else "")

    def release(self) -> None:
        os.close(self._file)
