"""States and profiles: found by keyed HMACs of their scope, contents and names sealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import astuple
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select

from ledger.ports.statements import Document, DocumentKind, DocumentScope
from ledger.store.database import Database
from ledger.store.dedupe import first_key
from ledger.store.dialect import exclude
from ledger.store.schema import document
from ledger.store.sealing import Sealing, opened
from ledger.store.terms import AGENT, DOCUMENT, REGISTRATION, SCOPE, Terms

Change = Callable[[Document | None], Document | None]
_AT_ONCE = 100


class Documents:
    """`ports.DocumentStore` over a database."""

    def __init__(self, database: Database, key: bytes, sealing: Sealing) -> None:
        self._database, self._sealing = database, sealing
        self._terms = Terms(key)

    def document(self, scope: DocumentScope, id: str) -> Document | None:
        """See `ports.DocumentStore.document`."""
        number = self._id(scope, id)
        with self._database.read() as connection:
            row = _row(connection, number)
        return None if row is None else self._open(row)[2]

    def document_ids(self, scope: DocumentScope, since: int | None = None) -> list[str]:
        """See `ports.DocumentStore.document_ids`."""
        wanted = select(document.c.id, document.c.label).where(self._within(scope))
        if since is not None:
            wanted = wanted.where(document.c.updated > since)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        return sorted({self._label(row.id, row.label)[1] for row in rows})

    def last_updated(self, scope: DocumentScope) -> int | None:
        """See `ports.DocumentStore.last_updated`."""
        wanted = select(func.max(document.c.updated)).where(self._within(scope))
        with self._database.read() as connection:
            found: int | None = connection.execute(wanted).scalar()
        return found

    def change_document(self, scope: DocumentScope, id: str, change: Change) -> Document | None:
        """See `ports.DocumentStore.change_document`."""
        number = self._id(scope, id)
        with self._database.write() as connection:
            exclude(connection, first_key(number))
            row = _row(connection, number)
            changed = change(None if row is None else self._open(row)[2])
            connection.execute(delete(document).where(document.c.id == number))
            if changed is not None:
                self._database.insert(
                    connection, document, [self._sealed(number, scope, id, changed)]
                )
        return changed

    def delete_documents(self, scope: DocumentScope) -> int:
        """See `ports.DocumentStore.delete_documents`."""
        with self._database.write() as connection:
            return connection.execute(delete(document).where(self._within(scope))).rowcount

    def documents_of(self, agent: str) -> Iterator[tuple[DocumentScope, str, Document]]:
        """See `ports.DocumentStore.documents_of`; a few at a time."""
        last = b""
        while True:
            wanted = (
                select(document)
                .where(document.c.agent == self._terms.term(AGENT, agent), document.c.id > last)
                .order_by(document.c.id)
                .limit(_AT_ONCE)
            )
            with self._database.read() as connection:
                rows = connection.execute(wanted).all()
            if not rows:
                return
            yield from map(self._open, rows)
            last = rows[-1].id

    # ------------------------------------------------------------------ inside

    def _id(self, scope: DocumentScope, id: str) -> bytes:
        registration = "" if scope.registration is None else scope.registration
        return self._terms.digest(
            DOCUMENT, scope.kind, scope.activity, scope.agent, registration, id
        )

    def _scope(self, scope: DocumentScope) -> int:
        return self._terms.term(SCOPE, scope.kind, scope.activity, scope.agent)

    def _registration(self, scope: DocumentScope) -> int | None:
        if scope.registration is None:
            return None
        return self._terms.term(REGISTRATION, scope.registration)

    def _within(self, scope: DocumentScope) -> ColumnElement[bool]:
        found = document.c.scope == self._scope(scope)
        if scope.any_registration and scope.registration is None:
            return found
        return and_(found, document.c.registration.is_not_distinct_from(self._registration(scope)))

    def _sealed(
        self, number: bytes, scope: DocumentScope, id: str, content: Document
    ) -> tuple[Any, ...]:
        kind, activity, agent, registration, _ = astuple(scope)
        facts = [kind, activity, agent, registration, id, content.content_type, content.etag]
        records = self._sealing.records
        return (
            number,
            self._scope(scope),
            self._registration(scope),
            self._terms.term(AGENT, scope.agent) if scope.agent else None,
            content.updated,
            records.seal(json.dumps(facts).encode(), b"label" + number),
            records.seal(content.content, b"document" + number),
        )

    def _label(self, number: bytes, sealed: bytes) -> tuple[DocumentScope, str, str, str]:
        text = opened(self._sealing.records, sealed, b"label" + number, "document")
        kind, activity, agent, registration, id, content_type, etag = json.loads(text)
        scope = DocumentScope(DocumentKind(kind), activity, agent, registration)
        return scope, id, content_type, etag

    def _open(self, row: Row[Any]) -> tuple[DocumentScope, str, Document]:
        scope, id, content_type, etag = self._label(row.id, row.label)
        records = self._sealing.records
        content = opened(records, row.content, b"document" + row.id, "document")
        return scope, id, Document(content, content_type, etag, row.updated)


def _row(connection: Connection, number: bytes) -> Row[Any] | None:
    return connection.execute(select(document).where(document.c.id == number)).one_or_none()


def forget_documents(connection: Connection, terms: Terms, agent: str) -> int:
    """Deletes all states and profiles of an agent."""
    gone = delete(document).where(document.c.agent == terms.term(AGENT, agent))
    return connection.execute(gone).rowcount
