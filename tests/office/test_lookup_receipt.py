"""What anybody may fetch: look-up buckets and receipts."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest

from ledger.core.canonical import canonical_json
from ledger.core.ed25519 import key_id, verify
from ledger.core.entry import decode
from ledger.core.lookup import bucket as bucket_of
from ledger.core.lookup import depth, in_bucket, prefix_bytes
from ledger.errors import Refusal, UnknownNumber
from ledger.office.anchor import anchor
from ledger.office.ingest import ingest
from ledger.office.issue import issue
from ledger.office.lookup import bucket
from ledger.office.receipt import MERGE_DELAY, PREFIX, receipt
from tests.office.worlds import Campus, Institution, degree, statement


@pytest.fixture(scope="module")
def full(campus: Campus) -> Institution:
    school = campus.institution()
    issue(school.office, [degree(f"N-{number}") for number in range(20)])
    ingest(school.office, "learning", io.BytesIO(statement(1) + statement(2)))
    anchor(school.office)
    return school


def test_every_key_is_in_its_bucket(full: Institution) -> None:
    everything = bucket(full.office, 0, bytes(8))
    assert (everything.size, len(everything.members)) == (20, 40)
    for bits in (1, 3, 8, depth(20), 64):
        for member in everything.members:
            text = bucket_of(member.key, bits)
            found = bucket(full.office, bits, prefix_bytes(bits, text))
            assert member in found.members
            assert all(in_bucket(one.key, bits, text) for one in found.members)


def test_an_absent_key_has_an_empty_bucket(full: Institution) -> None:
    key = hashlib.sha256(b"nothing").digest()
    found = bucket(full.office, 64, key[:8])
    assert (found.size, found.members) == (20, ())


def test_nothing_anchored(campus: Campus) -> None:
    school = campus.institution()
    issue(school.office, [degree("N-1")])
    assert bucket(school.office, 0, bytes(8)).size == 0


def test_what_waits_for_its_anchor_is_not_listed(campus: Campus) -> None:
    school = campus.institution()
    issue(school.office, [degree("N-1")])
    anchor(school.office)
    issue(school.office, [degree("N-2")])
    assert len(bucket(school.office, 0, bytes(8)).members) == 2


@pytest.mark.parametrize("bits", [-1, 65, 10**9])
def test_out_of_range(full: Institution, bits: int) -> None:
    with pytest.raises(Refusal, match="lookup-out-of-range"):
        bucket(full.office, bits, bytes(8))


@pytest.mark.parametrize("kind", ["credential", "status", "learning"])
def test_receipt(full: Institution, kind: str) -> None:
    found = receipt(full.office, kind, 0)
    entry = full.store.entry(kind, 0)
    assert found["origin"] == full.identity.origin(kind)
    assert found["leaf"] == hashlib.sha256(b"\x00" + entry).hexdigest()
    assert found["anchored_by"] == decode(entry).time + MERGE_DELAY
    public = full.hands.signer("receipt").public_key
    assert found["key"] == key_id(public).hex()
    signature = base64.b64decode(found.pop("signature"))
    verify(public, PREFIX + canonical_json(found), signature)
    with pytest.raises(Refusal, match="signature"):
        verify(public, PREFIX + canonical_json({**found, "index": 1}), signature)


@pytest.mark.parametrize("index", [-1, 20, 10**30])
def test_no_receipt_for_what_is_not_there(full: Institution, index: int) -> None:
    with pytest.raises(UnknownNumber, match="no-such-record"):
        receipt(full.office, "credential", index)
