"""The documents as the tests read them."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
GUIDES = sorted((DOCS / "guides").glob("*.md"))
SPEC = sorted((DOCS / "spec").glob("*.md"))
ADR = sorted((DOCS / "adr").glob("*.md"))
PAGES = [README, DOCS / "README.md", *GUIDES, *SPEC, *ADR]
READERS = [README, *GUIDES]
"""What people read who do not read the code."""

_FENCE = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: the words after the fence, and its text."""

    language: str
    text: str


def read(page: Path) -> str:
    return page.read_text("utf-8")


def name_of(page: Path) -> str:
    """Path from the project's root, for the names of test cases."""
    return str(page.relative_to(ROOT))


def guide(name: str) -> str:
    return read(DOCS / "guides" / f"{name}.md")


def blocks(page: Path) -> list[Block]:
    return [Block(language.strip(), text) for _, language, text in _FENCE.findall(read(page))]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", read(page))


def command_lines(page: Path) -> Iterator[list[str]]:
    """Every command in `console` and `sh` blocks as words; the program without its folder."""
    for block in blocks(page):
        if block.language not in ("console", "sh"):
            continue
        for line in block.text.splitlines():
            if block.language == "console" and not line.startswith("$ "):
                continue
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words:
                yield [words[0].rpartition("/")[2], *words[1:]]


def tracked() -> list[Path]:
    """Every file under version control that is there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]
