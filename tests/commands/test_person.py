"""A person's records from intake to export and erasure, and that nothing leaks on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from api.home import Home
from api.wiring import opened
from ledger.core.erasure import parse_erasure
from ledger.core.merkle import leaf_hash
from ledger.core.xapi.multipart import Part
from ledger.office.ingest import Taking, authority_of
from ledger.ports.statements import Document, DocumentKind, DocumentScope
from tests.commands import people
from tests.commands.driver import Ran, serving, verify, xuezheng
from tests.commands.people import ESSAY, HOME_PAGE, NANA, SECRETS, lines, statement
from tests.oracle import derive_everything

ACCOUNT = f"{HOME_PAGE}|s-2026-1027"
KEY = f"account\n{HOME_PAGE}\ns-2026-1027"
SHA2 = sha256(ESSAY).hexdigest()


@dataclass
class Story:
    """A home with everything in it, anchored and served; Nana's export as it was at first."""

    home: Path
    folder: Path
    node: str
    trust: Path
    export: Path

    def check(self, path: Path, *options: str, code: int = 0) -> Ran:
        return verify(
            "check", path, "--trust", self.trust, "--node", self.node, "--json", *options, code=code
        )

    def exported(self, person: str, name: str, code: int = 0) -> Path:
        path = self.folder / name
        xuezheng("export", "--home", self.home, "--person", person, "--out", path, code=code)
        return path


def enclosed() -> dict[str, Any]:
    attachment = {
        "usageType": "http://usage.example/essay",
        "display": {"zh": "作文"},
        "contentType": "text/plain",
        "length": len(ESSAY),
        "sha2": SHA2,
    }
    return statement(7, NANA, attachments=[attachment])


def fill(home: Path) -> None:
    """What only the doors can bring: an attachment and a document."""
    with opened(Home(home)) as institution:
        office = institution.office
        taking = Taking(office, "teaching", authority_of(office, "test"))
        headers = {"x-experience-api-hash": SHA2, "content-transfer-encoding": "binary"}
        taking.add(1, enclosed(), [Part(headers, ESSAY)])
        taking.flush()
        assert taking.report.accepted == 1
        scope = DocumentScope(DocumentKind.STATE, "https://courses.north.example/1", KEY)
        etag = "0" * 40
        document = Document("欧阳娜娜 13800138000".encode(), "text/plain", etag, 1)
        office.documents.change_document(scope, "notes", lambda _: document)


