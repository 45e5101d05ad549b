"""Stream entries: one encoding each, and nothing else is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import cbor, entry
from ledger.core.entry import Action, CredentialType, EvaluationKind, Kind
from ledger.errors import BadEvidence
from tests.vectors import cases, title

_INT = st.integers(0, 2**53 - 1)
_HASH = st.binary(min_size=32, max_size=32)
_STATUS_INDEX = st.integers(0, 2**32 - 1)
_STATUS = st.builds(
    entry.StatusEntry, _INT, _HASH, st.sampled_from(list(Action)[:4]), st.integers(0, 2**17 - 1),
    st.none(), st.integers(1, 2**15), _HASH,
) | st.builds(
    entry.StatusEntry, _INT, _HASH, st.just(Action.REAFFIRM), st.none(), _INT,
    st.integers(1, 2**15), _HASH,
) | st.builds(
    entry.StatusEntry, _INT, _HASH, st.just(Action.HEARTBEAT), st.none(), st.none(),
    st.integers(1, 2**15), _HASH,
)  # fmt: skip
ENTRIES: st.SearchStrategy[entry.Entry] = st.one_of(
    st.builds(
        entry.CredentialEntry,
        _INT, _HASH, st.sampled_from(CredentialType), _STATUS_INDEX, _HASH, _HASH,
    ),
    _STATUS,
    st.builds(
        entry.RecordEntry, st.sampled_from([Kind.LEARNING, Kind.TEACHING]), _INT, _HASH,
        st.none() | _INT,
    ),
    st.builds(
        entry.EvaluationEntry, _INT, _HASH, st.sampled_from(EvaluationKind), st.none() | _INT,
        st.none() | _HASH,
    ),
    st.builds(
        entry.ContinuationEntry,
        _INT, _HASH, st.sampled_from(["a.example/status", "b.example/learning/3"]), _INT, _INT,
        _HASH,
    ),
)  # fmt: skip


def shown(value: entry.Entry) -> dict[str, Any]:
    """The entry as the vectors write it."""
    kinds = {
        entry.CredentialEntry: "credential",
        entry.StatusEntry: "status",
        entry.EvaluationEntry: "evaluation",
        entry.ContinuationEntry: "continuation",
    }
    found: dict[str, Any] = {"kind": kinds.get(type(value))}
    for name in type(value).__dataclass_fields__:
        field = getattr(value, name)
        if isinstance(field, bytes):
            found[name] = field.hex()
        elif isinstance(field, (Kind, CredentialType, Action, EvaluationKind)):
            found[name] = field.name.lower()
        elif field is not None:
            found[name] = field
    return found


@pytest.mark.parametrize("case", cases("entry", "valid"), ids=title)
def test_valid(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["bytes"])
    found = entry.decode(data)
    assert shown(found) == case["entry"]
    assert entry.encode(found) == data


@pytest.mark.parametrize("case", cases("entry", "invalid"), ids=title)
def test_invalid(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as caught:
        entry.decode(bytes.fromhex(case["bytes"]))
    assert caught.value.code in ("entry", "cbor")


@settings(max_examples=300, deadline=None)
@given(ENTRIES)
def test_round_trip(value: entry.Entry) -> None:
    data = entry.encode(value)
    assert entry.decode(data) == value
    assert len(data) <= 200


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    _total(data)


@settings(max_examples=600, deadline=None)
@given(ENTRIES, st.data())
def test_changed_bytes(value: entry.Entry, data: st.DataObject) -> None:
    encoded = bytearray(entry.encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    _total(bytes(encoded))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.integers(-1, 19), _INT | _HASH | st.none() | st.text(max_size=3)))
def test_any_map(fields: dict[int, Any]) -> None:
    _total(cbor.dumps({0: 1, **fields}))


def _total(data: bytes) -> None:
    try:
        found = entry.decode(data)
    except BadEvidence as refusal:
        assert refusal.code in ("entry", "cbor")
    else:
        assert entry.encode(found) == data


def test_sizes_are_those_of_the_design() -> None:
    big = 2**53 - 1
    largest = entry.CredentialEntry(
        big, bytes(32), CredentialType.DEGREE, 2**32 - 1, bytes(32), bytes(32)
    )
    assert len(entry.encode(largest)) == 128
    with pytest.raises(BadEvidence):
        entry.decode(entry.encode(largest) + bytes(400))


@pytest.mark.parametrize("kind", [Kind.CREDENTIAL, Kind.STATUS, Kind.CONTINUATION])
def test_a_record_is_of_learning_or_teaching(kind: Kind) -> None:
    with pytest.raises(BadEvidence):
        entry.encode(entry.RecordEntry(kind, 0, bytes(32)))


def test_bad_values_are_not_encoded() -> None:
    good = entry.RecordEntry(Kind.LEARNING, 0, bytes(32))
    for bad in (
        replace(good, time=-1),
        replace(good, time=2**53),
        replace(good, commitment=bytes(31)),
        replace(good, refers=-1),
        replace(good, time=True),
    ):
        with pytest.raises(BadEvidence):
            entry.encode(bad)
