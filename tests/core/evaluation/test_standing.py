"""Which records count: `docs/spec/standing.md`, by the product and by a second implementation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.evaluation.charter import read_charter
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.standing import FINDINGS, REASONS, Item, Standing, standing
from tests.core.evaluation.acted import (
    DAY,
    DEAN,
    HOME,
    LATER,
    OBSERVER,
    OFFICE,
    QUALITY,
    START,
    TEACHER,
    Acts,
    Chain,
    charter,
    in_term,
    leaves,
    person,
    uuid,
)
from tests.docs.reading import DOCS, blocks, read
from tests.reference_standing import Chain as Reference

PAGE = DOCS / "spec" / "standing.md"
PEOPLE = Acts().found().register()
NEEDED = {"run-opened": [["registrar"]], "session-delivered": [["observer"], ["department"]]}
BOTH = {"record-superseding": [["registrar"]], "record-voided": [["department"]]}


def judged(
    chain: Chain,
    attestation: Mapping[str, Any] | None = None,
    owners: Mapping[str, Any] | None = None,
    register: Register = PEOPLE,
    block: int | None = LATER,
    count: int | None = None,
) -> Standing:
    """Under a charter; without one where neither is given. All is anchored in one block."""
    found = None
    if attestation is not None or owners is not None:
        found = read_charter(charter(attestation=attestation or {}, owners=owners or {}))
    end = chain.count if count is None else count
    return standing(chain.items, end, found, register, lambda _: block, in_term)


# ------------------------------------------------------------------- the page


def told(name: str) -> Any:
    (found,) = [block.text for block in blocks(PAGE) if block.language == f"json {name}"]
    return json.loads(found)


def shown(chain: Chain, found: Standing) -> dict[str, Any]:
    """As the example names it: by statements instead of leaves."""
    name = {item.leaf: item.record["statement"] for item in chain.items if item.record}
    return {
        "counted": [record["statement"] for record in found.counted],
        "aside": {name[leaf]: reason for leaf, reason in found.aside},
        "findings": [[code, [name[leaf] for leaf in some]] for code, some in found.findings],
    }


def test_worked_example() -> None:
    chain = Chain()
    signers = {"office": OFFICE, "dean": DEAN}
    for link in told("chain"):
        fields = {**link}
        kind, by = fields.pop("type"), signers.get(fields.pop("actor", ""))
        if by is not None:
            about = next(one for one in chain.items if one.record
                         and one.record["statement"] == fields["object"])  # fmt: skip
            chain.attest(by, fields.pop("role"), about, **fields)
        else:
            chain.add(kind, **fields)
    assert shown(chain, judged(chain, told("charter"))) == told("standing")
    chain.attest(DEAN, "department", chain.items[-1])
    assert shown(chain, judged(chain, told("charter"))) == told("afterwards")


def test_reasons_and_findings_stand_in_the_page_in_their_order() -> None:
    lines = read(PAGE).splitlines()
    for heading, codes in (("| reasons |", REASONS), ("| findings |", FINDINGS)):
        (row,) = [line for line in lines if line.startswith(heading)]
        assert row.split("`")[1::2] == list(codes)


# ------------------------------------------------------------------- 1


def codes(found: Standing) -> list[tuple[str, tuple[int, ...]]]:
    return list(found.findings)


def test_a_whole_chain_without_charter_counts_as_it_is() -> None:
    chain = Chain()
    for _ in range(4):
        chain.session()
    found = judged(chain)
    assert found == Standing(tuple(item.record for item in chain.items if item.record))
    assert found.complete


@pytest.mark.parametrize("number", range(4))
def test_a_link_that_is_left_out_is_a_gap(number: int) -> None:
    chain = Chain()
    for _ in range(4):
        chain.session()
    del chain.items[number]
    found = judged(chain, count=4)
    expected = (number, number + 1) if number < 3 else (3, 4)
    assert codes(found) == [("chain-gap", expected)]
    assert not found.complete


def test_erased_links_double_numbers_and_leaves_out_of_order_are_told() -> None:
    chain = Chain()
    for _ in range(3):
        chain.session()
    erased = replace(chain.items[1], record=None, erased=True)
    chain.items[1] = erased
    found = judged(chain)
    assert (codes(found), found.complete) == ([("record-erased", (3,))], False)
    chain.items[1] = replace(erased, number=0, erased=False)
    assert codes(judged(chain)) == [("chain-gap", (1, 0)), ("chain-gap", (1, 2))]
    chain.items[1] = replace(erased, leaf=0, erased=False)
    assert codes(judged(chain)) == [("chain-link", (0,))]


def test_more_links_than_the_report_accounts_for_are_a_gap() -> None:
    chain = Chain()
    chain.session()
    chain.session()
    assert codes(judged(chain, count=1)) == [("chain-gap", (2, 1))]
    assert codes(judged(Chain(), count=2)) == [("chain-gap", (0, 2))]
    assert codes(judged(Chain())) == []


def test_one_statement_counts_once_and_is_attested_once() -> None:
    """A record under the id of an attested one must not ride on its attestations."""
    chain = Chain()
    true = chain.session(attended=40)
    for by, role in ((OBSERVER, "observer"), (DEAN, "department")):
        chain.attest(by, role, true)
    assert true.record is not None
    chain.session(attended=400, statement=true.record["statement"])
    found = judged(chain, NEEDED)
    assert (leaves(found.counted), dict(found.aside)) == ([true.leaf], {9: "repeated"})
    forged = Chain()
    other = forged.session(attended=400)
    forged.items[0] = replace(other, leaf_hash=bytes(32))
    forged.items.append(replace(true, number=1, leaf=3))
    forged.items += [
        replace(item, leaf=item.leaf + 3, number=item.number + 1) for item in chain.items[1:3]
    ]
    found = judged(forged, NEEDED)
    assert found.counted == ()
    assert [code for code, _ in found.findings] == ["attestation-target"] * 2


# ------------------------------------------------------------------- 2


def test_attested_by_different_people_in_every_role() -> None:
    chain = Chain()
    session = chain.session()
    assert dict(judged(chain, NEEDED).aside) == {0: "not-attested"}
    chain.attest(OBSERVER, "observer", session)
    chain.attest(OBSERVER, "observer", session)
    assert dict(judged(chain, NEEDED).aside) == {0: "not-attested"}
    chain.attest(DEAN, "department", session)
    assert (leaves(judged(chain, NEEDED).counted), judged(chain, NEEDED).aside) == ([0], ())


def test_one_person_in_two_roles_fills_one_place() -> None:
    acts = Acts().found()
    acts.appoint(OBSERVER, "observer", "department")
    chain = Chain()
    session = chain.session()
    chain.attest(OBSERVER, "observer", session)
    chain.attest(OBSERVER, "department", session)
    found = judged(chain, NEEDED, register=acts.register())
    assert dict(found.aside) == {0: "not-attested"}
    assert found.findings == ()


ATTEST = {"session-delivered": [["observer"]]}


def finding(chain: Chain, register: Register = PEOPLE, block: int | None = LATER) -> list[str]:
    """Codes found of a chain whose first record needs an observer; it must not count."""
    found = judged(chain, ATTEST, register=register, block=block)
    assert (found.counted, dict(found.aside)) == ((), {0: "not-attested"})
    assert all(some == (0, 3) for _, some in found.findings)
    return [code for code, _ in found.findings]


def about(**fields: Any) -> Chain:
    chain = Chain()
    session = chain.session()
    chain.attest(OBSERVER, fields.pop("role", "observer"), session, **fields)
    return chain


def test_a_signature_is_the_actors_own() -> None:
    key = OBSERVER.key.id.hex()
    for signer in (
        None, "", "#", key, OBSERVER.account, f"{OBSERVER.account}#", f"{OBSERVER.account}#00",
        f"{DEAN.account}#{DEAN.key.id.hex()}", f"{OBSERVER.account}#{DEAN.key.id.hex()}",
        f"{DEAN.account}#{key}", f"{OBSERVER.account}#{key}#{key}",
    ):  # fmt: skip
        assert finding(about(signer=signer)) == ["attestation-unsigned"], signer


def test_an_account_that_begins_with_anothers_is_another() -> None:
    longer = person("observer#1")
    acts = Acts().found()
    acts.appoint(longer, "observer")
    assert longer.account == f"{OBSERVER.account}#1"
    chain = about(signer=f"{longer.account}#{longer.key.id.hex()}")
    assert finding(chain, acts.register()) == ["attestation-unsigned"]
    chain.attest(longer, "observer", chain.items[0])
    assert leaves(judged(chain, ATTEST, register=acts.register()).counted) == [0]


def test_an_attestation_names_the_very_entry() -> None:
    assert finding(about(leaf_hash=None)) == ["attestation-target"]
    assert finding(about(leaf_hash="00" * 32)) == ["attestation-target"]


def test_where_the_entry_is_not_at_hand_the_attestation_names_one_all_the_same() -> None:
    for named, counts in (("00" * 32, True), (None, False)):
        chain = about(leaf_hash=named)
        chain.items[0] = replace(chain.items[0], leaf_hash=None)
        assert bool(judged(chain, ATTEST).counted) is counts


def test_a_role_is_held_at_the_block_of_the_attestation() -> None:
    assert finding(about(role="registrar")) == ["attestation-role"]
    acts = Acts().found()
    ended = acts.appoint(OBSERVER)
    later = acts.appoint(OBSERVER, "observer")
    register = acts.register()
    first = next(act.block for act in acts.acts if act.body.get("account") == OBSERVER.account)
    assert first and ended.block and later.block
    assert finding(about(), register, first - 1) == ["attestation-unsigned"]
    assert finding(about(), register, ended.block) == ["attestation-unsigned"]
    assert finding(about(), register, later.block - 1) == ["attestation-unsigned"]
    for block in (first, ended.block - 1, later.block, LATER):
        found = judged(about(), ATTEST, register=register, block=block)
        assert leaves(found.counted) == [0]
    acts.appoint(OBSERVER, "teacher")
    assert finding(about(), acts.register()) == ["attestation-role"]


def test_what_no_anchor_covers_attests_nothing() -> None:
    assert finding(about(), block=None) == ["attestation-role"]


@pytest.mark.parametrize(
    "own",
    [{"actor": OBSERVER.account}, {"by": OBSERVER.account},
     {"by": f"{HOME}|x\n{OBSERVER.account}"}],
)  # fmt: skip
def test_nobody_attests_what_one_says_oneself(own: dict[str, Any]) -> None:
    chain = Chain()
    session = chain.session(**own)
    chain.attest(OBSERVER, "observer", session)
    assert finding(chain) == ["attestation-own"]


def test_the_subject_attests_as_teacher_only() -> None:
    acts = Acts().found()
    acts.appoint(TEACHER, "teacher", "observer")
    chain = Chain()
    session = chain.session()
    chain.attest(TEACHER, "observer", session)
    assert finding(chain, acts.register()) == ["attestation-own"]
    chain.attest(TEACHER, "teacher", session)
    wanted = {"session-delivered": [["teacher"], ["observer"]]}
    assert dict(judged(chain, wanted, register=acts.register()).aside) == {0: "not-attested"}
    chain.attest(OBSERVER, "observer", session)
    assert leaves(judged(chain, wanted, register=acts.register()).counted) == [0]


def test_an_attestation_counts_for_its_record_alone() -> None:
    chain = Chain()
    one, two = chain.session("1"), chain.session("1")
    chain.attest(OBSERVER, "observer", one)
    chain.attest(OBSERVER, "observer", one, object=uuid(77))
    assert dict(judged(chain, ATTEST).aside) == {two.leaf: "not-attested"}


def test_an_attestation_of_an_attestation_is_none_of_the_record() -> None:
    chain = Chain()
    session = chain.session()
    first = chain.attest(DEAN, "department", session)
    chain.attest(OBSERVER, "observer", first)
    assert dict(judged(chain, ATTEST).aside) == {0: "not-attested"}


def test_a_dispute_sets_aside_even_what_nobody_has_to_attest() -> None:
    chain = Chain()
    session = chain.session()
    chain.attest(TEACHER, "teacher", session)
    no = chain.attest(TEACHER, "teacher", session, confirmed=False, reason="没有上课")
    assert dict(judged(chain).aside) == {0: "disputed"}
    assert dict(judged(chain, ATTEST).aside) == {0: "disputed"}
    chain.void(no)
    assert leaves(judged(chain).counted) == [0]


def test_a_dispute_that_nobody_signed_is_none() -> None:
    chain = about(confirmed=False, signer=None)
    found = judged(chain, {})
    assert leaves(found.counted) == [0]
    assert codes(found) == [("attestation-unsigned", (0, 3))]


# ------------------------------------------------------------------- 3


def test_a_void_needs_what_the_charter_asks() -> None:
    chain = Chain()
    session = chain.session()
    void = chain.void(session)
    assert dict(judged(chain).aside) == dict(judged(chain, {}).aside) == {0: "voided"}
    found = judged(chain, BOTH)
    assert (leaves(found.counted), codes(found)) == ([0], [("void-unattested", (0, 3))])
    chain.attest(OFFICE, "registrar", void)
    assert leaves(judged(chain, BOTH).counted) == [0]
    chain.attest(DEAN, "department", void)
    assert dict(judged(chain, BOTH).aside) == {0: "voided"}


def test_whoever_voids_does_not_attest_it() -> None:
    chain = Chain()
    void = chain.void(chain.session(), actor=DEAN.account)
    chain.attest(DEAN, "department", void)
    assert leaves(judged(chain, BOTH).counted) == [0]
    chain.attest(QUALITY, "department", void)
    assert dict(judged(chain, BOTH).aside) == {0: "voided"}


def test_a_void_that_is_disputed_has_no_effect() -> None:
    chain = Chain()
    void = chain.void(chain.session())
    chain.attest(TEACHER, "teacher", void, confirmed=False, reason="上过课")
    found = judged(chain)
    assert (leaves(found.counted), codes(found)) == ([0], [("void-unattested", (0, 3))])


def test_a_void_of_nothing_and_of_a_void_is_told_whenever() -> None:
    chain = Chain()
    void = chain.void(chain.session())
    chain.void(void)
    chain.void(uuid(500))
    found = judged(chain)
    assert dict(found.aside) == {0: "voided"}
    assert codes(found) == [("void-unknown", (6,)), ("void-unknown", (9,))]


def test_an_attestation_that_is_void_counts_no_more() -> None:
    chain = about()
    chain.void(chain.items[1])
    found = judged(chain, ATTEST)
    assert (dict(found.aside), found.findings) == ({0: "not-attested"}, ())


def test_voids_of_each_others_attestations_are_judged_at_once() -> None:
    chain = Chain()
    one, two = chain.session(), chain.session()
    first = chain.void(one)
    first_attested = chain.attest(DEAN, "department", first)
    second = chain.void(two)
    second_attested = chain.attest(DEAN, "department", second)
    for target in (first_attested, second_attested):
        chain.attest(DEAN, "department", chain.void(target))
    found = judged(chain, BOTH)
    assert dict(found.aside) == {one.leaf: "voided", two.leaf: "voided"}


# ------------------------------------------------------------------- 4


def correct(chain: Chain, old: Item | str, attested: bool = True, **fields: Any) -> Item:
    named = old if isinstance(old, str) else uuid(old.number)
    new = chain.session(supersedes=named, reason="误录", **fields)
    if attested:
        chain.attest(OFFICE, "registrar", new)
    return new


def aside(chain: Chain, **rules: Any) -> dict[int, str]:
    found = judged(chain, {**BOTH, **rules})
    assert len(found.counted) + len(found.aside) == sum(
        in_term(item.record) for item in chain.items if item.record
    )
    return dict(found.aside)


def test_a_correction_counts_once_it_is_attested() -> None:
    chain = Chain()
    old = chain.session()
    new = correct(chain, old, attested=False)
    assert aside(chain) == {new.leaf: "superseding-unattested"}
    assert dict(judged(chain).aside) == {old.leaf: "superseded"}
    chain.attest(OFFICE, "registrar", new)
    assert aside(chain) == {old.leaf: "superseded"}


def test_a_correction_needs_what_its_type_needs_too() -> None:
    chain = Chain()
    old = chain.session()
    chain.attest(OBSERVER, "observer", old)
    new = correct(chain, old)
    assert aside(chain, **ATTEST) == {new.leaf: "superseding-unattested"}
    chain.attest(OBSERVER, "observer", new)
    assert aside(chain, **ATTEST) == {old.leaf: "superseded"}


def test_one_record_is_corrected_once() -> None:
    chain = Chain()
    old = chain.session()
    first, second = correct(chain, old), correct(chain, old)
    assert aside(chain) == {old.leaf: "superseded", second.leaf: "supersedes-unknown"}
    third = correct(chain, first)
    assert aside(chain) == {
        old.leaf: "superseded", first.leaf: "superseded", second.leaf: "supersedes-unknown"
    }  # fmt: skip
    assert third.leaf not in aside(chain)


def test_what_has_no_place_has_none_to_give() -> None:
    """Else an attested correction of one that is not would count beside the true record."""
    chain = Chain()
    old = chain.session()
    loose = correct(chain, old, attested=False)
    last = correct(chain, loose)
    assert aside(chain) == {
        loose.leaf: "superseding-unattested", last.leaf: "supersedes-unknown"
    }  # fmt: skip


@pytest.mark.parametrize("case", ["unknown", "itself", "later", "type", "attestation", "void"])
def test_what_cannot_be_corrected(case: str) -> None:
    chain = Chain()
    run = chain.add("run-opened", enrolled=50)
    attestation = chain.attest(DEAN, "department", run)
    void = chain.void(uuid(900))
    target = {
        "unknown": uuid(901), "itself": uuid(3), "later": uuid(5), "type": uuid(run.number),
        "attestation": uuid(attestation.number), "void": uuid(void.number),
    }[case]  # fmt: skip
    new = correct(chain, target)
    chain.session()
    assert aside(chain) == {new.leaf: "supersedes-unknown"}


def test_a_correction_that_is_disputed_leaves_the_old_one() -> None:
    chain = Chain()
    old = chain.session()
    new = correct(chain, old)
    chain.attest(TEACHER, "teacher", new, confirmed=False, reason="不对")
    assert aside(chain) == {new.leaf: "disputed"}
    assert dict(judged(chain).aside) == {new.leaf: "disputed"}


def test_a_correction_that_is_void_gives_the_place_back() -> None:
    chain = Chain()
    old = chain.session()
    new = correct(chain, old)
    chain.attest(DEAN, "department", chain.void(new))
    assert aside(chain) == {new.leaf: "voided"}
    last = correct(chain, new)
    assert aside(chain) == {old.leaf: "superseded", new.leaf: "voided"}
    late = correct(chain, old)
    assert aside(chain) == {
        old.leaf: "superseded", new.leaf: "voided", late.leaf: "supersedes-unknown"
    }  # fmt: skip
    chain.attest(DEAN, "department", chain.void(last))
    assert aside(chain) == {old.leaf: "superseded", new.leaf: "voided", last.leaf: "voided"}


@pytest.mark.parametrize("first", ["void", "correction"])
def test_voided_and_corrected_is_corrected(first: str) -> None:
    chain = Chain()
    old = chain.session()
    new = correct(chain, old) if first == "correction" else None
    chain.attest(DEAN, "department", chain.void(old))
    new = new or correct(chain, old)
    assert aside(chain) == {old.leaf: "voided"}
    assert correct(chain, old).leaf in aside(chain)


def test_a_correction_of_another_period_takes_the_place_in_both() -> None:
    chain = Chain()
    old = chain.session()
    new = correct(chain, old, at=START + 400 * DAY)
    assert aside(chain) == {old.leaf: "superseded"}
    chain = Chain()
    before = chain.session(at=START - 1)
    new = correct(chain, before)
    assert (aside(chain), leaves(judged(chain, BOTH).counted)) == ({}, [new.leaf])
    again = correct(chain, before)
    assert aside(chain) == {again.leaf: "supersedes-unknown"}


# ------------------------------------------------------------------- what is told


def test_findings_of_other_periods_are_not_told_but_those_of_the_chain_are() -> None:
    chain = Chain()
    session = chain.session(at=START - DAY)
    chain.attest(OBSERVER, "observer", session, signer=None)
    chain.void(session)
    found = judged(chain, BOTH)
    assert found == Standing(())
    del chain.items[0]
    assert [code for code, _ in judged(chain, BOTH, count=3).findings] == [
        "chain-gap", "void-unknown"
    ]  # fmt: skip


# ------------------------------------------------------------------- a second implementation

WHO = (DEAN, OFFICE, OBSERVER, TEACHER)
RULES: tuple[Any, ...] = (
    {}, {"session-delivered": [["observer"]]},
    {"session-delivered": [["observer"], ["department"]], "run-opened": [["registrar"]]},
)  # fmt: skip
OWNERS: tuple[Any, ...] = (
    {}, {"session-delivered": {"sources": ["platform", "registrar"]}},
    {"session-delivered": {"sources": ["registrar"], "fields": {"attended": "platform"}},
     "run-opened": {"sources": ["platform"], "fields": {"enrolled": "registrar"}}},
    {"observation-made": {"sources": ["platform"]}},
)  # fmt: skip
TYPES = ("session-delivered", "session-delivered", "run-opened", "observation-made")


def people() -> Acts:
    """Appointments in blocks 20 to 90: some end, some change."""
    acts = Acts()
    acts.charter()
    for who, *roles in (
        (OBSERVER, "observer"), (OFFICE, "registrar"), (DEAN, "department"), (TEACHER, "teacher"),
        (OBSERVER,), (OBSERVER, "observer", "department"), (TEACHER, "teacher", "observer"),
        (OFFICE, "department"),
    ):  # fmt: skip
        acts.appoint(who, *roles)
    return acts


MOVING = people()


def appointed(account: str, block: int) -> tuple[set[str], set[str]]:
    roles: set[str] = set()
    keys: set[str] = set()
    for act in MOVING.acts:
        if act.body.get("account") == account and (act.block or 0) <= block:
            roles = set(act.body["roles"])
            keys = {who.key.id.hex() for who in WHO if who.account == account and roles}
    return roles, keys


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Up to twelve links that are about one another, right and wrong."""
    chain = Chain()
    size = draw(st.integers(0, 12))

    def some(*values: Any) -> Any:
        return draw(st.sampled_from(values))

    for number in range(size):
        match some("record", "record", "attest", "attest", "void", "correction"):
            case "attest" if number:
                about = chain.items[some(*range(number))]
                if about.record is None:
                    continue
                by = some(*WHO)
                wrong = some(*[{}] * 8, {"leaf_hash": None}, {"signer": None}, {"signer": "x#y"})
                role = some("observer", "department", "registrar", "teacher")
                chain.attest(by, role, about, confirmed=some(*[True] * 5, False), **wrong)
            case "void":
                chain.void(uuid(some(*range(size))))
            case kind:
                fields: dict[str, Any] = {
                    "object": f"{HOME}/object/{some(1, 2)}",
                    "source": some("platform", "registrar", "other"),
                    "at": START + some(-1, 0, 0, 1, 400 * DAY),
                    "attended": some(40, 41, None),
                    "enrolled": some(50, None),
                    "starts": some(None, START),
                    "by": some(f"{HOME}|platform", OBSERVER.account),
                    "actor": some(TEACHER.account, TEACHER.account, DEAN.account),
                }
                name = some(*TYPES)
                if kind == "correction":
                    alike = [one.number for one in chain.items if one.record
                             and one.record["type"] == name]  # fmt: skip
                    fields["supersedes"] = uuid(some(*alike, *alike, *range(size)))
                if some(*[False] * 12, True):
                    fields["statement"] = uuid(some(*range(size)))
                new = chain.add(name, **fields)
                if some(*[False] * 3, True):
                    chain.attest(OFFICE, "registrar", new)
    for place in draw(st.lists(st.integers(0, 12), max_size=1)):
        if place < len(chain.items):
            chain.items[place] = draw(
                st.sampled_from(
                    [
                        replace(chain.items[place], record=None, erased=True),
                        replace(chain.items[place], number=place + 1),
                        replace(chain.items[place], record=None),
                    ]
                )
            )
    return chain


