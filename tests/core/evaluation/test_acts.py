"""Payloads of acts, and acts read from them: `docs/spec/evaluation-acts.md`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.canonical import canonical_json
from ledger.core.entry import EvaluationEntry
from ledger.core.evaluation.acts import (
    KIND_NAMES,
    MAX_ACT,
    SIGNED,
    Act,
    act_payload,
    read_act,
    read_payload,
)
from ledger.core.evaluation.rules import rule_hash
from ledger.core.kinds import EvaluationKind as Kind
from ledger.core.people import PURPOSES
from ledger.core.teaching.editions import extension_json
from ledger.core.teaching.extension import read_extension
from ledger.errors import BadEvidence
from tests.core.evaluation.acted import DOMAIN, JSON, Acts, put, ways
from tests.docs.reading import DOCS, blocks, read

PAGE = DOCS / "spec" / "evaluation-acts.md"
CORPUS = sorted((Path(__file__).parents[2] / "corpus" / "acts").iterdir())
CODES = {"act-format", "json", "charter-format", "charter-denominator", "profile-format",
         "profile-clash"}  # fmt: skip


def profile() -> dict[str, Any]:
    """The example of the page on further profiles."""
    page = DOCS / "spec" / "teaching-extension.md"
    text = next(block.text for block in blocks(page) if '"xuezheng-profile/1"' in block.text)
    found: dict[str, Any] = extension_json(read_extension(text.encode()))
    return found


def examples() -> list[dict[str, Any]]:
    """Good payloads of every kind: those of the page, and a profile."""
    (block,) = [block for block in blocks(PAGE) if block.language == "json acts"]
    found = [json.loads(line) for line in block.text.splitlines()]
    head = {"format": "xuezheng-act/1", "institution": DOMAIN}
    return [*found, {**head, "kind": "profile", "profile": profile()}]


def stream(size: int = 13) -> Acts:
    """The first acts of the page's example, with the entries that its table says."""
    acts = Acts()
    refers = {5: 4, 6: 4, 7: 4, 9: 8, 10: 8, 11: 8, 12: 11}
    for leaf, body in enumerate(examples()[:size]):
        fields = {key: body[key] for key in body.keys() - {"format", "institution", "kind"}}
        kind = Kind[body["kind"].upper().replace("-", "_")]
        named = kind in (Kind.RULE_SET, Kind.APPROVAL, Kind.REPORT)
        hash = rule_hash(examples()[4]["rules"]) if named else None
        acts.add(kind, refers.get(leaf), hash, **fields)
    return acts


GOOD = examples()


def entry(kind: Kind, refers: int | None = None, rules: bytes | None = None) -> EvaluationEntry:
    return EvaluationEntry(0, bytes(32), kind, refers, rules)


def example(kind: Kind) -> dict[str, Any]:
    return next(one for one in GOOD if one["kind"] == KIND_NAMES[kind])


def refused(call: Any) -> BadEvidence:
    with pytest.raises(BadEvidence) as caught:
        call()
    assert "…" not in caught.value.zh + caught.value.en
    return caught.value


# ------------------------------------------------------------------- the page


def test_every_kind_is_in_the_table_with_its_code_and_members() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d) \| (.*?) \|", read(PAGE), re.MULTILINE)
    assert {name: Kind(int(code)) for name, code, _ in rows} == {
        name: kind for kind, name in KIND_NAMES.items()
    }
    for name, _, members in rows:
        given = next(one for one in GOOD if one["kind"] == name)
        named = set(re.findall(r"`([a-z]+)`(?=[:,]| *$)", members))
        assert named == given.keys() - {"format", "institution", "kind"}


def test_what_people_sign_is_signed_for_a_purpose_of_its_name() -> None:
    assert {*SIGNED.values()} == {*PURPOSES} - {"attestation"}
    assert all(KIND_NAMES[kind] == purpose for kind, purpose in SIGNED.items())


def test_examples_are_payloads() -> None:
    assert {one["kind"] for one in GOOD} == {*KIND_NAMES.values()}
    for body in GOOD:
        kind, value = read_payload(canonical_json(body))
        assert (KIND_NAMES[kind], value) == (body["kind"], body)
        fields = {key: body[key] for key in body.keys() - {"format", "institution", "kind"}}
        assert act_payload(kind, DOMAIN, **fields) == canonical_json(body)


