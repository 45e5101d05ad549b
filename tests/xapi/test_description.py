"""The OpenAPI description names what is there, and nothing else."""

from __future__ import annotations

from api.xapi.description import paths
from api.xapi.filters import KNOWN
from api.xapi.resources import HANDLERS
from tests.xapi.world import Lrs


def test_every_handler_is_described() -> None:
    described = {
        path.removeprefix("/xapi/"): {method.upper() for method in operations}
        for path, operations in paths().items()
    }
    assert described.pop("about") == {"GET"}
    assert described == {resource: set(methods) for resource, methods in HANDLERS.items()}


def test_every_parameter_is_described() -> None:
    parameters = paths()["/xapi/statements"]["get"]["parameters"]
    assert {one["name"] for one in parameters if one["in"] == "query"} == KNOWN


def test_it_stands_beside_the_other_addresses(lrs: Lrs) -> None:
    found = lrs.client.get("/openapi.json").json()["paths"]
    assert found.keys() >= paths().keys()
    for path, operations in paths().items():
        for method in operations:
            assert found[path][method]["responses"]["default"]["content"]
            assert "422" not in found[path][method]["responses"]
    assert "/xapi/statements" in lrs.client.get("/docs").text


def test_an_optional_parameter_that_is_there_is_taken(lrs: Lrs) -> None:
    """What the description gives as default is accepted as it stands."""
    for one in paths()["/xapi/statements"]["get"]["parameters"]:
        default = one.get("schema", {}).get("default")
        if default is not None:
            assert lrs.get(**{one["name"]: default}).status_code == 200
