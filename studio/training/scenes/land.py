"""Mountains, grounds, dunes and paths."""

from __future__ import annotations

import numpy as np

from studio.training.scenes.canvas import Fade, Sheet, darker, lighter
from studio.training.scenes.colours import DUNE, SNOW, Floats, mix
from studio.training.scenes.noise import hills, smooth
from studio.training.scenes.painter import Painter, aside
from studio.training.scenes.shapes import points

MOUNTAIN_TONES = ("#5f6f96", "#55778a", "#7a6484")


def profile(p: Painter, row: float, height: float, waves: float) -> Floats:
    """(w,) rows of a rolling ground whose lowest crest is at `row`; `height` pixels, `waves` a unit of width."""
    across = p.canvas.width / p.unit
    return (row - hills(p.rng, p.canvas.width, waves * across) * height).astype(np.float32)


def ground(p: Painter, line: Floats, colour: Floats, depth: float = 0.0) -> None:
    """Ground under a line, lighter at its crest."""
    light = p.light
    crest = lighter(light.lit(colour, depth), 0.0 if light.dark else 0.10)
    p.canvas.fill_below(
        line,
        crest,
        light.lit(colour * 0.74, depth * 0.8),
        reach=min(p.canvas.height, float(line.min()) + 0.45 * p.unit),
    )


def mountain_range(p: Painter, row: float, height: float, depth: float, colour: Floats, snow: bool, count: int) -> None:
    """Overlapping peaks with a lit and a shaded side; their feet fade into the haze. `height` in pixels."""
    canvas, u = p.canvas, p.unit
    across = canvas.width / u
    number = max(2, round(count * across))
    sheet = canvas.sheet(top=row - height * 1.15, bottom=row + 0.12 * u)
    spots = [((i + p.uniform(0.3, 0.7)) / number * canvas.width, p.uniform(0.62, 1.0)) for i in range(number)]
    spots[int(p.rng.integers(number))] = (spots[int(p.rng.integers(number))][0], 1.0)
    bottom = row + 0.12 * u
    for x, share in sorted(spots, key=lambda spot: -spot[1]):
        peak = height * share
        _mountain(p, sheet, x, row, peak, peak * p.uniform(0.85, 1.15), depth, colour, snow)
    sheet.polygon(
        points((0, row - 1), (canvas.width, row - 1), (canvas.width, bottom), (0, bottom)),
        p.light.lit(colour * 0.85, depth),
    )
    canvas.paste(sheet, fade=Fade(row - height * 0.75, row + 0.02 * u, p.light.haze, 0.62 - 0.35 * (1 - depth)))


def _mountain(
    p: Painter,
    sheet: Sheet,
    x: float,
    row: float,
    height: float,
    spread: float,
    depth: float,
    colour: Floats,
    snow: bool,
) -> None:
    light = p.light
    lit_side = light.lit(lighter(colour, 0.10), depth)
    dark_side = light.lit(darker(colour, 0.42), depth)
    left, right = (lit_side, dark_side) if light.side < 0 else (dark_side, lit_side)
    west, spine, east = (_slope(p, height, reach) for reach in (-spread, 0.14 * spread * p.uniform(-1, 1), spread))
    top = np.array((x, row - height), np.float32)
    sheet.polygon(np.concatenate([west + top, spine[::-1] + top]), left)
    sheet.polygon(np.concatenate([spine + top, east[::-1] + top]), right)
    if snow:
        bright, shaded = (
            light.lit(SNOW, depth * 0.7),
            light.lit(SNOW * np.array((0.72, 0.79, 0.94), np.float32), depth * 0.8),
        )
        west_snow, east_snow = (bright, shaded) if light.side < 0 else (shaded, bright)
        for edge, tone in ((west, west_snow), (east, east_snow)):
            sheet.polygon(_cap(edge, spine) + top, tone)


def _slope(p: Painter, height: float, reach: float) -> Floats:
    """(9, 2) from the summit (0, 0) down to (reach, height), a little jagged."""
    share = np.linspace(0, 1, 9)
    jag = p.rng.normal(0, 0.030, 9) * height * (share > 0) * (share < 1)
    bend = share**0.92
    return np.stack([reach * bend + jag, height * share + 0.3 * jag], 1).astype(np.float32)


def _cap(edge: Floats, spine: Floats) -> Floats:
    """Snow between a slope and the spine: down to the fourth point outside, with teeth below."""
    outer, inner = edge[:5], spine[:6]
    teeth = [outer[-1]]
    for i, share in enumerate((0.25, 0.5, 0.75)):
        between = outer[-1] * (1 - share) + inner[-1] * share
        teeth.append(between - (0, (0.075, -0.045, 0.085)[i] * edge[-1, 1]))
    return np.concatenate([outer, np.array(teeth[1:], np.float32), inner[::-1]]).astype(np.float32)


