"""The verdict table: one all-pass world, one thing broken at a time (architecture, Verdicts)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import merkle
from ledger.core.credential import IssuerIdentity
from ledger.core.dates import end_of_day
from ledger.core.entry import Action, StatusEntry, decode, encode
from ledger.core.frame import Claims, assemble, encode_claims
from ledger.core.kinds import CredentialType
from ledger.core.lookup import Bucket
from ledger.core.registry import Block, Head
from ledger.core.verdict import CODES, DECIDING, State, Verdict
from ledger.core.verification import Presented, verify
from ledger.core.view import OFFLINE, LedgerView, Missing, nothing
from ledger.errors import WrongUse
from tests.builders import (
    ACCREDITATION,
    COUNCIL,
    COURSE,
    COVERING_TIME,
    CREDENTIAL_KEY,
    DEGREE,
    INSTITUTION,
    KEYS,
    LEAF,
    NOW,
    OTHER_KEY,
    STATUS_INDEX,
    VERIFY_URL,
    World,
    bucket_of,
    credential_entries,
    head_of,
    make_document,
    make_frame,
    make_paper,
    make_trust,
    make_view,
    sign_trust,
)
from tests.vectors import cases

BASE = World()
assert BASE.view is not None and BASE.presented is not None
VIEW: LedgerView = BASE.view
BOTH: Presented = BASE.presented
DAY = 86_400


def judge(world: World = BASE) -> Verdict:
    assert world.presented is not None and world.view is not None
    return verify(world.presented, world.trust, world.view, world.now, world.at)


def seen(**parts: Any) -> World:
    """The base world with parts of the view replaced."""
    return replace(BASE, view=replace(VIEW, **parts))


def shown(**parts: Any) -> World:
    """The base world with parts of what is presented replaced."""
    return replace(BASE, presented=replace(BOTH, **parts))


def with_key(**parts: Any) -> World:
    """The credential key's row changed."""
    institution = replace(INSTITUTION, keys=(replace(KEYS[0], **parts), *KEYS[1:]))
    return seen(institution=institution)


def accredited(**parts: Any) -> World:
    """The accreditation row changed."""
    row = replace(ACCREDITATION, **parts)
    return seen(institution=replace(INSTITUTION, accreditations=(row,)))


def with_status(*changes: tuple[Action, int], **parts: Any) -> World:
    return replace(BASE, view=replace(make_view(BASE.paper, changes), **parts))


def entry_changed(**parts: Any) -> World:
    """A proved entry that commits to this very certificate but says something else."""
    paper = replace(BASE.paper, entry=replace(BASE.paper.entry, **parts))
    view = make_view(paper)
    return replace(BASE, view=view)


def test_all_pass() -> None:
    verdict = judge()
    assert verdict.verdict == "valid", verdict.checks
    assert verdict.level == 2
    assert [check.code for check in verdict.checks] == list(CODES)
    assert {verdict.check(code).state for code in DECIDING} == {State.PASS}
    assert verdict.check("agreement").state is State.PASS
    assert verdict.check("bearer").state is State.NOT_CHECKED
    assert verdict.lines[0] == (
        "签名所载姓名：欧阳·𠮷娜。未核实持证人身份。",
        "Signed name: 欧阳·𠮷娜. Bearer not identified.",
    )
    assert verdict.as_of is not None and verdict.as_of.block == 40
    assert verdict.credential["issuer"] == "学证大学"


def test_agreement_names_only_the_forms_that_were_compared() -> None:
    assert judge().check("agreement").detail_en.endswith("the same: document, QR code.")
    content = BASE.paper.content
    words = " ".join((content.name, content.degree, content.major, content.number))
    alone = Presented(frame=BOTH.frame, pdf_text=words)
    said = judge(replace(BASE, presented=alone)).check("agreement")
    assert said.state is State.PASS
    assert said.detail_en.endswith("the same: page text, QR code.")


@pytest.mark.parametrize("form", ["document", "frame"])
def test_each_form_alone_is_valid(form: str) -> None:
    presented = Presented(**{form: getattr(BOTH, form)})
    verdict = judge(replace(BASE, presented=presented))
    assert (verdict.verdict, verdict.level) == ("valid", 2)
    assert verdict.check("agreement").state is State.NOT_CHECKED


