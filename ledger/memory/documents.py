"""Documents of agents and activities, in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from ledger.ports.statements import Document, DocumentScope


class MemoryDocumentStore:
    """`ports.DocumentStore` in memory."""

    def __init__(self) -> None:
        self._rows: dict[tuple[DocumentScope, str], Document] = {}
        self._lock = threading.Lock()

    def document(self, scope: DocumentScope, id: str) -> Document | None:
        return self._rows.get((scope, id))

    def document_ids(self, scope: DocumentScope, since: int | None = None) -> list[str]:
        found = {
            id
            for (own, id), document in self._rows.items()
            if _within(own, scope) and (since is None or document.updated > since)
        }
        return sorted(found)

    def last_updated(self, scope: DocumentScope) -> int | None:
        times = [
            document.updated for (own, _), document in self._rows.items() if _within(own, scope)
        ]
        return max(times, default=None)

    def change_document(
        self, scope: DocumentScope, id: str, change: Callable[[Document | None], Document | None]
    ) -> Document | None:
        with self._lock:
            changed = change(self._rows.get((scope, id)))
            if changed is None:
                self._rows.pop((scope, id), None)
            else:
                self._rows[scope, id] = changed
            return changed

    def delete_documents(self, scope: DocumentScope) -> int:
        return self._delete(lambda own: _within(own, scope))

    def documents_of(self, agent: str) -> Iterator[tuple[DocumentScope, str, Document]]:
        for (scope, id), document in list(self._rows.items()):
            if scope.agent == agent:
                yield scope, id, document

    def forget(self, agent: str) -> int:
        """Deletes all that is kept for an agent."""
        return self._delete(lambda own: own.agent == agent)

    def _delete(self, doomed: Callable[[DocumentScope], bool]) -> int:
        with self._lock:
            gone = [key for key in self._rows if doomed(key[0])]
            for key in gone:
                del self._rows[key]
            return len(gone)


def _within(own: DocumentScope, asked: DocumentScope) -> bool:
    if asked.any_registration:
        own = replace(own, registration=asked.registration, any_registration=True)
    return own == asked
