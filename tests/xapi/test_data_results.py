"""Data 2.4.5: results and scores."""

from __future__ import annotations

import pytest

from tests.xapi.samples import GONE, TYPE, UNKNOWN, VALUE, accept, refuse

SCORE = "/result/score"


@pytest.mark.requirement("XAPI-00074")
def test_success() -> None:
    accept("/result/success", True, False, GONE)
    refuse("XAPI-00074", "/result/success", "true", "false", 1, {}, code=TYPE)


@pytest.mark.requirement("XAPI-00075")
def test_completion() -> None:
    accept("/result/completion", True, False, GONE)
    refuse("XAPI-00075", "/result/completion", "true", "false", 0, [], code=TYPE)


@pytest.mark.requirement("XAPI-00076")
def test_response() -> None:
    accept("/result/response", "", "a[,]b", "答")
    refuse("XAPI-00076", "/result/response", 12345, {"key": "x"}, ["x"], code=TYPE)


@pytest.mark.requirement("XAPI-00077")
def test_duration() -> None:
    refuse("XAPI-00077", "/result/duration", 12345, {"key": "x"}, code=TYPE)
    refuse("XAPI-00077", "/result/duration", "should fail", "PA1H0M0S", "1 h", code=VALUE)


@pytest.mark.requirement("XAPI-00078")
def test_extensions() -> None:
    accept("/result/extensions", {}, {"http://x.example/a": {"b": 1}})
    refuse("XAPI-00078", "/result/extensions", 12345, "x", ["x"], code=TYPE)


@pytest.mark.requirement("XAPI-00079")
def test_score_is_an_object() -> None:
    accept(SCORE, {}, {"scaled": 1})
    refuse("XAPI-00079", SCORE, 12345, "x", [0.5], code=TYPE)
    refuse("XAPI-00010", f"{SCORE}/grade", "A", code=UNKNOWN)


@pytest.mark.requirement("XAPI-00080")
def test_max() -> None:
    accept(SCORE, {"max": 100.6767676}, {"max": -3}, {"max": 2**70, "min": -(10.0**300)})
    refuse("XAPI-00080", f"{SCORE}/max", "100", [1], True, code=TYPE)
    above = {"max": 1, "min": 5}
    refuse("XAPI-00081", SCORE, above, {"max": 1.5, "min": 1.5}, code=VALUE, at=f"{SCORE}/min")


@pytest.mark.requirement("XAPI-00081")
def test_min() -> None:
    accept(SCORE, {"min": 0.6767676}, {"min": -5, "max": -4})
    refuse("XAPI-00081", f"{SCORE}/min", "0", {}, False, code=TYPE)
    close = {"min": 0.6767676, "max": 0.6767676 - 0.0000321, "raw": 0.6767676 - 0.0000033}
    refuse("XAPI-00081", SCORE, close, code=VALUE, at=f"{SCORE}/min")


@pytest.mark.requirement("XAPI-00082")
def test_raw() -> None:
    accept(SCORE, {"raw": 0.6767676}, {"raw": 5, "min": 5}, {"raw": 5, "max": 5.0})
    refuse("XAPI-00082", f"{SCORE}/raw", "5", None is None, code=TYPE)
    at = f"{SCORE}/raw"
    refuse("XAPI-00082", SCORE, {"raw": 5.01, "max": 5}, {"raw": 4, "min": 5}, code=VALUE, at=at)


@pytest.mark.requirement("XAPI-00083")
def test_scaled() -> None:
    accept(SCORE, {"scaled": 1.0}, {"scaled": -1.0000}, {"scaled": 0}, {"scaled": 0.6767676})
    refuse("XAPI-00083", f"{SCORE}/scaled", "0.5", True, code=TYPE)
    refuse("XAPI-00083", f"{SCORE}/scaled", 1.01, -1.00001, 2, 10**400, code=VALUE)


@pytest.mark.requirement("XAPI-00006")
@pytest.mark.parametrize("name", ["scaled", "raw", "min", "max"])
def test_no_number_beyond_json(name: str) -> None:
    rule = {"scaled": "XAPI-00083", "raw": "XAPI-00082", "min": "XAPI-00081", "max": "XAPI-00080"}
    for wrong in (float("nan"), float("inf"), float("-inf")):
        refuse(rule[name], f"{SCORE}/{name}", wrong, code=VALUE)
