"""What an institution may call itself: checked before anything is written."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

from ledger.errors import WrongUse
from ledger.office.context import Identity

_DOMAIN = re.compile(
    r"(?=.{1,64}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\Z"
)
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
MAX_NAME = 200
"""Bytes in UTF-8, as the registry limits them."""


def checked_identity(
    name: str | None,
    domain: str | None,
    code: str | None,
    name_en: str | None,
    public_url: str,
    verify_url: str,
) -> Identity:
    """The identity with its defaults filled in, or WrongUse naming what will not do."""
    if not name or not domain:
        raise WrongUse("usage", why="init --home DIR --institution NAME --domain DOMAIN")
    domain = domain.lower()
    if not _DOMAIN.match(domain):
        raise WrongUse("bad-domain", domain=domain)
    if not _CODE.match(code or domain):
        raise WrongUse("bad-code", given=code)
    return Identity(
        code=code or domain,
        domain=domain,
        name=_name(name),
        name_en=_name(name_en or name),
        public_url=checked_url(public_url),
        verify_url=checked_url(verify_url),
    )


def _name(given: str) -> str:
    name = unicodedata.normalize("NFC", given.strip())
    if not name or len(name.encode(errors="replace")) > MAX_NAME:
        raise WrongUse("bad-name", why=f"1…{MAX_NAME} bytes")
    for character in name:
        # Controls, formats (bidi), surrogates, private use and unassigned
        if unicodedata.category(character)[0] == "C":
            raise WrongUse("bad-name", why=f"U+{ord(character):04X}")
    return name


def checked_url(given: str) -> str:
    """The URL without a trailing slash; plain http for loopback only."""
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise WrongUse("bad-url", url=given) from error
    plain = parts.scheme == "http" and _loopback(host)
    if not host or not (plain or parts.scheme == "https") or parts.query or parts.fragment:
        raise WrongUse("bad-url", url=given)
    if parts.username or len(given.encode()) > MAX_NAME or not given.isascii():
        raise WrongUse("bad-url", url=given)
    return given.rstrip("/")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