def tampered_document() -> World:
    assert BOTH.document is not None
    changed = BOTH.document.replace("欧阳".encode(), "慕容".encode())
    return shown(document=changed, frame=None)


def tampered_frame() -> World:
    assert BOTH.frame is not None
    changed = BOTH.frame.replace("欧阳".encode(), "慕容".encode())
    return shown(document=None, frame=changed)


def document_of_other_issuer_name() -> World:
    issuer = IssuerIdentity("xzu.edu.cn", "北京大学", "Xuezheng University")
    document, _ = make_document(DEGREE, issuer=issuer)
    return shown(document=document, frame=None)


def expired() -> World:
    paper = make_paper(valid_until=date(2026, 6, 20))
    return replace(World(paper=paper), presented=Presented(document=paper.document))


def expired_offline() -> World:
    return replace(expired(), view=nothing())


def other_frame() -> World:
    content = replace(DEGREE, name="王芳")
    return shown(frame=make_frame(content))


def foreign_pair() -> World:
    """A frame of another certificate with the same words: its own leaf is elsewhere."""
    return shown(frame=make_frame(DEGREE, status_index=STATUS_INDEX + 1))


FAILS: dict[str, tuple[str, Callable[[], World]]] = {
    "document is not JSON": ("format", lambda: shown(document=b"{", frame=None)),
    "document has a foreign member": (
        "format",
        lambda: shown(document=b'{"a":1,' + (BOTH.document or b"")[1:], frame=None),
    ),
    "frame of random bytes": ("format", lambda: shown(document=None, frame=b"\x01" * 187)),
    "document changed": ("signature", tampered_document),
    "frame changed": ("signature", tampered_frame),
    "document changed, offline": (
        "signature",
        lambda: replace(tampered_document(), view=nothing()),
    ),
    "issuer calls itself something else": ("issuer", document_of_other_issuer_name),
    "document by an unregistered key": (
        "key",
        lambda: shown(document=make_document(DEGREE, key=OTHER_KEY)[0], frame=None),
    ),
    "frame by an unregistered key": (
        "key",
        lambda: shown(document=None, frame=make_frame(DEGREE, key=OTHER_KEY)),
    ),
    "key of another purpose": ("key", lambda: with_key(purpose=2)),
    "key of another algorithm": ("key", lambda: with_key(algorithm=9)),
    "key starts after the entry": ("key", lambda: with_key(from_size=LEAF + 1)),
    "key was cut off before the entry": ("key", lambda: with_key(cut_off=LEAF)),
    "never accredited": ("authority", lambda: accredited(kinds=0)),
    "not accredited for the type": ("authority", lambda: accredited(types=1 << 2)),
    "not accredited for the kind": ("authority", lambda: accredited(kinds=1 << 3)),
    "accreditation begins later": (
        "authority",
        lambda: accredited(from_time=COVERING_TIME + 1),
    ),
    "accreditation ran out": ("authority", lambda: accredited(until=COVERING_TIME)),
    "accreditation was ended before": (
        "authority",
        lambda: accredited(ended=COVERING_TIME, ended_block=19),
    ),
    "accreditation granted in a later block": (
        "authority",
        lambda: accredited(granted_block=21),
    ),
    "entry has another status index": (
        "inclusion",
        lambda: entry_changed(status_index=STATUS_INDEX + 1),
    ),
    "entry has another type": (
        "inclusion",
        lambda: entry_changed(type_code=CredentialType.COURSE),
    ),
    "entry has another key": ("inclusion", lambda: entry_changed(key_id=OTHER_KEY.id)),
    "revoked": ("status", lambda: with_status((Action.REVOKE, STATUS_INDEX))),
    "suspended": ("status", lambda: with_status((Action.SUSPEND, STATUS_INDEX))),
    "superseded": ("status", lambda: with_status((Action.SUPERSEDE, STATUS_INDEX))),
    "expired": ("status", expired),
    "expired, offline": ("status", expired_offline),
    "frame of another person": ("agreement", other_frame),
    "frame of another leaf": ("agreement", foreign_pair),
    "PDF text without the name": ("agreement", lambda: shown(pdf_text="工学学士")),
    "PDF of one form, other text": (
        "agreement",
        lambda: shown(document=None, pdf_text="别的"),
    ),
}


