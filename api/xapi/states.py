"""The state resource: what a learner has done in an activity so far (Communication 2.3)."""

from __future__ import annotations

from api.xapi.documents import DocumentResource, activity_of, agent_of, groups_allowed, handlers
from api.xapi.request import Call, Handlers
from ledger.core.xapi.mentions import agent_key
from ledger.core.xapi.values import check_uuid
from ledger.ports.statements import DocumentKind, DocumentScope

_ACTIVITY = {
    "DELETE": "XAPI-00207", "GET": "XAPI-00208", "POST": "XAPI-00209", "PUT": "XAPI-00210",
}  # fmt: skip
_AGENT = {
    "DELETE": "XAPI-00212", "GET": "XAPI-00213", "POST": "XAPI-00214", "PUT": "XAPI-00215",
}  # fmt: skip
_REGISTRATION = {
    "DELETE": "XAPI-00200", "GET": "XAPI-00201", "POST": "XAPI-00202", "PUT": "XAPI-00203",
}  # fmt: skip


def _scope(call: Call) -> DocumentScope:
    activity = activity_of(call, _ACTIVITY[call.method])
    agent = agent_of(call, _AGENT[call.method], groups_allowed(call))
    registration = call.parameters.get("registration")
    if registration is not None:
        rule = _REGISTRATION[call.method]
        registration = check_uuid(registration, "registration", rule).lower()
    return DocumentScope(DocumentKind.STATE, activity, agent_key(agent), registration)


STATES = DocumentResource(
    DocumentKind.STATE,
    "stateId",
    frozenset({"activityId", "agent", "registration"}),
    _scope,
    {"PUT": "XAPI-00206", "POST": "XAPI-00211", "DELETE": "XAPI-00216"},
    deletes_many=True,
)

HANDLERS: Handlers = {"activities/state": handlers(STATES)}
