"""Statements as hypothesis makes them: every kind of agent, object and context, valid in 2.0."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

Json = dict[str, Any]

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=6)
NUMBERS = st.integers(-9, 9) | st.sampled_from([0.5, -1.25, 1e20])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
LANGUAGES = st.sampled_from(["en", "en-US", "zh-CN", "zh-Hant-TW", "fr", "und"])
LANGUAGE_MAPS = st.dictionaries(LANGUAGES, TEXT, max_size=3)
EXTENSIONS = st.dictionaries(st.sampled_from(["x:a", "x:b", "x:c"]), VALUES, max_size=2)
UUIDS = st.integers(0, 3).map(lambda number: str(UUID(int=0xABCDEF << 64 | number, version=4)))
TIMES = st.sampled_from(["2026-11-23T08:00:00Z", "2026-11-23T16:00:00.5+08:00"])
IDENTIFIERS: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from(["a@b.cn", "c@d.cn", "E@f.cn"]).map(lambda box: {"mbox": f"mailto:{box}"}),
    st.sampled_from(["a" * 40, "0" * 40]).map(lambda text: {"mbox_sha1sum": text}),
    st.sampled_from(["https://id.example/1", "https://id.example/2"]).map(
        lambda iri: {"openid": iri}
    ),
    st.sampled_from(["1", "2", "a\nb"]).map(
        lambda name: {"account": {"homePage": "https://univ-a.example", "name": name}}
    ),
)


def joined(*parts: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """One object with the members of all."""
    return st.tuples(*parts).map(lambda made: {k: v for one in made for k, v in one.items()})


def some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """An object with any of these members."""
    return st.fixed_dictionaries({}, optional=members)


AGENTS = joined(IDENTIFIERS, some(name=TEXT, objectType=st.just("Agent")))
_GROUP = st.just({"objectType": "Group"})
GROUPS = joined(
    _GROUP,
    some(name=TEXT),
    st.fixed_dictionaries({"member": st.lists(AGENTS, min_size=1, max_size=3)}),
) | joined(_GROUP, IDENTIFIERS, some(name=TEXT, member=st.lists(AGENTS, max_size=3)))
ACTORS = AGENTS | GROUPS

COMPONENTS = st.lists(
    joined(
        st.fixed_dictionaries({"id": st.sampled_from(["a", "b", "c"])}),
        some(description=LANGUAGE_MAPS),
    ),
    max_size=3,
    unique_by=lambda one: one["id"],
)
DEFINITIONS = joined(
    some(
        name=LANGUAGE_MAPS,
        description=LANGUAGE_MAPS,
        type=st.sampled_from(["x:course", "x:video"]),
        moreInfo=st.just("https://univ-a.example/"),
        extensions=EXTENSIONS,
    ),
    st.just({})
    | joined(
        st.just({"interactionType": "choice"}),
        some(choices=COMPONENTS, correctResponsesPattern=st.lists(TEXT, max_size=2)),
    )
    | joined(st.just({"interactionType": "matching"}), some(source=COMPONENTS, target=COMPONENTS)),
)
ACTIVITIES = joined(
    st.fixed_dictionaries({"id": st.sampled_from(["x:1", "x:2", "x:3"])}),
    some(objectType=st.just("Activity"), definition=DEFINITIONS),
)
REFERENCES = st.builds(lambda id: {"objectType": "StatementRef", "id": id}, UUIDS)
VERBS = joined(
    st.fixed_dictionaries({"id": st.sampled_from(["x:did", "x:saw"])}), some(display=LANGUAGE_MAPS)
)
_CONTEXT_ACTIVITIES = ACTIVITIES | st.lists(ACTIVITIES, max_size=2)
CONTEXTS = some(
    registration=UUIDS,
    instructor=ACTORS,
    team=GROUPS,
    contextActivities=some(
        parent=_CONTEXT_ACTIVITIES, category=_CONTEXT_ACTIVITIES, other=_CONTEXT_ACTIVITIES
    ),
    contextAgents=st.lists(
        st.builds(lambda one: {"objectType": "contextAgent", "agent": one}, AGENTS), max_size=2
    ),
    contextGroups=st.lists(
        st.builds(lambda one: {"objectType": "contextGroup", "group": one}, GROUPS), max_size=2
    ),
    language=LANGUAGES,
    statement=REFERENCES,
    extensions=EXTENSIONS,
)
RESULTS = some(duration=st.sampled_from(["PT1M", "PT60S"]), success=st.booleans(),
               score=some(raw=NUMBERS), extensions=EXTENSIONS)  # fmt: skip
ATTACHMENTS = st.lists(
    joined(
        st.just({"usageType": "x:use", "contentType": "text/plain", "length": 1}),
        st.fixed_dictionaries(
            {"display": LANGUAGE_MAPS, "sha2": st.sampled_from(["ab" * 32, "cd" * 32])}
        ),
    ),
    max_size=2,
)


def _statements(objects: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return joined(
        st.fixed_dictionaries({"actor": ACTORS, "verb": VERBS, "object": objects}),
        some(context=CONTEXTS, result=RESULTS, timestamp=TIMES, attachments=ATTACHMENTS),
    )


PLAIN = _statements(ACTIVITIES | AGENTS.map(lambda one: {**one, "objectType": "Agent"}) | GROUPS
                    | REFERENCES)  # fmt: skip
STATEMENTS = PLAIN | _statements(PLAIN.map(lambda one: {**one, "objectType": "SubStatement"}))
