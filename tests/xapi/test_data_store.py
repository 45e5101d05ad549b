"""What Data asks of the store itself: numbers, ids, times, authority, voiding, shown arrays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xapi.samples import ACCOUNT, ACTIVITY, FULL, PLAIN
from tests.xapi.world import V1, V2, VERSION, Lrs, new_id, statement, voiding

VERSIONS = pytest.mark.parametrize("version", [V1, V2])


@pytest.fixture
def store(lrs: Lrs, version: str) -> Lrs:
    """The store as clients of that version see it."""
    return Lrs(lrs.institution, lrs.client, lrs.tokens, version)


@VERSIONS
@pytest.mark.requirement("XAPI-00002")
def test_precision_of_numbers(store: Lrs) -> None:
    score = {"min": 0.12123434, "raw": 12.125, "max": 45.45}
    (found,) = store.stored(statement(result={"score": score}))
    assert store.one(found)["result"]["score"] == score


@VERSIONS
@pytest.mark.requirement("XAPI-00006")
def test_refusal_over_http(store: Lrs) -> None:
    """The place in the batch, the requirement, and 400."""
    bad = statement(result={"success": "yes"})
    answer = store.post([statement(), bad])
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["pointer"].endswith("/1/result/success")
    assert problem["requirement"] == "XAPI-00074"


@VERSIONS
@pytest.mark.requirement("XAPI-00012")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("verb", "no-scheme.example/x"),
        ("activity", "no scheme"),
        ("agent", {"mbox": "x@y.example"}),
        ("agent", {"objectType": "Group", "member": [ACCOUNT]}),
        ("registration", "12345"),
        ("since", "2008-09-15T15:53:00.601-00:00"),
        ("until", "yesterday"),
        ("statementId", "12345"),
    ],
)
def test_parameters_keep_the_rules(store: Lrs, name: str, value: Any) -> None:
    assert store.get(**{name: value}).status_code == 400


@VERSIONS
@pytest.mark.requirement("XAPI-00016", "XAPI-00018")
def test_voiding(store: Lrs) -> None:
    (target,) = store.stored(statement())
    (void,) = store.stored(voiding(target))
    assert store.get(statementId=target).status_code == 404
    answer = store.get(voidedStatementId=target)
    assert answer.status_code == 200
    assert answer.json()["id"] == target
    store.post(voiding(target))
    assert store.get(voidedStatementId=target).status_code == 200
    store.post(voiding(void))  # may be taken, and voids nothing
    assert store.one(void)["object"]["id"] == target
    assert store.get(statementId=target).status_code == 404


@VERSIONS
@pytest.mark.requirement("XAPI-00026")
def test_id_is_given(store: Lrs) -> None:
    one, other = store.stored([PLAIN, PLAIN])
    assert one != other
    assert store.one(one)["id"] == one


@VERSIONS
@pytest.mark.requirement("XAPI-00023", "XAPI-00097")
def test_stored_is_set(store: Lrs) -> None:
    past = "2011-07-15T00:00:00.000Z"
    (posted,) = store.stored(statement(stored=past))
    put = new_id()
    assert store.put(put, statement(stored=past)).status_code == 204
    for found in (posted, put):
        shown = store.one(found)["stored"]
        assert shown > past
        assert len(shown) == len(past)


@VERSIONS
@pytest.mark.requirement("XAPI-00096")
@pytest.mark.parametrize("kind", ["parent", "grouping", "category", "other"])
def test_context_activities_are_shown_as_arrays(store: Lrs, kind: str) -> None:
    context = {"contextActivities": {kind: ACTIVITY}}
    inner = {"objectType": "SubStatement", **PLAIN, "context": context}
    (outer, nested) = store.stored([statement(context=context), statement(object=inner)])
    assert store.one(outer)["context"]["contextActivities"] == {kind: [ACTIVITY]}
    assert store.one(nested)["object"]["context"]["contextActivities"] == {kind: [ACTIVITY]}


@VERSIONS
@pytest.mark.requirement("XAPI-00099")
def test_authority_is_set(store: Lrs) -> None:
    (found,) = store.stored(statement())
    assert store.one(found)["authority"]["objectType"] in ("Agent", "Group")


@VERSIONS
@pytest.mark.requirement("XAPI-00122")
def test_milliseconds_come_back(store: Lrs) -> None:
    (found,) = store.stored(statement(timestamp="2015-10-21T07:28:00.1234567Z"))
    assert ".123" in store.one(found)["timestamp"]


@pytest.mark.requirement("2.0 4.2.4.3 version")
def test_versions_stay(lrs: Lrs) -> None:
    for header, version in ((V1, "1.0.0"), (V1, "1.0.9"), (V2, "1.0.0"), (V2, "2.0.0")):
        answer = lrs.post(statement(version=version), headers={VERSION: header})
        assert answer.status_code == 200, answer.text
        found = lrs.request(
            "GET", "statements", {"statementId": answer.json()[0]}, headers={VERSION: header}
        )
        assert found.json()["version"] == version


@VERSIONS
@pytest.mark.requirement("XAPI-00119")
def test_extensions_come_back(store: Lrs) -> None:
    sent = {key: FULL[key] for key in ("actor", "verb", "object", "result", "context")}
    found = new_id()
    assert store.put(found, sent).status_code == 204
    shown = store.one(found)
    assert shown["result"] == sent["result"]
    assert shown["object"] == sent["object"]
    assert shown["context"]["extensions"] == sent["context"]["extensions"]
