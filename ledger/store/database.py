"""One engine, its transactions, and the fast way to insert many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, bindparam

from ledger.store.dialect import (
    WRITING,
    copy_rows,
    insert_rows,
    make_engine,
    reading,
    run_many,
    sweep,
)
from ledger.store.failures import refusing

IN_LIST = 2_000
"""Integers in one IN list."""


class Database:
    """Transactions over one database URL. Safe for threads; each call takes its own connection."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._reading = reading(self.engine)
        self._inserts: dict[str, str] = {}

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

    def insert(self, connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows given as tuples of all columns, in the table's order, by the bare driver.

        An iterator keeps no more than one of them in memory.
        """
        if isinstance(rows, list) and not rows:
            return
        if self.engine.dialect.name != "sqlite":
            copy_rows(connection, table, rows)
            return
        insert_rows(connection, self._inserts.get(table.name) or self._compile(table), rows)

    def many(self, connection: Connection, text: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Executes a statement, its parameters written as `?`, for each of the rows."""
        if rows:
            run_many(connection, self.marked(text), rows)

    def marked(self, text: str) -> str:
        """`?` as this driver writes a parameter."""
        return text if self.engine.dialect.name == "sqlite" else text.replace("?", "%s")

    def _compile(self, table: Table) -> str:
        values: dict[str, Any] = {column.name: bindparam(column.name) for column in table.columns}
        compiled = table.insert().values(values).compile(dialect=self.engine.dialect)
        self._inserts[table.name] = str(compiled)
        return str(compiled)

    def sweep(self) -> None:
        """What transactions deleted leaves the database's own log too, as far as can be."""
        with refusing():
            sweep(self.engine)

    def close(self) -> None:
        """Closes idle connections."""
        self._reading.dispose()
        self.engine.dispose()


def in_lists(values: Iterable[int]) -> Iterator[str]:
    """Integers as the texts of IN lists, `IN_LIST` at a time."""
    listed = list(values)
    for start in range(0, len(listed), IN_LIST):
        yield ",".join(map(str, listed[start : start + IN_LIST]))
