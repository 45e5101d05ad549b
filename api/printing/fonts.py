"""Which fonts print a certificate, and which characters they have.

A character that no font has must be found before issuing: typst prints an empty box for it in
plain PDF without a word. Coverage is read from the very faces that typst chose (`cmap` table,
OpenType 1.9 §5, subtable formats 4 and 12), so the two cannot disagree.
"""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typst

from api.printing import messages as _messages  # noqa: F401  (registers the codes)
from ledger.errors import CouldNotLook

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
)
SONG = "Noto Serif CJK SC"
KAI = "LXGW WenKai"
RARE = ("HanaMinA", "HanaMinB", "BabelStone Han")
"""Extensions B to F, then parts of G and H: used where they are installed."""
PACKAGES = {SONG: "fonts-noto-cjk", KAI: "fonts-lxgw-wenkai"}


class Coverage:
    """The characters of one font face, as sorted ranges of code points."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(ranges)
        self._starts = [start for start, _ in ordered]
        self._ends = [end for _, end in ordered]

    def __contains__(self, character: str) -> bool:
        point = ord(character)
        at = bisect_right(self._starts, point) - 1
        return at >= 0 and point <= self._ends[at]


def _table(data: bytes, face: int, tag: bytes) -> bytes:
    """One table of a font file or collection; raises struct.error or ValueError when broken."""
    offset = 0
    if data[:4] == b"ttcf":
        offset = struct.unpack_from(">I", data, 12 + 4 * face)[0]
    (count,) = struct.unpack_from(">H", data, offset + 4)
    for entry in range(count):
        name, _, start, length = struct.unpack_from(">4sIII", data, offset + 12 + 16 * entry)
        if name == tag:
            return data[start : start + length]
    raise ValueError("no such table")


def _segments(cmap: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Ranges of a subtable of format 12, or of format 4 (only the basic plane)."""
    (kind,) = struct.unpack_from(">H", cmap, at)
    if kind == 12:
        (groups,) = struct.unpack_from(">I", cmap, at + 12)
        for group in range(groups):
            start, end, glyph = struct.unpack_from(">III", cmap, at + 16 + 12 * group)
            # A range that begins at glyph 0 begins with "no such glyph".
            yield (start if glyph else start + 1), end
    elif kind == 4:
        (doubled,) = struct.unpack_from(">H", cmap, at + 6)
        half = doubled // 2
        ends = struct.unpack_from(f">{half}H", cmap, at + 14)
        starts = struct.unpack_from(f">{half}H", cmap, at + 16 + doubled)
        yield from ((s, e) for s, e in zip(starts, ends, strict=True) if s != 0xFFFF)


def read_coverage(path: Path, face: int) -> Coverage:
    """What one face of a font file has. Raises CouldNotLook("font-unreadable")."""
    try:
        cmap = _table(path.read_bytes(), face, b"cmap")
        (count,) = struct.unpack_from(">H", cmap, 2)
        subtables = {
            struct.unpack_from(">HH", cmap, 4 + 8 * i): struct.unpack_from(">I", cmap, 8 + 8 * i)[0]
            for i in range(count)
        }
        # Windows full Unicode, Windows basic plane: every font in use has one of them.
        chosen = subtables.get((3, 10), subtables.get((3, 1)))
        return Coverage(() if chosen is None else _segments(cmap, chosen))
    except (OSError, struct.error, ValueError) as error:
        raise CouldNotLook("font-unreadable", path=path, reason=error) from error


def clusters(text: str) -> Iterator[str]:
    """Characters with the combining marks that follow them: one font must have all of a cluster."""
    held = ""
    for character in text:
        if held and unicodedata.combining(character):
            held += character
            continue
        if held:
            yield held
        held = character
    if held:
        yield held


@dataclass(frozen=True)
class FontSet:
    """typst's fonts, and the coverage of each family in the order of fallback."""

    fonts: typst.Fonts
    coverage: dict[str, Coverage]

    @property
    def song(self) -> list[str]:
        """Families for running text."""
        return self._chain(SONG, KAI)

    @property
    def kai(self) -> list[str]:
        """Families for titles and names, in the hand of a brush."""
        return self._chain(KAI, SONG)

    def _chain(self, *first: str) -> list[str]:
        return [*first, *(family for family in RARE if family in self.coverage)]

    def has(self, family: str, text: str) -> bool:
        """Whether this one family prints all of `text`."""
        return all(character in self.coverage[family] for character in text)

    def missing(self, text: str) -> set[str]:
        """The characters (with their marks) that no font prints; spaces always print."""
        return {
            cluster
            for cluster in set(clusters(text))
            if not cluster.isspace() and not any(self.has(f, cluster) for f in self.coverage)
        }


def load_fonts(folders: Sequence[Path] = FONT_FOLDERS) -> FontSet:
    """The fonts under `folders` and those inside typst; about 0.3 s.

    Raises CouldNotLook("fonts-missing") naming the families and the Debian packages that bring
    them; the fonts for rare characters are optional.
    """
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(folder) for folder in folders if folder.is_dir()],
    )
    wanted = (SONG, KAI, *RARE)
    # One face a family is enough: weights of a family share their character set.
    faces = {
        font.family: (Path(font.path), font.index)
        for font in fonts.fonts()
        if font.family in wanted and font.path is not None and font.weight == 400
    }
    absent = [family for family in PACKAGES if family not in faces]
    if absent:
        raise CouldNotLook(
            "fonts-missing",
            families=", ".join(absent),
            packages=" ".join(PACKAGES[family] for family in absent),
        )
    coverage = {family: read_coverage(*faces[family]) for family in wanted if family in faces}
    return FontSet(fonts, coverage)
