"""The FastAPI app of one institution."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp

from api.http import people, problems, profile, public, records, registrar
from api.http.description import PROBLEM, complete, of_type, page
from api.http.limits import BodyLimit
from api.metrics import Metrics
from api.wiring import Institution
from api.xapi.app import PREFIX, XapiDoor, XapiFirst
from api.xapi.authentication import RememberedTokens
from api.xapi.description import described
from api.xapi.request import Service
from api.xapi.resources import HANDLERS
from ledger.errors import Refusal
from ledger.office.committer import Committer

PRIVATE = frozenset({"registrar", "records"})
"""Tags of the addresses that need a token."""


def create_app(
    institution: Institution,
    chain_call: Callable[[bytes], bytes],
    metrics: Metrics,
    extensions: profile.Extensions = profile.none_yet,
) -> FastAPI:
    """`chain_call` answers JSON-RPC bytes: the institution's node behind `/chain`; `extensions`
    gives the extension profiles in force, which `/profiles` serves beside the standard.

    Statements are taken while the app's lifespan lasts.
    """
    office = institution.office
    committer = Committer(office)
    service = Service(office, committer, office.identity.public_url + PREFIX)
    door = XapiDoor(service, RememberedTokens(institution.store), HANDLERS)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        committer.start()
        try:
            yield
        finally:
            door.close()
            committer.stop()

    app = FastAPI(
        title=f"学证 Xuezheng · {office.identity.name}",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.xapi = door
    problems.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST", "OPTIONS"],
        allow_headers=["Content-Type"],
    )
    app.add_middleware(XapiFirst, door=door)
    app.include_router(public.router(institution, chain_call))
    app.include_router(profile.router(office.identity.public_url, extensions))
    app.include_router(people.router(office.identity.name, office.identity.name_en))
    app.include_router(registrar.router(institution))
    app.include_router(records.router(institution))

    @app.get("/healthz", tags=["operator"], summary="The process lives")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", tags=["operator"], summary="Store and chain answer")
    def readyz() -> JSONResponse:
        try:
            institution.office.store.size("status")
            block = institution.office.reader().block()
        except Refusal as refusal:
            return problems.problem(refusal, 503)
        return JSONResponse({"status": "ready", "block": block.number})

    @app.get(
        "/metrics", tags=["operator"], summary="Prometheus figures", **of_type(CONTENT_TYPE_LATEST)
    )
    def figures() -> Response:
        data, media_type = metrics.text(institution.office)
        return Response(data, media_type=media_type)

    describe = app.openapi
    app.openapi = lambda: described(  # type: ignore[method-assign]
        complete(describe(), PRIVATE), PROBLEM
    )

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))

    return app


def in_front(app: FastAPI) -> ASGIApp:
    """The app as a server runs it: `/xapi` before every layer of the framework."""
    return XapiFirst(app, app.state.xapi)
