"""City and village."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio.training.scenes import buildings, details, things, trees, water
from studio.training.scenes.canvas import darker, lighter
from studio.training.scenes.colours import GRASS, STONE, Floats, mix
from studio.training.scenes.land import ground, mountain_range, path, profile, tone_of_mountains, tufts
from studio.training.scenes.painter import Painter, along
from studio.training.scenes.scene import Thing
from studio.training.scenes.shapes import points, rectangle

Fill = Callable[[Floats, Floats], None]

TOWERS = ("#7f8fb5", "#98849f", "#6f95a3", "#b08a78", "#8792a8")
VILLAGE_COLOURS = ("white", "yellow", "orange", "white", "pink", "blue")


def city(p: Painter) -> None:
    """Three rows of towers; before them a park, or water where there is a bridge or a boat."""
    canvas, u, row = p.canvas, p.unit, p.horizon
    if p.scene.thing("peaks"):
        mountain_range(p, row, 0.34 * u, 0.6, tone_of_mountains(p), True, 3)
        p.note("peaks", 0, row - 0.34 * u, canvas.width, row)
    for i, (height, depth) in enumerate(((0.44, 0.62), (0.34, 0.36), (0.22, 0.10))):
        _skyline(p, row + 0.01 * i * u, height, depth)
    bridge = p.scene.thing("bridge")
    if bridge or p.scene.thing("boat"):
        water.water(p, row + 0.02 * u)
        if bridge:
            details.bridge(p, row + 0.12 * u, bridge)
        things.put_afloat(p, row + 0.04 * u, canvas.height)
        return
    grass = GRASS * 0.82
    line = profile(p, row + 0.10 * u, 0.02 * u, 0.8)
    ground(p, line, grass, 0.08)
    trees.grove(p, "tree", along(line), 10, 0.10 * u, None, 0.1, solid=False)
    p.boxes.pop("tree")
    near = profile(p, 0.86 * canvas.height, 0.02 * u, 0.8)
    ground(p, near, grass)
    if p.scene.thing("path"):
        path(p, 0.42, float(line.mean()) + 0.04 * u, near, STONE)
    things.put_far(p, along(line), 0.05)
    tufts(p, near, grass, 20)
    things.put_near(p, along(near), 0.055)


def _skyline(p: Painter, foot: float, height: float, depth: float) -> None:
    """One row of towers with lit or dark windows."""
    canvas, u, light = p.canvas, p.unit, p.light
    sheet = canvas.sheet(top=foot - 1.5 * height * u, bottom=foot + 0.12 * u)
    lamps = light.time in ("night", "sunset")
    x = -0.03 * u
    while x < canvas.width:
        wide = p.uniform(0.075, 0.125) * u
        high = height * u * p.uniform(0.55, 1.0)
        code = TOWERS[int(p.rng.integers(len(TOWERS)))]
        wall = np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)
        wall = light.lit(wall * (0.72 if light.dark else 1.0), depth)
        top = foot - high
        sheet.polygon(rectangle(x, top, x + wide, foot + 0.1 * u), wall)
        split = x + (0.66 if light.side < 0 else 0.34) * wide
        shade = (split, x + wide) if light.side < 0 else (x, split)
        sheet.polygon(rectangle(shade[0], top, shade[1], foot + 0.1 * u), darker(wall, 0.30))
        _roof(p, x, top, wide, wall, sheet.polygon)
        pane = mix(np.array((1.0, 0.85, 0.48), np.float32), light.haze, depth * 0.55) if lamps else lighter(wall, 0.28)
        _windows(p, x, top, wide, foot, pane, sheet.polygon, 0.62 if lamps else 0.8)
        x += wide + p.uniform(-0.004, 0.016) * u
    canvas.paste(sheet)


def _roof(p: Painter, x: float, top: float, wide: float, wall: Floats, fill: Fill) -> None:
    kind = int(p.rng.integers(4))
    if kind == 0:
        fill(points((x, top), (x + wide, top), (x + 0.5 * wide, top - 0.5 * wide)), wall)
    elif kind == 1:
        fill(rectangle(x + 0.46 * wide, top - 0.7 * wide, x + 0.54 * wide, top), wall)
        fill(rectangle(x + 0.25 * wide, top - 0.18 * wide, x + 0.75 * wide, top), wall)
    elif kind == 2:
        fill(rectangle(x + 0.15 * wide, top - 0.22 * wide, x + 0.60 * wide, top), darker(wall, 0.2))


def _windows(
    p: Painter, x: float, top: float, wide: float, foot: float, pane: Floats, fill: Fill, share: float
) -> None:
    u = p.unit
    across = max(2, int(wide / (0.027 * u)))
    step = wide / (across + 0.4)
    y = top + 0.022 * u
    while y < foot - 0.02 * u:
        for i in range(across):
            if p.chance(share):
                left = x + (i + 0.42) * step
                fill(rectangle(left, y, left + 0.55 * step, y + 0.018 * u), pane)
        y += 0.034 * u


def village(p: Painter) -> None:
    """Houses up a hill around a church, the scene's own things before them."""
    canvas, u = p.canvas, p.unit
    base = p.horizon
    if p.scene.thing("peaks"):
        mountain_range(p, base + 0.04 * u, 0.28 * u, 0.46, tone_of_mountains(p), True, 3)
        p.note("peaks", 0, base - 0.25 * u, canvas.width, base)
    grass = p.tint(GRASS, 0.012)
    crest = profile(p, base + 0.13 * u, 0.10 * u, 0.7)
    ground(p, crest, grass, 0.32)
    own = p.scene.thing("house")
    colours = (own.colour or "white",) if own and own.count > 3 else VILLAGE_COLOURS
    for row, height, gap in ((0.035, 0.10, 0.165), (0.125, 0.125, 0.205)):
        x = p.uniform(0.02, 0.09) * u
        while x < canvas.width - 0.04 * u:
            if row > 0.1 and abs(x - 0.5 * canvas.width) < 0.07 * u:
                x += gap * u * 0.5
                continue
            name = colours[int(p.rng.integers(len(colours)))]
            y = float(crest[int(min(x, canvas.width - 1))]) + row * u
            buildings.house(p, x, y, height * u * p.uniform(0.94, 1.08), Thing("house", name))
            x += gap * u * p.uniform(0.92, 1.12)
        if row < 0.1:
            _church(p, 0.5 * canvas.width + p.uniform(-0.08, 0.08) * u, float(crest.min()) + 0.10 * u, 0.27 * u)
    if not own:
        p.boxes.pop("house", None)
    line = profile(p, 0.87 * canvas.height, 0.04 * u, 0.9)
    ground(p, line, grass)
    if p.scene.thing("path"):
        path(p, 0.42, float(line.mean()) - 0.02 * u, line, np.array((0.80, 0.68, 0.50), np.float32))
    tufts(p, line, grass, 26)
    things.put_near(p, along(line))


