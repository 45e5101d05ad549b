"""Irregularities planted into a generated term, each with a label that says what and where.

A rate of nought plants none, any other at least one where there is room. No fact is in two labels.
What the kinds mean is written here once, goes into the list of labels, and is held by a test that
looks for itself. Innocent look-alikes remain unlabelled: sessions moved to a free slot, sessions
that fell out, plans and videos shared by classes which hear the same course, plans ten minutes
before class.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import TypeVar

from scripts.teaching_calendar import DAY, MINUTE, week_begins, week_of
from scripts.teaching_facts import Fact, night_after, rating, run_key
from scripts.teaching_people import SHORT, training
from scripts.teaching_school import Run, School

T = TypeVar("T")
Key = tuple[str, str]
"""Type and key of a fact."""

KINDS = {
    "session-without-students": (
        "无人到课 no students",
        "session-delivered whose attended is 0 in a run with enrolled students",
    ),
    "plan-after-class": (
        "课后补教案 plan after class",
        "plan-uploaded at a time after the end of the session that it names",
    ),
    "ratings-stuffed": (
        "刷评教 ratings stuffed",
        "rating-collected with more raters than the run has students, "
        "or from a span of less than an hour",
    ),
    "video-recycled": (
        "重复视频 video recycled",
        "session-delivered with the sha2 of another session of the same run, or of another course",
    ),
    "sessions-overlap": (
        "课次重叠 sessions overlap",
        "two session-delivered of one teacher whose times, from starts to ends, overlap",
    ),
    "two-places": (
        "分身两地 two places at once",
        "training-attended whose duration, before or after its time, overlaps with a "
        "session-delivered of the same teacher",
    ),
}
"""Every kind: its name in Chinese and English, and what is true of the statements of its label."""


@dataclass(frozen=True)
class Rates:
    """How much is planted, as a share of sessions held (`empty`), plans (`late`), course runs
    (`stuffed`), recorded sessions (`recycled`) and teachers (`overlap`, `two_places`)."""

    empty: float = 0.004
    late: float = 0.006
    stuffed: float = 0.03
    recycled: float = 0.012
    overlap: float = 0.10
    two_places: float = 0.06


@dataclass(frozen=True)
class Label:
    """`facts`: what to look at together; the last is what was planted."""

    kind: str
    teacher: int
    week: int
    facts: tuple[Key, ...]


class Planter:
    """Changes the facts of a term in place, and adds some; every draw has its own seed."""

    def __init__(self, school: School, facts: dict[Key, Fact]) -> None:
        self._school = school
        self._facts = facts
        self._untouchable = {
            ("session-delivered", fact.key) for fact in self._of("observation-made")
        }
        """What is in a label already, and sessions that a supervisor saw."""
        self._asked = {(fact.run, fact.session) for fact in self._of("question-answered")}
        """Sessions that students asked about: to move or empty one would belie the questions."""
        self._held: dict[int, list[Fact]] = defaultdict(list)
        for fact in self._of("session-delivered"):
            self._held[fact.teacher.number].append(fact)

    def plant(self, rates: Rates) -> list[Label]:
        """All kinds, at those rates; the labels by kind and time."""
        labels = [
            *self._overlap(rates.overlap),
            *self._two_places(rates.two_places),
            *self._recycled(rates.recycled),
            *self._empty(rates.empty),
            *self._late(rates.late),
            *self._stuffed(rates.stuffed),
        ]
        order = list(KINDS)
        return sorted(labels, key=lambda one: (order.index(one.kind), one.week, one.facts))

    # --------------------------------------------------------------- each kind

    def _overlap(self, rate: float) -> Iterator[Label]:
        chance = self._school.size.chance("overlap")
        yield from _some(rate, self._teachers(chance), lambda one: self._meet(one, chance))

    def _meet(self, teacher: int, chance: random.Random) -> Label | None:
        """A session of the days before is held while another one is."""
        mine = self._present(teacher)
        chance.shuffle(mine)
        for stays in mine:
            for moved in mine:
                days = _starts(stays) - _starts(moved)
                if 0 < days <= 7 * DAY and self._silent(moved):
                    starts = _starts(stays) + chance.randrange(-40, 60) * MINUTE
                    ends = starts + _ends(moved) - _starts(moved)
                    others = [one for one in self._held[teacher] if one not in (stays, moved)]
                    if starts > _starts(moved) and not _meets(starts, ends, others):
                        moved.at, moved.sent = starts, night_after(ends)
                        moved.fields |= {"starts": starts, "ends": ends}
                        return self._label("sessions-overlap", stays, moved)
        return None

    def _two_places(self, rate: float) -> Iterator[Label]:
        chance = self._school.size.chance("two places")
        aside = (SHORT + 1) * MINUTE

        def attend(teacher: int) -> Label | None:
            mine = self._present(teacher)
            if not mine:
                return None
            session = chance.choice(mine)
            at = chance.randrange(_starts(session) + aside, _ends(session) - aside)
            known = sum(one.teacher.number == teacher for one in self._of("training-attended"))
            added = training(session.teacher, known + 1, at, SHORT, "school")
            self._facts[added.type, added.key] = added
            return self._label("two-places", session, added)

        yield from _some(rate, self._teachers(chance), attend)

    def _recycled(self, rate: float) -> Iterator[Label]:
        chance = self._school.size.chance("recycled")
        videos = [one for one in self._of("session-delivered") if "sha2" in one.fields]
        chance.shuffle(videos)
        yield from _some(rate, videos, lambda one: self._again(one, videos, chance))

    def _again(self, again: Fact, videos: list[Fact], chance: random.Random) -> Label | None:
        """The video of an earlier session of the run, or of another course in the same school."""
        within = chance.random() < 0.6
        donors = [
            one
            for one in videos
            if one.at < again.at
            and one.teacher.school == again.teacher.school
            and ((one.run == again.run) if within else (one.course != again.course))
        ]
        if not donors or not self._free(again):
            return None
        donor = chance.choice(donors)
        same = [one for one in videos if one.fields["sha2"] == donor.fields["sha2"]]
        source = [one for one in same if not within or one.run == again.run]
        if not all(map(self._free, same)):
            return None
        again.fields["sha2"] = donor.fields["sha2"]
        return self._label("video-recycled", *source, again)

    def _empty(self, rate: float) -> Iterator[Label]:
        def leave(session: Fact) -> Label | None:
            if not (self._free(session) and self._silent(session)):
                return None
            session.fields["attended"] = 0
            return self._label("session-without-students", session)

        yield from _some(rate, self._shuffled("session-delivered", "empty"), leave)

    def _late(self, rate: float) -> Iterator[Label]:
        chance = self._school.size.chance("late")

        def delay(plan: Fact) -> Label | None:
            session = self._facts.get(("session-delivered", plan.key))
            if session is None or not self._free(session):
                return None
            late = chance.lognormvariate(0, 1.2) * 2 * DAY
            plan.at = plan.sent = _ends(session) + max(5 * MINUTE, min(round(late), 30 * DAY))
            return self._label("plan-after-class", session, plan)

        yield from _some(rate, self._shuffled("plan-uploaded", "plans"), delay)

    def _stuffed(self, rate: float) -> Iterator[Label]:
        chance = self._school.size.chance("stuffed")
        runs = list(self._school.runs)
        chance.shuffle(runs)

        def stuff(run: Run) -> Label | None:
            way = self._burst if chance.random() < 0.5 else self._surplus
            added = way(run, chance)
            opened = self._facts["run-opened", run_key(run)]
            return None if added is None else self._label("ratings-stuffed", opened, added)

        yield from _some(rate, runs, stuff)

    def _burst(self, run: Run, chance: random.Random) -> Fact | None:
        """Within half an hour, nearly all with five stars."""
        raters = chance.randrange(8, max(9, min(run.enrolled, 40)))
        weeks = self._school.size.weeks
        begins = week_begins(chance.choice((weeks // 2, weeks)) + 1) - chance.randrange(5 * DAY)
        histogram = [0, 0, 0, raters // 12, raters - raters // 12]
        added = rating(
            f"{run_key(run)}-3", run, begins, chance.randrange(4, 30) * MINUTE, histogram
        )
        self._facts[added.type, added.key] = added
        return added

    def _surplus(self, run: Run, chance: random.Random) -> Fact | None:
        """More raters than the run has students."""
        collected = self._facts.get(("rating-collected", f"{run_key(run)}-2"))
        if collected is not None:
            histogram = collected.fields["histogram"]
            assert isinstance(histogram, list)
            more = run.enrolled - sum(histogram) + chance.randrange(2, 5 + run.enrolled // 3)
            collected.fields["histogram"] = [*histogram[:-1], histogram[-1] + more]
        return collected

    # --------------------------------------------------------------- what they share

    def _label(self, kind: str, *facts: Fact) -> Label:
        keys = tuple((fact.type, fact.key) for fact in facts)
        self._untouchable.update(keys)
        return Label(kind, facts[-1].teacher.number, week_of(facts[-1].at - 1), keys)

    def _of(self, kind: str) -> list[Fact]:
        return [fact for fact in self._facts.values() if fact.type == kind]

    def _shuffled(self, kind: str, purpose: str) -> list[Fact]:
        found = self._of(kind)
        self._school.size.chance(purpose).shuffle(found)
        return found

    def _teachers(self, chance: random.Random) -> list[int]:
        numbers = [teacher.number for teacher in self._school.teachers]
        chance.shuffle(numbers)
        return numbers

    def _free(self, fact: Fact) -> bool:
        return (fact.type, fact.key) not in self._untouchable

    def _silent(self, session: Fact) -> bool:
        return (session.run, session.session) not in self._asked

    def _present(self, teacher: int) -> list[Fact]:
        """Sessions at which the teacher was in person, none of them in a label."""
        return [
            one
            for one in self._held[teacher]
            if one.fields["mode"] != "recorded" and self._free(one)
        ]


def _starts(session: Fact) -> int:
    starts = session.fields["starts"]
    assert type(starts) is int
    return starts


def _ends(session: Fact) -> int:
    ends = session.fields["ends"]
    assert type(ends) is int
    return ends


def _meets(starts: int, ends: int, sessions: list[Fact]) -> bool:
    """Whether the span overlaps with one of the sessions."""
    return any(_starts(one) < ends and starts < _ends(one) for one in sessions)


def _some(
    rate: float, candidates: list[T], change: Callable[[T], Label | None]
) -> Iterator[Label]:  # fmt: skip
    """Changes candidates until the rate's share of them is irregular, or none is left."""
    wanted = ceil(rate * len(candidates))
    for candidate in candidates:
        if wanted == 0:
            return
        label = change(candidate)
        if label is not None:
            wanted -= 1
            yield label
