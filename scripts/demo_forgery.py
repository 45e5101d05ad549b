"""The demo's attackers: one changes a document, one stole the signing key."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from ledger.core.content import CertificateContent
from ledger.core.ed25519 import key_id
from ledger.core.frame import Claims, assemble, encode_claims, qr_text, signing_bytes
from ledger.core.kinds import CredentialType
from ledger.keys.file import KeyFile


def tampered(document: bytes) -> bytes:
    """The document with another degree in it."""
    changed = document.replace("文学学士".encode(), "文学博士".encode())
    if changed == document:
        raise ValueError("nothing to tamper with")
    return changed


def forged_frame_text(home: Path, passphrase: str, verify_url: str) -> str:
    """QR text of a frame that the institution's own key signed but that no stream holds."""
    signer = KeyFile.open(home / "keys.json", passphrase).signer("credential")
    content = CertificateContent(
        type_code=CredentialType.DEGREE,
        number="D2026-9999",
        name="无名氏",
        awarded_on=date(2026, 6, 30),
        major="法学",
        degree="法学博士",
    )
    kid = key_id(signer.public_key)[:4]
    claims = encode_claims(Claims.of(content, "WEIBEI", 77_777, nonce=os.urandom(16)))
    signature = signer.sign(signing_bytes(kid, claims))
    return qr_text(verify_url, assemble(kid, claims, signature))
