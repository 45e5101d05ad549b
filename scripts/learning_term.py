"""Students' term of learning, made: `python -m scripts.learning_term --out DIR`.

  statements.jsonl  xAPI 2.0 statements of registrar and platform, one a line, in the order of time
  credits.json      for each student the credits that follow, decided before any statement was made
                    (`learning_plan.py`), and the ids of the statements that cannot be used

Beside what counts there is what must not: a quiz repeated after the term, single questions, an
enrolment that the student asserts, segments that are none. The same options give the same files, to
the byte; there is no clock and no network in it. No person in it exists.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.core.learning.vocabulary import (
    COURSES,
    EXTENSIONS,
    LENGTH,
    QUIZZES,
    SEGMENTS,
    SESSIONS,
    VIDEO_PROFILE,
    VIDEOS,
    WAIVED,
)
from ledger.core.teaching.vocabulary import ADL
from scripts.learning_plan import Course, Student, Taken, Transfer, courses, student
from scripts.teaching_calendar import DAY, HOUR, MOST_WEEKS, NAME, by_day, rfc3339, week_begins

STATEMENTS, CREDITS = "statements.jsonl", "credits.json"
HOME = "https://weibei.example"
START, END = week_begins(1), week_begins(MOST_WEEKS + 1)
"""The term in Unix seconds, to before its end."""
WEEKS = 16
QUESTION = f"{ADL}/activities/question"
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, f"{HOME}/learning-term")
Json = dict[str, Any]
Made = tuple[bool, Json]
"""Whether it cannot be used, and the statement."""


@dataclass(frozen=True)
class LearningTerm:
    """`students` and what each of them does."""

    students: tuple[Student, ...]
    seed: int

    @cached_property
    def _made(self) -> list[Made]:
        made = [one for who in self.students for one in _Writer(who, self.seed).all()]
        return sorted(made, key=lambda one: (one[1]["timestamp"], one[1]["id"]))

    @property
    def statements(self) -> list[Json]:
        """In the order of their times."""
        return [one for _, one in self._made]

    @property
    def refused(self) -> list[str]:
        """Ids of the statements that mean a record and cannot be used, in order."""
        return sorted(one["id"] for bad, one in self._made if bad)

    def lines(self) -> Iterator[bytes]:
        """Each statement as a line of JSON."""
        for one in self.statements:
            yield json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def credits(self) -> Json:
        """What follows for every student; numbers as in results, `n` or `n/d`."""
        return {
            "period": {"name": NAME, "start": START, "end": END},
            "seed": self.seed,
            "statements": len(self.statements),
            "refused": self.refused,
            "students": {
                f"{HOME}|{_name(who.number)}": {
                    "courses": str(len(who.taken)),
                    "passed": str(sum(not one.missed for one in who.taken)),
                    "earned": str(who.earned),
                    "transferred": str(who.transferred),
                    "credits": str(who.earned + who.transferred),
                }
                for who in self.students
            },
        }


def learning_term(students: int, offered: int, seed: int) -> LearningTerm:
    """The term of that many students, who choose among that many courses."""
    known = courses(offered, seed)
    return LearningTerm(tuple(student(one, known, seed) for one in range(students)), seed)


# ------------------------------------------------------------------- one student's statements


def _name(number: int) -> str:
    return f"s-{number:05d}"


def _agent(name: str) -> Json:
    return {"objectType": "Agent", "account": {"homePage": HOME, "name": name}}


def _activity(path: str, kind: str) -> Json:
    return {"id": f"{HOME}/{path}", "definition": {"type": kind}}


def _of(course: Course) -> str:
    return f"course/c{course.number:03d}"


def _ours(**values: Any) -> Json:
    return {EXTENSIONS + name.replace("_", "-"): value for name, value in values.items()}


class _Writer:
    """The statements of one student."""

    def __init__(self, who: Student, seed: int) -> None:
        self.who = who
        self._seed = seed
        self._chance = random.Random(f"{seed}/statements/{who.number}")
        self._count = 0

    def all(self) -> Iterator[Made]:
        for taken in self.who.taken:
            yield False, self._enrolled(taken.course, taken.course.credits, "registrar")
            yield from self._videos(taken)
            yield from self._quizzes(taken)
            yield from self._sessions(taken)
        for transfer in self.who.transfers:
            for credits in transfer.credits:
                yield False, self._transferred(transfer, credits)
        if self.who.number % 3 == 0 and self.who.taken:
            own = self._enrolled(self.who.taken[0].course, 40, _name(self.who.number))
            yield True, own

    def _made(self, verb: str, thing: Json, at: int, by: str, **more: Any) -> Json:
        """`more`: course, extensions of the context, result."""
        context: Json = {"platform": by if by == "registrar" else "mooc-platform"}
        if "course" in more:
            course = _activity(_of(more["course"]), COURSES[0])
            context["contextActivities"] = {"parent": [course]}
        if "extensions" in more:
            context["extensions"] = more["extensions"]
        key = f"{self._seed}/{self.who.number}/{self._count}"
        self._count += 1
        made: Json = {
            "id": str(uuid.uuid5(_IDS, key)),
            "actor": _agent(_name(self.who.number)),
            "verb": {"id": verb},
            "object": thing,
            "context": context,
            "timestamp": rfc3339(at),
            "authority": _agent(by),
        }
        return {**made, "result": more["result"]} if "result" in more else made

    def _when(self, week: int = 1, weeks: int = WEEKS) -> int:
        return by_day(self._chance, week_begins(week), weeks * 7)

    def _enrolled(self, course: Course, credits: float, by: str) -> Json:
        counts = _ours(
            credits=credits,
            video_length=sum(course.videos),
            quizzes=course.quizzes,
            sessions=course.sessions,
        )
        at = START + 9 * HOUR + self._chance.randrange(HOUR)
        at += 0 if by == "registrar" else 30 * DAY
        thing = _activity(_of(course), COURSES[0])
        return self._made(f"{ADL}/verbs/registered", thing, at, by, extensions=counts)

    def _transferred(self, transfer: Transfer, credits: float) -> Json:
        number = f"{transfer.institution}/{self.who.number}/{transfer.course}"
        facts = _ours(
            institution=transfer.institution,
            certificate=f"C2025-{self.who.number:05d}-{transfer.course}",
            sha2=sha256(number.encode()).hexdigest(),
            credits=credits,
        )
        thing = _activity(f"course/x{transfer.course:02d}", COURSES[0])
        return self._made(WAIVED, thing, self._when(), "registrar", extensions=facts)

    def _videos(self, taken: Taken) -> Iterator[Made]:
        """Played from the start, in two goes that overlap, with seams; then nothing but seeking."""
        for number, seconds in enumerate(taken.watched):
            length = taken.course.videos[number]
            half = seconds // 2
            for start, end in ((0, half), (max(0, half - 7), seconds)):
                if start < end:
                    text = _played(start, end, length, self._chance)
                    yield False, self._video("paused", taken.course, number, text)
            sought = f"0[.]0.4[,]{length - 1}.5"
            yield False, self._video("seeked", taken.course, number, sought)
            yield False, self._video("played", taken.course, number, None)
        if taken.missed == "videos":
            wrong = self._chance.choice(("0[.]NaN", "-5[.]9000", "0[.]99999", "9[.]3", "0-900"))
            yield True, self._video("paused", taken.course, 0, wrong)

    def _video(self, verb: str, course: Course, number: int, text: str | None) -> Json:
        told = {f"{VIDEO_PROFILE}/extensions/time": 0} if text is None else {SEGMENTS: text}
        return self._made(
            f"{VIDEO_PROFILE}/verbs/{verb}",
            _activity(f"{_of(course)}/video/{number}", VIDEOS[0]),
            self._when(),
            "mooc-platform",
            course=course,
            extensions={LENGTH: course.videos[number]},
            result={"extensions": told},
        )

    def _quizzes(self, taken: Taken) -> Iterator[Made]:
        """One or two attempts, the best not always last; a question; a repetition too late."""
        for number, best in enumerate(taken.best):
            path = f"{_of(taken.course)}/quiz/{number}"
            question = _activity(f"{path}/question/1", QUESTION)
            yield False, self._scored("answered", question, taken.course, 100, self._when())
            if best is None:
                continue
            quiz = _activity(path, QUIZZES[number % len(QUIZZES)])
            verb = "passed" if best >= 60 else "failed"
            yield False, self._scored(verb, quiz, taken.course, best, self._when())
            if best and self._chance.random() < 0.5:
                other = self._chance.randrange(best)
                yield False, self._scored("scored", quiz, taken.course, other, self._when())
        if taken.missed == "quizzes":
            quiz = _activity(f"{_of(taken.course)}/quiz/0", QUIZZES[0])
            yield False, self._scored("passed", quiz, taken.course, 100, END + self._count)

    def _scored(self, verb: str, thing: Json, course: Course, hundredths: int, at: int) -> Json:
        result = {"score": {"scaled": hundredths / 100}}
        by = "mooc-platform"
        return self._made(f"{ADL}/verbs/{verb}", thing, at, by, course=course, result=result)

    def _sessions(self, taken: Taken) -> Iterator[Made]:
        """The first ones, one each week; now and then told twice."""
        for number in range(taken.attended):
            thing = _activity(
                f"{_of(taken.course)}/session/{number:02d}", SESSIONS[number % len(SESSIONS)]
            )
            for _ in range(2 if self._chance.random() < 0.1 else 1):
                at = self._when(number + 1, 1)
                verb = f"{ADL}/verbs/attended"
                yield False, self._made(verb, thing, at, "mooc-platform", course=taken.course)


def _played(start: int, end: int, length: int, chance: random.Random) -> str:
    """From start to end with a break or two, whose seams a player's clock leaves open; the end not
    on the second unless the video ends there."""
    inner = sorted(chance.sample(range(start + 1, end), min(2, end - start - 1)))
    parts, at = [], str(start)
    for second in inner:
        parts.append(f"{at}[.]{second}.{chance.randrange(100, 700)}")
        last = parts[-1].rpartition("[.]")[2]
        at = f"{float(last) + chance.randrange(20, 200) / 1000:.3f}"
    last = str(end) if end == length else f"{end}.{chance.randrange(1000):03d}"
    return "[,]".join([*parts, f"{at}[.]{last}"])


# ------------------------------------------------------------------- the command


def write(made: LearningTerm, out: Path) -> None:
    """Both files."""
    out.mkdir(parents=True, exist_ok=True)
    digest = sha256()
    with (out / STATEMENTS).open("wb") as file:
        for line in made.lines():
            file.write(line)
            digest.update(line)
    credits = {"sha256": digest.hexdigest(), **made.credits()}
    (out / CREDITS).write_text(json.dumps(credits, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes a term."""
    parser = argparse.ArgumentParser(
        "python -m scripts.learning_term",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    for name, default in (("students", 100), ("courses", 12), ("seed", 1)):
        parser.add_argument(f"--{name}", type=_above_zero, default=default, metavar="N",
                            help=f"({default})")  # fmt: skip
    chosen = parser.parse_args(arguments)
    made = learning_term(chosen.students, chosen.courses, chosen.seed)
    write(made, chosen.out)
    print(f"{len(made.statements):,} 条陈述 statements")
    for name in (STATEMENTS, CREDITS):
        print(f"{chosen.out / name}  {(chosen.out / name).stat().st_size:,} B")
    return 0


def _above_zero(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("1 …")
    return number


if __name__ == "__main__":
    sys.exit(main())
