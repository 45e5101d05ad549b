"""Which statements a query asks for: never more rows than its limit, from the index alone.

Within a stream records stand in the order of `stored`, so times and cursors become ranges of
records. The rarest filter drives; each of its rows is checked against the others on the same
statement of the chain (`record` and `via` alike), and against what is judged on the statement
returned. Rows of a rare filter are taken from many epochs at once; those of a frequent one epoch
by epoch, until there are enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.core.streams import KINDS_BY_NAME
from ledger.ports.statements import Cursor, StatementQuery
from ledger.store.database import Database
from ledger.store.entries import read_size
from ledger.store.ids import KINDS
from ledger.store.links import VOIDED
from ledger.store.schema import EPOCH_SHIFT, KIND_SHIFT
from ledger.store.terms import AUTHORITY, Terms

_COUNTED = 150
"""How far the rows of a term are counted in an epoch to find the rarest filter."""
_FEW = 1_500
"""Rows of a filter that are better sorted at once than walked epoch by epoch."""
_EPOCHS = (4, 64)
"""Epochs that are looked at together: few at first, for often the newest are enough."""


class Found(NamedTuple):
    """A statement and its place in the order of all."""

    stored: int
    record: int


class Range(NamedTuple):
    """Records [low, high) of one stream."""

    low: int
    high: int


class Epoch(NamedTuple):
    """A part of the index, and the records in it that are asked for."""

    number: int
    within: Range


class Filter(NamedTuple):
    """One condition on `posting`: any of the terms; `own`: on the statement returned itself."""

    terms: tuple[int, ...]
    own: bool = False


class Source(NamedTuple):
    """A query without range, order and limit, and the column that holds the record."""

    text: str
    record: str


class Querying:
    """Reads `posting`, `statement` and `moment`."""

    def __init__(self, database: Database, terms: Terms) -> None:
        self._database, self._terms = database, terms

    def records(self, connection: Connection, query: StatementQuery) -> list[int]:
        """At most `limit` records, in the order asked for."""
        if query.limit <= 0:
            return []
        filters = [Filter(tuple(self._terms.of_mentions(one))) for one in query.filters]
        if any(not one.terms for one in filters):
            return []
        if query.authority is not None:
            filters.append(Filter((self._terms.term(AUTHORITY, query.authority),), own=True))
        found: list[Found] = []
        for kind in KINDS:
            within = self._range(connection, kind, query)
            if within.low < within.high:
                found += self._in_stream(connection, query, filters, within)
        # Records of `learning` have smaller numbers than those of `teaching`: order by kind is
        # order by record.
        found.sort(reverse=not query.ascending)
        return [one.record for one in found[: query.limit]]

    # ------------------------------------------------------------------ ranges

    def _range(self, connection: Connection, kind: str, query: StatementQuery) -> Range:
        number = int(KINDS_BY_NAME[kind])
        low = number << KIND_SHIFT
        high = low + read_size(connection, kind)
        if query.since is not None:
            low = max(low, self._first(connection, number, query.since, high))
        if query.until is not None:
            high = min(high, self._first(connection, number, query.until, high))
        if query.after is None:
            return Range(low, high)
        return self._beyond(connection, kind, query.after, query.ascending, Range(low, high))

    def _beyond(
        self, connection: Connection, kind: str, after: Cursor, ascending: bool, within: Range
    ) -> Range:
        """What comes after the cursor's place in the order by stored, kind, index."""
        number = int(KINDS_BY_NAME[kind])
        end = number + 1 << KIND_SHIFT
        if kind == after.kind:
            here = (number << KIND_SHIFT) + after.index
            edges = (here + 1, here)
        else:
            # Of the same transaction a later kind comes after, an earlier one before.
            time = after.stored - 1 if kind > after.kind else after.stored
            edge = self._first(connection, number, time, end)
            edges = (edge, edge)
        if ascending:
            return Range(max(within.low, edges[0]), within.high)
        return Range(within.low, min(within.high, edges[1]))

    def _first(self, connection: Connection, number: int, time: int, none: int) -> int:
        """The first record of a stream that was stored later than `time`."""
        row = connection.exec_driver_sql(
            f"SELECT first FROM moment WHERE kind = {number} AND stored > {int(time)}"
            " ORDER BY stored LIMIT 1"
        ).first()
        return none if row is None else int(row[0])

    # ------------------------------------------------------------------ rows

    def _in_stream(
        self,
        connection: Connection,
        query: StatementQuery,
        filters: Sequence[Filter],
        within: Range,
    ) -> list[Found]:
        """The stream's first `limit`, not yet in order."""
        if not filters:
            return self._pages(connection, query, _UNFILTERED, within, query.limit)
        found: list[Found] = []
        for epochs in _epochs(within, query.ascending):
            counted = self._counts(connection, filters, epochs)
            epochs = [one for one in epochs if all(counted[one.number])]
            if epochs:
                totals = [
                    sum(counted[one.number][n] for one in epochs) for n in range(len(filters))
                ]
                found += self._in_epochs(connection, query, filters, epochs, totals, len(found))
            if len(found) >= query.limit:
                break
        return found

    def _in_epochs(
        self,
        connection: Connection,
        query: StatementQuery,
        filters: Sequence[Filter],
        epochs: Sequence[Epoch],
        totals: Sequence[int],
        before: int,
    ) -> list[Found]:
        """The first of some epochs that all have rows of every filter."""
        groups = [[one] for one in epochs] if min(totals) > _FEW else [list(epochs)]
        found: list[Found] = []
        for group in groups:
            rows: set[Found] = set()
            wanted = query.limit - before - len(found)
            within = Range(
                min(one.within.low for one in group), max(one.within.high for one in group)
            )
            for source in _plan(filters, totals, group):
                rows.update(self._pages(connection, query, source, within, wanted))
            found += sorted(rows, reverse=not query.ascending)[:wanted]
            if before + len(found) >= query.limit:
                break
        return found

    def _pages(
        self,
        connection: Connection,
        query: StatementQuery,
        source: Source,
        within: Range,
        limit: int,
    ) -> list[Found]:
        """The first `limit` different records of one source; a statement that matches through
        several others has several rows."""
        found: list[Found] = []
        low, high = within
        voided = "" if query.voided else f" AND s.flags & {VOIDED} = 0"
        direction = "ASC" if query.ascending else "DESC"
        while len(found) < limit:
            rows = connection.exec_driver_sql(
                f"{source.text}{voided} AND {source.record} >= {low} AND {source.record} < {high}"
                f" ORDER BY {source.record} {direction} LIMIT {limit}"
            ).all()
            for stored, record in rows:
                if not found or found[-1].record != record:
                    found.append(Found(stored, record))
            if len(rows) < limit:
                break
            low, high = (rows[-1][1] + 1, high) if query.ascending else (low, rows[-1][1])
        return found[:limit]

    def _counts(
        self, connection: Connection, filters: Sequence[Filter], epochs: Sequence[Epoch]
    ) -> dict[int, Sequence[int]]:
        """By epoch, how many rows each filter has there, as far as it matters for the rarest."""
        low = min(one.within.low for one in epochs)
        high = max(one.within.high for one in epochs)
        counted = ", ".join(
            "+".join(
                "(SELECT COUNT(*) FROM (SELECT 1 FROM posting WHERE epoch = e"
                f" AND term = {term} AND record >= {low} AND record < {high}"
                f" LIMIT {_COUNTED}) counted)"
                for term in one.terms
            )
            for one in filters
        )
        rows = connection.exec_driver_sql(
            f"WITH RECURSIVE epochs(e) AS (SELECT {_big(low >> EPOCH_SHIFT)} UNION ALL"
            f" SELECT e + 1 FROM epochs WHERE e < {(high - 1) >> EPOCH_SHIFT})"
            f" SELECT e, {counted} FROM epochs"
        )
        return {row[0]: row[1:] for row in rows}


