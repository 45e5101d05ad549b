"""The agents resource: an agent as a Person (Communication 2.4)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from api.xapi.documents import agent_of
from api.xapi.etags import tagged
from api.xapi.parameters import only
from api.xapi.request import Call, Handlers, Service
from ledger.core.canonical import canonical_json
from ledger.core.xapi.mentions import agent_key

_KNOWN = frozenset({"agent"})
_LISTED = ("name", "mbox", "mbox_sha1sum", "openid", "account")


def person(agents: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A Person (Communication 2.4.s5): every property of the agents as an array, nothing twice.

    The agents share one identifier: that two of them are the same human being is not guessed.
    """
    found: dict[str, Any] = {"objectType": "Person"}
    for agent in agents:
        for key in _LISTED:
            if key in agent and agent[key] not in found.setdefault(key, []):
                found[key].append(agent[key])
    return found


def _get(service: Service, call: Call) -> Response:
    """What is known of the agent, and at least what the request says of it."""
    only(call.parameters, _KNOWN)
    agent = agent_of(call, "XAPI-00243", group=False)
    known = (json.loads(form) for form in service.office.statements.agents(agent_key(agent)))
    named = [form for form in known if form.get("objectType") != "Group"]
    return tagged(call, canonical_json(person([agent, *named])))


HANDLERS: Handlers = {"agents": {"GET": _get}}
