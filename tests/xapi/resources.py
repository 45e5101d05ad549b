"""Requests about documents, activities and agents, in one version of the standard."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from httpx2 import Response

from tests.xapi.world import VERSION, Lrs

STATES, AGENT_PROFILES = "activities/state", "agents/profile"
ACTIVITY_PROFILES = "activities/profile"
PUTS = {"If-None-Match": "*"}
"""What a PUT of a new profile must say in 1.0.3."""


def agent(**changes: Any) -> dict[str, Any]:
    """An agent that no other test has."""
    account = {"homePage": "http://people.example", "name": str(uuid4())}
    return {"objectType": "Agent", "account": account, **changes}


def parameters(resource: str, **changes: Any) -> dict[str, Any]:
    """All that one document of the resource needs, of its own; None leaves a parameter out."""
    activity = f"http://activities.example/{uuid4()}"
    needed: dict[str, dict[str, Any]] = {
        STATES: {"activityId": activity, "agent": agent(), "stateId": str(uuid4())},
        AGENT_PROFILES: {"agent": agent(), "profileId": str(uuid4())},
        ACTIVITY_PROFILES: {"activityId": activity, "profileId": str(uuid4())},
    }
    found = needed[resource] | changes
    return {name: value for name, value in found.items() if value is not None}


def many(one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same without the id."""
    left = {name: value for name, value in one.items() if name not in ("stateId", "profileId")}
    return {**left, **changes}


def id_of(one: dict[str, Any]) -> str:
    found: str = one.get("stateId") or one["profileId"]
    return found


@dataclass(frozen=True)
class Asking:
    """A client of the store that speaks one version."""

    lrs: Lrs
    version: str

    def ask(
        self,
        method: str,
        resource: str,
        params: dict[str, Any],
        content: bytes | None = None,
        content_type: str | None = None,
        headers: dict[str, str] | None = None,
        scope: str = "xapi",
    ) -> Response:
        sent = {VERSION: self.version, "Content-Type": content_type, **(headers or {})}
        return self.lrs.request(
            method, resource, params, content=content, headers=sent, scope=scope
        )

    def get(self, resource: str, params: dict[str, Any], **headers: str) -> Response:
        return self.ask("GET", resource, params, headers=dashed(headers))

    def delete(self, resource: str, params: dict[str, Any], **headers: str) -> Response:
        return self.ask("DELETE", resource, params, headers=dashed(headers))

    def put(self, resource: str, params: dict[str, Any], body: Any, **headers: str) -> Response:
        return self._send("PUT", resource, params, body, headers)

    def post(self, resource: str, params: dict[str, Any], body: Any, **headers: str) -> Response:
        return self._send("POST", resource, params, body, headers)

    def _send(
        self, method: str, resource: str, params: dict[str, Any], body: Any, headers: dict[str, str]
    ) -> Response:
        content = json.dumps(body).encode()
        return self.ask(method, resource, params, content, "application/json", dashed(headers))

    def stored(self, resource: str, params: dict[str, Any], body: Any) -> str:
        """The ETag of a document that is there now, as the header shows it."""
        assert self.post(resource, params, body).status_code == 204
        etag: str = self.get(resource, params).headers["ETag"]
        return etag


def dashed(headers: dict[str, str]) -> dict[str, str]:
    """`If_Match` as `If-Match`."""
    return {name.replace("_", "-"): value for name, value in headers.items()}
