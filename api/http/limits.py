"""Bodies over the limit are refused while they stream in, not after."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem
from ledger.errors import BadEvidence

MAX_BODY = 64 << 20
"""Bytes; a roster or a batch of statements larger than this comes in parts."""

MAX_BODY_OF = {"/chain": 1 << 20}
"""Addresses that anybody may write to, and what they need at most."""


class _TooLarge(Exception):
    pass


class BodyLimit:
    """ASGI middleware: counts the body as it arrives.

    Whatever the handler makes of a body that breaks off (FastAPI calls it unparsable), the answer
    is 413.
    """

    def __init__(
        self, app: ASGIApp, limit: int = MAX_BODY, limit_of: Mapping[str, int] = MAX_BODY_OF
    ) -> None:
        self._app, self._limit, self._limit_of = app, limit, limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of.get(scope["path"], self._limit)
        seen, started = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if seen > limit and not started:
                return
            started = True
            await send(message)

        with suppress(_TooLarge):
            await self._app(scope, counted, watched)
        if seen > limit and not started:
            await problem(BadEvidence("body-too-large", limit=limit), 413)(scope, receive, send)
