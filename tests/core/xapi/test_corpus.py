"""Every file of the corpus of bad statements: the one refusal, with both sentences.

Names say who refuses (`both`, or the one version that does while the other takes it) and by which
code; `json` is the reader's own refusal, before any rule of the standard.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from ledger.core.canonical import parse_json
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence

FILES = sorted((Path(__file__).parents[2] / "corpus" / "xapi").iterdir())


def _read(path: Path, version: Version) -> Any:
    return check_statement(parse_json(path.read_bytes()), version)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_refused(path: Path) -> None:
    who, code, _ = path.stem.split("--")
    for version in Version:
        if who not in ("both", version):
            _read(path, version)
            continue
        begun = perf_counter()
        with pytest.raises(BadEvidence) as caught:
            _read(path, version)
        assert perf_counter() - begun < 1
        found = caught.value
        assert found.code == (code if code == "json" else f"xapi-{code}")
        assert found.zh != found.en
        assert "…" not in found.zh + found.en
        assert len(found.en) < 600


def test_every_code_has_files() -> None:
    codes = {path.stem.split("--")[1] for path in FILES}
    assert codes >= {
        "null", "missing-property", "unknown-property", "wrong-type", "bad-value", "not-together"
    }  # fmt: skip
