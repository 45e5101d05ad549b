"""Communication 2.1.1, 2.1.2: putting and posting statements; they never change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xapi.world import V2, VERSION, Lrs, new_id, new_verb, statement, voiding

BAD = statement(verb={"id": "should fail"})


@pytest.mark.requirement("XAPI-00139", "XAPI-00143", "XAPI-00144")
@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1.0.3", "2.0.0"])
def test_put_is_answered_with_204(lrs: Lrs, version: str) -> None:
    for own in ({}, {"id": new_id()}):
        id = own.get("id", new_id())
        answer = lrs.put(id, statement(**own), headers={VERSION: version})
        assert (answer.status_code, answer.content) == (204, b"")
        assert lrs.one(id)["id"] == id


@pytest.mark.requirement("XAPI-00145")
def test_put_needs_a_statement_id_that_is_a_uuid_and_the_statements_own(lrs: Lrs) -> None:
    body = statement(id=new_id())
    missing = lrs.request("PUT", "statements", json_body=body)
    assert (missing.status_code, missing.json()["code"]) == (400, "xapi-parameter-missing")
    for wrong in ("true", "[object Object]", "", "should fail", new_id()):
        assert lrs.put(wrong, body).status_code == 400
    other = lrs.put(new_id(), body).json()
    assert (other["code"], other["pointer"]) == ("xapi-id-differs", "/id")
    assert lrs.put(body["id"].upper(), body).status_code == 204


@pytest.mark.requirement("XAPI-00145", "XAPI-00324")
def test_put_takes_one_statement_and_no_other_parameter(lrs: Lrs) -> None:
    id = new_id()
    assert lrs.put(id, [statement(id=id)]).status_code == 400
    params = {"statementId": id, "verb": "http://a.example/"}
    answer = lrs.request("PUT", "statements", params, json_body=statement())
    assert answer.json()["parameter"] == "verb"
    assert lrs.request("POST", "statements", {"statementId": id}, statement()).status_code == 400
    assert lrs.get(statementId=id).status_code == 404


@pytest.mark.requirement("XAPI-00146", "XAPI-00147")
def test_post_is_answered_with_the_ids_in_their_order(lrs: Lrs) -> None:
    given = [new_id(), new_id()]
    assert lrs.stored(statement(id=given[0])) == given[:1]
    (made,) = lrs.stored(statement())
    assert lrs.one(made)["id"] == made
    ids = lrs.stored([statement(), statement(id=given[1]), statement()])
    assert (len(set(ids)), ids[1]) == (3, given[1])
    assert lrs.post([]).json() == []


@pytest.mark.requirement("XAPI-00142")
@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_a_statement_with_the_id_of_another_one_conflicts(lrs: Lrs, version: str) -> None:
    headers = {VERSION: version}
    old, new = statement(id=new_id()), new_verb()
    assert lrs.put(old["id"], old, headers=headers).status_code == 204
    changed = {**old, "verb": {"id": new}}
    assert lrs.put(old["id"], changed, headers=headers).status_code == 409
    assert lrs.post(changed, headers=headers).status_code == 409
    answer = lrs.post([statement(verb={"id": new}), changed], headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "xapi-conflict")
    assert answer.json()["pointer"] == "/1/id"
    assert lrs.one(old["id"])["verb"] == old["verb"]
    assert lrs.ids(verb=new) == []


@pytest.mark.requirement("XAPI-00142")
def test_the_same_statement_again_makes_no_second_one(lrs: Lrs) -> None:
    verb = new_verb()
    one = statement(id=new_id(), verb={"id": verb}, timestamp="2026-01-02T03:04:05.000Z")
    assert lrs.put(one["id"], one).status_code == 204
    size = lrs.institution.office.store.size("learning")
    same = [{**one, "timestamp": "2026-01-02T04:04:05+01:00"}, {**one, "id": one["id"].upper()}]
    assert [lrs.put(one["id"], again).status_code for again in same] == [204, 204]
    # The suite takes 204 or 409 from a POST that repeats, not 200.
    assert [lrs.post(again).status_code for again in same] == [204, 204]
    assert lrs.institution.office.store.size("learning") == size
    with_new = lrs.post([one, statement(verb={"id": verb})])
    assert with_new.status_code == 200
    assert with_new.json()[0] == one["id"]
    assert len(lrs.ids(verb=verb)) == 2


@pytest.mark.requirement("XAPI-00326")
@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_a_batch_with_one_bad_statement_leaves_nothing(lrs: Lrs, version: str) -> None:
    good = statement(id=new_id())
    answer = lrs.post([good, BAD, statement()], headers={VERSION: version})
    assert answer.status_code == 400
    assert answer.json()["pointer"] == "/1/verb/id"
    assert lrs.get(statementId=good["id"]).status_code == 404


@pytest.mark.requirement("XAPI-00326")
def test_a_refusal_names_the_property_and_the_rule(lrs: Lrs) -> None:
    answer = lrs.post(BAD)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["pointer"]) == (400, "/verb/id")
    assert problem["requirement"].startswith("XAPI-")
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.requirement("Communication 2.1.2.s2.b6")
@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_an_id_used_twice_in_a_batch_is_refused(lrs: Lrs, version: str) -> None:
    one = statement(id=new_id())
    for again in (one, {**one, "id": one["id"].upper()}, {**one, "verb": {"id": new_verb()}}):
        answer = lrs.post([one, again], headers={VERSION: version})
        assert answer.status_code == 400
        assert answer.json()["pointer"] == "/1/id"
    assert lrs.get(statementId=one["id"]).status_code == 404


@pytest.mark.parametrize("body", ["text", 1, None, True, [[]], ["text"], [None]])
def test_what_is_no_statement_is_refused(lrs: Lrs, body: Any) -> None:
    content = b"null" if body is None else None
    headers = {"Content-Type": "application/json"}
    answer = lrs.request("POST", "statements", json_body=body, content=content, headers=headers)
    assert answer.status_code == 400


@pytest.mark.requirement("XAPI-00328")
def test_a_giant_is_refused_with_413(lrs: Lrs) -> None:
    verb = new_verb()
    giant = statement(verb={"id": verb}, result={"response": "x" * (1 << 20)})
    for body in (giant, [statement(verb={"id": verb}), giant]):
        answer = lrs.post(body)
        assert (answer.status_code, answer.json()["code"]) == (413, "xapi-statement-too-large")
    assert lrs.post([{}] * 10_001).status_code == 413
    assert lrs.ids(verb=verb) == []


@pytest.mark.requirement("XAPI-00328")
def test_a_body_over_the_limit_is_refused_while_it_streams(lrs: Lrs) -> None:
    headers = {"Content-Type": "application/json", VERSION: V2, "Authorization": None}
    declared = lrs.request(
        "POST", "statements", content=b"", headers={**headers, "Content-Length": str(33 << 20)}
    )
    assert declared.status_code == 401  # nothing is read for nobody
    sent = lrs.request("POST", "statements", content=b" " * (33 << 20), headers={
        "Content-Type": "application/json"
    })  # fmt: skip
    assert (sent.status_code, sent.json()["code"]) == (413, "body-too-large")


def test_a_voiding_statement_cannot_be_voided(lrs: Lrs) -> None:
    (target,) = lrs.stored(statement())
    (first,) = lrs.stored(voiding(target))
    assert lrs.post(voiding(first)).status_code == 400
    assert lrs.one(first)["id"] == first
    assert lrs.get(statementId=target).status_code == 404
