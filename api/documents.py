"""Files that people write by hand: JSON, or YAML with the same data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.home import read_file
from api.yaml_data import parse_yaml
from ledger.core.canonical import parse_json


def read_document(path: Path) -> Any:
    """The data in a `.json`, `.yaml` or `.yml` file.

    Raises BadEvidence json, yaml; WrongUse file-unreadable.
    """
    data = read_file(path)
    return parse_yaml(data) if path.suffix.lower() in (".yaml", ".yml") else parse_json(data)
