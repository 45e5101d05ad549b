"""The document resources (Communication 2.2; 4.1.6.2, 4.1.6.5, 4.1.6.6 of IEEE 9274.1.1).

State, agent profile and activity profile differ in whose document it is and in the name of the id
(`DocumentResource`); the rest is the same and stands here.

A change is decided inside the store's transaction, on the document as it is then: of two clients
that send the same If-Match, one is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from api.xapi.answers import JSON, no_content
from api.xapi.etags import (
    CONCURRENCY,
    Preconditions,
    check_change,
    check_put,
    digest,
    preconditions,
    tagged,
)
from api.xapi.parameters import only, required, wrong_value
from api.xapi.request import Call, Handler, Service
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.xapi.agents import check_agent
from ledger.core.xapi.values import check_iri, parse_timestamp
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, UnknownNumber
from ledger.ports.statements import Document, DocumentKind, DocumentScope

MAX_ID = 1000
"""Characters of a stateId or profileId."""
MAX_MEDIA_TYPE = 200
MAX_DEPTH = 256
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


def handlers(resource: DocumentResource) -> dict[str, Handler]:
    """What serves the resource, by method."""
    one = resource.whose | {resource.id}

    def get(service: Service, call: Call) -> Response:
        # `since` with an id is taken and means nothing (note to XAPI-00192).
        only(call.parameters, one | {"since"})
        return _get(resource, service, call)

    def put(service: Service, call: Call) -> Response:
        only(call.parameters, one)
        return _put(resource, service, call)

    def post(service: Service, call: Call) -> Response:
        only(call.parameters, one)
        return _post(resource, service, call)

    def delete(service: Service, call: Call) -> Response:
        only(call.parameters, one)
        return _delete(resource, service, call)

    return {"GET": get, "PUT": put, "POST": post, "DELETE": delete}


# --------------------------------------------------------------------------- the four methods


def _get(resource: DocumentResource, service: Service, call: Call) -> Response:
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
    scope, id = resource.scope(call), _one_id(resource, call)
    conditions, new = preconditions(call.headers), _sent(service, call)

    def replaced(old: Document | None) -> Document:
        check_put(conditions, _etag(old), resource.kind, call.version)
        return _after(old, new)

    service.office.documents.change_document(scope, id, replaced)
    return no_content()


def _post(resource: DocumentResource, service: Service, call: Call) -> Response:
    scope, id = resource.scope(call), _one_id(resource, call)
    conditions, new = preconditions(call.headers), _sent(service, call)

    def merged(old: Document | None) -> Document:
        check_change(conditions, _etag(old))
        if old is None:
            return new
        content = merge(old, new)
        return _after(old, replace(new, content=content, etag=digest(content)))

    service.office.documents.change_document(scope, id, merged)
    return no_content()


def _delete(resource: DocumentResource, service: Service, call: Call) -> Response:
    scope, conditions = resource.scope(call), preconditions(call.headers)
    if resource.deletes_many and resource.id not in call.parameters:
        return _delete_many(service, _every(scope), conditions)

    def gone(old: Document | None) -> None:
        check_change(conditions, _etag(old))

    # One that is not there is deleted all the same: 204, as the suite wants.
    service.office.documents.change_document(scope, _one_id(resource, call), gone)
    return no_content()


def _delete_many(service: Service, scope: DocumentScope, conditions: Preconditions) -> Response:
    if not conditions.absent:
        header = "If-None-Match" if conditions.match is None else "If-Match"
        raise BadEvidence(
            "xapi-precondition-many", header=header, pointer=header, requirement=CONCURRENCY
        )
    service.office.documents.delete_documents(scope)
    return no_content()


# --------------------------------------------------------------------------- documents


def merge(old: Document, new: Document) -> bytes:
    """The old object with every property that the new one has set to the new value, one level deep.

    Raises BadEvidence("xapi-not-mergeable") unless both are JSON objects by type and by content.
    """
    found, more = _json_object(old), _json_object(new)
    if found is None or more is None:
        raise BadEvidence(
            "xapi-not-mergeable", stored=_form(old, found), posted=_form(new, more),
            pointer="", requirement="Communication 2.2",
        )  # fmt: skip
    merged = json.dumps(found | more, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return merged.encode()


def _json_object(document: Document) -> dict[str, Any] | None:
    value = _json(document.content) if is_json(document.content_type) else None
    return value if type(value) is dict else None


def _form(document: Document, value: dict[str, Any] | None) -> str:
    return f"{document.content_type} ({'object' if value is not None else 'no object'})"


def is_json(content_type: str) -> bool:
    """`application/json`, with or without parameters."""
    return content_type.partition(";")[0].strip().lower() == JSON


def _json(content: bytes) -> Any:
    """Any JSON value; BadEvidence("xapi-not-json")."""
    try:
        return parse_json(content, MAX_DEPTH, len(content))
    except BadEvidence as error:
        reason = error.detail.get("reason", "")
        raise BadEvidence(
            "xapi-not-json", reason=reason, pointer="", requirement="Communication 2.2"
        ) from error


def _sent(service: Service, call: Call) -> Document:
    """The document of a PUT or POST, new.

    What calls itself JSON must be JSON (Communication 3.2: the content has the type it claims;
    XAPI-00235, XAPI-00284, XAPI-00314); of anything else the bytes are kept as they are.
    """
    content_type = call.headers.get("content-type", "").strip() or BYTES
    if len(content_type) > MAX_MEDIA_TYPE or not _MEDIA_TYPE.fullmatch(content_type):
        raise BadEvidence(
            "xapi-media-type", limit=MAX_MEDIA_TYPE, pointer="Content-Type",
            requirement="Communication 3.2",
        )  # fmt: skip
    if is_json(content_type):
        _json(call.body)
    return Document(call.body, content_type, digest(call.body), service.office.millis())


def _etag(document: Document | None) -> str | None:
    return None if document is None else document.etag


def _after(old: Document | None, new: Document) -> Document:
    """`new`, not updated before `old` even if the clock went back."""
    return new if old is None else replace(new, updated=max(new.updated, old.updated))


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
