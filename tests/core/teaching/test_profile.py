"""The profile: what is published is what the tables say, and it is a valid xAPI profile."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from ledger.core.canonical import parse_json
from ledger.core.teaching.profile import profile_bytes, profile_document
from ledger.core.teaching.vocabulary import (
    FIELDS,
    PROFILE,
    TEMPLATES,
    TYPES,
    VERSION,
    VERSIONS,
    Kind,
)
from ledger.core.xapi.values import check_iri
from ledger.errors import BadEvidence
from tests.core.teaching.profile_validator import validate

PUBLISHED = Path(__file__).parents[3] / "docs" / "spec" / "teaching-profile.jsonld"
Json = dict[str, Any]


def test_the_published_document_is_what_the_tables_say() -> None:
    assert PUBLISHED.read_bytes() == profile_bytes(), "write profile_bytes() there anew"
    assert parse_json(profile_bytes()) == profile_document()


def test_it_is_a_valid_profile() -> None:
    validate(profile_document())


def _delete(*keys: Any) -> Callable[[Json], None]:
    def change(document: Any) -> None:
        for key in keys[:-1]:
            document = document[key]
        del document[keys[-1]]

    return change


def _set(*keys: Any) -> Callable[[Json], None]:
    def change(document: Any) -> None:
        for key in keys[:-2]:
            document = document[key]
        document[keys[-2]] = keys[-1]

    return change


BROKEN = {
    "no-author": _delete("author"),
    "no-words": _delete("concepts", 0, "definition"),
    "other-context": _set("@context", "https://w3id.org/xapi/other"),
    "other-specification": _set("conformsTo", "https://w3id.org/xapi/profiles#0.9"),
    "empty": _set("prefLabel", {}),
    "null": _set("concepts", 3, "prefLabel", "en", None),
    "unknown-property": _set("colour", "red"),
    "no-iri": _set("concepts", 0, "id", "course run"),
    "term-of-no-kind": _set("concepts", 0, "type", "Noun"),
    "related-though-alive": _set("concepts", 0, "related", [f"{PROFILE}/activity-types/session"]),
    "broader-abroad": _set("concepts", 0, "broader", ["https://w3id.org/xapi/adl/x"]),
    "broad-match-at-home": _set("concepts", 0, "broadMatch", [f"{PROFILE}/activity-types/session"]),
    "two-schemas": _set("concepts", -9, "schema", "https://univ-a.example/schema"),
    "verbs-for-an-activity-extension": _set("concepts", -9, "type", "ActivityExtension"),
    "twice": _set("templates", 0, "id", f"{PROFILE}/templates/award-won"),
    "scheme-is-no-version": _set("templates", 0, "inScheme", PROFILE),
    "filter-in-a-path": _set("templates", 0, "rules", 0, "location", "$.a[?(@.b)]"),
    "rule-that-asks-nothing": _set("templates", 0, "rules", 0, {"location": "$.a"}),
    "presence": _set("templates", 0, "rules", 0, "presence", "required"),
    "both-objects": _set("templates", 0, "objectStatementRefTemplate", [PROFILE]),
    "pattern-of-two-kinds": _set("patterns", 0, "optional", f"{PROFILE}/templates/award-won"),
    "pattern-in-itself": _set("patterns", 1, "alternates", 0, f"{PROFILE}/patterns/records"),
    "pattern-of-unknown": _set("patterns", 1, "alternates", 0, f"{PROFILE}/patterns/other"),
    "primary-without-words": _delete("patterns", 0, "prefLabel"),
    "one-alternative": _set("patterns", 1, "alternates", [f"{PROFILE}/templates/award-won"]),
    "time-without-zone": _set("versions", 0, "generatedAtTime", "2026-11-23T00:00:00"),
    "version-is-the-profile": _set("versions", 0, "id", PROFILE),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_the_validator_sees(name: str) -> None:
    document = profile_document()
    BROKEN[name](document)
    with pytest.raises((AssertionError, BadEvidence, ValueError)):
        validate(document)


def test_copies_are_fresh() -> None:
    changed = profile_document()
    changed["templates"].clear()
    assert profile_document() == json.loads(profile_bytes()) != changed
    assert deepcopy(profile_document()) == profile_document()


def test_types_are_told_apart_by_verb_and_object() -> None:
    keys = {(kind.verb, kind.object_type) for kind in TEMPLATES.values()}
    assert len(keys) == len(TEMPLATES) == len(TYPES) + 2 == 21


def test_no_verb_is_minted_and_every_minted_term_is_related_to_another() -> None:
    concepts = profile_document()["concepts"]
    assert not any(kind.verb.startswith(PROFILE) for kind in TEMPLATES.values())
    assert not any(concept["type"] == "Verb" for concept in concepts)
    minted = {one["id"]: one for one in concepts if one["type"] == "ActivityType"}
    used = {kind.object_type for kind in TYPES.values()}
    assert {iri for iri in used if iri.startswith(PROFILE)} == set(minted)
    assert all(one.keys() & {"broadMatch", "relatedMatch"} for one in minted.values())
    for iri in (*used, *(kind.verb for kind in TEMPLATES.values())):
        check_iri(iri)


def test_every_field_is_used_and_has_its_schema() -> None:
    used = {name for kind in TEMPLATES.values() for name in kind.required + kind.optional}
    assert used == FIELDS.keys()
    schemas = {
        one["id"]: json.loads(one["inlineSchema"])
        for one in profile_document()["concepts"]
        if one["type"].endswith("Extension")
    }
    assert schemas.keys() == {field.iri for field in FIELDS.values() if field.is_extension}
    assert schemas[FIELDS["mode"].iri]["enum"] == ["live", "recorded", "blended"]
    assert schemas[FIELDS["rank"].iri]["minimum"] == 1
    assert {kind.value for kind in Kind} == {field.kind.value for field in FIELDS.values()}


def test_versions_are_below_the_profile_and_in_order() -> None:
    assert [made for _, made in VERSIONS] == sorted(made for _, made in VERSIONS)
    assert all(iri.startswith(f"{PROFILE}/v") for iri, _ in VERSIONS)
    assert VERSIONS[-1][0] == VERSION


def test_the_page_has_every_minted_type() -> None:
    rows = []
    for one in profile_document()["concepts"]:
        if one["type"] == "ActivityType":
            name, words = one["id"].rpartition("/")[2], one["definition"]
            (link,) = one.keys() & {"broadMatch", "relatedMatch"}
            rows.append(f"| `{name}` | {words['zh']} | {words['en']} | {link} `{one[link][0]}` |")
    page = PUBLISHED.with_suffix(".md").read_text("utf-8")
    assert "\n".join(rows) in page
