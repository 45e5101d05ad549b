"""The sessions of a course run: when each was, and how many came, posted and asked.

Attendance falls over the term, dips on Friday evening and before holidays; students are counted
one by one, each coming or not, so that small classes scatter as small classes do.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from scripts.teaching_calendar import (
    DAY,
    HOUR,
    LENGTH,
    MINUTE,
    PERIODS,
    Day,
    is_holiday,
    unix,
)
from scripts.teaching_school import Run, Size

DECAY = 0.30
"""Of those who came in the first week, so many in a hundred are gone after sixteen."""
CANCELLED, MOVED = 0.015, 0.01


@dataclass(frozen=True)
class Session:
    """`number` counts from 1 in its run. `starts`, `ends`: as the timetable has them; `began`,
    `over`: as the platform saw it, some minutes within, or in another slot if it was moved."""

    run: Run
    number: int
    starts: int
    ends: int
    took_place: bool
    began: int
    over: int
    attended: int
    posts: int
    replies: int
    questions: int
    plan_at: int


def sessions(runs: Sequence[Run], days: list[Day], size: Size) -> dict[int, list[Session]]:
    """Of all runs of one teacher, by the number of the run, in order of the timetable. No two of
    them meet: a session that is moved goes to a slot which is free. `days`: those with classes."""
    made = {run.number: _of_run(run, days, size) for run in runs}
    chance = size.chance(f"moves/{runs[0].teacher.number}")
    busy = {session.starts for held in made.values() for session in held}
    for held in made.values():
        for place, session in enumerate(held):
            if session.took_place and chance.random() < MOVED:
                held[place] = _moved(session, days, busy, chance)
    return made


def _moved(session: Session, days: list[Day], busy: set[int], chance: random.Random) -> Session:
    """The same session in a free slot of the week that follows it; where it was, if none is."""
    free = [
        starts
        for starts in (unix(day.date, clock) for day in days for clock in PERIODS)
        if session.starts < starts <= session.starts + 7 * DAY and starts not in busy
    ]
    if not free:
        return session
    starts = chance.choice(free)
    busy.add(starts)
    later = starts - session.starts
    return replace(session, began=session.began + later, over=session.over + later)


def _of_run(run: Run, days: list[Day], size: Size) -> list[Session]:
    chance = size.chance(f"sessions/{run.number}")
    moments = [
        (day, period, unix(day.date, PERIODS[period]))
        for day in days
        for weekday, period in run.slots
        if weekday == day.weekday
    ]
    return [
        _session(run, number, day, period, starts, chance, size.weeks)
        for number, (day, period, starts) in enumerate(moments, 1)
    ]


def _session(
    run: Run, number: int, day: Day, period: int, starts: int, chance: random.Random, weeks: int
) -> Session:
    attended = max(1, heads(chance, run.enrolled, _share(run, day, period, weeks)))
    active = attended if run.mode == "live" else round(attended * 1.4)
    posts = heads(chance, active, 0.35 * run.teacher.care)
    return Session(
        run,
        number,
        starts,
        starts + LENGTH,
        took_place=chance.random() >= CANCELLED,
        began=starts + chance.randrange(5 * MINUTE),
        over=starts + LENGTH - chance.randrange(6 * MINUTE),
        attended=attended,
        posts=posts,
        replies=heads(chance, posts, 0.2 + 0.6 * run.teacher.care),
        questions=heads(chance, active, 0.04),
        plan_at=starts - _lead(run, chance),
    )


def _share(run: Run, day: Day, period: int, weeks: int) -> float:
    """Of the enrolled, who can be expected."""
    share = run.draw * (1 - DECAY * (day.week - 1) / max(15, weeks - 1))
    if (day.weekday, period) == (4, 4):
        share *= 0.80
    elif period in (0, 4):
        share *= 0.95
    if is_holiday(day.date + timedelta(days=1)) and not is_holiday(day.date):
        share *= 0.82
    return share


def _lead(run: Run, chance: random.Random) -> int:
    """Seconds by which the lesson plan is early: from ten minutes to three weeks; the median is
    one day for who takes little care and a week for who takes much."""
    days = chance.lognormvariate(0, 0.9) * (1 + 6 * run.teacher.care**2)
    return min(21 * DAY, max(10 * MINUTE, round(days * DAY))) + chance.randrange(HOUR)


def heads(chance: random.Random, count: int, share: float) -> int:
    """How many of `count` do what each does with probability `share`."""
    draw = chance.random
    return sum(draw() < share for _ in range(count))
