"""One engine, its transactions, and the fast way to insert many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.sql.compiler import SQLCompiler

from ledger.store.dialect import WRITING, copy_rows, make_engine, snapshot
from ledger.store.failures import refusing

IN_LIST = 2_000
"""Integers in one IN list."""


class Database:
    """Transactions over one database URL. Safe for threads; each call takes its own connection."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._reading = snapshot(self.engine)
        self._inserts: dict[str, SQLCompiler] = {}

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot of what is committed."""
        with refusing(), self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, on disk when the context ends; an exception leaves nothing of it."""
        with refusing(), self.engine.connect() as connection:
            connection = connection.execution_options(**{WRITING: True})
            with connection.begin():
                yield connection

    def insert(self, connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows given as tuples of all columns, in the table's order, by the bare driver."""
        if not rows:
            return
        if self.engine.dialect.name != "sqlite":
            copy_rows(connection, table, rows)
            return
        compiled = self._inserts.get(table.name) or self._compile(table)
        connection.exec_driver_sql(str(compiled), list(rows))

    def many(self, connection: Connection, text: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Executes a statement, its parameters written as `?`, for each of the rows."""
        if rows:
            connection.exec_driver_sql(self.marked(text), list(rows))

    def marked(self, text: str) -> str:
        """`?` as this driver writes a parameter."""
        return text if self.engine.dialect.name == "sqlite" else text.replace("?", "%s")

    def _compile(self, table: Table) -> SQLCompiler:
        values: dict[str, Any] = {column.name: bindparam(column.name) for column in table.columns}
        compiled = table.insert().values(values).compile(dialect=self.engine.dialect)
        assert isinstance(compiled, SQLCompiler)
        self._inserts[table.name] = compiled
        return compiled

    def close(self) -> None:
        """Closes idle connections."""
        self.engine.dispose()


def in_lists(values: Iterable[int]) -> Iterator[str]:
    """Integers as the texts of IN lists, `IN_LIST` at a time."""
    listed = list(values)
    for start in range(0, len(listed), IN_LIST):
        yield ",".join(map(str, listed[start : start + IN_LIST]))
