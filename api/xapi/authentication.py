"""Who asks, what the token may do, and the authority of what it writes (Communication 4.0).

The token is looked up for every request: a token that is gone opens nothing any more.
"""

from __future__ import annotations

from functools import lru_cache

from api.tokens import identify
from ledger.core.canonical import canonical_json
from ledger.errors import NotAllowed
from ledger.office.context import Identity
from ledger.ports import TokenRow, TokenStore

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
