"""The records file: what is written reads back, and whatever is changed is named."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.core import merkle, records_file_read
from ledger.core.canonical import canonical_json
from ledger.core.commitment import commit
from ledger.core.entry import ContinuationEntry, encode
from ledger.core.kinds import Kind
from ledger.core.records_file import (
    GROUP,
    MAX_HEADER,
    MAX_LINE,
    MAX_PROBLEMS,
    Group,
    RecordsFile,
    check_record,
    check_stream,
    covering,
    every_problem,
    header_line,
    ledger_time,
    read_records,
)
from ledger.errors import BadEvidence
from tests import reference_merkle
from tests.builders import CHECKPOINT_KEY, OTHER_KEY, seeded
from tests.docs.reading import SPEC, blocks
from tests.records_files import KEYS, Stream, make_stream, payload_of, small_file

CORPUS = Path(__file__).parents[1] / "corpus" / "records-file"
TEACHING = make_stream(300, sizes=(100, 256, 300))
HASHES = [seeded(f"leaf {number}") for number in range(2000)]


def codes(lines: Sequence[bytes], keys: Sequence[bytes] = KEYS) -> set[str]:
    return {problem.code for problem in every_problem(read_records(lines), keys)}


def changed(line: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The line, parsed, changed, and written as it was."""
    value = json.loads(line)
    change(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def flipped(text: str) -> str:
    """Base64 of the bytes with one bit changed."""
    data = base64.b64decode(text)
    return base64.b64encode(bytes([data[0] ^ 1]) + data[1:]).decode()


# ------------------------------------------------------------------- groups


def test_the_tree_over_the_groups_is_the_whole_tree() -> None:
    full: list[bytes] = []
    for size in range(1, len(HASHES) + 1):
        rest = HASHES[len(full) * GROUP : size]
        roots = [*full, Group(rest).root]
        assert merkle.root(roots) == merkle.root(HASHES[:size]), size
        if len(rest) == GROUP:
            full = roots


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 31, 100, 255, 256])
def test_a_group_proves_what_the_standard_says(size: int) -> None:
    entries = [bytes([number]) * 3 for number in range(size)]
    group = Group(merkle.leaf_hashes(entries))
    assert group.root == reference_merkle.root(entries)
    for position in range(size):
        assert list(group.path(position)) == reference_merkle.inclusion_path(position, entries)


@pytest.mark.parametrize("size", [0, 257])
def test_no_group_of_another_size(size: int) -> None:
    with pytest.raises(BadEvidence, match="merkle-size"):
        Group(HASHES[:size])


@pytest.mark.parametrize("position", [-1, 3])
def test_no_path_of_a_leaf_that_is_not_there(position: int) -> None:
    with pytest.raises(BadEvidence, match="merkle-index"):
        Group(HASHES[:3]).path(position)


# ------------------------------------------------------------------- there and back


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_is_written_reads_back(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 2000))
    leaves = data.draw(st.lists(st.integers(0, size - 1), unique=True, max_size=12))
    kind = data.draw(st.sampled_from((Kind.TEACHING, Kind.LEARNING, Kind.EVALUATION)))
    sizes = data.draw(st.sets(st.integers(1, size), max_size=5)) | {size}
    stream = make_stream(size, kind, sorted(sizes))
    file = read_records(stream.lines(leaves))
    assert list(every_problem(file, KEYS)) == []
    evidence = file.streams[stream.name]
    assert (evidence.origin, evidence.size) == (stream.origin, size)
    assert evidence.root == merkle.root(stream.leaves)
    assert list(evidence.anchors) == stream.anchors
    assert [record.leaf for record in file.records] == leaves
    assert [record.leaf for record in file.of(stream.name)] == sorted(leaves)
    for record in file.records:
        assert record.entry == stream.entry(record.leaf)
        assert record.payload == stream.payloads[record.leaf]
        assert record.value == payload_of(record.leaf)


def test_three_streams_in_one_file() -> None:
    file = read_records(small_file())
    assert list(every_problem(file, KEYS)) == []
    assert [len(file.of(name)) for name in ("evaluation", "teaching", "learning")] == [2, 5, 1]
    assert file.of("learning")[0].shown == {"id": "x", "voided": False}


