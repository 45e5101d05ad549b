"""A generated term in one drawing (SVG): sessions and attendance by week, the rhythm of the week,
class sizes, and where the irregularities lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 1160, 800
INK, GREY, LINE, RED = "#1c2733", "#5d6b78", "#c9d1d8", "#b3261e"
SHADES = {"live": "#3f6fb0", "blended": "#86aedb", "recorded": "#c9dcf1"}
MODE_NAMES = {"live": "直播 live", "blended": "混合 blended", "recorded": "录播 recorded"}
GREEN = "#2f7d4f"
DAYS = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri")
STEP = 10
"""Students by which class sizes are counted; whatever is above the last bar is put into it."""
LAST = 200
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Summary:
    """What is drawn. `sessions[w]`: sessions of week w + 1 by mode; `attendance[w]`: those who
    came per hundred enrolled, or None; `rhythm[day][period]`: sessions; `holidays`: (week, name);
    `irregular`: kind in words and the week of each."""

    title: str
    notes: str
    sessions: Sequence[dict[str, int]]
    attendance: Sequence[float | None]
    holidays: Sequence[tuple[int, str]]
    rhythm: Sequence[Sequence[int]]
    hours: Sequence[str]
    sizes: Sequence[int]
    irregular: Sequence[tuple[str, Sequence[int]]]


def svg(told: Summary) -> str:
    """The whole drawing."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="Noto Sans CJK SC, sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text((40, 42), told.title, 21, weight=700),
        _text((40, 66), told.notes, 13, GREY),
        *_weeks(told, (70, 130, 660, 240)),
        *_rhythm(told, (840, 130, 280, 240)),
        *_sizes(told.sizes, (70, 480, 400, 250)),
        *_irregular(told, (700, 480, 420, 250)),
    ]
    return "\n".join(parts) + "\n</svg>\n"


# ------------------------------------------------------------------- sessions by week


def _weeks(told: Summary, box: Box) -> Iterator[str]:
    x, y, width, height = box
    weeks = len(told.sessions)
    step = width / weeks
    # Twice as high as the bars, which leaves the upper half to the line.
    top = _round_up(2 * max((sum(week.values()) for week in told.sessions), default=0))
    yield _text((x - 30, y - 22), "每周课次 sessions per week", 14, weight=600)
    yield from _scale(box, top)
    for number, week in enumerate(told.sessions):
        left, base = x + number * step + step * 0.14, float(y + height)
        for mode, shade in SHADES.items():
            tall = week.get(mode, 0) * height / top
            base -= tall
            yield _rect(left, base, step * 0.72, tall, shade)
        yield _text(
            (x + (number + 0.5) * step, y + height + 17), str(number + 1), 11, GREY, "middle"
        )
    for week_number, name in told.holidays:
        late = week_number > weeks * 3 // 4
        across = x + (week_number if late else week_number - 0.5) * step
        yield _text((across, y + height + 34), name, 11, RED, "end" if late else "middle")
    yield from _line(told, box, step)
    yield from _legend(x + width - 480, y - 26)


def _line(told: Summary, box: Box, step: float) -> Iterator[str]:
    """Attendance over the bars, on a scale of its own from 0 to 100 %."""
    x, y, _, height = box
    points = [
        (x + (number + 0.5) * step, y + height * (1 - share / 100))
        for number, share in enumerate(told.attendance)
        if share is not None
    ]
    if points:
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
        yield f'<polyline points="{path}" fill="none" stroke="{GREEN}" stroke-width="2.2"/>'
    shares = [share for share in told.attendance if share is not None]
    told_at = list(zip(points, shares, strict=True))
    for (across, down), share in told_at[:1] + told_at[1:][-1:]:
        yield _text((across, down - 8), f"{share:.0f}%", 12, GREEN, "middle", 600)


def _legend(x: int, y: int) -> Iterator[str]:
    for mode, shade in SHADES.items():
        yield _rect(x, y - 8, 12, 12, shade)
        yield _text((x + 17, y + 3), MODE_NAMES[mode], 12, GREY)
        x += 118
    yield _rect(x, y - 3, 14, 3, GREEN)
    yield _text((x + 19, y + 3), "到课率 attendance", 12, GREY)


# ------------------------------------------------------------------- the week's rhythm


