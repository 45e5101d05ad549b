"""What is said of many values at once: sums, middles, lengths of unions, histograms.

Values are known here; what is missing was sorted out before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ledger.core.evaluation.nodes import LEAST_CROWD
from ledger.core.evaluation.numbers import Missing, Number, bounded, divided, plain

CROWD = Missing(frozenset({"k-anonymity"}))
UNEVEN = Missing(frozenset({"histogram-length"}))

Histogram = tuple[int, ...]


def total(values: Iterable[Number]) -> Number | Missing:
    """The sum, in order; missing as soon as a running total is too large."""
    found: Number = 0
    for value in values:
        found += value
        if type(found) is not int or found.bit_length() > 1000:
            limited = bounded(plain(found))
            if isinstance(limited, Missing):
                return limited
            found = limited
    return found


def product(values: Iterable[Number]) -> Number | Missing:
    """The product, in order; missing as soon as a running product is too large."""
    found: Number = 1
    for value in values:
        limited = bounded(plain(found * value))
        if isinstance(limited, Missing):
            return limited
        found = limited
    return found


def mean(values: Sequence[Number]) -> Number | Missing:
    """Sum over number; at least one value."""
    found = total(values)
    return found if isinstance(found, Missing) else divided(found, len(values))


def median(values: Sequence[Number]) -> Number | Missing:
    """The middle value, or the mean of the two in the middle; at least one value."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else mean(ordered[half - 1 : half + 1])


def lengths(intervals: Iterable[tuple[Any, Any]]) -> tuple[Number | Missing, Number | Missing]:
    """Length that at least one half-open interval covers, and that two or more cover.

    An interval that does not end after its start covers nothing.
    """
    edges: list[tuple[Number, int]] = []
    for start, end in intervals:
        if start < end:
            edges += [(start, 1), (end, -1)]
    once: list[Number] = []
    twice: list[Number] = []
    depth, last = 0, None
    for place, step in sorted(edges):
        if last is not None and depth and place > last:
            once.append(place - last)
            if depth > 1:
                twice.append(place - last)
        depth, last = depth + step, place
    return total(once), total(twice)


def tally(histograms: Sequence[Histogram]) -> Histogram | Missing:
    """Histograms added place by place; missing when their lengths differ. At least one."""
    if len({len(one) for one in histograms}) > 1:
        return UNEVEN
    return tuple(map(sum, zip(*histograms, strict=True)))


def mean_rating(histogram: Histogram) -> Number | Missing:
    """Mean place, the first being 1; missing below five ratings."""
    if (crowd := sum(histogram)) < LEAST_CROWD:
        return CROWD
    return divided(sum(place * many for place, many in enumerate(histogram, 1)), crowd)


def median_rating(histogram: Histogram) -> Number | Missing:
    """Median place; the mean of both places where the two in the middle differ."""
    if (crowd := sum(histogram)) < LEAST_CROWD:
        return CROWD
    low, high = _place_of(histogram, (crowd - 1) // 2), _place_of(histogram, crowd // 2)
    return divided(low + high, 2)


def _place_of(histogram: Histogram, rank: int) -> int:
    """Place of the rating with `rank` ratings before it."""
    place = 0
    while rank >= 0:
        rank -= histogram[place]
        place += 1
    return place


def share(histogram: Histogram, low: int, high: int) -> Number | Missing:
    """Part of the ratings on places `low` to `high`; missing below five ratings."""
    if (crowd := sum(histogram)) < LEAST_CROWD:
        return CROWD
    return divided(sum(histogram[low - 1 : high]), crowd)


def enough(histogram: Histogram, least: int) -> Histogram | Missing:
    """The histogram, if it counts at least so many ratings."""
    return histogram if sum(histogram) >= least else CROWD
