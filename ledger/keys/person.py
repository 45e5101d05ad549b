"""A person's own key in an encrypted file (docs/spec/people.md); the institution never has it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ledger.core.people import (
    ED25519,
    PersonKey,
    PersonSignature,
    check_account,
    check_person_key,
    message,
)
from ledger.errors import BadEvidence, WrongUse
from ledger.keys.file import Ed25519Signer
from ledger.keys.sealed import Entropy, SealedFile

PERSON, ACCOUNT = "person", "person-account"


class PersonSigner:
    """Signs as one account."""

    def __init__(self, account: str, seed: bytes) -> None:
        self.account = account
        self._signer = Ed25519Signer(seed)
        self.key = PersonKey(ED25519, self._signer.public_key)

    def sign(self, purpose: str, content: Any) -> PersonSignature:
        """BadEvidence person-signature for no purpose, canonical-json for no JSON."""
        value = self._signer.sign(message(purpose, content))
        return PersonSignature(self.account, self.key.id, value)


def create_person_key(
    path: Path, account: str, passphrase: str, entropy: Entropy = os.urandom
) -> PersonSigner:
    """A new key in a new file, on disk when this returns, readable by its owner alone.

    Raises WrongUse account-form, key-file-exists, key-file-unwritable.
    """
    check_account(account)
    signer = PersonSigner(account, seed := entropy(32))
    check_person_key(signer.key)
    sealed = SealedFile.create(path, passphrase, entropy)
    sealed.secrets = [(PERSON, seed), (ACCOUNT, account.encode())]
    _claim(path)
    # Crash here: an empty file is left, which is nobody's key and is not overwritten.
    try:
        sealed.save()
    except WrongUse:
        path.unlink(missing_ok=True)
        raise
    return signer


def open_person_key(path: Path, passphrase: str) -> PersonSigner:
    """CouldNotLook key-file-missing, NotAllowed wrong-passphrase, BadEvidence key-file-damaged,
    person-key-other for a key file of an institution."""
    sealed = SealedFile.open(path, passphrase, os.urandom)
    if [name for name, _ in sealed.secrets] != [PERSON, ACCOUNT]:
        raise BadEvidence("person-key-other", path=path)
    (_, seed), (_, account) = sealed.secrets
    try:
        return PersonSigner(account.decode(), seed)
    except ValueError as error:
        why = type(error).__name__
        raise BadEvidence("key-file-damaged", path=path, why=why) from error


def _claim(path: Path) -> None:
    """The name is ours and was nobody's before."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise WrongUse("key-file-exists", path=path) from error
    except OSError as error:
        raise WrongUse("key-file-unwritable", path=path, why=error.strerror) from error
