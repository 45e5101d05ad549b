"""Trust bundle (docs/spec/trust-bundle.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.trust import (
    Member,
    fingerprint,
    format_trust,
    parse_trust,
    replaces,
    signing_bytes,
    verify_signatures,
)
from ledger.errors import BadEvidence
from tests.builders import COUNCIL, OTHER_KEY, make_trust, sign_trust
from tests.places import places
from tests.vectors import cases, title

OLD = make_trust()


@pytest.mark.parametrize("case", cases("trust", "valid"), ids=title)
def test_valid_vector(case: dict[str, Any]) -> None:
    bundle = parse_trust(case["bundle"].encode())
    assert fingerprint(bundle) == case["fingerprint"]
    assert verify_signatures(bundle) == case["signatures"]
    assert (bundle.threshold, bundle.self_declared) == (case["threshold"], case["self_declared"])
    assert parse_trust(format_trust(bundle)) == bundle


@pytest.mark.parametrize("case", cases("trust", "invalid"), ids=title)
def test_invalid_vector(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as refusal:
        parse_trust(case["bundle"].encode())
    assert refusal.value.code == "trust-format"
    assert refusal.value.detail["pointer"] == case["pointer"]


def test_signatures_are_not_part_of_what_is_signed() -> None:
    assert signing_bytes(make_trust(signers=0)) == signing_bytes(make_trust(signers=3))


def test_a_foreign_signature_does_not_count() -> None:
    assert verify_signatures(sign_trust(OLD, [("XZU", OTHER_KEY)])) == 0


def test_only_a_higher_version_by_the_old_council_replaces() -> None:
    replaces(OLD, make_trust(version=2, signers=2))
    for version in (1, 0):
        with pytest.raises(BadEvidence, match="trust-version"):
            replaces(OLD, replace(make_trust(), version=version))
    with pytest.raises(BadEvidence, match="trust-signatures"):
        replaces(OLD, make_trust(version=2, signers=1))


def test_a_new_council_cannot_appoint_itself() -> None:
    usurper = Member("XZU", "0x" + "11" * 20, OTHER_KEY.public)
    new = replace(make_trust(version=2), members=(usurper,), threshold=1)
    signed = sign_trust(new, [("XZU", OTHER_KEY)])
    assert verify_signatures(signed) == 1
    with pytest.raises(BadEvidence, match="trust-signatures"):
        replaces(OLD, signed)
    replaces(OLD, sign_trust(new, COUNCIL[:2]))


@pytest.mark.parametrize(("engine", "members", "expected"), [
    ("qbft", 3, False), ("embedded", 3, True), ("qbft", 1, True),
])  # fmt: skip
def test_self_declared(engine: str, members: int, expected: bool) -> None:
    bundle = make_trust(engine=engine)
    assert replace(bundle, members=bundle.members[:members]).self_declared is expected


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(BadEvidence, match="trust-format"):
        parse_trust(data)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_any_mutation_is_refused_or_changes_the_fingerprint(data: st.DataObject) -> None:
    value = json.loads(format_trust(OLD))
    *way, last = data.draw(st.sampled_from([one for one in places(value) if one]))
    target = value
    for step in way:
        target = target[step]
    target[last] = data.draw(
        st.one_of(st.none(), st.integers(), st.text(max_size=4), st.lists(st.none(), max_size=1))
    )
    try:
        bundle = parse_trust(json.dumps(value).encode())
    except BadEvidence as refusal:
        assert refusal.code == "trust-format"
    else:
        assert parse_trust(format_trust(bundle)) == bundle
