"""Certificates as W3C Verifiable Credentials 2.0 carrying an Open Badges 3.0 achievement.

docs/spec/credential.md. Every term stands in the two contexts, which are named by URL and never
fetched. The proof is `eddsa-jcs-2022` (Data Integrity EdDSA Cryptosuites v1.0 §3.3); its `nonce` is
the salt of the entry's commitment. This is the door to the three files that do the work: the
common form, writing, reading.
"""

from __future__ import annotations

from ledger.core.content import CertificateContent
from ledger.core.credential_form import CONTEXTS, CredentialView, IssuerIdentity, Proof
from ledger.core.credential_read import agree, parse_credential, read_credential, salt_of
from ledger.core.credential_series import CredentialSeries
from ledger.core.credential_write import (
    attach_proof,
    build_credential,
    jcs_signing_bytes,
    payload_bytes,
    proof_options,
    secure,
    status_list_credential,
    verification_method,
)

__all__ = [
    "CONTEXTS",
    "CertificateContent",
    "CredentialSeries",
    "CredentialView",
    "IssuerIdentity",
    "Proof",
    "agree",
    "attach_proof",
    "build_credential",
    "jcs_signing_bytes",
    "parse_credential",
    "payload_bytes",
    "proof_options",
    "read_credential",
    "salt_of",
    "secure",
    "status_list_credential",
    "verification_method",
]
