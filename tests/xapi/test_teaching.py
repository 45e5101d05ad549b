"""Statements that claim the teaching profile, through the door for all statements."""

from __future__ import annotations

import json
from typing import Any

from api.xapi.statements import MAX_STATEMENT
from ledger.core.teaching.envelope import MAX_SUBMITTED, parse_envelope
from tests.core.teaching.made import good
from tests.xapi.world import Lrs, new_id, statement, voiding

Json = dict[str, Any]


def teaching(name: str = "session-delivered") -> Json:
    return {**good(name), "id": new_id()}


def sizes(lrs: Lrs) -> tuple[int, int]:
    store = lrs.institution.store
    return store.size("learning"), store.size("teaching")


def test_one_request_fills_both_streams(lrs: Lrs) -> None:
    learning, before = sizes(lrs)
    first, second = teaching(), teaching()
    ids = lrs.stored([first, statement(id=new_id()), second])
    assert ids[0::2] == [first["id"], second["id"]]
    assert sizes(lrs) == (learning + 1, before + 2)
    found = []
    for index in (before, before + 1):
        kept = lrs.institution.store.payload("teaching", index)
        assert kept is not None
        found.append(parse_envelope(kept[1]))
    assert [one.id for one in found] == [first["id"], second["id"]]
    assert found[1].number == found[0].number + 1
    assert found[1].previous == before
    assert found[0].authority["account"]["name"] == lrs.tokens["xapi"][0]


def test_it_is_read_as_it_was_submitted(lrs: Lrs) -> None:
    """No filter and no format knows of the envelope."""
    one = teaching()
    lrs.stored(one)
    shown = lrs.one(one["id"])
    assert {**shown, "authority": 0, "stored": 0, "version": 0} == {
        **one, "authority": 0, "stored": 0, "version": 0,
    }  # fmt: skip
    assert one["id"] in lrs.ids(agent=one["actor"], verb=one["verb"]["id"])
    assert lrs.put(one["id"], one).status_code == 204
    assert lrs.put(one["id"], {**one, "timestamp": "2026-09-22T08:00:00Z"}).status_code == 409


def test_a_broken_template_is_told_with_its_place(lrs: Lrs) -> None:
    before = sizes(lrs)
    bad = teaching()
    del bad["context"]["platform"]
    answer = lrs.post([statement(), bad])
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, "teaching-template")
    assert told["pointer"].startswith("/1/context/platform")
    assert sizes(lrs) == before
    alone = lrs.put(bad["id"], bad)
    assert alone.json()["pointer"].startswith("/context/platform")


def test_it_can_be_voided(lrs: Lrs) -> None:
    one = teaching()
    lrs.stored(one)
    lrs.stored(voiding(one["id"]))
    assert lrs.get(statementId=one["id"]).status_code == 404
    assert lrs.get(voidedStatementId=one["id"]).json()["id"] == one["id"]


def test_one_that_no_envelope_holds(lrs: Lrs) -> None:
    """Also where only its canonical form is too long: numbers of five bytes with 21 digits."""
    assert MAX_STATEMENT == MAX_SUBMITTED
    long = teaching()
    long["context"]["extensions"] = {
        **long["context"].get("extensions", {}), "https://lms.example/x": [1e20] * 60_000
    }  # fmt: skip
    body = json.dumps(long).replace("1e+20", "1e20").encode()
    assert len(body) < MAX_STATEMENT
    answer = lrs.request(
        "POST", "statements", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "teaching-size")
