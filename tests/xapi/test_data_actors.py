"""Data 2.4.2: Agents, Groups and what identifies them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from ledger.core.xapi.agents import check_agent
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from tests.xapi.samples import (
    ACCOUNT,
    AGENT,
    BOTH,
    GONE,
    GROUP,
    MISSING,
    OPENID,
    PLAIN,
    SHA1,
    TEAM,
    TOGETHER,
    TYPE,
    UNKNOWN,
    VALUE,
    accept,
    refuse,
)

ACTORS = ["/actor", "/authority", "/context/instructor"]
IDENTIFIERS: list[dict[str, Any]] = [{"mbox": AGENT["mbox"]}, SHA1, OPENID, ACCOUNT]


@pytest.mark.requirement("XAPI-00031")
def test_kind_of_an_actor() -> None:
    accept("/actor", AGENT, GROUP, TEAM, ACCOUNT)
    for place in ACTORS[::2]:
        refuse("XAPI-00009", f"{place}/objectType", "agent", code=VALUE)
    refuse("XAPI-00031", "/actor/objectType", "Person", "Activity", "", code=VALUE)
    refuse("XAPI-00087", "/context/instructor/objectType", "Person", code=VALUE)
    refuse("XAPI-00031", "/actor", "Li Lei", [AGENT], code=TYPE)


@pytest.mark.requirement("XAPI-00032")
@pytest.mark.parametrize("place", ["/actor", "/authority"])
def test_kind_is_a_string(place: str) -> None:
    rule = "XAPI-00024" if place == "/authority" else "XAPI-00031"
    refuse(rule, f"{place}/objectType", 123, {"key": "value"}, ["Agent"], True, code=TYPE)


@pytest.mark.requirement("XAPI-00033")
@pytest.mark.parametrize("place", [*ACTORS, "/context/team"])
def test_name_is_a_string(place: str) -> None:
    accept(f"{place}/name", "", "韩梅梅", "𠮷")
    refuse("XAPI-00033", f"{place}/name", 123, {"en": "x"}, ["x"], False, code=TYPE)


@pytest.mark.requirement("XAPI-00034")
@pytest.mark.parametrize("place", ACTORS)
def test_exactly_one_identifier_of_an_agent(place: str) -> None:
    accept(place, *IDENTIFIERS)
    refuse("XAPI-00034", place, {"objectType": "Agent"}, {"name": "x"}, {}, code=MISSING,
           at=f"{place}/mbox")  # fmt: skip
    for one, other in combinations(IDENTIFIERS, 2):
        (second,) = other
        refuse("XAPI-00034", place, {**one, **other}, code=TOGETHER, at=f"{place}/{second}")


@pytest.mark.requirement("XAPI-00035")
def test_members_only_in_groups() -> None:
    for place in ACTORS:
        agent = {**AGENT, "member": [ACCOUNT]}
        refuse("XAPI-00035", place, agent, code=TOGETHER, at=f"{place}/member")
    group = {"member": [AGENT]}
    refuse("XAPI-00035", "/actor", group, code=TOGETHER, at="/actor/member")


@pytest.mark.requirement("XAPI-00036")
@pytest.mark.parametrize("place", ["/actor", "/context/instructor", "/context/team"])
def test_members_are_agents(place: str) -> None:
    accept(place, {**TEAM, "member": []}, {**TEAM, "member": IDENTIFIERS})
    for member in (AGENT, "x", 1):
        group = {**GROUP, "member": member}
        refuse("XAPI-00036", place, group, code=TYPE, at=f"{place}/member")
    inner = {**GROUP, "member": [AGENT, TEAM]}
    refuse("XAPI-00031", place, inner, code=VALUE, at=f"{place}/member/1/objectType")
    inner = {**GROUP, "member": [{"name": "x"}]}
    refuse("XAPI-00034", place, inner, code=MISSING, at=f"{place}/member/0/mbox")


@pytest.mark.requirement("XAPI-00037")
@pytest.mark.parametrize("place", ["/actor", "/context/instructor", "/context/team"])
def test_groups_are_identified_or_have_members(place: str) -> None:
    kind = {"objectType": "Group"}
    accept(place, *({**kind, **one} for one in IDENTIFIERS), GROUP)
    for empty in (kind, {**kind, "name": "x"}, {**kind, "member": []}):
        refuse("XAPI-00037", place, empty, code=MISSING, at=f"{place}/member")
    for one, other in combinations(IDENTIFIERS, 2):
        (second,) = other
        group = {**GROUP, **one, **other}
        refuse("XAPI-00037", place, group, code=TOGETHER, at=f"{place}/{second}")


@pytest.mark.requirement("XAPI-00038")
def test_mbox() -> None:
    for right in (
        "a@b",
        "a.b+c@d-e.example",
        "学生@大学.example",
        "a%22b@x.example",
        "o'n@x.example",
    ):
        accept("/actor/mbox", f"mailto:{right}")
    for wrong in (
        "mailto:should.fail.example",
        "http://should.fail.example",
        "li.lei@univ-a.example",
        "mailto:",
        "mailto:@b.example",
        "mailto:a@",
        "mailto:a@b@c",
        "mailto:a b@c.example",
        "mailto:.a@c.example",
        "mailto:a..b@c.example",
        "mailto:a@c..example",
        "mailto:a@-c.example",
        "mailto:a@c.example?subject=x",
        "mailto:a@c.example,b@c.example",
        "mailto:a%@c.example",
        "MAILTO:a@c.example",
        "mailto:a@c.example\n",
    ):
        refuse("XAPI-00038", "/actor/mbox", wrong, code=VALUE)
    refuse("XAPI-00038", "/actor/mbox", 1, ["mailto:a@b"], code=TYPE)


@pytest.mark.requirement("XAPI-00039")
def test_mbox_sha1sum() -> None:
    digest = SHA1["mbox_sha1sum"]
    accept("/actor", SHA1, {"mbox_sha1sum": digest.upper()})
    at = "/actor/mbox_sha1sum"
    for wrong in (digest[1:], digest + "0", "g" + digest[1:], "", digest + "\n"):
        refuse("XAPI-00039", "/actor", {"mbox_sha1sum": wrong}, code=VALUE, at=at)
    for other in ({"key": "value"}, 123, True):
        refuse("XAPI-00039", "/actor", {"mbox_sha1sum": other}, code=TYPE, at=at)


@pytest.mark.requirement("XAPI-00040")
def test_openid() -> None:
    accept("/actor", {"openid": "https://x.example/a?b#c"}, {"openid": "xri:x"})
    at = "/actor/openid"
    for wrong in ("ab=c://should.fail.example", "x.example", "", "https://x.example/学", "a: b"):
        refuse("XAPI-00040", "/actor", {"openid": wrong}, code=VALUE, at=at)
    refuse("XAPI-00040", "/actor", {"openid": 1}, {"openid": {}}, code=TYPE, at=at)


@pytest.mark.requirement("XAPI-00041")
def test_account() -> None:
    refuse("XAPI-00041", "/authority/account", "x", 1, [], code=TYPE)
    refuse("XAPI-00010", "/authority/account/id", "x", code=UNKNOWN)


@pytest.mark.requirement("XAPI-00042")
def test_home_page_of_an_account() -> None:
    for place in ("/authority/account/homePage", "/context/team/account/homePage"):
        refuse("XAPI-00042", place, GONE, code=MISSING)
        refuse("XAPI-00042", place, "ab=c://should.fail.example", "http://a b", code=VALUE)
        refuse("XAPI-00042", place, 1, {}, code=TYPE)


@pytest.mark.requirement("XAPI-00043")
def test_name_of_an_account() -> None:
    for place in ("/authority/account/name", "/context/team/account/name"):
        accept(place, "", "学号 1")
        refuse("XAPI-00043", place, GONE, code=MISSING)
        refuse("XAPI-00043", place, 1, {"key": "x"}, True, code=TYPE)


@pytest.mark.requirement("XAPI-00012")
@pytest.mark.parametrize("version", BOTH)
def test_agents_in_parameters(version: Version) -> None:
    """Who can be asked for is identified: an anonymous Group is nobody's name."""
    for right in (AGENT, *IDENTIFIERS, TEAM):
        assert check_agent(right, version) is right
    wrong: list[Any] = [GROUP, {}, [], "x", None, {"mbox": "x"}, PLAIN, {**AGENT, "x": 1}]
    for value in wrong:
        with pytest.raises(BadEvidence) as caught:
            check_agent(value, version, "/agent")
        assert caught.value.detail["pointer"].startswith("/agent")
