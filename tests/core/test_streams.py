from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import streams
from ledger.core.kinds import Kind
from ledger.errors import BadEvidence
from tests.vectors import cases, title


@pytest.mark.parametrize("case", cases("stream_origin", "valid"), ids=title)
def test_valid(case: dict[str, Any]) -> None:
    parts = (case["domain"], case["kind"], case["generation"])
    assert streams.origin(*parts) == case["origin"]
    kind = streams.KINDS_BY_NAME[case["kind"]]
    assert streams.origin(case["domain"], kind, case["generation"]) == case["origin"]
    assert streams.parse_origin(case["origin"]) == (case["domain"], kind, case["generation"])
    assert streams.stream_id(case["origin"]).hex() == case["stream_id"]


@pytest.mark.parametrize("case", cases("stream_origin", "invalid"), ids=title)
def test_invalid(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as caught:
        streams.parse_origin(case["origin"])
    assert caught.value.code == "stream-origin"


@settings(max_examples=300)
@given(st.text(max_size=40) | st.text("ab.-/0123status", max_size=30))
def test_any_text(text: str) -> None:
    try:
        parts = streams.parse_origin(text)
    except BadEvidence as refusal:
        assert refusal.code == "stream-origin"
    else:
        assert streams.origin(*parts) == text


@pytest.mark.parametrize(
    ("domain", "kind", "generation"),
    [("a.example", "letters", 0), ("a.example", Kind.CONTINUATION, 0), ("a.example", "status", -1),
     ("a.example", "status", 2**32), ("A.example", "status", 0), ("", "status", 0)],
)  # fmt: skip
def test_origins_that_are_not_made(domain: str, kind: Kind | str, generation: int) -> None:
    with pytest.raises(BadEvidence):
        streams.origin(domain, kind, generation)


def test_there_are_five_kinds_of_streams() -> None:
    assert list(streams.KIND_NAMES.values()) == [
        "credential", "status", "learning", "teaching", "evaluation",
    ]  # fmt: skip
