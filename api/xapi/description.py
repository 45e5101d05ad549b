"""`/xapi` in the OpenAPI description: its paths and what all of them share, written by hand.

Statements are described by their required members; the whole of Data 2 is in the standard and in
docs/spec/xapi-requirements.md, for JSON Schema cannot say it.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_IRI: Json = {"type": "string", "format": "iri"}
_UUID: Json = {"type": "string", "format": "uuid"}
_TIME: Json = {"type": "string", "format": "date-time"}
_FLAG: Json = {"type": "boolean", "default": False}
_ANY_OBJECT: Json = {"type": "object"}
_STATEMENT: Json = {
    "type": "object",
    "required": ["actor", "verb", "object"],
    "additionalProperties": False,
    "properties": {
        "id": _UUID,
        "actor": _ANY_OBJECT,
        "verb": {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {"id": _IRI, "display": _ANY_OBJECT},
        },
        "object": _ANY_OBJECT,
        "result": _ANY_OBJECT,
        "context": _ANY_OBJECT,
        "timestamp": _TIME,
        "stored": _TIME,
        "authority": _ANY_OBJECT,
        "version": {"type": "string"},
        "attachments": {"type": "array", "items": _ANY_OBJECT},
    },
}
_RESULT: Json = {
    "type": "object",
    "required": ["statements", "more"],
    "properties": {
        "statements": {"type": "array", "items": _ANY_OBJECT},
        "more": {"type": "string"},
    },
}
_AGENT: Json = {
    "description": "JSON of an Agent or identified Group",
    "content": {"application/json": {"schema": _ANY_OBJECT}},
}
_ANY_CONTENT: Json = {"required": True, "content": {"*/*": {"schema": {}}}}
_VERSION: Json = {
    "name": "X-Experience-API-Version",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "enum": ["1.0.3", "2.0.0"]},
}
_ETAGS = [
    {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
    for name in ("If-Match", "If-None-Match")
]
_SECURITY: list[dict[str, list[str]]] = [{"basic": []}, {"bearer": []}]
_FILTERS: dict[str, Json] = {
    "statementId": _UUID,
    "voidedStatementId": _UUID,
    "verb": _IRI,
    "activity": _IRI,
    "registration": _UUID,
    "related_activities": _FLAG,
    "related_agents": _FLAG,
    "since": _TIME,
    "until": _TIME,
    "limit": {"type": "integer", "minimum": 0, "default": 0},
    "format": {"type": "string", "enum": ["exact", "ids", "canonical"], "default": "exact"},
    "attachments": _FLAG,
    "ascending": _FLAG,
    "more": {"type": "string", "description": "From the `more` of a page; stands alone"},
}


def _query(name: str, schema: Json, required: bool = False) -> Json:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _agent(required: bool = False) -> Json:
    return {"name": "agent", "in": "query", "required": required, **_AGENT}


def _json(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _operation(
    summary: str, parameters: list[Json], responses: dict[str, Json], body: Json | None = None
) -> Json:
    operation: Json = {
        "tags": ["xapi"],
        "summary": summary,
        "security": _SECURITY,
        "parameters": [_VERSION, *parameters],
        "responses": responses,
    }
    return operation if body is None else {**operation, "requestBody": body}


def _statements() -> Json:
    one_or_many = {"oneOf": [_STATEMENT, {"type": "array", "items": _STATEMENT}]}
    mixed = {"schema": {"type": "string", "format": "binary"}}
    found = _json("One statement, or a page of them", {"oneOf": [_RESULT, _STATEMENT]})
    found["content"]["multipart/mixed"] = mixed
    ids = _json("Ids in the order of the statements", {"type": "array", "items": _UUID})
    known = {"description": "All of it is here (already)"}

    def body(schema: Json) -> Json:
        content = {"application/json": {"schema": schema}, "multipart/mixed": mixed}
        return {"required": True, "content": content}

    filters = [_query(name, schema) for name, schema in _FILTERS.items()]
    return {
        "get": _operation("Statements, by id or by filters", [_agent(), *filters], {"200": found}),
        "put": _operation(
            "One statement under its id",
            [_query("statementId", _UUID, required=True)],
            {"204": known},
            body(_STATEMENT),
        ),
        "post": _operation(
            "Statements, all or none", [], {"200": ids, "204": known}, body(one_or_many)
        ),
    }


def _documents(name: str, key: str, owners: list[Json], many: bool = False) -> Json:
    """The four operations of a document resource; `many`: DELETE without `key` takes all."""
    one, some = _query(key, {"type": "string"}, required=True), _query(key, {"type": "string"})
    found = {
        "description": f"The {name}, or the list of their ids",
        "content": {"*/*": {"schema": {}}},
    }
    done = {"204": {"description": "Done"}}
    since = _query("since", _TIME)
    return {
        "get": _operation(f"One {name}, or their ids", [*owners, some, since], {"200": found}),
        "put": _operation(f"Stores one {name}", [*owners, one, *_ETAGS], done, _ANY_CONTENT),
        "post": _operation(f"Merges into one {name}", [*owners, one, *_ETAGS], done, _ANY_CONTENT),
        "delete": _operation(
            f"Deletes one {name}", [*owners, some if many else one, *_ETAGS], done
        ),
    }


def paths() -> Json:
    """The paths of the store, for the OpenAPI document."""
    activity = _query("activityId", _IRI, required=True)
    agent = _agent(required=True)
    registration = _query("registration", _UUID)
    about = _operation("Versions spoken here", [], {"200": _json("Versions", _ANY_OBJECT)})
    about["security"], about["parameters"] = [], []
    return {
        "/xapi/about": {"get": about},
        "/xapi/statements": _statements(),
        "/xapi/activities": {
            "get": _operation(
                "An activity with its merged definition",
                [activity],
                {"200": _json("Activity", _ANY_OBJECT)},
            )
        },
        "/xapi/agents": {
            "get": _operation(
                "All that is known of an agent", [agent], {"200": _json("Person", _ANY_OBJECT)}
            )
        },
        "/xapi/activities/state": _documents(
            "state", "stateId", [activity, agent, registration], many=True
        ),
        "/xapi/activities/profile": _documents("activity profile", "profileId", [activity]),
        "/xapi/agents/profile": _documents("agent profile", "profileId", [agent]),
    }


def described(description: Json, problem: Json) -> Json:
    """The OpenAPI document with the store in it; `problem` describes every refusal."""
    found = paths()
    for operations in found.values():
        for operation in operations.values():
            operation["responses"]["default"] = problem
    description["paths"].update(found)
    return description