@pytest.mark.parametrize("name", FAILS)
def test_contradiction_is_invalid(name: str) -> None:
    code, build = FAILS[name]
    verdict = judge(build())
    assert verdict.check(code).state is State.FAIL, verdict.checks
    assert verdict.verdict == "invalid"
    assert verdict.check(code).detail_zh and verdict.check(code).detail_en


def broken_path() -> Bucket:
    assert isinstance(VIEW.bucket, Bucket)
    members = tuple(replace(one, path=(bytes(32), *one.path[1:])) for one in VIEW.bucket.members)
    return replace(VIEW.bucket, members=members)


def relabelled() -> Bucket:
    """A stranger's proved entry under our keys."""
    assert isinstance(VIEW.bucket, Bucket)
    stranger = VIEW.bucket.members[0]
    ours = [replace(stranger, key=one.key) for one in VIEW.bucket.members[1:]]
    return replace(VIEW.bucket, members=tuple(ours))


def only_stranger() -> Bucket:
    assert isinstance(VIEW.bucket, Bucket)
    return replace(VIEW.bucket, members=VIEW.bucket.members[:1])


def stale() -> Head:
    assert isinstance(VIEW.status_head, Head)
    return replace(VIEW.status_head, time=NOW - 7 * DAY)


def fewer_entries() -> World:
    assert isinstance(VIEW.status_entries, tuple)
    return seen(status_entries=VIEW.status_entries[:-1])


def unlawful_status() -> World:
    """Anchored status entries that un-revoke."""
    good = make_view(BASE.paper, [(Action.REVOKE, STATUS_INDEX)])
    assert isinstance(good.status_entries, tuple)
    last = decode(good.status_entries[-1])
    assert isinstance(last, StatusEntry)
    again = encode(replace(last, action=Action.REINSTATE))
    entries = (*good.status_entries, again)
    return seen(status_entries=entries, status_head=head_of(entries, 2, 35, NOW - 3600))


UNKNOWNS: dict[str, tuple[str, State, Callable[[], World]]] = {
    "not in the registry": (
        "issuer",
        State.UNKNOWN,
        lambda: seen(institution=Missing("not-registered")),
    ),
    "view of another institution": (
        "issuer",
        State.UNKNOWN,
        lambda: seen(institution=replace(INSTITUTION, domain="other.edu.cn", code="OTHER")),
    ),
    "host's path is wrong": ("inclusion", State.UNKNOWN, lambda: seen(bucket=broken_path())),
    "host relabels an entry": ("inclusion", State.UNKNOWN, lambda: seen(bucket=relabelled())),
    "never logged": ("inclusion", State.UNKNOWN, lambda: seen(bucket=only_stranger())),
    "bucket missing": (
        "inclusion",
        State.UNKNOWN,
        lambda: seen(bucket=Missing("unreachable")),
    ),
    "bucket of a size that was never anchored": (
        "inclusion",
        State.UNKNOWN,
        lambda: seen(bucket=bucket_of(BASE.paper, credential_entries(BASE.paper, 9))),
    ),
    "bucket beyond the head": (
        "inclusion",
        State.UNKNOWN,
        lambda: seen(
            bucket=bucket_of(BASE.paper, credential_entries(BASE.paper, 11)),
            bucket_head=(11, merkle.root(merkle.leaf_hashes(credential_entries(BASE.paper, 11)))),
        ),
    ),
    "nothing anchored": (
        "inclusion",
        State.UNKNOWN,
        lambda: seen(credential_head=Head(0, 0, 0, 0, bytes(32))),
    ),
    "too few nodes agree": ("inclusion", State.UNKNOWN, lambda: seen(nodes_agreeing=1)),
    "no node at all": (
        "inclusion",
        State.UNKNOWN,
        lambda: seen(nodes_agreeing=0, nodes_needed=0),
    ),
    "covering anchor missing": (
        "authority",
        State.UNKNOWN,
        lambda: seen(covering=Missing("garbage")),
    ),
    "covering anchor is not this leaf's": (
        "authority",
        State.UNKNOWN,
        lambda: seen(covering=replace(VIEW.covering, prev_size=5)),  # type: ignore[arg-type]
    ),
    "status entries missing": (
        "status",
        State.UNKNOWN,
        lambda: seen(status_entries=Missing("unreachable")),
    ),
    "status entries cut": ("status", State.UNKNOWN, fewer_entries),
    "status stream breaks its rules": ("status", State.UNKNOWN, unlawful_status),
    "status never anchored": (
        "status",
        State.UNKNOWN,
        lambda: seen(status_head=Head(0, 0, 0, 0, bytes(32)), status_entries=()),
    ),
    "status too old": ("freshness", State.UNKNOWN, lambda: seen(status_head=stale())),
    "clock far behind": ("freshness", State.UNKNOWN, lambda: replace(BASE, now=NOW - 4 * DAY)),
    "cut-off, entry not proved": (
        "key",
        State.UNKNOWN,
        lambda: replace(
            with_key(cut_off=9),
            view=replace(with_key(cut_off=9).view, bucket=only_stranger()),  # type: ignore[type-var]
        ),
    ),
    "trust bundle with one signature": (
        "trust",
        State.UNKNOWN,
        lambda: replace(BASE, trust=make_trust(signers=1)),
    ),
    "trust bundle expired": (
        "trust",
        State.UNKNOWN,
        lambda: replace(BASE, now=BASE.trust.expires),
    ),
}


