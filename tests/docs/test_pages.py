"""Links lead somewhere, every page is in the index, pictures are small, decisions are honest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from scripts.pictures_rooms import ROOMS, svg
from tests.docs.reading import ADR, DOCS, PAGES, README, ROOT, SPEC, blocks, name_of, prose, read

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PICTURES = sorted((DOCS / "pictures").iterdir())
LARGEST = 400_000


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_resolve(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        file, _, _ = target.partition("#")
        assert (page.parent / file).exists(), target
        assert not file.startswith("/"), target


def test_no_page_stands_outside_the_index() -> None:
    index = {(DOCS / target).resolve() for target in LINK.findall(read(DOCS / "README.md"))}
    assert {page for page in DOCS.rglob("*.md") if page.name != "README.md"} - index == set()


def test_readme_leads_to_every_guide() -> None:
    linked = {(ROOT / target).resolve() for target in LINK.findall(read(README))}
    assert {*(DOCS / "guides").glob("*.md"), DOCS / "README.md", ROOT / "LICENSE"} <= linked


@pytest.mark.parametrize("page", SPEC, ids=name_of)
def test_spec_page_has_version_code_and_example(page: Path) -> None:
    text = read(page)
    assert re.search(r"^Version \d+\b", text, re.MULTILINE)
    assert blocks(page), "no worked example"
    assert re.search(r"[Ee]xample", text)
    for path in re.findall(r"`((?:ledger|api|verifier|contracts|tests|scripts)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in ADR] == list(range(1, len(ADR) + 1))


@pytest.mark.parametrize("page", ADR, ids=name_of)
def test_decision_has_its_number_and_its_bad_news(page: Path) -> None:
    text = read(page)
    number = re.match(r"# (?:ADR )?0*(\d+)\b", text)
    assert number and int(number[1]) == int(page.name[:4])
    assert re.search(r"^## (Bad c|C)onsequences$", text, re.MULTILINE) or "*Cost:*" in text


def test_pictures_are_small_and_shown() -> None:
    shown = "\n".join(map(read, PAGES))
    for picture in PICTURES:
        assert picture.stat().st_size < LARGEST, picture.name
        if picture.suffix == ".png":
            assert f"pictures/{picture.name}" in shown
            with Image.open(picture) as opened:
                opened.verify()


def test_picture_of_the_rooms_is_what_the_script_draws() -> None:
    assert (DOCS / "pictures" / "rooms.svg").read_text("utf-8") == svg()
    assert all((ROOT / room.path).exists() for room in ROOMS)


def test_every_room_is_in_the_picture() -> None:
    drawn = {room.path for room in ROOMS}
    rooms = {f"ledger/{path.name}" for path in (ROOT / "ledger").iterdir() if path.is_dir()}
    assert rooms - {"ledger/__pycache__"} <= drawn