def _big(number: int) -> str:
    """A number that both databases take for 64 bits wide."""
    return f"CAST({number} AS BIGINT)"


def _epochs(within: Range, ascending: bool) -> Iterator[list[Epoch]]:
    """The parts of the index that hold a range of records, in the order asked for."""
    numbers = range(within.low >> EPOCH_SHIFT, ((within.high - 1) >> EPOCH_SHIFT) + 1)
    ordered = numbers if ascending else numbers[::-1]
    start, size = 0, _EPOCHS[0]
    while start < len(ordered):
        yield [_epoch(number, within) for number in ordered[start : start + size]]
        start, size = start + size, _EPOCHS[1]


def _epoch(number: int, within: Range) -> Epoch:
    low, high = number << EPOCH_SHIFT, (number + 1) << EPOCH_SHIFT
    return Epoch(number, Range(max(low, within.low), min(high, within.high)))


_UNFILTERED = Source("SELECT s.stored, s.record FROM statement s WHERE 1 = 1", "s.record")


def _plan(
    filters: Sequence[Filter], counts: Sequence[int], epochs: Sequence[Epoch]
) -> list[Source]:
    """A source for each term of the rarest filter; together their rows are the answer."""
    order = sorted(range(len(filters)), key=counts.__getitem__)
    rarest = filters[order[0]]
    driver = next((filters[n] for n in order if not filters[n].own), rarest)
    others = "".join(_also(one) for one in filters if one is not driver)
    listed = ",".join(str(one.number) for one in epochs)
    return [_driven(term, driver, rarest, others, f"IN ({listed})") for term in driver.terms]


def _driven(term: int, driver: Filter, rarest: Filter, others: str, epochs: str) -> Source:
    """All rows of the driver's term that meet the other filters.

    CROSS JOIN keeps SQLite to the order of the tables given.
    """
    select = "SELECT s.stored, s.record FROM"
    joined = f"s.record = p.record AND p.term = {term}{others}"
    if rarest is driver:
        own = " AND p.via = 0" if driver.own else ""
        text = f"{select} posting p CROSS JOIN statement s WHERE p.epoch {epochs} AND {joined}{own}"
        return Source(text, "p.record")
    # What is asked of the statement returned is the rarest: it leads to the driver's rows.
    return Source(
        f"{select} posting a CROSS JOIN posting p CROSS JOIN statement s WHERE a.epoch {epochs}"
        f" AND a.term = {rarest.terms[0]} AND a.via = 0 AND p.epoch = a.epoch"
        f" AND p.record = a.record AND {joined}",
        "a.record",
    )


def _also(one: Filter) -> str:
    """The condition that the row's statement, or the one it stands for, has any of the terms."""
    listed = ",".join(map(str, one.terms))
    via = "0" if one.own else "p.via"
    return (
        f" AND EXISTS (SELECT 1 FROM posting q WHERE q.epoch = p.epoch AND q.term IN ({listed})"
        f" AND q.record = p.record AND q.via = {via})"
    )
