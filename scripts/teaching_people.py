"""What a generated term tells of teachers and courses beside the runs: new courses, shared
resources, observations, training, awards, mentoring, recognised workload, findings."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from scripts.teaching_calendar import DAY, HOUR, MINUTE, NAME, by_day, week_begins
from scripts.teaching_facts import (
    PLATFORM,
    QUALITY,
    STAFF,
    Fact,
    Field,
    of_run,
    session_key,
    sha2,
)
from scripts.teaching_school import Course, School, Size, Teacher
from scripts.teaching_sessions import Session

SHORT = 40
"""Minutes of the shortest training."""
LEVELS = {"school": 60, "city": 15, "province": 20, "national": 5}
TENTHS = {"live": 11, "blended": 10, "recorded": 8}
"""Class hours, in tenths, for a lesson of each mode; a session has two lessons."""


def facts_of_school(school: School, held: dict[int, list[Session]]) -> Iterator[Fact]:
    """`held`: the sessions that took place, by the number of the teacher."""
    owners = {run.course.number: run.teacher for run in school.runs}
    for course in school.courses:
        if course.new:
            yield from _new_course(course, owners[course.number], school.size)
    yield from _observations(held, school.size)
    for teacher in school.teachers:
        chance = school.size.chance(f"people/{teacher.number}")
        mine = held.get(teacher.number, [])
        yield from _trainings(teacher, mine, school.size, chance)
        yield from _merits(teacher, school.size, chance)
        yield from _recognised(teacher, mine, school.size, chance)


def _of(
    kind: str, teacher: Teacher, number: int, at: int, source: str,
    course: Course | None = None, actor: str = "", **fields: Field,
) -> Fact:  # fmt: skip
    key = f"{NAME}-t{teacher.number:04d}-{number}"
    return Fact(kind, key, teacher, at, at, source, fields, course, actor=actor)


def _new_course(course: Course, teacher: Teacher, size: Size) -> Iterator[Fact]:
    chance = size.chance(f"course/{course.number}")
    created = by_day(chance, week_begins(-12), 40)
    published = by_day(chance, week_begins(-6), 18)
    free = chance.random() < 0.3
    yield _of("course-created", teacher, course.number, created, PLATFORM, course, open=free)
    yield _of("course-published", teacher, course.number, published, PLATFORM, course, open=free)


def _observations(held: dict[int, list[Session]], size: Size) -> Iterator[Fact]:
    """One or two sessions of each teacher, by supervisors who do not teach; nobody sits in two
    rooms at once, so each observes but one session of a day."""
    chance = size.chance("observations")
    busy: dict[int, int] = {}
    for mine in held.values():
        for session in chance.sample(mine, min(len(mine), chance.choice((1, 1, 2)))):
            day = session.began // DAY
            busy[day] = supervisor = busy.get(day, 0) + 1
            score = min(
                1.0, max(0.5, 0.7 + 0.25 * session.run.teacher.care + chance.gauss(0, 0.05))
            )
            yield of_run(
                "observation-made", session_key(session.run, session.number), session.run,
                session.over + HOUR + chance.randrange(DAY), QUALITY, session=session.number,
                actor=f"supervisor-{supervisor:02d}", score=round(score, 2),
            )  # fmt: skip


def _trainings(
    teacher: Teacher, mine: Sequence[Session], size: Size, chance: random.Random
) -> Iterator[Fact]:
    """On days on which the teacher holds no session, from nine or from two o'clock."""
    taken = {(session.began - week_begins(1)) // DAY for session in mine}
    free = [day for day in range(size.weeks * 7) if day not in taken]
    days = chance.sample(free, min(len(free), chance.choice((0, 0, 1, 1, 2, 3))))
    for number, day in enumerate(days, 1):
        minutes = chance.choice((SHORT, 60, 90, 120, 180, 240))
        ends = week_begins(1) + day * DAY + chance.choice((9, 14)) * HOUR + minutes * MINUTE
        yield training(teacher, number, ends, minutes, _level(chance))


def training(teacher: Teacher, number: int, at: int, minutes: int, level: str) -> Fact:
    """Attendance at a training, as its organiser reports it."""
    hours, rest = divmod(minutes, 60)
    length = "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")
    return _of("training-attended", teacher, number, at, STAFF, duration=length, level=level)


def _level(chance: random.Random) -> str:
    return chance.choices(list(LEVELS), list(LEVELS.values()))[0]


def _merits(teacher: Teacher, size: Size, chance: random.Random) -> Iterator[Fact]:
    def moment() -> int:
        return by_day(chance, week_begins(1), size.weeks * 7)

    for number in range(1, chance.choice((0, 0, 1, 2)) + 1):
        file = sha2(f"{size.seed}/resource/{teacher.number}/{number}")
        yield _of("resource-contributed", teacher, number, moment(), PLATFORM,
                  sha2=file, open=chance.random() < 0.5)  # fmt: skip
    if chance.random() < 0.06:
        yield _of("award-won", teacher, 1, moment(), QUALITY,
                  level=_level(chance), rank=chance.choice((1, 2, 2, 3, 3, 3)))  # fmt: skip
    if chance.random() < 0.25:
        hours, mentees = chance.randrange(4, 40), chance.randrange(1, 6)
        yield _of("mentoring-done", teacher, 1, moment(), STAFF,
                  duration=f"PT{hours}H", mentees=mentees)  # fmt: skip
    if chance.random() < 0.01:
        yield _of("integrity-found", teacher, 1, moment(), QUALITY,
                  severity=chance.choice(("minor", "minor", "serious")),
                  finding="plan-copied", actor=f"school-{teacher.school}")  # fmt: skip


def _recognised(
    teacher: Teacher, mine: Sequence[Session], size: Size, chance: random.Random
) -> Iterator[Fact]:
    """By the teacher's own school, from what the platforms counted at the end of the term."""
    if mine:
        tenths = sum(2 * TENTHS[session.run.mode] for session in mine)
        starts, ends = week_begins(1), week_begins(size.weeks + 1)
        yield _of(
            "workload-recognised", teacher, 1, by_day(chance, ends + 15 * DAY, 5), STAFF,
            actor=f"school-{teacher.school}", starts=starts, ends=ends,
            class_hours=tenths / 10 if tenths % 10 else tenths // 10,
        )  # fmt: skip
