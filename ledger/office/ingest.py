"""Statements from a file into a stream: the good ones are in, the bad ones named by their place.

Each statement passes the standard's rules, as it would at `/xapi`, and can be read there. One
without `id` gets an id derived from its canonical bytes, so that it is known again. Statements are
acknowledged in groups, each by one durable transaction; run again after a crash, what is in counts
as duplicate.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from uuid import UUID

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.xapi.enclosures import check_attachments
from ledger.core.xapi.multipart import Part
from ledger.core.xapi.references import references
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, Refusal, WrongUse
from ledger.office.context import Office
from ledger.office.ingest_files import Item, Meter, read_items
from ledger.office.ingest_tables import read_rows
from ledger.office.mapping import TableMapping, heading_of, to_statement
from ledger.office.statements import Source, accept, prepare_one, source
from ledger.ports.statements import Attachment, BatchOutcome, NewStatement, StatementBatch

GROUP = 2_048
GROUP_BYTES = 16 << 20
"""How much one transaction takes."""
MAX_NAMED = 100_000
"""Refused statements that are named; of the rest only the count is kept."""
KINDS = ("learning", "teaching")

Counted = Callable[[int, int], None]
"""Called with (statements seen, bytes read of the source) after each group."""


@dataclass(frozen=True)
class RefusedLine:
    """A statement that is not in the stream, and why. `line` from 1: the line, the row, or in a
    JSON array the place."""

    line: int
    refusal: Refusal


@dataclass
class IngestReport:
    """Counts over the statements of one input; blank lines do not count. `unnamed` more were
    refused beyond those in `refused`."""

    accepted: int = 0
    duplicate: int = 0
    refused: list[RefusedLine] = field(default_factory=list)
    unnamed: int = 0

    def refuse(self, line: int, refusal: Refusal) -> None:
        """Notes a refused statement."""
        if len(self.refused) < MAX_NAMED:
            self.refused.append(RefusedLine(line, refusal))
        else:
            self.unnamed += 1


def authority_of(office: Office, name: str) -> bytes:
    """Who vouches for statements that come in otherwise than by a token: the institution itself,
    under the name of the way in."""
    account = {"homePage": f"https://{office.identity.domain}", "name": name}
    return canonical_json({"objectType": "Agent", "account": account})


def version_of(statement: Any) -> Version:
    """The version of the standard by which a statement of a file is judged: 1.0.3, unless its
    `version` is one of 2.0."""
    given = statement.get("version") if isinstance(statement, dict) else None
    return Version.V2 if isinstance(given, str) and given.startswith("2.") else Version.V1


def ingest(
    office: Office,
    kind: str,
    file: BinaryIO,
    counted: Counted | None = None,
    mapping: TableMapping | None = None,
) -> IngestReport:
    """Reads statements and appends them to the stream `learning` or `teaching`.

    `file`: JSON lines, a JSON array, gzip of these; with `mapping` CSV or XLSX. Raises WrongUse for
    another stream, an empty input, or a heading that does not fit the mapping; a damaged gzip
    stream is one refusal after the good statements.
    """
    taking = Taking(office, kind, authority_of(office, "ingest"))
    meter, seen = Meter(file), 0
    for line, found in read_statements(meter.read, mapping):
        seen += 1
        if isinstance(found, Refusal):
            taking.report.refuse(line, found)
        elif taking.add(line, found) and counted:
            counted(seen, meter.count)
    taking.flush()
    if counted:
        counted(seen, meter.count)
    if seen == 0:
        raise WrongUse("file-empty")
    taking.report.refused.sort(key=lambda refused: refused.line)
    return taking.report


def preview(
    file: BinaryIO, mapping: TableMapping | None, rows: int
) -> list[tuple[int, Any | None, Refusal | None]]:
    """The first statements of a file as they would be taken: (line, statement, why refused)."""
    shown: list[tuple[int, Any | None, Refusal | None]] = []
    for line, found in read_statements(file.read, mapping):
        if isinstance(found, Refusal):
            shown.append((line, None, found))
        else:
            try:
                check_statement(found, version_of(found))
                shown.append((line, found, None))
            except Refusal as refusal:
                shown.append((line, found, refusal))
        if len(shown) == rows:
            break
    if not shown:
        raise WrongUse("file-empty")
    return shown


# ------------------------------------------------------------------------------------------ reading


def read_statements(
    read: Callable[[int], bytes], mapping: TableMapping | None = None
) -> Iterator[tuple[int, Any | Refusal]]:
    """(place, parsed JSON or why there is none) of everything in a source."""
    if mapping is None:
        for item in read_items(read):
            yield item.number, _parsed(item)
    else:
        yield from _mapped(read_rows(read), mapping)


def _parsed(item: Item) -> Any | Refusal:
    if isinstance(item.text, Refusal):
        return item.text
    try:
        return parse_json(item.text)
    except BadEvidence as bad:
        return BadEvidence("statement-not-json", why=bad.detail.get("reason"))


def _mapped(rows: Iterable[Any], mapping: TableMapping) -> Iterator[tuple[int, Any | Refusal]]:
    heading, line = None, 0
    for row in rows:
        if isinstance(row, Refusal):
            yield line + 1, row
        elif heading is None:
            heading, line = heading_of(mapping, row), row.line
        else:
            line = row.line
            try:
                yield line, to_statement(mapping, heading, row)
            except BadEvidence as bad:
                yield line, bad


# ------------------------------------------------------------------------------------------ taking


@dataclass(frozen=True)
class _Waiting:
    line: int
    new: NewStatement
    attachments: tuple[Attachment, ...]


class Taking:
    """Takes statements one by one and acknowledges them in groups; `report` counts."""

    def __init__(self, office: Office, kind: str, authority: bytes) -> None:
        if kind not in KINDS:
            raise WrongUse("unknown-kind", kind=kind)
        self.report = IngestReport()
        self._office, self._kind, self._authority = office, kind, authority
        self._sources: dict[Version, Source] = {}
        self._waiting: list[_Waiting] = []
        self._bytes = 0

    def add(self, line: int, value: Any, parts: Sequence[Part] = ()) -> bool:
        """Checks one statement, with the data of its attachments, and queues it; whether a group
        was acknowledged meanwhile."""
        try:
            new, attachments = self._prepared(value, parts)
        except Refusal as refusal:
            self.report.refuse(line, refusal)
            return False
        self._waiting.append(_Waiting(line, new, attachments))
        self._bytes += len(new.payload) + sum(len(one.content) for one in attachments)
        if len(self._waiting) < GROUP and self._bytes < GROUP_BYTES:
            return False
        self.flush()
        return True

    def flush(self) -> None:
        """Acknowledges what waits; when it returns, all of it is on disk."""
        waiting, self._waiting, self._bytes, self._sources = self._waiting, [], 0, {}
        if not waiting:
            return
        batches = [StatementBatch((one.new,), one.attachments) for one in waiting]
        for one, outcome in zip(waiting, accept(self._office, batches), strict=True):
            self._count(one, outcome)

    def _prepared(
        self, value: Any, parts: Sequence[Part]
    ) -> tuple[NewStatement, tuple[Attachment, ...]]:
        version = version_of(value)
        statement = check_statement(value, version)
        attachments = tuple(
            Attachment(one.sha2, one.content_type, one.content)
            for one in check_attachments([statement], parts)
        )
        if references(statement)[1]:
            self.flush()  # what it voids may be waiting
        if version not in self._sources:
            self._sources[version] = source(
                self._office, version, self._authority, True, self._kind
            )
        return prepare_one(self._office, self._sources[version], statement), attachments

    def _count(self, one: _Waiting, outcome: BatchOutcome) -> None:
        if outcome.conflict is None and outcome.fresh[0]:
            self.report.accepted += 1
        elif outcome.conflict is not None:
            self.report.refuse(one.line, self._differs("statement-conflict", one.new))
        elif self._elsewhere(one.new):
            self.report.refuse(one.line, self._differs("statement-elsewhere", one.new))
        else:
            self.report.duplicate += 1

    def _elsewhere(self, new: NewStatement) -> bool:
        """Whether a statement that is known stands in the other stream."""
        other = next(kind for kind in KINDS if kind != self._kind)
        if self._office.store.size(other) == 0:
            return False
        known = self._office.statements.statement(new.id)
        return known is not None and known.kind == other

    def _differs(self, code: str, new: NewStatement) -> Refusal:
        known = self._office.statements.statement(new.id)
        place = {"stream": known.kind, "index": known.index} if known else {}
        return BadEvidence(code, id=str(UUID(bytes=new.id)), **place)


def as_text(statement: Any) -> str:
    """A statement for people to read."""
    return json.dumps(statement, ensure_ascii=False, indent=2)
