"""Whether a certificate's QR code can hold it: asked before issuing, for every row of a roster."""

from __future__ import annotations

from collections.abc import Callable

from api.printing.qr import qr_version
from ledger.core.content import CertificateContent
from ledger.core.frame import (
    KID_BYTES,
    MAX_STATUS_INDEX,
    NONCE_BYTES,
    SIGNATURE_BYTES,
    Claims,
    assemble,
    encode_claims,
    qr_text,
)
from ledger.errors import Refusal


def qr_holds(code: str, verify_url: str) -> Callable[[CertificateContent], bool]:
    """The check for one institution, with the longest status index, for `read_roster`."""

    def holds(content: CertificateContent) -> bool:
        try:
            claims = Claims.of(content, code, MAX_STATUS_INDEX, bytes(NONCE_BYTES))
            frame = assemble(bytes(KID_BYTES), encode_claims(claims), bytes(SIGNATURE_BYTES))
            return qr_version(qr_text(verify_url, frame)) > 0
        except Refusal:
            return False

    return holds
