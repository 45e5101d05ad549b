"""Every file of the corpus of bad multipart bodies and bad signatures is refused, with reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.core.xapi.multipart import parse_multipart
from ledger.core.xapi.signatures import check_signature
from ledger.errors import BadEvidence
from tests.core.xapi.signing import STATEMENT

FOLDER = Path(__file__).parents[2] / "corpus"
READERS: dict[str, Callable[[bytes], object]] = {
    "xapi-multipart": lambda data: parse_multipart("multipart/mixed; boundary=b", data),
    "xapi-signature": lambda data: check_signature(data, STATEMENT),
}
FILES = [(name, path) for name in READERS for path in sorted((FOLDER / name).iterdir())]


@pytest.mark.parametrize(("name", "path"), FILES, ids=lambda part: getattr(part, "name", part))
def test_refused(name: str, path: Path) -> None:
    with pytest.raises(BadEvidence) as caught:
        READERS[name](path.read_bytes())
    assert caught.value.code == name
    assert caught.value.http_status == 400
    assert caught.value.zh != caught.value.en
    assert "…" not in caught.value.zh + caught.value.en
    assert caught.value.detail["requirement"]


def test_the_corpus_is_there() -> None:
    assert all(sum(name == found for found, _ in FILES) >= 20 for name in READERS)
