"""Played segments: by example, at the borders, and against a second of slow counting."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.learning.segments import MAX_SEGMENTS, SEAM, read_segments
from ledger.core.teaching.values import Wrong


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", ()),
        ("0[.]10", (0, 10)),
        ("0.001[.]10.999", (1, 10)),
        ("0.5[.]1.5", ()),
        ("0.5[.]0.9", ()),
        ("3[.]3", ()),
        ("7", ()),
        ("0[.]10[,]176.4", (0, 10)),
        ("20[.]30[,]0[.]10", (0, 10, 20, 30)),
        ("0[.]10[,]5[.]15[,]6[.]7", (0, 15)),
        # seams, as players leave them: closed up to a quarter of a second
        ("0[.]63.964[,]64.025[.]77.784", (0, 77)),
        ("0[.]9.9[,]10.15[.]20", (0, 20)),
        ("0[.]9.9[,]10.151[.]20", (0, 9, 11, 20)),
        ("0[.]10[,]10[.]20", (0, 20)),
        # what was only touched while seeking does not lengthen anything
        ("0[.]10[,]10.2[.]10.2[,]10.4[.]20", (0, 10, 11, 20)),
        ("9999999[.]9999999.999999999999", ()),
    ],
)
def test_examples(text: str, seconds: tuple[int, ...]) -> None:
    assert read_segments(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *(None, 1, True, ["0[.]1"], {}, float("nan")),
        *(
            "-1[.]5",
            "5[.]3",
            "5.5[.]5",
            "NaN[.]5",
            "0[.]NaN",
            "0[.]Infinity",
            "0[.]1e3",
            "+0[.]1",
            " 0[.]1",
        ),
        *("0[.]1\n", "0-5", "0[.]", "[.]5", "0[.]1[.]2", "0[.]1[,]", "[,]0[.]1", "0[.]1,2[.]3"),
        *("5[,]0[.]10", "0[.]10[,]5[,]6", "x", ".5[.]1", "0.[.]1", "0[.]12345678", "٠[.]٥"),
        "0[.]0." + "1" * 13,
        "[[0,5]]",
    ],
)
def test_wrong(text: Any) -> None:
    with pytest.raises(Wrong):
        read_segments(text)


def test_most_segments() -> None:
    parts = [f"{2 * place}[.]{2 * place + 1}" for place in range(MAX_SEGMENTS + 1)]
    assert len(read_segments("[,]".join(parts[:-1]))) == 2 * MAX_SEGMENTS
    assert len(read_segments("[,]".join([*parts[:-1], "3"]))) == 2 * MAX_SEGMENTS
    for more in ("[,]".join(parts), "[,]".join([*parts, "3"])):
        with pytest.raises(Wrong):
            read_segments(more)


_TIMES = st.decimals(0, 30, places=2)
_SPANS = st.lists(st.tuples(_TIMES, _TIMES).map(lambda ends: (min(ends), max(ends))), max_size=8)
_STEP = Fraction(1, 200)


def _text(spans: list[tuple[Decimal, Decimal]]) -> str:
    return "[,]".join(f"{start}[.]{end}" for start, end in spans)


def _seconds(read: tuple[int, ...]) -> set[int]:
    return {
        second for place in range(0, len(read), 2) for second in range(read[place], read[place + 1])
    }


@given(_SPANS)
def test_a_second_counts_that_was_played_from_end_to_end_but_for_seams(
    spans: list[tuple[Decimal, Decimal]],
) -> None:
    """Moments between hundredths are played, or lie in a gap of at most a quarter second."""
    moments = [Fraction(2 * place + 1) * _STEP for place in range(3_000)]
    real = [(Fraction(start), Fraction(end)) for start, end in spans if start < end]
    marks = [any(start < one < end for start, end in real) for one in moments]
    joined = list(marks)
    last = None
    for place, mark in enumerate(marks):
        if mark:
            if last is not None and (place - last - 1) * 2 * _STEP <= Fraction(SEAM):
                joined[last:place] = [True] * (place - last)
            last = place
    whole = {second for second in range(30) if all(joined[100 * second : 100 * (second + 1)])}
    assert _seconds(read_segments(_text(spans))) == whole


@given(_SPANS)
def test_ascending_and_apart_and_the_order_does_not_matter(
    spans: list[tuple[Decimal, Decimal]],
) -> None:
    read = read_segments(_text(spans))
    assert list(read) == sorted(set(read)) and len(read) % 2 == 0
    assert read_segments(_text(spans[::-1])) == read


@given(st.text("0123456789.[],-eN \n", max_size=40))
def test_any_text_is_read_or_wrong(text: str) -> None:
    try:
        read = read_segments(text)
    except Wrong:
        return
    assert all(type(one) is int for one in read)
