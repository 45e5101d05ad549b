"""Days and times as the formats write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.dates import (
    china_text,
    day_number,
    day_of,
    end_of_day,
    parse_day,
    parse_utc,
    start_of_day,
    utc_text,
)


@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_utc_round_trip(seconds: int) -> None:
    assert parse_utc(utc_text(seconds)) == seconds


@given(st.dates())
def test_day_round_trip(day: date) -> None:
    assert day_of(day_number(day)) == parse_day(day.isoformat()) == day
    assert end_of_day(day) - start_of_day(day) == 86_400


def test_a_day_is_that_of_china() -> None:
    assert utc_text(start_of_day(date(2026, 6, 30))) == "2026-06-29T16:00:00Z"
    assert china_text(start_of_day(date(2026, 6, 30))) == "2026-06-30 00:00:00 +08:00"


@pytest.mark.parametrize(
    "text",
    ["", "2026-06-30", "2026-06-30T00:00:00", "2026-06-30T00:00:00+00:00", "2026-02-30T00:00:00Z",
     "2026-06-30T24:00:00Z", "２026-06-30T00:00:00Z", "2026-06-30t00:00:00z"],
)  # fmt: skip
def test_other_moments_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_utc(text)


@pytest.mark.parametrize("text", ["", "20260630", "2026-6-30", "2026-02-30", "2026-W01-1"])
def test_other_days_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_day(text)
