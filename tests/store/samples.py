"""Records, signers and the slow reference that stores are checked with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import merkle
from ledger.core.signed_note import open_checkpoint
from ledger.core.tiles import split_tile, tile_path, unpack_entries
from ledger.keys.cipher import AesGcm
from ledger.ports import CertificateFacts, NewRecord, StreamStore
from ledger.ports.statements import Ciphers
from ledger.store import Store, open_store

ORIGIN = "a.example/learning"


class TestSigner:
    """A `ports.Signer` with a fixed seed."""

    __test__ = False

    def __init__(self, seed: bytes = b"s" * 32) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


SIGNER = TestSigner()
CIPHERS = Ciphers(AesGcm(b"r" * 32), AesGcm(b"p" * 32))


def sealed_store(home: Path, url: str | None = None) -> Store:
    """A store that can read and write, always under the same keys."""
    return open_store(home, url, ciphers=CIPHERS)


def sha(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


def record(name: object, content: object = 0) -> NewRecord:
    """A record told by `name`; another `content` is another payload and entry."""
    return NewRecord(
        entry=b"entry " + sha(name, content),
        payload=f"payload {name} {content}".encode(),
        salt=sha("salt", name, content),
        identity=f"id {name}".encode(),
    )


def credential(number: int) -> NewRecord:
    """A certificate with two look-up keys."""
    plain = record(("certificate", number))
    return NewRecord(
        entry=plain.entry,
        payload=plain.payload,
        salt=plain.salt,
        identity=plain.identity,
        lookup=(sha("frame", number), sha("commitment", number)),
        certificate=CertificateFacts(
            number=f"N-{number}",
            type_code=1,
            status_index=number * 7,
            frame=b"frame" + bytes([number % 256]),
            content=b"{}",
        ),
    )


def audit(store: StreamStore, folder: Path, kind: str, origin: str = ORIGIN) -> list[bytes]:
    """The whole-stream oracle: every entry, every tile file and the checkpoint, the slow way."""
    size = store.size(kind)
    entries = list(store.entries(kind, 0, size))
    assert len(entries) == size
    leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
    assert store.root(kind, size) == merkle.root(leaves)
    published = store.file(kind, "checkpoint")
    if published is None:
        return entries
    signed = open_checkpoint(published, origin, SIGNER.public_key)
    assert signed.size <= size
    assert signed.root == merkle.root(leaves[: signed.size])
    check_tiles(folder, entries, leaves, signed.size)
    return entries


def check_tiles(folder: Path, entries: list[bytes], leaves: list[bytes], size: int) -> None:
    """The files below `folder` are the tiles of the first `size` entries."""
    level, hashes = 0, leaves[:size]
    while hashes:
        for start in range(0, len(hashes), 256):
            part = hashes[start : start + 256]
            path = tile_path(level, start // 256, len(part))
            assert split_tile((folder / path).read_bytes()) == part, path
            if level == 0:
                bundle = folder / path.replace("tile/0/", "tile/entries/")
                assert unpack_entries(bundle.read_bytes()) == entries[:size][start : start + 256]
        full = len(hashes) // 256
        hashes = [merkle.root(hashes[n * 256 : n * 256 + 256]) for n in range(full)]
        level += 1


sqlite_only = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""For what only SQLite has: pragmas, pages, a file that is copied."""
