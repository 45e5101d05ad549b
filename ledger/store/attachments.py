"""Raw data of attachments, once for each SHA-256, and the statements that declare them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from ledger.ports.statements import Attachment
from ledger.store.database import Database, in_lists
from ledger.store.schema import attachment
from ledger.store.sealing import Sealing, opened
from ledger.store.terms import ATTACHMENT, Terms, pack


class Attachments:
    """Rows of `attachment` and `attached`."""

    def __init__(self, database: Database, terms: Terms, sealing: Sealing) -> None:
        self._database, self._terms, self._sealing = database, terms, sealing

    def save(
        self,
        connection: Connection,
        declared: Sequence[tuple[int, Sequence[str]]],
        data: Iterable[Attachment],
    ) -> None:
        """`declared`: record and what it declares. Data that is there already stays as it is."""
        links = {
            (self._terms.term(ATTACHMENT, sha2), record)
            for record, listed in declared
            for sha2 in listed
        }
        self._database.many(
            connection, "INSERT INTO attached VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(links)
        )
        wanted = {number for number, _ in links}
        rows = []
        for one in {each.sha2: each for each in data}.values():
            number = self._terms.term(ATTACHMENT, one.sha2)
            if number in wanted:
                kind = self._sealing.records.seal(one.content_type.encode(), _type(number))
                content = self._sealing.records.seal(one.content, _content(number))
                rows.append((number, kind, content))
        self._database.many(
            connection, "INSERT INTO attachment VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows
        )

    def read(self, sha2: str) -> Attachment | None:
        """See `ports.StatementStore.attachment`."""
        number = self._terms.term(ATTACHMENT, sha2)
        with self._database.read() as connection:
            row = connection.execute(
                select(attachment).where(attachment.c.id == number)
            ).one_or_none()
        if row is None:
            return None
        cipher = self._sealing.records
        kind = opened(cipher, row.sealed, _type(number), "attachment").decode()
        return Attachment(sha2, kind, opened(cipher, row.content, _content(number), "attachment"))

    def erase(self, connection: Connection, record: int) -> None:
        """Unties a statement; data that no other statement declares is deleted."""
        found = connection.exec_driver_sql(
            f"SELECT attachment FROM attached WHERE record = {record}"
        )
        ids = [row[0] for row in found]
        connection.exec_driver_sql(f"DELETE FROM attached WHERE record = {record}")
        for listed in in_lists(ids):
            connection.exec_driver_sql(
                f"DELETE FROM attachment WHERE id IN ({listed}) AND NOT EXISTS"
                " (SELECT 1 FROM attached WHERE attached.attachment = attachment.id)"
            )


def _type(number: int) -> bytes:
    return b"attachment type" + pack((number,))


def _content(number: int) -> bytes:
    return b"attachment" + pack((number,))
