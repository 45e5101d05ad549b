"""One fact, one source: step 6 of `docs/spec/standing.md`."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.core.evaluation.charter import Owner
from ledger.core.evaluation.ownership import EACH, ONCE, Settled, fact_of, settle
from tests.docs.reading import DOCS, read

LIVE, MOOC, OFFICE = "live-platform", "mooc-platform", "registrar"


def record(leaf: int, source: str = LIVE, **fields: Any) -> dict[str, Any]:
    return {
        "leaf": leaf, "statement": f"s-{leaf}", "type": "session-delivered", "object": "session-1",
        "subject": "t-0", "actor": "t-0", "at": 1_000 + leaf, "source": source, **fields,
    }  # fmt: skip


def settled(*records: dict[str, Any], **fields: str) -> Settled:
    """With sessions owned by the live platform, after it the course platform."""
    return settle(records, {"session-delivered": Owner((LIVE, MOOC), fields)})


def test_without_an_owner_everything_counts_as_it_is() -> None:
    records = [record(1, attended=5), record(2, MOOC, attended=9)]
    found = settle(records, {})
    assert (found.counted, found.aside, found.findings) == (records, {}, [])


def test_the_owners_record_counts_and_the_other_is_compared() -> None:
    theirs, own = record(1, MOOC, attended=9), record(2, attended=5)
    found = settled(theirs, own)
    assert found.counted == [own]
    assert found.aside == {1: "second-source"}
    assert found.findings == [("source-disagrees", (2, 1))]


def test_two_that_say_the_same_are_no_finding() -> None:
    found = settled(record(1, attended=5), record(2, MOOC, attended=5))
    assert (found.aside, found.findings) == ({2: "second-source"}, [])


def test_the_second_owner_speaks_where_the_first_is_silent() -> None:
    other = record(1, MOOC)
    assert settled(other, record(2, "somebody")).counted == [other]


def test_nobody_else_speaks_for_the_owner() -> None:
    found = settled(record(1, "somebody"), record(2, "another"))
    assert found.counted == []
    assert found.aside == {1: "not-owner", 2: "not-owner"}
    assert found.findings == [("source-not-owner", (1,)), ("source-not-owner", (2,))]


def test_what_a_system_says_first_is_its_word() -> None:
    first, second = record(1, attended=5), record(2, attended=50)
    found = settled(first, second)
    assert found.counted == [first]
    assert found.aside == {2: "repeated"}
    assert found.findings == [("source-disagrees", (1, 2))]


def test_a_field_is_taken_from_the_system_that_owns_it() -> None:
    own, office = record(1, attended=50, class_hours=2), record(2, OFFICE, attended=5)
    found = settled(own, office, attended=OFFICE)
    assert found.counted == [{**own, "attended": 5}]
    assert found.findings == [("source-disagrees", (1, 2))]


def test_an_owned_field_without_its_owner_is_removed_and_told() -> None:
    own = record(1, attended=50, class_hours=2)
    found = settled(own, attended=OFFICE)
    assert found.counted == [{name: own[name] for name in own if name != "attended"}]
    assert found.findings == [("field-not-owned", (1,))]
    assert settled(record(1), attended=OFFICE).findings == []


def test_what_is_one_fact() -> None:
    text = read(DOCS / "spec" / "standing.md")
    assert all(f"`{type}`" in text for type in ONCE | EACH)
    at = {"starts": 7}
    assert fact_of(record(1, **at)) == fact_of(record(2, starts=8))
    weekly = {"type": "discussion-summarised"}
    assert fact_of(record(1, **weekly, **at)) == fact_of(record(2, **weekly, **at))
    assert fact_of(record(1, **weekly, **at)) != fact_of(record(2, **weekly, starts=8))
    seen = {"type": "observation-made", **at}
    assert fact_of(record(1, **seen)) != fact_of(record(1, **seen, actor="other"))


@given(
    st.lists(
        st.tuples(
            st.sampled_from((LIVE, MOOC, OFFICE, "somebody")),
            st.sampled_from(("session-1", "session-2")),
            st.integers(0, 2),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_every_record_counts_or_is_set_aside_and_one_of_each_fact(
    said: list[tuple[str, str, int]], owned: bool
) -> None:
    records = [
        record(leaf, source, object=object, attended=attended)
        for leaf, (source, object, attended) in enumerate(said)
    ]
    found = settled(*records, **({"attended": OFFICE} if owned else {}))
    counted = [one["leaf"] for one in found.counted]
    assert sorted([*counted, *found.aside]) == list(range(len(records)))
    objects = [one["object"] for one in found.counted]
    assert len(objects) == len(set(objects))
