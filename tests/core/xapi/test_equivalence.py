"""Statement comparison (Data 2.3.1)."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import canonical_json
from ledger.core.xapi.equivalence import equivalent, same_statement
from ledger.core.xapi.formats import Format, shown
from ledger.core.xapi.mentions import mentions
from ledger.core.xapi.stored import stored_json
from tests.core.xapi.made import DEFINITIONS, LANGUAGE_MAPS, STATEMENTS, Json
from tests.core.xapi.test_mentions import walk

UUID = "16fd2706-8baf-433b-82eb-8c7fada847da"
STATEMENT: Json = {
    "actor": {"objectType": "Group", "member": [{"mbox": "mailto:a@b.cn"}, {"openid": "x:o"}]},
    "verb": {"id": "x:did", "display": {"en": "did"}},
    "object": {
        "objectType": "SubStatement",
        "actor": {"mbox_sha1sum": "ab" * 20},
        "verb": {"id": "x:saw"},
        "object": {"objectType": "StatementRef", "id": UUID},
        "timestamp": "2026-11-23T08:00:00Z",
        "context": {"registration": UUID},
    },
    "result": {"duration": "PT1M", "success": True, "score": {"scaled": 1}},
    "context": {
        "language": "zh-CN",
        "statement": {"objectType": "StatementRef", "id": UUID},
        "contextActivities": {"other": [{"id": "x:1"}], "parent": [{"id": "x:2"}, {"id": "x:3"}]},
    },
    "timestamp": "2026-11-23T08:00:00.123Z",
    "attachments": [
        {"usageType": "x:u", "display": {"en-US": "A"}, "contentType": "text/plain", "length": 1,
         "sha2": "ab" * 32}
    ],
}  # fmt: skip
GONE = object()


def changed(*changes: tuple[str, Any]) -> Json:
    """The statement with a value replaced, added or (GONE) taken out at each slash path."""
    found = copy.deepcopy(STATEMENT)
    for path, value in changes:
        *way, last = path.split("/")
        place: Any = found
        for step in way:
            place = place[int(step) if isinstance(place, list) else step]
        if value is GONE:
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = value
    return found


IGNORED = [
    changed(("id", UUID), ("stored", "2026-11-24T00:00:00Z"), ("version", "1.0.0")),
    changed(("authority", {"mbox": "mailto:lms@b.cn"})),
    changed(("timestamp", GONE)),
    changed(("timestamp", "2026-11-23T16:00:00.123+08:00")),
    changed(("timestamp", "2026-11-23T08:00:00.1239999Z")),
    changed(("timestamp", "20261123T080000.123Z")),
    changed(("verb/display", {"zh": "做了"})),
    changed(("verb/display", GONE)),
    changed(("object/timestamp", "2026-11-23T09:00:00+01:00")),
    changed(("object/verb/display", {"en": "saw"})),
    changed(("object/object/id", UUID.upper()), ("context/statement/id", UUID.upper())),
    changed(("object/context/registration", UUID.upper())),
    changed(("object/actor/mbox_sha1sum", "AB" * 20)),
    changed(("actor/member", STATEMENT["actor"]["member"][::-1])),
    changed(("actor/member/0/mbox", "mailto:a@B.CN")),
    changed(("context/contextActivities/other", {"id": "x:1"})),
    changed(("context/contextActivities/other/0/definition", {"type": "x:t"})),
    changed(("context/language", "zh-cn")),
    changed(("result/score/scaled", 1.0)),
    changed(("attachments/0/sha2", "AB" * 32), ("attachments/0/display", {"en-us": "A"})),
]
KEPT = [
    changed(("timestamp", "2026-11-23T08:00:00.124Z")),
    changed(("timestamp", "2026-11-23T08:00:00.123+08:00")),
    changed(("object/timestamp", "2026-11-23T08:00:00.001Z")),
    changed(("object/timestamp", GONE)),
    changed(("verb/id", "x:DID")),
    changed(("object/object/id", UUID.replace("1", "2"))),
    changed(("actor/member/0/mbox", "mailto:A@b.cn")),
    changed(("actor/member/0/name", "A")),
    changed(("actor/member", STATEMENT["actor"]["member"] * 2)),
    changed(("actor/member", STATEMENT["actor"]["member"][:1])),
    # A minute and sixty seconds are two texts (2.3.1.b8).
    changed(("result/duration", "PT60S")),
    # In Python 1 equals True.
    changed(("result/success", 1)),
    changed(("result/score/scaled", True)),
    changed(("context/contextActivities/parent", [{"id": "x:3"}, {"id": "x:2"}])),
    changed(("context/contextActivities/parent", [{"id": "x:2"}])),
    changed(("context/contextActivities/other/0/objectType", "Activity")),
    changed(("context/language", "zh")),
    changed(("context/extensions", {})),
    changed(("attachments", GONE)),
    changed(("attachments/0/sha2", "ba" * 32)),
    changed(("attachments/0/display/en-US", "B")),
]


def both(one: Json, other: Json) -> bool:
    """Equivalence of the payloads, the same in both directions."""
    found = equivalent(canonical_json(one), canonical_json(other))
    assert equivalent(canonical_json(other), canonical_json(one)) is found
    return found


@pytest.mark.requirement("Data 2.3.1.s9.b1")
@pytest.mark.parametrize("other", IGNORED)
def test_differences_that_a_store_may_have_caused_are_ignored(other: Json) -> None:
    assert other != STATEMENT or json.dumps(other) != json.dumps(STATEMENT)
    assert both(STATEMENT, other)


@pytest.mark.requirement("Data 2.3.1.s9.b1")
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("P1DT12H36M0.12S", "P1DT12H36M0.1237S", True),
        ("P1DT12H36M0.12S", "P1DT12H36M0.1299999S", True),
        ("PT0,12S", "PT0,127S", True),
        ("P1DT12H36M0.12S", "P1DT12H36M0.13S", False),
        ("PT0.1S", "PT0.11S", False),
        ("PT1.121M", "PT1.122M", False),
    ],
)
@pytest.mark.parametrize("place", ["result", "object/result"])
def test_of_durations_what_is_finer_than_a_hundredth_of_a_second_is_ignored(
    place: str, one: str, other: str, same: bool
) -> None:
    assert both(changed((place, {"duration": one})), changed((place, {"duration": other}))) is same


@pytest.mark.requirement("Data 2.3.1.s9.b2")
@pytest.mark.parametrize("other", KEPT)
def test_all_other_differences_count(other: Json) -> None:
    assert not both(STATEMENT, other)


def shuffled(value: Any, random: Any) -> Any:
    """Members of groups in another order."""
    if isinstance(value, dict):
        found = {key: shuffled(inner, random) for key, inner in value.items()}
        if found.get("objectType") == "Group" and "member" in found:
            random.shuffle(found["member"])
        return found
    return [shuffled(inner, random) for inner in value] if isinstance(value, list) else value


@pytest.mark.requirement("Data 2.3.1.s9.b1")
@given(STATEMENTS, LANGUAGE_MAPS, DEFINITIONS, st.randoms(use_true_random=False))
def test_exceptions_to_immutability_never_count(
    made: Json, display: Json, definition: Json, random: Any
) -> None:
    other = shuffled(shown(made, Format.EXACT), random)
    for path, thing in walk(other):
        if path.endswith("/verb"):
            thing["display"] = display
        elif thing.get("objectType") == "Activity" and "/extensions" not in path:
            thing["definition"] = definition
    other |= {"id": UUID, "stored": "2026-11-23T08:00:00Z", "version": "2.0.0", "authority": {}}
    other["authority"] = {"mbox": "mailto:a@b.cn"}
    assert both(made, other)


@given(STATEMENTS, STATEMENTS)
def test_equivalent_statements_mention_the_same(one: Json, other: Json) -> None:
    if both(one, other):
        assert set(mentions(one, {})) == set(mentions(other, {}))


@given(STATEMENTS)
def test_a_payload_is_equivalent_to_what_is_read_from_it(made: Json) -> None:
    payload = canonical_json(made)
    assert equivalent(payload, payload)
    assert same_statement(made, stored_json(payload))
    assert canonical_json(stored_json(payload)) == payload
