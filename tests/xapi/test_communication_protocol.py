"""Communication 2.8, 3.2, 3.3, 4: About, status codes, versions, tokens; and browsers."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import CouldNotLook
from tests.xapi.world import V1, V2, VERSION, Lrs, basic, new_id, new_verb, statement

RESOURCES = [
    "statements",
    "activities",
    "activities/state",
    "activities/profile",
    "agents",
    "agents/profile",
]
PARAMETERS = [
    "statementId",
    "voidedStatementId",
    "agent",
    "verb",
    "activity",
    "registration",
    "related_activities",
    "related_agents",
    "since",
    "until",
    "limit",
    "format",
    "attachments",
    "ascending",
]


# --------------------------------------------------------------------------- 2.8


@pytest.mark.requirement("XAPI-00315", "XAPI-00317", "XAPI-00318", "XAPI-00319")
def test_about_says_which_versions_are_spoken(lrs: Lrs) -> None:
    for headers in ({}, {VERSION: V2}, {VERSION: "0.9"}):
        answer = lrs.client.get("/xapi/about", headers=headers)
        assert answer.status_code == 200
        assert {"1.0.3", "2.0.0"} <= set(answer.json()["version"])


@pytest.mark.requirement("XAPI-00316", "XAPI-00317")
def test_about_says_nothing_of_2_0_to_who_speaks_1_0(lrs: Lrs) -> None:
    versions = lrs.get("about").json()["version"]
    assert versions == ["1.0.0", "1.0.1", "1.0.2", "1.0.3"]


def test_about_takes_get_only_and_no_parameter(lrs: Lrs) -> None:
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        assert lrs.request(method, "about").status_code == 405
    assert lrs.get("about", foo="bar").status_code == 400


@pytest.mark.requirement("XAPI-00321", "XAPI-00331")
@pytest.mark.parametrize("resource", RESOURCES)
def test_all_others_need_a_version(lrs: Lrs, resource: str) -> None:
    for authorization in (None, basic("nobody", "known")):
        headers = {VERSION: None, "Authorization": authorization}
        answer = lrs.request("GET", resource, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "xapi-version")
        assert answer.headers[VERSION] == V1


@pytest.mark.requirement("XAPI-00333")
@pytest.mark.parametrize("spoken", [V2, V1, V2])
def test_who_leaves_the_version_out_is_answered_in_the_one_spoken_last(
    lrs: Lrs, spoken: str
) -> None:
    assert lrs.request("GET", "statements", headers={VERSION: spoken}).status_code == 200
    for headers in ({VERSION: None}, {VERSION: "0.9"}):
        answer = lrs.request("GET", "statements", headers=headers)
        assert (answer.status_code, answer.headers[VERSION]) == (400, spoken)


# --------------------------------------------------------------------------- 3.2


@pytest.mark.requirement("XAPI-00140")
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_resource_is_there(lrs: Lrs, resource: str) -> None:
    assert lrs.request("GET", resource).status_code in (200, 400)
    assert lrs.request("GET", resource, scope="issue").status_code == 403


@pytest.mark.parametrize("path", ["", "statement", "Statements", "statements/1", "about/x"])
def test_what_is_not_there_is_404(lrs: Lrs, path: str) -> None:
    answer = lrs.request("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert VERSION in answer.headers


def test_a_slash_more_does_no_harm(lrs: Lrs) -> None:
    assert lrs.client.get("/xapi//about").status_code == 200
    assert lrs.client.get("/xapi/about/").status_code == 200


@pytest.mark.requirement("XAPI-00324", "XAPI-00325")
@pytest.mark.parametrize("name", ["foo", "more ", *(one.title() for one in PARAMETERS)])
def test_a_parameter_that_is_not_known_is_refused(lrs: Lrs, name: str) -> None:
    values = {"agent": '{"mbox":"mailto:a@b.example"}', "verb": new_verb(), "limit": "1"}
    value = values.get(name.lower(), "true")
    answer = lrs.get(**{name: value})
    assert (answer.status_code, answer.json()["code"]) == (400, "xapi-parameter-unknown")
    assert answer.json()["parameter"] == name


@pytest.mark.requirement("XAPI-00325")
def test_the_id_of_a_put_in_another_case_is_refused(lrs: Lrs) -> None:
    body = statement(id=new_id())
    answer = lrs.request("PUT", "statements", {"StatementId": body["id"]}, body)
    assert answer.status_code == 400


@pytest.mark.requirement("XAPI-00324")
def test_a_parameter_given_twice_is_refused(lrs: Lrs) -> None:
    answer = lrs.request("GET", "statements?limit=1&limit=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "xapi-parameter-repeated")
    assert lrs.request("GET", "statements?" + "a=1&" * 70).status_code == 400
    assert lrs.request("GET", "statements?&limit=1&").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "statements"),
        ("PATCH", "statements"),
        ("DELETE", "activities"),
        ("POST", "activities"),
        ("PUT", "activities"),
        ("DELETE", "agents"),
        ("POST", "agents"),
        ("PUT", "agents"),
        ("TRACE", "agents/profile"),
    ],
)
def test_a_method_of_no_use_there_is_405_even_without_a_token(
    lrs: Lrs, method: str, path: str
) -> None:
    answer = lrs.request(method, path, headers={"Authorization": None, VERSION: "1.0.1"})
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.requirement("XAPI-00323", "XAPI-00329")
def test_a_fault_of_ours_is_500_and_says_nothing_of_it(
    lrs: Lrs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = type(lrs.institution.office.statements)

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("the reason")

    def busy(*_: Any) -> Any:
        raise CouldNotLook("store-busy", why="x")

    monkeypatch.setattr(store, "statement", broken)
    answer = lrs.get(statementId=new_id())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "reason" not in answer.text
    assert "the reason" in caplog.text
    monkeypatch.setattr(store, "statement", busy)
    monkeypatch.setattr(store, "consistent_through", busy)
    answer = lrs.get(statementId=new_id())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers[VERSION] == V1


# --------------------------------------------------------------------------- 3.3


@pytest.mark.requirement("XAPI-00331", "XAPI-00333")
@pytest.mark.parametrize(
    ("given", "answered"),
    [("1.0", V1), ("1.0.0", V1), ("1.0.2", V1), ("1.0.17", V1), ("2.0", V2), ("2.0.1", V2)],
)
def test_every_answer_says_its_version(lrs: Lrs, given: str, answered: str) -> None:
    headers = {VERSION: given}
    answers = [
        lrs.request("GET", "statements", headers=headers),
        lrs.post(statement(), headers=headers),
        lrs.post({}, headers=headers),
        lrs.request("GET", "statements", {"foo": "bar"}, headers=headers),
        lrs.request("GET", "statements", headers={**headers, "Authorization": None}),
        lrs.request("DELETE", "statements", headers=headers),
        lrs.request("GET", "about", headers=headers),
    ]
    assert [one.status_code for one in answers] == [200, 200, 400, 400, 401, 405, 200]
    assert {one.headers[VERSION] for one in answers} == {answered}


@pytest.mark.requirement("XAPI-00331")
@pytest.mark.parametrize(
    "given", ["", "0.9", "0.95", "1", "1.0.", "1.0.x", "1.1", "1.1.0", "2", "2.1", "3.0.0", "BAD"]
)
def test_other_versions_are_refused(lrs: Lrs, given: str) -> None:
    for method, body in (("GET", None), ("POST", statement())):
        answer = lrs.request(method, "statements", json_body=body, headers={VERSION: given})
        assert (answer.status_code, answer.json()["code"]) == (400, "xapi-version")


@pytest.mark.requirement("XAPI-00330")
def test_a_statement_is_the_same_in_both_versions(lrs: Lrs) -> None:
    sent = statement(id=new_id(), context={"contextActivities": {"parent": []}})
    lrs.stored(sent)
    shown = [
        lrs.request("GET", "statements", {"statementId": sent["id"]}, headers={VERSION: one}).json()
        for one in (V1, V2)
    ]
    assert shown[0] == shown[1]
    assert {name: shown[0][name] for name in sent} == sent


@pytest.mark.requirement("XAPI-00332")
@pytest.mark.parametrize(
    ("spoken", "given", "kept"),
    [(V1, None, "1.0.0"), (V1, "1.0", "1.0"), (V1, "1.0.9", "1.0.9"), (V1, "1.0.3", "1.0.3"),
     (V2, None, "2.0.0"), (V2, "2.0.0", "2.0.0"), (V2, "1.0.3", "1.0.3")],
)  # fmt: skip
def test_a_statement_keeps_the_version_it_came_with(
    lrs: Lrs, spoken: str, given: str | None, kept: str
) -> None:
    sent = lrs.post(statement(version=given), headers={VERSION: spoken})
    assert sent.status_code == 200
    params = {"statementId": sent.json()[0]}
    for reader in (V1, V2):
        found = lrs.request("GET", "statements", params, headers={VERSION: reader})
        assert found.json()["version"] == kept


# --------------------------------------------------------------------------- 4


@pytest.mark.requirement("XAPI-00334")
@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic:Um9iQ0lzTm90OkFVc2Vy",
        basic("RobCIsNot", "AUserOnThisLRS123"),
        basic("", ""),
        "Bearer nothing",
        "Digest x",
    ],
)
def test_without_a_valid_token_the_answer_is_401(lrs: Lrs, given: str | None) -> None:
    headers = {"Authorization": given}
    for method, body in (("GET", None), ("POST", statement())):
        answer = lrs.request(method, "statements", json_body=body, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
    wrong = basic(lrs.tokens["xapi"][0], "not the secret")
    assert lrs.request("GET", "agents", headers={"Authorization": wrong}).status_code == 401


@pytest.mark.requirement("XAPI-00335")
def test_basic_and_bearer_are_taken(lrs: Lrs) -> None:
    key, secret = lrs.tokens["xapi"]
    for given in (basic(key, secret), f"Bearer {key}.{secret}", f"bearer {key}.{secret}"):
        answer = lrs.put(new_id(), statement(), headers={"Authorization": given})
        assert answer.status_code == 204


WRITING = {"xapi", "all", "statements/write"}
READING = {"xapi", "all", "all/read", "statements/read", "statements/read/mine"}
NEEDED = {
    ("POST", "statements"): WRITING,
    ("PUT", "statements"): WRITING,
    ("GET", "statements"): READING,
    ("GET", "activities"): READING | {"state", "profile"},
    ("GET", "agents"): READING - {"statements/read/mine"} | {"profile"},
    ("GET", "activities/state"): {"xapi", "all", "all/read", "state"},
    ("PUT", "activities/state"): {"xapi", "all", "state"},
    ("DELETE", "activities/state"): {"xapi", "all", "state"},
    ("GET", "agents/profile"): {"xapi", "all", "all/read", "profile"},
    ("POST", "agents/profile"): {"xapi", "all", "profile"},
    ("PUT", "activities/profile"): {"xapi", "all", "profile"},
    ("DELETE", "activities/profile"): {"xapi", "all", "profile"},
}


@pytest.mark.requirement("XAPI-00327")
@pytest.mark.parametrize(("method", "resource"), NEEDED)
def test_a_token_does_what_its_scope_says(lrs: Lrs, method: str, resource: str) -> None:
    allowed = set()
    for scope in lrs.tokens:
        answer = lrs.request(method, resource, {"no": "such"}, scope=scope)
        assert answer.status_code in (400, 403)
        if answer.status_code == 400:
            allowed.add(scope)
        else:
            assert answer.json()["code"] == "token-scope"
    assert allowed == NEEDED[method, resource]


@pytest.mark.requirement("XAPI-00327")
def test_mine_are_the_statements_of_ones_own_authority(lrs: Lrs) -> None:
    from api.tokens import create_token

    scopes = ("statements/write", "statements/read/mine")
    lrs.tokens["mine"] = create_token(lrs.institution.store, "a platform", scopes)
    verb = {"id": new_verb()}
    (own,) = lrs.post(statement(verb=verb), scope="mine").json()
    (other,) = lrs.stored(statement(verb=verb))

    def got(scope: str, **params: str) -> Any:
        return lrs.request("GET", "statements", params, scope=scope)

    shown = [one["id"] for one in got("mine", verb=verb["id"]).json()["statements"]]
    assert shown == [own]
    assert got("mine", statementId=own).json()["authority"]["name"] == "a platform"
    assert got("mine", statementId=other).status_code == 404
    assert got("statements/read", statementId=own).status_code == 200
    shown = [one["id"] for one in got("all/read", verb=verb["id"]).json()["statements"]]
    assert shown == [other, own]
    more = got("all/read", verb=verb["id"], limit="1").json()["more"].partition("more=")[2]
    assert [one["id"] for one in got("mine", more=more).json()["statements"]] == [own]


# --------------------------------------------------------------------------- browsers


def test_a_browser_may_ask_from_anywhere(lrs: Lrs) -> None:
    asked = {
        "Origin": "https://courses.example",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,x-experience-api-version,if-match",
    }
    preflight = lrs.client.options("/xapi/statements", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert {"PUT", "DELETE"} <= set(preflight.headers["access-control-allow-methods"].split(", "))
    headers = preflight.headers["access-control-allow-headers"].lower()
    assert set(asked["Access-Control-Request-Headers"].split(",")) <= set(headers.split(", "))
    answer = lrs.post({})
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert {"etag", "last-modified", VERSION.lower()} <= set(exposed.split(", "))
