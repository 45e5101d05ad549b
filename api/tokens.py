"""API credentials: key and secret, used as HTTP Basic or as Bearer `key.secret`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time

from ledger.errors import NotAllowed, WrongUse
from ledger.ports import TokenRow, TokenStore

SCOPES = frozenset(
    {
        "issue",
        "xapi",
        "statements/write",
        "statements/read/mine",
        "statements/read",
        "state",
        "profile",
        "all/read",
        "all",
    }
)
MAX_NAME = 100
_NO_SUCH_TOKEN = bytes(32)


class Unauthorized(NotAllowed):
    """No token, or not a valid one: HTTP 401."""

    http_status = 401


def parse_scopes(given: str) -> tuple[str, ...]:
    """A comma list of scopes; WrongUse names the first unknown one. Never empty."""
    scopes = tuple(dict.fromkeys(part.strip() for part in given.split(",")))
    for scope in scopes:
        if scope not in SCOPES:
            raise WrongUse("unknown-scope", scope=scope)
    return scopes


def create_token(store: TokenStore, name: str, scopes: tuple[str, ...]) -> tuple[str, str]:
    """(key, secret); the store keeps the SHA-256 of the secret (256 random bits need no salt).

    WrongUse("token-name") for a name that nobody could read in a list of tokens.
    """
    if not (0 < len(name) <= MAX_NAME and name.isprintable() and name.strip()):
        raise WrongUse("token-name")
    key, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    store.add_token(TokenRow(key, name, scopes, _hashed(secret), int(time.time())))
    return key, secret


def authorise(store: TokenStore, header: str | None, scope: str) -> TokenRow:
    """The token behind an `Authorization` header, if it has the scope.

    Raises Unauthorized without a valid token, NotAllowed("token-scope") for one of another scope.
    """
    row = identify(store, header)
    if scope not in row.scopes and "all" not in row.scopes:
        raise NotAllowed("token-scope", scope=scope)
    return row


def identify(store: TokenStore, header: str | None) -> TokenRow:
    """The token behind an `Authorization` header, whatever it may do; Unauthorized without one."""
    key, secret = _credentials(header)
    row = store.token(key)
    known = row.secret_hash if row else _NO_SUCH_TOKEN
    if not hmac.compare_digest(known, _hashed(secret)) or row is None:
        raise Unauthorized("token-wrong")
    return row


def _credentials(header: str | None) -> tuple[str, str]:
    if not header:
        raise Unauthorized("token-missing")
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        key, dot, secret = value.strip().partition(".")
    elif scheme.lower() == "basic":
        try:
            text = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Unauthorized("token-wrong") from error
        key, dot, secret = text.partition(":")
    else:
        raise Unauthorized("token-wrong")
    if not (key and dot and secret):
        raise Unauthorized("token-wrong")
    return key, secret


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
