"""The demo runs whole and proves its own result; its sample stands in where no real data lie."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.core.canonical import parse_json
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.office.roster import read_roster
from scripts import demo_data

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(600)
def test_the_demo_holds_every_expectation() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.demo", "--once"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout.strip().splitlines()[-1])
    assert summary["ok"] is True
    assert [one for one in summary["expectations"] if not one["held"]] == []
    assert len(summary["expectations"]) >= 20
    assert summary["certificates"] > 100
    assert summary["audit"]["entries"] > 5_000


@pytest.fixture
def no_shared_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demo_data, "STATEMENTS", tmp_path / "none.gz")
    monkeypatch.setattr(demo_data, "ENROLMENTS", tmp_path / "none.csv.gz")


@pytest.mark.usefixtures("no_shared_data")
def test_sample_statements_are_seeded_and_well_formed() -> None:
    data, source = demo_data.statements()
    lines = gzip.decompress(data).splitlines()
    ids = {check_statement(parse_json(line), Version.V1)["id"] for line in lines}
    assert len(lines) == len(ids) == 5_000
    assert "sample" in source
    assert demo_data.statements()[0] == data


@pytest.mark.usefixtures("no_shared_data")
def test_sample_roster_is_a_valid_class_list() -> None:
    data, source = demo_data.course_roster()
    read = read_roster(data, "courses.csv", "course")
    assert not read.problems
    assert len(read.rows) > 100
    assert "sample" in source


def test_the_degree_roster_holds_the_names_that_offices_stumble_over() -> None:
    data = demo_data.degree_roster()
    with pytest.raises(UnicodeDecodeError):
        data.decode()  # GB 18030, not UTF-8
    read = read_roster(data, "degrees.csv", "degree")
    assert not read.problems
    names = [row.name for row in read.rows]
    assert any(ord(character) > 0xFFFF for name in names for character in name)
    assert any("·" in name and len(name) == 25 for name in names), [len(name) for name in names]
