"""When a term teaches: 16 weeks from Monday 2 March 2026, China's holidays, five double periods.

Times are Unix seconds; days and hours are those of UTC+8.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

ZONE = timezone(timedelta(hours=8))
FIRST = date(2026, 3, 2)
MOST_WEEKS = 20
NAME = "2025-2026-2"
MINUTE, HOUR, DAY = 60, 3_600, 86_400

HOLIDAYS = {
    "清明节 Tomb-Sweeping Day": (date(2026, 4, 4), date(2026, 4, 6)),
    "劳动节 Labour Day": (date(2026, 5, 1), date(2026, 5, 5)),
    "端午节 Dragon Boat Festival": (date(2026, 6, 19), date(2026, 6, 21)),
}
"""First and last day without classes."""
MADE_UP = {date(2026, 5, 9): date(2026, 5, 5)}
"""A Saturday that teaches, and the day whose timetable it keeps."""

PERIODS = (time(8), time(10), time(14), time(16), time(19))
LENGTH = 100 * MINUTE
"""Two lessons of 45 minutes with a break; 20 minutes lie between one double period and the next."""


@dataclass(frozen=True)
class Day:
    """A day with classes: `weekday` (0 is Monday) is that of the timetable which it keeps."""

    date: date
    weekday: int
    week: int


def teaching_days(weeks: int) -> Iterator[Day]:
    """The days with classes of that many weeks, in order."""
    for number in range(weeks * 7):
        day = FIRST + timedelta(days=number)
        kept = MADE_UP.get(day, day)
        if kept.weekday() < 5 and (day in MADE_UP or not is_holiday(day)):
            yield Day(day, kept.weekday(), number // 7 + 1)


def is_holiday(day: date) -> bool:
    return any(begin <= day <= end for begin, end in HOLIDAYS.values())


def first_without(begin: date, end: date) -> date:
    """The first working day that a holiday takes; its first day if it takes none."""
    days = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    return next((day for day in days if day.weekday() < 5), begin)


def unix(day: date, clock: time) -> int:
    """Unix seconds of a day and hour in UTC+8."""
    return int(datetime.combine(day, clock, ZONE).timestamp())


def week_begins(week: int) -> int:
    """Unix seconds of midnight before the Monday of a week; week 1 is the first."""
    return unix(FIRST, time()) + (week - 1) * 7 * DAY


def by_day(chance: random.Random, first: int, days: int) -> int:
    """A moment from eight in the morning to ten at night of one of so many days; `first`: Unix
    seconds of the midnight before them."""
    return first + chance.randrange(days) * DAY + 8 * HOUR + chance.randrange(14 * HOUR)


def rfc3339(moment: int) -> str:
    """As `2026-03-02T08:00:00+08:00`."""
    return datetime.fromtimestamp(moment, UTC).astimezone(ZONE).isoformat()


def week_of(moment: int) -> int:
    """The week of the term: 1 is the first, 0 and less are before it."""
    return (moment - week_begins(1)) // (7 * DAY) + 1