def test_a_payload_is_what_was_committed_to_however_its_line_is_written() -> None:
    stream = make_stream(3, made=lambda leaf: {"a": 1, "b": "学" * leaf, "c": 0.5})
    first = read_records(stream.lines(range(3)))
    spread = [json.dumps(json.loads(line), indent=1).encode() for line in stream.lines(range(3))]
    upside = [json.dumps(dict(reversed(json.loads(line).items()))).encode() for line in spread]
    for lines in (spread, upside):
        file = read_records(lines)
        assert list(every_problem(file, KEYS)) == []
        assert file.records == first.records


def test_a_number_written_otherwise_is_read_as_the_one_committed_to() -> None:
    stream = make_stream(1, made=lambda leaf: {"hours": 2})
    line = stream.line(0).replace(b'"hours":2', b'"hours":2.0')
    file = read_records([stream.header(), line])
    assert list(every_problem(file, KEYS)) == []
    assert type(file.records[0].value["hours"]) is int


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    (1e16, 1e20, 9007199254740994.0, 2.0**64, 1e21, -1e18)
)


@settings(deadline=None)
@given(
    st.recursive(NUMBERS | st.text() | st.booleans(), lambda inner: st.lists(inner), max_leaves=5)
)
def test_every_payload_that_has_a_canonical_form_reads_back(value: Any) -> None:
    assume(b'":' not in canonical_json(value))  # where a space below would get into a string
    stream = make_stream(1, made=lambda leaf: {"value": value})
    for lines in (stream.lines([0]), [one.replace(b'":', b'": ') for one in stream.lines([0])]):
        file = read_records(lines)
        assert list(every_problem(file, KEYS)) == []
        assert file.records[0].payload == stream.payloads[0]


def test_as_deep_as_a_statement_in_its_envelope() -> None:
    def nested(depth: int) -> Any:
        return {"a": nested(depth - 1)} if depth > 1 else {}

    for depth, good in ((65, True), (66, False)):
        stream = make_stream(1, made=lambda leaf, depth=depth: nested(depth))  # type: ignore[misc]
        for line in (stream.line(0), stream.line(0).replace(b'"leaf"', b' "leaf"')):
            assert (codes([stream.header(), line]) == set()) is good


# ------------------------------------------------------------------- everything changed is named

HEADER: dict[str, tuple[Callable[[dict[str, Any]], object], set[str]]] = {
    "a group": (
        lambda value: value["groups"].__setitem__(1, flipped(value["groups"][1])),
        {"record-groups", "record-not-under-root"},
    ),
    "groups in another order": (
        lambda value: value["groups"].reverse(),
        {"record-groups", "record-not-under-root"},
    ),
    "size of the checkpoint": (
        lambda value: value.update(checkpoint=value["checkpoint"].replace("\n300\n", "\n301\n")),
        {"record-checkpoint", "record-anchors", "record-not-under-root"},
    ),
    "root of the checkpoint": (
        lambda value: value.update(
            checkpoint=value["checkpoint"].replace(
                base64.b64encode(merkle.root(TEACHING.leaves)).decode(),
                base64.b64encode(merkle.root(TEACHING.leaves[:299])).decode(),
            )
        ),
        {"record-checkpoint", "record-groups"},
    ),
    "origin": (
        lambda value: value.update(origin="other.edu.cn/teaching"),
        {"record-checkpoint"},
    ),
    "a later generation": (
        lambda value: value.update(origin="xzu.edu.cn/teaching/1"),
        {"record-checkpoint"},
    ),
    "no anchors": (lambda value: value.update(anchors=[]), {"record-anchors"}),
    "last anchor left out": (lambda value: value["anchors"].pop(), {"record-anchors"}),
    "first anchor left out": (lambda value: value["anchors"].pop(0), {"record-anchors"}),
    "an anchor between left out": (lambda value: value["anchors"].pop(1), {"record-anchors"}),
    "anchors in another order": (lambda value: value["anchors"].reverse(), {"record-anchors"}),
    "an anchor twice": (
        lambda value: value["anchors"].append(value["anchors"][-1]),
        {"record-anchors"},
    ),
    "an anchor beyond the checkpoint": (
        lambda value: value["anchors"].append([4, 301, 40, value["anchors"][-1][3]]),
        {"record-anchors"},
    ),
    "sizes that fall": (
        lambda value: value["anchors"][1].__setitem__(1, 99),
        {"record-anchors"},
    ),
    "an anchor of nothing": (
        lambda value: value["anchors"][0].__setitem__(1, 0),
        {"record-anchors"},
    ),
    "blocks that fall": (lambda value: value["anchors"][1].__setitem__(2, 9), {"record-anchors"}),
    "times that fall": (lambda value: value["anchors"][1].__setitem__(3, 9), {"record-anchors"}),
}


