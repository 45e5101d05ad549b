"""A profile as JSON-LD, made from the tables (xAPI Profiles 1.0, Structure 6 to 9).

The standard, or an extension of it: each is a document of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ledger.core.teaching.terms import Edition, Extension, Field, Kind, Need, RecordType
from ledger.core.teaching.vocabulary import (
    ADL,
    COURSE,
    FIELDS,
    PROFILE,
    RUN,
    SESSION,
    STARS,
    STREAMS,
    TEMPLATES,
    TIN_CAN,
    VERSION,
    VERSIONS,
)

Json = dict[str, Any]

CONTEXT = "https://w3id.org/xapi/profiles/context"
CONFORMS_TO = "https://w3id.org/xapi/profiles#1.0"
ALONE = "$.actor.objectType"
PARENT = "$.context.contextActivities.parent"
GROUPING = "$.context.contextActivities.grouping"
OTHER = "$.context.contextActivities.other"

_INTEGER = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
_SCHEMAS: dict[Kind, Json] = {
    Kind.TEXT: {"type": "string", "minLength": 1, "maxLength": 500},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.COUNT: _INTEGER,
    Kind.SECONDS: _INTEGER,
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.RATIONAL: {"type": "number", "minimum": 0, "maximum": 1_000_000},
    Kind.SHA2: {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    Kind.UUID: {
        "type": "string",
        "pattern": f"^[0-9A-Fa-f]{{8}}{'-[0-9A-Fa-f]{4}' * 3}-[0-9A-Fa-f]{{12}}$",
    },
    Kind.HISTOGRAM: {"type": "array", "items": _INTEGER, "minItems": STARS, "maxItems": STARS},
}
_MINTED = (
    (RUN, {"broadMatch": [COURSE]}, "一期课程", "course run",
     "某门课程在某一时段、由某位教师面向一批学生的一次开设",
     "One offering of a course, in a span of time, by a teacher, to some students"),
    (SESSION, {"relatedMatch": [f"{ADL}/activities/meeting"]}, "一次课", "session",
     "一期课程中在指定时刻进行的一次教学，直播、录播或混合",
     "One piece of teaching of a course run at a stated time: live, recorded or blended"),
    ("lesson-plan", {"broadMatch": [f"{TIN_CAN}/activitytype/document"]}, "教案", "lesson plan",
     "教师为一次或多次课写的教案", "A teacher's plan for one or more sessions"),
    ("training", {"broadMatch": [f"{STREAMS}/event"]}, "教师培训", "training",
     "教师参加的培训、研修或工作坊", "A training, seminar or workshop for teachers"),
    ("reflection", {"broadMatch": [f"{STREAMS}/note"]}, "教学反思", "reflection",
     "教师对自己教学的书面反思", "What a teacher wrote about the own teaching"),
    ("award", {"relatedMatch": [f"{TIN_CAN}/activitytype/reward"]}, "教学奖项", "award",
     "教学竞赛的奖项，或因教学而获得的奖项", "An award of a teaching contest, or for teaching"),
    ("mentoring", {"relatedMatch": [f"{TIN_CAN}/activitytype/tutor-session"]}, "指导", "mentoring",
     "对青年教师、参赛或实习学生的指导",
     "Guidance given to younger teachers, or to students in contests and internships"),
    ("workload", {"relatedMatch": [f"{STREAMS}/task"]}, "教学工作量", "workload",
     "一位教师在一段时间内的教学工作量", "The teaching that a teacher did in a span of time"),
    ("integrity-finding", {"relatedMatch": [f"{STREAMS}/issue"]}, "诚信认定", "integrity finding",
     "对一项教学诚信问题的认定", "The finding of a breach of integrity in teaching"),
)  # fmt: skip


def _words(zh: str, en: str) -> Json:
    return {"en": en, "zh": zh}


@dataclass(frozen=True)
class _Profile:
    """What a document is made of."""

    iri: str
    editions: Sequence[Edition]
    heading: Json
    terms: Sequence[Json]
    own: Sequence[Field]
    """The extensions that it mints."""
    types: Sequence[RecordType]
    fields: Mapping[str, Field]
    """Every field that its types name, whoever minted it."""

    def described(self, iri: str, kind: str, **rest: Any) -> Json:
        return {"id": iri, "type": kind, "inScheme": self.editions[-1].iri, **rest}


def _standard() -> _Profile:
    heading = {
        "prefLabel": _words("在线教学", "Online teaching"),
        "definition": _words(
            "在线教学的记录：课程、课次、互动、批改、评教、培训、工作量等",
            "Records of online teaching: courses, sessions, interaction, grading, ratings, "
            "training, workload and more",
        ),
        "author": {"type": "Organization", "name": "Xuezheng"},
    }
    editions = [Edition(*one) for one in VERSIONS]
    own = [field for field in FIELDS.values() if field.is_extension]
    types = list(TEMPLATES.values())
    return _Profile(PROFILE, editions, heading, _activity_types(), own, types, FIELDS)


def _extending(extension: Extension) -> _Profile:
    heading = {
        "prefLabel": _words(extension.zh, extension.en),
        "definition": _words(extension.zh, extension.en),
        "seeAlso": PROFILE,
        "author": {"type": "Organization", "name": extension.author},
    }
    terms = [
        {
            "id": term.iri,
            "type": "Verb" if term.is_verb else "ActivityType",
            "inScheme": extension.claim,
            "prefLabel": _words(term.zh, term.en),
            "definition": _words(term.zh, term.en),
        }
        for term in extension.terms
    ]
    fields = {**FIELDS, **{field.name: field for field in extension.fields}}
    own, types = extension.fields, extension.types
    return _Profile(extension.iri, extension.editions, heading, terms, own, types, fields)


# ------------------------------------------------------------------- concepts


def _activity_types() -> list[Json]:
    return [
        {
            "id": name if ":" in name else f"{PROFILE}/activity-types/{name}",
            "type": "ActivityType",
            "inScheme": VERSION,
            "prefLabel": _words(zh, en),
            "definition": _words(zh_text, en_text),
            **links,
        }
        for name, links, zh, en, zh_text, en_text in _MINTED
    ]


def _schema(field: Field) -> Json:
    schema = dict(_SCHEMAS[field.kind])
    if field.choices:
        return {"type": "string", "enum": list(field.choices)}
    return {**schema, "minimum": field.low} if field.low else schema


def _extension(profile: _Profile, field: Field) -> Json:
    return profile.described(
        field.iri,
        f"{field.place.capitalize()}Extension",
        prefLabel=_words(field.zh, field.name.replace("_", " ")),
        definition=_words(field.zh, field.en),
        recommendedVerbs=sorted({kind.verb for kind in profile.types if field.name in kind.fields}),
        inlineSchema=json.dumps(_schema(field), sort_keys=True),
    )


# ------------------------------------------------------------------- rules of a template


def _included(location: str) -> Json:
    return {"location": location, "presence": "included"}


def _excluded(location: str) -> Json:
    return {"location": location, "presence": "excluded"}


def _people(kind: RecordType) -> list[Json]:
    if kind.rates:
        rules = [
            {**_included(ALONE), "all": ["Group"]},
            *map(_excluded, ("$.actor.member", "$.attachments[*]", "$.context.team")),
            *map(_excluded, ("$.context.contextAgents[*]", "$.context.contextGroups[*]")),
        ]
    else:
        rules = [{"location": ALONE, "none": ["Group"]}]
    rules.append(_included("$.actor.account.name"))
    if kind.taught_by_actor:
        return [*rules, _excluded("$.context.instructor")]
    alone = {"location": "$.context.instructor.objectType", "none": ["Group"]}
    return [*rules, _included("$.context.instructor.account.name"), alone]


def _place(need: Need, location: str, kind: str) -> list[Json]:
    """The activity there is of the kind, and at most one; or there is none."""
    if need in (Need.NONE, Need.OBJECT):
        return [_excluded(f"{location}[*]")]
    rule: Json = {"location": f"{location}[*]", "selector": "$.definition.type", "all": [kind]}
    if need is Need.REQUIRED:
        rule["presence"] = "included"
    return [rule, _excluded(f"{location}[1]")]


def _value(field: Field, presence: str) -> Json:
    rule: Json = {"location": field.location, "presence": presence}
    if field.choices:
        rule["all"] = list(field.choices)
    return {**rule, "scopeNote": _words(field.zh, field.en)}


def rules_of(kind: RecordType, fields: Mapping[str, Field]) -> list[Json]:
    """The rules of its template (Structure 8.1), in the order in which they are checked."""
    # A reference may be to a record of any extension, so no list of templates says to which.
    reference = {**_included("$.object.objectType"), "all": ["StatementRef"]}
    return [
        _included("$.timestamp"),
        # xAPI knows a platform only where the object is an activity.
        reference if kind.refers else _included("$.context.platform"),
        *_people(kind),
        *_place(kind.course, GROUPING, COURSE),
        *_place(kind.run, PARENT, RUN),
        *_place(kind.session, OTHER, SESSION),
        *(_value(fields[name], "included") for name in kind.required),
        *(_value(fields[name], "recommended") for name in kind.optional),
    ]


def _template(profile: _Profile, kind: RecordType) -> Json:
    return profile.described(
        kind.template,
        "StatementTemplate",
        prefLabel=_words(kind.zh, kind.name),
        definition=_words(kind.zh, kind.en),
        verb=kind.verb,
        **({} if kind.refers else {"objectActivityType": kind.object_type}),
        rules=rules_of(kind, profile.fields),
    )


def _patterns(profile: _Profile) -> list[Json]:
    """Every record stands for itself: any records in any order follow the one primary pattern."""
    templates = [kind.template for kind in profile.types]
    several = len(templates) > 1  # fewer alternates than two are none
    one = profile.described(f"{profile.iri}/patterns/record", "Pattern", alternates=templates)
    many = {
        "id": f"{profile.iri}/patterns/records",
        "type": "Pattern",
        "primary": True,
        "inScheme": profile.editions[-1].iri,
        "prefLabel": _words("教学记录", "teaching records"),
        "definition": _words("任意条教学记录，次序不限", "Any teaching records, in any order"),
        "oneOrMore": one["id"] if several else templates[0],
    }
    return [many, one] if several else [many]


@lru_cache(maxsize=64)
def profile_bytes(extension: Extension | None = None) -> bytes:
    """The document as it is published, of the standard if no extension is given: JSON with two
    spaces, UTF-8, a line feed at the end."""
    profile = _standard() if extension is None else _extending(extension)
    heading = dict(profile.heading)
    author = heading.pop("author")
    document = {
        "@context": CONTEXT,
        "id": profile.iri,
        "type": "Profile",
        "conformsTo": CONFORMS_TO,
        **heading,
        "versions": [
            {"id": one.iri, "generatedAtTime": one.made} for one in reversed(profile.editions)
        ],
        "author": author,
        "concepts": [*profile.terms, *(_extension(profile, field) for field in profile.own)],
        "templates": [_template(profile, kind) for kind in profile.types],
        "patterns": _patterns(profile),
    }
    document = {key: value for key, value in document.items() if value != []}
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def profile_document(extension: Extension | None = None) -> Json:
    """A fresh copy of the document."""
    document: Json = json.loads(profile_bytes(extension))
    return document
