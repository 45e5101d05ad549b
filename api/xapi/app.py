"""The ASGI application behind `/xapi`: settles a request, has it handled, dresses the answer.

1. the path names a resource (404); OPTIONS is answered for browsers;
2. the body is read, bounded (413); a large one only for a known token, and where there is room;
3. alternate request syntax of 1.0.3 is unfolded;
4. the method is one of the resource's (405);
5. the version is one of ours (400);
6. the token is known (401) and may do this (403);
7. the handler answers or refuses;
8. every answer gets the version, the headers for browsers and, under /statements,
   X-Experience-API-Consistent-Through.

That order is the suite's: without any header it wants 400, and 405 before it looks for a token.
From 3 on all runs in one thread of a pool, so that waiting for the disk holds up nobody else; large
bodies one after another, since what is parsed takes many times its bytes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.xapi import answers, authentication, body, versioning
from api.xapi.about import about
from api.xapi.alternate import Unfolded, unfold
from api.xapi.parameters import decoded
from api.xapi.problems import NoSuchMethod, problem
from api.xapi.request import Call, Handler, Handlers, Service
from api.xapi.room import Room
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, CouldNotLook, Refusal, UnknownNumber
from ledger.ports import TokenRow, TokenStore

log = logging.getLogger("xuezheng")

PREFIX = "/xapi"
_BELOW = PREFIX + "/"
THREADS = 32
FREE_BODY = 64 << 10
"""Bytes that anybody may send before it is known who sends."""
STALE_MILLIS = 1_000
FORM_BODY = 4 << 20
"""Bytes of an alternate request, in which the token stands inside the form."""
HEAVY_BODY = 1 << 20
"""Bytes from which on bodies need room, and are handled one at a time."""
ROOM, ROOM_OF_FORMS = body.MAX_BODY, 2 * FORM_BODY
"""Bytes of such bodies in memory at once. Forms come from anybody: they have room of their own."""
REMEMBERED = 10_000
"""Senders whose last version is kept."""
_WITH_BODY = frozenset({"PUT", "POST"})
ABOUT = "about"
_THROUGH = answers.CONSISTENT_THROUGH.encode()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came."""

    method: str
    resource: str
    query: bytes
    headers: Mapping[str, str]

    @classmethod
    def of(cls, scope: Scope) -> Incoming:
        """Repeated headers are joined by a comma (RFC 9110, 5.3), which none of ours survives."""
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        resource = scope["path"].removeprefix(PREFIX).strip("/")
        return cls(scope["method"], resource, scope["query_string"], headers)


