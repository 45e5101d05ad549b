"""Secrets at rest: one passphrase, scrypt, AES-256-GCM per secret (docs/spec/key-file.md).

    {"type": "XuezhengKeys", "version": 1,
     "kdf": {"name": "scrypt", "n": 32768, "r": 8, "p": 1, "salt": <hex>},
     "check": <sealed empty secret>, "secrets": [{"name", "nonce", "sealed"}, …]}

The secret's position and name are authenticated with it, so secrets cannot be swapped.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ledger.core.canonical import parse_json
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, WrongUse
from ledger.keys import messages as _messages  # noqa: F401  (registers the codes)

COST, BLOCK, LANES = 1 << 15, 8, 1
CHECK = "check"

Entropy = Callable[[int], bytes]


class SealedFile:
    """Named secrets in one file. A name may stand several times: older keys stay, in order."""

    def __init__(self, path: Path, key: bytes, salt: bytes, entropy: Entropy) -> None:
        self._path, self._aead, self._salt, self._entropy = path, AESGCM(key), salt, entropy
        self.secrets: list[tuple[str, bytes]] = []

    @classmethod
    def create(cls, path: Path, passphrase: str, entropy: Entropy) -> SealedFile:
        """A new file without secrets; it is written by the first `save`."""
        salt = entropy(16)
        return cls(path, _derive(passphrase, salt), salt, entropy)

    @classmethod
    def open(cls, path: Path, passphrase: str, entropy: Entropy) -> SealedFile:
        """Opens and decrypts. NotAllowed("wrong-passphrase"), BadEvidence("key-file-damaged")."""
        value = _read(path)
        try:
            salt = bytes.fromhex(value["kdf"]["salt"])
            if (value["type"], value["version"]) != ("XuezhengKeys", 1):
                raise ValueError("type or version")
            kdf = value["kdf"]
            if (kdf["name"], kdf["n"], kdf["r"], kdf["p"]) != ("scrypt", COST, BLOCK, LANES):
                raise ValueError("kdf")
            opened = cls(path, _derive(passphrase, salt), salt, entropy)
            opened._check(value[CHECK])
        except (KeyError, TypeError, ValueError, AttributeError, InvalidTag) as error:
            why = type(error).__name__
            raise BadEvidence("key-file-damaged", path=path, why=why) from error
        opened.secrets = opened._unsealed(value)
        return opened

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Nobody else changes the file meanwhile; `secrets` are as on the disk when this begins."""
        descriptor = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # of the folder: the file itself is replaced
            self.secrets = self._unsealed(_read(self._path))
            yield
        finally:
            os.close(descriptor)

    def _unsealed(self, value: dict[str, Any]) -> list[tuple[str, bytes]]:
        try:
            return [
                (str(one["name"]), self._unseal(place, one))
                for place, one in enumerate(value["secrets"])
            ]
        except (KeyError, TypeError, ValueError, AttributeError, InvalidTag) as error:
            why = type(error).__name__
            raise BadEvidence("key-file-damaged", path=self._path, why=why) from error

    def save(self) -> None:
        """The whole file, atomically, readable by its owner alone."""
        sealed = [self._seal(place, *one) for place, one in enumerate(self.secrets)]
        value = {
            "type": "XuezhengKeys",
            "version": 1,
            "kdf": {"name": "scrypt", "n": COST, "r": BLOCK, "p": LANES, "salt": self._salt.hex()},
            CHECK: self._seal(-1, CHECK, b""),
            "secrets": sealed,
        }
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(json.dumps(value, indent=1).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            # Crash here: the old file stands whole; a key that was only in the new one signed
            # nothing yet, because nobody was given it before this returns.
            os.replace(temporary, self._path)
            _sync(self._path.parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise WrongUse("key-file-unwritable", path=self._path, why=error.strerror) from error

    def _check(self, sealed: dict[str, Any]) -> None:
        """Tells a wrong passphrase from a damaged file."""
        nonce, text = bytes.fromhex(sealed["nonce"]), bytes.fromhex(sealed["sealed"])
        if len(nonce) != 12 or len(text) != 16:
            raise ValueError("check")
        try:
            self._aead.decrypt(nonce, text, _bound(-1, CHECK))
        except InvalidTag as error:
            raise NotAllowed("wrong-passphrase") from error

    def _seal(self, place: int, name: str, secret: bytes) -> dict[str, str]:
        nonce = self._entropy(12)
        text = self._aead.encrypt(nonce, secret, _bound(place, name))
        return {"name": name, "nonce": nonce.hex(), "sealed": text.hex()}

    def _unseal(self, place: int, one: dict[str, Any]) -> bytes:
        nonce = bytes.fromhex(one["nonce"])
        return self._aead.decrypt(nonce, bytes.fromhex(one["sealed"]), _bound(place, one["name"]))


def _bound(place: int, name: str) -> bytes:
    return f"xuezheng/keys/v1 {place} {name}".encode()


def _derive(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase.encode())


def _sync(folder: Path) -> None:
    """The rename itself is on disk, not only the file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, Any]:
    try:
        value = parse_json(path.read_bytes())
    except FileNotFoundError as error:
        raise CouldNotLook("key-file-missing", path=path) from error
    except (OSError, BadEvidence) as error:
        raise BadEvidence("key-file-damaged", path=path, why=type(error).__name__) from error
    if not isinstance(value, dict):
        raise BadEvidence("key-file-damaged", path=path, why="JSON")
    return value
