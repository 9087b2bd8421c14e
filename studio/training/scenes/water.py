"""Water: a mirror with ripples in most styles, sheets in layered paper, bands and lines in prints."""

from __future__ import annotations

import cv2
import numpy as np

from studio.training.scenes.colours import WHITE, Floats, mix
from studio.training.scenes.noise import smooth
from studio.training.scenes.painter import Painter
from studio.training.scenes.shapes import ellipse

DEEP = np.array((0.08, 0.36, 0.52), np.float32)
SHALLOW = np.array((0.16, 0.60, 0.64), np.float32)


def water(p: Painter, row: float, bottom: float | None = None, colour: Floats = DEEP) -> None:
    """Water from `row` down to `bottom` (the lower edge if None), mirroring what was painted above."""
    end = p.canvas.height if bottom is None else bottom
    deep = mix(colour * p.light.ambient, p.light.zenith, 0.30 if p.scene.hue is None else 0.55)
    if p.scene.style == "papercut":
        _sheets(p, row, end, deep)
        return
    _mirror(p, row, end, deep)
    if p.scene.style != "woodblock":
        _glitter(p, row, end)
    _ripples(p, row, end, deep)


def _mirror(p: Painter, row: float, end: float, deep: Floats) -> None:
    canvas = p.canvas
    top, stop = int(row), int(min(canvas.height, np.ceil(end)))
    depth = stop - top
    if depth < 2:
        return
    above = canvas.pixels[max(0, top - depth) : top][::-1]
    above = np.concatenate([above, np.repeat(above[-1:], depth - len(above), 0)]) if len(above) < depth else above
    y = np.arange(depth, dtype=np.float32)[:, None]
    whole = max(1.0, canvas.height - row)
    swing = np.sin(y * 62 / (6 + y * 56 / p.unit)) * (1.0 + 5.0 * y / whole) * p.unit / 256
    map_x = np.clip(np.arange(canvas.width, dtype=np.float32)[None] + swing, 0, canvas.width - 1).astype(np.float32)
    map_y = np.broadcast_to(y, map_x.shape).astype(np.float32)
    image = cv2.remap(np.ascontiguousarray(above), map_x, map_y, cv2.INTER_LINEAR)
    image = cv2.GaussianBlur(image, (0, 0), sigmaX=0.004 * p.unit, sigmaY=0.010 * p.unit)
    share = (0.34 + 0.40 * np.clip(y / whole, 0, 1))[..., None]
    if p.scene.style in ("woodblock", "ink"):
        image = 0.4 * image + 0.6 * mix(p.light.horizon, p.light.middle, 0.4)
    canvas.pixels[top:stop] = image * (1 - share) + mix(deep, p.light.middle, 0.15) * share
    canvas.accent[top:stop] = 0.0
    edge = canvas.pixels[top : top + max(1, round(p.unit * 0.008))]
    edge += (mix(p.light.haze, WHITE, 0.2) - edge) * 0.35


def _ripples(p: Painter, row: float, end: float, deep: Floats) -> None:
    """Lens-shaped lights and shades, wider towards the eye, at the same places in every picture."""
    canvas, u = p.canvas, p.unit
    places = np.random.default_rng(17)
    lights, shades = canvas.sheet(top=row, bottom=end), canvas.sheet(top=row, bottom=end)
    pale, dark = mix(p.light.horizon, WHITE, 0.25), deep * 0.82
    whole = canvas.height - row
    for i in range(int(74 * canvas.width / u)):
        near = float(places.uniform(0.02, 1.0)) ** 1.35
        x, y = float(places.uniform(0, canvas.width)), row + near * whole
        length = u * (0.014 + 0.072 * near) * float(places.uniform(0.6, 1.3))
        if y > end:
            continue
        sheet, tone = (lights, pale) if i % 3 else (shades, dark)
        sheet.polygon(ellipse(x, y, length, u * (0.0018 + 0.0052 * near)), tone)
    strong = 0.75 if p.scene.style == "woodblock" else 0.34
    canvas.paste(shades, solid=False, opacity=strong * 0.8)
    canvas.paste(lights, solid=False, opacity=strong)


def _glitter(p: Painter, row: float, end: float) -> None:
    """The path of light under sun or moon."""
    if p.orb is None:
        return
    canvas = p.canvas
    x, _, radius = p.orb
    near = np.clip((canvas.rows - row) / max(1.0, canvas.height - row), 0, 1)
    within = ((canvas.rows > row) & (canvas.rows < end)).astype(np.float32)
    bars = 0.45 + 0.55 * np.sin(canvas.rows * 62 / (6 + (canvas.rows - row).clip(0) * 56 / p.unit) * 0.55) ** 2
    across = np.abs(canvas.columns - x) / (radius * (0.75 + 1.25 * near))
    amount = np.exp(-(across**2)) * bars * within * (0.80 - 0.35 * near)
    canvas.screen(amount.astype(np.float32), p.light.glow)


def _sheets(p: Painter, row: float, end: float, deep: Floats) -> None:
    """Wavy sheets of paper, darker towards the eye."""
    canvas, u = p.canvas, p.unit
    x = canvas.columns / u
    flat = np.full(canvas.width, row, np.float32)
    tone = mix(mix(deep, p.light.horizon, 0.42), WHITE, 0.10)
    canvas.fill_below(flat, tone, tone)
    whole = canvas.height - row
    for i in range(1, 6):
        y = row + whole * (0.02 + 0.185 * i)
        if y > end + 0.05 * u:
            break
        size = u * (0.008 + 0.004 * i)
        line = y + size * np.abs(np.sin(x * (13.0 - 1.1 * i) + i * 1.7)) * -1.0
        shade = mix(tone, deep * 0.85, i / 5)
        canvas.fill_below(line.astype(np.float32), shade, shade)


def foam(p: Painter, line: Floats) -> None:
    """A white seam along a shore line (w,) of rows."""
    wet = np.clip(line - 0.016 * p.unit, 0, p.canvas.height)
    p.canvas.fill_below(wet.astype(np.float32), p.light.lit(WHITE), p.light.lit(WHITE), solid=False)


def reflect_below(p: Painter, left: float, right: float, row: float, height: float, strength: float) -> None:
    """Mirror what stands on the water between two columns at `row`, `height` pixels of it, broken by ripples."""
    canvas = p.canvas
    x0, x1 = int(max(0, left)), int(min(canvas.width, right))
    top = int(row)
    depth = int(min(height, canvas.height - top, top))
    if depth < 2 or x1 <= x0 or p.scene.style == "papercut":
        return
    image = canvas.pixels[top - depth : top, x0:x1][::-1].copy()
    y = np.arange(depth, dtype=np.float32)[:, None]
    swing = np.sin(y * 0.9 * 256 / p.unit) * (0.8 + 2.0 * y / depth) * p.unit / 256
    map_x = np.clip(np.arange(x1 - x0, dtype=np.float32)[None] + swing, 0, x1 - x0 - 1).astype(np.float32)
    image = cv2.remap(image, map_x, np.broadcast_to(y, map_x.shape).astype(np.float32), cv2.INTER_LINEAR)
    across = np.abs(np.linspace(-1, 1, x1 - x0, dtype=np.float32))[None]
    share = (strength * (1 - 0.75 * y / depth) * smooth(1 - across, 0.0, 0.25))[..., None]
    view = canvas.pixels[top : top + depth, x0:x1]
    view += (image - view) * share
