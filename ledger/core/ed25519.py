"""Ed25519 signatures (RFC 8032 §5.1.7) with one answer on every machine.

Libraries disagree at the edges: some take the identity as a key, under which one signature fits
any message; some multiply by the cofactor and so let a torsion component of R pass. Here:

* the equation is the cofactorless S·B = R + k·A;
* A and R are canonical (y < p, no negative zero), S < L;
* neither A nor R is one of the eight points of small order.

What is left is a key of mixed order, A = A' + T with T of small order: whoever knows A' can make
signatures that this equation passes whenever k·T vanishes and a cofactored one always, so that
verifiers could be played against each other. `check_public_key` refuses such keys (L·A must be the
identity) and runs where a key enters a registry or a trust bundle; `verify` does not repeat it,
because a key counts only if it came in there.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from ledger.core import (
    edwards,
    messages_streams,  # noqa: F401  (registers the sentences)
)
from ledger.core.public_key import Ed25519Key, check_ed25519, ed25519_key
from ledger.errors import BadEvidence

PUBLIC_LENGTH = 32
SIGNATURE_LENGTH = 64


def key_id(public: bytes) -> bytes:
    """SHA-256 of the raw public key, 32 bytes."""
    return sha256(public).digest()


@lru_cache(maxsize=4096)
def _load(public: bytes) -> Ed25519Key:
    """The parsed key after the checks that cost nothing; raises BadEvidence public-key."""
    if len(public) != PUBLIC_LENGTH:
        raise BadEvidence("public-key", reason="length")
    if not edwards.is_canonical(public):
        raise BadEvidence("public-key", reason="not-canonical")
    if public in edwards.SMALL_ORDER:
        raise BadEvidence("public-key", reason="small-order")
    return ed25519_key(public)


def check_public_key(public: bytes) -> None:
    """A raw key of 32 bytes that is a canonical point of prime order L.

    Raises BadEvidence public-key with a reason: length, not-canonical, small-order, not-on-curve,
    mixed-order. Takes some milliseconds: for registration, not for every signature.
    """
    _load(bytes(public))
    point = edwards.decode(public)
    if point is None:
        raise BadEvidence("public-key", reason="not-on-curve")
    if not edwards.has_prime_order(point):
        raise BadEvidence("public-key", reason="mixed-order")


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature of 64 bytes (R ‖ S) under a raw public key of 32 bytes.

    Raises BadEvidence: public-key for a key that nobody may use, signature for all else.
    """
    key = _load(bytes(public))
    if len(signature) != SIGNATURE_LENGTH:
        raise BadEvidence("signature")
    commitment = signature[:32]
    if commitment in edwards.SMALL_ORDER or not edwards.is_canonical(commitment):
        raise BadEvidence("signature")
    if int.from_bytes(signature[32:], "little") >= edwards.L:
        raise BadEvidence("signature")
    check_ed25519(key, message, signature)