@pytest.fixture(scope="module")
def story(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("person")
    data = folder / "statements.jsonl"
    data.write_bytes(lines(people.statements()))
    ran = xuezheng("ingest", "--home", home, "--stream", "learning", data, "--json")
    assert ran.json == {"accepted": 6, "duplicate": 0, "refused": []}
    early = ("export", "--home", home, "--person", ACCOUNT, "--out", folder / "early.zip")
    assert xuezheng(*early, "--json", code=3).error == "not-anchored"
    assert not (folder / "early.zip").exists()
    fill(home)
    xuezheng("anchor", "--home", home)
    trust = folder / "trust.json"
    xuezheng("trust", "--home", home, "--out", trust)
    with serving("serve", "--home", home, "--port", 0, "--anchor-interval", 3600) as url:
        export = folder / "nana.zip"
        ran = xuezheng("export", "--home", home, "--person", ACCOUNT, "--out", export, "--json")
        counts = {"records": 5, "waiting": 0, "attachments": 1, "documents": 1}
        assert ran.json == {**counts, "file": str(export)}
        yield Story(home, folder, f"{url}/chain", trust, export)


def test_export_is_verified_file_by_file(story: Story) -> None:
    ran = story.check(story.export)
    assert (ran.json["verdict"], ran.json["level"]) == ("valid", 2)
    names = [one["name"] for one in ran.json["files"]]
    assert names == [
        "records/learning-000000000.json",
        "records/learning-000000001.json",
        "records/learning-000000002.json",
        "records/learning-000000003.json",
        "records/teaching-000000000.json",
        f"attachments/{SHA2}",
    ]
    assert {one["verdict"] for one in ran.json["files"]} == {"valid"}
    assert set(ran.json["unproved"]) == {"README.txt", "documents/000001.json", "export.json"}


def test_what_a_killed_export_left_is_cleared(story: Story) -> None:
    """It holds records and salts. Another one under way keeps its own."""
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    again = story.folder / "again[1].zip"
    left, living, other = (
        story.folder / f".{name}.tmp"
        for name in (f"{again.name}.{dead}", f"{again.name}.{os.getpid()}", f"other.zip.{dead}")
    )
    for one in (left, living, other):
        one.write_bytes(b"half")
    xuezheng("export", "--home", story.home, "--person", ACCOUNT, "--out", again)
    assert again.exists() and not left.exists()
    assert living.exists() and other.exists()


def test_export_holds_everything(story: Story) -> None:
    with zipfile.ZipFile(story.export) as archive:
        listing = json.loads(archive.read("export.json"))
        for one in listing["files"]:
            assert sha256(archive.read(one["name"])).hexdigest() == one["sha256"]
        assert set(archive.namelist()) == {"export.json", *(f["name"] for f in listing["files"])}
        assert archive.read(f"attachments/{SHA2}") == ESSAY
        record = json.loads(archive.read("records/learning-000000000.json"))
        assert record["statement"] == people.statements()[0]
    assert listing["person"] == [ACCOUNT]
    assert story.export.stat().st_mode & 0o777 == 0o600


def test_one_record_file_alone(story: Story) -> None:
    path = story.folder / "one.json"
    with zipfile.ZipFile(story.export) as archive:
        path.write_bytes(archive.read("records/learning-000000001.json"))
    assert story.check(path).json["verdict"] == "valid"
    offline = verify("check", path, "--trust", story.trust, "--offline", "--json", code=2)
    assert offline.json["level"] == 1
    assert story.check(path, "--at", "2026-06-01", code=64).error == "usage"
    path.write_bytes(path.read_bytes().replace("娜娜".encode(), "娜拉".encode()))
    changed = story.check(path, code=1).json
    assert [one["code"] for one in changed["checks"] if one["state"] == "fail"] == ["commitment"]


def test_tampered_archive(story: Story) -> None:
    path = story.folder / "tampered.zip"
    with zipfile.ZipFile(story.export) as given, zipfile.ZipFile(path, "w") as made:
        for name in given.namelist():
            made.writestr(name, given.read(name).replace(b"13800138000", b"13800138001"))
    verdicts = {one["name"]: one["verdict"] for one in story.check(path, code=1).json["files"]}
    assert verdicts["records/learning-000000000.json"] == "invalid"
    assert verdicts["records/learning-000000001.json"] == "invalid"
    assert verdicts["records/learning-000000002.json"] == "valid"


@pytest.mark.parametrize(
    ("given", "count"),
    [("s-2026-1027", 5), ("zhuge@north.example", 4), ("mailto:zhuge@North.Example", 4)],
)
def test_ways_to_name_a_person(story: Story, given: str, count: int) -> None:
    path = story.exported(given, "named.zip")
    assert len(story.check(path).json["files"]) == count + (given == "s-2026-1027")


def test_nobody(story: Story) -> None:
    for given in ("s-1", "https://other.example|s-2026-1027", "mailto:no@north.example"):
        story.exported(given, "nobody.zip", code=4)


def readable(secret: str) -> set[bytes]:
    """The ways in which a text may stand in a file."""
    escaped = json.dumps(secret)[1:-1]
    forms = {secret.encode(), secret.encode("gb18030"), secret.encode("utf-16-le")}
    return forms | {escaped.encode(), escaped.upper().encode()}


def leaks(folder: Path) -> list[tuple[str, str]]:
    return [
        (secret, str(path.relative_to(folder)))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for data in [path.read_bytes()]
        for secret in SECRETS
        if any(form in data for form in readable(secret))
    ]


def test_nothing_readable_in_the_whole_home(story: Story) -> None:
    """Chain, tiles, checkpoints, database with its log, configuration."""
    assert (story.home / "streams" / "learning" / "checkpoint").exists()
    assert (story.home / "chain.sqlite").exists() and (story.home / "store.db").exists()
    assert leaks(story.home) == []
    canary = story.folder / "canary"
    canary.mkdir()
    (canary / "x").write_bytes(lines(people.statements()) + ESSAY)
    assert {secret for secret, _ in leaks(canary)} == set(SECRETS)


def test_erasure(story: Story) -> None:
    """Last in the story: payloads go, leaves stay, everybody's proofs hold."""
    teacher = story.exported("zhuge@north.example", "teacher.zip")
    receipt_file = story.folder / "receipt.json"
    erase = ("erase", "--home", story.home, "--person", "s-2026-1027", "--json")
    ran = xuezheng(*erase, "--out", receipt_file)
    assert (ran.json["erased"], ran.json["mentioned"]) == (4, 1)
    receipt = parse_erasure(receipt_file.read_bytes())
    assert receipt.to_json() == ran.json["receipt"]
    assert not any(secret in json.dumps(ran.json["receipt"]) for secret in SECRETS)
    with opened(Home(story.home)) as institution:
        office = institution.office
        receipt.verify(office.signer("receipt").public_key)
        for origin, leaves in receipt.streams:
            kind = origin.partition("/")[2]
            for one in leaves:
                assert office.store.payload(kind, one.index) is None
                assert leaf_hash(office.store.entry(kind, one.index)) == one.leaf
        kept = office.store.payload("learning", 3)
        assert kept is not None
        assert not list(office.documents.documents_of(KEY))
        assert office.statements.attachment(SHA2) is None
        derive_everything(office)
    for path in (story.export, teacher):
        assert story.check(path).json["verdict"] == "valid"
    assert leaks(story.home) == []

    again = xuezheng(*erase).json
    assert (again["erased"], again["others"]) == (0, 0)
    full = ("erase", "--home", story.home, "--person", ACCOUNT, "--json")
    assert xuezheng(*full).json["mentioned"] == 1
    rest = xuezheng(*full, "--mentioned").json
    assert (rest["erased"], rest["mentioned"]) == (1, 0)
    story.exported(ACCOUNT, "gone.zip", code=4)

    data = story.folder / "again.jsonl"
    data.write_bytes(lines(people.statements()))
    ran = xuezheng("ingest", "--home", story.home, "--stream", "learning", data, "--json")
    assert ran.json["accepted"] == 0  # what was erased does not come back
