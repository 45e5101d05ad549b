"""Names of streams: the origin line of checkpoints and the id on chain."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NamedTuple

from ledger.core import messages_streams  # noqa: F401  (registers the sentences)
from ledger.core.kinds import Kind
from ledger.errors import BadEvidence

KIND_NAMES: dict[Kind, str] = {
    kind: kind.name.lower() for kind in Kind if kind is not Kind.CONTINUATION
}
KINDS_BY_NAME: dict[str, Kind] = {name: kind for kind, name in KIND_NAMES.items()}
MAX_GENERATION = 2**32 - 1

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ORIGIN = re.compile(r"([a-z0-9.-]{1,253})/([a-z]+)(?:/([1-9][0-9]{0,9}))?")


class Origin(NamedTuple):
    """An origin's parts; generation 0 is the first stream of its kind."""

    domain: str
    kind: Kind
    generation: int


def check_domain(domain: str) -> None:
    """A lower-case host name of ASCII labels (RFC 1123), at most 253 characters, no port."""
    if len(domain) > 253 or _DOMAIN.fullmatch(domain) is None:
        raise BadEvidence("stream-origin", origin=repr(domain[:300]))


def origin(domain: str, kind: Kind | str, generation: int = 0) -> str:
    """`<domain>/<kind>`, for a successor stream `<domain>/<kind>/<generation>`.

    `kind` is a stream's kind or its lower-case name. Raises BadEvidence stream-origin.
    """
    check_domain(domain)
    name = kind if isinstance(kind, str) else KIND_NAMES.get(kind)
    if name not in KINDS_BY_NAME or not 0 <= generation <= MAX_GENERATION:
        raise BadEvidence("stream-origin", origin=f"{domain}/{kind}/{generation}")
    return f"{domain}/{name}/{generation}" if generation else f"{domain}/{name}"


def parse_origin(text: str) -> Origin:
    """The inverse of `origin`; raises BadEvidence stream-origin."""
    match = _ORIGIN.fullmatch(text)
    if match is None or match[2] not in KINDS_BY_NAME:
        raise BadEvidence("stream-origin", origin=repr(text[:300]))
    found = Origin(match[1], KINDS_BY_NAME[match[2]], int(match[3] or 0))
    if origin(*found) != text:
        raise BadEvidence("stream-origin", origin=repr(text[:300]))
    return found


def stream_id(origin: str) -> bytes:
    """The stream's id on chain: SHA-256 of the origin in UTF-8, 32 bytes."""
    return sha256(origin.encode("utf-8")).digest()
