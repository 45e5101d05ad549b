"""`played-segments` of the xAPI Video Profile as whole seconds that were played.

`a[.]b[,]c[.]d`: from a to b and from c to d, seconds of the video, in the order of playing. Where
playing has just begun again (the statement is `seeked`) the text ends with a start alone: of that
nothing was played yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from math import ceil, floor

from ledger.core.teaching.values import Wrong

MAX_SEGMENTS = 5_000
"""The rule language takes 10,000 numbers in a list of segments."""
SEAM = Decimal("0.25")
"""A player learns where it is every 15 to 250 ms (`timeupdate` of HTML), so that playing without a
break leaves gaps of that size between segments: they count as played."""

_TIME = r"[0-9]{1,7}(?:\.[0-9]{1,12})?"
_SEGMENT = re.compile(rf"({_TIME})\[\.\]({_TIME})")
_START = re.compile(_TIME)
_EXPECTED = f"at most {MAX_SEGMENTS} segments a[.]b[,]c[.]d, each from a start to no earlier end"

Segment = tuple[Decimal, Decimal]


def read_segments(text: object) -> tuple[int, ...]:
    """start, end, start, end, … in whole seconds, ascending and apart; () where nothing was played.

    Seams are closed, then every start is rounded up and every end down: no second counts that was
    not played from its beginning to its end. Raises Wrong.
    """
    found: list[int] = []
    for start, end in _joined(_parsed(text)):
        if ceil(start) < floor(end):
            found += (ceil(start), floor(end))
    return tuple(found)


def _parsed(text: object) -> list[Segment]:
    if type(text) is not str:
        raise Wrong(_EXPECTED)
    parts = text.split("[,]", MAX_SEGMENTS + 1) if text else []
    if parts and _START.fullmatch(parts[-1]):
        parts.pop()
    matches = [_SEGMENT.fullmatch(part) for part in parts]
    segments = [(Decimal(one[1]), Decimal(one[2])) for one in matches if one is not None]
    if not len(matches) == len(segments) <= MAX_SEGMENTS or any(a > b for a, b in segments):
        raise Wrong(_EXPECTED)
    return segments


def _joined(segments: Iterable[Segment]) -> list[Segment]:
    """Union of the segments in which something was played, with seams closed."""
    joined: list[Segment] = []
    for start, end in sorted(one for one in segments if one[0] < one[1]):
        if joined and start - joined[-1][1] <= SEAM:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
