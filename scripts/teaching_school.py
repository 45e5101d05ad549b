"""One school of a generated term: teachers, courses, and course runs with their weekly slots."""

from __future__ import annotations

import random
from dataclasses import dataclass

from scripts.demo_data import GIVEN, SURNAMES
from scripts.teaching_calendar import MOST_WEEKS, PERIODS

SEED = 20260302
MOST_RUNS = 8
"""Course runs of one teacher: two slots of each still fit into a week of 25."""
SCHOOLS = (
    "计算机",
    "数学",
    "物理",
    "外国语",
    "文学",
    "经济管理",
    "医学",
    "法学",
    "艺术",
    "马克思主义",
)
TOPICS = (
    "导论", "基础", "原理", "方法", "实践", "专题", "选读", "设计", "案例分析", "前沿",
)  # fmt: skip
MODES = {"blended": 45, "live": 35, "recorded": 20}
WEEKDAYS = (10, 10, 10, 9, 6)
"""How readily a slot is put on Monday … Friday, and below into each double period."""
OF_A_DAY = (8, 10, 9, 6, 3)


class BadSize(ValueError):
    """A term of that size cannot be made; the message says why, in both languages."""


@dataclass(frozen=True)
class Size:
    """How large a term is; the same size and seed give the same term, to the byte."""

    teachers: int = 200
    runs: int = 600
    weeks: int = 16
    seed: int = SEED

    def __post_init__(self) -> None:
        if self.teachers < 1 or self.runs < 1 or not 1 <= self.weeks <= MOST_WEEKS:
            raise BadSize(
                f"至少一位教师、一个教学班，1 到 {MOST_WEEKS} 周 / "
                f"at least one teacher and one course run, 1 to {MOST_WEEKS} weeks"
            )
        if self.runs > self.teachers * MOST_RUNS:
            raise BadSize(
                f"每位教师最多 {MOST_RUNS} 个教学班 / at most {MOST_RUNS} course runs a teacher"
            )

    def chance(self, purpose: str) -> random.Random:
        """Chance of its own for each purpose, so that one more draw here moves nothing there."""
        return random.Random(f"{self.seed}/{purpose}")


@dataclass(frozen=True)
class Teacher:
    """`care` from 0 to 1: who has much prepares early, grades soon and is rated better."""

    number: int
    name: str
    school: int
    care: float


@dataclass(frozen=True)
class Course:
    """`publishes`: new this term, so that it is created and published in it."""

    number: int
    title: str
    school: int
    new: bool


@dataclass(frozen=True)
class Run:
    """A course given to one class for one term. `slots`: (weekday, double period) of each week."""

    number: int
    course: Course
    teacher: Teacher
    mode: str
    first_run: bool
    enrolled: int
    slots: tuple[tuple[int, int], ...]
    draw: float
    """The share of its students that comes in the first week."""
    open: bool
    """It is also offered to everybody, as an online open course."""


@dataclass(frozen=True)
class School:
    """What the registrar knows before the term begins."""

    size: Size
    teachers: tuple[Teacher, ...]
    courses: tuple[Course, ...]
    runs: tuple[Run, ...]


def school(size: Size) -> School:
    """The school of that size and seed."""
    teachers = tuple(_teachers(size))
    courses: list[Course] = []
    runs: list[Run] = []
    for teacher, count in zip(teachers, _loads(size), strict=True):
        _add_runs(size, teacher, count, courses, runs)
    return School(size, teachers, tuple(courses), tuple(runs))


def _teachers(size: Size) -> list[Teacher]:
    chance = size.chance("teachers")
    return [
        Teacher(
            number,
            chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2)))),
            chance.randrange(len(SCHOOLS)),
            chance.betavariate(5, 2),
        )
        for number in range(size.teachers)
    ]


def _loads(size: Size) -> list[int]:
    """Course runs of each teacher: one at least while they last, the rest by unequal chance."""
    chance = size.chance("loads")
    loads = [int(number < size.runs) for number in range(size.teachers)]
    weights = [chance.lognormvariate(0, 0.6) for _ in loads]
    for _ in range(size.runs - sum(loads)):
        free = [number for number, load in enumerate(loads) if load < MOST_RUNS]
        loads[chance.choices(free, [weights[number] for number in free])[0]] += 1
    return loads


def _add_runs(
    size: Size, teacher: Teacher, count: int, courses: list[Course], runs: list[Run]
) -> None:
    """Often a teacher gives the same course to several classes; no two slots are the same."""
    chance = size.chance(f"runs/{teacher.number}")
    week = [(day, period) for day in range(len(WEEKDAYS)) for period in range(len(PERIODS))]
    for number in range(count):
        if number == 0 or chance.random() > 0.45:
            courses.append(_course(chance, len(courses), teacher.school))
        taken = []
        for _ in range(2 if chance.random() < 0.55 else 1):
            weights = [WEEKDAYS[day] * OF_A_DAY[period] for day, period in week]
            taken.append(chance.choices(week, weights)[0])
            week.remove(taken[-1])
        runs.append(_run(chance, len(runs), courses[-1], teacher, tuple(sorted(taken))))


def _course(chance: random.Random, number: int, school: int) -> Course:
    title = f"{SCHOOLS[school]}{chance.choice(TOPICS)} {number + 1}"
    return Course(number, title, school, new=chance.random() < 0.15)


def _run(
    chance: random.Random, number: int, course: Course, teacher: Teacher,
    slots: tuple[tuple[int, int], ...],
) -> Run:  # fmt: skip
    mode = chance.choices(list(MODES), list(MODES.values()))[0]
    return Run(
        number,
        course,
        teacher,
        mode,
        first_run=course.new or chance.random() < 0.1,
        enrolled=min(320, max(9, round(chance.lognormvariate(3.75, 0.55)))),
        slots=slots,
        draw=0.80 + 0.18 * chance.random(),
        open=mode != "live" and chance.random() < 0.12,
    )
