"""Reports: `docs/spec/report.md`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.evaluation.evaluate import data_hash
from ledger.core.evaluation.labels import LABELS
from ledger.core.evaluation.report import (
    Report,
    ReportFile,
    format_report,
    parse_report,
    read_report,
    report_hash,
)
from ledger.errors import BadEvidence
from tests.core.evaluation.acted import JSON, put, rules_data, ways
from tests.docs.reading import DOCS, blocks, read

PAGE = DOCS / "spec" / "report.md"
CORPUS = sorted((Path(__file__).parents[2] / "corpus" / "report").iterdir())
CODES = {"report-format", "result-format", "json", "canonical-json"}


def told(language: str) -> str:
    (found,) = [block.text for block in blocks(PAGE) if block.language == language]
    return found.strip()


def example() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(told("json example"))
    return data


def file() -> dict[str, Any]:
    written = format_report(
        ReportFile(read_report(example()), rules_data(), 12, b"\x01\x02", bytes(32))
    )
    data: dict[str, Any] = json.loads(written)
    return data


def refused(data: Any) -> BadEvidence:
    with pytest.raises(BadEvidence) as caught:
        read_report(data)
    return caught.value


def test_worked_example() -> None:
    data = example()
    report = read_report(data)
    assert data_hash(data["result"]).hex() == data["result_hash"]
    assert report.hash == report_hash(data) == bytes.fromhex(told("text hash"))
    assert (report.institution, report.stream) == ("school.example", "teaching")
    assert report.subject == data["result"]["subject"]
    assert report_hash({**data, "labels": []}) != report.hash


def test_the_page_names_every_label_in_order() -> None:
    rows = [line.split("`")[1] for line in read(PAGE).splitlines() if line.startswith("| `")]
    assert [row for row in rows if row in LABELS] == list(LABELS)
    assert ", ".join(f"`{label}`" for label in LABELS) in read(PAGE)


def test_labels_stand_once_and_in_order() -> None:
    for labels in (["retroactive", "charter-late"], ["retroactive"] * 2, ["late"]):
        caught = refused({**example(), "labels": labels})
        assert caught.code == "report-format"
        assert caught.detail["pointer"].startswith("/labels")


@pytest.mark.parametrize(
    "changed",
    [
        {"stream": "learning"},
        {"count": None},
        {"count": 6, "last": 4},
        {"count": 0, "last": 0},
        {"last": None},
    ],
)
def test_the_end_of_a_chain_is_named_where_there_is_one(changed: dict[str, Any]) -> None:
    data = example()
    data["records"] |= changed
    assert refused(data).detail["pointer"].startswith("/records/")


def test_a_students_report_names_no_end() -> None:
    data = example()
    data["records"] |= {"stream": "learning", "count": None, "last": None}
    assert read_report(data).stream == "learning"


# ------------------------------------------------------------------- the file


def test_written_and_read_again_it_is_the_same() -> None:
    given = ReportFile(read_report(example()), rules_data(), 12, b"\x01\x02", bytes(32))
    found = parse_report(format_report(given))
    assert (found.report.data, found.rules) == (example(), rules_data())
    assert (found.leaf, found.entry, found.salt) == (12, b"\x01\x02", bytes(32))
    assert format_report(found) == format_report(given)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_refused(path: Path) -> None:
    code, _, _ = path.stem.partition("--")
    with pytest.raises(BadEvidence) as caught:
        parse_report(path.read_bytes())
    assert caught.value.code == code


def test_the_corpus_is_there() -> None:
    assert len(CORPUS) > 20
    assert {path.stem.partition("--")[0] for path in CORPUS} == {
        "json",
        "report-format",
        "result-format",
    }


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadEvidence) as caught:
        parse_report(data)
    assert caught.value.code in CODES


@settings(deadline=None)
@given(st.data(), JSON)
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject, value: Any) -> None:
    good = file()
    put(good, data.draw(st.sampled_from(ways(good))), value)
    try:
        found = parse_report(json.dumps(good).encode())
    except BadEvidence as error:
        assert error.code in CODES
    else:
        assert isinstance(found.report, Report)
        assert parse_report(format_report(found)).report.data == found.report.data
