"""Days and times as the formats write them. China Standard Time is UTC+8 all the year."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
EPOCH = date(1970, 1, 1)
DAY = 86_400

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def utc_text(seconds: int) -> str:
    """Unix seconds as RFC 3339 in UTC, `2026-06-30T08:00:00Z`; years 1 to 9999."""
    return f"{datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()}Z"


def china_text(seconds: int) -> str:
    """Unix seconds for readers in China, `2026-06-30 16:00:00 +08:00`."""
    return datetime.fromtimestamp(seconds, CHINA).strftime("%Y-%m-%d %H:%M:%S +08:00")


def parse_utc(text: str) -> int:
    """Unix seconds of `YYYY-MM-DDTHH:MM:SSZ`; ValueError for anything else."""
    if not _UTC.fullmatch(text):
        raise ValueError("not RFC 3339 UTC")
    return int(datetime.fromisoformat(text).timestamp())


def parse_day(text: str) -> date:
    """A calendar day `YYYY-MM-DD`; ValueError for anything else, days that do not exist too."""
    if not _DAY.fullmatch(text):
        raise ValueError("not YYYY-MM-DD")
    return date.fromisoformat(text)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day `number` days after 1970-01-01; OverflowError outside years 1 to 9999."""
    return EPOCH + timedelta(days=number)


def start_of_day(day: date) -> int:
    """Unix seconds of 00:00 UTC+8 of that day."""
    return day_number(day) * DAY - 8 * 3600


def end_of_day(day: date) -> int:
    """Unix seconds of the first moment after that day in UTC+8."""
    return start_of_day(day) + DAY
