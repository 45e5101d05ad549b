"""Communication 2.1.3, 2.1.4 and Data 2.5: one statement, and pages of them."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.xapi.world import (
    MULTIPART,
    THROUGH,
    V2,
    VERSION,
    Lrs,
    attachment,
    multipart,
    new_id,
    new_verb,
    statement,
    voiding,
)

ACTIVITY = "http://courses.example/activities/1"
AGENT = {"objectType": "Agent", "mbox": "mailto:agent@learners.example"}
MOMENT = "2012-06-01T19:09:13.245Z"
FILTERS: list[dict[str, Any]] = [
    {"agent": AGENT},
    {"verb": "http://verbs.example/any"},
    {"activity": ACTIVITY},
    {"registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f7"},
    {"related_activities": True},
    {"related_agents": True},
    {"since": MOMENT},
    {"until": MOMENT},
    {"limit": 1},
    {"ascending": True},
]
REFERENCE = {"format": "ids"}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --------------------------------------------------------------------------- one statement


@pytest.mark.requirement("XAPI-00156", "XAPI-00158", "XAPI-00159", "XAPI-00165")
def test_a_statement_by_its_id(lrs: Lrs) -> None:
    sent = statement(id=new_id())
    lrs.stored(sent)
    answer = lrs.get(statementId=sent["id"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found = answer.json()
    assert {name: found[name] for name in sent} == sent
    assert found["version"] == "1.0.0"
    assert found["timestamp"] == found["stored"]
    assert found["authority"]["account"]["name"] == lrs.tokens["xapi"][0]
    assert lrs.get(statementId=sent["id"].upper()).status_code == 200
    assert lrs.get(statementId=new_id()).status_code == 404
    assert lrs.get(statementId="no uuid").status_code == 400


@pytest.mark.requirement("2.0 4.1.6.1")
@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_last_modified_is_the_time_of_storing(lrs: Lrs, version: str) -> None:
    (id,) = lrs.stored(statement())
    params = {"statementId": id}
    answer = lrs.request("GET", "statements", params, headers={VERSION: version})
    modified = parsedate_to_datetime(answer.headers["last-modified"])
    assert modified == _instant(answer.json()["stored"]).replace(microsecond=0)


@pytest.mark.requirement("XAPI-00155", "XAPI-00157", "XAPI-00163")
@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_a_voided_statement_by_its_id_only_as_voided(lrs: Lrs, version: str) -> None:
    headers = {VERSION: version}
    verb, voided = new_verb(), new_id()

    def asked(**params: str) -> int:
        status: int = lrs.request("GET", "statements", params, headers=headers).status_code
        return status

    lrs.stored(statement(id=voided, verb={"id": verb}))
    assert (asked(statementId=voided), asked(voidedStatementId=voided)) == (200, 404)
    (by,) = lrs.stored(voiding(voided))
    assert (asked(statementId=voided), asked(voidedStatementId=voided)) == (404, 200)
    assert (asked(statementId=by), asked(voidedStatementId=by)) == (200, 404)
    found = lrs.request("GET", "statements", {"voidedStatementId": voided}, headers=headers)
    assert found.json()["id"] == voided


@pytest.mark.requirement("XAPI-00162", "XAPI-00163")
def test_what_refers_to_a_voided_statement_is_found_by_it(lrs: Lrs) -> None:
    verb, voided = new_verb(), new_id()
    lrs.stored(statement(id=voided, verb={"id": verb}))
    since = lrs.get(voidedStatementId=new_id()).headers[THROUGH]
    (by,) = lrs.stored(voiding(voided))
    reference = {"objectType": "StatementRef", "id": voided}
    (refers,) = lrs.stored(statement(verb={"id": verb}, object=reference))
    assert lrs.ids(verb=verb) == [refers, by]
    assert lrs.ids(verb=verb, since=since) == [refers, by]
    assert lrs.ids(verb=verb, limit=1) == [refers]
    assert lrs.ids(verb=verb, until=MOMENT) == []


@pytest.mark.requirement("XAPI-00150", "XAPI-00151")
@pytest.mark.parametrize("name", ["statementId", "voidedStatementId"])
@pytest.mark.parametrize("filters", FILTERS)
def test_an_id_goes_with_format_and_attachments_only(
    lrs: Lrs, name: str, filters: dict[str, Any]
) -> None:
    (id,) = lrs.stored(statement())
    if name == "voidedStatementId":
        lrs.stored(voiding(id))
    assert lrs.get(**{name: id}, format="ids").status_code == 200
    assert lrs.get(**{name: id}, attachments=True).status_code == 200
    answer = lrs.get(**{name: id}, **filters)
    assert (answer.status_code, answer.json()["code"]) == (400, "xapi-parameter-together")
    assert THROUGH in answer.headers


@pytest.mark.requirement("XAPI-00150", "XAPI-00151")
def test_both_ids_at_once_are_refused(lrs: Lrs) -> None:
    assert lrs.get(statementId=new_id(), voidedStatementId=new_id()).status_code == 400


# --------------------------------------------------------------------------- results


@pytest.mark.requirement("XAPI-00110", "XAPI-00113", "XAPI-00154")
@pytest.mark.parametrize("filters", [{}, *FILTERS, {"format": "ids"}, {"attachments": False}])
def test_a_result_has_statements_and_more(lrs: Lrs, filters: dict[str, Any]) -> None:
    lrs.stored([statement(), statement()])
    answer = lrs.get(**filters)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert set(answer.json()) == {"statements", "more"}
    assert type(answer.json()["statements"]) is list
    assert type(answer.json()["more"]) is str


@pytest.mark.requirement("XAPI-00109", "XAPI-00112", "XAPI-00149")
def test_a_query_that_nothing_meets_has_an_empty_result(lrs: Lrs) -> None:
    answer = lrs.get(verb=new_verb())
    assert answer.status_code == 200
    assert answer.json() == {"statements": [], "more": ""}


@pytest.mark.requirement("XAPI-00152", "XAPI-00153", "XAPI-00160")
def test_what_can_be_read_is_said_and_not_before_what_is_shown(lrs: Lrs) -> None:
    before = datetime.now(UTC)
    lrs.stored(statement())
    for filters in ({}, *FILTERS, {"attachments": True}, {"statementId": "x"}, {"foo": "bar"}):
        answer = lrs.get(**filters)
        shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
        assert re.fullmatch(shape, answer.headers[THROUGH])
    answer = lrs.get()
    through = _instant(answer.headers[THROUGH])
    assert through >= before.replace(microsecond=0)
    assert all(_instant(one["stored"]) <= through for one in answer.json()["statements"])


@pytest.mark.requirement("XAPI-00153")
def test_that_header_is_there_whatever_the_answer_is(lrs: Lrs) -> None:
    answers = [
        lrs.client.get("/xapi/statements"),
        lrs.request("GET", "statements", headers={"Authorization": None}),
        lrs.request("DELETE", "statements"),
        lrs.request("GET", "statementsverb=x"),
        lrs.post(statement()),
        lrs.post({}),
        lrs.put(new_id(), statement()),
    ]
    assert [one.status_code for one in answers] == [400, 401, 405, 404, 200, 400, 204]
    assert all(THROUGH in one.headers for one in answers)


# --------------------------------------------------------------------------- filters


@pytest.fixture(scope="module")
def known(lrs: Lrs) -> dict[str, Any]:
    """Ids of statements that mention one agent, verb, activity and registration in many places."""
    agent, verb = {"mbox": "mailto:known@learners.example"}, {"id": new_verb()}
    activity = {"id": "http://courses.example/known"}
    registration = new_id()
    ids = {
        "plain": statement(actor=agent, verb=verb, object=activity),
        "registered": statement(context={"registration": registration}),
        "instructor": statement(context={"instructor": agent}),
        "parent": statement(context={"contextActivities": {"parent": [activity]}}),
        "about": statement(object={**agent, "objectType": "Agent"}),
        "inside": statement(object={**statement(actor=agent, object=activity),
                                    "objectType": "SubStatement"}),
    }  # fmt: skip
    known = {name: lrs.stored(one)[0] for name, one in ids.items()}
    more = {"agent": agent, "verb": verb["id"], "activity": activity["id"]}
    return {**known, **{f"_{name}": value for name, value in more.items()}, "_reg": registration}


@pytest.mark.requirement("XAPI-00164", "XAPI-00176", "XAPI-00181")
def test_by_agent(lrs: Lrs, known: dict[str, Any]) -> None:
    for agent in (known["_agent"], {**known["_agent"], "name": "Other", "objectType": "Agent"}):
        assert set(lrs.ids(agent=agent)) == {known["plain"], known["about"]}
    wide = {known[name] for name in ("plain", "about", "instructor", "inside")}
    assert set(lrs.ids(agent=known["_agent"], related_agents=True)) == wide


@pytest.mark.requirement("XAPI-00164", "XAPI-00177", "XAPI-00179")
def test_by_activity(lrs: Lrs, known: dict[str, Any]) -> None:
    assert lrs.ids(activity=known["_activity"]) == [known["plain"]]
    wide = {known[name] for name in ("plain", "parent", "inside")}
    assert set(lrs.ids(activity=known["_activity"], related_activities=True)) == wide
    assert lrs.ids(activity=known["_activity"], related_activities=False) == [known["plain"]]


@pytest.mark.requirement("XAPI-00164", "XAPI-00178", "XAPI-00180")
def test_by_verb_and_registration(lrs: Lrs, known: dict[str, Any]) -> None:
    assert lrs.ids(verb=known["_verb"]) == [known["plain"]]
    assert lrs.ids(registration=known["_reg"]) == [known["registered"]]
    assert lrs.ids(registration=known["_reg"].upper()) == [known["registered"]]
    assert lrs.ids(verb=known["_verb"], registration=known["_reg"]) == []
    assert lrs.ids(verb=known["_verb"], agent=known["_agent"]) == [known["plain"]]


@pytest.mark.requirement("XAPI-00166", "XAPI-00174", "XAPI-00175")
def test_by_time_and_in_order(lrs: Lrs) -> None:
    verb = {"id": new_verb()}
    first, second, third = (lrs.stored(statement(verb=verb))[0] for _ in range(3))
    query = {"verb": verb["id"]}
    middle = lrs.one(second)["stored"]
    assert lrs.ids(**query) == [third, second, first]
    assert lrs.ids(**query, ascending=True) == [first, second, third]
    assert lrs.ids(**query, since=middle) == [third]
    assert lrs.ids(**query, until=middle) == [second, first]
    ahead = _instant(middle).isoformat().replace("+00:00", "+00:00")
    assert lrs.request("GET", f"statements?verb={verb['id']}&since={ahead}").status_code == 200


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"agent": "text"},
        {"agent": {"name": "nobody"}},
        {"agent": {"objectType": "Group", "member": [AGENT]}},
        {"agent": {"mbox": "mailto:a@b.example", "openid": "http://a.example/"}},
        {"agent": '{"mbox":"mailto:a@b.example","mbox":"mailto:a@b.example"}'},
        {"verb": "relative"},
        {"verb": ""},
        {"activity": "should fail"},
        {"registration": "should fail"},
        {"since": "yesterday"},
        {"until": "2012-06-01T19:09:13.245-00:00"},
        {"limit": -1},
        {"limit": "ten"},
        {"limit": "1.0"},
        {"limit": "٣"},
        {"limit": "9" * 40},
        {"ascending": "True"},
        {"ascending": "1"},
        {"related_agents": "yes"},
        {"related_activities": ""},
        {"attachments": "maybe"},
        {"format": "IDS"},
        {"format": ""},
    ],
)
def test_a_value_of_another_type_is_refused(lrs: Lrs, wrong: dict[str, Any], version: str) -> None:
    answer = lrs.request("GET", "statements", wrong, headers={VERSION: version})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == next(iter(wrong))


# --------------------------------------------------------------------------- pages


def _followed(lrs: Lrs, **params: Any) -> tuple[list[str], int]:
    """Ids behind all `more` links, and how many pages there were."""
    page = lrs.get(**params).json()
    ids, pages = [one["id"] for one in page["statements"]], 1
    while page["more"]:
        assert page["more"].startswith("/xapi/statements?more=")
        answer = lrs.request("GET", page["more"].removeprefix("/xapi/"))
        assert answer.status_code == 200
        page = answer.json()
        ids += [one["id"] for one in page["statements"]]
        pages += 1
    return ids, pages


@pytest.mark.requirement("XAPI-00108", "XAPI-00111", "XAPI-00114", "XAPI-00173")
@pytest.mark.parametrize("ascending", [False, True])
def test_pages_show_each_statement_once(lrs: Lrs, ascending: bool) -> None:
    verb = {"id": new_verb()}
    sent = lrs.stored([statement(verb=verb) for _ in range(5)])
    sent += lrs.stored([statement(verb=verb) for _ in range(2)])
    expected = sent if ascending else sent[::-1]
    for limit, pages in ((1, 7), (3, 3), (7, 1), (0, 1), (9999, 1)):
        found = _followed(lrs, verb=verb["id"], limit=limit, ascending=ascending)
        assert found == (expected, pages)


@pytest.mark.requirement("XAPI-00173")
def test_the_store_has_a_bound_of_its_own(lrs: Lrs) -> None:
    verb = {"id": new_verb()}
    sent = lrs.stored([statement(verb=verb) for _ in range(201)])
    for params in ({}, {"limit": 0}, {"limit": 1000}):
        assert len(lrs.ids(verb=verb["id"], **params)) == 200
    assert _followed(lrs, verb=verb["id"]) == (sent[::-1], 2)


@pytest.mark.requirement("XAPI-00111")
def test_a_page_keeps_format_and_attachments(lrs: Lrs) -> None:
    verb = {"id": new_verb(), "display": {"en": "x"}}
    lrs.stored([statement(verb=verb) for _ in range(2)])
    more = lrs.get(verb=verb["id"], limit=1, format="ids").json()["more"]
    (second,) = lrs.request("GET", more.removeprefix("/xapi/")).json()["statements"]
    assert "display" not in second["verb"]
    assert "name" not in second["actor"]


@pytest.mark.requirement("XAPI-00108")
def test_a_more_link_that_is_not_ours_is_refused(lrs: Lrs) -> None:
    lrs.stored([statement(), statement()])
    good = lrs.get(limit=1).json()["more"].partition("more=")[2]
    values: list[Any] = [
        1, [], {}, {"a": 1, "q": {}}, {"a": [1, "learning"], "q": {}},
        {"a": [-1, "learning", 0], "q": {}}, {"a": [1, "status", 0], "q": {}},
        {"a": [1, ["learning"], 0], "q": {}}, {"a": [1, "learning", 1 << 60], "q": {}},
        {"a": [1, "learning", 0], "q": {"statementId": new_id()}},
        {"a": [1, "learning", 0], "q": {"more": good}},
        {"a": [1, "learning", 0], "q": {"limit": 1}},
        {"a": [True, "learning", 0], "q": {}}, {"a": [1, "learning", 0], "q": []},
    ]  # fmt: skip
    forged = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in values]
    for wrong in ("", "x", "!", "ü", good[:-1], good[1:], good + "AAAA", *forged):
        answer = lrs.get(more=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "xapi-more"), wrong
    assert lrs.get(more=good).status_code == 200
    assert lrs.get(more=good, limit=1).json()["code"] == "xapi-parameter-together"
    limit = {"a": [1, "learning", 0], "q": {"limit": "x"}}
    unchecked = base64.urlsafe_b64encode(json.dumps(limit).encode()).decode()
    assert lrs.get(more=unchecked).json()["code"] == "xapi-parameter-value"


# --------------------------------------------------------------------------- forms


DEFINITION = {
    "name": {"en-GB": "Colour", "en-US": "Color"},
    "description": {"en-GB": "About colour", "en-US": "About color"},
}


def _bilingual() -> dict[str, Any]:
    parent = {"id": f"http://courses.example/{new_id()}", "definition": DEFINITION}
    return statement(
        verb={"id": new_verb(), "display": {"en-GB": "coloured", "en-US": "colored"}},
        context={"contextActivities": {"category": [parent]}},
    )


@pytest.mark.requirement("XAPI-00168", "XAPI-00169", "XAPI-00172")
def test_canonical_is_in_the_language_asked_for(lrs: Lrs) -> None:
    sent = _bilingual()
    (id,) = lrs.stored(sent)
    params = {"statementId": id, "format": "canonical"}
    for tag, other in (("en-GB", "en-US"), ("en-US", "en-GB")):
        headers = {"Accept-Language": f"{tag}, {other};q=0.1"}
        found = lrs.request("GET", "statements", params, headers=headers).json()
        (category,) = found["context"]["contextActivities"]["category"]
        assert list(found["verb"]["display"]) == [tag]
        assert category["definition"] == {name: {tag: DEFINITION[name][tag]} for name in DEFINITION}


@pytest.mark.requirement("XAPI-00168", "XAPI-00170", "XAPI-00172")
@pytest.mark.parametrize("params", [{}, {"format": "exact"}])
def test_exact_is_what_was_sent(lrs: Lrs, params: dict[str, str]) -> None:
    sent = _bilingual()
    (id,) = lrs.stored(sent)
    headers = {"Accept-Language": "en-GB"}
    query = {"statementId": id, **params}
    found = lrs.request("GET", "statements", query, headers=headers).json()
    assert {name: found[name] for name in sent} == sent


@pytest.mark.requirement("XAPI-00171")
def test_ids_is_what_identifies(lrs: Lrs) -> None:
    sent = _bilingual()
    (id,) = lrs.stored(sent)
    (found,) = (one for one in lrs.get(format="ids").json()["statements"] if one["id"] == id)
    assert found["actor"] == {"objectType": "Agent", "mbox": sent["actor"]["mbox"]}
    assert found["object"] == {"id": sent["object"]["id"]}
    assert found["verb"]["id"] == sent["verb"]["id"]


@pytest.mark.requirement("XAPI-00161", "XAPI-00167")
@pytest.mark.parametrize("version", ["1.0.3", V2])
def test_attachments_are_sent_back_when_asked_for(lrs: Lrs, version: str) -> None:
    contents = [b"here is a simple attachment", bytes(range(256)) * 3, b"--\r\n\r\n--x--"]
    declared = [attachment(one) for one in contents]
    verb = {"id": new_verb()}
    twice = [statement(verb=verb, attachments=declared), statement(verb=verb, attachments=declared)]
    headers = {**MULTIPART, VERSION: version}
    sent = lrs.request("POST", "statements", content=multipart(twice, contents), headers=headers)
    assert sent.status_code == 200
    id = sent.json()[0]
    for params in ({}, {"attachments": "false"}):
        answer = lrs.get(statementId=id, **params)
        assert answer.headers["content-type"] == "application/json"
    for params in ({"statementId": id}, {"verb": verb["id"]}):
        answer = lrs.get(**params, attachments=True)
        kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
        assert kind == "multipart/mixed"
        body = answer.content
        first, *rest = body.removesuffix(b"--\r\n").split(f"--{boundary}".encode())[1:-1]
        assert json.loads(first.partition(b"\r\n\r\n")[2])
        assert len(rest) == 3
        for part, content, one in zip(rest, contents, declared, strict=True):
            head, _, tail = part.partition(b"\r\n\r\n")
            assert tail == content + b"\r\n"
            assert f"X-Experience-API-Hash: {one['sha2']}".encode() in head
            assert b"Content-Transfer-Encoding: binary" in head
            assert b"Content-Type: text/plain" in head
            shown = 1 if "statementId" in params else 2
            assert body.count(one["sha2"].encode()) == shown + 1


@pytest.mark.requirement("XAPI-00167")
def test_an_attachment_that_is_elsewhere_is_not_sent(lrs: Lrs) -> None:
    (id,) = lrs.stored(statement(attachments=[attachment(b"x", fileUrl="http://over.example/")]))
    answer = lrs.get(statementId=id, attachments=True)
    assert answer.content.count(b"Content-Type") == 1


def test_attachments_are_not_sent_with_the_statements_of_another(lrs: Lrs) -> None:
    answer = lrs.request("GET", "statements", {"attachments": "true"}, scope="statements/read/mine")
    assert answer.content.count(b"X-Experience-API-Hash") == 0
