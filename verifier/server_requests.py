"""What machines post to the verifier, and the VC-API form of the answer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request

from ledger.core.canonical import canonical_json, parse_json
from ledger.errors import BadEvidence, WrongUse
from verifier import server_messages as _messages  # noqa: F401  (registers the codes)

MAX_CREDENTIALS = 100


def language(request: Request) -> str:
    """`?lang=zh|en`, else the first of the two that Accept-Language names, else zh."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return str(asked)
    for part in request.headers.get("accept-language", "").split(","):
        primary = part.strip()[:2].lower()
        if primary in ("zh", "en"):
            return primary
    return "zh"


def presented(body: bytes, content_type: str) -> bytes:
    """The input for the check: the one member of a JSON envelope, or the bare body.

    A body of type application/json is the envelope `{"text"}`, `{"document"}` or `{"file"}`, or a
    credential itself. Raises WrongUse("verify-body").
    """
    if not body:
        raise WrongUse("verify-body", why="empty")
    if content_type.partition(";")[0].strip().lower() not in ("application/json", ""):
        return body
    value = _parse(body)
    if not isinstance(value, dict):
        raise WrongUse("verify-body", why="not an object")
    if "@context" in value:
        return body
    if len(value) != 1 or next(iter(value)) not in ("text", "document", "file"):
        raise WrongUse("verify-body", why="expected one of text, document, file")
    return _envelope(*next(iter(value.items())))


def _envelope(kind: str, value: Any) -> bytes:
    if kind == "document" and isinstance(value, dict):
        return _canonical(value)
    if not isinstance(value, str):
        raise WrongUse("verify-body", why=f"{kind} has the wrong type")
    if kind != "file":
        return value.encode()
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WrongUse("verify-body", why="file is not base64") from error


def credential(body: bytes) -> bytes:
    """The credential of a VC-API request, as canonical JSON."""
    request = _parse(body)
    found = request.get("verifiableCredential") if isinstance(request, dict) else None
    if not isinstance(found, dict):
        raise WrongUse("verify-body", why="verifiableCredential is not an object")
    return _canonical(found)


def presentation(body: bytes) -> tuple[bool, list[bytes]]:
    """(whether the presentation carries a proof of its own, its credentials)."""
    request = _parse(body)
    found = request.get("verifiablePresentation") if isinstance(request, dict) else None
    if not isinstance(found, dict):
        raise WrongUse("verify-body", why="verifiablePresentation is not an object")
    inside = found.get("verifiableCredential")
    documents = inside if isinstance(inside, list) else [inside]
    if not 1 <= len(documents) <= MAX_CREDENTIALS:
        raise WrongUse("verify-body", why=f"expected 1 to {MAX_CREDENTIALS} credentials")
    if not all(isinstance(one, dict) for one in documents):
        raise WrongUse("verify-body", why="verifiableCredential is not an object")
    return "proof" in found, [_canonical(one) for one in documents]


def credential_result(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """VC-API result: `verified` only when the verdict is valid; the whole verdict beside it."""
    verified = verdict["verdict"] == "valid"
    open_checks = [] if verified else _problems(verdict["checks"])
    return {"verified": verified, "problemDetails": open_checks, "verdict": dict(verdict)}


def presentation_result(signed: bool, verdicts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """VC-API result of a presentation. Holder proofs are not checked, so one is no `verified`."""
    results = [credential_result(verdict) for verdict in verdicts]
    problems = [_problem("presentation-proof", "the holder's proof was not checked")]
    own = {"verified": not signed, "problemDetails": problems if signed else []}
    return {
        "verified": not signed and all(one["verified"] for one in results),
        "presentationResult": own,
        "credentialResults": results,
    }


def _problems(checks: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        _problem(f"{check['code']}-{check['state']}", check["detail"])
        for check in checks
        if check["state"] in ("fail", "unknown")
    ]


def _problem(title: str, detail: str) -> dict[str, str]:
    return {"type": "about:blank", "title": title, "detail": detail}


def _parse(body: bytes) -> Any:
    try:
        return parse_json(body)
    except BadEvidence as refusal:
        raise WrongUse("verify-body", why=refusal.en) from refusal


def _canonical(value: Any) -> bytes:
    try:
        return canonical_json(value)
    except BadEvidence as refusal:
        raise WrongUse("verify-body", why=refusal.en) from refusal
