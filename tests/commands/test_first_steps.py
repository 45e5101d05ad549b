"""What somebody meets who tries the commands for the first time, and tries them wrongly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.commands.driver import xuezheng


def test_a_file_where_the_chains_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = xuezheng("chain", "serve", "--dir", tmp_path / "file", "--json", code=2)
    assert ran.error == "chain-storage"


def test_the_store_is_its_owners_only(home: Path) -> None:
    assert (home / "store.db").stat().st_mode & 0o077 == 0


def test_a_tokens_name_can_be_read(home: Path) -> None:
    for name in ("", " ", "a\x1b[31m", "x" * 101):
        ran = xuezheng(
            "token", "create", "--home", home, "--name", name, "--scope", "issue", "--json", code=64
        )
        assert ran.error == "token-name"


def test_a_cut_off_is_a_size(home: Path) -> None:
    key = ("key", "north.example", "00" * 32, "--cut-off", "-1")
    ran = xuezheng("council", "propose", "--home", home, *key, "--json", code=64)
    assert ran.error == "usage" and "--cut-off" in ran.err


def test_a_problem_of_the_whole_file_names_no_row(home: Path, tmp_path: Path) -> None:
    roster = tmp_path / "empty.csv"
    roster.touch()
    ran = xuezheng(
        "issue", "--home", home, roster, "--template", "degree", "--out", tmp_path / "out",
        "--lang", "en", code=3,
    )  # fmt: skip
    assert "\n  The file is empty. [roster-empty]" in ran.err


def test_a_reason_in_chinese_is_chinese(home: Path, tmp_path: Path) -> None:
    (tmp_path / "statements").write_text("{broken\n")
    ran = xuezheng(
        "ingest", "--home", home, "--stream", "teaching", tmp_path / "statements",
        "--lang", "zh", code=3,
    )  # fmt: skip
    assert "JSON" in ran.err and "acceptable" not in ran.err


def test_what_a_killed_run_left_is_swept_away(home: Path, tmp_path: Path) -> None:
    roster, out = tmp_path / "roster.csv", tmp_path / "out"
    heading = "certificate_number,name,awarded_on,major,degree"
    roster.write_text(f"{heading}\nSWEPT-1,张三,2026-06-30,数学,理学学士\n", "utf-8")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    out.mkdir()
    (out / f".{ended.pid}.tmp").write_bytes(b"half")
    xuezheng("issue", "--home", home, roster, "--template", "degree", "--out", out, "--no-pdf")
    assert sorted(file.name for file in out.iterdir()) == [
        "SWEPT-1.json", "SWEPT-1.png", "index.csv",
    ]  # fmt: skip
