"""One value among those of everybody: a histogram as inline SVG. Exact until it is drawn."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import ceil, floor, isqrt

from api.reports.figures import decimal

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BASE = 360, 96, 14, 346, 18, 64
LEAST_OTHERS = 5
"""Of fewer other people no distribution is shown."""
MOST_BINS, WIDEST = 18, 48


@dataclass(frozen=True)
class Bins:
    """`counts` of equal parts of width `step` from `start`. Each holds its lower end; the last one
    its upper end too. `whole`: one part a whole number, which lies in its middle."""

    start: Fraction
    step: Fraction
    counts: tuple[int, ...]
    whole: bool

    @property
    def end(self) -> Fraction:
        return self.start + self.step * len(self.counts)

    def part_of(self, value: Fraction) -> int | None:
        """In which part a value lies; None outside."""
        if not self.start <= value <= self.end:
            return None
        return min(len(self.counts) - 1, floor((value - self.start) / self.step))

    def edges(self, part: int) -> tuple[Fraction, Fraction]:
        return self.start + self.step * part, self.start + self.step * (part + 1)


def bins(values: Sequence[Fraction]) -> Bins:
    """`values` ascend, and differ. Widths are 1, 2 or 5 times a power of ten."""
    low, high = values[0], values[-1]
    integers = all(one.denominator == 1 for one in values)
    step = _nice((high - low) / min(MOST_BINS, 6 + isqrt(len(values))))
    if integers:
        step = max(step, Fraction(1))
    whole = integers and step == 1
    start = low - Fraction(1, 2) if whole else floor(low / step) * step
    count = floor((high - start) / step) + 1 if integers else ceil((high - start) / step)
    counts = [0] * count
    for one in values:
        counts[min(count - 1, floor((one - start) / step))] += 1
    return Bins(start, step, tuple(counts), whole)


def _nice(least: Fraction) -> Fraction:
    """The smallest of 1, 2, 5, 10, 20, … and their tenths that is not below."""
    power = Fraction(1)
    while power * 10 <= least:
        power *= 10
    while power > least:
        power /= 10
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least)


def quantile(values: Sequence[Fraction], part: Fraction) -> Fraction:
    """Linear between neighbours; `values` ascend."""
    place = part * (len(values) - 1)
    lower = floor(place)
    upper = min(lower + 1, len(values) - 1)
    return values[lower] + (place - lower) * (values[upper] - values[lower])


def place_of(others: Sequence[Fraction], own: Fraction) -> tuple[Fraction, Fraction]:
    """(share of the others that lies below, share that is the same); `others` ascend."""
    below = bisect_left(others, own)
    same = bisect_right(others, own, lo=below) - below
    return Fraction(below, len(others)), Fraction(same, len(others))


# ------------------------------------------------------------------- the drawing


def histogram(values: Sequence[Fraction], own: Fraction | None, label: str, person: str) -> str:
    """The distribution, below it the middle half with the median, above it one's own place.

    `label` is read to those who cannot see it; `person`: what one of the counted is called.
    """
    told = bins(values)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">'
        f"{''.join(_bars(told, own, person))}"
        f'<path class="axis" d="M{LEFT} {BASE + 0.5}H{RIGHT}"/>{_middle(told, values)}'
        f"{''.join(_ticks(told))}{_mark(told, own)}</svg>"
    )


def _bars(told: Bins, own: Fraction | None, person: str) -> Iterator[str]:
    most = max(told.counts)
    step = (RIGHT - LEFT) / len(told.counts)
    gap = max(min(1.5, step * 0.1), (step - WIDEST) / 2 if told.whole else 0)
    mine = told.part_of(own) if own is not None else None
    for part, count in enumerate(told.counts):
        if not count:
            continue
        tall = max(1.5, (BASE - TOP) * count / most)
        low, high = told.edges(part)
        span = decimal((low + high) / 2) if told.whole else f"{decimal(low)} – {decimal(high)}"
        yield (
            f'<rect class="bar{" me" if part == mine else ""}" x="{LEFT + part * step + gap:.1f}" '
            f'y="{BASE - tall:.1f}" width="{step - 2 * gap:.1f}" height="{tall:.1f}">'
            f"<title>{span}: {count} {escape(person)}</title></rect>"
        )


def _middle(told: Bins, values: Sequence[Fraction]) -> str:
    first, median, third = (_x(told, quantile(values, Fraction(n, 4))) for n in (1, 2, 3))
    return (
        f'<rect class="half" x="{first:.1f}" y="{BASE + 4}" '
        f'width="{max(2.0, third - first):.1f}" height="5" rx="2.5"/>'
        f'<rect class="median" x="{median - 1.25:.1f}" y="{BASE + 2}" width="2.5" height="9"/>'
    )


def _ticks(told: Bins) -> Iterator[str]:
    """Numbers below the axis: few, and round ones."""
    count = len(told.counts)
    shift = told.step / 2 if told.whole else Fraction(0)
    places = [told.start + shift + told.step * n for n in range(count + (not told.whole))]
    room = 6 if max(len(decimal(one)) for one in places) < 6 else 3
    apart = next(n for n in (1, 2, 5, 10, 20) if ceil(len(places) / n) <= room)
    for one in places:
        if (one / told.step) % apart == 0:
            x = _x(told, one)
            yield f'<path class="axis" d="M{x:.1f} {BASE}v3"/>'
            yield f'<text x="{x:.1f}" y="{HEIGHT - 7}" text-anchor="middle">{decimal(one)}</text>'


def _mark(told: Bins, own: Fraction | None) -> str:
    if own is None or told.part_of(own) is None:
        return ""
    x = _x(told, own)
    return (
        f'<path class="own" d="M{x:.1f} {TOP - 8}V{BASE}"/>'
        f'<path class="here" d="M{x - 5:.1f} {TOP - 15}h10l-5 8z"/>'
    )


def _x(told: Bins, value: Fraction) -> float:
    return LEFT + float((value - told.start) / (told.end - told.start)) * (RIGHT - LEFT)