class XapiDoor:
    """One Learning Record Store as an ASGI application; `close` when the server has stopped."""

    def __init__(self, service: Service, tokens: TokenStore, handlers: Handlers) -> None:
        self._service, self._tokens, self._handlers = service, tokens, handlers
        self._threads = ThreadPoolExecutor(THREADS, "xapi")
        self._heard = (0, b"")
        self._room, self._forms = Room(ROOM), Room(ROOM_OF_FORMS)
        self._heavy = asyncio.Lock()
        self._spoken: dict[int, Version] = {}

    def close(self) -> None:
        """Waits for the requests under way."""
        self._threads.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming.of(scope)
        try:
            answer = await self._answered(incoming, receive)
        except ClientDisconnect:
            return
        if incoming.method == "HEAD":
            await _send_head(answer, send)
        else:
            await answer(scope, receive, send)

    async def _answered(self, incoming: Incoming, receive: Receive) -> Response:
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as held:
            try:
                content = await self._content(incoming, receive, loop, held)
            except Refusal as refusal:
                refused = problem(refusal)
                return await loop.run_in_executor(self._threads, self._dressed, incoming, refused)
            if len(content) > HEAVY_BODY or "content-encoding" in incoming.headers:
                await held.enter_async_context(self._heavy)
            return await loop.run_in_executor(self._threads, self._answer, incoming, content)

    async def _content(
        self,
        incoming: Incoming,
        receive: Receive,
        loop: asyncio.AbstractEventLoop,
        held: AsyncExitStack,
    ) -> bytes:
        if incoming.method not in _WITH_BODY:
            return b""
        declared = incoming.headers.get("content-length")
        alternate = _is_alternate(incoming)
        limit = FORM_BODY if alternate else body.MAX_BODY
        size = _expected(declared, limit)
        if alternate and size > FREE_BODY:
            await held.enter_async_context(self._forms.of(size))
        elif size > FREE_BODY:
            await loop.run_in_executor(
                self._threads, self._settled, incoming.method, incoming.resource, incoming.headers
            )
            if size > HEAVY_BODY:
                await held.enter_async_context(self._room.of(size))
        return await body.read(receive, declared, limit)

    # ----------------------------------------------------------------------- in a thread

    def _answer(self, incoming: Incoming, content: bytes) -> Response:
        try:
            response = self._handled(incoming, content)
        except Refusal as refusal:
            response = problem(refusal)
        except Exception:  # a defect: told as 500 and logged, never as an answer of the store
            log.exception("%s /xapi/%s", incoming.method, incoming.resource)
            response = problem(CouldNotLook("internal-error"), 500)
        return self._dressed(incoming, response)

    def _handled(self, incoming: Incoming, content: bytes) -> Response:
        if incoming.method == "OPTIONS":
            return answers.preflight()
        asked = _unfolded(incoming, body.decoded(incoming.headers, content))
        if incoming.resource == ABOUT:
            if asked.method not in ("GET", "HEAD"):
                raise NoSuchMethod("method-not-allowed", allowed=("GET", "HEAD", "OPTIONS"))
            return about(asked.headers, asked.parameters)
        handler, version, token = self._settled(asked.method, incoming.resource, asked.headers)
        authority = authentication.authority(self._service.office.identity, token.key, token.name)
        method = "GET" if asked.method == "HEAD" else asked.method
        call = Call(
            method, incoming.resource, asked.parameters, asked.headers, asked.body,
            version, token, authority,
        )  # fmt: skip
        return handler(self._service, call)

    def _settled(
        self, method: str, resource: str, headers: Mapping[str, str]
    ) -> tuple[Handler, Version, TokenRow]:
        """Steps 4 to 6; the resource itself first."""
        methods = self._handlers.get(resource)
        if methods is None:
            raise UnknownNumber("not-found", requirement="XAPI-00139")
        method = "GET" if method == "HEAD" else method
        handler = methods.get(method)
        if handler is None:
            heads = ("HEAD",) if "GET" in methods else ()
            raise NoSuchMethod("method-not-allowed", allowed=(*methods, *heads, "OPTIONS"))
        version = versioning.negotiated(headers.get(versioning.HEADER))
        authorization = headers.get("authorization")
        token = authentication.admitted(self._tokens, authorization, resource, method)
        if len(self._spoken) >= REMEMBERED:
            self._spoken.clear()
        self._spoken[hash(authorization)] = version
        return handler, version, token

    def _dressed(self, incoming: Incoming, response: Response) -> Response:
        """Step 8. An answer to no version we know is in the one this sender spoke last, else in
        1.0.3: the suites of 1.0.3 and 2.0 both look for their own."""
        headers = incoming.headers
        spoken = self._spoken.get(hash(headers.get("authorization")), Version.V1)
        version = versioning.version_or(headers.get(versioning.HEADER), spoken)
        names = [name for name, _ in response.raw_headers]
        # Also where nothing is, but could be meant: the suite once asks there, and waits for it.
        if incoming.resource.startswith("statements") and _THROUGH not in names:
            with suppress(Refusal):  # the store cannot say: then the answer does not either
                through = self._through(incoming.method in _WITH_BODY)
                response.raw_headers.append((_THROUGH, through))
        return answers.dressed(response, version)

    def _through(self, writing: bool) -> bytes:
        """Until when all can be read. What was true stays true, so that a writer gets what was
        last heard, and does not wait for the store once more."""
        office = self._service.office
        now = office.millis()
        asked, through = self._heard
        if not writing or now - asked > STALE_MILLIS:
            through = answers.timestamp(office.statements.consistent_through(now)).encode()
            self._heard = (now, through)
        return through


def _expected(declared: str | None, limit: int) -> int:
    """Bytes that a body may take: as many as are allowed, if it does not say how many it has."""
    if declared is None or not declared.isdecimal():
        return limit
    return min(int(declared[:20]), limit)


def _is_alternate(incoming: Incoming) -> bool:
    """A POST that says `method=`, of who does not speak 2.0, which has no such thing."""
    if incoming.method != "POST" or b"method=" not in incoming.query:
        return False
    given = incoming.headers.get(versioning.HEADER)
    return versioning.version_or(given, Version.V1) is Version.V1


def _unfolded(incoming: Incoming, content: bytes) -> Unfolded:
    parameters = decoded(incoming.query)
    if _is_alternate(incoming) and "method" in parameters:
        inner = unfold(parameters, incoming.headers, content)
        if versioning.version_or(inner.headers.get(versioning.HEADER), Version.V1) is Version.V2:
            raise BadEvidence("xapi-alternate", why="2.0", requirement="IEEE 9274.1.1, 4.1.1")
        return inner
    return Unfolded(incoming.method, parameters, incoming.headers, content)


class XapiFirst:
    """ASGI middleware: what is under `/xapi` goes straight to the door, past all other routes.

    A statement is acknowledged in a fraction of a millisecond; routes and layers that serve others
    would cost it as much again.
    """

    def __init__(self, app: ASGIApp, door: XapiDoor) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_BELOW):
            await self._door(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _send_head(answer: Response, send: Send) -> None:
    """The answer to a GET without its body (Communication 1.1)."""
    await send(
        {
            "type": "http.response.start",
            "status": answer.status_code,
            "headers": answer.raw_headers,
        }
    )
    await send({"type": "http.response.body", "body": b""})
