"""Envelopes of teaching records: `docs/spec/teaching-envelope.md`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import DEFAULT_DEPTH, canonical_json, parse_json
from ledger.core.teaching.envelope import (
    chain_of,
    enclose,
    full_statement,
    parse_envelope,
    subject_name,
    subject_of,
    submitted_of,
)
from ledger.core.xapi.mentions import agent_key
from ledger.errors import BadEvidence

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/spec/teaching-envelope.md").read_text("utf-8")
CORPUS = sorted((ROOT / "tests/corpus/teaching-envelope").glob("*.json"))
ID = "6b2f0c1e-7d0a-4d5e-9a51-3f0f6a1c2b7d"
AUTHORITY = {"objectType": "Agent", "account": {"homePage": "https://a.example", "name": "x"}}
SIGNATURE = {"account": "https://a.example|t", "key": "11" * 32, "value": "22" * 64}

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [',"statement":', '"statement":{', "}", '\\",\\"statement\\":']
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXT, JSON, max_size=4)


def example() -> bytes:
    (found,) = re.findall(r"```json envelope\n(.*?)\n```", PAGE, re.DOTALL)
    return str(found).encode()


@given(
    OBJECTS, TEXT.filter(bool), st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1), st.booleans()
)
def test_what_is_enclosed_is_taken_out_again(
    statement: dict[str, Any], subject: str, number: int, previous: int, signed: bool
) -> None:
    submitted = canonical_json(statement)
    before = previous if number else None
    authority = {**AUTHORITY, "name": subject}
    signature = canonical_json({**SIGNATURE, "account": subject}) if signed else None
    payload = enclose(submitted, ID, canonical_json(authority), subject, number, before, signature)
    assert canonical_json(json.loads(payload)) == payload
    assert submitted_of(payload) == submitted
    found = parse_envelope(payload)
    assert (found.statement, found.authority, found.subject) == (statement, authority, subject)
    assert (found.number, found.previous, found.id) == (number, before, ID)
    assert (found.signature is not None) == signed
    assert chain_of(payload) == (subject, number)
    assert full_statement(found) == {**statement, "id": ID, "authority": authority}


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_envelope_or_refused(data: bytes) -> None:
    try:
        parse_envelope(data)
    except BadEvidence as bad:
        assert bad.code == "teaching-envelope"


@given(OBJECTS)
def test_a_plain_payload_is_its_own_statement(statement: dict[str, Any]) -> None:
    payload = canonical_json(statement)
    if not payload.startswith(b'{"authority":'):
        assert submitted_of(payload) == payload
        assert chain_of(payload) is None


def test_the_deepest_statement_fits() -> None:
    inner: Any = 0
    for _ in range(DEFAULT_DEPTH - 1):
        inner = [inner]
    submitted = canonical_json({"a": inner})
    parse_json(submitted)
    payload = enclose(submitted, ID, canonical_json(AUTHORITY), "x", 0, None)
    assert parse_envelope(payload).statement == {"a": inner}
    deeper = enclose(canonical_json({"a": [inner]}), ID, canonical_json(AUTHORITY), "x", 0, None)
    with pytest.raises(BadEvidence, match="teaching-envelope"):
        parse_envelope(deeper)


def test_the_example_of_the_page() -> None:
    found = parse_envelope(example())
    assert (found.number, found.previous, found.subject) == (1, 3, "https://univ-a.example|t-0042")
    assert subject_of(found.statement) == found.subject


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_bad_envelopes_are_refused_at_their_place(path: Path) -> None:
    case = json.loads(path.read_text("utf-8"))
    with pytest.raises(BadEvidence) as caught:
        parse_envelope(case["payload"].encode())
    assert (caught.value.code, caught.value.detail["pointer"]) == (
        "teaching-envelope", case["pointer"],
    )  # fmt: skip


def test_the_corpus_is_there() -> None:
    assert len(CORPUS) >= 12


@pytest.mark.parametrize(
    "actor",
    [
        {"account": {"homePage": "https://a.example", "name": "t|1"}},
        {"mbox": "mailto:Ann@Example.org"},
        {"mbox_sha1sum": "AB" * 20},
        {"openid": "https://a.example/ann"},
    ],
)
def test_an_agents_key_names_its_chain(actor: dict[str, Any]) -> None:
    assert subject_name(agent_key(actor)) == subject_of({"actor": actor})


@given(JSON)
def test_every_actor_has_a_chain(actor: Any) -> None:
    assert 0 < len(subject_of({"actor": actor})) <= 4_001
