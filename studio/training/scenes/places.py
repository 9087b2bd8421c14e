"""The places: each lays its grounds one over the other and says where things stand on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio.training.scenes import details, things, trees, water
from studio.training.scenes.colours import DUNE, GRASS, ROCK, SAND, SNOW, Floats, mix
from studio.training.scenes.land import (
    drifts,
    dunes,
    ground,
    mountain_range,
    path,
    profile,
    tone_of_mountains,
    tufts,
)
from studio.training.scenes.painter import Line, Painter, along, aside
from studio.training.scenes.sky import paint_mist
from studio.training.scenes.towns import city, village
from studio.training.scenes.world import TREES

HORIZON = {
    "mountains": 0.60, "sea": 0.56, "lake": 0.54, "river": 0.50, "desert": 0.54, "forest": 0.48, "meadow": 0.58,
    "hills": 0.50, "island": 0.56, "city": 0.64, "village": 0.50, "snow": 0.56, "beach": 0.46,
}  # fmt: skip
EARTH = np.array((0.78, 0.64, 0.44), np.float32)


def green(p: Painter) -> Floats:
    """The grass of this picture."""
    return p.tint(mix(GRASS, np.array((0.44, 0.60, 0.36), np.float32), 0.5 if p.chance(0.5) else 0.0), 0.012)


def backdrop(p: Painter, row: float, height: float = 0.26) -> None:
    """Mountains in the background, where the scene has them."""
    if p.scene.thing("peaks"):
        snow = p.scene.place == "snow" or p.chance(0.65)
        mountain_range(p, row, height * p.unit, 0.42, tone_of_mountains(p), snow, 3)
        p.note("peaks", 0, row - height * p.unit, p.canvas.width, row)


def _rolling(p: Painter, colour: Floats, rows: tuple[float, ...], height: float, waves: float = 1.1) -> list[Floats]:
    """Grounds one before the other at these shares of the picture's height; far ones pale. Returns their lines."""
    lines: list[Floats] = []
    for i, row in enumerate(rows):
        far = 1 - i / max(1, len(rows) - 1)
        line = profile(p, row * p.canvas.height, height * p.unit * (1 - 0.3 * far), waves)
        ground(p, line, colour * (0.94 + 0.06 * far), 0.50 * far)
        lines.append(line)
    return lines


def distant_trees(p: Painter, kind: str, line: Line, number: int, height: float) -> None:
    """A row of small pale trees that belongs to the place, not to what was asked for; `height` in units."""
    noted = p.boxes.get(kind)
    trees.grove(p, kind, line, number, height * p.unit, None, 0.40, solid=False)
    p.boxes.pop(kind)
    if noted:
        p.boxes[kind] = noted


def _mountains(p: Painter) -> None:
    row, u = p.horizon, p.unit
    tone = tone_of_mountains(p)
    snow = p.chance(0.75)
    mountain_range(p, row - 0.02 * u, 0.36 * u, 0.66, tone, snow, 3)
    paint_mist(p, row - 0.03 * u, 0.07 * u, 0.35)
    mountain_range(p, row + 0.05 * u, 0.30 * u, 0.34, tone * 0.92, snow, 3)
    paint_mist(p, row + 0.04 * u, 0.05 * u, 0.30)
    grass = green(p) * 0.86
    lines = _rolling(p, grass, (0.73, 0.90), 0.07)
    things.put_far(p, along(lines[0]))
    _finish_ground(p, lines[-1], grass)


def _finish_ground(p: Painter, line: Floats, colour: Floats, sink: float = 0.055) -> None:
    """Way, grass and everything that stands on the nearest ground."""
    if p.scene.thing("path"):
        path(p, 0.42, float(line.mean()), line, p.tint(EARTH, 0.012))
    tufts(p, line, colour, 26)
    things.put_near(p, along(line), sink)


