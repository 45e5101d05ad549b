"""Charts as inline SVG: where one value stands among those of everybody. Exact until drawn."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

WIDTH, HEIGHT, BASE = 320, 64, 46
BINS = 20
LEAST = 6
"""Fewest people of whom a distribution is drawn: oneself and five others."""


def bins(values: Sequence[Fraction], count: int = BINS) -> tuple[Fraction, Fraction, list[int]]:
    """(lowest, highest, how many in each of `count` equal parts). `values` ascend and differ."""
    low, high = values[0], values[-1]
    found = [0] * count
    for one in values:
        found[min(count - 1, int((one - low) * count / (high - low)))] += 1
    return low, high, found


def place_of(values: Sequence[Fraction], own: Fraction) -> tuple[Fraction, Fraction]:
    """Which part of the others lies below, and which part is equal. `values` hold `own`."""
    others = len(values) - 1
    below = sum(one < own for one in values)
    equal = sum(one == own for one in values) - 1
    return Fraction(below, others), Fraction(equal, others)


def quantile(values: Sequence[Fraction], part: Fraction) -> Fraction:
    """Linear between neighbours; `values` ascend."""
    place = part * (len(values) - 1)
    lower = int(place)
    upper = min(lower + 1, len(values) - 1)
    return values[lower] + (place - lower) * (values[upper] - values[lower])


def histogram(values: Sequence[Fraction], own: Fraction | None, label: str) -> str:
    """The distribution with one's own place in it; `label` is read to those who cannot see it."""
    low, high, counts = bins(values)
    most = max(counts)
    step = WIDTH / len(counts)
    bars = "".join(
        f'<rect x="{number * step + 1:.1f}" y="{BASE - (BASE - 6) * one / most:.1f}" '
        f'width="{step - 2:.1f}" height="{(BASE - 6) * one / most:.1f}" rx="1"/>'
        for number, one in enumerate(counts)
        if one
    )
    middle = _x(quantile(values, Fraction(1, 2)), low, high)
    mark = ""
    if own is not None:
        x = _x(own, low, high)
        mark = (
            f'<line class="own" x1="{x:.1f}" x2="{x:.1f}" y1="2" y2="{BASE + 4}"/>'
            f'<path class="own" d="M{x - 5:.1f} {HEIGHT - 8} h10 l-5 -7 z"/>'
        )
    return (
        f'<svg class="chart" viewBox="-6 0 {WIDTH + 12} {HEIGHT}" role="img" aria-label="{label}">'
        f'<g class="bars">{bars}</g>'
        f'<line class="axis" x1="0" x2="{WIDTH}" y1="{BASE}" y2="{BASE}"/>'
        f'<line class="median" x1="{middle:.1f}" x2="{middle:.1f}" y1="6" y2="{BASE}"/>{mark}</svg>'
    )


def _x(value: Fraction, low: Fraction, high: Fraction) -> float:
    return float((value - low) / (high - low)) * WIDTH
