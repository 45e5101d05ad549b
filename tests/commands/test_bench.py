"""The benchmark runs and says what it must. Sizes are tiny; no figure is asserted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts import bench, bench_ralph, bench_teaching, bench_xapi
from scripts.bench_rows import Aim, Row, Spent, this_machine
from scripts.teaching_school import Size

TINY = bench.Sizes(
    gas=(1, 3),
    batches=((1, 2), (8, 1)),
    prefill=20,
    leaves=300,
    rival_leaves=100,
    certificates=4,
    printed=3,
    verified=1,
    audited=20,
    xapi=bench_xapi.Load(burst=200, single=((2, 10),), filled=500, queries=10),
    rival_statements=0,
    teaching=bench_teaching.Load((7,), Size(8, 24, 6), 5_000),
)
EXPECTED = {
    "gas": ["Gas of an anchor at 1 entries", "Gas of an anchor at 3 entries"],
    "append": ["Append, batch 1, empty", "Append, batch 8, empty"],
    "prefilled": ["Append, batch 1, 20 entries there", "Append, batch 8, 20 entries there"],
    "merkle": [
        "Merkle build, 300 leaves",
        "Merkle build, 100 leaves",
        "pymerkle build, 100 leaves",
    ],
    "issue": [
        "Issue, JCS proof, QR frame and entry",
        "Issue, end to end without PDF",
        "Issue, end to end with PDF and QR code",
    ],
    "verify": ["Verify, Ed25519 signature alone", "Verify, JCS proof", "Verify, whole procedure"],
    "audit": ["Audit of 20 entries"],
    "teaching": [
        "Found by hints, video-recycled",
        "Found by hints, plan-copied: a plan of another teacher's other course",
        "Found by rule set, plan-after-class",
        "Evaluate teaching-integrity, 5,276 records",
        "Hints, 5,276 records",
    ],
    "rival": ["ralph-malph 5.1.0, files, ingest"],
    "xapi": [
        row.format(database)
        for database in ("SQLite", "PostgreSQL")
        for row in (
            "xAPI ingest, batches of 100, empty, {}",
            "xAPI ingest, one by one, 2 connections, {}",
            "xAPI ingest, filling to 410, {}",
            "xAPI ingest, batches of 100, 410 there, {}",
            "xAPI GET of 100 by agent and activity, often together, 610 there, median, {}",
            "xAPI GET of 100 by agent and activity, busy, seldom together, 610 there, "
            "99 of 100, {}",
            "Memory of the server, most, {}",
        )
    ],
}
KEYS = {"name", "value", "cpu", "unit", "aim", "met", "method"}


@pytest.fixture(autouse=True)
def _nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rival's row is then the one that says why there is no figure."""

    def refuse(command: Sequence[str]) -> None:
        raise OSError("no network")

    monkeypatch.setattr(bench_ralph, "FOLDER", Path("nowhere"))
    monkeypatch.setattr(bench_ralph, "_quiet", refuse)


@pytest.mark.parametrize("part", sorted(EXPECTED))
def test_a_part_gives_its_rows(part: str) -> None:
    told: list[str] = []
    rows = {row.name: row for row in bench.parts(TINY, told.append)[part]()}
    assert told
    assert rows.keys() >= set(EXPECTED[part])
    for row in rows.values():
        assert row.method
        assert row.to_json().keys() == KEYS


def test_every_part_is_expected_here() -> None:
    assert bench.parts(TINY, lambda _text: None).keys() == EXPECTED.keys()


def test_both_trees_have_one_root() -> None:
    rows = bench.parts(TINY, lambda _text: None)["merkle"]()
    assert "same root" in rows[-1].method


def test_audit_and_verdict_are_those_of_a_sound_ledger() -> None:
    parts = bench.parts(TINY, lambda _text: None)
    assert "clean" in parts["audit"]()[0].method
    assert "verdict valid, level 2" in parts["verify"]()[-1].method


def test_command_writes_rows_with_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "SMALL", TINY)
    out = tmp_path / "new" / "bench.json"
    assert bench.main(["--small", "--only", "merkle", "--out", str(out)]) == 0
    written = json.loads(out.read_text())
    assert written["machine"].keys() >= {"date", "cpu", "cores", "python", "packages", "load"}
    assert [set(row) for row in written["rows"]] == [KEYS] * 4
    assert "Merkle build" in capsys.readouterr().out


def test_page_keeps_all_but_its_figures() -> None:
    page = bench.PAGE.read_text(encoding="utf-8")
    rows = [Row("x", 1.5, "s", "once", Aim(high=1), 1.0), Row("y", None, "/s", "why not")]
    changed = bench.on_page(page, this_machine(), rows)
    assert "| x | 1.5 | 1 | s | ≤ 1 ✗ | once |\n| y |  |  | /s |  | why not |\n" in changed
    before, after = page.split("<!-- figures -->")[0], page.split("<!-- end of figures -->")[1]
    assert changed.startswith(before) and changed.endswith(after)


def test_some_parts_on_the_page_leave_the_other_rows() -> None:
    page = bench.PAGE.read_text(encoding="utf-8")
    one, two = Row("one", 1, "s", "once"), Row("two", 2, "s", "once")
    whole = bench.on_page(page, this_machine(), [one, two])
    some = bench.on_page(
        whole, this_machine(), [Row("two", 3, "s", "anew"), Row("z", 4, "s", "")], False
    )
    assert "| one | 1 |  | s |  | once |\n| two | 3 |  | s |  | anew |\n| z | 4 |" in some
    assert "| two | 2 |" not in some
    assert some.count("load averages before") == 2


def test_aims() -> None:
    assert Aim(low=10).met(10) and not Aim(low=10).met(9)
    assert Aim(high=1).met(1) and not Aim(high=1).met(2)
    assert [str(Aim(low=50_000)), str(Aim(high=1)), str(Aim(1, 2))] == ["≥ 50,000", "≤ 1", "1 to 2"]


def test_a_figure_that_could_not_be_had_is_no_figure() -> None:
    row = Row("x", None, "/s", "fonts are missing", Aim(low=1))
    assert row.to_json()["value"] is None
    assert row.to_json()["met"] is None
    assert bench.table([row]).row_count == 1


def test_a_median_forgets_the_odd_run() -> None:
    spent = Spent(wall=[1, 2, 100], cpu=[1, 1, 1])
    assert spent.rate("x", 10, "").value == 5
    assert spent.rate("x", 10, "").cpu == 10
    assert spent.seconds("x", "").value == 2


def test_machine_is_named() -> None:
    machine = this_machine()
    assert machine.cores >= 1
    assert machine.cpu
