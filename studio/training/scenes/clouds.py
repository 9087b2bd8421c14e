"""Weather in the sky: clouds in each style's manner, a storm with lightning and rain, falling snow, fog."""

from __future__ import annotations

import cv2
import numpy as np

from studio.training.scenes.colours import SNOW, WHITE, Floats, mix
from studio.training.scenes.noise import field, smooth
from studio.training.scenes.painter import Painter
from studio.training.scenes.shapes import dome, ellipse, points, rounded

CLOUD = {
    "noon": (1.0, 1.0, 1.0),
    "dawn": (1.0, 0.90, 0.88),
    "sunset": (1.0, 0.72, 0.60),
    "night": (0.34, 0.41, 0.60),
}


def paint_weather(p: Painter) -> None:
    """What the weather puts into the sky; `paint_air` adds what falls before everything."""
    if p.scene.weather == "clouds":
        _clouds(p)
    elif p.scene.weather == "storm":
        _storm(p)


def paint_air(p: Painter) -> None:
    """Fog, rain and snow between the picture and the eye; painted last."""
    weather = p.scene.weather
    if weather == "fog":
        _fog(p)
    elif weather == "snowfall":
        _snowfall(p)
    elif weather == "storm":
        _rain(p)


def cloud_colour(p: Painter) -> Floats:
    """The colour of a cloud's lit side."""
    return mix(np.array(CLOUD[p.scene.time], np.float32), p.light.middle, 0.10 if p.scene.hue is None else 0.35)


def _clouds(p: Painter) -> None:
    spots = ((0.20, 0.24, 0.17), (0.62, 0.13, 0.20), (0.86, 0.40, 0.15), (0.40, 0.52, 0.12))
    if p.chance(0.5):
        spots = tuple((1 - x, y, w) for x, y, w in spots)
    colour = cloud_colour(p)
    shade = mix(colour, p.light.middle, 0.42)
    soft = p.scene.style in ("watercolour", "oil", "pencil") and p.chance(0.35)
    if soft:
        _cloud_field(p, colour)
        return
    for x, y, w in spots[: 3 + int(p.chance(0.6))]:
        cx = (x + p.uniform(-0.03, 0.03)) * p.canvas.width
        cy = (y + p.uniform(-0.02, 0.02)) * p.horizon + 0.03 * p.unit
        size = w * p.unit * p.uniform(0.9, 1.1)
        if p.scene.style == "woodblock":
            _banded_cloud(p, cx, cy, size, colour)
        else:
            _puffy_cloud(p, cx, cy, size, colour, shade)


def _puffy_cloud(p: Painter, x: float, y: float, w: float, colour: Floats, shade: Floats) -> None:
    """Round heaps on a flat base, paler above."""
    sheet = p.canvas.sheet(x - 1.05 * w, y - 0.62 * w, x + 1.05 * w, y + 0.02 * w)
    heaps = ((-0.62, 0.24), (-0.22, 0.44), (0.22, 0.54), (0.58, 0.30))
    sheet.polygon(rounded(x - w, y - 0.22 * w, x + w, y, 0.11 * w), shade)
    for dx, height in heaps:
        size = height * w * p.uniform(0.9, 1.1)
        sheet.polygon(dome(x + dx * w, y - 0.02 * w, size * 0.78, size), shade)
    for dx, height in heaps:
        size = height * w
        sheet.polygon(dome(x + (dx - 0.03) * w, y - 0.10 * w, size * 0.70, size * 0.84), colour)
    sheet.polygon(rounded(x - 0.86 * w, y - 0.22 * w, x + 0.86 * w, y - 0.09 * w, 0.06 * w), colour)
    p.canvas.paste(sheet, opacity=0.94)


def _banded_cloud(p: Painter, x: float, y: float, w: float, colour: Floats) -> None:
    """The long bars with round ends of a Japanese print."""
    sheet = p.canvas.sheet(x - 1.4 * w, y - 0.3 * w, x + 1.4 * w, y + 0.24 * w)
    bar = 0.105 * w
    for dx, row, length in ((0.0, 0.0, 1.2), (-0.25, -1.0, 0.75), (0.3, 1.0, 0.8)):
        cy = y + row * bar * 1.9
        sheet.polygon(rounded(x + dx * w - length * w, cy - bar, x + dx * w + length * w, cy + bar, bar), colour)
    p.canvas.paste(sheet, opacity=0.96)


