"""Every file of the corpus of bad bytes meets its parser: a refusal with both sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.core import canonical, cbor, ed25519, entry, merkle, signed_note, tiles
from ledger.errors import BadEvidence

FOLDER = Path(__file__).parent.parent / "corpus"
_OWNER = bytes.fromhex("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29")


def _checkpoint(data: bytes) -> object:
    return signed_note.open_checkpoint(data, "univ-a.example/credential", _OWNER)


def _tile_path(data: bytes) -> object:
    return tiles.parse_tile_path(data.decode("latin-1"))


PARSERS: dict[str, Callable[[bytes], object]] = {
    "cbor": cbor.loads,
    "checkpoint": _checkpoint,
    "entry": entry.decode,
    "entry-bundle": tiles.unpack_entries,
    "frontier": merkle.Frontier.from_bytes,
    "json": canonical.parse_json,
    "public-key": ed25519.check_public_key,
    "tile-path": _tile_path,
}
FILES = [
    (name, path) for name in PARSERS for path in sorted((FOLDER / name).iterdir()) if path.is_file()
]


@pytest.mark.parametrize(("name", "path"), FILES, ids=lambda part: getattr(part, "name", part))
def test_refused(name: str, path: Path) -> None:
    with pytest.raises(BadEvidence) as caught:
        PARSERS[name](path.read_bytes())
    assert caught.value.zh != caught.value.en
    assert "…" not in caught.value.zh + caught.value.en


def test_every_parser_has_bad_files() -> None:
    assert all(sum(name == found for found, _ in FILES) >= 5 for name in PARSERS)
