"""Statements over HTTP beside the xAPI door: many at once, refused line by line; receipts by id."""

from __future__ import annotations

import io
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool

from api.tokens import authorise, identify
from api.wiring import Institution
from api.xapi.authentication import EVERYTHING, authority, only_mine
from ledger.errors import NotAllowed, UnknownNumber
from ledger.office.ingest import KINDS, ingest
from ledger.office.receipt import receipt
from ledger.ports import TokenRow
from ledger.ports.statements import StoredStatement

RECEIPT_SCOPES = EVERYTHING | {
    "all/read",
    "statements/read",
    "statements/read/mine",
    "statements/write",
}


def router(institution: Institution) -> APIRouter:
    """`POST /records/<kind>` and `GET /records/<id>/receipt`."""
    routes = APIRouter(tags=["records"])
    office = institution.office

    @routes.post(
        "/records/{kind}", summary="Statements (JSON lines or one array, also gzip), line by line"
    )
    async def records(
        kind: str, request: Request, authorization: Annotated[str | None, Header()] = None
    ) -> dict[str, Any]:
        authorise(institution.store, authorization, "statements/write")
        if kind not in KINDS:
            raise UnknownNumber("no-such-stream", stream=kind)
        body = io.BytesIO(await request.body())
        report = await run_in_threadpool(ingest, office, kind, body)
        value = {
            "accepted": report.accepted,
            "duplicate": report.duplicate,
            "refused": [
                {
                    "line": refused.line,
                    "code": refused.refusal.code,
                    "zh": refused.refusal.zh,
                    "en": refused.refusal.en,
                }
                for refused in report.refused
            ],
        }
        return {**value, "unnamed": report.unnamed} if report.unnamed else value

    @routes.get("/records/{statement_id}/receipt", summary="Signed receipt of a statement, by id")
    def receipt_by_id(
        statement_id: UUID, authorization: Annotated[str | None, Header()] = None
    ) -> dict[str, Any]:
        token = identify(institution.store, authorization)
        if RECEIPT_SCOPES.isdisjoint(token.scopes):
            raise NotAllowed("token-scope", scope="statements/write")
        found = office.statements.statement(statement_id.bytes)
        if found is None or not _may_know(institution, token, found):
            raise UnknownNumber("no-such-statement", id=statement_id)
        return receipt(office, found.kind, found.index)

    return routes


def _may_know(institution: Institution, token: TokenRow, found: StoredStatement) -> bool:
    """A token that reads all, or the one that submitted it: id and index together tell whose leaf
    it is."""
    if not only_mine(token):
        return True
    return found.authority == authority(institution.office.identity, token.key, token.name)