def _rhythm(told: Summary, box: Box) -> Iterator[str]:
    x, y, width, height = box
    most = max((count for row in told.rhythm for count in row), default=0) or 1
    across, down = width / len(told.rhythm), height / len(told.hours)
    yield _text((x - 50, y - 22), "一周的节律 rhythm of the week", 14, weight=600)
    for period, hour in enumerate(told.hours):
        yield _text((x - 10, y + (period + 0.5) * down + 4), hour, 12, GREY, "end")
    for day, row in enumerate(told.rhythm):
        yield _text((x + (day + 0.5) * across, y + height + 17), DAYS[day], 11, GREY, "middle")
        for period, count in enumerate(row):
            left, top = x + day * across, y + period * down
            dark = count / most
            yield _rect(left + 1, top + 1, across - 2, down - 2, SHADES["live"], 0.06 + 0.84 * dark)
            ink = "#fff" if dark > 0.55 else INK
            yield _text((left + across / 2, top + down / 2 + 5), f"{count:,}", 12, ink, "middle")


# ------------------------------------------------------------------- class sizes


def _sizes(sizes: Sequence[int], box: Box) -> Iterator[str]:
    x, y, width, height = box
    counts = [0] * (LAST // STEP + 1)
    for size in sizes:
        counts[min(size, LAST) // STEP] += 1
    top, step = _round_up(max(counts)), width / len(counts)
    yield _text((x - 30, y - 22), "教学班人数 class sizes", 14, weight=600)
    yield from _scale(box, top)
    for number, count in enumerate(counts):
        tall = count * height / top
        yield _rect(x + number * step + 1, y + height - tall, step - 2, tall, SHADES["blended"])
        if number * STEP % 40 == 0:
            label = f"{number * STEP}" + ("+" if number * STEP == LAST else "")
            yield _text((x + (number + 0.5) * step, y + height + 17), label, 11, GREY, "middle")
    middle = sorted(sizes)[len(sizes) // 2] if sizes else 0
    words = f"中位数 median {middle}，最多 most {max(sizes, default=0)}"
    yield _text((x + width, y + 14), words, 12, GREY, "end")


# ------------------------------------------------------------------- irregularities


def _irregular(told: Summary, box: Box) -> Iterator[str]:
    """A row for each kind, a mark for each that was planted, in its week."""
    x, y, width, height = box
    weeks = len(told.sessions)
    step, down = width / weeks, height / max(1, len(told.irregular))
    total = sum(len(places) for _, places in told.irregular)
    yield _text((x - 170, y - 22), f"埋入的异常 planted irregularities: {total}", 14, weight=600)
    for number in range(0, weeks + 1):
        yield _rect(x + number * step, y, 1, height, LINE, 0.5)
    for number in range(weeks):
        yield _text(
            (x + (number + 0.5) * step, y + height + 17), str(number + 1), 11, GREY, "middle"
        )
    for row, (kind, places) in enumerate(told.irregular):
        middle = y + (row + 0.5) * down
        zh, en = kind.split(" ", 1)
        yield _text((x - 12, middle - 2), f"{zh} {len(places)}", 12, INK, "end", 600)
        yield _text((x - 12, middle + 13), en, 11, GREY, "end")
        yield _rect(x, y + row * down, width, 1, LINE)
        seen: dict[int, int] = {}
        for week in (min(max(place, 1), weeks) for place in places):
            level = seen[week] = seen.get(week, 0) + 1
            across = x + (week - 1) * step + 4 + (level - 1) % 4 * (step - 8) / 3
            up = middle - down / 2 + 7 + (level - 1) // 4 * 7 % max(7.0, down - 8)
            yield f'<circle cx="{across:.1f}" cy="{up:.1f}" r="2.6" fill="{RED}" opacity="0.8"/>'


# ------------------------------------------------------------------- strokes


def _scale(box: Box, top: int) -> Iterator[str]:
    x, y, width, height = box
    for part in range(5):
        level = y + height - part * height / 4
        yield _rect(x, level, width, 1, LINE)
        yield _text((x - 8, level + 4), f"{top * part / 4:,.0f}", 11, GREY, "end")


def _round_up(count: int) -> int:
    """The next of 4, 8, 12, 16, 20, 40, 80, 120 …: a scale whose quarters are whole."""
    ten = 1
    while 20 * ten < count:
        ten *= 10
    return next(top * ten for top in (4, 8, 12, 16, 20) if top * ten >= count)


def _rect(
    x: float, y: float, width: float, height: float, fill: str, opacity: float = 1
) -> str:  # fmt: skip
    faint = "" if opacity == 1 else f' opacity="{opacity:.2f}"'
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{fill}"{faint}/>'
    )


def _text(
    place: tuple[float, float], words: str, size: int, colour: str = INK, anchor: str = "start",
    weight: int = 400,
) -> str:  # fmt: skip
    return (
        f'<text x="{place[0]:.1f}" y="{place[1]:.1f}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'
    )
