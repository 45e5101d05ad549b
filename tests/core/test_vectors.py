"""The shared vectors keep their shape, which the TypeScript verifier relies on."""

from __future__ import annotations

import pytest

from tests.vectors import FOLDER, document

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_every_case_says_what_it_is(name: str) -> None:
    found = document(name)
    assert found["description"]
    for kind in ("valid", "invalid"):
        assert found[kind], f"{name} has no {kind} cases"
        assert all(case["description"] for case in found[kind])
