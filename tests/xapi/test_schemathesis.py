"""Requests that the OpenAPI description allows, and requests that it forbids, at every address.

Whatever comes, the answer is one that the description knows, and never a fault of the server. The
examples are the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.xapi.world import Lrs, basic, statement

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = settings(
    max_examples=15, derandomize=True, database=None, deadline=None,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


def operations(lrs: Lrs, start: str) -> Iterator[Any]:
    """The described operations of the record store, or of all the rest."""
    described = schemathesis.openapi.from_dict(lrs.client.get("/openapi.json").json())
    for found in described.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        if operation.path.startswith("/xapi/") == (start == "/xapi/"):
            yield operation


def send(lrs: Lrs, case: Any) -> Response:
    """The case over the app in this process, with a token that may do everything."""
    headers = {"Authorization": basic(*lrs.tokens["all"])}
    wanted: dict[str, Any] = case.as_transport_kwargs("http://testserver", headers)
    asked: Any = requests.Request(**wanted).prepare()
    lines = [(_bytes(name), _bytes(value)) for name, value in asked.headers.items()]
    return lrs.client.request(asked.method, asked.url, content=asked.body, headers=lines)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("start", ["/", "/xapi/"], ids=["ledger", "xapi"])
def test_every_answer_is_described(lrs: Lrs, mode: GenerationMode, start: str) -> None:
    checked = 0
    for operation in operations(lrs, start):

        @EXAMPLES
        @given(case=operation.as_strategy(mode))
        def check(case: Any) -> None:
            case.validate_response(send(lrs, case), checks=CHECKS)

        with suppress(Unsatisfiable):  # nothing can be forbidden at such an address
            check()
            checked += 1
    assert checked > 5


def test_what_is_forbidden_is_refused(lrs: Lrs) -> None:
    """No request to the record store that its description forbids changes or finds anything."""
    for operation in operations(lrs, "/xapi/"):

        @EXAMPLES
        @given(case=operation.as_strategy(GenerationMode.NEGATIVE))
        def check(case: Any) -> None:
            case.validate_response(send(lrs, case), checks=[negative_data_rejection])

        with suppress(Unsatisfiable):
            check()


def test_the_store_is_unharmed(lrs: Lrs) -> None:
    (id,) = lrs.stored(statement())
    assert lrs.one(id)["id"] == id
