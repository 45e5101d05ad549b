"""An extension profile as JSON again, and whether a new version keeps what the old one has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ledger.core.teaching.extension import FORMAT
from ledger.core.teaching.terms import Edition, Extension, Field, RecordType, Term
from ledger.errors import BadEvidence


def extension_json(extension: Extension) -> dict[str, Any]:
    """JSON data that `extension_of` reads as this extension."""
    *earlier, now = (_edition_json(extension, one) for one in extension.editions)
    return {
        "format": FORMAT,
        "iri": extension.iri,
        **now,
        **({"earlier": earlier} if earlier else {}),
        "author": extension.author,
        "title": {"zh": extension.zh, "en": extension.en},
        **({"terms": [_term_json(one) for one in extension.terms]} if extension.terms else {}),
        "fields": [_field_json(one) for one in extension.fields],
        "types": [_type_json(one) for one in extension.types],
    }


def _edition_json(extension: Extension, edition: Edition) -> dict[str, str]:
    version = edition.iri.removeprefix(f"{extension.iri}/v")
    return {"version": version, "made": edition.made.partition("T")[0]}


def _term_json(term: Term) -> dict[str, str]:
    kind = "verb" if term.is_verb else "activity-type"
    return {"name": term.iri.rpartition("/")[2], "kind": kind, "zh": term.zh, "en": term.en}


def _field_json(field: Field) -> dict[str, Any]:
    more = {"choices": list(field.choices)} if field.choices else {}
    return {
        "name": field.name,
        "place": field.place,
        "kind": field.kind.value,
        "zh": field.zh,
        "en": field.en,
        **more,
        **({"low": field.low} if field.low else {}),
    }


def _type_json(kind: RecordType) -> dict[str, Any]:
    return {
        "name": kind.name,
        "verb": kind.verb,
        "object_type": kind.object_type,
        "subject": "actor" if kind.taught_by_actor else "instructor",
        "course": kind.course.value,
        "run": kind.run.value,
        "session": kind.session.value,
        "required": list(kind.required),
        "optional": list(kind.optional),
        "zh": kind.zh,
        "en": kind.en,
    }


def check_successor(old: Extension, new: Extension) -> None:
    """Whether what was read by the old version reads the same by the new one.

    It is of the same profile and names the old versions as earlier; it has every type and field of
    the old one, with more optional fields and more choices at most.
    Raises BadEvidence profile-successor with the part of the new file that is not so.
    """
    if (new.iri, new.editions[:-1]) != (old.iri, old.editions):
        raise BadEvidence("profile-successor", part="earlier")
    fields = {field.name: field for field in new.fields}
    for field in old.fields:
        now = fields.get(field.name)
        if now is None or not _grown_field(field, now):
            raise BadEvidence("profile-successor", part=field.name)
    kinds = {kind.name: kind for kind in new.types}
    for kind in old.types:
        found = kinds.get(kind.name)
        if found is None or not _grown_type(kind, found):
            raise BadEvidence("profile-successor", part=kind.name)


def _grown_field(old: Field, new: Field) -> bool:
    same = replace(new, zh=old.zh, en=old.en, choices=old.choices) == old
    return same and bool(old.choices) == bool(new.choices) and {*old.choices} <= {*new.choices}


def _grown_type(old: RecordType, new: RecordType) -> bool:
    same = replace(new, zh=old.zh, en=old.en, optional=old.optional) == old
    return same and {*old.optional} <= {*new.optional}
