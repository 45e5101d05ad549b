"""Data 2.4.6: contexts; 4.2.2.5 of IEEE 9274.1.1: context agents and context groups."""

from __future__ import annotations

import pytest

from ledger.core.xapi.context import AGENTS, GROUPS, RELEVANT
from ledger.core.xapi.versions import Version
from tests.xapi.samples import (
    ACCOUNT,
    ACTIVITY,
    AGENT,
    FULL,
    GONE,
    GROUP,
    MISSING,
    PLAIN,
    REFERENCE,
    TEAM,
    TOGETHER,
    TYPE,
    UNKNOWN,
    VALUE,
    accept,
    nested,
    refuse,
)

V1, V2 = (Version.V1,), (Version.V2,)
ACTIVITIES = "/context/contextActivities"
PLAYER = {"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["https://a.example/p"]}
SIDE = {"objectType": "contextGroup", "group": TEAM, "relevantTypes": ["https://a.example/s"]}
PEOPLE = {**PLAIN, "context": {"contextAgents": [PLAYER], "contextGroups": [SIDE]}}


@pytest.mark.requirement("XAPI-00084")
def test_revision_only_of_activities() -> None:
    for thing in (AGENT, TEAM, REFERENCE, nested(PLAIN)["object"]):
        of = {**PLAIN, "object": thing}
        top = thing["objectType"] == "SubStatement"
        refuse("XAPI-00084", "/context/revision", "3", code=TOGETHER, of=of, only_top=top)
    accept("/context", {"revision": "3"}, of=PLAIN)
    accept("/context", {"revision": "3"}, of={**PLAIN, "object": {"id": ACTIVITY["id"]}})


@pytest.mark.requirement("XAPI-00085")
def test_platform_only_of_activities() -> None:
    for thing in (AGENT, TEAM, REFERENCE, nested(PLAIN)["object"]):
        of = {**PLAIN, "object": thing}
        top = thing["objectType"] == "SubStatement"
        refuse("XAPI-00085", "/context/platform", "x", code=TOGETHER, of=of, only_top=top)
    accept("/context", {"platform": "x"}, of=PLAIN)


@pytest.mark.requirement("XAPI-00086")
def test_context_activities_are_an_object() -> None:
    refuse("XAPI-00086", ACTIVITIES, "x", 1, [ACTIVITY], code=TYPE)


@pytest.mark.requirement("XAPI-00087")
def test_registration() -> None:
    accept("/context/registration", REFERENCE["id"], REFERENCE["id"].upper())
    refuse("XAPI-00087", "/context/registration", {"key": "x"}, 12345, code=TYPE)
    refuse("XAPI-00087", "/context/registration", "x", f"{{{REFERENCE['id']}}}", code=VALUE)


@pytest.mark.requirement("XAPI-00087")
def test_instructor() -> None:
    """The same number stands for the instructor; it may be a Group."""
    accept("/context/instructor", AGENT, ACCOUNT, GROUP, TEAM)
    refuse("XAPI-00087", "/context/instructor", "x", 1, [AGENT], code=TYPE)
    refuse("XAPI-00010", "/context/instructor", {"key": "x"}, code=UNKNOWN,
           at="/context/instructor/key")  # fmt: skip


@pytest.mark.requirement("XAPI-00088")
def test_team() -> None:
    accept("/context/team", GROUP, TEAM)
    at = "/context/team/objectType"
    refuse("XAPI-00088", "/context/team", AGENT, code=VALUE, at=at)
    refuse("XAPI-00088", "/context/team", ACCOUNT, {"key": "x"}, code=MISSING, at=at)
    refuse("XAPI-00088", "/context/team", "x", 1, [TEAM], code=TYPE)


@pytest.mark.requirement("XAPI-00089")
def test_revision() -> None:
    refuse("XAPI-00089", "/context/revision", 12345, {"key": "x"}, code=TYPE)


@pytest.mark.requirement("XAPI-00090")
def test_platform() -> None:
    refuse("XAPI-00090", "/context/platform", 12345, {"key": "x"}, code=TYPE)


@pytest.mark.requirement("XAPI-00091")
def test_language() -> None:
    refuse("XAPI-00091", "/context/language", 12345, {"en": "x"}, code=TYPE)
    refuse("XAPI-00091", "/context/language", "something", "zh_CN", code=VALUE)


@pytest.mark.requirement("XAPI-00092")
def test_statement() -> None:
    place = "/context/statement"
    refuse("XAPI-00092", place, "x", REFERENCE["id"], code=TYPE)
    refuse("XAPI-00092", f"{place}/objectType", "SubStatement", "Activity", code=VALUE)
    refuse("XAPI-00072", f"{place}/id", GONE, code=MISSING)
    refuse("XAPI-00072", f"{place}/id", "x", REFERENCE["id"] + "8", code=VALUE)
    refuse("XAPI-00010", f"{place}/actor", AGENT, code=UNKNOWN)


@pytest.mark.requirement("XAPI-00093")
def test_kinds_of_context_activities() -> None:
    for kind in ("parent", "grouping", "category", "other"):
        accept(ACTIVITIES, {kind: [ACTIVITY]}, {kind: ACTIVITY}, {kind: []})
    refuse("XAPI-00010", f"{ACTIVITIES}/sibling", [ACTIVITY], code=UNKNOWN)


@pytest.mark.requirement("XAPI-00094")
def test_context_activities_are_activities() -> None:
    refuse("XAPI-00094", f"{ACTIVITIES}/parent", "x", 1, code=TYPE)
    refuse("XAPI-00094", f"{ACTIVITIES}/parent/0", "x", [ACTIVITY], code=TYPE)
    refuse("XAPI-00094", f"{ACTIVITIES}/parent/0", AGENT, REFERENCE, code=VALUE,
           at=f"{ACTIVITIES}/parent/0/objectType")  # fmt: skip
    refuse("XAPI-00010", f"{ACTIVITIES}/other/-", {"key": "x"}, code=UNKNOWN,
           at=f"{ACTIVITIES}/other/1/key")  # fmt: skip


@pytest.mark.requirement("XAPI-00095")
def test_no_context_activities() -> None:
    """The requirement was withdrawn in 2017; Data 2.4.6.2 allows all, any or none."""
    accept(ACTIVITIES, {})


@pytest.mark.requirement("2.0 4.2.2.5 contextAgents")
def test_context_agents() -> None:
    place = "/context/contextAgents"
    accept(place, [], [PLAYER], [PLAYER, {"objectType": "contextAgent", "agent": ACCOUNT}],
           of=PEOPLE, versions=V2)  # fmt: skip
    refuse(AGENTS, place, PLAYER, "x", code=TYPE, of=PEOPLE, versions=V2)
    first = f"{place}/0"
    refuse("XAPI-00006", first, "x", [PLAYER], code=TYPE, of=PEOPLE, versions=V2)
    refuse(AGENTS, f"{first}/objectType", GONE, code=MISSING, of=PEOPLE, versions=V2)
    refuse(AGENTS, f"{first}/objectType", "Agent", code=VALUE, of=PEOPLE, versions=V2)
    refuse(AGENTS, f"{first}/agent", GONE, code=MISSING, of=PEOPLE, versions=V2)
    refuse("XAPI-00031", f"{first}/agent", "x", code=TYPE, of=PEOPLE, versions=V2)
    refuse("XAPI-00010", f"{first}/agent/key", "x", code=UNKNOWN, of=PEOPLE, versions=V2)
    refuse("XAPI-00010", f"{first}/group", TEAM, code=UNKNOWN, of=PEOPLE, versions=V2)


@pytest.mark.requirement("2.0 4.2.2.5 contextGroups")
def test_context_groups() -> None:
    place = "/context/contextGroups"
    accept(place, [], [SIDE], [SIDE, {"objectType": "contextGroup", "group": GROUP}],
           of=PEOPLE, versions=V2)  # fmt: skip
    refuse(GROUPS, place, SIDE, "x", code=TYPE, of=PEOPLE, versions=V2)
    first = f"{place}/0"
    refuse(GROUPS, f"{first}/objectType", GONE, code=MISSING, of=PEOPLE, versions=V2)
    refuse(GROUPS, f"{first}/objectType", "Group", code=VALUE, of=PEOPLE, versions=V2)
    refuse(GROUPS, f"{first}/group", GONE, code=MISSING, of=PEOPLE, versions=V2)
    refuse("XAPI-00088", f"{first}/group", AGENT, code=VALUE, at=f"{first}/group/objectType",
           of=PEOPLE, versions=V2)  # fmt: skip
    refuse("XAPI-00010", f"{first}/member", [AGENT], code=UNKNOWN, of=PEOPLE, versions=V2)


@pytest.mark.requirement("2.0 4.2.2.5 relevantTypes")
@pytest.mark.parametrize("place", ["contextAgents", "contextGroups"])
def test_relevant_types(place: str) -> None:
    place = f"/context/{place}/0/relevantTypes"
    accept(place, GONE, ["urn:a:b"], of=PEOPLE, versions=V2)
    refuse(RELEVANT, place, [], code=VALUE, of=PEOPLE, versions=V2)
    refuse(RELEVANT, place, "urn:a:b", code=TYPE, of=PEOPLE, versions=V2)
    refuse("XAPI-00011", f"{place}/0", "abc", code=VALUE, of=PEOPLE, versions=V2)
    refuse("XAPI-00007", f"{place}/0", 1, {}, code=TYPE, of=PEOPLE, versions=V2)


@pytest.mark.requirement("2.0 4.2.2.5 contextAgents", "2.0 4.2.2.5 contextGroups")
def test_unknown_to_1_0_3() -> None:
    refuse("XAPI-00010", "/context/contextAgents", [PLAYER], [], code=UNKNOWN, versions=V1)
    refuse("XAPI-00010", "/context/contextGroups", [SIDE], code=UNKNOWN, of=FULL, versions=V1)
