"""Hints at files: plans and videos by their SHA-256, and when plans came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.core.evaluation.hints_of import Hint, Record, School, by, in_time, leaves_of


def late_plans(school: School) -> Iterator[Hint]:
    """A plan that came after the end of the session which it names."""
    held: dict[str, Record] = {}
    for name, same in by("session", school.sessions).items():
        if over := [one for one in same if "ends" in one]:
            held[name] = max(over, key=lambda one: int(one["ends"]))
    for name, plans in by("session", school.plans).items():
        if name not in held:
            continue
        session = held[name]
        late = [plan for plan in plans if plan["at"] > session["ends"]]
        for plan in late:
            yield Hint(
                "plan-after-class",
                plan["subject"],
                (session["leaf"], plan["leaf"]),
                {"minutes": (plan["at"] - session["ends"]) // 60, "before": len(plans) - len(late)},
            )


def recycled(school: School) -> Iterator[Hint]:
    """One video for several sessions of a run, or in several courses. Classes that hear the same
    course may share its videos."""
    for same in by("sha2", school.sessions).values():
        if len(same) < 2:
            continue
        if len({one.get("course") for one in same}) > 1:
            yield _recycled(in_time(same), _elsewhere(in_time(same)))
            continue
        for within in by("run", same).values():
            if len({one.get("session") for one in within}) > 1:
                yield _recycled(in_time(within), in_time(within)[-1])


def _recycled(sessions: Sequence[Record], again: Record) -> Hint:
    others = [one for one in sessions if one is not again]
    return Hint(
        "video-recycled",
        again["subject"],
        leaves_of((*others, again)),
        {
            "sessions": len({one.get("session") for one in sessions}),
            "courses": len({one.get("course") for one in sessions}),
        },
    )


def copied_plans(school: School) -> Iterator[Hint]:
    """One plan from several teachers in several courses."""
    for same in by("sha2", school.plans).values():
        teachers, courses = ({one.get(name) for one in same} for name in ("subject", "course"))
        if len(teachers) > 1 and len(courses) > 1:
            plans = in_time(same)
            again = _elsewhere(plans)
            others = [one for one in plans if one is not again]
            yield Hint(
                "plan-copied",
                again["subject"],
                leaves_of((*others, again)),
                {"teachers": len(teachers), "courses": len(courses), "first": plans[0]["subject"]},
            )


def _elsewhere(records: Sequence[Record]) -> Record:
    """The first in another course than the first of all; of another teacher, if there is one."""
    first = records[0]
    others = [one for one in records if one.get("course") != first.get("course")]
    return next((one for one in others if one["subject"] != first["subject"]), others[0])
