"""A Learning Record Store over HTTP for the tests: who asks, and what they submit."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

from fastapi.testclient import TestClient
from httpx2 import Response

from api.wiring import Institution

V1, V2 = "1.0.3", "2.0.0"
VERSION = "X-Experience-API-Version"
THROUGH = "X-Experience-API-Consistent-Through"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
BOUNDARY = "-------314159265358979323846"


def basic(key: str, secret: str) -> str:
    """Value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


Result = TypeVar("Result")


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """In a thread of its own: a browser's event loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


@dataclass
class Lrs:
    """The store and its clients: one token for each single scope.

    Requests carry version 1.0.3 and the token of scope `xapi` unless told otherwise; a header
    given as None is left out.
    """

    institution: Institution
    client: TestClient
    tokens: dict[str, tuple[str, str]]
    version: str = field(default=V1)

    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | str | None = None,
        json_body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
        scope: str = "xapi",
    ) -> Response:
        """Objects among the parameters are sent as JSON."""
        sent: dict[str, str | None] = {
            VERSION: self.version,
            "Authorization": basic(*self.tokens[scope]),
        }
        if json_body is not None:
            sent["Content-Type"] = "application/json"
            content = json.dumps(json_body).encode()
        sent.update(headers or {})
        query = params
        if params is not None and not isinstance(params, str):
            query = {
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in params.items()
            }
        return self.client.request(
            method,
            f"/xapi/{path}",
            params=query,
            content=content,
            headers={name: value for name, value in sent.items() if value is not None},
        )

    def get(self, path: str = "statements", **params: Any) -> Response:
        return self.request("GET", path, params)

    def post(self, body: Any, **more: Any) -> Response:
        return self.request("POST", "statements", json_body=body, **more)

    def put(self, id: str, body: Any, **more: Any) -> Response:
        return self.request("PUT", "statements", {"statementId": id}, json_body=body, **more)

    def stored(self, body: Any) -> list[str]:
        """Ids of statements that are taken."""
        answer = self.post(body)
        assert answer.status_code == 200, answer.text
        ids: list[str] = answer.json()
        return ids

    def one(self, id: str, **params: Any) -> dict[str, Any]:
        """A statement by its id."""
        answer = self.get(statementId=id, **params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ids(self, **params: Any) -> list[str]:
        """Ids of the statements of a page."""
        answer = self.get(**params)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["statements"]]


def new_id() -> str:
    return str(uuid4())


def new_verb() -> str:
    """A verb that no other statement has."""
    return f"http://verbs.example/{uuid4()}"


def statement(**changes: Any) -> dict[str, Any]:
    """A plain statement without id; None leaves a property out."""
    plain: dict[str, Any] = {
        "actor": {"objectType": "Agent", "name": "x", "mbox": "mailto:x@learners.example"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/attended", "display": {"en-GB": "attended"}},
        "object": {"objectType": "Activity", "id": "http://courses.example/meetings/12345"},
    }
    plain.update(changes)
    return {name: value for name, value in plain.items() if value is not None}


def voiding(target: str, **changes: Any) -> dict[str, Any]:
    """A statement that voids another."""
    reference = {"objectType": "StatementRef", "id": target}
    return statement(verb={"id": VOIDED}, object=reference, **changes)


def attachment(content: bytes, **changes: Any) -> dict[str, Any]:
    """What a statement declares of an attachment."""
    return {
        "usageType": "http://attachments.example/usage/test",
        "display": {"en-US": "A test attachment"},
        "contentType": "text/plain",
        "length": len(content),
        "sha2": hashlib.sha256(content).hexdigest(),
        **changes,
    }


def multipart(body: Any, contents: Sequence[bytes] = (), **changes: str | None) -> bytes:
    """multipart/mixed with the statements and one part for each content; `changes` to the headers
    of those parts (`_` for `-`), None leaves one out."""
    lines = [f"--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n{json.dumps(body)}".encode()]
    for content in contents:
        headers: dict[str, str | None] = {
            "Content-Type": "text/plain",
            "Content-Transfer-Encoding": "binary",
            "X-Experience-API-Hash": hashlib.sha256(content).hexdigest(),
        }
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        shown = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        lines.append(f"--{BOUNDARY}\r\n{shown}\r\n".encode() + content)
    lines.append(f"--{BOUNDARY}--\r\n".encode())
    return b"\r\n".join(lines)


MULTIPART = {"Content-Type": f"multipart/mixed; boundary={BOUNDARY}"}