def drifts(p: Painter, line: Floats, colour: Floats) -> None:
    """Soft blue shade on a snowfield, as on a dune."""
    _shaded_flank(p, line, colour, 0.0, 0.16 * p.unit)


def dunes(p: Painter, row: float) -> Floats:
    """Four ridges of sand, each lit on one side; returns the line of the nearest."""
    canvas, u = p.canvas, p.unit
    colour = p.tint(DUNE, 0.015)
    line = profile(p, row, 0.05 * u, 1.0)
    for i in range(4):
        near = i / 3
        crest = (row + near * (canvas.height - row) * 0.62) + 0.02 * u
        line = profile(p, crest, u * (0.055 + 0.05 * near), 0.9)
        ground(p, line, colour * (1.0 - 0.05 * near), 0.42 * (1 - near))
        _shaded_flank(p, line, colour, 0.42 * (1 - near), u * (0.09 + 0.11 * near))
    return line


def _shaded_flank(p: Painter, line: Floats, colour: Floats, depth: float, drop: float) -> None:
    """The lee side: from the crest a sharp edge winds down towards the eye; away from the light of it lies shade."""
    canvas, u = p.canvas, p.unit
    margin = int(0.12 * canvas.width)
    crest = int(line[margin : canvas.width - margin].argmin()) + margin
    away = 1.0 if p.light.side < 0 else -1.0
    down = (canvas.rows - line[crest]) / drop
    edge = crest + away * u * (0.10 * down + 0.035 * np.sin(down * 3.5))
    beyond = (canvas.columns - edge) * away
    inside = np.clip(beyond + 0.5, 0, 1) * np.clip(canvas.rows - line + 0.5, 0, 1)
    fade = np.exp(-np.clip(beyond, 0, None) / (0.20 * u)) * smooth(1.25 - down, 0.0, 0.9)
    canvas.veil((inside * fade * 0.62).astype(np.float32), p.light.lit(darker(colour, 0.60), depth))


@aside
def path(p: Painter, start: float, goal: float, line: Floats, colour: Floats) -> None:
    """A winding way from the picture's lower edge up to row `goal`, narrowing."""
    canvas, u = p.canvas, p.unit
    share = np.linspace(0, 1, 40)
    rows = canvas.height + (goal - canvas.height) * share**0.75
    swing = np.sin(share * 5.2) * (0.15 * (1 - share) + 0.02) * u
    middle = start * canvas.width + (0.5 * canvas.width - start * canvas.width) * share * 0.7 + swing
    half = u * (0.085 * (1 - share) ** 1.5 + 0.006)
    outline = np.concatenate([np.stack([middle - half, rows], 1), np.stack([middle + half, rows], 1)[::-1]])
    sheet = canvas.sheet(float(outline[:, 0].min()), goal, float(outline[:, 0].max()), canvas.height)
    sheet.polygon(outline.astype(np.float32), p.light.lit(colour))
    canvas.paste(sheet, solid=False, fade=Fade(canvas.height, goal, p.light.haze, 0.3))
    p.note("path", sheet.left, goal, sheet.right, canvas.height)


def tufts(p: Painter, line: Floats, colour: Floats, number: int) -> None:
    """Little sheaves of grass on the near ground, always at the same places."""
    canvas, u = p.canvas, p.unit
    places = np.random.default_rng(5)  # the same in every picture, so that pictures can be joined
    sheet = canvas.sheet(top=float(line.min()))
    dark = p.light.lit(colour * 0.62)
    for _ in range(int(number * canvas.width / u)):
        x, depth = float(places.uniform(0, canvas.width)), float(places.uniform(0.15, 1.0))
        top = float(line[int(x)])
        y = top + depth * (canvas.height - top)
        size = u * (0.014 + 0.016 * depth)
        for lean in (-0.55, 0.0, 0.55):
            sheet.polygon(points((x - 0.18 * size, y), (x + 0.18 * size, y), (x + lean * size, y - size)), dark)
    canvas.paste(sheet, solid=False, opacity=0.8)


def tone_of_mountains(p: Painter) -> Floats:
    """One of three colours of rock."""
    code = MOUNTAIN_TONES[int(p.rng.integers(len(MOUNTAIN_TONES)))]
    return mix(np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32), p.light.middle, 0.08)
