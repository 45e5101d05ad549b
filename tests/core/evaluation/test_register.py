"""People, charters and rule sets in effect: `docs/spec/evaluation-acts.md`."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.core.evaluation.acts import Act
from ledger.core.evaluation.evaluate import Period
from ledger.core.evaluation.labels import LABELS
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.reporting import relevant_acts
from ledger.core.evaluation.rules import RuleSet, check_rules, rule_hash
from ledger.core.kinds import EvaluationKind as Kind
from ledger.core.people import ED25519, PersonKey
from ledger.errors import BadEvidence
from tests.core.evaluation.acted import (
    DAY,
    DEAN,
    DOMAIN,
    EFFECTIVE,
    HOUR,
    OBSERVER,
    OFFICE,
    QUALITY,
    START,
    TEACHER,
    TERM,
    Acts,
    charter,
    person,
    rules_data,
)
from tests.core.evaluation.test_acts import PAGE, examples, profile, stream
from tests.docs.reading import read

RULES = check_rules(rules_data())
STRANGER = person("stranger")


def founded(**changed: Any) -> Acts:
    return Acts().found(**changed)


def wrong(acts: Acts, rules: RuleSet = RULES) -> dict[int, str]:
    """Approvals that do not count, with the code."""
    return {leaf: bad.code for leaf, bad in acts.register().rules(rules.hash).wrong}


def counted(acts: Acts, rules: RuleSet = RULES) -> list[int]:
    return [act.leaf for act in acts.register().rules(rules.hash).approvals]


def labels(acts: Acts, rules: RuleSet = RULES, period: Period = TERM) -> tuple[str, ...]:
    return acts.register().labels(rules, period)


def approved(acts: Acts, data: Any = None, effective: date = EFFECTIVE) -> Act:
    """A rule set with two approvals; gives the second."""
    rules = acts.rule_set(rules_data() if data is None else data, effective)
    acts.approve(DEAN, rules, effective)
    return acts.approve(OFFICE, rules, effective)


# ------------------------------------------------------------------- the page


def test_worked_example() -> None:
    acts = stream()
    standing = acts.register().rules(rule_hash(examples()[4]["rules"]))
    assert standing.completing is not None and standing.completing.leaf == 7
    assert [act.leaf for act in standing.approvals] == [5, 7]
    assert (standing.leaf, standing.needed, standing.wrong) == (4, 2, ())
    assert standing.since == acts.acts[7].time == START - 30 * DAY + 7 * HOUR


def test_labels_stand_in_the_page_in_their_order() -> None:
    rows = [line.split("`")[1] for line in read(PAGE).splitlines() if line.startswith("| `")]
    assert [row for row in rows if row in LABELS] == list(LABELS) == sorted(LABELS)


# ------------------------------------------------------------------- people


def test_the_newest_appointment_before_stands() -> None:
    acts = founded()
    acts.appoint(OBSERVER, "registrar", "observer")
    ended = acts.appoint(OBSERVER)
    register = acts.register()
    first, second = (act for act in acts.acts if act.body.get("roles") in (
        ["observer"], ["registrar", "observer"]))  # fmt: skip

    def roles(**at: int | None) -> set[str] | None:
        found = register.appointment(OBSERVER.account, **at)
        return None if found is None else {*found.roles}

    assert roles(before=first.leaf) is None
    assert roles(before=first.leaf + 1) == roles(before=second.leaf) == {"observer"}
    assert roles(before=ended.leaf) == {"observer", "registrar"}
    assert roles() == roles(before=10**6) == set()
    assert first.block and second.block
    assert roles(block=first.block - 1) is None
    assert roles(block=first.block) == roles(block=second.block - 1) == {"observer"}
    assert register.has_role(OBSERVER.account, "registrar", second.block)
    assert not register.has_role(OBSERVER.account, "registrar", None)


def test_what_no_anchor_covers_is_of_no_block() -> None:
    acts = founded()
    acts.appoint(STRANGER, "observer", anchored=False)
    register = acts.register()
    assert register.has_role(STRANGER.account, "observer", None)
    assert not register.has_role(STRANGER.account, "observer", 10**9)


def test_whose_appointment_ended_has_no_key() -> None:
    acts = founded()
    rules = acts.rule_set(rules_data())
    acts.appoint(DEAN, keys=[DEAN.key])
    late = acts.approve(DEAN, rules)
    assert wrong(acts) == {late.leaf: "act-signer"}
    acts.appoint(DEAN, "observer")
    again = acts.approve(DEAN, rules)
    assert counted(acts) == [again.leaf]


def test_a_key_that_comes_later_signs_nothing_before() -> None:
    acts = Acts()
    acts.charter()
    rules = acts.rule_set(rules_data())
    early = acts.approve(DEAN, rules)
    acts.appoint(DEAN, "department")
    assert wrong(acts) == {early.leaf: "act-signer"}
    newer = person("newer")
    acts.appoint(DEAN, "department", keys=[newer.key])
    old = acts.approve(DEAN, rules)
    new = acts.approve(newer, rules, account=DEAN.account)
    assert wrong(acts) == {early.leaf: "act-signer", old.leaf: "act-signer"}
    assert counted(acts) == [new.leaf]


def test_one_key_is_one_person() -> None:
    """Without it one signature, copied under another name, would be two approvals."""
    acts = Acts()
    acts.charter()
    acts.appoint(DEAN, "department")
    acts.appoint(OFFICE, "registrar", keys=[DEAN.key, OFFICE.key])
    rules = acts.rule_set(rules_data())
    acts.approve(DEAN, rules)
    copied = acts.approve(DEAN, rules, account=OFFICE.account)
    assert wrong(acts) == {copied.leaf: "act-signer"}
    assert not acts.register().rules(RULES.hash).approved
    acts.approve(OFFICE, rules)
    assert acts.register().rules(RULES.hash).approved


def test_a_key_stays_the_first_ones_when_that_one_is_gone() -> None:
    acts = founded()
    acts.appoint(DEAN)
    acts.appoint(STRANGER, "department", keys=[DEAN.key])
    register = acts.register()
    assert register.key(STRANGER.account, DEAN.key.id) is None
    acts.appoint(DEAN, "department")
    assert acts.register().key(DEAN.account, DEAN.key.id) == DEAN.key


def test_a_passkey_of_two_sites_is_one_key() -> None:
    from tests.passkeys import Passkey

    one, other = Passkey(DEAN.account), Passkey(DEAN.account, "other.example")
    assert (one.key.public, one.key.id != other.key.id) == (other.key.public, True)
    acts = Acts()
    acts.appoint(DEAN, "department", keys=[one.key])
    acts.appoint(OFFICE, "registrar", keys=[other.key])
    assert acts.register().key(DEAN.account, one.key.id) == one.key
    assert acts.register().key(OFFICE.account, other.key.id) is None


def test_a_key_under_which_anything_fits_signs_nothing() -> None:
    identity = PersonKey(ED25519, bytes([1]) + bytes(31))
    acts = Acts()
    acts.charter()
    acts.appoint(DEAN, "department", keys=[identity])
    rules = acts.rule_set(rules_data())
    content = {
        "institution": DOMAIN,
        "rules": {"id": "made", "version": 1, "hash": RULES.hash.hex()},
        "effective": EFFECTIVE.isoformat(),
    }
    value = (bytes([1]) + bytes(63)).hex()
    signature = {"account": DEAN.account, "key": identity.id.hex(), "value": value}
    act = acts.add(Kind.APPROVAL, rules.leaf, RULES.hash, content=content, signature=signature)
    assert wrong(acts) == {act.leaf: "person-signature"}


# ------------------------------------------------------------------- approvals


def test_k_different_people_approve() -> None:
    acts = founded()
    rules = acts.rule_set(rules_data())
    first = acts.approve(DEAN, rules)
    acts.approve(DEAN, rules)
    assert not acts.register().rules(RULES.hash).approved
    second = acts.approve(QUALITY, rules)
    third = acts.approve(OFFICE, rules)
    standing = acts.register().rules(RULES.hash)
    assert standing.completing == second and standing.since == second.time
    assert counted(acts) == [first.leaf, second.leaf, third.leaf]
    assert wrong(acts) == {}


CHEATS: dict[str, tuple[str, Callable[[Acts, Act], Act]]] = {
    "not named": ("approver-not-named", lambda acts, rules: acts.approve(OBSERVER, rules)),
    "nobody": ("act-signer", lambda acts, rules: acts.approve(STRANGER, rules)),
    "another's name": (
        "act-signer",
        lambda acts, rules: acts.approve(STRANGER, rules, account=OFFICE.account),
    ),
    "for another purpose": (
        "person-signature",
        lambda acts, rules: acts.approve(OFFICE, rules, purpose="recognition"),
    ),
    "of another text": (
        "person-signature",
        lambda acts, rules: acts.approve(OFFICE, rules, content_signed={"rules": 1}),
    ),
    "of another date": (
        "act-entry",
        lambda acts, rules: acts.approve(OFFICE, rules, date(2026, 2, 1)),
    ),
    "of another hash": (
        "act-entry",
        lambda acts, rules: acts.approve(OFFICE, rules, named={"hash": "00" * 32}),
    ),
    "under another version": (
        "act-entry",
        lambda acts, rules: acts.approve(OFFICE, rules, named={"version": 2}),
    ),
    "under another name": (
        "act-entry",
        lambda acts, rules: acts.approve(OFFICE, rules, named={"id": "harmless"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHEATS)
def test_an_approval_that_does_not_count(name: str) -> None:
    code, cheat = CHEATS[name]
    acts = founded()
    rules = acts.rule_set(rules_data())
    acts.approve(DEAN, rules)
    bad = cheat(acts, rules)
    assert wrong(acts) == {bad.leaf: code}
    assert not acts.register().rules(RULES.hash).approved
    assert labels(acts) == ("unapproved",)


def test_an_approval_of_another_institution_is_none() -> None:
    other = Acts("other.example").found()
    theirs = other.rule_set(rules_data())
    copied = other.approve(OFFICE, theirs)
    acts = founded()
    rules = acts.rule_set(rules_data())
    acts.approve(DEAN, rules)
    content, signature = {**copied.content, "institution": DOMAIN}, copied.body["signature"]
    bad = acts.add(Kind.APPROVAL, rules.leaf, RULES.hash, content=content, signature=signature)
    assert wrong(acts) == {bad.leaf: "person-signature"}
    with pytest.raises(BadEvidence) as caught:
        Register(DOMAIN, [*acts.acts, replace(copied, leaf=99)])
    assert caught.value.code == "act-institution"


def test_an_approval_is_judged_by_the_charter_before_it() -> None:
    acts = founded()
    rules = acts.rule_set(rules_data())
    before = acts.approve(OBSERVER, rules)
    named = {"accounts": [DEAN.account, OBSERVER.account], "needed": 2}
    acts.charter(2, approvers=named)
    assert wrong(acts) == {before.leaf: "approver-not-named"}
    acts.approve(DEAN, rules)
    acts.approve(OBSERVER, rules)
    assert acts.register().rules(RULES.hash).approved
    acts.charter(3)  # which names the observer no longer: what is approved stays so
    assert acts.register().rules(RULES.hash).approved


def test_a_charter_that_asks_for_less_approves_nothing_by_itself() -> None:
    everybody = [DEAN.account, OFFICE.account, QUALITY.account]
    acts = founded(approvers={"accounts": everybody, "needed": 3})
    approved(acts)
    assert not acts.register().rules(RULES.hash).approved
    acts.charter(2)
    standing = acts.register().rules(RULES.hash)
    assert (standing.approved, standing.needed, len(standing.approvals)) == (False, 2, 2)


def test_who_is_no_longer_named_does_not_help_to_complete() -> None:
    acts = founded()
    rules = acts.rule_set(rules_data())
    acts.approve(OFFICE, rules)
    named = {"accounts": [DEAN.account, QUALITY.account], "needed": 2}
    acts.charter(2, approvers=named)
    acts.approve(DEAN, rules)
    assert not acts.register().rules(RULES.hash).approved
    last = acts.approve(QUALITY, rules)
    assert acts.register().rules(RULES.hash).completing == last


def test_without_charter_nobody_approves() -> None:
    acts = Acts()
    acts.appoint(DEAN, "department")
    acts.appoint(OFFICE, "registrar")
    last = approved(acts)
    assert wrong(acts) == dict.fromkeys((last.leaf - 1, last.leaf), "approver-not-named")
    assert labels(acts) == ("no-charter", "unapproved")
    acts.charter()
    assert not acts.register().rules(RULES.hash).approved


def test_a_version_has_one_text_and_one_date() -> None:
    acts = founded()
    approved(acts)
    approved(acts, effective=date(2026, 1, 1))
    other = rules_data(records=99)
    approved(acts, other)
    register = acts.register()
    assert register.rules(RULES.hash).effective == EFFECTIVE
    assert register.rules(rule_hash(other)).leaf is None
    assert labels(acts, check_rules(other)) == ("unapproved",)
    assert [act.leaf for act in register.rule_sets()] == [6]


def test_rules_that_the_entry_does_not_name_are_none() -> None:
    acts = founded()
    data = rules_data()
    acts.add(Kind.RULE_SET, None, bytes(32), rules=data, effective="2026-01-01")
    acts.add(Kind.RULE_SET, None, None, rules=data, effective="2026-01-01")
    assert acts.register().rule_sets() == []
    approved(acts)
    assert acts.register().rules(RULES.hash).effective == EFFECTIVE


def test_rules_that_are_no_rules_harm_nobody() -> None:
    acts = founded()
    acts.rule_set({"id": "made", "version": 7, "reads": []})
    acts.rule_set({"id": "made", "version": 2**53 - 1})
    approved(acts)
    assert labels(acts) == ()
    newest = acts.register().newest_rules("made", TERM)
    assert newest is not None and newest.body["rules"] == rules_data()


# ------------------------------------------------------------------- labels


def shifted(days: int) -> Acts:
    acts = Acts(time=START + days * DAY)
    return acts.found()


def test_in_time_there_is_nothing_to_say() -> None:
    acts = founded()
    approved(acts)
    assert labels(acts) == ()


def test_rules_approved_after_the_period_began_are_retroactive() -> None:
    acts = founded()
    acts.time = START - HOUR  # the rule set; the approvals at START and an hour later
    last = approved(acts)
    assert last.time == START + HOUR
    assert labels(acts) == ("retroactive",)
    later = replace(TERM, start=last.time)
    assert labels(acts, period=later) == ("retroactive",)
    assert labels(acts, period=replace(TERM, start=last.time + 1)) == ()


def test_an_approval_that_no_anchor_covers_is_not_in_time() -> None:
    acts = founded()
    rules = acts.rule_set(rules_data())
    acts.approve(DEAN, rules)
    acts.approve(OFFICE, rules, anchored=False)
    assert labels(acts) == ("retroactive",)


def test_a_charter_after_the_beginning_is_late_and_so_is_a_newer_one() -> None:
    assert labels(shifted(0)) == ("charter-late", "unapproved")
    assert labels(shifted(-1)) == ("unapproved",)
    acts = founded()
    approved(acts)
    acts.time = START
    acts.charter(2, attestation={})
    assert labels(acts) == ("charter-late",)


def test_rules_that_are_not_yet_in_effect_or_no_longer() -> None:
    acts = founded()
    approved(acts, effective=date(2026, 3, 3))
    assert labels(acts) == ("outside-dates",)
    approved(acts, rules_data(2), date(2026, 3, 2))
    assert labels(acts, check_rules(rules_data(2))) == ()
    acts = founded()
    approved(acts)
    approved(acts, rules_data(2), date(2026, 3, 2))
    assert labels(acts) == ("outside-dates",)
    third = acts.rule_set(rules_data(3), date(2026, 3, 2))
    acts.approve(DEAN, third)
    assert labels(acts, check_rules(rules_data(2))) == ()  # the third is not approved


def test_a_version_approved_when_the_period_has_begun_ends_no_other() -> None:
    for early, said in ((0, ()), (1, ("outside-dates",))):
        acts = founded()
        approved(acts)
        acts.time = START - 2 * HOUR - early
        last = approved(acts, rules_data(2), date(2026, 3, 2))
        assert last.time == START - early
        assert labels(acts) == said


def test_all_that_has_to_be_said_is_said_in_order() -> None:
    acts = shifted(10)
    approved(acts, effective=date(2026, 5, 1))
    assert labels(acts) == ("charter-late", "outside-dates", "retroactive")


def test_which_version_a_period_is_judged_by() -> None:
    def newest(acts: Acts) -> int | None:
        act = acts.register().newest_rules("made", TERM)
        return None if act is None else int(act.body["rules"]["version"])

    acts = founded()
    assert newest(acts) is None
    acts.rule_set(rules_data(3))
    assert newest(acts) == 3
    acts.time = START + DAY
    approved(acts, rules_data(1))
    assert newest(acts) == 1
    approved(acts, rules_data(2), date(2026, 6, 1))
    assert newest(acts) == 2
    acts.time = START - DAY
    approved(acts, rules_data(4))
    approved(acts, rules_data(6), date(2026, 3, 3))
    assert newest(acts) == 4


# ------------------------------------------------------------------- profiles, the whole


def test_profiles_in_their_newest_edition() -> None:
    acts = founded()
    acts.add(Kind.PROFILE, profile=profile())
    acts.add(Kind.PROFILE, profile=profile())
    (extension,) = acts.register().extensions()
    assert {kind.name for kind in extension.types} <= {*acts.register().vocabulary().templates}


def test_acts_in_any_order_and_twice_are_one_register() -> None:
    acts = founded()
    last = approved(acts)
    acts.charter(2)
    shuffled = [*acts.acts, *acts.acts]
    random.Random(7).shuffle(shuffled)
    register = Register(DOMAIN, shuffled)
    assert register.acts == acts.acts
    assert register.rules(RULES.hash) == acts.register().rules(RULES.hash)
    assert register.rules(RULES.hash).completing == last
    assert register.accounts() == acts.register().accounts()


def test_what_a_report_rests_on_makes_the_same_register() -> None:
    acts = founded(attestation={})
    approved(acts)
    acts.rule_set({**rules_data(), "id": "other"})
    acts.add(Kind.PROFILE, profile=profile())
    acts.appoint(STRANGER, "department", keys=[DEAN.key])
    whole = acts.register()
    wanted = relevant_acts(whole, RULES, whole.accounts())
    part = Register(DOMAIN, [act for act in acts.acts if act.leaf in wanted])
    assert len(part.acts) == len(acts.acts) - 1
    assert part.labels(RULES, TERM) == whole.labels(RULES, TERM)
    assert part.rules(RULES.hash) == whole.rules(RULES.hash)
    few = relevant_acts(whole, RULES, [TEACHER.account])
    assert [act.body["account"] for act in acts.acts if act.leaf in few and "roles" in act.body] \
        == [DEAN.account, OFFICE.account, TEACHER.account]  # fmt: skip


def test_the_charter_before_a_leaf() -> None:
    acts = Acts()
    acts.appoint(DEAN, "department")
    acts.charter()
    acts.charter(2, approvers=charter()["approvers"])
    register = acts.register()
    found = [register.charter(before=leaf) for leaf in range(5)]
    assert [one and one.charter.version for one in found] == [None, None, 1, 2, 2]
    assert register.charter() == found[4]
    assert register.acts[1].body["charter"] == charter()
