"""Agent profiles and activity profiles (Communication 2.6 and 2.7)."""

from __future__ import annotations

from api.xapi.documents import DocumentResource, activity_of, agent_of, groups_allowed, handlers
from api.xapi.request import Call, Handlers
from ledger.core.xapi.mentions import agent_key
from ledger.ports.statements import DocumentKind, DocumentScope

_AGENT = {
    "GET": "XAPI-00261", "DELETE": "XAPI-00262", "POST": "XAPI-00263", "PUT": "XAPI-00264",
}  # fmt: skip
_ACTIVITY = {
    "GET": "XAPI-00296", "DELETE": "XAPI-00297", "POST": "XAPI-00298", "PUT": "XAPI-00299",
}  # fmt: skip


def _of_agent(call: Call) -> DocumentScope:
    agent = agent_of(call, _AGENT[call.method], groups_allowed(call))
    return DocumentScope(DocumentKind.AGENT_PROFILE, agent=agent_key(agent))


def _of_activity(call: Call) -> DocumentScope:
    activity = activity_of(call, _ACTIVITY[call.method])
    return DocumentScope(DocumentKind.ACTIVITY_PROFILE, activity=activity)


AGENT_PROFILES = DocumentResource(
    DocumentKind.AGENT_PROFILE,
    "profileId",
    frozenset({"agent"}),
    _of_agent,
    {"DELETE": "XAPI-00265", "POST": "XAPI-00266", "PUT": "XAPI-00267"},
)
ACTIVITY_PROFILES = DocumentResource(
    DocumentKind.ACTIVITY_PROFILE,
    "profileId",
    frozenset({"activityId"}),
    _of_activity,
    {"DELETE": "XAPI-00300", "POST": "XAPI-00301", "PUT": "XAPI-00302"},
)

HANDLERS: Handlers = {
    "agents/profile": handlers(AGENT_PROFILES),
    "activities/profile": handlers(ACTIVITY_PROFILES),
}
