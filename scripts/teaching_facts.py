"""What a course run leaves behind in a generated term: one fact for each record, before xAPI.

`fields` bear the names of docs/spec/teaching-records.md. Everything here is regular; what is
planted afterwards stands in `teaching_irregular`.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

from scripts.teaching_calendar import DAY, HOUR, MINUTE, NAME, by_day, week_begins
from scripts.teaching_school import Course, Run, Size, Teacher
from scripts.teaching_sessions import Session, heads

Field = str | int | float | bool | list[int]
REGISTRAR, PLATFORM, LIVE, PLANS = "registrar", "course-platform", "live-platform", "lesson-plans"
RATINGS, QUALITY, STAFF = "student-ratings", "quality-office", "staff-office"
SOURCES = (REGISTRAR, PLATFORM, LIVE, PLANS, RATINGS, QUALITY, STAFF)
"""The systems that send records; what two send in the same second stands in this order."""
K_ANONYMITY = 5
STARS = 5


@dataclass
class Fact:
    """`key` names it within its type; `at`: when it was so; `sent`: when its source sends it."""

    type: str
    key: str
    teacher: Teacher
    at: int
    sent: int
    source: str
    fields: dict[str, Field]
    course: Course | None = None
    run: Run | None = None
    session: int | None = None
    actor: str = ""
    """The account of who acts, where that is neither the teacher nor the source itself."""


def of_run(
    kind: str, key: str, run: Run, at: int, source: str,
    *, sent: int = 0, session: int | None = None, actor: str = "", **fields: Field,
) -> Fact:  # fmt: skip
    """A fact of a course run; sent at once unless told otherwise."""
    return Fact(
        kind, key, run.teacher, at, sent or at, source, fields, run.course, run, session, actor
    )


def run_key(run: Run) -> str:
    return f"{NAME}-{run.number:04d}"


def session_key(run: Run, number: int) -> str:
    return f"{run_key(run)}-{number:02d}"


def sha2(words: str) -> str:
    """The SHA-256 of a file that is only told of."""
    return hashlib.sha256(words.encode()).hexdigest()


def night_after(moment: int) -> int:
    """When the platforms send what a day brought: at two in the morning, UTC+8."""
    first = week_begins(1)
    return first + ((moment - first) // DAY + 1) * DAY + 2 * HOUR


def facts_of_run(run: Run, held: list[Session], size: Size) -> Iterator[Fact]:
    """Everything about one course run. `held`: its sessions in order."""
    chance = size.chance(f"facts/{run.number}")
    yield _opened(run, size)
    for session in held:
        yield from _facts_of_session(session, size, chance)
    for week in range(1, size.weeks + 1):
        yield _interactions(run, week, held, chance)
    for number, week in enumerate(range(4, size.weeks + 1, 4), 1):
        yield _graded(run, number, week, chance)
    yield from _ratings(run, size, chance)
    if run.open:
        yield _operated(run, size, chance)
    if chance.random() < 0.3 + 0.5 * run.teacher.care:
        at = by_day(chance, week_begins(size.weeks + 1), 14)
        yield of_run("reflection-written", run_key(run), run, at, PLANS,
                     sha2=sha2(f"{size.seed}/reflection/{run.number}"))  # fmt: skip


def _opened(run: Run, size: Size) -> Fact:
    return of_run(
        "run-opened", run_key(run), run, week_begins(-3) + run.number, REGISTRAR,
        mode=run.mode, first_run=run.first_run, open=run.open, enrolled=run.enrolled,
        starts=week_begins(1), ends=week_begins(size.weeks + 1),
    )  # fmt: skip


# ------------------------------------------------------------------- a session


def _facts_of_session(session: Session, size: Size, chance: random.Random) -> Iterator[Fact]:
    run, number = session.run, session.number
    key, lesson = session_key(run, number), f"{size.seed}/{run.course.number}/{number}"
    slot = of_run(
        "slot-scheduled", key, run, week_begins(-2) + run.number, REGISTRAR, session=number,
        mode=run.mode, starts=session.starts, ends=session.ends,
    )  # fmt: skip
    slot.fields |= _place(run)
    yield slot
    yield of_run(
        "plan-uploaded", key, run, session.plan_at, PLANS, session=number,
        # Classes that hear the same course share its plans, and below its videos.
        sha2=sha2(f"plan/{lesson}"),
    )  # fmt: skip
    if not session.took_place:
        return
    held = of_run(
        "session-delivered", key, run, session.began, LIVE if run.mode == "live" else PLATFORM,
        sent=night_after(session.over), session=number,
        mode=run.mode, starts=session.began, ends=session.over, attended=session.attended,
    )  # fmt: skip
    held.fields |= _place(run) or {"sha2": sha2(f"video/{lesson}")}
    yield held
    for question in range(session.questions):
        if chance.random() < 0.6 + 0.4 * run.teacher.care:
            yield _answer(session, f"{key}-{question + 1}", chance)


def _place(run: Run) -> dict[str, Field]:
    """A room on campus for a blended run, one on the live platform for a live one; a recorded one
    needs none."""
    if run.mode == "recorded":
        return {}
    room = run.number * 37 % 90
    return {"place": f"直播间 {run.number}" if run.mode == "live" else f"教{room // 9 + 1}-{room}"}


def _answer(session: Session, key: str, chance: random.Random) -> Fact:
    asked = session.began + chance.randrange(2 * DAY)
    wait = round(chance.lognormvariate(0, 1.1) * (20 - 14 * session.run.teacher.care) * HOUR)
    answered = asked + max(2 * MINUTE, min(wait, 10 * DAY))
    return of_run(
        "question-answered", key, session.run, answered, PLATFORM, sent=night_after(answered),
        session=session.number, asked=asked, answered=answered,
    )  # fmt: skip


# ------------------------------------------------------------------- a week, a term


def _interactions(run: Run, week: int, held: list[Session], chance: random.Random) -> Fact:
    """What the platform counted from one Monday to the next; a quiet week is counted too."""
    starts, ends = week_begins(week), week_begins(week + 1)
    now = [one for one in held if one.took_place and starts <= one.began < ends]
    posts = sum(one.posts for one in now) + heads(chance, run.enrolled, 0.06)
    return of_run(
        "interactions-counted", f"{run_key(run)}-{week:02d}", run, ends, PLATFORM,
        sent=ends + 3 * HOUR, starts=starts, ends=ends, posts=posts,
        replies=heads(chance, posts, 0.2 + 0.6 * run.teacher.care),
        questions=sum(one.questions for one in now),
        participants=min(run.enrolled, heads(chance, posts, 0.6)),
    )  # fmt: skip


def _graded(run: Run, number: int, week: int, chance: random.Random) -> Fact:
    submissions = heads(chance, run.enrolled, 0.93 - 0.04 * number)
    days = chance.lognormvariate(0, 0.5) * (9 - 6 * run.teacher.care)
    turnaround = round(min(days, 30) * DAY)
    return of_run(
        "grading-done", f"{run_key(run)}-{number}", run,
        week_begins(week + 1) + round(turnaround * 1.4), PLATFORM,
        submissions=submissions, graded=heads(chance, submissions, 0.99), turnaround=turnaround,
    )  # fmt: skip


def _ratings(run: Run, size: Size, chance: random.Random) -> Iterator[Fact]:
    """In the middle of the term for a week, after it for a fortnight; below five raters none."""
    surveys = [("1", size.weeks // 2, 7, 0.3), ("2", size.weeks, 14, 0.7)]
    for name, week, days, share in surveys if size.weeks >= 4 else surveys[1:]:
        raters = heads(chance, run.enrolled, share)
        mean = 2.6 + 2.0 * run.teacher.care + chance.gauss(0, 0.2)
        histogram = [0] * STARS
        for _ in range(raters):
            histogram[min(STARS, max(1, round(chance.gauss(mean, 0.9)))) - 1] += 1
        if raters >= K_ANONYMITY:
            yield rating(
                f"{run_key(run)}-{name}", run, week_begins(week + 1), days * DAY, histogram
            )


def rating(key: str, run: Run, starts: int, seconds: int, histogram: list[int]) -> Fact:
    """The ratings that a run got in a span of time, sent when it is over."""
    return of_run(
        "rating-collected", key, run, starts + seconds, RATINGS,
        actor=f"raters-{run_key(run)}", starts=starts, ends=starts + seconds, histogram=histogram,
    )  # fmt: skip


def _operated(run: Run, size: Size, chance: random.Random) -> Fact:
    """Beside its own class, whoever came from outside."""
    outside = round(chance.lognormvariate(6.2, 0.8))
    ends = week_begins(size.weeks + 1)
    posts = round(outside * chance.uniform(0.1, 0.9))
    return of_run(
        "open-course-operated", run_key(run), run, ends, PLATFORM, sent=ends + 4 * HOUR,
        starts=week_begins(1), ends=ends, open=True, enrolled=run.enrolled + outside,
        completed=heads(chance, run.enrolled, 0.85) + heads(chance, outside, 0.12),
        schools=heads(chance, 30, 0.15), posts=posts, replies=heads(chance, posts, 0.3),
    )  # fmt: skip