def _sea(p: Painter) -> None:
    u = p.unit
    backdrop(p, p.horizon + 0.005 * u, 0.13)
    water.water(p, p.horizon)
    _on_islets(p)
    things.put_afloat(p, p.horizon, p.canvas.height)
    if p.scene.thing("rocks"):
        details.rocks(p, lambda _: p.canvas.height * 0.88)


@aside
def _on_islets(p: Painter) -> None:
    """Whatever stands on land, on a rock of its own in the water."""
    u = p.unit
    for thing in p.scene.things:
        if thing.kind not in things.BUILD:
            continue
        near, far, gap = things.SIZES[thing.kind]
        height = (far if thing.far else near) * 0.92
        row = p.horizon + (0.05 if thing.far else 0.20) * (p.canvas.height - p.horizon) + 0.03 * u
        for x in p.columns_for(thing, gap * height):
            half = u * height * (0.62 if thing.kind != "lighthouse" else 0.40)
            details.islet(p, x, row, half)
            things.BUILD[thing.kind](p, x, row - 0.20 * half, height * u, thing)


def _lake(p: Painter) -> None:
    row, u = p.horizon, p.unit
    grass = green(p) * 0.82
    if p.scene.thing("peaks"):
        mountain_range(p, row - 0.01 * u, 0.30 * u, 0.44, tone_of_mountains(p), p.chance(0.7), 3)
        p.note("peaks", 0, row - 0.3 * u, p.canvas.width, row)
    shore = profile(p, row - 0.012 * u, 0.06 * u, 1.4)
    ground(p, shore, grass, 0.42)
    distant_trees(p, "pine", lambda _: row - 0.02 * u, 22, 0.075)
    things.put_far(p, along(shore), 0.03)
    water.water(p, row)
    if p.scene.thing("bridge"):
        details.bridge(p, row + 0.10 * u, p.scene.things[[t.kind for t in p.scene.things].index("bridge")])
    near = profile(p, 0.955 * p.canvas.height, 0.05 * u, 1.0)
    things.put_afloat(p, row, 0.95 * p.canvas.height)
    ground(p, near, grass)
    _finish_ground(p, near, grass, 0.03)


def _river(p: Painter) -> None:
    """A stream that winds from the hills to the eye between two green banks."""
    row, u, canvas = p.horizon, p.unit, p.canvas
    backdrop(p, row + 0.03 * u)
    grass = green(p)
    lines = _rolling(p, grass, (row / canvas.height + 0.05, row / canvas.height + 0.12), 0.06)
    things.put_far(p, along(lines[0]), 0.02)
    before = canvas.pixels.copy()
    marks = canvas.accent.copy()
    top = float(lines[-1].mean()) + 0.012 * u
    water.water(p, top)
    bridge = p.scene.thing("bridge")
    cover = _stream(p, top)
    canvas.pixels[:] = before * (1 - cover) + canvas.pixels * cover
    canvas.accent[:] = marks * (1 - cover[..., 0]) + canvas.accent * cover[..., 0]
    if bridge:
        details.bridge(p, top + 0.17 * u, bridge)
    things.put_afloat(p, top, canvas.height)
    line = np.full(canvas.width, 0.80 * canvas.height, np.float32)
    tufts(p, np.full(canvas.width, 0.94 * canvas.height, np.float32), grass, 14)
    things.put_near(p, along(line), 0.03)


def _stream(p: Painter, top: float) -> Floats:
    """(h, w, 1) where the river is: a wide bed in front that winds away to the horizon."""
    canvas, u = p.canvas, p.unit
    near = np.clip((canvas.rows - top) / (canvas.height - top), 0, 1)
    middle = canvas.width * 0.5 + np.sin(near * 5.6 + 0.6) * 0.16 * u * (0.25 + 0.75 * near)
    half = u * (0.012 + 0.40 * near**1.35)
    inside = np.clip((half - np.abs(canvas.columns - middle)) / 1.5 + 0.5, 0, 1) * (canvas.rows >= top)
    return inside.astype(np.float32)[..., None]


