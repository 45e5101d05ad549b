"""The result of a statement and its score (Data 2.4.5; 4.2.2.4 of IEEE 9274.1.1)."""

from __future__ import annotations

from math import isfinite
from typing import Any

from ledger.core.xapi.shapes import (
    bad_value,
    check_boolean,
    check_object,
    check_string,
    wrong_type,
)
from ledger.core.xapi.values import check_duration, check_extensions

RESULT = frozenset(["score", "success", "completion", "response", "duration", "extensions"])
SCORE = frozenset(["scaled", "raw", "min", "max"])


def check_result(value: Any, at: str) -> None:
    """A result object."""
    result = check_object(value, RESULT, at)
    if "score" in result:
        check_score(result["score"], f"{at}/score")
    if "success" in result:
        check_boolean(result["success"], f"{at}/success", "XAPI-00074")
    if "completion" in result:
        check_boolean(result["completion"], f"{at}/completion", "XAPI-00075")
    if "response" in result:
        check_string(result["response"], f"{at}/response", "XAPI-00076")
    if "duration" in result:
        check_duration(result["duration"], f"{at}/duration", "XAPI-00077")
    if "extensions" in result:
        check_extensions(result["extensions"], f"{at}/extensions", "XAPI-00078")


def check_score(value: Any, at: str) -> None:
    """A score: -1 ≤ scaled ≤ 1, min < max, and raw between them, both included."""
    score = check_object(value, SCORE, at, "XAPI-00079")
    low = _number(score, "min", at, "XAPI-00081")
    high = _number(score, "max", at, "XAPI-00080")
    raw = _number(score, "raw", at, "XAPI-00082")
    scaled = _number(score, "scaled", at, "XAPI-00083")
    if low is not None and high is not None and not low < high:
        bad_value(f"{at}/min", "XAPI-00081", "min less than max")
    if raw is not None and low is not None and not low <= raw:
        bad_value(f"{at}/raw", "XAPI-00082", "raw not less than min")
    if raw is not None and high is not None and not raw <= high:
        bad_value(f"{at}/raw", "XAPI-00082", "raw not more than max")
    if scaled is not None and not -1 <= scaled <= 1:
        bad_value(f"{at}/scaled", "XAPI-00083", "-1 to 1")


def _number(score: dict[str, Any], key: str, at: str, rule: str) -> int | float | None:
    if key not in score:
        return None
    value = score[key]
    if type(value) is int:
        return value
    if type(value) is not float:
        wrong_type(value, f"{at}/{key}", rule, "number")
    if not isfinite(value):  # JSON has neither NaN nor infinity, Python's reader has
        bad_value(f"{at}/{key}", rule, "a finite number")
    return value
