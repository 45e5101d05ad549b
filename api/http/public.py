"""The public addresses: streams, look-up, receipts, status lists, chain, identity. No token."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.did import did_document
from api.http.description import of_type
from api.wiring import Institution
from ledger.core.lookup import format_bucket, prefix_bytes
from ledger.errors import UnknownNumber
from ledger.office.lookup import bucket
from ledger.office.receipt import receipt
from ledger.office.status_list import status_list

TEXT = "text/plain; charset=utf-8"
TILE = "application/octet-stream"
STATUS_LIST, DID = "application/vc", "application/did+json"
IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
FRESH = {"Cache-Control": "no-store"}


def router(institution: Institution, chain_call: Callable[[bytes], bytes]) -> APIRouter:
    """All public routes of one institution."""
    routes = APIRouter(tags=["public"])
    office = institution.office

    @routes.get(
        "/streams/{kind}/{path:path}", summary="C2SP tlog-tiles of a stream", **of_type(TEXT, TILE)
    )
    def stream_file(kind: str, path: str) -> Response:
        if kind not in office.kinds():
            raise UnknownNumber("no-such-stream", stream=kind)
        data = office.store.file(kind, path)
        if data is None:
            raise UnknownNumber("not-found")
        if path == "checkpoint":
            return Response(data, media_type=TEXT, headers=FRESH)
        headers = FRESH if ".p/" in path else IMMUTABLE
        return Response(data, media_type=TILE, headers=headers)

    @routes.get("/lookup/{bits}/{prefix}", summary="Entries whose key starts with these bits")
    def lookup(bits: int, prefix: str) -> Response:
        found = bucket(office, bits, prefix_bytes(bits, prefix))
        return Response(format_bucket(found), media_type="application/json", headers=FRESH)

    @routes.get("/receipt/{kind}/{index}", summary="Signed receipt of a record")
    def signed_receipt(kind: str, index: int) -> JSONResponse:
        if kind not in office.kinds():
            raise UnknownNumber("no-such-stream", stream=kind)
        return JSONResponse(receipt(office, kind, index), headers=FRESH)

    @routes.get(
        "/status/{purpose}/{number}",
        summary="Bitstring Status List credential",
        **of_type(STATUS_LIST),
    )
    def status_credential(purpose: str, number: int) -> JSONResponse:
        return JSONResponse(
            status_list(office, purpose, number), media_type=STATUS_LIST, headers=FRESH
        )

    @routes.post("/chain", summary="Read-only JSON-RPC gateway")
    async def chain(request: Request) -> Response:
        answer = await run_in_threadpool(chain_call, await request.body())
        return Response(answer, media_type="application/json", headers=FRESH)

    @routes.get("/.well-known/did.json", summary="The institution's DID document", **of_type(DID))
    def did() -> JSONResponse:
        return JSONResponse(did_document(institution), media_type=DID)

    @routes.get("/trust", summary="The trust bundle this institution last made or signed")
    def trust() -> Response:
        path = institution.home.root / "trust.json"
        if not path.exists():
            raise UnknownNumber("not-found")
        return Response(path.read_bytes(), media_type="application/json", headers=FRESH)

    return routes