def _desert(p: Painter) -> None:
    u = p.unit
    if p.scene.thing("peaks"):
        mountain_range(p, p.horizon + 0.05 * u, 0.22 * u, 0.42, np.array((0.66, 0.42, 0.33), np.float32), False, 3)
        p.note("peaks", 0, p.horizon - 0.2 * u, p.canvas.width, p.horizon)
    first = profile(p, p.horizon + 0.045 * u, 0.03 * u, 0.8)
    pyramid = p.scene.thing("pyramid")
    if pyramid and pyramid.far:
        things.put_far(p, along(first), 0.02)
    line = dunes(p, p.horizon + 0.05 * u)
    if not (pyramid and pyramid.far):
        things.put_far(p, lambda _: p.horizon + 0.17 * u, 0.0)
    things.put_near(p, along(np.maximum(line, 0.80 * p.canvas.height)), 0.06)


def _forest(p: Painter) -> None:
    """Rows of trees, pale behind, dark in front; a clearing for what stands in it."""
    u, canvas = p.unit, p.canvas
    kinds = [t for t in p.scene.things if t.kind in TREES]
    kind = kinds[0] if kinds else None
    name = kind.kind if kind else "pine"
    colour = kind.colour if kind else None
    backdrop(p, p.horizon + 0.02 * u, 0.24)
    floor = np.array((0.34, 0.50, 0.30), np.float32)
    for i in range(3):
        share = i / 3
        row = (0.56 + 0.105 * i) * canvas.height
        line = profile(p, row, 0.03 * u, 1.0)
        ground(p, line, floor, 0.62 * (1 - share))
        height = (0.22 + 0.075 * i) * u * (1.12 if name in ("tree", "palm") else 1.0)
        trees.grove(p, name, along(line), 17 - 4 * i, height, colour, 0.68 * (1 - share) ** 1.1)
        if i == 0:
            paint_mist(p, row - 0.05 * u, 0.06 * u, 0.35)
        if i == 1:
            things.put_far(p, along(line), 0.045)
    line = profile(p, 0.88 * canvas.height, 0.04 * u, 1.0)
    ground(p, line, floor)
    _finish_forest(p, line, floor)


def _finish_forest(p: Painter, line: Floats, floor: Floats) -> None:
    if p.scene.thing("path"):
        path(p, 0.42, float(line.mean()) - 0.10 * p.unit, line, p.tint(EARTH * 0.9, 0.012))
    tufts(p, line, floor, 34)
    things.put_near(p, along(line), 0.045, crowd=0.95)


def _meadow(p: Painter) -> None:
    backdrop(p, p.horizon + 0.03 * p.unit)
    grass = green(p)
    base = p.horizon / p.canvas.height
    far = profile(p, p.horizon + 0.05 * p.unit, 0.03 * p.unit, 0.8)
    ground(p, far, grass, 0.48)
    distant_trees(p, "tree", along(far), 13, 0.085)
    lines = _rolling(p, grass, (base + 0.13, base + 0.25), 0.035, 0.7)
    things.put_far(p, along(lines[0]), 0.01)
    _finish_ground(p, lines[-1], grass)


def _hills(p: Painter) -> None:
    backdrop(p, p.horizon + 0.02 * p.unit)
    grass = green(p)
    base = p.horizon / p.canvas.height
    lines = _rolling(p, grass, (base + 0.05, base + 0.15, base + 0.26, base + 0.40), 0.13, 1.2)
    things.put_far(p, along(lines[1]))
    _finish_ground(p, lines[-1], grass)


