"""Statements: the good lines are in, the bad ones named."""

from __future__ import annotations

import gzip
import io
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.canonical import canonical_json
from ledger.core.entry import RecordEntry, decode
from ledger.core.xapi.statement import VOIDED
from ledger.errors import Refusal, WrongUse
from ledger.memory import MemoryStatementStore, MemoryStreamStore
from ledger.office import ingest as taking
from ledger.office import queries
from ledger.office.ingest import IngestReport, ingest
from ledger.office.ingest_files import MAX_STATEMENT, Item, read_items
from ledger.ports.statements import StatementQuery
from tests.office.worlds import Campus, Institution, statement
from tests.oracle import derive_everything

GOOD = {
    "actor": {"mbox": "mailto:a@b.example"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    "object": {"id": "http://course.example/1"},
}
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UUID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def someone(campus: Campus) -> Institution:
    """Nobody needs a place on the chain to take statements in."""
    return campus.stranger()


@pytest.fixture
def school(someone: Institution) -> Institution:
    streams = MemoryStreamStore()
    someone.store, someone.statements = streams, MemoryStatementStore(streams)
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
        (5, "xapi-wrong-type"),
        (7, "statement-conflict"),
        (8, "xapi-null"),
        (9, "xapi-wrong-type"),
        (10, "xapi-unknown-property"),
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
    """An id is one statement's, so what is in one stream cannot be taken into the other."""
    assert take(school, statement(1)).accepted == 1
    report = take(school, statement(1) + statement(2), "teaching")
    assert (report.accepted, report.duplicate) == (1, 0)
    assert codes(report) == [(1, "statement-elsewhere")]


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
    fits = line(result={"response": "x" * (MAX_STATEMENT - frame)}).rstrip()
    assert len(fits) == MAX_STATEMENT
    longer = line(result={"response": "x" * (MAX_STATEMENT - frame + 1)})
    report = take(school, fits + b"\n" + longer)
    assert report.accepted == 1
    assert codes(report) == [(2, "statement-too-long")]


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_very_deep(school: Institution, opening: bytes) -> None:
    report = take(school, opening * 100_000 + b"\n" + statement(1))
    assert report.accepted == 1
    assert codes(report) == [(1, "statement-not-json")]


def test_bad_json_of_every_kind(school: Institution) -> None:
    bad = [
        b'{"a":NaN}',
        b'{"a":1,"a":1}',
        b'{"a":"\\ud800"}',
        b'{"a":1e999}',
        b'"\xff"',
        b"{'a':1}",
    ]
    report = take(school, b"\n".join([*bad, statement(1)]))
    assert report.accepted == 1
    assert codes(report) == [(line, "statement-not-json") for line in range(1, 7)]


ARRAY = b"\xef\xbb\xbf [" + b",\n".join(statement(number) for number in (1, 2, 3)) + b"] \n"


@pytest.mark.parametrize("size", [1, 5, 4_096])
def test_array(school: Institution, size: int) -> None:
    """However it is cut into reads."""
    source = io.BytesIO(ARRAY)
    found = list(read_items(lambda wanted: source.read(min(size, wanted))))
    assert [item.number for item in found] == [1, 2, 3]
    assert take(school, ARRAY).accepted == 3
    assert take(school, gzip.compress(ARRAY)).duplicate == 3


def test_bad_elements_of_an_array(school: Institution) -> None:
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    long = b'{"a":"' + b'\\"y' * MAX_STATEMENT + b'"}'
    wide = b'{"a":[' + b"1," * MAX_STATEMENT + b"1]}"
    elements = [statement(1), deep, long, b"7", wide, b'"]"', b"[1, [2]]", statement(2)]
    report = take(school, b"[" + b",".join(elements) + b"]")
    assert report.accepted == 2
    assert codes(report) == [
        (2, "statement-not-json"),
        (3, "statement-too-long"),
        (4, "xapi-wrong-type"),
        (5, "statement-too-long"),
        (6, "xapi-wrong-type"),
        (7, "xapi-wrong-type"),
    ]


@pytest.mark.parametrize("end", [b"", b",", b",]", b"}]", b"] x", b'{"a":"', b",{]"])
def test_array_that_cannot_be_told_apart(school: Institution, end: bytes) -> None:
    """What came before the fault is in, and one refusal says so."""
    report = take(school, b"[" + statement(1) + end)
    assert report.accepted == end.startswith((b",", b"]"))
    assert [code for _, code in codes(report)] == ["array-damaged"]


def test_versions(school: Institution) -> None:
    """By 1.0.3, unless the statement says 2.0: a context of agents is of 2.0 only."""
    agents = [{"objectType": "contextAgent", "agent": GOOD["actor"]}]
    context = {"contextAgents": agents}
    report = take(school, line(context=context) + line(context=context, version="2.0.0"))
    assert report.accepted == 1
    assert [number for number, _ in codes(report)] == [1]


def test_attachments_whose_data_is_nowhere(school: Institution) -> None:
    attachment = {
        "usageType": "http://usage.example/x",
        "display": {"en": "x"},
        "contentType": "text/plain",
        "length": 1,
        "sha2": "0" * 64,
    }
    elsewhere = {**attachment, "fileUrl": "http://files.example/x"}
    report = take(school, line(attachments=[attachment]) + line(attachments=[elsewhere]))
    assert report.accepted == 1
    assert codes(report) == [(1, "xapi-attachment-missing")]


def test_a_voiding_statement_beside_what_it_voids(school: Institution) -> None:
    voiding = {"verb": {"id": VOIDED}, "object": {"objectType": "StatementRef", "id": UUID}}
    assert take(school, line(id=UUID) + line(**voiding)).accepted == 2
    entry = decode(school.store.entry("learning", 1))
    assert isinstance(entry, RecordEntry)
    assert entry.refers == 0


def test_visible_as_statements(school: Institution) -> None:
    """With the institution as authority, and an id that was derived."""
    take(school, line(), "teaching")
    (found,) = school.statements.statements(StatementQuery())
    shown = queries.assembled(found)
    assert shown["authority"]["account"] == {
        "homePage": f"https://{school.identity.domain}",
        "name": "ingest",
    }
    assert (found.kind, shown["version"]) == ("teaching", "1.0.0")
    assert UUID_FORM.fullmatch(shown["id"])


def test_refused_ones_are_named_up_to_a_bound(
    school: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MAX_NAMED", 2)
    report = take(school, b"{\n" * 5 + statement(1))
    assert (report.accepted, len(report.refused), report.unnamed) == (1, 2, 3)


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
    """200 MB of zeros: what came before is in, the rest is not read."""
    packer = gzip.compress(bytes(200 << 20), 1)
    report = take(school, gzip.compress(statement(1)) + packer + gzip.compress(statement(2)))
    assert report.accepted == 1
    assert codes(report) == [(2, "gzip-bomb")]


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


def test_groups(school: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "GROUP", 3)
    seen: list[tuple[int, int]] = []
    source = io.BytesIO(b"".join(statement(number) for number in range(8)))
    ingest(school.office, "learning", source, lambda *given: seen.append(given))
    size = len(source.getvalue())
    assert seen == [(3, size), (6, size), (8, size)]
    assert school.store.size("learning") == 8


def test_everything_adds_up(campus: Campus) -> None:
    school = campus.institution()
    take(school, statement(1) + b"{\n" + statement(1))
    derive_everything(school.office)


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda data: b"\x1f\x8b\x08" + data))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_items_or_refused(data: bytes) -> None:
    for found in read_items(io.BytesIO(data).read):
        assert found.number >= 1
        assert isinstance(found.text, (bytes, Refusal))


@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(), max_size=3)), st.integers(1, 9))
@settings(max_examples=150, deadline=None)
def test_any_array_of_objects_is_cut_right(values: list[dict[str, str]], size: int) -> None:
    source = io.BytesIO(json.dumps(values, ensure_ascii=False).encode())
    found = list(read_items(lambda wanted: source.read(min(size, wanted))))
    assert found == [
        Item(number, json.dumps(value, ensure_ascii=False).encode())
        for number, value in enumerate(values, start=1)
    ]