def _cloud_field(p: Painter, colour: Floats) -> None:
    canvas = p.canvas
    noise = field(p.rng, canvas.width, canvas.height, (3, 6, 12, 24), 0.55, 1.8)
    cover = smooth(noise, 0.48, 0.66) * smooth(p.horizon - canvas.rows, 0, 0.3 * p.unit)
    canvas.veil((cover * 0.85).astype(np.float32), colour)


def _storm(p: Painter) -> None:
    """A dark bank of clouds over the whole sky and, often, lightning."""
    canvas, u = p.canvas, p.unit
    bright = 0.45 if p.light.dark else 0.8
    for i, (row, tone) in enumerate(((0.46, 0.62), (0.30, 0.48), (0.15, 0.36))):
        colour = mix(p.light.zenith, np.array((0.36, 0.39, 0.46), np.float32) * bright, 0.7) * (0.6 + tone)
        sheet = canvas.sheet(bottom=(row + 0.2) * p.horizon + 0.1 * u)
        y = row * p.horizon
        sheet.polygon(points((0, 0), (canvas.width, 0), (canvas.width, y), (0, y)), colour)
        for k in range(9):
            size = u * p.uniform(0.07, 0.13)
            sheet.polygon(ellipse((k + p.uniform(0.1, 0.9)) / 9 * canvas.width, y, size * 1.25, size * 0.75), colour)
        canvas.paste(sheet, opacity=0.95)
        if i == 0 and p.chance(0.75):
            _lightning(p, (row + 0.05) * p.horizon)


def _lightning(p: Painter, top: float) -> None:
    canvas, u = p.canvas, p.unit
    x, y = p.uniform(0.3, 0.7) * canvas.width, top
    path = [(x, y)]
    while y < p.horizon:
        y += u * p.uniform(0.045, 0.075)
        x += u * p.uniform(-0.05, 0.05)
        path.append((x, y))
    canvas.glow(path[len(path) // 2][0], path[len(path) // 2][1], 0.08 * u, WHITE, 0.35)
    sheet = canvas.sheet()
    sheet.line(points(*path), 0.011 * u, np.array((1.0, 0.97, 0.80), np.float32))
    if len(path) > 3:
        bx, by = path[2]
        sheet.line(points((bx, by), (bx + 0.05 * u, by + 0.05 * u), (bx + 0.06 * u, by + 0.11 * u)), 0.007 * u, WHITE)
    canvas.paste(sheet, solid=False)


def _rain(p: Painter) -> None:
    canvas, u = p.canvas, p.unit
    sheet = canvas.sheet()
    for _ in range(int(85 * canvas.width * canvas.height / u**2)):
        x, y, length = p.uniform(0, 1.1) * canvas.width, p.uniform(0, 1) * canvas.height, u * p.uniform(0.035, 0.06)
        sheet.line(points((x, y), (x - 0.28 * length, y + length)), u * 0.005, mix(p.light.haze, WHITE, 0.3))
    canvas.paste(sheet, solid=False, opacity=0.42)


def _fog(p: Painter) -> None:
    """Thick around the horizon, thin near the eye, in long swathes."""
    canvas = p.canvas
    swathes = field(p.rng, canvas.width, canvas.height, (3, 5, 9), 0.6, 3.5)
    y = canvas.rows / canvas.height
    middle = p.horizon / canvas.height + 0.08
    thick = np.exp(-(((y - middle) / 0.20) ** 2)) * 0.68 + 0.08
    colour = mix(p.light.haze, np.full(3, p.light.haze.mean(), np.float32), 0.3)
    canvas.veil((thick * (0.62 + 0.7 * (swathes - 0.2))).clip(0, 0.9).astype(np.float32), colour)
    canvas.pixels[:] = 0.86 * canvas.pixels + 0.14 * cv2.GaussianBlur(canvas.pixels, (0, 0), 0.02 * p.unit)


def _snowfall(p: Painter) -> None:
    canvas, u = p.canvas, p.unit
    sheet = canvas.sheet()
    for _ in range(int(110 * canvas.width * canvas.height / u**2)):
        size = u * (0.0052 if p.chance(0.72) else 0.0095)
        x, y = p.uniform(0, 1) * canvas.width, p.uniform(0, 1) * canvas.height
        sheet.polygon(ellipse(x, y, size, size), SNOW)
    canvas.paste(sheet, solid=False, opacity=0.92)
