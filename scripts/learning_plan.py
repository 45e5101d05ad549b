"""What each student of a made term does, and the credits that follow, decided before any statement.

Every course that a student takes either gives its credits or misses in one part: videos, quizzes or
sessions. Half of the decisions lie on the very border (four fifths to the second, three fifths to
the hundredth, two thirds to the session; or just below). Counting is done here in whole seconds,
hundredths and sessions, and by no code of the product.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

LIMIT = 10
"""Most credits of other institutions in a term."""
CREDITS = (1, 1.5, 2, 2.5, 3, 4)
PARTS = ("videos", "quizzes", "sessions")
MISSED = 0.35
"""How many of the courses taken give no credits."""
INSTITUTIONS = ("dongping.example", "nanhu.example", "beishan.example")


@dataclass(frozen=True)
class Course:
    """`videos`: length of each, in seconds."""

    number: int
    credits: float
    videos: tuple[int, ...]
    quizzes: int
    sessions: int

    @property
    def parts(self) -> tuple[str, ...]:
        """Those that the course has."""
        return tuple(part for part in PARTS if getattr(self, part))


@dataclass(frozen=True)
class Taken:
    """A course that a student takes. `missed`: the part that is not enough, or None.

    `watched`: seconds of each video from its start; `best`: hundredths of each quiz, None where it
    was not taken; `attended`: how many sessions, the first ones.
    """

    course: Course
    missed: str | None
    watched: tuple[int, ...]
    best: tuple[int | None, ...]
    attended: int


@dataclass(frozen=True)
class Transfer:
    """A recognised course of another institution; `credits` once for each time it was sent."""

    course: int
    institution: str
    credits: tuple[float, ...]


@dataclass(frozen=True)
class Student:
    number: int
    taken: tuple[Taken, ...]
    transfers: tuple[Transfer, ...]

    @property
    def earned(self) -> Fraction:
        return sum((Fraction(one.course.credits) for one in self.taken if not one.missed),
                   Fraction(0))  # fmt: skip

    @property
    def transferred(self) -> Fraction:
        """Each course once, up to the limit."""
        all_ = sum((Fraction(max(one.credits)) for one in self.transfers), Fraction(0))
        return min(all_, Fraction(LIMIT))


def courses(count: int, seed: int) -> tuple[Course, ...]:
    """The courses of the term; every sixth has no sessions, every seventh no quizzes, every eighth
    no videos."""
    chance = random.Random(f"{seed}/courses")
    return tuple(
        Course(
            number,
            chance.choice(CREDITS),
            () if number % 8 == 7 else tuple(chance.randint(240, 900) for _ in range(4)),
            0 if number % 7 == 6 else chance.randint(2, 4),
            0 if number % 6 == 5 else chance.randint(6, 12),
        )
        for number in range(count)
    )


def student(number: int, offered: Sequence[Course], seed: int) -> Student:
    """One student's term."""
    chance = random.Random(f"{seed}/student/{number}")
    chosen = chance.sample(range(len(offered)), min(4, len(offered)))
    return Student(
        number,
        tuple(_taken(offered[one], chance) for one in sorted(chosen)),
        tuple(_transfer(one, chance) for one in range(chance.choice((0, 0, 1, 2, 4)))),
    )


def _transfer(number: int, chance: random.Random) -> Transfer:
    credits = (chance.choice(CREDITS), *((4.0,) if chance.random() < 0.3 else ()))
    return Transfer(number, chance.choice(INSTITUTIONS), credits)


def _taken(course: Course, chance: random.Random) -> Taken:
    missed = chance.choice(course.parts) if chance.random() < MISSED else None
    return Taken(
        course,
        missed,
        _watched(course, missed == "videos", chance),
        _best(course.quizzes, missed == "quizzes", chance),
        _attended(course.sessions, missed == "sessions", chance),
    )


def _least(whole: int, over: int, under: int) -> int:
    """The least integer that is at least so much of the whole."""
    return -(-whole * over // under)


def _between(least: int, whole: int, missed: bool, chance: random.Random) -> int:
    """Enough or not; half of the time just so."""
    low, high = (0, least - 1) if missed else (least, whole)
    border = high if missed else low
    return border if chance.random() < 0.5 else chance.randint(low, high)


def _watched(course: Course, missed: bool, chance: random.Random) -> tuple[int, ...]:
    whole = sum(course.videos)
    left = _between(_least(whole, 4, 5), whole, missed, chance) if whole else 0
    found = []
    for length in course.videos:
        found.append(min(length, left))
        left -= found[-1]
    return tuple(found)


def _best(quizzes: int, missed: bool, chance: random.Random) -> tuple[int | None, ...]:
    """Sixty hundredths are enough on average. A quiz that was not taken counts as zero."""
    if not missed:
        border = chance.random() < 0.5
        return tuple(60 if border else chance.randint(60, 100) for _ in range(quizzes))
    if chance.random() < 0.5:
        return (59, *(60 for _ in range(quizzes - 1)))
    return (None, *(chance.randint(0, 79) for _ in range(quizzes - 1)))


def _attended(sessions: int, missed: bool, chance: random.Random) -> int:
    return _between(_least(sessions, 2, 3), sessions, missed, chance) if sessions else 0
