"""What flies: birds, hot air balloons, paper lanterns."""

from __future__ import annotations

import numpy as np

from studio.training.scenes.canvas import darker, lighter
from studio.training.scenes.colours import PAINT, WHITE, WOOD, Floats, mix
from studio.training.scenes.painter import Painter, aside
from studio.training.scenes.scene import Thing
from studio.training.scenes.shapes import curve, ellipse, points, rectangle, rounded


def paint_flyers(p: Painter) -> None:
    """Balloons, birds and lanterns, before everything else and not mirrored in water."""
    balloon = p.scene.thing("balloon")
    if balloon:
        _balloons(p, balloon)
    if p.scene.thing("birds"):
        _birds(p)
    if p.scene.thing("lanterns"):
        _lanterns(p)


@aside
def _birds(p: Painter) -> None:
    canvas, u = p.canvas, p.unit
    cx, cy = p.uniform(0.3, 0.7) * canvas.width, p.uniform(0.34, 0.5) * p.horizon
    colour = (
        p.light.lit(np.array((0.16, 0.17, 0.24), np.float32)) if not p.light.dark else mix(p.light.horizon, WHITE, 0.2)
    )
    sheet = canvas.sheet(bottom=p.horizon)
    for i in range(5):
        x = cx + (i - 2) * 0.085 * u + p.uniform(-0.03, 0.03) * u
        y = cy + p.uniform(-0.06, 0.06) * u
        z = u * p.uniform(0.024, 0.036)
        wing = curve(
            (x - z, y - z * 0.35),
            (x - z * 0.45, y - z * 0.75),
            (x, y),
            (x + z * 0.45, y - z * 0.75),
            (x + z, y - z * 0.35),
        )
        sheet.line(wing, 0.0085 * u, colour)
    canvas.paste(sheet, solid=False)
    p.note("birds", cx - 0.25 * u, cy - 0.1 * u, cx + 0.25 * u, cy + 0.1 * u)


@aside
def _balloons(p: Painter, thing: Thing) -> None:
    size = 0.105 if thing.count == 1 else 0.076
    rows = (0.40, 0.26, 0.48) if thing.count > 1 else (0.36,)
    for x, row in zip(p.columns_for(thing, 0.24), rows, strict=False):
        _balloon(p, x, row * p.horizon + p.uniform(-0.02, 0.02) * p.unit, size * p.unit * p.uniform(0.92, 1.08), thing)


def _balloon(p: Painter, x: float, y: float, r: float, thing: Thing) -> None:
    """A globe of gores in its colour and cream, a basket on ropes."""
    light = p.light
    main = mix(PAINT[thing.colour or "red"], PAINT[thing.colour or "red"] * light.ambient, 0.75)
    cream = mix(PAINT["white"], PAINT["white"] * light.ambient, 0.75)
    if thing.colour == "white":
        cream = mix(PAINT["grey"], PAINT["grey"] * light.ambient, 0.75)
    sheet = p.canvas.sheet(x - r, y - r, x + r, y + 2.1 * r)
    rope = light.lit(WOOD)
    for side in (-1, 1):
        sheet.line(points((x + side * 0.5 * r, y + 0.85 * r), (x + side * 0.16 * r, y + 1.6 * r)), 0.03 * r, rope)
    sheet.polygon(_envelope(x, y, r, 1.0), main)
    for width, colour in ((0.74, cream), (0.40, main)):
        sheet.polygon(_envelope(x, y, r, width), colour)
    sheet.polygon(rectangle(x - 0.24 * r, y + 1.18 * r, x + 0.24 * r, y + 1.26 * r), darker(main, 0.4))
    sheet.polygon(rounded(x - 0.19 * r, y + 1.56 * r, x + 0.19 * r, y + 1.9 * r, 0.06 * r), rope)
    p.canvas.paste(sheet, accent=0.95)
    if light.dark:
        p.canvas.glow(x, y + 0.6 * r, r * 0.7, np.array((1.0, 0.72, 0.36), np.float32), 0.35)
    p.note_sheet(thing.kind, sheet)


def _envelope(x: float, y: float, r: float, width: float) -> Floats:
    """The outline of a balloon, or with width < 1 of the gores in its middle."""
    return curve(
        (x, y - r),
        (x + width * r * 0.62, y - r),
        (x + width * r * 0.93, y - 0.42 * r),
        (x + width * r * 1.12, y + 0.34 * r),
        (x + width * r * 0.24, y + 1.2 * r),
        (x, y + 1.25 * r),
        (x - width * r * 0.24, y + 1.2 * r),
        (x - width * r * 1.12, y + 0.34 * r),
        (x - width * r * 0.93, y - 0.42 * r),
        (x - width * r * 0.62, y - r),
        (x, y - r),
    )


@aside
def _lanterns(p: Painter) -> None:
    """Paper lanterns that rise into the sky, each in its own glow."""
    canvas, u = p.canvas, p.unit
    warm = np.array((1.0, 0.68, 0.28), np.float32)
    spots = (
        (0.14, 0.20),
        (0.33, 0.38),
        (0.50, 0.14),
        (0.66, 0.33),
        (0.84, 0.16),
        (0.90, 0.48),
        (0.22, 0.56),
        (0.46, 0.50),
    )
    for i, (fx, fy) in enumerate(spots):
        x = (fx + p.uniform(-0.03, 0.03)) * canvas.width
        y = (fy + p.uniform(-0.03, 0.03)) * p.horizon * 1.05 + 0.02 * u
        r = u * (0.030 if i % 2 else 0.023)
        canvas.glow(x, y, r * 1.5, warm, 0.55)
        sheet = canvas.sheet(x - r, y - 1.4 * r, x + r, y + 1.4 * r)
        sheet.polygon(
            points(
                (x - 0.8 * r, y - 1.1 * r),
                (x + 0.8 * r, y - 1.1 * r),
                (x + 0.62 * r, y + 1.2 * r),
                (x - 0.62 * r, y + 1.2 * r),
            ),
            np.array((0.97, 0.55, 0.22), np.float32),
        )
        sheet.polygon(ellipse(x, y + 0.7 * r, 0.5 * r, 0.55 * r), lighter(warm, 0.7))
        canvas.paste(sheet, accent=0.9)
    p.note("lanterns", 0.1 * canvas.width, 0.1 * p.horizon, 0.95 * canvas.width, 0.65 * p.horizon)
