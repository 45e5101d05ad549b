"""What learning platforms really send arrives unchanged: real data, and samples of their forms."""

from __future__ import annotations

import gzip
import io
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ledger.core.canonical import canonical_json
from ledger.keys.cipher import AesGcm
from ledger.memory import MemoryStatementStore, MemoryStreamStore
from ledger.office.ingest import ingest
from ledger.ports.statements import Ciphers, StatementQuery
from ledger.store import open_store
from scripts import demo_data
from tests.office.worlds import Campus, Institution

SAMPLES = Path(__file__).parents[1] / "corpus" / "statements"


@pytest.fixture(scope="module")
def someone(campus: Campus) -> Institution:
    return campus.stranger()


@pytest.fixture
def school(someone: Institution) -> Institution:
    streams = MemoryStreamStore()
    someone.store, someone.statements = streams, MemoryStatementStore(streams)
    return someone


def payloads(school: Institution) -> list[bytes]:
    query = StatementQuery(ascending=True, limit=10_000)
    return [one.payload for one in school.statements.statements(query)]


@pytest.mark.parametrize("name", ["moodle", "open-edx", "h5p"])
def test_platforms(school: Institution, name: str) -> None:
    data = (SAMPLES / f"{name}.json").read_bytes()
    report = ingest(school.office, "learning", io.BytesIO(data))
    assert (report.accepted, report.refused) == (2, [])
    given: list[Any] = json.loads(data)
    assert payloads(school) == [canonical_json(one) for one in given]
    again = b"".join(json.dumps(one).encode() + b"\n" for one in given)
    report = ingest(school.office, "learning", io.BytesIO(gzip.compress(again)))
    assert (report.accepted, report.duplicate) == (0, 2)


def test_five_thousand_of_a_real_course(someone: Institution, tmp_path: Path) -> None:
    """Into the store on disk; each can be read again as it was sent."""
    data, _ = demo_data.statements()
    given = [json.loads(line) for line in gzip.decompress(data).splitlines()]
    ciphers = Ciphers(AesGcm(bytes(32)), AesGcm(bytes(31) + b"1"))
    with closing(open_store(tmp_path, ciphers=ciphers)) as store:
        someone.store, someone.statements = store.streams, store
        report = ingest(someone.office, "learning", io.BytesIO(data))
        assert (report.accepted, report.duplicate, report.refused) == (5_000, 0, [])
        assert payloads(someone) == [canonical_json(one) for one in given]
        report = ingest(someone.office, "learning", io.BytesIO(data))
        assert (report.accepted, report.duplicate, report.refused) == (0, 5_000, [])
