"""`xuezheng ingest` at the terminal: arrays, tables, preview, exit codes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.commands.driver import xuezheng
from tests.office.test_mapping import FIRST, HEADING, MAPPING, ROW
from tests.office.worlds import statement


def ingest(home: Path, *arguments: object, code: int = 0) -> Any:
    given = ("ingest", "--home", home, "--stream", "learning", *arguments, "--json")
    return xuezheng(*given, code=code).json


def test_array_with_a_bad_element(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(b"[" + statement(1) + b",{}, " + statement(2) + b"]"))
    found = ingest(home, path, code=3)
    assert (found["accepted"], found["duplicate"]) == (2, 0)
    (refused,) = found["refused"]
    assert set(refused) == {"line", "code", "detail"}
    assert (refused["line"], refused["code"]) == (2, "xapi-missing-property")


def test_table(home: Path, tmp_path: Path) -> None:
    table, mapping = tmp_path / "t.csv", tmp_path / "m.json"
    table.write_text(HEADING + ROW, "gb18030")
    mapping.write_text(json.dumps(MAPPING), "utf-8")
    shown = ingest(home, table, "--mapping", mapping, "--preview")
    assert shown == {"preview": [{"line": 2, "statement": FIRST}]}
    assert ingest(home, table, "--mapping", mapping)["accepted"] == 1
    assert ingest(home, table, "--mapping", mapping)["duplicate"] == 1
    said = xuezheng(
        "ingest", "--home", home, "--stream", "learning", table, "--mapping", mapping, "--preview",
        "--lang", "en",
    )  # fmt: skip
    assert '"name": "s-1"' in said.out


def test_preview_of_a_bad_table(home: Path, tmp_path: Path) -> None:
    table, mapping = tmp_path / "t.csv", tmp_path / "m.json"
    table.write_text(HEADING + ROW.replace("看", "飞"), "utf-8")
    mapping.write_text(json.dumps(MAPPING), "utf-8")
    (one,) = ingest(home, table, "--mapping", mapping, "--preview", code=3)["preview"]
    assert (one["line"], one["code"], one["statement"]) == (2, "cell-unlisted", None)


def test_wrong_use(home: Path, tmp_path: Path) -> None:
    table, mapping, empty = tmp_path / "t.csv", tmp_path / "m.json", tmp_path / "e.jsonl"
    table.write_text(HEADING + ROW, "utf-8")
    mapping.write_text("{}", "utf-8")
    empty.write_bytes(b"\n")
    wrong = [
        ((table,), "mapping-needed"),
        ((table, "--mapping", mapping), "mapping-wrong"),
        ((table, "--mapping", tmp_path / "none"), "file-unreadable"),
        ((empty, "--mapping", mapping), "mapping-not-needed"),
        ((empty,), "file-empty"),
        ((tmp_path,), "file-unreadable"),
    ]
    for arguments, code in wrong:
        assert ingest(home, *arguments, code=64)["error"]["code"] == code
    mapping.write_text(json.dumps(MAPPING), "utf-8")
    table.write_text(HEADING.replace("学号", "学生") + ROW, "utf-8")
    found = ingest(home, table, "--mapping", mapping, code=64)
    assert found["error"]["code"] == "mapping-columns"