@pytest.mark.parametrize("name", HEADER)
def test_a_changed_header(name: str) -> None:
    change, expected = HEADER[name]
    file = read_records([changed(TEACHING.header(), change), *TEACHING.lines((3, 299))[1:]])
    found = list(every_problem(file, KEYS))
    assert {problem.code for problem in found} == expected
    origins = {problem.detail["origin"] for problem in found if "leaf" not in problem.detail}
    assert origins == {file.streams["teaching"].origin}


RECORD: dict[str, tuple[Callable[[dict[str, Any]], object], set[str]]] = {
    "payload": (lambda value: value["payload"].update(hours=3), {"record-commitment"}),
    "a key of the payload": (
        lambda value: value["payload"].update(more=0),
        {"record-commitment"},
    ),
    "salt": (lambda value: value.update(salt=flipped(value["salt"])), {"record-commitment"}),
    "path": (
        lambda value: value["path"].__setitem__(2, flipped(value["path"][2])),
        {"record-not-under-root"},
    ),
    "path too short": (lambda value: value["path"].pop(), {"record-not-under-root"}),
    "path turned round": (lambda value: value["path"].reverse(), {"record-not-under-root"}),
    "no path": (lambda value: value.update(path=[]), {"record-not-under-root"}),
    "another leaf": (lambda value: value.update(leaf=8), {"record-not-under-root"}),
    "the leaf in another group": (
        lambda value: value.update(leaf=263),
        {"record-not-under-root"},
    ),
    "entry of another leaf": (
        lambda value: value.update(entry=base64.b64encode(TEACHING.entry(8)).decode()),
        {"record-commitment", "record-not-under-root"},
    ),
    "bytes that are no entry": (
        lambda value: value.update(entry="AAAA"),
        {"record-entry", "record-not-under-root"},
    ),
}


@pytest.mark.parametrize("name", RECORD)
def test_a_changed_record(name: str) -> None:
    change, expected = RECORD[name]
    line = changed(TEACHING.line(7), change)
    file = read_records([TEACHING.header(), TEACHING.line(0), line, TEACHING.line(299)])
    found = list(every_problem(file, KEYS))
    assert {problem.code for problem in found} == expected
    named = {(problem.detail["stream"], problem.detail["leaf"]) for problem in found}
    assert named == {("teaching", json.loads(line)["leaf"])}


@pytest.mark.parametrize("of", [Kind.LEARNING, Kind.EVALUATION])
@pytest.mark.parametrize("to", [Kind.TEACHING, Kind.EVALUATION, Kind.LEARNING])
def test_a_line_of_another_stream(of: Kind, to: Kind) -> None:
    there, here = make_stream(9, of), make_stream(9, to)
    line = changed(there.line(4), lambda value: value.update(stream=here.name))
    expected = set() if of is to else {"record-entry", "record-not-under-root"}
    assert codes([here.header(), line]) == expected


def test_a_record_is_checked_against_the_stream_that_it_is_held_to() -> None:
    file = read_records(small_file())
    learning, acts = file.of("learning")[0], file.streams["evaluation"]
    found = {problem.code for problem in check_record(learning, acts)}
    assert found == {"record-entry", "record-not-under-root"}
    renamed = replace(file.of("teaching")[0], stream="learning")
    found = {problem.code for problem in check_record(renamed, file.streams["teaching"])}
    assert found == {"record-entry"}
    beyond = file.of("teaching")[-1]
    assert "record-not-under-root" in {problem.code for problem in check_record(beyond, acts)}


