"""The W3C Bitstring Status List credential, derived from the status stream."""

from __future__ import annotations

import base64
import gzip
from typing import Any

from ledger.core.credential import (
    IssuerIdentity,
    attach_proof,
    jcs_signing_bytes,
    proof_options,
    status_list_credential,
    verification_method,
)
from ledger.core.status import Purpose
from ledger.errors import UnknownNumber
from ledger.office.context import Office
from ledger.office.status import replayed

PURPOSES: tuple[Purpose, ...] = ("revocation", "suspension")


def status_list(office: Office, purpose: str, number: int) -> dict[str, Any]:
    """The signed status list credential of one purpose and list (Bitstring Status List §3).

    Raises UnknownNumber for a purpose or a list that is not open.
    """
    listed = replayed(office.store)
    known = next((name for name in PURPOSES if name == purpose), None)
    if known is None or not 0 <= number < listed.lists:
        raise UnknownNumber("no-such-status-list", purpose=purpose, list=number)
    encoded = encode_bitstring(listed.bitstring(known, number))
    identity, signer, now = office.identity, office.signer("credential"), office.clock()
    unsigned = status_list_credential(
        IssuerIdentity(identity.domain, identity.name, identity.name_en),
        f"{identity.public_url}/status/{purpose}/{number}",
        purpose,
        encoded,
        valid_from=now,
    )
    method = verification_method(identity.domain, signer.public_key)
    options = proof_options(unsigned, method, created=now, salt=office.entropy(32))
    return attach_proof(unsigned, options, signer.sign(jcs_signing_bytes(unsigned, options)))


def encode_bitstring(bits: bytes) -> str:
    """Multibase base64url (`u`) of the gzip-compressed bit string, without a time inside."""
    packed = gzip.compress(bits, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")
