"""The verifier web app: the page at `/v`, its trust bundle, and the doors for machines.

The page verifies in the reader's browser and sends nothing here but requests for its own files.
Machines post a certificate to `/verify`, or a W3C VC-API request to `/credentials/verify` and
`/presentations/verify`; they get the verdict of the Python verifier, which is handed in as `check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from ledger.core.trust import parse_trust
from ledger.errors import CouldNotLook
from verifier import server_requests as requests
from verifier.server_http import Headers, install_problems, read_body

DIST = Path(__file__).parent / "web" / "dist"


class Check(Protocol):
    """The Python verifier: any input of `xuezheng-verify check` to the JSON of its verdict.

    Raises `WrongUse` when the input holds no credential. May block: it runs in a thread.
    """

    def __call__(self, data: bytes, lang: str) -> Mapping[str, Any]: ...


def create_app(trust_path: Path, check: Check, dist: Path = DIST) -> FastAPI:
    """The app over the trust bundle in `trust_path` and the built page in `dist`.

    Raises BadEvidence("trust-format") for an unusable bundle, CouldNotLook("page-not-built") when
    the page was never built.
    """
    trust_bytes = trust_path.read_bytes()
    trust = parse_trust(trust_bytes)
    if not (dist / "index.html").is_file():
        raise CouldNotLook("page-not-built", path=dist)
    app = FastAPI(title="Xuezheng verifier", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Headers, trust=trust)
    install_problems(app)
    _add_page(app, dist, trust_bytes)
    _add_machine_doors(app, check)
    return app


def _add_page(app: FastAPI, dist: Path, trust_bytes: bytes) -> None:
    app.mount("/assets", StaticFiles(directory=dist / "assets"), name="assets")

    @app.get("/")
    async def root() -> RedirectResponse:
        return RedirectResponse("/v", 307)

    @app.get("/v")
    async def page() -> FileResponse:
        return FileResponse(dist / "index.html", media_type="text/html; charset=utf-8")

    @app.get("/icon.svg")
    async def icon() -> FileResponse:
        return FileResponse(dist / "icon.svg", media_type="image/svg+xml")

    @app.get("/trust.json")
    async def trust_json() -> Response:
        return Response(trust_bytes, media_type="application/json")

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}


def _add_machine_doors(app: FastAPI, check: Check) -> None:
    async def judge(data: bytes, lang: str) -> Mapping[str, Any]:
        return await run_in_threadpool(check, data, lang)

    @app.post("/verify")
    async def verify(request: Request) -> JSONResponse:
        """JSON with one of `text`, `document`, `file` (base64), or the bare bytes of a file."""
        body = await read_body(request)
        data = requests.presented(body, request.headers.get("content-type", ""))
        return JSONResponse(dict(await judge(data, requests.language(request))))

    @app.post("/credentials/verify")
    async def credentials_verify(request: Request) -> JSONResponse:
        """W3C VC-API, Verify Credential."""
        document = requests.credential(await read_body(request))
        verdict = await judge(document, requests.language(request))
        return JSONResponse(requests.credential_result(verdict))

    @app.post("/presentations/verify")
    async def presentations_verify(request: Request) -> JSONResponse:
        """W3C VC-API, Verify Presentation: an unsigned envelope around credentials."""
        signed, documents = requests.presentation(await read_body(request))
        lang = requests.language(request)
        verdicts = [await judge(document, lang) for document in documents]
        return JSONResponse(requests.presentation_result(signed, verdicts))
