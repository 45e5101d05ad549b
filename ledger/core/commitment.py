"""The salted commitment by which an entry names its payload without telling anything about it.

After payload and salt are erased, what stays in the stream cannot be linked to a person.
"""

from __future__ import annotations

from hashlib import sha256

from ledger.core import messages_streams  # noqa: F401  (registers the sentences)
from ledger.errors import BadEvidence

SALT_LENGTH = 32
_DOMAIN = b"xuezheng/commitment/v1\x00"


def commit(salt: bytes, payload: bytes) -> bytes:
    """SHA-256("xuezheng/commitment/v1" ‖ 0x00 ‖ salt[32] ‖ SHA-256(payload)), 32 bytes.

    The salt is random, never derived from the payload. Raises BadEvidence commitment.
    """
    if len(salt) != SALT_LENGTH:
        raise BadEvidence("commitment")
    return sha256(_DOMAIN + salt + sha256(payload).digest()).digest()
