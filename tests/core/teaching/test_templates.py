"""Paths, rules and templates: xAPI Profiles 1.0, Structure 8 and 8.1."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.teaching.keeping import keeper
from ledger.core.teaching.paths import parse_path
from ledger.core.teaching.profile import profile_document
from ledger.core.teaching.records import check_against_profile, claims_profile
from ledger.core.teaching.rules import Rule, compile_rule
from ledger.core.teaching.templates import normalised
from ledger.core.teaching.vocabulary import PROFILE, TEMPLATES, VERSION
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from tests.core.teaching.made import good
from tests.core.xapi.made import VALUES

Json = dict[str, Any]

DOCUMENT: Json = {
    "a": {"b": [{"c": 1}, {"c": 2, "d": 3}, 4], "x:y/~": "v"},
    "e": None,
    "f": [],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [("", DOCUMENT)]),
        ("$.a.b[1].d", [("/a/b/1/d", 3)]),
        ("$.a['x:y/~']", [("/a/x:y~1~0", "v")]),
        ("$['a']['b'][0]['c']", [("/a/b/0/c", 1)]),
        ("$.a.b[*].c", [("/a/b/0/c", 1), ("/a/b/1/c", 2)]),
        ("$.a.b[0,2]", [("/a/b/0", {"c": 1}), ("/a/b/2", 4)]),
        ("$.a.b[1]['d', 'c']", [("/a/b/1/d", 3), ("/a/b/1/c", 2)]),
        ("$.a.b[0]['c', 'd']", [("/a/b/0/c", 1)]),
        ("$.a.b[1].*", [("/a/b/1/c", 2), ("/a/b/1/d", 3)]),
        ("$.e | $.a.b[2]", [("/e", None), ("/a/b/2", 4)]),
        ("$.f[*]|$.f[0]|$.g|$.a.b.c|$.a[0]|$.e.c|$.a.b[9]", []),
    ],
)
def test_path_finds(path: str, found: list[tuple[str, Any]]) -> None:
    assert parse_path(path).find(DOCUMENT) == found


NO_PATHS = [
    *("", "a.b", "$.", "$..a", "$.a[?(@.b)]", "$.a[(1)]", "$.a[-1]", "$.a[1:2]", "$.a[b]", "$.a b"),
    *("$.a[]", "$.a['b'", "$.a['b',1]", "$|", "$.a[1][", "$.a[0x1]", "$.ä"),
]


@pytest.mark.parametrize("path", NO_PATHS)
def test_path_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        parse_path(path)


@pytest.mark.parametrize(
    ("path", "pointer"),
    [("$.a.b", "/a/b"), ("$.a.b[*].c", "/a/b"), ("$.a['x/y']", "/a/x~1y"), ("$", "")],
)
def test_pointer_of_what_is_not_there(path: str, pointer: str) -> None:
    assert parse_path(path).pointer == pointer


# ------------------------------------------------------------------- rules


def _rule(**parts: Any) -> Rule:
    return compile_rule({"location": "$.v[*]", **parts})


KEPT = [
    ({"presence": "included"}, [1]),
    ({"presence": "excluded"}, []),
    ({"presence": "recommended"}, []),
    ({"presence": "recommended", "any": [1]}, []),
    ({"presence": "recommended", "all": [1]}, [1, 1]),
    ({"any": [1, 2]}, [3, 2]),
    ({"all": [1, 2]}, [1, 2, 1]),
    ({"all": [1]}, []),
    ({"none": [1]}, [2, True, "1"]),
    ({"none": [1]}, []),
    ({"any": [1], "all": [1, 2], "none": [2]}, [1]),
]
BROKEN: list[tuple[Json, list[Any], str]] = [
    ({"presence": "included"}, [], "/v"),
    ({"presence": "excluded"}, [None], "/v/0"),
    ({"presence": "recommended", "any": [1]}, [2], "/v/0"),
    ({"presence": "recommended", "all": [1]}, [1, 2], "/v/1"),
    ({"presence": "included", "any": [1]}, [], "/v"),
    ({"any": [1]}, [], "/v"),
    ({"any": [1]}, [True, "1"], "/v/0"),
    ({"all": [1, 2]}, [1, 3], "/v/1"),
    ({"none": [1]}, [2, 1], "/v/1"),
    ({"any": [1], "none": [2]}, [1, 2], "/v/1"),
]


@pytest.mark.parametrize(("parts", "values"), KEPT)
def test_rule_kept(parts: Json, values: list[Any]) -> None:
    assert _rule(**parts).broken({"v": values}) is None


@pytest.mark.parametrize(("parts", "values", "at"), BROKEN)
def test_rule_broken(parts: Json, values: list[Any], at: str) -> None:
    broken = _rule(**parts).broken({"v": values})
    assert broken is not None and broken[0] == at


SELECTED: list[tuple[Json, list[Any], str | None]] = [
    ({"all": [1]}, [], None),
    ({"all": [1]}, [{"t": 1}], None),
    ({"all": [1]}, [{"t": 1}, {}], "/v/1/t"),  # an unmatchable value
    ({"all": [1]}, [{"t": 2}], "/v/0/t"),
    ({"presence": "included"}, [], "/v"),
    ({"presence": "included"}, [{"t": 1}, {}], "/v/1/t"),
    ({"presence": "recommended", "all": [1]}, [{}], None),
    ({"presence": "recommended", "all": [1]}, [{"t": 1}, {}], "/v/1/t"),
    ({"presence": "excluded"}, [{}], None),
    ({"presence": "excluded"}, [{"t": 1}], "/v/0/t"),
    ({"none": [1]}, [{}], None),
    ({"any": [1]}, [{}, {"t": 1}], None),
]


@pytest.mark.parametrize(("parts", "values", "at"), SELECTED)
def test_rule_with_a_selector(parts: Json, values: list[Any], at: str | None) -> None:
    broken = _rule(selector="$.t", **parts).broken({"v": values})
    assert (broken and broken[0]) == at


def test_a_rule_asks_for_something() -> None:
    with pytest.raises(ValueError, match="asks for something"):
        _rule()


def _keeps(rule: Json, statement: Any) -> bool:
    """The table of Structure 8.1 word by word, for paths `$.v[*]` and selectors `$.t`."""
    located = statement["v"] if isinstance(statement.get("v"), list) else []
    matchable, unmatchable = located, 0
    if "selector" in rule:
        matchable = [one["t"] for one in located if isinstance(one, dict) and "t" in one]
        unmatchable = len(located) - len(matchable)
    texts = [repr(value) for value in matchable]  # in which True is not 1
    allowed = {name: [repr(value) for value in rule.get(name, ())] for name in rule}
    presence = rule.get("presence")
    if presence == "included" and (not matchable or unmatchable):
        return False
    if presence == "excluded":
        return not matchable
    if presence == "recommended" and not matchable:
        return True
    return (
        ("any" not in rule or any(text in allowed["any"] for text in texts))
        and ("all" not in rule or (not unmatchable and set(texts) <= set(allowed["all"])))
        and ("none" not in rule or not set(texts) & set(allowed["none"]))
    )


_SCALARS = st.sampled_from([0, 1, True, False, "a", "b", None])
_RULES = st.fixed_dictionaries(
    {"location": st.just("$.v[*]")},
    optional={
        "selector": st.just("$.t"),
        "presence": st.sampled_from(["included", "excluded", "recommended"]),
        "any": st.lists(_SCALARS, min_size=1, max_size=3),
        "all": st.lists(_SCALARS, min_size=1, max_size=3),
        "none": st.lists(_SCALARS, min_size=1, max_size=3),
    },
).filter(lambda rule: rule.keys() & {"presence", "any", "all", "none"})
_STATEMENTS = st.fixed_dictionaries(
    {},
    optional={
        "v": st.lists(_SCALARS | st.fixed_dictionaries({}, optional={"t": _SCALARS}), max_size=3)
        | _SCALARS
    },
)


@given(_RULES, _STATEMENTS)
def test_rules_follow_the_table(rule: Json, statement: Json) -> None:
    assert (compile_rule(rule).broken(statement) is None) == _keeps(rule, statement)


_LOCATIONS = ["$.v", "$.v[*]", "$.v[1]", "$.v.t", "$.v.t[*]", "$.w", "$.v|$.w", "$", "$.*"]
_LOCATIONS += ["$.v[0,1]", "$.v[*].t", "$.v['t','u']"]
_ANY_RULES = st.fixed_dictionaries(
    {"location": st.sampled_from(_LOCATIONS)},
    optional={
        "selector": st.sampled_from(["$.t", "$.t.u", "$", "$.*", "$.t|$.u"]),
        "presence": st.sampled_from(["included", "excluded", "recommended"]),
        **dict.fromkeys(("any", "all", "none"), st.lists(_SCALARS, min_size=1, max_size=3)),
    },
).filter(lambda rule: rule.keys() & {"presence", "any", "all", "none"})
_ANY_STATEMENTS = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["v", "w", "t", "u"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(_ANY_RULES, max_size=4), _ANY_STATEMENTS)
def test_the_quick_look_is_that_of_the_rules(rules: list[Json], statement: Any) -> None:
    ready = [compile_rule(rule) for rule in rules]
    kept = all(rule.broken(statement) is None for rule in ready)
    assert keeper(ready)(statement) is kept


# ------------------------------------------------------------------- the profile's templates


@pytest.mark.parametrize("optional", [True, False])
@pytest.mark.parametrize("name", TEMPLATES)
def test_good_statements_are_statements_and_keep_their_template(name: str, optional: bool) -> None:
    statement = good(name, optional)
    for version in Version:
        check_statement(statement, version)
    before = deepcopy(statement)
    assert claims_profile(statement)
    assert check_against_profile(statement) == name
    assert statement == before


BREAKABLE = [
    (template["id"].rpartition("/")[2], rule)
    for template in profile_document()["templates"]
    for rule in template["rules"]
    if rule.keys() & {"any", "all", "none"} or rule["presence"] != "recommended"
    if rule["location"] != "$.object.objectType"  # which tells the template
]


def _change(statement: Json, pointer: str, change: Any) -> None:
    keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    place: Any = statement
    for key in keys[:-1]:
        place = place.setdefault(key, {})
    if change is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = change(place.get(keys[-1]))


def _break(statement: Json, rule: Json) -> None:
    """Change the statement so that it breaks the rule and none before it."""
    location, at = rule["location"], parse_path(rule["location"]).pointer
    if rule.get("presence") == "included":
        _change(statement, at, None)
    elif rule.get("presence") != "excluded":
        wrong = [{"id": "x:1"}] if location.endswith("[*]") else rule.get("none", ["other"])[0]
        _change(statement, at, lambda _: wrong)
    elif location.endswith("[1]"):
        _change(statement, at, lambda given: given * 2)
    else:
        _change(statement, at, lambda _: [{"id": "x:1"}] if location.endswith("[*]") else {})


@pytest.mark.parametrize(("name", "rule"), BREAKABLE)
def test_every_rule_can_be_broken_and_is_seen(name: str, rule: Json) -> None:
    statement = good(name)
    _break(statement, rule)
    with pytest.raises(BadEvidence) as caught:
        check_against_profile(statement)
    found = caught.value
    assert (found.code, found.detail["template"]) == ("teaching-template", name)
    assert found.detail["location"] == rule["location"]
    assert found.detail["pointer"].startswith(parse_path(rule["location"]).pointer)
    assert found.zh != found.en and "…" not in found.zh + found.en


def test_breakable_rules_are_many() -> None:
    assert len(BREAKABLE) > 200


# ------------------------------------------------------------------- the claim


@pytest.mark.parametrize(
    "category", [[], [{"id": "https://w3id.org/xuezheng/xapi/teachings/v1.0"}], [{"id": 3}], "x", 4]
)
def test_other_categories_claim_nothing(category: Any) -> None:
    statement = good("award-won")
    statement["context"]["contextActivities"]["category"] = category
    assert not claims_profile(statement)
    with pytest.raises(BadEvidence) as caught:
        check_against_profile(statement)
    assert caught.value.code == "teaching-version"


@pytest.mark.parametrize("claim", [PROFILE, f"{PROFILE}/v0.9", f"{PROFILE}/", f"{VERSION}/x"])
def test_unknown_versions_are_claims_and_refused(claim: str) -> None:
    for category in ([{"id": claim}], [{"id": VERSION}, {"id": claim}], {"id": claim}):
        statement = good("award-won")
        statement["context"]["contextActivities"]["category"] = category
        assert claims_profile(statement)
        with pytest.raises(BadEvidence) as caught:
            check_against_profile(statement)
        assert caught.value.code == "teaching-version"
        assert caught.value.detail["found"] == claim


@pytest.mark.parametrize("name", TEMPLATES)
def test_lone_activities_count_as_lists(name: str) -> None:
    statement = good(name)
    around = statement["context"]["contextActivities"]
    around |= {where: given[0] for where, given in around.items()}
    assert claims_profile(statement) and check_against_profile(statement) == name
    assert normalised(statement) == good(name)
    assert normalised(good(name)) == good(name)


def test_verb_and_object_of_no_template() -> None:
    for part, change in (
        ("verb", {"id": "http://adlnet.gov/expapi/verbs/attended"}),
        ("verb", {"id": ["x"]}),
        ("verb", "attended"),
        ("object", {"objectType": "StatementRef", "id": "6b2f0c1e-7d0a-4d5e-9a51-3f0f6a1c2b7d"}),
        ("object", {"id": "x:1", "definition": {"type": "x:\ud800"}}),
        ("object", None),
    ):
        statement = {**good("award-won"), part: change}
        with pytest.raises(BadEvidence) as caught:
            check_against_profile(statement)
        assert caught.value.code == "teaching-no-template"
        assert caught.value.en.encode("utf-8")


def test_an_activity_without_type_is_no_reference() -> None:
    for definition in ({"type": ""}, {}):
        statement = good("record-verified")
        statement["object"] = {"id": "x:1", "definition": definition}
        with pytest.raises(BadEvidence) as caught:
            check_against_profile(statement)
        assert caught.value.code == "teaching-no-template"


@given(VALUES)
def test_any_value_is_no_claim(value: Any) -> None:
    assert not claims_profile(value)
    assert not claims_profile({"context": value})
    assert not claims_profile({"context": {"contextActivities": {"category": value}}})


# ------------------------------------------------------------------- the page


def _block(name: str) -> Any:
    page = (Path(__file__).parents[3] / "docs" / "spec" / "teaching-profile.md").read_text("utf-8")
    found = re.search(rf"^```json {name}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert found is not None
    return json.loads(found[1])


def test_worked_example() -> None:
    assert _block("template") in profile_document()["templates"]
    statement = good("plan-uploaded")
    statement["context"]["contextActivities"]["parent"] *= 2
    with pytest.raises(BadEvidence) as caught:
        check_against_profile(statement)
    assert {"code": caught.value.code, **caught.value.detail} == _block("refusal")
