"""StatementRefs: filters see through them, and a voiding statement reaches its target.

A statement refers to at most one other, so what it reaches is a path; what reaches it is a tree.
Whichever of two statements arrives later ties them: postings of every statement on the path are
copied to every one in the tree, with `via` = the statement whose mentions they are.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.errors import BadEvidence
from ledger.store.database import Database, in_lists
from ledger.store.ids import Ids
from ledger.store.incoming import Incoming
from ledger.store.schema import EPOCH_SHIFT
from ledger.store.terms import STATEMENT, Terms, pack, unpack

VOIDED, VOIDS = 1, 2
DEEPEST = 64
"""Steps of references that filters see through: a longer chain would cost its length squared."""
MOST_COPIED = 200_000
"""Postings that the references of one transaction may copy: half a second during which nobody else
writes. 10,000 statements that each refer to one other copy a third of it."""
_ROWS_AT_ONCE = 10_000


class Node(NamedTuple):
    """A statement as a link of a chain."""

    record: int
    uuid: bytes
    refers: bytes | None
    terms: bytes


Known = dict[bytes, Node | None]
_NODE = "s.record, s.uuid, s.refers, s.terms"


class Links:
    """Rows of `reference`, and the postings that follow from them."""

    def __init__(self, database: Database, terms: Terms, ids: Ids) -> None:
        self._database, self._terms, self._ids = database, terms, ids

    def save(self, connection: Connection, fresh: Sequence[Incoming]) -> None:
        """Ties statements that were just inserted to those that they refer to and to those that
        refer to them."""
        rows = [
            (self._terms.term(STATEMENT, one.new.refers), one.record, int(one.new.voids))
            for one in fresh
            if one.new.refers is not None
        ]
        self._database.many(connection, "INSERT INTO reference VALUES (?, ?, ?)", sorted(rows))
        referred = self._referred(connection, fresh)
        self._void(connection, fresh, referred)
        if rows or referred:
            self._copy(connection, self._ties(connection, fresh, referred), MOST_COPIED)

    def _referred(self, connection: Connection, fresh: Sequence[Incoming]) -> dict[int, bool]:
        """Of the new statements those that others refer to, and whether one of them voids."""
        if connection.exec_driver_sql("SELECT 1 FROM reference LIMIT 1").first() is None:
            return {}
        targets = {self._terms.term(STATEMENT, one.new.id): one.record for one in fresh}
        found: dict[int, bool] = {}
        for listed in in_lists(sorted(targets)):
            for target, voids in connection.exec_driver_sql(
                f"SELECT target, voids FROM reference WHERE target IN ({listed})"
            ):
                record = targets[target]
                found[record] = found.get(record, False) or bool(voids)
        return found

    def _void(
        self,
        connection: Connection,
        fresh: Sequence[Incoming],
        referred: dict[int, bool],
    ) -> None:
        """Data 2.3.2, whichever came first; a voiding statement itself is never voided."""
        doomed = {record for record, voids in referred.items() if voids}
        for one in fresh:
            if one.new.voids and one.new.refers is not None:
                target = self.find(connection, one.new.refers)
                if target is not None:
                    doomed.add(target.record)
        for listed in in_lists(sorted(doomed)):
            connection.exec_driver_sql(
                f"UPDATE statement SET flags = flags | {VOIDED}"
                f" WHERE record IN ({listed}) AND flags & {VOIDS} = 0"
            )

    # ------------------------------------------------------------------ chains

    def _ties(
        self, connection: Connection, fresh: Sequence[Incoming], referred: Container[int]
    ) -> Iterator[tuple[int, Node]]:
        """(record, a statement that it reaches) for everything that new statements tie together.

        Every pair once: a new statement with its own path; an older one, whose path is one as well,
        with what follows the first new statement on it.
        """
        new = {one.record for one in fresh}
        known: Known = {
            one.new.id: Node(one.record, one.new.id, one.new.refers, pack(one.terms))
            for one in fresh
        }
        for one in fresh:
            if one.new.refers is None and one.record not in referred:
                continue
            node = known[one.new.id]
            assert node is not None
            path = self.path(connection, node, known)
            yield from ((node.record, reached) for reached in path)
            if one.record in referred:
                yield from self._older(connection, [node, *path], new)

    def _older(
        self, connection: Connection, path: Sequence[Node], new: Container[int]
    ) -> Iterator[tuple[int, Node]]:
        for steps, record in self.tree(connection, path[0], new):
            for reached in path[: DEEPEST - steps + 1]:
                if steps and reached.record != record:
                    yield record, reached

    def path(self, connection: Connection, node: Node, known: Known | None = None) -> list[Node]:
        """What a statement reaches, nearest first; a circle ends it. `known`: what was found
        before, by id, and takes what is found now."""
        known = {} if known is None else known
        found: list[Node] = []
        seen = {node.record}
        here: Node | None = node
        while here is not None and here.refers is not None and len(found) < DEEPEST:
            if here.refers not in known:
                known[here.refers] = self.find(connection, here.refers)
            here = known[here.refers]
            if here is None or here.record in seen:
                break
            seen.add(here.record)
            found.append(here)
        return found

    def tree(
        self, connection: Connection, node: Node, without: Container[int] = ()
    ) -> Iterator[tuple[int, int]]:
        """(steps, record) of a statement and of all that reach it, nearest first; not through
        those of `without`."""
        seen = {node.record}
        level = [(node.record, node.uuid)]
        for steps in range(DEEPEST + 1):
            yield from ((steps, record) for record, _ in level)
            above = [
                (one.record, one.uuid)
                for one in self._referring(connection, [uuid for _, uuid in level])
                if one.record not in seen and one.record not in without
            ]
            seen.update(record for record, _ in above)
            level = above
            if not level:
                return

    def _referring(self, connection: Connection, uuids: Sequence[bytes]) -> Iterator[Node]:
        targets = {self._terms.term(STATEMENT, uuid): uuid for uuid in uuids}
        for listed in in_lists(sorted(targets)):
            rows = connection.exec_driver_sql(
                f"SELECT {_NODE} FROM reference r JOIN statement s ON s.record = r.record"
                f" WHERE r.target IN ({listed}) ORDER BY s.record"
            ).all()
            known = set(targets.values())
            yield from (Node(*row) for row in rows if row[2] in known)

    def find(self, connection: Connection, uuid: bytes) -> Node | None:
        """The statement with this id, if it is there and not erased."""
        record = self._ids.find(connection, uuid)
        return None if record is None else self.node(connection, record)

    def node(self, connection: Connection, record: int) -> Node | None:
        """A statement that was not erased."""
        row = connection.exec_driver_sql(
            f"SELECT {_NODE} FROM statement s WHERE s.record = {record}"
        ).one_or_none()
        return None if row is None else Node(*row)

    # ------------------------------------------------------------------ erasing

    def erase(self, connection: Connection, node: Node) -> None:
        """Deletes the statement's row. Whoever reached it reaches neither it nor what lies behind
        it any more; that it voided another one stays known."""
        path = [node, *self.path(connection, node)]
        tree = [record for _, record in self.tree(connection, node)]
        for record in tree:
            for reached in path:
                if reached.record != record:
                    self._delete(connection, reached.terms, record, reached.record)
        self._delete(connection, node.terms, node.record, 0)
        connection.exec_driver_sql(f"DELETE FROM statement WHERE record = {node.record}")
        connection.exec_driver_sql(
            f"DELETE FROM reference WHERE record = {node.record} AND voids = 0"
        )
        if {one.record for one in path[1:]} & set(tree):  # a circle: some reach it another way
            others = (self.node(connection, record) for record in tree)
            self._copy(
                connection,
                (
                    (one.record, reached)
                    for one in others
                    if one is not None
                    for reached in self.path(connection, one)
                ),
            )

    def _delete(self, connection: Connection, terms: bytes, record: int, via: int) -> None:
        listed = ",".join(map(str, unpack(terms)))
        if listed:
            connection.exec_driver_sql(
                f"DELETE FROM posting WHERE epoch = {record >> EPOCH_SHIFT}"
                f" AND term IN ({listed}) AND record = {record} AND via = {via}"
            )

    def _copy(
        self, connection: Connection, pairs: Iterable[tuple[int, Node]], most: int | None = None
    ) -> None:
        """Raises BadEvidence("statement-references") beyond `most` postings."""
        rows: list[tuple[int, ...]] = []
        copied = 0
        for record, reached in pairs:
            epoch, via = record >> EPOCH_SHIFT, reached.record
            rows += [(epoch, term, record, via) for term in unpack(reached.terms)]
            if most is not None and copied + len(rows) > most:
                raise BadEvidence("statement-references", limit=most)
            if len(rows) > _ROWS_AT_ONCE:
                self._insert(connection, rows)
                copied += len(rows)
                rows = []
        self._insert(connection, rows)

    def _insert(self, connection: Connection, rows: Sequence[tuple[int, ...]]) -> None:
        self._database.many(
            connection,
            "INSERT INTO posting VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            sorted(rows),
        )
