"""Record files: form, verification, and that nothing wrong comes out green."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import merkle
from ledger.core.canonical import DEFAULT_DEPTH, canonical_json
from ledger.core.checks_record import RecordView, no_view
from ledger.core.ed25519 import key_id
from ledger.core.erasure import ErasedLeaf, Erasure, parse_erasure
from ledger.core.record import (
    MAX_RECORD,
    calls_itself_record,
    format_record,
    parse_record,
)
from ledger.core.record_verification import verify_record
from ledger.core.registry import KeyRow
from ledger.core.tlog_proof import TlogProof, format_tlog_proof, parse_tlog_proof
from ledger.core.trust import TrustBundle
from ledger.core.verdict import RECORD_CODES, Verdict
from ledger.core.view import OFFLINE, Missing
from ledger.errors import BadEvidence
from tests.builders import CHECKPOINT_KEY, NOW, OTHER_KEY, seeded
from tests.records import (
    FACTS,
    KEYS,
    RECEIPT_KEY,
    STATEMENT,
    make_record,
    make_trust,
    make_view,
    note_of,
    waiting_record,
)

TRUST = make_trust()
GOOD = format_record(make_record())


def judge(
    data: bytes = GOOD, view: RecordView | None = None, trust: TrustBundle = TRUST
) -> Verdict:
    return verify_record(data, trust, make_view() if view is None else view, NOW)


def states(verdict: Verdict) -> dict[str, str]:
    return {check.code: check.state.value for check in verdict.checks}


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(GOOD)
    change(value)
    return json.dumps(value).encode()


def test_all_is_well() -> None:
    verdict = judge()
    assert (verdict.verdict, verdict.level) == ("valid", 2)
    assert tuple(states(verdict)) == RECORD_CODES
    assert states(verdict) == {
        **dict.fromkeys(RECORD_CODES, "pass"),
        "status": "not_checked",
        "bearer": "not_checked",
    }
    value = verdict.to_json("en")
    assert value["record"]["actor"] == "https://sso.xzu.edu.cn|s-1027"
    assert value["credential"] == {}


def test_written_otherwise_it_is_the_same_record() -> None:
    """White space, order and escapes of the JSON mean nothing: the statement's canonical form
    counts."""
    assert judge(json.dumps(json.loads(GOOD), sort_keys=True).encode()).verdict == "valid"


def test_offline_is_never_green() -> None:
    verdict = judge(view=no_view(OFFLINE))
    assert (verdict.verdict, verdict.level) == ("undetermined", 1)
    assert states(verdict)["inclusion"] == "not_checked"
    assert states(verdict)["signature"] == states(verdict)["commitment"] == "pass"


CHANGES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda v: v["statement"].update(timestamp="2026-06-01T08:00:01Z"), "commitment"),
    (lambda v: v["statement"]["actor"]["account"].update(name="s-1028"), "commitment"),
    (lambda v: v["statement"].update(extra=1), "commitment"),
    (lambda v: v.update(salt=seeded("other").hex()), "commitment"),
    (lambda v: v.update(origin="xzu.edu.cn/learning/1"), "signature"),
    (lambda v: v.update(proof=v["proof"].replace("index 4", "index 5")), "inclusion"),
    (lambda v: v.update(entry=v["entry"][:-2] + "00"), "inclusion"),
    (lambda v: v.update(proof=v["proof"].replace("\n10\n", "\n11\n")), "signature"),
]


@pytest.mark.parametrize(("change", "code"), CHANGES)
def test_whatever_is_changed_fails(change: Callable[[dict[str, Any]], object], code: str) -> None:
    verdict = judge(changed(change))
    assert verdict.verdict == "invalid"
    assert states(verdict)[code] == "fail"


def test_a_forged_statement_with_a_stream_of_its_own() -> None:
    """Even signed with the checkpoint key: the chain anchored another tree."""
    forged = format_record(make_record({**STATEMENT, "result": {"score": {"scaled": 1}}}))
    verdict = judge(forged)
    assert verdict.verdict == "invalid"
    assert states(verdict)["inclusion"] == "fail"
    assert judge(forged, no_view(OFFLINE)).verdict == "undetermined"


def test_a_foreign_key() -> None:
    data = format_record(make_record(key=OTHER_KEY))
    verdict = judge(data)
    assert states(verdict)["signature"] == "fail"
    assert verdict.level is None
    offline = judge(data, no_view(OFFLINE))
    assert (offline.verdict, states(offline)["signature"]) == ("undetermined", "unknown")


def test_receipt_instead_of_a_proof() -> None:
    data = format_record(waiting_record())
    verdict = judge(data)
    assert (verdict.verdict, verdict.level) == ("undetermined", 0)
    assert states(verdict)["signature"] == "pass"
    assert states(verdict)["inclusion"] == "unknown"
    value = json.loads(data)
    value["receipt"]["index"] = 5
    assert states(judge(json.dumps(value).encode()))["signature"] == "fail"


def test_missing_parts_are_unknown() -> None:
    view = make_view()
    gone = Missing("unreachable", "cut")
    for code, part in [
        ("inclusion", replace(view, head=gone)),
        ("authority", replace(view, covering=gone)),
        ("authority", replace(view, institution=gone)),
    ]:
        verdict = judge(view=part)
        assert verdict.verdict == "undetermined"
        assert states(verdict)[code] == "unknown"
    nobody = judge(view=replace(view, institution=Missing("not-registered")))
    assert states(nobody)["issuer"] == states(nobody)["signature"] == "unknown"


def test_too_few_nodes() -> None:
    verdict = judge(view=replace(make_view(), nodes_agreeing=1))
    assert verdict.verdict == "undetermined"
    assert states(verdict)["inclusion"] == "unknown"


def test_the_stream_grew_since_the_export() -> None:
    """The anchor that the file names is still on chain, whatever the head is now."""
    view = make_view()
    assert not isinstance(view.head, Missing)
    grown = replace(view, head=replace(view.head, size=12, seq=3, root=seeded("grown")))
    assert judge(view=grown).verdict == "valid"
    lost = replace(grown, anchored=Missing("not-listed"))
    assert states(judge(view=lost))["inclusion"] == "unknown"


def test_a_covering_anchor_that_does_not_cover() -> None:
    view = make_view()
    assert not isinstance(view.covering, Missing)
    wrong = replace(view, covering=replace(view.covering, prev_size=5))
    verdict = judge(view=wrong)
    assert (verdict.verdict, states(verdict)["authority"]) == ("undetermined", "unknown")


def test_accreditation_of_another_kind() -> None:
    row = replace(FACTS.accreditations[0], kinds=1 << 4)
    view = replace(make_view(), institution=replace(FACTS, accreditations=(row,)))
    assert states(judge(view=view))["authority"] == "fail"


@pytest.mark.parametrize(("block", "state"), [(25, "pass"), (19, "fail")])
def test_a_key_that_was_cut_off(block: int, state: str) -> None:
    keys = (*KEYS[:1], KeyRow(CHECKPOINT_KEY.public, 2, 1, 0, 0, cut_block=block), *KEYS[2:])
    verdict = judge(view=replace(make_view(), institution=replace(FACTS, keys=keys)))
    assert states(verdict)["key"] == state


def test_voided_is_the_institutions_word() -> None:
    verdict = judge(changed(lambda value: value["shown"].update(voided=True)))
    assert (verdict.verdict, states(verdict)["status"]) == ("valid", "warn")


def test_an_unsigned_bundle_makes_everything_undetermined() -> None:
    bundle = replace(TRUST, signatures=TRUST.signatures[:1])
    verdict = judge(trust=bundle)
    assert (verdict.verdict, verdict.level) == ("undetermined", None)


MALFORMED: list[Callable[[dict[str, Any]], object]] = [
    lambda v: v.pop("entry"),
    lambda v: v.pop("proof"),
    lambda v: v.update(version=2),
    lambda v: v.update(more=1),
    lambda v: v.update(statement=[]),
    lambda v: v.update(origin="xzu.edu.cn/credential"),
    lambda v: v.update(origin="xzu.edu.cn/teaching"),
    lambda v: v.update(salt="00"),
    lambda v: v.update(entry=v["entry"].upper()),
    lambda v: v.update(entry="00"),
    lambda v: v.update(proof="c2sp.org/tlog-proof@v2\n"),
    lambda v: v.update(anchored={"seq": 0, "block": 1}),
    lambda v: v["statement"].update(n=2**70),
]


@pytest.mark.parametrize("change", MALFORMED)
def test_malformed(change: Callable[[dict[str, Any]], object]) -> None:
    data = changed(change)
    with pytest.raises(BadEvidence, match="record-format"):
        parse_record(data)
    assert states(judge(data))["format"] == "fail"


def test_sizes_and_depths() -> None:
    for data in (b"{" + b" " * MAX_RECORD + b"}", b'{"type":' + b"[" * 100_000, b"\xff", b""):
        with pytest.raises(BadEvidence, match="record-format"):
            parse_record(data)


@given(
    st.binary(max_size=300)
    | st.sampled_from([GOOD]).flatmap(
        lambda good: st.integers(0, len(good) - 1).map(lambda at: good[:at] + b"0" + good[at + 1 :])
    )
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    verdict = judge(data)
    if verdict.verdict == "valid":  # the change was in what nothing proves, or none
        assert parse_record(data).payload == make_record().payload


def test_what_calls_itself_a_record() -> None:
    assert calls_itself_record(GOOD)
    assert calls_itself_record(b' {"type": "XuezhengRecord", broken')
    assert not calls_itself_record(b'{"type": "VerifiableCredential"}')
    assert not calls_itself_record(b"PK\x03\x04")


# ------------------------------------------------------------------ proof text


def test_proof_text_reads_back() -> None:
    proof = TlogProof(7, (seeded("a"), seeded("b")), note_of([b"x"]), b"extra")
    assert parse_tlog_proof(format_tlog_proof(proof)) == proof


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex -1\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\n!\n\nnote",
        "c2sp.org/tlog-proof@v1\nextra \nindex 1\n\nnote",
        "c2sp.org/tlog-proof@v1\r\nindex 1\r\n\r\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\n" + "A" * 43 + "=\n" * 64 + "\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\n\n" + "x" * (1 << 16),
    ],
)
def test_bad_proof_text(text: str) -> None:
    with pytest.raises(BadEvidence, match="tlog-proof"):
        parse_tlog_proof(text)


@given(st.text(max_size=200).map(lambda text: "c2sp.org/tlog-proof@v1\nindex 0\n" + text))
@settings(max_examples=200, deadline=None)
def test_any_proof_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_tlog_proof(text)
    except BadEvidence as refusal:
        assert refusal.code == "tlog-proof"
    else:
        assert format_tlog_proof(found) == text


# ------------------------------------------------------------------ erasure


def test_receipt_of_erasure() -> None:
    leaf = ErasedLeaf(4, merkle.leaf_hash(b"entry"))
    made = Erasure(
        "xzu.edu.cn", NOW, (("xzu.edu.cn/learning", (leaf,)),), 2, key_id(RECEIPT_KEY.public)
    )
    signed = made.signed(RECEIPT_KEY.sign)
    signed.verify(RECEIPT_KEY.public)
    assert parse_erasure(json.dumps(signed.to_json()).encode()) == signed
    with pytest.raises(BadEvidence, match="signature"):
        replace(signed, others=3).verify(RECEIPT_KEY.public)
    with pytest.raises(BadEvidence, match="signature"):
        signed.verify(OTHER_KEY.public)
    for bad in (b"", b"[]", b'{"type":"XuezhengErasure"}'):
        with pytest.raises(BadEvidence, match="erasure-format"):
            parse_erasure(bad)


def test_a_teaching_record_carries_its_envelope() -> None:
    record = make_record()
    envelope = {"chain": {}, "statement": record.statement}
    enveloped = replace(record, envelope=envelope)
    data = format_record(enveloped)
    assert b'"statement"' in data
    found = parse_record(data)
    assert found == enveloped
    assert found.payload == canonical_json(envelope)
    deep: Any = 0
    for _ in range(DEFAULT_DEPTH - 1):
        deep = [deep]
    deepest = replace(enveloped, statement={"a": deep}, envelope={"statement": {"a": deep}})
    assert parse_record(format_record(deepest)) == deepest
    both = {**json.loads(data), "statement": {}}
    with pytest.raises(BadEvidence) as caught:
        parse_record(json.dumps(both).encode())
    assert caught.value.detail["pointer"] == "/statement"
