"""Statements: the good lines are in, the bad ones named."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.canonical import canonical_json
from ledger.core.entry import RecordEntry, decode
from ledger.errors import BadEvidence, Refusal, WrongUse
from ledger.memory import MemoryStreamStore
from ledger.office import ingest as taking
from ledger.office.ingest import MAX_LINE, IngestReport, ingest, read_lines
from ledger.office.statement import VOIDED, check_statement
from tests.office.worlds import Campus, Institution, statement
from tests.oracle import derive_everything

GOOD = {
    "actor": {"mbox": "mailto:a@b.example"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    "object": {"id": "http://course.example/1"},
}
UUID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def someone(campus: Campus) -> Institution:
    """Nobody needs a place on the chain to take statements in."""
    return campus.stranger()


@pytest.fixture
def school(someone: Institution) -> Institution:
    someone.store = MemoryStreamStore()
    return someone


def take(school: Institution, data: bytes, kind: str = "learning") -> IngestReport:
    return ingest(school.office, kind, io.BytesIO(data))


def codes(report: IngestReport) -> list[tuple[int, str]]:
    return [(refused.line, refused.refusal.code) for refused in report.refused]


def line(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode() + b"\n"


def test_good_lines_in_bad_ones_named(school: Institution) -> None:
    data = b"".join(
        [
            statement(1),
            b"{broken\n",
            b"\n",
            statement(2),
            b"[]\n",
            statement(1),
            statement(2, "other"),
            b"null\n",
            line(verb={"id": 7}),
            line(colour="red"),
            b'{"id":1,"id":2}\n',
            b"\xff\xfe\n",
            statement(3).rstrip(b"\n"),
        ]
    )
    report = take(school, data)
    assert (report.accepted, report.duplicate) == (3, 1)
    assert codes(report) == [
        (2, "statement-not-json"),
        (5, "statement-wrong-type"),
        (7, "statement-conflict"),
        (8, "statement-wrong-type"),
        (9, "statement-wrong-type"),
        (10, "statement-unknown-key"),
        (11, "statement-not-json"),
        (12, "statement-not-json"),
    ]
    assert school.store.size("learning") == 3
    again = take(school, data)
    assert (again.accepted, again.duplicate) == (0, 4)


def test_same_statement_without_id(school: Institution) -> None:
    """Known again by its canonical bytes, however it was written."""
    first = line()
    other = b'{ "object": {"id":"http://course.example/1"}, ' + first[1:].replace(
        b', "object": {"id": "http://course.example/1"}', b""
    )
    assert json.loads(first) == json.loads(other)
    report = take(school, first + other)
    assert (report.accepted, report.duplicate, report.refused) == (1, 1, [])


def test_ids_in_either_case(school: Institution) -> None:
    upper = "ABCDEFAB-0000-4000-8000-000000000001"
    report = take(school, line(id=upper) + line(id=upper.lower()))
    assert report.accepted == 1
    assert len(report.refused) + report.duplicate == 1


def test_the_two_streams_are_apart(school: Institution) -> None:
    assert take(school, statement(1)).accepted == 1
    assert take(school, statement(1), "teaching").accepted == 1


@pytest.mark.parametrize("kind", ["credential", "status", "", "nothing"])
def test_other_streams_take_no_statements(school: Institution, kind: str) -> None:
    with pytest.raises(WrongUse, match="unknown-kind"):
        take(school, statement(1), kind)


@pytest.mark.parametrize("data", [b"", b"\n\n  \r\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_empty(school: Institution, data: bytes) -> None:
    with pytest.raises(WrongUse, match="file-empty"):
        take(school, data)


def test_line_ends_and_byte_order_mark(school: Institution) -> None:
    crlf = statement(1).replace(b"\n", b"\r\n") + statement(2).replace(b"\n", b"\r\n")
    assert take(school, b"\xef\xbb\xbf" + crlf).accepted == 2


def test_two_megabytes_in_a_line(school: Institution) -> None:
    long = b'{"id":"' + b"x" * (2 << 20) + b'"}\n'
    report = take(school, statement(1) + long + statement(2))
    assert report.accepted == 2
    assert codes(report) == [(2, "statement-too-long")]


def test_the_longest_line(school: Institution) -> None:
    frame = len(line(result={"response": ""}).rstrip())
    fits = line(result={"response": "x" * (MAX_LINE - frame)}).rstrip()
    assert len(fits) == MAX_LINE
    longer = line(result={"response": "x" * (MAX_LINE - frame + 1)})
    report = take(school, fits + b"\n" + longer)
    assert report.accepted == 1
    assert codes(report) == [(2, "statement-too-long")]


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_very_deep(school: Institution, opening: bytes) -> None:
    report = take(school, opening * 100_000 + b"\n" + statement(1))
    assert report.accepted == 1
    assert codes(report) == [(1, "statement-not-json")]


def test_gzip(school: Institution) -> None:
    packed = gzip.compress(statement(1) + statement(2)) + gzip.compress(statement(3))
    assert take(school, packed).accepted == 3


def test_gzip_cut_short(school: Institution) -> None:
    packed = gzip.compress(b"".join(statement(number) for number in range(2_000)))
    report = take(school, packed[:-9])
    assert report.accepted > 0
    assert [code for _, code in codes(report)] == ["gzip-damaged"]
    whole = take(school, packed)
    assert whole.accepted + whole.duplicate == 2_000


def test_gzip_damaged(school: Institution) -> None:
    packed = bytearray(gzip.compress(statement(1)))
    packed[-6] ^= 1  # the checksum
    report = take(school, bytes(packed))
    assert "gzip-damaged" in [code for _, code in codes(report)]
    assert codes(take(school, b"\x1f\x8bnot gzip at all")) == [(1, "gzip-damaged")]


def test_gzip_bomb_stays_small(school: Institution) -> None:
    """200 MB of zeros in one line: refused, with a bounded buffer."""
    packer = gzip.compress(bytes(200 << 20), 1)
    report = take(school, packer + gzip.compress(b"\n" + statement(1)))
    assert report.accepted == 1
    assert codes(report) == [(1, "statement-too-long")]


def test_voiding_refers_to_the_voided(school: Institution) -> None:
    voiding = {"verb": {"id": VOIDED}, "object": {"objectType": "StatementRef", "id": UUID}}
    take(school, line(id=UUID))
    take(school, line(**voiding))
    entry = decode(school.store.entry("learning", 1))
    assert isinstance(entry, RecordEntry)
    assert entry.refers == 0


def test_payload_is_canonical(school: Institution) -> None:
    take(school, line(id=UUID))
    kept = school.store.payload("learning", 0)
    assert kept is not None
    assert kept[1] == canonical_json({**GOOD, "id": UUID})


def test_batches(school: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "BATCH", 3)
    seen: list[tuple[int, int]] = []
    source = io.BytesIO(b"".join(statement(number) for number in range(8)))
    ingest(school.office, "learning", source, lambda *given: seen.append(given))
    assert seen == [(3, 0), (6, 0), (8, 0)]
    assert school.store.size("learning") == 8


def test_everything_adds_up(campus: Campus) -> None:
    school = campus.institution()
    take(school, statement(1) + b"{\n" + statement(1))
    derive_everything(school.office)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"actor": None}, "/actor"),
    ({"actor": {}}, "/actor"),
    ({"actor": {"mbox": 3}}, "/actor/mbox"),
    ({"actor": {"account": {"homePage": "http://h.example"}}}, "/actor/account/name"),
    ({"verb": "completed"}, "/verb"),
    ({"verb": {"id": "not an iri"}}, "/verb/id"),
    ({"object": {"id": 1}}, "/object/id"),
    ({"object": {"objectType": "Thing", "id": "http://x.example"}}, "/object/objectType"),
    ({"object": {"objectType": ["Activity"], "id": "http://x.example"}}, "/object/objectType"),
    ({"object": {"objectType": "StatementRef", "id": "1"}}, "/object/id"),
    ({"object": {"objectType": "SubStatement", "actor": {}}}, "/object/verb"),
    ({"object": {"objectType": "Agent"}}, "/actor"),
    ({"result": []}, "/result"),
    ({"context": "c"}, "/context"),
    ({"id": "not-a-uuid"}, "/id"),
    ({"timestamp": "2026-13-01T00:00:00Z"}, "/timestamp"),
    ({"timestamp": 1}, "/timestamp"),
]


@pytest.mark.parametrize(("change", "pointer"), WRONG)
def test_wrong_types(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(BadEvidence, match="statement-wrong-type") as caught:
        check_statement({**GOOD, **change})
    assert caught.value.detail["pointer"] == pointer


def test_groups_and_accounts() -> None:
    group = {"objectType": "Group", "member": [GOOD["actor"]]}
    account = {"account": {"homePage": "http://h.example", "name": "1"}}
    for actor in (group, account, {"openid": "http://o.example"}, {"mbox_sha1sum": "0" * 40}):
        assert check_statement({**GOOD, "actor": actor})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*GOOD, "id", "objectType", "member", "account", "result", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_is_taken_or_refused(value: Any) -> None:
    try:
        check_statement(value)
    except BadEvidence as refusal:
        assert refusal.zh != refusal.code != refusal.en


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda data: b"\x1f\x8b\x08" + data))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_lines_or_refused(data: bytes) -> None:
    for number, found in read_lines(io.BytesIO(data)):
        assert number >= 1
        assert isinstance(found, (bytes, Refusal))