def belongs(record: Mapping[str, Any]) -> bool:
    return in_term(record) or record["type"] == "observation-made"


def link(item: Item) -> dict[str, Any]:
    account, _, key = (item.signer or "").rpartition("#")
    return {
        "number": item.number,
        "leaf": item.leaf,
        "record": item.record,
        "erased": item.erased,
        "signer": (account, key) if item.signer else None,
        "leaf_hash": (item.leaf_hash or b"").hex(),
    }


@settings(max_examples=400, deadline=None)
@given(
    chains(), st.sampled_from(RULES), st.sampled_from(({}, BOTH)), st.sampled_from(OWNERS),
    st.sampled_from((0, 40, 60, 75, 85)), st.booleans(),
)  # fmt: skip
def test_a_second_implementation_says_the_same(
    chain: Chain, rules: Any, more: Any, owners: Any, first: int, late: bool
) -> None:
    def block_of(leaf: int) -> int | None:
        return None if late and leaf > 30 else first + leaf

    attestation = {**rules, **more}
    data = read_charter(charter(attestation=attestation, owners=owners))
    found = standing(chain.items, chain.count, data, MOVING.register(), block_of, belongs)
    other = Reference(
        [link(item) for item in chain.items], chain.count, attestation, owners, appointed,
        block_of, belongs,
    )  # fmt: skip
    counted, reasons, findings = other.judged()
    assert ([dict(one) for one in found.counted], dict(found.aside)) == (counted, reasons)
    assert list(found.findings) == findings


@settings(max_examples=150, deadline=None)
@given(chains(), st.sampled_from(RULES), st.sampled_from(OWNERS), st.randoms())
def test_every_record_of_the_period_counts_or_is_set_aside_once(
    chain: Chain, rules: Any, owners: Any, random: Any
) -> None:
    data = read_charter(charter(attestation={**rules, **BOTH}, owners=owners))

    def judge(items: list[Item]) -> Standing:
        return standing(items, chain.count, data, PEOPLE, lambda _: LATER, belongs)

    found = judge(chain.items)
    ours = [item.leaf for item in chain.items if item.record and belongs(item.record)]
    assert sorted([*leaves(found.counted), *(leaf for leaf, _ in found.aside)]) == ours
    assert {reason for _, reason in found.aside} <= {*REASONS}
    assert {code for code, _ in found.findings} <= {*FINDINGS}
    turned = chain.items[:]
    random.shuffle(turned)
    other = judge(turned)
    assert (other.counted, other.aside) == (found.counted, found.aside)
