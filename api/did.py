"""The institution's DID document (did:web), from its own keys."""

from __future__ import annotations

from typing import Any

from api.wiring import Institution
from ledger.core.credential import verification_method
from ledger.core.multibase import encode_ed25519


def did_document(institution: Institution) -> dict[str, Any]:
    """W3C DID Core 1.0 document with one Multikey per credential key.

    For wallets only: our own verifier takes keys from the registry on chain.
    """
    identity = institution.office.identity
    did = f"did:web:{identity.domain}"
    methods = [
        {
            "id": verification_method(identity.domain, signer.public_key),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": encode_ed25519(signer.public_key),
        }
        for signer in institution.office.signers("credential")
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
        "service": [
            {
                "id": f"{did}#ledger",
                "type": "XuezhengLedger",
                "serviceEndpoint": identity.public_url,
            }
        ],
    }
