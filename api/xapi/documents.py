"""The document resources (Communication 2.2; 4.1.6.2, 4.1.6.5, 4.1.6.6 of IEEE 9274.1.1).

State, agent profile and activity profile differ in whose document it is and in the name of the id
(`DocumentResource`); the rest is the same and stands here.

A change is decided inside the store's transaction, on the document as it is then: of two clients
that send the same If-Match, one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.responses import Response

from api.xapi.answers import no_content
from api.xapi.etags import preconditions, quoted, tagged
from api.xapi.parameters import only, required, wrong_value
from api.xapi.request import Call, Handler, Service
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.xapi.agents import check_agent
from ledger.core.xapi.values import check_iri, parse_timestamp
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, UnknownNumber
from ledger.office import documents as rules
from ledger.ports.statements import Document, DocumentKind, DocumentScope

MAX_ID = 1000
"""Characters of a stateId or profileId."""
MAX_MEDIA_TYPE = 200
BYTES = "application/octet-stream"
"""What content is whose type nobody named (RFC 9110, 8.3)."""

_ID = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+\-]+/[\w!#$&^.+\-]+(?:[ \t]*;[ -~\t]*)?", re.ASCII)


@dataclass(frozen=True)
class DocumentResource:
    """One of the three. `scope` reads whose documents a call is about, off its parameters."""

    kind: DocumentKind
    id: str
    """The parameter that names one document: `stateId` or `profileId`."""
    whose: frozenset[str]
    """The parameters that `scope` reads."""
    scope: Callable[[Call], DocumentScope]
    requirements: Mapping[str, str]
    """Method to the requirement that a call without id breaks."""
    deletes_many: bool = False
    """Whether a DELETE without id is one of all documents of the scope."""

    @property
    def parameters(self) -> frozenset[str]:
        """Those that every method knows."""
        return self.whose | {self.id}


def handlers(resource: DocumentResource) -> dict[str, Handler]:
    """What serves the resource, by method."""
    serve = {"GET": _get, "PUT": _put, "POST": _post, "DELETE": _delete}
    return {method: partial(function, resource) for method, function in serve.items()}


# --------------------------------------------------------------------------- the four methods


def _get(resource: DocumentResource, service: Service, call: Call) -> Response:
    # `since` with an id is taken and means nothing (note to XAPI-00192).
    only(call.parameters, resource.parameters | {"since"})
    scope, since = resource.scope(call), _since(call)
    id = _id(resource, call)
    if id is None:
        return _ids(service, call, _every(scope), since)
    found = service.office.documents.document(scope, id)
    if found is None:
        raise UnknownNumber("xapi-no-document", name=resource.id, id=id, pointer=resource.id)
    return tagged(call, found.content, found.content_type, found.updated)


def _ids(service: Service, call: Call, scope: DocumentScope, since: int | None) -> Response:
    ids = service.office.documents.document_ids(scope, since)
    updated = service.office.documents.last_updated(scope) if ids else None
    return tagged(call, canonical_json(ids), updated=updated)


def _put(resource: DocumentResource, service: Service, call: Call) -> Response:
    only(call.parameters, resource.parameters)
    conditions, new = preconditions(call.headers), _sent(service, call)
    return _change(resource, service, call, rules.put(new, conditions, _guard(resource, call)))


def _post(resource: DocumentResource, service: Service, call: Call) -> Response:
    only(call.parameters, resource.parameters)
    change = rules.post(_sent(service, call), preconditions(call.headers))
    return _change(resource, service, call, change)


def _delete(resource: DocumentResource, service: Service, call: Call) -> Response:
    only(call.parameters, resource.parameters)
    conditions = preconditions(call.headers)
    if resource.deletes_many and resource.id not in call.parameters:
        return _delete_many(service, _every(resource.scope(call)), conditions)
    return _change(resource, service, call, rules.delete(conditions))


def _change(
    resource: DocumentResource, service: Service, call: Call, change: rules.Change
) -> Response:
    """204, with the tag of what is there now: for the next If-Match."""
    scope, id = resource.scope(call), _one_id(resource, call)

    def stamped(old: Document | None) -> Document | None:
        # Not before the transaction began, which may have waited: who asks for what changed
        # `since` an earlier answer is to find it.
        new = change(old)
        return new and replace(new, updated=max(new.updated, service.office.millis()))

    left = service.office.documents.change_document(scope, id, stamped)
    return no_content(None if left is None else {"ETag": quoted(left.etag)})


def _delete_many(
    service: Service, scope: DocumentScope, conditions: rules.Preconditions
) -> Response:
    if not conditions.absent:
        header = "If-None-Match" if conditions.match is None else "If-Match"
        raise BadEvidence(
            "xapi-precondition-many", header=header, pointer="", requirement=rules.CONCURRENCY
        )
    service.office.documents.delete_documents(scope)
    return no_content()


def _sent(service: Service, call: Call) -> Document:
    """The document of a PUT or POST, of the type that its header says."""
    content_type = call.headers.get("content-type", "").strip() or BYTES
    if len(content_type) > MAX_MEDIA_TYPE or not _MEDIA_TYPE.fullmatch(content_type):
        raise BadEvidence(
            "xapi-media-type", limit=MAX_MEDIA_TYPE, pointer="",
            requirement="Communication 3.2",
        )  # fmt: skip
    return rules.document(call.body, content_type, service.office.millis())


def _guard(resource: DocumentResource, call: Call) -> rules.Guard:
    if call.version is not Version.V1:
        return rules.Guard.NEW
    is_state = resource.kind is DocumentKind.STATE
    return rules.Guard.FREE if is_state else rules.Guard.NOTHING


# --------------------------------------------------------------------------- parameters


def _every(scope: DocumentScope) -> DocumentScope:
    """For many documents: without registration, those of any."""
    if scope.kind is not DocumentKind.STATE or scope.registration is not None:
        return scope
    return replace(scope, any_registration=True)


def _since(call: Call) -> int | None:
    text = call.parameters.get("since")
    return None if text is None else parse_timestamp(text, "since", call.version)


def _id(resource: DocumentResource, call: Call) -> str | None:
    id = call.parameters.get(resource.id)
    if id is not None and not (len(id) <= MAX_ID and _ID.fullmatch(id)):
        expected = f"1 to {MAX_ID} characters, none of them a control character"
        raise wrong_value(resource.id, expected, "Communication 2.2")
    return id


def _one_id(resource: DocumentResource, call: Call) -> str:
    required(call.parameters, resource.id, resource.requirements[call.method])
    return _id(resource, call) or ""


def activity_of(call: Call, requirement: str) -> str:
    """The IRI of the parameter `activityId`."""
    return check_iri(required(call.parameters, "activityId", requirement), "activityId")


def agent_of(call: Call, requirement: str, group: bool) -> dict[str, Any]:
    """The Agent of the parameter `agent`; with `group` also an identified Group."""
    text = required(call.parameters, "agent", requirement)
    try:
        value = parse_json(text.encode("utf-8", "surrogatepass"))
    except BadEvidence as error:
        raise wrong_value("agent", "Agent (JSON)", requirement) from error
    agent = check_agent(value, call.version, "agent")
    if agent.get("objectType") == "Group" and not group:
        raise wrong_value("agent", "Agent, not a Group", requirement)
    return agent


def groups_allowed(call: Call) -> bool:
    """Whose documents may be a Group's: in 2.0 an identified Group's too; 1.0.3 lets its
    identifier stand in an Agent (Communication 2.6)."""
    return call.version is not Version.V1
