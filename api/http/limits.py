"""Bodies over the limit are refused while they stream in, not after."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem
from ledger.errors import BadEvidence

MAX_BODY = 64 << 20
"""Bytes; a roster or a batch of statements larger than this comes in parts."""


class _TooLarge(Exception):
    pass


class BodyLimit:
    """ASGI middleware: counts the body as it arrives."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen, started = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooLarge:
            if not started:
                answer = problem(BadEvidence("body-too-large", limit=self._limit), 413)
                await answer(scope, receive, send)
