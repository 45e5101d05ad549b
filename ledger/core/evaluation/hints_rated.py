"""Hints at ratings: more than there are students, or sooner than students come."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.evaluation.hints_of import UNKNOWN, Hint, Record, School

_SCALE = 10**12
"""Rates are whole numbers: so many ratings in so many seconds for each of so many students."""


def stuffed(school: School) -> Iterator[Hint]:
    """More raters than students, or a span in which no honest collection fits."""
    for rating in school.ratings:
        enrolled, raters, span = _looked(school, rating)
        if (enrolled is None or raters <= enrolled) and (
            span is None or span >= school.limits.burst
        ):
            continue
        opened = () if enrolled is None else (school.opened[rating["run"]]["leaf"],)
        yield Hint(
            "ratings-stuffed",
            rating["subject"],
            (*opened, rating["leaf"]),
            {
                "raters": raters,
                "enrolled": UNKNOWN if enrolled is None else enrolled,
                "minutes": UNKNOWN if span is None else span // 60,
            },
        )


def bursts(school: School) -> Iterator[Hint]:
    """Many times as many ratings per student and hour as elsewhere in the school.

    Not those that are stuffed already for their short span.
    """
    rates: list[tuple[int, Record]] = []
    for rating in school.ratings:
        enrolled, raters, span = _looked(school, rating)
        if enrolled and span:
            rates.append((raters * _SCALE // (span * enrolled), rating))
    if not rates:
        return
    median = sorted(rate for rate, _ in rates)[len(rates) // 2]
    for rate, rating in rates:
        _, raters, span = _looked(school, rating)
        if span and span >= school.limits.burst and rate > school.limits.burst_factor * median > 0:
            yield Hint(
                "rating-burst",
                rating["subject"],
                (rating["leaf"],),
                {"raters": raters, "hours": span // 3_600, "times": rate // median},
            )


def _looked(school: School, rating: Record) -> tuple[int | None, int, int | None]:
    """Enrolled, raters, and seconds from start to end; None where one is not known."""
    span = rating["ends"] - rating["starts"] if "starts" in rating and "ends" in rating else None
    return school.enrolled(rating), sum(rating.get("histogram", ())), span