@pytest.mark.parametrize("name", UNKNOWNS)
def test_what_cannot_be_told_is_undetermined(name: str) -> None:
    code, state, build = UNKNOWNS[name]
    verdict = judge(build())
    assert verdict.check(code).state is state, verdict.checks
    assert verdict.verdict == "undetermined", verdict.checks


@pytest.mark.parametrize("world", [tampered_document, tampered_frame])
@pytest.mark.parametrize("signers", [0, 1])
def test_unusable_bundle_is_never_red_either(world: Callable[[], World], signers: int) -> None:
    verdict = judge(replace(world(), trust=make_trust(signers=signers)))
    assert (verdict.verdict, verdict.level) == ("undetermined", None)
    assert verdict.check("signature").state is State.NOT_CHECKED


def test_one_member_twice_does_not_count_twice() -> None:
    trust = sign_trust(BASE.trust, [COUNCIL[0], COUNCIL[0], ("HHU", COUNCIL[0][1])])
    assert judge(replace(BASE, trust=trust)).verdict == "undetermined"


def test_offline_says_really_signed_but_ledger_not_looked_at() -> None:
    verdict = judge(replace(BASE, view=nothing()))
    assert (verdict.verdict, verdict.level, verdict.as_of) == ("undetermined", 0, None)
    for code in ("inclusion", "status", "freshness", "authority"):
        assert verdict.check(code).state is State.NOT_CHECKED
    for code in ("issuer", "signature", "key"):
        assert verdict.check(code).state is State.PASS
    assert verdict.lines[1] == (
        "无法判断：确由学证大学签名，但未查账本。",
        "Undetermined: really signed by Xuezheng University; the ledger was not looked at.",
    )


def test_stolen_key_never_logged_is_undetermined_at_level_0() -> None:
    forged = replace(DEGREE, number="XZ2026-9999", name="李四")
    world = shown(document=None, frame=make_frame(forged))
    verdict = judge(world)
    assert (verdict.verdict, verdict.level) == ("undetermined", 0)
    assert verdict.check("inclusion").state is State.UNKNOWN
    assert verdict.check("signature").state is State.PASS


def test_signed_checkpoint_alone_is_level_1() -> None:
    verdict = judge(seen(nodes_agreeing=1))
    assert (verdict.verdict, verdict.level) == ("undetermined", 1)
    unsigned = judge(seen(nodes_agreeing=1, checkpoint=b"garbage"))
    assert unsigned.level == 0


def test_entry_below_the_cut_off_keeps_its_standing() -> None:
    assert judge(with_key(cut_off=LEAF + 1)).verdict == "valid"


def test_reaffirmed_entry_is_restored() -> None:
    world = with_key(cut_off=LEAF)
    assert world.view is not None
    status = make_view(BASE.paper, [(Action.REAFFIRM, LEAF)])
    view = replace(world.view, status_entries=status.status_entries, status_head=status.status_head)
    assert judge(replace(world, view=view)).verdict == "valid"
    blind = replace(view, status_entries=Missing("unreachable"))
    assert judge(replace(world, view=blind)).check("key").state is State.UNKNOWN


