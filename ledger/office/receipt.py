"""A signed receipt of an acknowledged record: what was promised, by when it will be anchored."""

from __future__ import annotations

from typing import Any

from ledger.core.ed25519 import key_id
from ledger.core.entry import decode
from ledger.core.merkle import leaf_hash
from ledger.core.receipt import PREFIX as PREFIX
from ledger.core.receipt import Receipt
from ledger.errors import UnknownNumber
from ledger.office.context import Office

MERGE_DELAY = 86_400
"""Seconds within which a record is anchored after its entry's time."""


def make_receipt(office: Office, kind: str, index: int) -> Receipt:
    """Receipt of entry `index` of a stream, whatever its kind, signed by the `receipt` key.

    Raises UnknownNumber for an index that was not acknowledged.
    """
    if not 0 <= index < office.store.size(kind):
        raise UnknownNumber("no-such-record", stream=kind, index=index)
    entry = office.store.entry(kind, index)
    signer = office.signer("receipt")
    promised = decode(entry).time + MERGE_DELAY
    origin = office.identity.origin(kind)
    body = Receipt(origin, index, leaf_hash(entry), promised, key_id(signer.public_key))
    return body.signed(signer.sign)


def receipt(office: Office, kind: str, index: int) -> dict[str, Any]:
    """The same as JSON: origin, index, leaf hash, promise and signature."""
    return make_receipt(office, kind, index).to_json()
