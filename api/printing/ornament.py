"""The frame and the rosette behind a certificate's text, as one SVG of A4 landscape.

`python -m api.printing.ornament` writes `template/background.svg` again. It is a file and not
typst code because typst would evaluate that code for every certificate (10 ms), while a file that
does not change is read once. One unit is 0.1 mm.
"""

import math
from collections.abc import Iterator
from pathlib import Path

WIDTH, HEIGHT = 2970, 2100
INSET, BAND = 90, 60
"""From the paper's edge to the outer line; from the outer line to the inner one."""

BRONZE, LIGHT, MIST = "#8f7136", "#c4ab72", "#efe5cf"
TARGET = Path(__file__).parent / "template" / "background.svg"


def _stroke(width: float, colour: str) -> str:
    return f'fill="none" stroke="{colour}" stroke-width="{width:g}"'


def _rectangle(inset: int, width: float, colour: str) -> str:
    return (
        f'<rect x="{inset}" y="{inset}" width="{WIDTH - 2 * inset}" '
        f'height="{HEIGHT - 2 * inset}" {_stroke(width, colour)}/>'
    )


def _wave(count: int, step: float, height: float) -> str:
    """Path data of `count` half periods along x from the origin, as cubic curves."""
    parts = ["M0 0"]
    for i in range(count):
        h = height * 1.32 * (1 if i % 2 == 0 else -1)
        a, b, c = (step * (i + part) for part in (0.36, 0.64, 1))
        parts.append(f"C{a:.1f} {h:.1f} {b:.1f} {h:.1f} {c:.1f} 0")
    return "".join(parts)


def _plait(x: float, y: float, turn: int, length: float, count: int) -> str:
    """Two waves plaited with a finer pair, from (x, y) along the direction `turn` (degrees)."""
    step = length / count
    wide = _wave(count, step, 12.5) + _wave(count, step, -12.5)
    fine = _wave(count, step, 7) + _wave(count, step, -7)
    return (
        f'<g transform="translate({x:g} {y:g}) rotate({turn})">'
        f'<path d="{wide}" {_stroke(1.7, BRONZE)}/><path d="{fine}" {_stroke(1.0, LIGHT)}/></g>'
    )


def _petals(radius: float, count: int, depth: float, turn: float) -> str:
    """Path data of a closed curve of `count` petals around the origin, 6 points each."""
    steps = count * 6
    points = []
    for i in range(steps):
        angle = 2 * math.pi * i / steps
        r = radius * (1 + depth * math.cos(angle * count + turn))
        points.append(f"{r * math.cos(angle):.1f} {r * math.sin(angle):.1f}")
    return "M" + "L".join(points) + "z"


def _rosette(x: float, y: float, rings: tuple[tuple[float, int, float], ...], turns: int) -> str:
    """Rings of petals around (x, y); each ring is drawn `turns` times, shifted."""
    return (
        f'<g transform="translate({x:g} {y:g})">'
        + "".join(_petals_path(radius, count, depth, turns) for radius, count, depth in rings)
        + "</g>"
    )


def _petals_path(radius: float, count: int, depth: float, turns: int) -> str:
    data = "".join(
        _petals(radius, count, depth, 2 * math.pi * turn / turns) for turn in range(turns)
    )
    return f'<path d="{data}"/>'


def _corner(x: int, y: int) -> str:
    petals = _rosette(x, y, ((27, 8, 0.24),), 3)
    return (
        f'<circle cx="{x}" cy="{y}" r="46" fill="white" stroke="{BRONZE}" stroke-width="3"/>'
        f'<circle cx="{x}" cy="{y}" r="40" {_stroke(1.2, LIGHT)}/>'
        f"<g {_stroke(1.2, BRONZE)}>{petals}</g>"
        f'<circle cx="{x}" cy="{y}" r="6" fill="{BRONZE}"/>'
    )


def _lines() -> Iterator[str]:
    """The parts, back to front."""
    rings = ((470.0, 30, 0.13), (345.0, 24, 0.17), (215.0, 18, 0.22), (105.0, 12, 0.3))
    yield f"<g {_stroke(1.6, MIST)}>{_rosette(WIDTH / 2, HEIGHT / 2 - 40, rings, 3)}</g>"
    yield _rectangle(INSET, 4.5, BRONZE)
    yield _rectangle(INSET + BAND, 1.8, BRONZE)
    yield _rectangle(INSET + BAND + 11, 1.0, LIGHT)
    near = INSET + BAND // 2
    start = INSET + 2 * BAND
    for y in (near, HEIGHT - near):
        yield _plait(start, y, 0, WIDTH - 2 * start, 64)
    for x in (near, WIDTH - near):
        yield _plait(x, start, 90, HEIGHT - 2 * start, 44)
    for x in (near, WIDTH - near):
        for y in (near, HEIGHT - near):
            yield _corner(x, y)


def background_svg() -> str:
    """The whole picture; the same text every time."""
    body = "\n".join(_lines())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">\n{body}\n</svg>\n'
    )


if __name__ == "__main__":
    TARGET.write_text(background_svg(), encoding="utf-8")
