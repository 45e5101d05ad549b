"""The Statement resource (Communication 2.1; IEEE 9274.1.1, 4.1.6.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import urlsplit
from uuid import uuid4

from starlette.responses import Response, StreamingResponse

from api.xapi import answers
from api.xapi.authentication import only_mine
from api.xapi.filters import Asked, asked, link
from api.xapi.parameters import only, required
from api.xapi.problems import TooLarge
from api.xapi.request import Call, Handlers, Service
from api.xapi.submission import Submission, placed, submitted
from ledger.core.xapi.languages import LanguageRange, accepted_languages
from ledger.core.xapi.values import check_uuid
from ledger.errors import BadEvidence, Refusal, UnknownNumber
from ledger.office.queries import page, statement_json
from ledger.office.statements import prepare, refuse_conflict
from ledger.ports.statements import StatementBatch, StoredStatement

MAX_STATEMENT = 1 << 20
"""Bytes of one statement in canonical form, without its attachments."""
_ID = frozenset({"statementId"})
_NONE: frozenset[str] = frozenset()


# --------------------------------------------------------------------------- writing


def put(service: Service, call: Call) -> Response:
    """204; 409 where another statement has the id (Communication 2.1.1)."""
    only(call.parameters, _ID)
    id = check_uuid(required(call.parameters, "statementId", "XAPI-00145"), "statementId")
    submission = submitted(call)
    if submission.batch:
        raise BadEvidence("xapi-not-statements", pointer="", requirement="Communication 2.1.1")
    own = submission.statements[0].get("id")
    if own is not None and own.lower() != id.lower():
        raise BadEvidence("xapi-id-differs", pointer="/id", requirement="Communication 2.1.1")
    _stored(service, call, submission, given_id=id)
    return answers.no_content()


def post(service: Service, call: Call) -> Response:
    """200 with the ids in their order; 409 as above, and then nothing is stored (2.1.2).

    204 where all of it was here already: the suite takes that or 409 from a POST that repeats.
    """
    only(call.parameters, _NONE)
    submission = submitted(call)
    ids, fresh = _stored(service, call, submission)
    return answers.json_answer(ids) if fresh or not ids else answers.no_content()


def _stored(
    service: Service, call: Call, submission: Submission, given_id: str | None = None
) -> tuple[list[str], bool]:
    """Ids, and whether anything is new; returns when all is on disk."""
    if not submission.statements:
        return [], False
    try:
        batch, ids = prepare(
            service.office, submission.statements, call.version, call.authority,
            given_id=given_id, attachments=submission.attachments,
        )  # fmt: skip
        if len(call.body) > MAX_STATEMENT:
            _refuse_giants(batch)
        outcome = service.committer.submit(batch)
        refuse_conflict(batch, outcome)
    except Refusal as refusal:
        if refusal.code == "teaching-size":
            refusal = TooLarge(refusal.code, **refusal.detail)
        raise placed(refusal, submission.batch) from refusal
    return ids, any(outcome.fresh)


def _refuse_giants(batch: StatementBatch) -> None:
    for position, statement in enumerate(batch.statements):
        if len(statement.payload) > MAX_STATEMENT:
            raise TooLarge(
                "xapi-statement-too-large", limit=MAX_STATEMENT,
                position=position, pointer="", requirement="XAPI-00328",
            )  # fmt: skip


# --------------------------------------------------------------------------- reading


def get(service: Service, call: Call) -> Response:
    """One statement by `statementId` or `voidedStatementId`, or a StatementResult (2.1.3)."""
    mine = call.authority if only_mine(call.token) else None
    wanted = asked(call.parameters, call.version, mine)
    languages = accepted_languages(call.headers.get("accept-language"))
    if wanted.id is not None:
        return _one(service, wanted, languages, mine)
    return _many(service, wanted, languages)


def _one(
    service: Service, wanted: Asked, languages: tuple[LanguageRange, ...], mine: bytes | None
) -> Response:
    assert wanted.id is not None
    found = service.office.statements.statement(wanted.id)
    if found is None or found.voided != wanted.voided or mine not in (None, found.authority):
        raise UnknownNumber("xapi-no-statement", requirement="XAPI-00163")
    body = statement_json(found, wanted.format, languages, service.office.statements.activity)
    headers = {"Last-Modified": answers.http_date(found.stored)}
    return _answer(service, wanted, body, [found], headers)


def _many(service: Service, wanted: Asked, languages: tuple[LanguageRange, ...]) -> Response:
    """A page. What the header says can be read was read before the page was: the answer is never
    older than it claims, and claims no less than it shows."""
    office = service.office
    through = office.statements.consistent_through(office.millis())
    found, following = page(office, wanted.query)
    definition = cache(office.statements.activity)
    body = {
        "statements": [statement_json(one, wanted.format, languages, definition) for one in found],
        "more": "" if following is None else _more(service, link(wanted.parameters, following)),
    }
    through = max([through, *(one.stored for one in found)])
    headers = {answers.CONSISTENT_THROUGH: answers.timestamp(through)}
    return _answer(service, wanted, body, found, headers)


def _more(service: Service, value: str) -> str:
    """Relative to the server (Data 2.5): the path of `/xapi` and what follows it."""
    return f"{urlsplit(service.base_url).path}/statements?more={value}"


def _answer(
    service: Service,
    wanted: Asked,
    body: Mapping[str, object],
    found: list[StoredStatement],
    headers: dict[str, str],
) -> Response:
    if not wanted.attachments:
        return answers.json_answer(body, headers)
    hashes = dict.fromkeys(sha2 for one in found for sha2 in one.attachments)
    boundary = uuid4().hex
    content = answers.json_bytes(body)
    return StreamingResponse(
        _parts(service, content, list(hashes), boundary),
        headers=headers,
        media_type=f"multipart/mixed; boundary={boundary}",
    )


def _parts(service: Service, body: bytes, hashes: list[str], boundary: str) -> Iterator[bytes]:
    """multipart/mixed, one attachment in memory at a time (Communication 1.5.2).

    An attachment that only stands at its `fileUrl` is not ours to send. The boundary is random,
    hence in no content that was there before it.
    """
    line = f"--{boundary}"
    yield f"{line}\r\nContent-Type: application/json\r\n\r\n".encode() + body + b"\r\n"
    for sha2 in hashes:
        attachment = service.office.statements.attachment(sha2)
        if attachment is None:
            continue
        yield (
            f"{line}\r\nContent-Type: {_header_value(attachment.content_type)}\r\n"
            f"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n\r\n"
        ).encode()
        yield attachment.content
        yield b"\r\n"
    yield f"{line}--\r\n".encode()


def _header_value(content_type: str) -> str:
    """A declared type may hold what a header line cannot."""
    plain = content_type.isascii() and content_type.isprintable()
    return content_type if plain else "application/octet-stream"


HANDLERS: Handlers = {"statements": {"GET": get, "PUT": put, "POST": post}}