def _island(p: Painter) -> None:
    """One island in the sea, and on it everything that stands on land."""
    u, canvas = p.unit, p.canvas
    backdrop(p, p.horizon + 0.005 * u, 0.11)
    water.water(p, p.horizon)
    row = p.horizon + 0.17 * u
    middle, half = 0.5 * canvas.width, min(0.44 * u, 0.46 * canvas.width)
    rise = np.sqrt(np.clip(1 - ((canvas.columns - middle) / half) ** 2, 0, 1))
    sand, grass = p.light.lit(SAND), p.light.lit(green(p) * 0.9)
    for colour, height, drop, share in ((sand, 0.055, 0.045, 1.0), (grass, 0.085, 0.0, 0.80)):
        sheet = canvas.sheet(middle - half, row - 0.12 * u, middle + half, row + 0.08 * u)
        x = np.linspace(-1, 1, 60)
        arc = np.sqrt(np.clip(1 - x**2, 0, 1))
        upper = np.stack([middle + x * half * share, row - arc * height * u], 1)
        lower = np.stack([middle + x * half * share, row + arc * drop * u], 1)
        sheet.polygon(np.concatenate([upper, lower[::-1]]).astype(np.float32), colour)
        canvas.paste(sheet)
    water.reflect_below(p, middle - half, middle + half, row + 0.045 * u, 0.20 * u, 0.35)
    top = (row - rise * 0.05 * u).astype(np.float32)
    things.put_far(p, along(top), 0.01)
    things.put_near(p, along(top), 0.025, crowd=0.62)
    things.put_afloat(p, p.horizon + 0.10 * u, canvas.height)


def _snow(p: Painter) -> None:
    backdrop(p, p.horizon + 0.03 * p.unit)
    base = p.horizon / p.canvas.height
    white = SNOW * np.array((0.96, 0.98, 1.0), np.float32)
    far = profile(p, p.horizon + 0.06 * p.unit, 0.05 * p.unit, 0.9)
    ground(p, far, white, 0.45)
    distant_trees(p, "pine", along(far), 15, 0.11)
    lines = _rolling(p, white, (base + 0.15, base + 0.28), 0.075)
    for line in lines:
        drifts(p, line, white)
    things.put_far(p, along(lines[0]))
    if p.scene.thing("path"):
        path(p, 0.42, float(lines[-1].mean()), lines[-1], mix(SNOW, np.array((0.55, 0.62, 0.76), np.float32), 0.45))
    things.put_near(p, along(lines[-1]))


def _beach(p: Painter) -> None:
    """The sea behind, a slanting shore, sand in front."""
    u, canvas = p.unit, p.canvas
    backdrop(p, p.horizon + 0.005 * u, 0.12)
    water.water(p, p.horizon, colour=water.SHALLOW)
    slant = -0.10 if p.chance(0.5) else 0.10
    x = canvas.columns / u
    shore = 0.735 * canvas.height + (0.018 * np.sin(x * 7.0) + slant * (x - 0.5 * canvas.width / u)) * u
    things.put_afloat(p, p.horizon, 0.66 * canvas.height)
    water.foam(p, shore.astype(np.float32))
    wet = mix(SAND, np.array((0.66, 0.56, 0.44), np.float32), 0.55)
    canvas.fill_below(shore.astype(np.float32), p.light.lit(wet), p.light.lit(wet), solid=False)
    ground(p, (shore + 0.030 * u).astype(np.float32), p.tint(mix(SAND, DUNE, 0.15), 0.01))
    line = along((shore + 0.035 * u).astype(np.float32))
    things.put_far(p, line, 0.03)
    if p.scene.thing("path"):
        path(p, 0.42, float(shore.mean()) + 0.05 * u, shore.astype(np.float32), mix(SAND, ROCK, 0.35))
    things.put_near(p, line, 0.07)


PLACES: dict[str, Callable[[Painter], None]] = {
    "mountains": _mountains,
    "sea": _sea,
    "lake": _lake,
    "river": _river,
    "desert": _desert,
    "forest": _forest,
    "meadow": _meadow,
    "hills": _hills,
    "island": _island,
    "city": city,
    "village": village,
    "snow": _snow,
    "beach": _beach,
}
