"""Which statements a query asks for: never more rows than its limit, from the index alone.

Within a stream records stand in the order of `stored`, so times and cursors become ranges of
records. Epoch by epoch, the rarest filter drives; each of its rows is checked against the others on
the same statement of the chain (`record` and `via` alike), and against what is judged on the
statement returned.
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

_COUNTED = 200
"""How far the rows of filters are counted to find the rarest."""


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
        for epoch in _epochs(within, query.ascending):
            counts = self._counts(connection, filters, epoch)
            if min(counts) == 0:
                continue
            found += self._in_epoch(
                connection, query, _plan(filters, counts), epoch, query.limit - len(found)
            )
            if len(found) >= query.limit:
                break
        return found

    def _in_epoch(
        self,
        connection: Connection,
        query: StatementQuery,
        sources: Sequence[Source],
        epoch: Epoch,
        limit: int,
    ) -> list[Found]:
        found: set[Found] = set()
        for source in sources:
            text = source.text.replace(_EPOCH, str(epoch.number))
            one = Source(text, source.record)
            found.update(self._pages(connection, query, one, epoch.within, limit))
        return sorted(found, reverse=not query.ascending)[:limit]

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
        self, connection: Connection, filters: Sequence[Filter], epoch: Epoch
    ) -> Sequence[int]:
        """How many rows each filter has in an epoch, as far as it matters for the rarest."""
        if len(filters) == 1 and len(filters[0].terms) == 1:
            return (1,)
        low, high = epoch.within
        counted = ", ".join(
            "+".join(
                f"(SELECT COUNT(*) FROM (SELECT 1 FROM posting WHERE epoch = {epoch.number}"
                f" AND term = {term} AND record >= {low} AND record < {high}"
                f" LIMIT {_COUNTED}) counted)"
                for term in one.terms
            )
            for one in filters
        )
        return list(connection.exec_driver_sql(f"SELECT {counted}").one())


def _epochs(within: Range, ascending: bool) -> Iterator[Epoch]:
    """The parts of the index that hold a range of records, in the order asked for."""
    numbers = range(within.low >> EPOCH_SHIFT, ((within.high - 1) >> EPOCH_SHIFT) + 1)
    for number in numbers if ascending else reversed(numbers):
        low, high = number << EPOCH_SHIFT, (number + 1) << EPOCH_SHIFT
        yield Epoch(number, Range(max(low, within.low), min(high, within.high)))


_EPOCH = "{epoch}"
_UNFILTERED = Source("SELECT s.stored, s.record FROM statement s WHERE 1 = 1", "s.record")


def _plan(filters: Sequence[Filter], counts: Sequence[int]) -> list[Source]:
    """A source for each term of the rarest filter; together their rows are the answer."""
    order = sorted(range(len(filters)), key=counts.__getitem__)
    rarest = filters[order[0]]
    driver = next((filters[n] for n in order if not filters[n].own), rarest)
    others = "".join(_also(one) for one in filters if one is not driver)
    return [_driven(term, driver, rarest, others) for term in driver.terms]


def _driven(term: int, driver: Filter, rarest: Filter, others: str) -> Source:
    """All rows of the driver's term that meet the other filters.

    CROSS JOIN keeps SQLite to the order of the tables given.
    """
    select = "SELECT s.stored, s.record FROM"
    joined = f"s.record = p.record AND p.epoch = {_EPOCH} AND p.term = {term}{others}"
    if rarest is driver:
        own = " AND p.via = 0" if driver.own else ""
        text = f"{select} posting p CROSS JOIN statement s WHERE {joined}{own}"
        return Source(text, "p.record")
    # What is asked of the statement returned is the rarest: it leads to the driver's rows.
    return Source(
        f"{select} posting a CROSS JOIN posting p CROSS JOIN statement s WHERE a.epoch = {_EPOCH}"
        f" AND a.term = {rarest.terms[0]} AND a.via = 0 AND p.record = a.record AND {joined}",
        "a.record",
    )


def _also(one: Filter) -> str:
    """The condition that the row's statement, or the one it stands for, has any of the terms."""
    listed = ",".join(map(str, one.terms))
    via = "0" if one.own else "p.via"
    return (
        f" AND EXISTS (SELECT 1 FROM posting q WHERE q.epoch = {_EPOCH} AND q.term IN ({listed})"
        f" AND q.record = p.record AND q.via = {via})"
    )