def test_a_continuation_is_no_record() -> None:
    class Successor(Stream):
        def entry(self, leaf: int) -> bytes:
            commitment = commit(self.salt(leaf), self.payloads[leaf])
            return encode(
                ContinuationEntry(1, commitment, "xzu.edu.cn/teaching", 1, 9, merkle.EMPTY_ROOT)
            )

    made = make_stream(2)
    stream = Successor(made.kind, made.payloads, made.sizes)
    assert codes(stream.lines([0])) == {"record-entry"}


def test_a_proof_from_a_tree_that_was_not_anchored() -> None:
    other = make_stream(300, made=lambda leaf: {"leaf": leaf, "other": True})
    assert codes([TEACHING.header(), other.line(7)]) == {"record-not-under-root"}


def test_all_problems_are_named_not_only_the_first() -> None:
    lines = [
        changed(TEACHING.header(), lambda value: value.update(anchors=[])),
        changed(TEACHING.line(1), lambda value: value["payload"].update(hours=3)),
        b"{}\n",
        TEACHING.line(2),
        changed(TEACHING.line(3), lambda value: value.update(salt=flipped(value["salt"]))),
        changed(TEACHING.line(4), lambda value: value.update(more=1)),
    ]
    found = [
        (one.code, one.detail.get("line"), one.detail.get("leaf"))
        for one in every_problem(read_records(lines), KEYS)
    ]
    assert found == [
        ("records-file", 3, None),
        ("records-file", 6, 4),
        ("record-anchors", None, None),
        ("record-commitment", None, 1),
        ("record-commitment", None, 3),
    ]


def outcome(file: RecordsFile) -> tuple[object, ...]:
    """All that is proved: what a change may not touch unseen. When a smaller tree was anchored is
    only stated."""
    streams = [
        (one.origin, one.size, one.root, one.groups, len(one.anchors))
        for one in file.streams.values()
    ]
    records = [
        (one.stream, one.leaf, one.entry, one.salt, one.path, one.payload) for one in file.records
    ]
    return streams, records


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_one_byte_changes_nothing_unseen(data: st.DataObject) -> None:
    lines = list(small_file())
    number = data.draw(st.integers(0, len(lines) - 1))
    line = lines[number]
    place = data.draw(st.integers(0, len(line) - 2))
    byte = data.draw(st.binary(max_size=2))
    lines[number] = line[:place] + byte + line[place + 1 :]
    file = read_records(lines)
    if not list(every_problem(file, KEYS)):
        assert outcome(file) == outcome(read_records(small_file()))


# ------------------------------------------------------------------- keys


def test_one_of_the_institutions_keys_signed() -> None:
    evidence = read_records([TEACHING.header()]).streams["teaching"]
    assert check_stream(evidence, [OTHER_KEY.public, CHECKPOINT_KEY.public]) == []
    for keys in ([], [OTHER_KEY.public]):
        assert [one.code for one in check_stream(evidence, keys)] == ["record-checkpoint"]


def test_signatures_of_strangers_are_passed_over() -> None:
    evidence = read_records([TEACHING.header(OTHER_KEY, CHECKPOINT_KEY)]).streams["teaching"]
    assert check_stream(evidence, KEYS) == []


@pytest.mark.parametrize("first", [True, False])
def test_a_known_key_whose_signature_fails_refuses_the_note(first: bool) -> None:
    def spoil(value: dict[str, Any]) -> None:
        *text, last = value["checkpoint"].removesuffix("\n").split("\n")
        head, _, field = last.rpartition(" ")
        data = base64.b64decode(field)
        bad = base64.b64encode(data[:-1] + bytes([data[-1] ^ 1])).decode()
        value["checkpoint"] = "\n".join((*text, f"{head} {bad}", ""))

    line = changed(TEACHING.header(CHECKPOINT_KEY, OTHER_KEY), spoil)
    keys = [CHECKPOINT_KEY.public, OTHER_KEY.public]
    assert codes([line], KEYS) == set()
    assert codes([line], keys if first else keys[::-1]) == {"record-checkpoint"}


