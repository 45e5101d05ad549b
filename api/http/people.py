"""The page `/people`: a person makes a passkey and signs with it. No token; nothing is kept.

Static files and nothing else: what is signed, and the public key, pass from hand to hand as JSON.
The page may run its own scripts only and talk to nobody (docs/spec/people.md, the page).
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from fastapi import APIRouter, Response

from api.http.description import of_type
from ledger.errors import UnknownNumber

FOLDER = Path(__file__).with_name("people_page")
HTML, CSS, SCRIPT = "text/html", "text/css", "text/javascript"
PARTS = {
    "page.css": CSS,
    "page.js": SCRIPT,
    "canonical.js": SCRIPT,
    "passkey.js": SCRIPT,
    "request.js": SCRIPT,
    "words.js": SCRIPT,
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ),
    "Permissions-Policy": "publickey-credentials-create=(self), publickey-credentials-get=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
"""No embedding (§13.4.9 of Web Authentication: a page above could take clicks), no other script,
no connection: what the person typed cannot leave by itself."""


def router(name: str, name_en: str) -> APIRouter:
    """The page of an institution of that name in Chinese and English."""
    routes = APIRouter(tags=["public"])
    page = (FOLDER / "index.html").read_text("utf-8")
    shown = {"{{name}}": escape(name), "{{name-en}}": escape(name_en)}
    for mark, text in shown.items():
        page = page.replace(mark, text)

    @routes.get("/people", summary="Page where a person signs with a passkey", **of_type(HTML))
    def people() -> Response:
        return Response(page, media_type=HTML, headers=HEADERS)

    @routes.get("/people/{part}", summary="Script or style of that page", **of_type(CSS, SCRIPT))
    def part_of_page(part: str) -> Response:
        media_type = PARTS.get(part)
        if media_type is None:
            raise UnknownNumber("not-found")
        return Response((FOLDER / part).read_bytes(), media_type=media_type, headers=HEADERS)

    return routes
