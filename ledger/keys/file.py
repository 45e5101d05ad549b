"""The institution's keys in one encrypted file; the only place that sees private bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.canonical import parse_json
from ledger.errors import BadEvidence, NotAllowed, WrongUse
from ledger.keys.account import ChainAccount
from ledger.keys.cipher import AesGcm
from ledger.keys.sealed import Entropy, SealedFile
from ledger.ports import Account, Signer
from ledger.ports.statements import Ciphers

PURPOSES = ("credential", "checkpoint", "receipt", "trust")
ACCOUNT = "account"
CIPHERS = ("records", "people")
"""Keys of what is sealed at rest in the database."""


class Ed25519Signer:
    """`ports.Signer` over a 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key().public_bytes_raw()

    @property
    def public_key(self) -> bytes:
        return self._public

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


class KeyFile:
    """Signers by purpose and the chain account. Keys are added, never removed."""

    def __init__(self, sealed: SealedFile, entropy: Entropy) -> None:
        self._sealed, self._entropy = sealed, entropy
        self._signers: dict[str, list[Ed25519Signer]] = {purpose: [] for purpose in PURPOSES}
        for name, secret in sealed.secrets:
            if name in self._signers:
                self._signers[name].append(Ed25519Signer(secret))

    @classmethod
    def create(
        cls,
        path: Path,
        passphrase: str,
        entropy: Entropy = os.urandom,
        account_keystore: bytes | None = None,
    ) -> KeyFile:
        """New keys, one of each purpose, and a new account (or that of a V3 keystore, opened with
        the same passphrase: NotAllowed("keystore-unreadable"))."""
        sealed = SealedFile.create(path, passphrase, entropy)
        account = _from_keystore(account_keystore, passphrase) if account_keystore else entropy(32)
        names = (*PURPOSES, *CIPHERS)
        sealed.secrets = [(ACCOUNT, account), *((name, entropy(32)) for name in names)]
        sealed.save()
        return cls(sealed, entropy)

    @classmethod
    def open(cls, path: Path, passphrase: str, entropy: Entropy = os.urandom) -> KeyFile:
        """NotAllowed("wrong-passphrase"), BadEvidence("key-file-damaged"), CouldNotLook."""
        return cls(SealedFile.open(path, passphrase, entropy), entropy)

    def signer(self, purpose: str) -> Signer:
        """The newest key of a purpose."""
        return self.signers(purpose)[-1]

    def signers(self, purpose: str) -> Sequence[Signer]:
        """All keys of a purpose, oldest first. NotAllowed("no-such-key")."""
        found = self._signers.get(purpose)
        if not found:
            raise NotAllowed("no-such-key", purpose=purpose)
        return tuple(found)

    def add(self, purpose: str) -> Signer:
        """A new key of a purpose, on disk when this returns."""
        if purpose not in self._signers:
            raise NotAllowed("no-such-key", purpose=purpose)
        seed = self._entropy(32)
        with self._sealed.changing():
            self._sealed.secrets.append((purpose, seed))
            try:
                self._sealed.save()
            except WrongUse:
                self._sealed.secrets.pop()
                raise
        self._signers[purpose].append(Ed25519Signer(seed))
        return self._signers[purpose][-1]

    def ciphers(self) -> Ciphers:
        """The keys of what is sealed at rest. A file made before there were any gets them now, and
        they are on disk when this returns: nothing is ever sealed under a key that may be lost."""
        missing = set(CIPHERS) - {name for name, _ in self._sealed.secrets}
        if missing:
            with self._sealed.changing():
                known = {name for name, _ in self._sealed.secrets}
                fresh = [(name, self._entropy(32)) for name in CIPHERS if name not in known]
                self._sealed.secrets += fresh
                self._sealed.save()
        keys = dict(self._sealed.secrets)
        return Ciphers(*(AesGcm(keys[name]) for name in CIPHERS))

    def account(self) -> Account:
        """The chain account."""
        secret = next((one for name, one in self._sealed.secrets if name == ACCOUNT), None)
        if secret is None:
            raise NotAllowed("no-such-key", purpose=ACCOUNT)
        return ChainAccount(secret)


def keystore_address(keystore: bytes, passphrase: str) -> str:
    """The account of a V3 keystore, opened: NotAllowed("keystore-unreadable")."""
    from eth_account import Account as EthAccount

    return str(EthAccount.from_key(_from_keystore(keystore, passphrase)).address)


def _from_keystore(keystore: bytes, passphrase: str) -> bytes:
    from eth_account import Account as EthAccount

    try:
        value: Any = parse_json(keystore)
        return bytes(EthAccount.decrypt(value, passphrase))
    except (BadEvidence, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAllowed("keystore-unreadable", why=type(error).__name__) from error
