"""Shared vectors: read here and by the TypeScript verifier, so that both give one answer.

Each file: `description`, `valid` and `invalid`, both lists of cases with a `description` each.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def cases(name: str, kind: str) -> list[dict[str, Any]]:
    """The `valid` or `invalid` cases of one file; never an empty list."""
    found: list[dict[str, Any]] = document(name)[kind]
    assert found, f"no {kind} cases in {name}"
    return found


def title(case: dict[str, Any]) -> str:
    return str(case["description"])