# ------------------------------------------------------------------- ledger time


@given(st.sets(st.integers(1, 400), min_size=1, max_size=20), st.integers(0, 450))
def test_the_first_anchor_that_covers_a_leaf(sizes: set[int], leaf: int) -> None:
    stream = make_stream(1, sizes=sorted(sizes))
    evidence = read_records([stream.header()]).streams["teaching"]
    expected = next((anchor for anchor in stream.anchors if anchor[1] > leaf), None)
    assert covering(evidence, leaf) == expected
    assert ledger_time(evidence, leaf) == (expected and expected[2:])


# ------------------------------------------------------------------- form

WRONG = {
    "anchor-of-three.jsonl": (1, "/anchors/0"),
    "anchor-time-2-53.jsonl": (1, "/anchors/0/3"),
    "array.jsonl": (2, "/"),
    "byte-order-mark.jsonl": (1, "/"),
    "checkpoint-unsigned.jsonl": (1, "/checkpoint"),
    "credential-stream.jsonl": (1, "/origin"),
    "duplicate-key.jsonl": (2, "/"),
    "duplicate-key-in-payload.jsonl": (2, "/"),
    "entry-empty.jsonl": (2, "/entry"),
    "entry-over-400-bytes.jsonl": (2, "/entry"),
    "entry-pad-bits.jsonl": (2, "/entry"),
    "entry-url-safe-base64.jsonl": (2, "/entry"),
    "group-missing.jsonl": (1, "/groups"),
    "group-too-many.jsonl": (1, "/groups"),
    "header-twice.jsonl": (2, "/origin"),
    "infinity.jsonl": (2, "/"),
    "integer-without-form.jsonl": (2, "/payload"),
    "leaf-beyond-checkpoint.jsonl": (2, "/leaf"),
    "leaf-boolean.jsonl": (2, "/leaf"),
    "leaf-negative.jsonl": (2, "/leaf"),
    "leaf-text.jsonl": (2, "/leaf"),
    "leaf-twice.jsonl": (3, "/leaf"),
    "missing-salt.jsonl": (2, "/salt"),
    "no-header.jsonl": (1, "/stream"),
    "not-json.jsonl": (1, "/"),
    "origin-upper-case.jsonl": (1, "/origin"),
    "path-of-nine.jsonl": (2, "/path"),
    "path-pad-bits.jsonl": (2, "/path/0"),
    "path-short-hash.jsonl": (2, "/path/0"),
    "payload-array.jsonl": (2, "/payload"),
    "record-before-header.jsonl": (1, "/stream"),
    "salt-31-bytes.jsonl": (2, "/salt"),
    "shown-null.jsonl": (2, "/shown"),
    "status-record.jsonl": (2, "/stream"),
    "surrogate.jsonl": (2, "/"),
    "too-deep.jsonl": (2, "/"),
    "trailing-text.jsonl": (2, "/"),
    "truncated.jsonl": (2, "/"),
    "two-payloads.jsonl": (2, "/"),
    "unknown-key.jsonl": (2, "/note"),
    "unknown-key-in-header.jsonl": (1, "/note"),
    "unknown-type.jsonl": (2, "/type"),
    "utf-8.jsonl": (2, "/"),
}


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_a_bad_line_is_named_by_its_place(path: Path) -> None:
    file = read_records(path.read_bytes().splitlines(keepends=True))
    (problem,) = file.problems
    assert problem.code == "records-file"
    assert (problem.detail["line"], problem.detail["pointer"]) == WRONG[path.name]
    assert "…" not in problem.zh + problem.en and problem.zh != problem.en


