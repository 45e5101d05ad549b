"""Intake, export and erasure with the records in SQLite and in PostgreSQL."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.commands.export import write_zip
from api.wiring import Institution, opened
from ledger.core import merkle
from ledger.core.record import parse_record
from ledger.core.signed_note import open_checkpoint
from ledger.office.anchor import anchor
from ledger.office.erase import erase
from ledger.office.ingest import ingest
from ledger.office.person import find_person
from scripts.postgres import Postgres
from tests.api.test_database_url import PASSPHRASE, founded
from tests.commands.people import lines, statements
from tests.oracle import derive_everything
from tests.postgres import postgres_server as postgres_server  # the fixture


@pytest.fixture(params=["sqlite", "postgresql"])
def institution(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Institution]:
    monkeypatch.setenv("XUEZHENG_PASSPHRASE", PASSPHRASE)
    monkeypatch.delenv("XUEZHENG_DATABASE", raising=False)
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        monkeypatch.setenv("XUEZHENG_DATABASE", server.create_database())
    with opened(founded(tmp_path / "h", None)) as made:
        yield made


def test_the_whole_way(institution: Institution, tmp_path: Path) -> None:
    office = institution.office
    report = ingest(office, "learning", io.BytesIO(lines(statements())))
    assert (report.accepted, report.refused) == (6, [])
    report = ingest(office, "learning", io.BytesIO(lines(statements())))
    assert report.duplicate == 6
    anchor(office)
    person = find_person(office, "s-2026-1027")
    assert person is not None
    out = tmp_path / "out.zip"
    assert write_zip(office, person, "s-2026-1027", out).records == 4
    public = office.signer("checkpoint").public_key
    with zipfile.ZipFile(out) as archive:
        for name in archive.namelist():
            if name.startswith("records/"):
                record = parse_record(archive.read(name))
                assert record.statement == statements()[record.index]
                assert record.anchorage is not None
                proof = record.anchorage.proof
                head = open_checkpoint(proof.checkpoint, record.origin, public)
                leaf = merkle.leaf_hash(record.entry)
                merkle.verify_inclusion(leaf, proof.index, head.size, proof.path, head.root)
    done = erase(office, person)
    assert (done.erased, done.mentioned) == (3, 1)
    assert [office.store.payload("learning", index) is None for index in range(6)] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert find_person(office, "s-2026-1027") is None
    derive_everything(office)
    report = ingest(office, "learning", io.BytesIO(lines(statements())))
    assert (report.accepted, report.duplicate, report.refused) == (0, 6, [])
