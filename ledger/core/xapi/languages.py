"""Which entry of a language map a reader gets (Communication 2.1.3.s4, RFC 2616 §14.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

LanguageRange = tuple[str, int]
"""A range in lower case, or `*`, and its quality in thousandths."""

_ELEMENT = re.compile(
    r"[ \t]*(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)[ \t]*"
    r"(?:;[ \t]*q[ \t]*=[ \t]*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?",
    re.IGNORECASE,
)
MAX_RANGES = 64


def accepted_languages(header: str | None) -> tuple[LanguageRange, ...]:
    """The ranges of an Accept-Language header, in its order; what is malformed counts for nothing
    (RFC 9110 §12.4.1 lets a server disregard it)."""
    found: list[LanguageRange] = []
    for element in (header or "").split(",", MAX_RANGES)[:MAX_RANGES]:
        match = _ELEMENT.fullmatch(element)
        if match:
            found.append((match[1].lower(), round(float(match[2] or 1) * 1000)))
    return tuple(found)


def _matches(range_: str, tag: str) -> bool:
    return range_ == "*" or tag == range_ or tag.startswith(range_ + "-")


def _quality(tag: str, ranges: Sequence[LanguageRange]) -> tuple[int, int]:
    """Quality by the longest range that matches, and how early that range stands; -1 for none."""
    best = (-1, -1, 0)
    for place, (range_, quality) in enumerate(ranges):
        if _matches(range_, tag):
            length = 0 if range_ == "*" else len(range_)
            best = max(best, (length, quality, -place))
    return best[1], best[2]


def _best(tags: Sequence[str], ranges: Sequence[LanguageRange]) -> str | None:
    """The most wanted tag; a tag that nothing or only a quality of 0 matches is not wanted."""
    wanted = [(_quality(tag.lower(), ranges), tag) for tag in tags]
    top = max(quality for quality, _ in wanted)
    return None if top[0] <= 0 else next(tag for quality, tag in wanted if quality == top)


def choose_language(tags: Iterable[str], ranges: Sequence[LanguageRange]) -> str:
    """The one tag, of at least one, that a reader with these ranges gets.

    Where no range matches, a tag of the same primary language; then any that the reader has not
    refused (quality 0); then any. Among equals the first in the order of their text.
    """
    ordered = sorted(tags)
    primary = [(range_.split("-")[0], quality) for range_, quality in ranges if quality]
    refused = [*ranges, ("*", 1)]
    for wishes in (ranges, primary, refused):
        found = _best(ordered, wishes)
        if found is not None:
            return found
    return ordered[0]
