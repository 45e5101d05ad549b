"""The registrar's addresses (token scope `issue`): rosters, certificates, status, anchoring."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool

from api.certificates import render_pdf
from api.commands.anchor import as_json
from api.commands.status import ACTIONS
from api.http.description import of_type
from api.printing.qr import qr_png
from api.roster import TEMPLATES, validated
from api.tokens import authorise
from api.wiring import Institution
from ledger.core.frame import qr_text
from ledger.errors import BadEvidence, NotAllowed, WrongUse
from ledger.office.anchor import anchor
from ledger.office.issue import certificate, issue
from ledger.office.status import change_status

Authorization = Annotated[str | None, Header()]
FORMATS = {"json": "application/vc", "png": "image/png", "pdf": "application/pdf"}


class StatusChange(BaseModel):
    """Body of a status change."""

    model_config = ConfigDict(extra="forbid")
    action: str
    reason: str


def router(institution: Institution) -> APIRouter:
    """All routes that need the scope `issue`."""

    def authorised(authorization: Authorization = None) -> None:
        """Before the rest of the request is looked at."""
        authorise(institution.store, authorization, "issue")

    routes = APIRouter(tags=["registrar"], dependencies=[Depends(authorised)])
    office = institution.office

    @routes.post("/rosters", summary="Issue a roster (CSV or XLSX), all or nothing")
    async def roster(
        request: Request,
        template: Annotated[str, Query()],
        filename: Annotated[str, Query()] = "roster.csv",
        dry_run: Annotated[bool, Query()] = False,
    ) -> JSONResponse:
        data = await request.body()
        return JSONResponse(
            await run_in_threadpool(_issue, institution, data, filename, template, dry_run)
        )

    @routes.get(
        "/certificates/{name}",
        summary="<number>.json, .pdf or .png",
        **of_type(*FORMATS.values()),
    )
    def file(name: str) -> Response:
        number, _, suffix = name.rpartition(".")
        if suffix not in FORMATS:
            raise WrongUse("usage", why="<number>.json|pdf|png")
        issued = certificate(office, number)
        text = qr_text(office.identity.verify_url, issued.frame)
        if suffix == "json":
            data = issued.document
        else:
            data = qr_png(text) if suffix == "png" else render_pdf(office, issued, text)
        return Response(data, media_type=FORMATS[suffix])

    @routes.post(
        "/certificates/{number}/status",
        summary="Revoke, suspend, reinstate, …",
        openapi_extra={"requestBody": _schema(StatusChange)},
    )
    async def status(number: str, request: Request) -> dict[str, Any]:
        change = _status_change(await request.body())
        done = await run_in_threadpool(
            change_status, office, number, ACTIONS[change.action][0], change.reason
        )
        return {"number": done.number, "action": done.action, "index": done.index}

    @routes.post("/anchor", summary="Anchor what grew, now")
    def anchor_now() -> dict[str, Any]:
        return {"anchored": [as_json(item) for item in anchor(office)]}

    return routes


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {
        "required": True,
        "content": {"application/json": {"schema": model.model_json_schema()}},
    }


def _status_change(body: bytes) -> StatusChange:
    try:
        change = StatusChange.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        pointer = "/" + "/".join(str(part) for part in first["loc"])
        raise BadEvidence("body-invalid", pointer=pointer, why=first["msg"]) from error
    if change.action not in ACTIONS:
        raise WrongUse("usage", why=" | ".join(ACTIONS))
    return change


def _issue(
    institution: Institution, data: bytes, filename: str, template: str, dry_run: bool
) -> dict[str, Any]:
    if template not in TEMPLATES:
        raise WrongUse("unknown-template", template=template, known=", ".join(TEMPLATES))
    rows, problems = validated(institution.office, data, filename, template, None, True)
    if problems:
        errors = [
            {"row": p.row, "column": p.column, "code": p.code, "zh": p.detail_zh, "en": p.detail_en}
            for p in problems
        ]
        raise NotAllowed("roster-refused", count=len(errors), errors=errors)
    if dry_run:
        return {"issued": 0, "already": 0, "numbers": []}
    issued, already = issue(institution.office, rows)
    return {"issued": issued, "already": already, "numbers": [row.number for row in rows]}
