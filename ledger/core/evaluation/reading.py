"""Which record types and fields there are to read: for whoever writes a rule set.

A rule set may read what nobody records yet; its indicators are then missing. That is no mistake of
the rule set, but mostly one of its writer, so it is said.
"""

from __future__ import annotations

from ledger.core.evaluation.rules import RuleSet
from ledger.core.learning.vocabulary import LEARNING_TYPES
from ledger.core.teaching.vocabulary import TEMPLATES

_PLACED = ("course", "run", "session")
_ALWAYS = frozenset(("object", "actor", "source", "statement", "supersedes", "reason"))


def known_fields(name: str) -> frozenset[str] | None:
    """The fields that records of a type may have; None for a type that is not known here."""
    if name in TEMPLATES:
        kind = TEMPLATES[name]
        return _ALWAYS.union(kind.required, kind.optional, _PLACED, ("responses",))
    if name in LEARNING_TYPES:
        one = LEARNING_TYPES[name]
        return _ALWAYS.union((field.name for field in one.fields), ("course", one.object_field))
    return None


def unknown_fields(rules: RuleSet) -> list[str]:
    """`TYPE` and `TYPE.FIELD` of all that the rule set reads and nobody is known to record."""
    found = []
    for name, fields in rules.reads.items():
        known = known_fields(name)
        if known is None:
            found.append(name)
        else:
            found += [f"{name}.{field}" for field in fields if field not in known]
    return found
