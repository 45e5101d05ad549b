"""QR frame (docs/spec/qr-frame.md): strict, total, one frame one text."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import cbor, ed25519
from ledger.core.frame import (
    MAX_FRAME,
    Claims,
    assemble,
    encode_claims,
    frame_from_fragment,
    frame_from_text,
    frame_hash,
    parse_frame,
    qr_text,
)
from ledger.core.wording import is_wording
from ledger.errors import BadEvidence
from tests.builders import COURSE, DEGREE, make_frame
from tests.vectors import cases, title

words = (
    st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), min_size=1, max_size=30)
    .map(lambda text: unicodedata.normalize("NFC", text).strip() or "王")
    .filter(is_wording)
)
claims = st.builds(
    Claims,
    code=st.from_regex(r"[A-Za-z0-9._-]{1,10}", fullmatch=True),
    name=words,
    romanised=st.one_of(st.just(""), words),
    type_code=st.integers(1, 5),
    achievement=words,
    major=st.one_of(st.just(""), words),
    awarded_on=st.integers(-36_000, 80_000),
    number=st.from_regex(r"[A-Za-z0-9_.-]{1,20}", fullmatch=True),
    status_index=st.integers(0, 2**32 - 1),
    nonce=st.binary(min_size=16, max_size=16),
)


@pytest.mark.parametrize("case", cases("frames", "valid"), ids=title)
def test_valid_vector(case: dict[str, Any]) -> None:
    base, raw = frame_from_text(case["text"])
    assert raw.hex() == case["frame"]
    assert base.lower() == case["verify_url"]
    frame = parse_frame(raw)
    expected = case["claims"] | {"nonce": bytes.fromhex(case["claims"]["nonce"])}
    assert frame.claims == Claims(**expected)
    assert (frame.kid.hex(), frame.signed.hex()) == (case["kid"], case["signed"])
    assert frame_hash(raw).hex() == case["frame_hash"]
    ed25519.verify(bytes.fromhex(case["public_key"]), frame.signed, frame.signature)
    assert ed25519.key_id(bytes.fromhex(case["public_key"]))[:4] == frame.kid


@pytest.mark.parametrize("case", cases("frames", "invalid"), ids=title)
def test_invalid_vector(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as refusal:
        if "frame" in case:
            parse_frame(bytes.fromhex(case["frame"]))
        else:
            frame_from_text(case["text"])
    assert refusal.value.code == case["code"]
    assert "…" not in refusal.value.zh.replace("https://…/v#…", "")


def test_a_usual_frame_is_small() -> None:
    assert len(make_frame(replace(DEGREE, name="张三", romanised="Zhang San"))) <= 200


@given(claims)
@settings(max_examples=60, deadline=None)
def test_round_trip(given_claims: Claims) -> None:
    data = encode_claims(given_claims)
    if len(data) + 69 > MAX_FRAME:
        with pytest.raises(BadEvidence):
            assemble(bytes(4), data, bytes(64))
        return
    frame = assemble(bytes(4), data, bytes(64))
    assert parse_frame(frame).claims == given_claims
    text = qr_text("https://verify.example.cn", frame)
    assert frame_from_text(text) == ("https://verify.example.cn", frame)
    head, _, tail = text.partition("#")
    assert head == "https://verify.example.cn/v"
    assert frame_from_fragment(tail) == frame


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    try:
        frame = parse_frame(data)
    except BadEvidence as refusal:
        assert refusal.code == "frame"
    else:
        assert assemble(frame.kid, encode_claims(frame.claims), frame.signature) == data


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_mutated_frame_is_refused_or_reads_as_what_it_says(data: st.DataObject) -> None:
    raw = bytearray(make_frame(COURSE))
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(raw) - 1))
        raw[position] = data.draw(st.integers(0, 255))
    try:
        frame = parse_frame(bytes(raw))
    except BadEvidence as refusal:
        assert refusal.code == "frame"
    else:
        assert assemble(frame.kid, encode_claims(frame.claims), frame.signature) == bytes(raw)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    for candidate in (text, f"https://v.cn/v#{text}"):
        try:
            frame_from_text(candidate)
        except BadEvidence as refusal:
            assert refusal.code == "frame-text"


@given(st.dictionaries(st.integers(0, 11), st.one_of(st.none(), st.booleans(), words)))
def test_maps_of_other_types_are_refused(fields: dict[int, Any]) -> None:
    data = bytes((1,)) + bytes(4) + cbor.dumps(fields) + bytes(64)
    with pytest.raises(BadEvidence):
        parse_frame(data)
