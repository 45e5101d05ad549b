"""Objects, arrays and plain types of a statement, and the one way to refuse them.

Everything here is on the path of every statement that comes in: what is right costs a comparison
or two, and only what is wrong builds pointers and sentences. `at` is the JSON pointer (RFC 6901)
of the value, `rule` the requirement that a wrong one breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NoReturn

from ledger.core.xapi import messages  # noqa: F401  (registers the sentences)
from ledger.errors import BadEvidence

_SHOWN = 80


def below(at: str, key: str) -> str:
    """The pointer of a member; a stranger's endless key is cut, a lone surrogate replaced."""
    shown = key[:_SHOWN].encode("utf-8", "replace").decode("utf-8")
    return f"{at}/{shown.replace('~', '~0').replace('/', '~1')}"


def wrong_type(value: Any, at: str, rule: str, expected: str) -> NoReturn:
    """Raise for a value of another JSON type; null has a refusal of its own (XAPI-00001)."""
    if value is None:
        raise BadEvidence("xapi-null", pointer=at, requirement="XAPI-00001", expected=expected)
    raise BadEvidence("xapi-wrong-type", pointer=at, requirement=rule, expected=expected)


def bad_value(at: str, rule: str, expected: str) -> NoReturn:
    """Raise for a value of the right type that the standard refuses."""
    raise BadEvidence("xapi-bad-value", pointer=at, requirement=rule, expected=expected)


def missing(at: str, key: str, rule: str, expected: str) -> NoReturn:
    """Raise for a property that must be there."""
    place = f"{at}/{key}"
    raise BadEvidence("xapi-missing-property", pointer=place, requirement=rule, expected=expected)


def not_together(at: str, rule: str, expected: str) -> NoReturn:
    """Raise for a property that what stands beside it or above it excludes."""
    raise BadEvidence("xapi-not-together", pointer=at, requirement=rule, expected=expected)


def check_object(
    value: Any, allowed: frozenset[str], at: str, rule: str = "XAPI-00006"
) -> dict[str, Any]:
    """The value, an object whose keys are all among `allowed`, in exactly that case."""
    if type(value) is not dict:
        wrong_type(value, at, rule, "object")
    if not value.keys() <= allowed:
        _unknown_key(value, allowed, at)
    return value


def _unknown_key(value: dict[str, Any], allowed: frozenset[str], at: str) -> NoReturn:
    key = next(key for key in value if key not in allowed)
    cased = key.lower() in {name.lower() for name in allowed}
    rule = "XAPI-00008" if cased else "XAPI-00010"
    raise BadEvidence(
        "xapi-unknown-property",
        pointer=below(at, key),
        requirement=rule,
        expected=", ".join(sorted(allowed)),
    )


def check_array(value: Any, at: str, rule: str, expected: str) -> list[Any]:
    """The value, an array."""
    if type(value) is not list:
        wrong_type(value, at, rule, f"array of {expected}")
    return value


def check_each(
    value: Any, check: Callable[[Any, str], object], at: str, rule: str, expected: str
) -> None:
    """An array whose members all satisfy `check(member, pointer)`."""
    for index, item in enumerate(check_array(value, at, rule, expected)):
        check(item, f"{at}/{index}")


def check_string(value: Any, at: str, rule: str) -> str:
    """The value, a string; the empty one too."""
    if type(value) is not str:
        wrong_type(value, at, rule, "string")
    return value


def check_boolean(value: Any, at: str, rule: str) -> bool:
    """The value, true or false."""
    if type(value) is not bool:
        wrong_type(value, at, rule, "true | false")
    return value


def check_choice(value: Any, choices: Collection[str], at: str, rule: str) -> str:
    """The value, one of some words, in exactly their case (XAPI-00009)."""
    if type(value) is not str:
        wrong_type(value, at, rule, " | ".join(choices))
    if value not in choices:
        cased = value.lower() in {word.lower() for word in choices}
        bad_value(at, "XAPI-00009" if cased else rule, " | ".join(choices))
    return value