# ------------------------------------------------------------------- payloads


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_refused(path: Path) -> None:
    code, _, _ = path.stem.partition("--")
    assert refused(lambda: read_payload(path.read_bytes())).code == code


def test_the_corpus_is_there() -> None:
    assert len(CORPUS) > 50
    assert {path.stem.partition("--")[0] for path in CORPUS} == CODES - {"profile-clash"}


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_act_or_refused(data: bytes) -> None:
    assert refused(lambda: read_payload(data)).code in CODES


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(GOOD), JSON)
def test_any_value_in_any_place_is_read_or_refused(
    data: st.DataObject, good: Any, value: Any
) -> None:
    body = json.loads(json.dumps(good))
    put(body, data.draw(st.sampled_from(ways(body))), value)
    try:
        payload = canonical_json(body)
    except BadEvidence:
        payload = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    try:
        _, found = read_payload(payload)
    except BadEvidence as bad:
        assert bad.code in CODES
    else:
        assert canonical_json(found) == payload


@given(st.sampled_from(GOOD), st.data())
def test_nothing_is_left_out_and_nothing_added(good: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(good)))
    less = {key: value for key, value in good.items() if key != name}
    assert refused(lambda: read_payload(canonical_json(less))).code == "act-format"
    more = canonical_json({**good, "note": 1})
    assert refused(lambda: read_payload(more)).code == "act-format"


def test_one_text_of_a_payload() -> None:
    body = example(Kind.APPEAL)
    spaced = json.dumps(body, sort_keys=True).encode()
    assert refused(lambda: read_payload(spaced)).detail["expected"] == "RFC 8785"
    escaped = canonical_json(body).replace(b"/", b"\\/", 1)
    assert refused(lambda: read_payload(escaped)).code == "act-format"


def test_a_payload_has_an_end() -> None:
    body = {**example(Kind.RULE_SET)}
    body["rules"] = {**body["rules"], "note": "x" * MAX_ACT}
    assert refused(lambda: read_payload(canonical_json(body))).code == "json"


# ------------------------------------------------------------------- entry and payload


def read_one(kind: Kind, *said: Any, body: Any = None, what: Kind | None = None) -> Act:
    payload = canonical_json(example(kind) if body is None else body)
    return read_act(20, entry(what or kind, *said), payload, 7, 8)


def part(*given: Any, **more: Any) -> str:
    bad = refused(lambda: read_one(*given, **more))
    assert (bad.code, bad.detail["leaf"]) == ("act-entry", 20)
    return str(bad.detail["part"])


def test_entry_and_payload_say_the_same() -> None:
    hash = bytes.fromhex(example(Kind.APPROVAL)["content"]["rules"]["hash"])
    found = read_one(Kind.RECOGNITION, 8)
    assert (found.leaf, found.refers, found.block, found.time) == (20, 8, 7, 8)
    assert part(Kind.RECOGNITION, 8, what=Kind.APPEAL) == "kind"
    for kind, right in ((Kind.RECOGNITION, 8), (Kind.APPEAL, 8), (Kind.ANSWER, 11)):
        assert read_one(kind, right).content["institution"] == DOMAIN
        assert part(kind, right + 1) == part(kind) == part(kind, None) == "refers"
    for kind in (Kind.APPROVAL, Kind.REPORT):
        assert read_one(kind, 4, hash).rules_hash == hash
        assert part(kind, 4) == part(kind, 4, bytes(32)) == "rules_hash"


@pytest.mark.parametrize("kind", Kind)
def test_who_signed(kind: Kind) -> None:
    act = Act(3, kind, None, None, example(kind))
    if kind in SIGNED:
        assert act.signature is not None
        assert act.signature.account == act.body["signature"]["account"]
        assert act.content == act.body["content"]
    else:
        assert act.signature is None
        assert act.content == act.body


def test_a_content_is_of_the_institution_whose_act_it_is() -> None:
    for kind in SIGNED:
        body = {**example(kind), "institution": "other.example"}
        bad = refused(lambda body=body: read_payload(canonical_json(body)))
        assert bad.detail["pointer"] == "/content/institution"
    body = {**example(Kind.REPORT), "institution": "other.example"}
    bad = refused(lambda: read_payload(canonical_json(body)))
    assert bad.detail["pointer"] == "/report/institution"
