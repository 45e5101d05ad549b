"""Exported archives: read in memory, bounded, file by file; tricks are refused as a whole."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.core.checks_record import no_view
from ledger.core.record import MAX_RECORD, format_record
from ledger.core.record_verification import verify_record
from ledger.core.verdict import Verdict
from ledger.core.view import OFFLINE
from ledger.errors import WrongUse
from tests.builders import NOW
from tests.records import STATEMENT, make_record, make_trust, make_view
from verifier import archive
from verifier.commands.records import ArchiveReport, check_archive

TRUST = make_trust()
RECORD = format_record(make_record())
CONTENT = b"an essay"
SHA2 = sha256(CONTENT).hexdigest()
FORGED = format_record(make_record({**STATEMENT, "timestamp": "2026-06-02T08:00:00Z"}))


def online(data: bytes) -> Verdict:
    return verify_record(data, TRUST, make_view(), NOW)


def offline(data: bytes) -> Verdict:
    return verify_record(data, TRUST, no_view(OFFLINE), NOW)


def zipped(path: Path, *files: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files:
            made.writestr(name, data)
    return path


def check(path: Path, by: Callable[[bytes], Verdict] = online) -> ArchiveReport:
    return check_archive(path, by, lambda done, total: None)


def refused(path: Path) -> str:
    with pytest.raises(WrongUse) as caught:
        check(path)
    return caught.value.code


def test_file_by_file(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip",
        ("README.txt", b"read me"),
        ("records/a.json", RECORD),
        ("records/b.json", RECORD),
        ("export.json", b"{}"),
    )
    report = check(path)
    assert (report.verdict, report.level) == ("valid", 2)
    assert report.others == ["README.txt", "export.json"]
    value = report.to_json("en")
    assert [one["name"] for one in value["files"]] == ["records/a.json", "records/b.json"]
    assert {one["code"]: one["state"] for one in value["checks"]}["inclusion"] == "pass"
    assert value["unproved"] == report.others
    json.dumps(value)


def test_one_bad_file_makes_it_invalid(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("records/a.json", RECORD), ("records/b.json", FORGED))
    report = check(path)
    assert (report.verdict, report.counts["valid"], report.counts["invalid"]) == ("invalid", 1, 1)
    assert {one["code"]: one["state"] for one in report.to_json("zh")["checks"]}[
        "inclusion"
    ] == "fail"


def test_offline_is_undetermined(tmp_path: Path) -> None:
    report = check(zipped(tmp_path / "a.zip", ("records/a.json", RECORD)), offline)
    assert (report.verdict, report.level) == ("undetermined", 1)


def test_what_lies_among_the_records_is_judged_as_one(tmp_path: Path) -> None:
    report = check(zipped(tmp_path / "a.zip", ("records/a.json", b"{}")))
    assert report.verdict == "invalid"


@pytest.mark.parametrize(
    ("name", "declared", "word"),
    [
        (SHA2, SHA2, "valid"),
        (SHA2, SHA2.upper(), "valid"),
        (SHA2, "0" * 64, "undetermined"),
        ("0" * 64, SHA2, "invalid"),
    ],
)
def test_attachments(tmp_path: Path, name: str, declared: str, word: str) -> None:
    """As good as the record that declares their hash."""
    record = format_record(make_record({**STATEMENT, "attachments": [{"sha2": declared}]}))
    path = zipped(tmp_path / "a.zip", ("records/a.json", record), (f"attachments/{name}", CONTENT))

    def proved(data: bytes) -> Verdict:
        """As if the chain had anchored this very stream."""
        return verify_record(RECORD, TRUST, make_view(), NOW)

    report = check(path, proved)
    assert report.attachments == [(f"attachments/{name}", word)]
    assert report.verdict == word


@pytest.mark.parametrize(
    "name",
    [
        "../a.json", "/a.json", "records/../../a.json", "records//a.json", "a\\b.json", "C:a.json",
        "records/./a.json", "records/.hidden", "a b.json", "ä.json", "x" * 201, "records/a\n.json",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", ("records/a.json", RECORD), (name, b"x"))
    assert refused(path) == "archive-refused"


def test_links(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("records/b.json")
    link.external_attr = 0o120777 << 16
    path = zipped(tmp_path / "a.zip", ("records/a.json", RECORD), (link, b"/etc/passwd"))
    assert refused(path) == "archive-refused"


def test_two_files_of_one_name(tmp_path: Path) -> None:
    for other in ("records/a.json", "Records/A.json"):
        with pytest.warns(UserWarning) if other == "records/a.json" else nullcontext():
            path = zipped(tmp_path / "a.zip", ("records/a.json", RECORD), (other, FORGED))
        assert refused(path) == "archive-refused"


def test_other_compression_and_encryption(tmp_path: Path) -> None:
    odd = zipfile.ZipInfo("records/a.json")
    odd.compress_type = zipfile.ZIP_LZMA
    assert refused(zipped(tmp_path / "a.zip", (odd, RECORD))) == "archive-refused"
    data = bytearray(zipped(tmp_path / "b.zip", ("records/a.json", RECORD)).read_bytes())
    at = data.index(b"PK\x01\x02") + 8
    data[at] |= 1
    (tmp_path / "b.zip").write_bytes(data)
    assert refused(tmp_path / "b.zip") == "archive-refused"


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read counts, not what the archive says of itself."""
    path = zipped(tmp_path / "a.zip", ("records/a.json", bytes(MAX_RECORD + 1)))
    assert refused(path) == "archive-refused"
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<L", 10)
    path.write_bytes(data)
    assert refused(path) == "archive-refused"
    monkeypatch.setattr(archive, "MAX_TOTAL", len(RECORD) + 1)
    path = zipped(tmp_path / "b.zip", ("records/a.json", RECORD), ("records/b.json", RECORD))
    assert refused(path) == "archive-refused"
    monkeypatch.setattr(archive, "MAX_FILES", 1)
    assert refused(path) == "archive-refused"


def test_damaged(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("records/a.json", RECORD))
    data = path.read_bytes()
    for broken in (data[:-10], data[:40], data[:60] + b"\xff" + data[61:]):
        path.write_bytes(broken)
        assert refused(path) == "archive-refused"


def test_no_records(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path / "a.zip", ("word/document.xml", b"<x/>"))) == "no-credential"
    assert refused(tmp_path / "nothing.zip") == "file-unreadable"