def test_bucket_of_the_covering_anchor_or_another_confirmed_one_is_enough() -> None:
    entries = credential_entries(BASE.paper)
    assert judge(seen(bucket=bucket_of(BASE.paper, entries[:6]))).verdict == "valid"
    older = entries[:8]
    head = (8, merkle.root(merkle.leaf_hashes(older)))
    assert judge(seen(bucket=bucket_of(BASE.paper, older), bucket_head=head)).verdict == "valid"


def test_accreditation_that_ended_not_before_the_covering_block_counts() -> None:
    assert judge(accredited(ended=COVERING_TIME, ended_block=20)).verdict == "valid"
    assert judge(accredited(ended=COVERING_TIME, ended_block=21)).verdict == "valid"
    assert judge(accredited(ended=COVERING_TIME + 1, ended_block=25)).verdict == "valid"


def test_reinstated_is_valid() -> None:
    world = with_status((Action.SUSPEND, STATUS_INDEX), (Action.REINSTATE, STATUS_INDEX))
    assert judge(world).verdict == "valid"


def test_closed_status_stream_stays_fresh() -> None:
    assert judge(seen(status_head=stale(), status_closed=True)).verdict == "valid"
    unknown = judge(seen(status_head=stale(), status_closed=Missing("unreachable")))
    assert unknown.verdict == "undetermined"


def test_self_declared_is_a_warning_that_leaves_valid_possible() -> None:
    trust = make_trust(engine="embedded")
    verdict = judge(
        replace(BASE, trust=trust, view=replace(VIEW, nodes_agreeing=1, nodes_needed=1))
    )
    assert (verdict.verdict, verdict.level) == ("valid", 2)
    assert verdict.check("self_declared").state is State.WARN
    assert verdict.trust is not None and verdict.trust.self_declared


@pytest.mark.parametrize(
    ("link", "state"),
    [
        (None, State.NOT_CHECKED),
        (VERIFY_URL, State.PASS),
        ("VERIFY.xzu.edu.cn", State.PASS),
        ("https://verify.hhu.edu.cn", State.WARN),
        ("https://evil.example", State.WARN),
        ("https://[", State.WARN),
    ],
)
def test_host_of_the_link_only_warns(link: str | None, state: State) -> None:
    verdict = judge(shown(link_host=link))
    assert verdict.check("host").state is state
    assert verdict.verdict == "valid"


def test_pdf_text_agrees_across_line_breaks() -> None:
    text = "学位证书\n欧阳·\n𠮷娜 XZ2026-0001 工学 学士\n计算机科学与技术"
    assert judge(shown(pdf_text=text)).verdict == "valid"


def test_future_award_date_warns() -> None:
    paper = make_paper(replace(DEGREE, awarded_on=date(2027, 1, 1)))
    verdict = judge(World(paper=paper))
    assert verdict.check("date").state is State.WARN
    assert verdict.verdict == "valid"


def test_course_with_all_fields() -> None:
    verdict = judge(World(paper=make_paper(COURSE)))
    assert verdict.verdict == "valid"
    assert verdict.credential["hours"] == "48"
    assert verdict.credential["credits"] == "3.5"


# --------------------------------------------------------------------------- on a day


def on_day(day: date, *changes: tuple[Action, int], **parts: Any) -> Verdict:
    world = with_status(*changes, **parts)
    return judge(replace(world, at=end_of_day(day)))


def test_valid_on_a_day_before_the_revocation_was_anchored() -> None:
    revoked = (Action.REVOKE, STATUS_INDEX)
    assert on_day(date(2026, 6, 20), revoked).verdict == "valid"
    assert on_day(date(2026, 7, 1), revoked).check("status").state is State.FAIL


def test_a_past_day_needs_no_fresh_head_beyond_it() -> None:
    old = on_day(date(2026, 6, 20), status_head=stale())
    assert old.check("freshness").state is State.PASS


def test_before_it_was_in_the_ledger_it_was_not_valid() -> None:
    assert on_day(date(2026, 6, 1)).check("status").state is State.FAIL