def test_the_corpus_is_complete() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(WRONG)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=80) | st.sampled_from(small_file()), max_size=6), st.booleans())
def test_any_bytes_are_read_or_named(lines: list[bytes], cut: bool) -> None:
    if cut:
        lines = [line[: len(line) // 2] for line in lines]
    file = read_records(lines)
    told = len(file.streams) + len(file.records) + len(file.problems)
    assert told == sum(1 for line in lines if line.strip())
    for problem in file.problems:
        assert problem.code == "records-file" and problem.zh and problem.en
    list(every_problem(file, KEYS))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(range(len(small_file()))), st.data())
def test_any_value_anywhere_is_read_or_named(number: int, data: st.DataObject) -> None:
    value = json.loads(small_file()[number])
    key = data.draw(st.sampled_from(sorted(value)))
    value[key] = data.draw(JSON)
    lines = [*small_file()[:number], json.dumps(value).encode(), *small_file()[number + 1 :]]
    list(every_problem(read_records(lines), KEYS))


def test_lines_too_long_too_many_or_too_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    header = TEACHING.header()
    long = TEACHING.line(0)[:-1] + b" " * MAX_LINE + b"\n"
    longer = b'{"type":"stream",' + b" " * MAX_HEADER
    file = read_records([longer, header, long, TEACHING.line(1)])
    assert [problem.detail["line"] for problem in file.problems] == [1, 3]
    assert len(file.records) == 1

    file = read_records([header, *[b"?"] * (MAX_PROBLEMS + 9), TEACHING.line(0)])
    assert len(file.problems) == MAX_PROBLEMS + 1 and not file.records
    assert str(MAX_PROBLEMS) in file.problems[-1].en

    monkeypatch.setattr(records_file_read, "MAX_LINES", 3)
    file = read_records(TEACHING.lines(range(9)))
    (problem,) = file.problems
    assert problem.detail["line"] == 4 and len(file.records) == 2


def test_a_header_may_be_longer_than_a_record() -> None:
    stream = make_stream(1)
    anchors = [(seq, seq, seq, 1_700_000_000 + seq) for seq in range(1, 150_000)]
    line = header_line(stream.origin, stream.note(CHECKPOINT_KEY), anchors, [stream.group(0).root])
    assert MAX_LINE < len(line) < MAX_HEADER
    assert len(read_records([line]).streams["teaching"].anchors) == len(anchors)
    with pytest.raises(BadEvidence, match="records-file"):
        header_line(stream.origin, b"", anchors * 10, [])


def test_empty_lines_and_other_line_ends_say_nothing() -> None:
    lines = [line[:-1] + b"\r\n" for line in TEACHING.lines((0, 1))]
    file = read_records([b"\n", *lines, b"", b" \n"])
    assert list(every_problem(file, KEYS)) == [] and len(file.records) == 2


def test_only_one_subject_is_looked_into() -> None:
    stream = make_stream(4, made=lambda leaf: {"subject": f"学院|t-{leaf % 2}"})
    acts = make_stream(2, Kind.EVALUATION)
    bad = changed(stream.line(1), lambda value: value.update(salt="?"))
    lines = [*acts.lines((0, 1)), stream.header(), stream.line(0), bad, stream.line(2)]
    file = read_records(lines, only="学院|t-0")
    assert file.problems == [] and len(file.of("evaluation")) == 2
    assert [record.leaf for record in file.of("teaching")] == [0, 2]
    assert len(read_records(lines, only="学院|t-1").problems) == 1


# ------------------------------------------------------------------- the page


def test_the_worked_example_is_true() -> None:
    page = next(page for page in SPEC if page.name == "records-file.md")
    example = {block.language: block.text for block in blocks(page)}
    told, text = json.loads(example["json example"]), example["jsonl example"]
    lines = text.encode().splitlines(keepends=True)
    file = read_records(lines)
    assert list(every_problem(file, [bytes.fromhex(told["key"])])) == []
    evidence, (record,) = file.streams["teaching"], file.records
    assert (evidence.size, evidence.root.hex()) == (told["size"], told["root"])
    assert [root.hex() for root in evidence.groups] == told["groups"]
    assert merkle.root(evidence.groups) == evidence.root
    assert (record.leaf, merkle.leaf_hash(record.entry).hex()) == (told["leaf"], told["leaf_hash"])
    assert ledger_time(evidence, record.leaf) == (told["block"], told["time"])
    stream = make_stream(258, sizes=(200, 258))
    assert lines == stream.lines([257])
