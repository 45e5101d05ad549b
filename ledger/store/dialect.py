"""Everything that is true of one of the two databases only."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError

from ledger.errors import CouldNotLook, WrongUse
from ledger.store.failures import refusing

_BUSY_MILLIS = 60_000
_SWEEP_MILLIS = 5_000
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on disk, not only in order
    "foreign_keys = ON",
    f"busy_timeout = {_BUSY_MILLIS}",
    "temp_store = MEMORY",
    "secure_delete = ON",  # what is erased is overwritten, not only unlinked
    "wal_autocheckpoint = 16384",  # pages: random pages are copied home once for many batches
    "journal_size_limit = 268435456",
)
WRITING = "writing"
_WRITERS_CACHE = 96 << 10  # KiB: pages of the dedupe table and of the index's newest epoch
_READERS_CACHE = 4 << 10  # KiB for each of many connections; the system caches the file anyway
_PLANNER = {
    # Every query is a walk along an index that is already in the order asked for. Without
    # statistics, which come minutes after the rows, the planner would rather sort a million rows.
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "application_name": "xuezheng",
}
_LOCKS = 0x585A  # class of our advisory locks of streams; their object is the kind
_PAUSE = 0.02


def make_engine(url: str) -> Engine:
    """The engine of a database URL; SQLite gets its pragmas and explicit transactions.

    Raises WrongUse("database-unknown") for any other than the two.
    """
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as error:
        raise WrongUse("database-unknown", what="URL") from error
    if backend == "sqlite":
        return _sqlite(url, _WRITERS_CACHE)
    if backend != "postgresql":
        raise WrongUse("database-unknown", what=backend)
    options = " ".join(f"-c {name}={value}" for name, value in _PLANNER.items())
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=56,
        connect_args={"options": options, "connect_timeout": 10},
    )


def _sqlite(url: str, cache: int) -> Engine:
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        for pragma in (*PRAGMAS, f"cache_size = -{cache}"):
            connection.execute(f"PRAGMA {pragma}")

    engine = create_engine(url, pool_size=8, max_overflow=56)
    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", _begun)
    return engine


def _begun(connection: Connection) -> None:
    # A writer takes the lock at once: a read lock that wants to become a write lock may be refused.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def run_many(connection: Connection, text: str, rows: Iterable[Sequence[Any]]) -> None:
    """`executemany` of the driver, which takes an iterator; errors as SQLAlchemy raises them."""
    driver = connection.connection.driver_connection
    assert driver is not None
    base = connection.dialect.loaded_dbapi.Error
    cursor = driver.cursor()
    try:
        cursor.executemany(text, rows)
    except base as error:
        raise DBAPIError.instance(text, None, error, base) from error
    finally:
        cursor.close()


def sweep(engine: Engine) -> None:
    """Empties SQLite's log, in which pages from before an erasure may still stand.

    Best effort: a reader that holds an old snapshot for longer than `_SWEEP_MILLIS` is not waited
    for; the log is emptied with a later erasure, or by the last process that closes the database.
    PostgreSQL overwrites dead rows in its own time (docs/guides/operator.md).
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(f"PRAGMA busy_timeout = {_SWEEP_MILLIS}")
        try:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            driver.execute(f"PRAGMA busy_timeout = {_BUSY_MILLIS}")


ROWS_AT_ONCE = 64


def insert_rows(connection: Connection, text: str, rows: Iterable[Sequence[Any]]) -> None:
    """`run_many` for an INSERT … VALUES (…), `ROWS_AT_ONCE` rows in each statement.

    The driver hands Python's lock over at every statement: one for every row costs more in company
    of other threads than what it does.
    """
    head, _, group = text.partition(" VALUES ")
    many = f"{head} VALUES {', '.join([group] * ROWS_AT_ONCE)}"
    remaining = iter(rows)
    while len(some := list(islice(remaining, ROWS_AT_ONCE))) == ROWS_AT_ONCE:
        connection.exec_driver_sql(many, tuple(chain.from_iterable(some)))
    if some:
        run_many(connection, text, some)


# --------------------------------------------------------------------------- PostgreSQL


def reading(engine: Engine) -> Engine:
    """For reading: all statements of a transaction see what was committed when it began."""
    if engine.dialect.name == "sqlite":  # where every transaction is so
        return _sqlite(engine.url.render_as_string(hide_password=False), _READERS_CACHE)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def copy_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """COPY in binary form; errors as SQLAlchemy would raise them."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    text = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table.name), names
    )
    try:
        with driver.cursor() as cursor, cursor.copy(text) as copy:
            copy.set_types([_type(column.type) for column in table.columns])
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(f"COPY {table.name}", None, error, psycopg.Error) from error


def _type(kind: Any) -> str:
    if isinstance(kind, BigInteger):
        return "int8"
    if isinstance(kind, Integer):
        return "int4"
    return "bytea" if isinstance(kind, LargeBinary) else "text"


@contextmanager
def stream_excluded(engine: Engine, kind: int, name: str, timeout: float) -> Iterator[bool]:
    """The stream's lock among hosts that share a PostgreSQL database; whether it was waited for.

    The session holds it, so it is free again when the process or its host dies. SQLite has no other
    hosts: the lock on the file is enough.
    """
    if engine.dialect.name == "sqlite":
        yield False
        return
    with refusing():
        connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    with connection:
        with refusing():
            waited = _await_lock(connection, kind, name, timeout)
        try:
            yield waited
        finally:
            _unlock(connection, kind)


def _await_lock(connection: Connection, kind: int, name: str, timeout: float) -> bool:
    deadline, waited = time.monotonic() + timeout, False
    text = f"SELECT pg_try_advisory_lock({_LOCKS}, {kind})"
    while not connection.exec_driver_sql(text).scalar_one():
        if time.monotonic() >= deadline:
            raise CouldNotLook("stream-busy", kind=name, holder="PostgreSQL")
        time.sleep(_PAUSE)
        waited = True
    return waited


def _unlock(connection: Connection, kind: int) -> None:
    try:
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCKS}, {kind})")
    except DBAPIError:
        connection.invalidate()  # the session is lost, and its locks with it


def streams_free(connection: Connection, kinds: Iterable[int]) -> bool:
    """Whether no host holds any of these streams."""
    if connection.dialect.name == "sqlite":
        return True
    listed = ",".join(map(str, kinds))
    found = connection.exec_driver_sql(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
        f" AND classid = {_LOCKS} AND objid IN ({listed})"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1"
    )
    return found.first() is None


def exclude(connection: Connection, number: int) -> None:
    """Nobody else passes here with that number until the transaction ends."""
    if connection.dialect.name != "sqlite":  # SQLite has one writer at a time anyway
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")
