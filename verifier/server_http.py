"""HTTP manners of the verifier web app: security headers, problem+json errors, bounded bodies."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.core.trust import TrustBundle
from ledger.errors import CouldNotLook, Refusal, UnknownNumber, WrongUse
from verifier import server_messages as _messages  # noqa: F401  (registers the codes)

log = logging.getLogger("xuezheng.verifier")

MAX_BODY = 16 * 1024 * 1024


def content_security_policy(trust: TrustBundle) -> str:
    """Nothing but own files may run. The page asks nodes and issuers over https, over plain http
    only where the signed bundle says so, and on loopback for trying things out."""
    urls = [node.url for node in trust.nodes] + [one.public_url for one in trust.institutions]
    plain = {f"http://{urlsplit(url).netloc}" for url in urls if url.startswith("http://")}
    loopback = {"http://127.0.0.1:*", "http://localhost:*"}
    connect = " ".join(["'self'", "https:", *sorted(plain | loopback)])
    return (
        f"default-src 'self'; connect-src {connect}; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


class Headers:
    """Adds the security headers to every answer, and the caching rules by path."""

    def __init__(self, app: ASGIApp, trust: TrustBundle) -> None:
        self._app = app
        self._fixed = {
            "Content-Security-Policy": content_security_policy(trust),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # The names of assets change with their content; everything else must be asked for anew.
        asset = scope["path"].startswith("/assets/")
        caching = "public, max-age=31536000, immutable" if asset else "no-cache"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._fixed)
                headers["Cache-Control"] = caching
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def read_body(request: Request, limit: int = MAX_BODY) -> bytes:
    """The body, refused while it streams in as soon as it is over `limit` bytes."""
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > limit:
            raise WrongUse("verify-too-large", limit=limit)
    return bytes(parts)


def problem(refusal: Refusal, status: int | None = None) -> JSONResponse:
    """RFC 9457 with the refusal's stable `code`; `title` in English, `detail` in Chinese."""
    status = status or (413 if refusal.code == "verify-too-large" else refusal.http_status)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": refusal.en,
        "detail": refusal.zh,
        "status": status,
        "code": refusal.code,
    }
    return JSONResponse(body, status, media_type="application/problem+json")


def install_problems(app: FastAPI) -> None:
    """Every way out of a handler that is not an answer becomes problem+json."""

    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> JSONResponse:
        return problem(refusal)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return problem(UnknownNumber("verify-no-such-address", path=request.url.path), 404)
        why = HTTPStatus(error.status_code).phrase
        return problem(WrongUse("verify-body", why=why), error.status_code)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s", request.method, request.url.path, exc_info=error)
        return problem(CouldNotLook("verify-broken"), 500)
