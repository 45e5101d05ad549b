"""What a handler of `/xapi` gets, and what it is.

A handler is synchronous, runs in a thread, raises a Refusal for whatever it does not accept and
answers with a plain response; the headers that all answers share are added afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from ledger.core.xapi.versions import Version
from ledger.office.committer import Committer
from ledger.office.context import Office
from ledger.ports import TokenRow


@dataclass(frozen=True, slots=True)
class Call:
    """A request after headers, alternate syntax, authentication and version are settled."""

    method: str
    """`GET` for a HEAD request too: its body is dropped on the way out."""
    resource: str
    """Path below `/xapi/`, e.g. `activities/state`."""
    parameters: Mapping[str, str]
    """Query parameters, decoded; none is repeated. Whether each is known, the handler says
    (`only`)."""
    headers: Mapping[str, str]
    """Names in lower case; with the alternate request syntax, those of the form."""
    body: bytes
    version: Version
    token: TokenRow
    authority: bytes
    """Canonical JSON of the agent that the token stands for."""


@dataclass(frozen=True, slots=True)
class Service:
    """What handlers work with. `base_url` is the public address of `/xapi`, no trailing slash."""

    office: Office
    committer: Committer
    base_url: str


Handler = Callable[[Service, Call], Response]
Handlers = Mapping[str, Mapping[str, Handler]]
"""By resource, then by method (`GET` stands for HEAD too)."""
