from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import multibase
from ledger.errors import BadEvidence
from tests.vectors import cases, title


@pytest.mark.parametrize("case", cases("multibase", "valid"), ids=title)
def test_valid(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["bytes"])
    assert multibase.encode(data) == case["text"]
    assert multibase.decode(case["text"], len(data)) == data


@pytest.mark.parametrize("case", cases("multibase", "invalid"), ids=title)
def test_invalid(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as caught:
        multibase.decode(case["text"])
    assert caught.value.code == "multibase"


@settings(max_examples=200)
@given(st.binary(max_size=80))
def test_round_trip(data: bytes) -> None:
    assert multibase.decode(multibase.encode(data)) == data
    with pytest.raises(BadEvidence):
        multibase.decode(multibase.encode(data), len(data) + 1)


@settings(max_examples=200)
@given(st.text(max_size=30).map("z".__add__) | st.text(max_size=10))
def test_any_text(text: str) -> None:
    try:
        data = multibase.decode(text)
    except BadEvidence as refusal:
        assert refusal.code == "multibase"
    else:
        assert multibase.encode(data) == text


def test_multikey_of_ed25519() -> None:
    public = bytes(range(32))
    text = multibase.encode_ed25519(public)
    assert text.startswith("z6Mk")
    assert multibase.decode_ed25519(text) == public
    with pytest.raises(BadEvidence):
        multibase.encode_ed25519(public[:31])
    for other in (b"\xec\x01" + public, b"\xed\x01" + public + b"x", public):
        with pytest.raises(BadEvidence):
            multibase.decode_ed25519(multibase.encode(other))
