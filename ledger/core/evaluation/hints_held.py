"""Hints at sessions held: how many came, and when they were."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ledger.core.evaluation.aggregates import lengths
from ledger.core.evaluation.hints_of import UNKNOWN, Hint, Record, School, by, leaves_of

MINUTE = 60


def without_students(school: School) -> Iterator[Hint]:
    """Nobody came, though the run has students, or nobody knows how many."""
    for session in school.sessions:
        if session.get("attended") == 0:
            enrolled = school.enrolled(session)
            if enrolled != 0:
                detail = {"enrolled": UNKNOWN if enrolled is None else enrolled}
                yield _hint("session-without-students", (session,), **detail)


def above_enrolment(school: School) -> Iterator[Hint]:
    """More came than are enrolled."""
    for session in school.sessions:
        enrolled = school.enrolled(session)
        if enrolled is not None and session.get("attended", 0) > enrolled:
            pair = (school.opened[session["run"]], session)
            yield _hint(
                "attendance-above-enrolment", pair, attended=session["attended"], enrolled=enrolled
            )


# ------------------------------------------------------------------- far from the median


def outliers(school: School) -> Iterator[Hint]:
    """Attendance far from the median of its run. That nobody came is a kind of its own."""
    limits = school.limits
    for sessions in by("run", school.sessions).values():
        sessions = [one for one in sessions if "attended" in one]
        if len(sessions) < limits.sessions:
            continue
        twice = _twice_median([one["attended"] for one in sessions])
        deviations = [abs(2 * one["attended"] - twice) for one in sessions]
        four_times = _twice_median(deviations)
        crowd = school.enrolled(sessions[0])
        # Everything in quarters of a head: medians of medians have no other fractions.
        least = max(
            limits.deviations * four_times,
            4 * limits.heads - 1,
            4 * (twice // 2 if crowd is None else crowd) // limits.share,
        )
        for session, deviation in zip(sessions, deviations, strict=True):
            if 2 * deviation > least and session["attended"]:
                yield _hint(
                    "attendance-outlier",
                    (session,),
                    attended=session["attended"],
                    median=_halves(twice),
                    sessions=len(sessions),
                )


def _twice_median(values: Sequence[int]) -> int:
    """Twice the median, which is an integer: the sum of the two in the middle."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]


def _halves(twice: int) -> str:
    return f"{twice}/2" if twice % 2 else str(twice // 2)


# ------------------------------------------------------------------- at the same time


@dataclass(frozen=True, slots=True)
class _Held:
    """A session as one span, whatever number of records tells of it."""

    starts: int
    ends: int
    records: tuple[Record, ...]


def _held(sessions: Iterable[Record]) -> list[_Held]:
    """Sessions at which a teacher is at that time, by their start: not what was recorded."""
    there = [
        one
        for one in sessions
        if one.get("mode") != "recorded" and "starts" in one and "ends" in one
    ]
    held = [
        _Held(min(one["starts"] for one in same), max(one["ends"] for one in same), tuple(same))
        for same in by("session", there).values()
    ]
    return sorted(held, key=lambda one: (one.starts, one.records[0]["leaf"]))


def overlapping(school: School) -> Iterator[Hint]:
    """Sessions of one teacher that run into one another: each chain of them is one hint."""
    for mine in by("subject", school.sessions).values():
        chain: list[_Held] = []
        reach = 0
        for one in _held(mine):
            if chain and one.starts >= reach:
                yield from _chained(chain)
                chain = []
            reach = max(reach, one.ends) if chain else one.ends
            chain.append(one)
        yield from _chained(chain)


def _chained(chain: Sequence[_Held]) -> Iterator[Hint]:
    if len(chain) > 1:
        _, twice = lengths((one.starts, one.ends) for one in chain)
        assert isinstance(twice, int)
        records = [record for one in chain for record in one.records]
        yield _hint("sessions-overlap", records, sessions=len(chain), minutes=twice // MINUTE)


def two_places(school: School) -> Iterator[Hint]:
    """A training, within its length before or after its time, and a session of the same teacher.

    The hint names the first such session and counts them all.
    """
    held = by("subject", school.sessions)
    for subject, trainings in by("subject", school.trainings).items():
        sessions = _held(held.get(subject, ()))
        starts = [one.starts for one in sessions]
        ends = sorted(one.ends for one in sessions)
        reach = list(accumulate((one.ends for one in sessions), max))
        for training in trainings:
            length = training.get("duration", 0)
            if not 0 < length <= school.limits.training:
                continue
            begin, end = training["at"] - length, training["at"] + length
            met = bisect_left(starts, end) - bisect_right(ends, begin)
            if met > 0:
                first = sessions[bisect_right(reach, begin)]
                shared = min(end, first.ends) - max(begin, first.starts)
                yield _hint(
                    "two-places",
                    (*first.records, training),
                    sessions=met,
                    minutes=shared // MINUTE,
                )


def _hint(code: str, records: Sequence[Record], **detail: int | str) -> Hint:
    """The subject is that of the last record."""
    return Hint(code, records[-1]["subject"], leaves_of(records), detail)
