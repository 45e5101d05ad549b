"""`chain.json`: where a folder's chain is served, for other processes on the same folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def read_served(directory: Path) -> dict[str, Any] | None:
    """`chain.json` of a folder: {url, pid, chain_id} of whoever serves the chain; None if nobody.

    The file may be left over from a killed process: try the URL, then open the chain.
    """
    try:
        found = json.loads((directory / "chain.json").read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("url"), str):
        return None
    return found


def write_served(directory: Path, url: str, chain_id: int) -> None:
    """Writes `chain.json` atomically."""
    content = {"url": url, "pid": os.getpid(), "chain_id": chain_id}
    path = directory / "chain.json"
    fresh = path.with_suffix(".json.new")
    fresh.write_text(json.dumps(content) + "\n")
    os.replace(fresh, path)


def remove_served(directory: Path) -> None:
    """Removes `chain.json` if it is this process's own."""
    found = read_served(directory)
    if found and found.get("pid") == os.getpid():
        (directory / "chain.json").unlink(missing_ok=True)
