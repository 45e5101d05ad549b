"""Who asks, what the token may do, and the authority of what it writes (Communication 4.0).

The secret is compared for every request. The token's row is remembered for `REMEMBER_SECONDS`: a
token that is gone opens nothing any more after that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

from api.tokens import identify
from ledger.core.canonical import canonical_json
from ledger.errors import NotAllowed
from ledger.office.context import Identity
from ledger.ports import TokenRow, TokenStore

REMEMBER_SECONDS = 2.0
REMEMBERED_ROWS = 1_000
EVERYTHING = frozenset({"all", "xapi"})
_READ_ALL = EVERYTHING | {"all/read"}
_READ_STATEMENTS = _READ_ALL | {"statements/read"}
_READING = {
    "statements": _READ_STATEMENTS | {"statements/read/mine"},
    "activities": _READ_STATEMENTS | {"statements/read/mine", "state", "profile"},
    "agents": _READ_STATEMENTS | {"profile"},
    "activities/state": _READ_ALL | {"state"},
    "activities/profile": _READ_ALL | {"profile"},
    "agents/profile": _READ_ALL | {"profile"},
}
_WRITING = {
    "statements": EVERYTHING | {"statements/write"},
    "activities/state": EVERYTHING | {"state"},
    "activities/profile": EVERYTHING | {"profile"},
    "agents/profile": EVERYTHING | {"profile"},
}


class RememberedTokens:
    """`ports.TokenStore` before another: what was found is not asked again at once."""

    def __init__(self, tokens: TokenStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._tokens, self._clock = tokens, clock
        self._rows: dict[str, tuple[TokenRow, float]] = {}

    def add_token(self, row: TokenRow) -> None:
        self._tokens.add_token(row)

    def token(self, key: str) -> TokenRow | None:
        """A key that is not there is asked for every time: it may be made at any moment."""
        now = self._clock()
        known = self._rows.get(key)
        if known is not None and now < known[1]:
            return known[0]
        self._rows.pop(key, None)
        row = self._tokens.token(key)
        if row is not None:
            if len(self._rows) >= REMEMBERED_ROWS:
                self._rows.clear()
            self._rows[key] = (row, now + REMEMBER_SECONDS)
        return row


def admitted(tokens: TokenStore, header: str | None, resource: str, method: str) -> TokenRow:
    """The token of a request that it may make.

    Raises Unauthorized (401) without a valid token, NotAllowed("token-scope") (403) for one that
    has none of the scopes; a resource that is not listed here asks for `all`.
    """
    token = identify(tokens, header)
    scopes = (_READING if method == "GET" else _WRITING).get(resource, EVERYTHING)
    if scopes.isdisjoint(token.scopes):
        raise NotAllowed("token-scope", scope=" | ".join(sorted(scopes)), requirement="XAPI-00327")
    return token


def only_mine(token: TokenRow) -> bool:
    """Whether it reads only the statements of its own authority (`statements/read/mine`)."""
    return _READ_STATEMENTS.isdisjoint(token.scopes)


@lru_cache(maxsize=1024)
def authority(identity: Identity, key: str, name: str) -> bytes:
    """Canonical JSON of the agent that a token stands for: an account at the institution.

    The account is the token's key; the name is what the token is called.
    """
    account = {"homePage": f"https://{identity.domain}", "name": key}
    return canonical_json({"objectType": "Agent", "name": name, "account": account})
