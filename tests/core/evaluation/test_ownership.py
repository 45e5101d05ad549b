"""One fact, one source: `docs/spec/standing.md`, step 6."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.evaluation.charter import Owner
from ledger.core.evaluation.ownership import EACH, ONCE, Record, Settled, fact_of, settle
from ledger.core.teaching.vocabulary import TYPES, Need
from tests.core.evaluation.acted import DAY, OFFICE, START, Chain, leaves, uuid
from tests.core.evaluation.test_standing import BOTH, correct, judged
from tests.docs.reading import DOCS, read

PAGE = read(DOCS / "spec" / "standing.md")
BY_PLATFORM = {"session-delivered": {"sources": ["platform", "registrar"]}}


def settled(chain: Chain, *sources: str, kind: str = "session-delivered", **fields: str) -> Settled:
    records = [item.record for item in chain.items if item.record]
    return settle(records, {kind: Owner(sources, fields)})


def told(found: Settled) -> tuple[list[int], dict[int, str], list[Any]]:
    return leaves(found.counted), found.aside, found.findings


# ------------------------------------------------------------------- facts


def test_the_page_names_the_types_that_an_object_has_once() -> None:
    (row,) = [line for line in PAGE.splitlines() if line.endswith("| nothing: an object has one |")]
    assert {*row.split("`")[1::2]} == ONCE
    assert all(f"| `{name}` | `starts`" in PAGE for name in EACH)
    assert {*TYPES} >= ONCE | EACH


def test_what_an_object_has_once_names_it_as_its_object() -> None:
    for name in ONCE:
        kind = TYPES[name]
        assert Need.OBJECT in (kind.course, kind.run, kind.session), name


@pytest.mark.parametrize("name", sorted(TYPES))
def test_facts(name: str) -> None:
    one = {"type": name, "object": "o", "at": 5, "actor": "a", "source": "s", "leaf": 1}
    later, starting = {**one, "at": 6}, {**one, "at": 6, "starts": 5}
    assert fact_of({**one, "object": "p"}) != fact_of(one)
    assert fact_of({**one, "source": "t", "leaf": 2}) == fact_of(one)
    assert (fact_of(later) == fact_of(one)) is (name in ONCE)
    assert fact_of(starting) == fact_of(one)
    assert (fact_of({**one, "actor": "b"}) == fact_of(one)) is (name not in EACH)


# ------------------------------------------------------------------- one fact


def test_the_owner_counts_and_others_are_compared() -> None:
    chain = Chain()
    chain.session("1", source="registrar", attended=45)
    chain.session("1", attended=40)
    chain.session("1", source="spare", attended=40)
    chain.session("2", source="registrar")
    assert told(settled(chain, "platform", "registrar")) == (
        [3, 9],
        {0: "second-source", 6: "second-source"},
        [("source-disagrees", (3, 0))],
    )
    assert told(settled(chain, "registrar")) == (
        [0, 9],
        {3: "second-source", 6: "second-source"},
        [("source-disagrees", (0, 3)), ("source-disagrees", (0, 6))],
    )


def test_what_only_others_say_does_not_count() -> None:
    chain = Chain()
    chain.session("1")
    chain.session("1", source="spare")
    assert told(settled(chain, "registrar")) == (
        [],
        {0: "not-owner", 3: "not-owner"},
        [("source-not-owner", (0,)), ("source-not-owner", (3,))],
    )


def test_a_type_without_owner_is_left_alone() -> None:
    chain = Chain()
    chain.session("1")
    chain.session("1", source="spare", attended=1)
    assert told(settled(chain, "registrar", kind="run-opened")) == ([0, 3], {}, [])


def test_what_a_system_says_first_is_its_word() -> None:
    """Else the same session, sent twice, would count twice, or the later word for the earlier."""
    chain = Chain()
    chain.session("1", attended=40)
    chain.session("1", attended=400)
    chain.session("1", attended=40)
    assert told(settled(chain, "platform")) == (
        [0],
        {3: "repeated", 6: "repeated"},
        [("source-disagrees", (0, 3))],
    )


def test_where_a_record_comes_from_is_no_disagreement() -> None:
    chain = Chain()
    chain.session("1")
    chain.session(
        "1", source="registrar", at=START + DAY, actor=OFFICE.account, by=OFFICE.account,
        reason="补录", statement=None,
    )  # fmt: skip
    assert told(settled(chain, "platform")) == ([0], {3: "second-source"}, [])
    chain.session("1", source="spare", place="A101")
    assert told(settled(chain, "platform"))[2] == []  # only one of them has a place
    chain.session("1", source="fourth", run="r")
    chain.items[0] = chain.items[0].__class__(0, 0, {**(chain.items[0].record or {}), "run": "q"})
    assert told(settled(chain, "platform"))[2] == [("source-disagrees", (0, 9))]


def test_each_observer_observes_for_oneself() -> None:
    chain = Chain()
    for actor in ("a", "b", "a"):
        chain.add("observation-made", actor=actor, object="session", at=START, score="4/5")
    assert told(settled(chain, "platform", kind="observation-made")) == (
        [0, 3],
        {6: "repeated"},
        [],
    )


def test_weeks_of_one_discussion_are_facts_of_their_own() -> None:
    chain = Chain()
    for week in range(3):
        chain.add("interactions-counted", object="forum", starts=START + 7 * week * DAY, posts=3)
    chain.add("interactions-counted", object="forum", starts=START, posts=4, source="registrar")
    assert told(settled(chain, "platform", kind="interactions-counted")) == (
        [0, 3, 6],
        {9: "second-source"},
        [("source-disagrees", (0, 9))],
    )


# ------------------------------------------------------------------- fields


def test_a_field_is_taken_from_its_owner() -> None:
    chain = Chain()
    chain.session("1", attended=40, place="A101")
    chain.session("1", source="registrar", attended=45)
    found = settled(chain, "platform", attended="registrar")
    assert [one["attended"] for one in found.counted] == [45]
    assert found.counted[0]["place"] == "A101"
    assert found.findings == [("source-disagrees", (0, 3))]
    assert chain.items[0].record is not None and chain.items[0].record["attended"] == 40


def test_a_field_is_taken_where_the_record_itself_has_none() -> None:
    chain = Chain()
    chain.session("1", attended=None)
    chain.session("1", source="registrar", attended=45)
    found = settled(chain, "platform", attended="registrar")
    assert ([one["attended"] for one in found.counted], found.findings) == ([45], [])


def test_a_field_whose_owner_says_nothing_is_absent() -> None:
    chain = Chain()
    chain.session("1", attended=40)
    chain.session("2", attended=None)
    chain.session("3", attended=40)
    chain.session("3", source="registrar", attended=None)
    chain.session("4", attended=0)
    found = settled(chain, "platform", attended="registrar")
    assert all("attended" not in one for one in found.counted)
    assert found.findings == [("field-not-owned", (leaf,)) for leaf in (0, 6, 12)]


def test_the_source_that_owns_the_field_keeps_its_own() -> None:
    chain = Chain()
    chain.session("1", source="registrar", attended=45)
    found = settled(chain, "platform", "registrar", attended="registrar")
    assert ([one["attended"] for one in found.counted], found.findings) == ([45], [])


# ------------------------------------------------------------------- among what stands


def stands(chain: Chain, owners: Any = None, **rules: Any) -> tuple[list[int], dict[int, str]]:
    found = judged(chain, {**BOTH, **rules}, BY_PLATFORM if owners is None else owners)
    return leaves(found.counted), dict(found.aside)


def test_one_fact_of_two_periods_counts_in_one() -> None:
    chain = Chain()
    chain.session("1", at=START - 1)
    chain.session("1", source="registrar")
    chain.session("1")
    assert stands(chain) == ([], {3: "second-source", 6: "repeated"})
    other = Chain()
    other.session("1")
    other.session("1", source="registrar", at=START - 1)
    assert stands(other) == ([0], {})


def test_a_correction_speaks_in_the_place_of_what_it_corrects() -> None:
    chain = Chain()
    old = chain.session("1", attended=40)
    again = chain.session("1", attended=400)
    new = correct(chain, old, object=old.record and old.record["object"], attended=41)
    assert stands(chain) == ([new.leaf], {old.leaf: "superseded", again.leaf: "repeated"})


def test_what_is_set_aside_is_nobodys_word() -> None:
    chain = Chain()
    first = chain.session("1", attended=40)
    chain.session("1", attended=41)
    other = chain.session("1", source="registrar", attended=42)
    chain.attest(OFFICE, "registrar", first, confirmed=False, reason="误录")
    assert stands(chain) == ([3], {0: "disputed", other.leaf: "second-source"})
    wanted = {"session-delivered": [["registrar"]]}
    chain.attest(OFFICE, "registrar", other)
    assert stands(chain, **wanted) == ([other.leaf], {0: "disputed", 3: "not-attested"})


def test_a_field_of_a_record_that_is_not_attested_is_not_taken() -> None:
    owners = {"session-delivered": {"sources": ["platform"], "fields": {"attended": "registrar"}}}
    wanted = {"session-delivered": [["registrar"]]}
    chain = Chain()
    mine = chain.session("1", attended=400)
    theirs = chain.session("1", source="registrar", attended=40)
    chain.attest(OFFICE, "registrar", mine)
    found = judged(chain, wanted, owners)
    assert ["attended" in one for one in found.counted] == [False]
    assert found.findings == (("field-not-owned", (mine.leaf,)),)
    chain.attest(OFFICE, "registrar", theirs)
    assert [one["attended"] for one in judged(chain, wanted, owners).counted] == [40]


def test_ids_of_the_builder_are_those_of_the_links() -> None:
    chain = Chain()
    assert [item.record and item.record["statement"] for item in (chain.session(), chain.session())
            ] == [uuid(0), uuid(1)]  # fmt: skip


SOURCES = st.sampled_from(["platform", "registrar", "spare"])


@given(st.lists(st.tuples(SOURCES, st.integers(0, 2), st.integers(0, 2)), max_size=8),
       st.lists(SOURCES, min_size=1, max_size=3, unique=True))  # fmt: skip
def test_of_every_fact_at_most_one_counts_and_the_others_are_set_aside(
    said: list[tuple[str, int, int]], sources: list[str]
) -> None:
    chain = Chain()
    for source, session, attended in said:
        chain.session(str(session), source=source, attended=attended)
    records: list[Record] = [item.record for item in chain.items if item.record]
    found = settle(records, {"session-delivered": Owner(tuple(sources))})
    facts = [fact_of(one) for one in found.counted]
    assert len(set(facts)) == len(facts)
    assert sorted([*leaves(found.counted), *found.aside]) == leaves(records)
    for one in found.counted:
        same = [record for record in records if fact_of(record) == fact_of(one)]
        named = [name for name in sources if name in {record["source"] for record in same}]
        first = next(record for record in same if record["source"] == named[0])
        assert one == first
