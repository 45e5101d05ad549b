"""Errors over HTTP: problem+json (RFC 9457) with the refusal's stable code, in both languages."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ledger.errors import BadEvidence, CouldNotLook, Refusal, UnknownNumber

log = logging.getLogger("xuezheng")

_BY_STATUS = {404: "not-found", 405: "method-not-allowed"}


def problem(refusal: Refusal, status: int | None = None) -> JSONResponse:
    """`code`, `title` (en), `detail` (zh), `errors` if the refusal lists any."""
    status = status or refusal.http_status
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": refusal.en,
        "detail": refusal.zh,
        "status": status,
        "code": refusal.code,
    }
    if "errors" in refusal.detail:
        body["errors"] = refusal.detail["errors"]
    headers = {"WWW-Authenticate": 'Basic realm="xuezheng"'} if status == 401 else None
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Every way out of a handler that is not an answer becomes problem+json."""

    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> JSONResponse:
        return problem(refusal)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0] if error.errors() else {"loc": (), "msg": "?"}
        pointer = "/" + "/".join(str(part) for part in first["loc"])
        return problem(BadEvidence("body-invalid", pointer=pointer, why=first["msg"]))

    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> JSONResponse:
        code = _BY_STATUS.get(error.status_code)
        if code:
            return problem(UnknownNumber(code), error.status_code)
        phrase = HTTPStatus(error.status_code).phrase
        return problem(BadEvidence("body-invalid", pointer="/", why=phrase), error.status_code)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s", request.method, request.url.path, exc_info=error)
        return problem(CouldNotLook("internal-error"), 500)
