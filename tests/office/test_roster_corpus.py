"""Files as offices really make them, and files that are made to break a reader.

A file is named `<template>--<code>[--what].<ext>`; `ok` means that it has no problem.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import registered
from ledger.office import messages_roster
from ledger.office.roster import read_roster

CORPUS = Path(__file__).parents[1] / "corpus" / "rosters"
SPEC = Path(__file__).parents[2] / "docs" / "spec" / "roster.md"
FILES = sorted(path for path in CORPUS.iterdir() if path.suffix in (".csv", ".xlsx"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_has_the_problem_that_its_name_says(path: Path) -> None:
    template, code, *_ = path.stem.split("--")
    result = read_roster(path.read_bytes(), path.name, template)
    codes = {one.code for one in result.problems}
    assert codes == (set() if code == "ok" else {code})
    assert bool(result.rows) == (code == "ok")


def test_the_page_lists_every_code() -> None:
    page = SPEC.read_text("utf-8")
    for code in messages_roster.MESSAGES:
        assert code in registered()
        assert f"`{code}`" in page, code


def test_the_page_s_example_reads_as_it_says() -> None:
    page = SPEC.read_text("utf-8")
    example = page.split("```csv\n")[1].split("```")[0]
    listed = page.split("```text\n")[1].split("```")[0]
    result = read_roster(example.encode("gb18030"), "example.csv", "degree")
    assert [f"{one.row} {one.column} {one.code}" for one in result.problems] == listed.split("\n")[
        :-1
    ]
