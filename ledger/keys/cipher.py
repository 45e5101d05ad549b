"""What is at rest in the database, sealed under keys that are not in it: AES-256-GCM."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import BadEvidence
from ledger.keys import messages as _messages  # noqa: F401  (registers the codes)
from ledger.keys.sealed import Entropy

NONCE_LENGTH = 12
TAG_LENGTH = 16


class AesGcm:
    """`ports.statements.Cipher` over a 32-byte key (NIST SP 800-38D).

    Sealed: random nonce of 12 bytes ‖ ciphertext ‖ tag of 16 bytes. With random nonces one key
    seals at most 2^32 messages (SP 800-38D, 8.3). Safe for threads.
    """

    def __init__(self, key: bytes, entropy: Entropy = os.urandom) -> None:
        self._aead = AESGCM(key)
        self._entropy = entropy

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """28 bytes longer than `plain`."""
        nonce = self._entropy(NONCE_LENGTH)
        return nonce + self._aead.encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """BadEvidence("sealed-damaged") for another key, another context or a changed byte."""
        if len(sealed) < NONCE_LENGTH + TAG_LENGTH:
            raise BadEvidence("sealed-damaged")
        try:
            return self._aead.decrypt(sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:], context)
        except InvalidTag as error:
            raise BadEvidence("sealed-damaged") from error
