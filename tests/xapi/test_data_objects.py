"""Data 2.4.3 and 2.4.4: verbs, Activities, Agents, references and SubStatements as objects."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.xapi.interactions import COMPONENTS, TYPES
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
    SHA1,
    TEAM,
    TOGETHER,
    TYPE,
    UNKNOWN,
    VALUE,
    VERB,
    accept,
    nested,
    refuse,
)

DEFINITION = "/object/definition"
NO_IRI = "ab=c://should.fail.example"
PARTS = [{"id": "a"}, {"id": "b", "description": {"en": "B"}}]


def interaction(kind: str, **more: Any) -> dict[str, Any]:
    """A statement about an interaction of that type, with its lists of components."""
    lists = dict.fromkeys(TYPES[kind], PARTS)
    definition = {"interactionType": kind, "correctResponsesPattern": ["x"], **lists, **more}
    return {**PLAIN, "object": {**ACTIVITY, "definition": definition}}


@pytest.mark.requirement("XAPI-00044")
def test_id_of_a_verb() -> None:
    accept("/verb/id", "http://example.com/فعل/خواندن", "urn:x:y", "http://[::1]:80/?a=b/?#c")
    refuse("XAPI-00044", "/verb/id", GONE, code=MISSING)
    refuse(
        "XAPI-00044", "/verb/id", NO_IRI, "http://a b", "http://a/%zz", "http://[x]/", code=VALUE
    )
    refuse("XAPI-00044", "/verb/id", 1, {}, code=TYPE)
    refuse("XAPI-00006", "/verb", NO_IRI, [VERB], code=TYPE)


@pytest.mark.requirement("XAPI-00045")
def test_display_of_a_verb() -> None:
    accept("/verb", {"id": VERB["id"]})
    accept("/verb/display", {}, {"en": ""}, {"zh-Hans": "答", "en": "answered"})
    refuse("XAPI-00045", "/verb/display", 12345, "a12345 attended", ["x"], code=TYPE)
    refuse("XAPI-00045", "/verb/display/en", 1, ["x"], {}, code=TYPE)


@pytest.mark.requirement("XAPI-00046")
def test_kind_of_an_object() -> None:
    accept("/object", ACTIVITY, AGENT, GROUP, TEAM, REFERENCE, of=PLAIN)
    for kind in ("activity", "agent", "group", "statementref", "substatement"):
        refuse("XAPI-00009", "/object/objectType", kind, code=VALUE)
    refuse("XAPI-00046", "/object/objectType", "Verb", "", code=VALUE)
    refuse("XAPI-00046", "/object/objectType", 1, {}, code=TYPE)
    refuse("XAPI-00006", "/object", "x", [ACTIVITY], code=TYPE)


@pytest.mark.requirement("XAPI-00047")
def test_id_of_an_activity() -> None:
    accept("/object", {"id": "course-v1:FUN-MOOC+00002+session01"})
    refuse("XAPI-00047", "/object/id", GONE, code=MISSING)
    refuse("XAPI-00047", "/object/id", NO_IRI, "http://a/<b>", code=VALUE)
    refuse("XAPI-00047", "/object/id", 1, code=TYPE)
    refuse("XAPI-00047", "/context/contextActivities/parent/0/id", GONE, code=MISSING)


@pytest.mark.requirement("XAPI-00048")
def test_definition() -> None:
    accept(DEFINITION, {})
    refuse("XAPI-00048", DEFINITION, "should error", 1, [], code=TYPE)
    refuse("XAPI-00010", f"{DEFINITION}/title", "x", code=UNKNOWN)


@pytest.mark.requirement("XAPI-00049")
def test_interaction_types() -> None:
    place = f"{DEFINITION}/interactionType"
    for kind in TYPES:
        accept("/object", interaction(kind)["object"])
    refuse("XAPI-00049", place, "http://x.example/choice", "essay", "", code=VALUE)
    refuse("XAPI-00049", place, 12345, {"a": "b"}, code=TYPE)
    assert sorted(TYPES) == [
        "choice", "fill-in", "likert", "long-fill-in", "matching", "numeric", "other",
        "performance", "sequencing", "true-false",
    ]  # fmt: skip


@pytest.mark.requirement("XAPI-00050")
def test_correct_responses() -> None:
    place = f"{DEFINITION}/correctResponsesPattern"
    accept(place, [], [""], ["{case_matters=false}{lang=en}x", "[:]4"])
    refuse("XAPI-00050", place, {"a": "b"}, "x", 1, code=TYPE)
    refuse("XAPI-00050", place, [{"a": "b"}], [12345], [["x"]], code=TYPE, at=f"{place}/0")


@pytest.mark.requirement("XAPI-00051", "XAPI-00052", "XAPI-00053", "XAPI-00054", "XAPI-00055")
@pytest.mark.parametrize("name", COMPONENTS)
def test_lists_of_components(name: str) -> None:
    """Each kind of list stands only in the types of interaction that know it."""
    place, rule = f"{DEFINITION}/{name}", COMPONENTS[name]
    for kind, known in TYPES.items():
        sample = interaction(kind)
        if name in known:
            accept(place, PARTS, [], GONE, of=sample)
            refuse(rule, place, PARTS[0], "x", 1, code=TYPE, of=sample)
        else:
            refuse(rule, place, PARTS, [], code=TOGETHER, of=sample)


@pytest.mark.requirement("XAPI-00056")
def test_name_of_an_activity() -> None:
    accept(f"{DEFINITION}/name", {}, {"en-GB": "x"})
    refuse("XAPI-00056", f"{DEFINITION}/name", 12345, "x", [], code=TYPE)


@pytest.mark.requirement("XAPI-00057")
def test_extensions_of_an_activity() -> None:
    place = f"{DEFINITION}/extensions"
    refuse("XAPI-00057", place, "x", 1, [], code=TYPE)
    refuse("XAPI-00118", place, {"id": "a"}, code=VALUE, at=f"{place}/id")


@pytest.mark.requirement("XAPI-00058")
@pytest.mark.parametrize("name", COMPONENTS)
def test_ids_of_components(name: str) -> None:
    kind = next(kind for kind, known in TYPES.items() if name in known)
    place, sample = f"{DEFINITION}/{name}", interaction(kind)
    accept(f"{place}/0/id", "", "a b", of=sample)
    refuse("XAPI-00058", f"{place}/0/id", GONE, code=MISSING, of=sample)
    refuse("XAPI-00058", f"{place}/0/id", 1, {}, ["a"], code=TYPE, of=sample)
    refuse("XAPI-00058", f"{place}/0/id", "b", code=VALUE, at=f"{place}/1/id", of=sample)


@pytest.mark.requirement("XAPI-00058")
def test_the_same_id_in_two_lists() -> None:
    accept("/object", interaction("matching", source=PARTS, target=PARTS)["object"])


@pytest.mark.requirement("XAPI-00059")
def test_description_of_an_activity() -> None:
    accept(f"{DEFINITION}/description", {}, {"en-GB": "x"})
    refuse("XAPI-00059", f"{DEFINITION}/description", 12345, "x", [], code=TYPE)


@pytest.mark.requirement("XAPI-00060")
def test_type_of_an_activity() -> None:
    refuse("XAPI-00060", f"{DEFINITION}/type", NO_IRI, "http://a b", code=VALUE)
    refuse("XAPI-00060", f"{DEFINITION}/type", 1, code=TYPE)


@pytest.mark.requirement("XAPI-00061")
def test_more_info() -> None:
    refuse("XAPI-00061", f"{DEFINITION}/moreInfo", NO_IRI, "http://a b", code=VALUE)
    refuse("XAPI-00061", f"{DEFINITION}/moreInfo", 1, code=TYPE)
    refuse("XAPI-00008", f"{DEFINITION}/moreinfo", "http://a/", code=UNKNOWN)


@pytest.mark.requirement("XAPI-00062")
def test_descriptions_of_components() -> None:
    place = f"{DEFINITION}/choices/0/description"
    accept(place, {}, {"ja": "木"})
    refuse("XAPI-00062", place, "x", 1, [], code=TYPE)
    refuse("XAPI-00121", f"{place}/a12345678", "x", code=VALUE)


@pytest.mark.requirement("XAPI-00063")
@pytest.mark.parametrize("name", COMPONENTS)
def test_components_are_objects(name: str) -> None:
    kind = next(kind for kind, known in TYPES.items() if name in known)
    place = f"{DEFINITION}/{name}/0"
    refuse("XAPI-00063", place, "x", 1, [{"id": "a"}], code=TYPE, of=interaction(kind))
    refuse("XAPI-00010", f"{place}/name", "x", code=UNKNOWN, of=interaction(kind))


@pytest.mark.requirement("XAPI-00064")
@pytest.mark.parametrize("kind", TYPES)
def test_interactions_name_their_type(kind: str) -> None:
    refuse("XAPI-00064", f"{DEFINITION}/interactionType", GONE, code=MISSING, of=interaction(kind))
    for name in COMPONENTS:
        accept(DEFINITION, {"interactionType": kind})
        alone = {name: PARTS}
        refuse("XAPI-00064", DEFINITION, alone, code=MISSING, at=f"{DEFINITION}/interactionType")


@pytest.mark.requirement("XAPI-00065")
def test_agents_as_objects_say_so() -> None:
    for actor in (AGENT, GROUP, TEAM, {"objectType": "Agent", **ACCOUNT}):
        accept("/object", actor, of=PLAIN)
        bare = {key: value for key, value in actor.items() if key != "objectType"}
        refuse("XAPI-00065", "/object", bare, code=MISSING, at="/object/objectType", of=PLAIN)
    both = {"objectType": "Agent", **SHA1, **ACCOUNT}
    refuse("XAPI-00034", "/object", both, code=TOGETHER, at="/object/account", of=PLAIN)


@pytest.mark.requirement("XAPI-00066")
def test_substatements_keep_the_rules_of_statements() -> None:
    """Every other test of these files tries its change in a SubStatement too."""
    accept("/attachments", GONE)
    for name, rule in (("actor", "XAPI-00003"), ("verb", "XAPI-00004"), ("object", "XAPI-00005")):
        sub = {"objectType": "SubStatement", **PLAIN}
        del sub[name]
        top = {**PLAIN, "object": sub}
        refuse(rule, "/actor", AGENT, code=MISSING, at=f"/object/{name}", of=top, only_top=True)


@pytest.mark.requirement("XAPI-00067", "XAPI-00068", "XAPI-00069", "XAPI-00070")
@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("authority", "XAPI-00067"),
        ("version", "XAPI-00068"),
        ("stored", "XAPI-00069"),
        ("id", "XAPI-00070"),
    ],
)
def test_what_substatements_never_have(name: str, rule: str) -> None:
    place, value = f"/object/{name}", FULL[name]
    refuse(rule, place, value, code=TOGETHER, of=nested(PLAIN), only_top=True)


@pytest.mark.requirement("XAPI-00071")
def test_no_substatement_in_another() -> None:
    inner = nested(PLAIN)["object"]
    at = "/object/object/objectType"
    top = nested(PLAIN)
    refuse("XAPI-00071", "/object/object", inner, code=VALUE, at=at, of=top, only_top=True)


@pytest.mark.requirement("XAPI-00072")
def test_ids_of_references() -> None:
    of = {**PLAIN, "object": REFERENCE}
    accept("/object/id", REFERENCE["id"].upper(), of=of)
    refuse("XAPI-00072", "/object/id", GONE, code=MISSING, of=of)
    refuse("XAPI-00072", "/object/id", "x", REFERENCE["id"][1:], code=VALUE, of=of)
    refuse("XAPI-00072", "/object/id", 1, {}, code=TYPE, of=of)
    refuse("XAPI-00010", "/object/definition", {}, code=UNKNOWN, of=of)


@pytest.mark.requirement("XAPI-00073")
def test_statements_as_objects_say_so() -> None:
    refuse("XAPI-00009", "/object", {**REFERENCE, "objectType": "statementref"}, code=VALUE,
           at="/object/objectType", of=PLAIN)  # fmt: skip
    bare = {"id": REFERENCE["id"]}
    refuse("XAPI-00011", "/object", bare, code=VALUE, at="/object/id", of=PLAIN)
    refuse("XAPI-00073", "/object", PLAIN, code=MISSING, at="/object/objectType", of=PLAIN)
    refuse("XAPI-00073", "/context/statement/objectType", GONE, code=MISSING)