def _church(p: Painter, x: float, y: float, h: float) -> None:
    light = p.light
    wall, roof = buildings.painted(p, "white"), light.lit(np.array((0.36, 0.40, 0.50), np.float32))
    away = 1 if light.side < 0 else -1
    sheet = p.canvas.sheet(x - 0.6 * h, y - 1.25 * h, x + 0.6 * h, y + 0.05 * h)
    body = sorted((x, x + away * 0.48 * h))
    sheet.polygon(rectangle(body[0], y - 0.34 * h, body[1], y), darker(wall, 0.34))
    sheet.polygon(
        points(
            (x, y - 0.55 * h),
            (x + away * 0.44 * h, y - 0.55 * h),
            (x + away * 0.52 * h, y - 0.33 * h),
            (x, y - 0.33 * h),
        ),
        roof,
    )
    sheet.polygon(rectangle(x - 0.13 * h, y - 0.72 * h, x + 0.13 * h, y), wall)
    edge = sorted((x + away * 0.03 * h, x + away * 0.13 * h))
    sheet.polygon(rectangle(edge[0], y - 0.72 * h, edge[1], y), darker(wall, 0.30))
    sheet.polygon(points((x - 0.16 * h, y - 0.72 * h), (x + 0.16 * h, y - 0.72 * h), (x, y - 1.18 * h)), roof)
    sheet.polygon(rectangle(x - 0.035 * h, y - 0.62 * h, x + 0.035 * h, y - 0.50 * h), light.windows)
    p.canvas.paste(sheet)
