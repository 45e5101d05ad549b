"""The teaching profile and the extensions of a home, served as xAPI profiles. No token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse

from api.http.description import of_type
from ledger.core.teaching.profile import profile_bytes, profile_document
from ledger.core.teaching.terms import Extension
from ledger.core.teaching.vocabulary import PROFILE
from ledger.errors import UnknownNumber

LINKED_DATA = "application/ld+json"
CACHED = {"Cache-Control": "public, max-age=3600"}
STANDARD_NAME = PROFILE.rpartition("/")[2]

Extensions = Callable[[], Sequence[Extension]]
"""The extensions of the home that are in force, each one's newest version."""


def none_yet() -> Sequence[Extension]:
    """Of a home without extensions."""
    return ()


def router(public_url: str, extensions: Extensions = none_yet) -> APIRouter:
    """`/profiles` and what is below it."""
    routes = APIRouter(tags=["public"])

    def named(name: str) -> Extension | None:
        """None for the standard."""
        if name == STANDARD_NAME:
            return None
        for extension in extensions():
            if extension.name == name:
                return extension
        raise UnknownNumber("not-found")

    @routes.get("/profiles", summary="The xAPI profiles that teaching records follow")
    def listed() -> JSONResponse:
        found = [_line(public_url, one) for one in (None, *extensions())]
        return JSONResponse({"profiles": found}, headers=CACHED)

    @routes.get("/profiles/{name}", summary="An xAPI profile as JSON-LD", **of_type(LINKED_DATA))
    def profile(name: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        return _document(named(name), if_none_match)

    @routes.get(
        "/profiles/{name}/{version}",
        summary="The same, if this is its present version",
        **of_type(LINKED_DATA),
    )
    def version_of(
        name: str, version: str, if_none_match: Annotated[str | None, Header()] = None
    ) -> Response:
        extension = named(name)
        newest: str = profile_document(extension)["versions"][0]["id"]
        if newest.rpartition("/")[2] != version:
            raise UnknownNumber("not-found")
        return _document(extension, if_none_match)

    return routes


def _line(public_url: str, extension: Extension | None) -> dict[str, Any]:
    document = profile_document(extension)
    return {
        "name": STANDARD_NAME if extension is None else extension.name,
        "id": document["id"],
        "version": document["versions"][0]["id"],
        "title": document["prefLabel"],
        "address": f"{public_url}/profiles/{document['id'].rpartition('/')[2]}",
    }


def _document(extension: Extension | None, known: str | None) -> Response:
    data = profile_bytes(extension)
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {**CACHED, "ETag": tag}
    if known == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=LINKED_DATA, headers=headers)
