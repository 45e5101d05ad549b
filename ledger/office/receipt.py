"""A signed receipt of an acknowledged record: what was promised, by when it will be anchored."""

from __future__ import annotations

import base64
from typing import Any

from ledger.core.canonical import canonical_json
from ledger.core.ed25519 import key_id
from ledger.core.entry import decode
from ledger.core.merkle import leaf_hash
from ledger.errors import UnknownNumber
from ledger.office.context import Office

PREFIX = b"xuezheng/receipt/v1\x00"
MERGE_DELAY = 86_400
"""Seconds within which a record is anchored after its entry's time."""


def receipt(office: Office, kind: str, index: int) -> dict[str, Any]:
    """Receipt of entry `index` of the stream: origin, index, leaf hash, promise and signature.

    The signature is Ed25519 by the `receipt` key over `PREFIX` and the RFC 8785 form of the
    receipt without `signature`. Raises UnknownNumber for an index that was not acknowledged.
    """
    if not 0 <= index < office.store.size(kind):
        raise UnknownNumber("no-such-record", stream=kind, index=index)
    entry = office.store.entry(kind, index)
    signer = office.signer("receipt")
    body: dict[str, Any] = {
        "type": "XuezhengReceipt",
        "origin": office.identity.origin(kind),
        "index": index,
        "leaf": leaf_hash(entry).hex(),
        "anchored_by": decode(entry).time + MERGE_DELAY,
        "key": key_id(signer.public_key).hex(),
    }
    signature = signer.sign(PREFIX + canonical_json(body))
    return {**body, "signature": base64.b64encode(signature).decode()}