def test_a_day_without_anchor_times_is_unknown() -> None:
    assert on_day(date(2026, 6, 20), status_times=OFFLINE).verdict == "undetermined"
    gap = on_day(date(2026, 6, 20), (Action.REVOKE, 5), status_times=((1, NOW - 5),))
    assert gap.check("status").state is State.UNKNOWN
    blind = on_day(date(2026, 6, 20), covering=Missing("garbage"))
    assert blind.verdict == "undetermined"


def test_today_means_now_and_a_day_to_come_is_refused() -> None:
    today = judge(replace(BASE, at=NOW + 3600))
    assert (today.verdict, today.at) == ("valid", None)
    with pytest.raises(WrongUse):
        judge(replace(BASE, at=NOW + 2 * DAY))
    with pytest.raises(WrongUse):
        judge(replace(BASE, presented=Presented()))


# --------------------------------------------------------------------------- properties

PARTS = (
    "block", "institution", "credential_head", "bucket", "covering", "status_head",
    "status_entries",
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    lost=st.sets(st.sampled_from(PARTS), min_size=1),
    reason=st.sampled_from(["offline", "unreachable", "garbage", "not-registered", "odd"]),
    form=st.sampled_from(["document", "frame", "both"]),
)
def test_never_green_when_anything_is_missing(lost: set[str], reason: str, form: str) -> None:
    parts: dict[str, Any] = {part: Missing(reason) for part in lost}
    view = replace(VIEW, **parts)
    presented = BOTH if form == "both" else Presented(**{form: getattr(BOTH, form)})
    verdict = judge(replace(BASE, presented=presented, view=view))
    assert verdict.verdict == "undetermined", verdict.checks


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_give_a_verdict(data: bytes, as_frame: bool) -> None:
    presented = Presented(frame=data) if as_frame else Presented(document=data)
    verdict = judge(replace(BASE, presented=presented))
    assert verdict.verdict == "invalid"
    assert verdict.check("format").state is State.FAIL
    verdict.to_json("zh")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_single_change_of_the_forms_stays_valid(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["document", "frame"]))
    raw = bytearray(getattr(BOTH, form))
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= data.draw(st.integers(1, 255))
    parts: dict[str, Any] = {form: bytes(raw)}
    verdict = judge(replace(BASE, presented=Presented(**parts)))
    assert verdict.verdict != "valid"


def test_json_form() -> None:
    value = judge().to_json("en")
    assert value["verdict"] == "valid"
    assert value["as_of"] == {"block": 40, "time": "2026-07-01T09:59:00Z"}
    assert {"code", "state", "detail"} == set(value["checks"][0])
    assert value["trust"]["council"] == ["XZU", "HHU", "EDU"]
    assert isinstance(VIEW.block, Block)
    assert CREDENTIAL_KEY.public not in repr(value).encode()


def test_every_key_with_the_short_id_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def clashing(public: bytes) -> bytes:
        return bytes(4) + sha256(public).digest()[4:]

    monkeypatch.setattr("ledger.core.ed25519.key_id", clashing)
    monkeypatch.setattr("tests.builders.key_id", clashing)
    paper = make_paper()
    decoy = replace(KEYS[0], public_key=OTHER_KEY.public)
    institution = replace(INSTITUTION, keys=(decoy, *KEYS))
    view = replace(make_view(paper), institution=institution)
    world = World(paper=paper, presented=Presented(frame=paper.frame), view=view)
    world = replace(world, trust=make_trust())
    assert judge(world).verdict == "valid"


def test_a_registered_key_of_mixed_order_signs_nothing() -> None:
    """A point of order 8·L: the contract lets it in, the verifier does not."""
    case = next(
        one for one in cases("ed25519_public_keys", "invalid") if one.get("reason") == "mixed-order"
    )
    mixed = bytes.fromhex(case["public_key"])
    institution = replace(INSTITUTION, keys=(replace(KEYS[0], public_key=mixed),))
    kid = sha256(mixed).digest()[:4]
    claims = encode_claims(Claims.of(DEGREE, "XZU", STATUS_INDEX, bytes(16)))
    frame = assemble(kid, claims, CREDENTIAL_KEY.sign(claims))
    world = replace(
        BASE, presented=Presented(frame=frame), view=replace(VIEW, institution=institution)
    )
    assert judge(world).check("signature").state is State.FAIL
