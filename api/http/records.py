"""Statements over HTTP (scope `statements/write`): JSON lines into a stream."""

from __future__ import annotations

import io
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool

from api.tokens import authorise
from api.wiring import Institution
from ledger.errors import UnknownNumber
from ledger.office.ingest import KINDS, ingest


def router(institution: Institution) -> APIRouter:
    """`POST /records/<kind>`: the body is JSON lines, plain or gzip."""
    routes = APIRouter(tags=["records"])

    @routes.post("/records/{kind}", summary="Statements (JSON lines, also gzip)")
    async def records(
        kind: str, request: Request, authorization: Annotated[str | None, Header()] = None
    ) -> dict[str, Any]:
        authorise(institution.store, authorization, "statements/write")
        if kind not in KINDS:
            raise UnknownNumber("no-such-stream", stream=kind)
        body = io.BytesIO(await request.body())
        report = await run_in_threadpool(ingest, institution.office, kind, body)
        return {
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

    return routes
