"""The sky: its colours, sun and moon, stars, northern lights and the rainbow."""

from __future__ import annotations

import numpy as np

from studio.training.scenes.clouds import paint_weather
from studio.training.scenes.colours import WHITE, Floats, hsv, mix
from studio.training.scenes.noise import field, smooth, texture
from studio.training.scenes.painter import PLACES_ACROSS, Painter, aside
from studio.training.scenes.scene import Thing
from studio.training.scenes.shapes import ellipse, points


def paint_sky(p: Painter) -> None:
    """Everything above the horizon, down to `p.horizon`."""
    _gradient(p)
    scene = p.scene
    if scene.thing("stars"):
        _stars(p)
    if scene.thing("aurora"):
        _aurora(p)
    orb = scene.thing("moon") or scene.thing("sun")
    if orb:
        _orb(p, orb)
    if scene.thing("rainbow"):
        _rainbow(p)
    paint_weather(p)


def _gradient(p: Painter) -> None:
    canvas, light = p.canvas, p.light
    y = np.clip(canvas.rows / p.horizon, 0, 1)
    bend = 0.52
    upper = light.zenith + (light.middle - light.zenith) * (y / bend)[..., None]
    lower = light.middle + (light.horizon - light.middle) * ((y - bend) / (1 - bend))[..., None]
    canvas.pixels[:] = np.where((y < bend)[..., None], upper, lower)
    style = p.scene.style
    if style == "papercut":
        _paper_sky(p)
    elif style == "woodblock":  # bokashi: a dark band wiped along the upper edge, pale below
        band = smooth(canvas.rows / p.horizon, 0.42, 0.0)
        pale = mix(light.horizon, light.middle, 0.35)
        canvas.pixels[:] = (pale + (light.zenith - pale) * band[..., None]) * np.ones((1, canvas.width, 1), np.float32)
        canvas.veil(smooth(y, 0.72, 1.0) * 0.5 * np.ones((1, canvas.width), np.float32), light.horizon)
    elif style in ("watercolour", "oil"):
        grain = texture(canvas.width, canvas.height, 21, (2, 4, 9, 20))
        canvas.pixels *= (1 + (grain - 0.5) * (0.22 if style == "watercolour" else 0.14))[..., None]


def _paper_sky(p: Painter) -> None:
    """Sheets of paper one before the other, from dark above to pale at the horizon."""
    canvas, light = p.canvas, p.light
    canvas.pixels[:] = light.zenith
    sheets = 4
    x = canvas.columns / p.unit
    for i in range(1, sheets + 1):
        share = i / sheets
        tone = (
            mix(light.zenith, light.middle, share * 2)
            if share < 0.5
            else mix(light.middle, light.horizon, share * 2 - 1)
        )
        wave = np.sin(x * 5.0 + i * 2.1) * 0.016 + np.sin(x * 11.0 + i) * 0.006
        profile = (0.10 + 0.78 * (i - 0.6) / sheets) * p.horizon + wave * p.unit
        canvas.fill_below(profile.astype(np.float32), tone, tone)


@aside
def _orb(p: Painter, thing: Thing) -> None:
    """Sun or moon: a disc, its halo; low at dawn and sunset."""
    canvas, light, u = p.canvas, p.light, p.unit
    low = thing.kind == "sun" and p.scene.time in ("dawn", "sunset")
    radius = u * (0.052 if thing.far else 0.098)
    x = PLACES_ACROSS[thing.position or "centre"] * canvas.width + p.uniform(-0.03, 0.03) * u
    y = p.horizon * (0.80 if low else 0.30) + p.uniform(-0.03, 0.03) * u - (radius * 0.3 if low else 0)
    y = max(y, radius * 1.3)
    p.orb = (x, y, radius)
    colour = light.glow if p.scene.hue is None or not low else mix(light.glow, light.horizon, 0.25)
    if p.scene.style == "papercut":
        for ring, share in ((2.1, 0.18), (1.5, 0.34)):
            _disc(p, x, y, radius * ring, mix(light.middle, colour, share))
    elif p.scene.style not in ("ink", "woodblock"):
        canvas.glow(x, y, radius * 1.5, colour, 0.42 if light.dark else 0.62)
    if p.scene.style == "woodblock" and thing.kind == "sun" and low:
        colour = np.array((0.86, 0.27, 0.17), np.float32)
    sheet = canvas.sheet(x - radius, y - radius, x + radius, y + radius)
    sheet.polygon(ellipse(x, y, radius, radius), colour)
    if thing.shape == "crescent":
        sheet.clear(ellipse(x + radius * 0.45, y - radius * 0.18, radius * 0.88, radius * 0.88))
    elif thing.kind == "moon":
        for dx, dy, size in ((-0.3, -0.25, 0.24), (0.28, 0.2, 0.3), (-0.2, 0.42, 0.16)):
            sheet.polygon(ellipse(x + dx * radius, y + dy * radius, size * radius, size * radius), colour * 0.92)
    canvas.paste(sheet, solid=p.scene.style == "papercut", accent=0.9 if thing.kind == "sun" else 0.0)
    p.note_sheet(thing.kind, sheet)


def _disc(p: Painter, x: float, y: float, radius: float, colour: Floats) -> None:
    sheet = p.canvas.sheet(x - radius, y - radius, x + radius, y + radius)
    sheet.polygon(ellipse(x, y, radius, radius), colour)
    p.canvas.paste(sheet)


@aside
def _stars(p: Painter) -> None:
    canvas, u = p.canvas, p.unit
    sheet = canvas.sheet(bottom=p.horizon)
    for _ in range(int(p.uniform(55, 80) * canvas.width / u)):
        x, y = p.uniform(0, 1) * canvas.width, p.uniform(0, 1) ** 1.25 * p.horizon * 0.92
        size = u * (0.0055 if p.chance(0.3) else 0.0035)
        sheet.polygon(ellipse(x, y, size, size), mix(WHITE, p.light.zenith, p.uniform(0, 0.35)))
    for _ in range(6):
        x, y, size = p.uniform(0, 1) * canvas.width, p.uniform(0.03, 0.6) * p.horizon, u * p.uniform(0.012, 0.019)
        thin = size * 0.16
        for dx, dy in ((size, thin), (thin, size)):
            sheet.polygon(points((x - dx, y), (x, y - dy), (x + dx, y), (x, y + dy)), WHITE)
    canvas.paste(sheet, solid=False)
    p.note("stars", 0, 0, canvas.width, p.horizon)


@aside
def _aurora(p: Painter) -> None:
    """Curtains of light: sharp below, fading upwards, folded sideways."""
    canvas, u = p.canvas, p.unit
    x = canvas.columns / u
    y = canvas.rows / u
    tones = ((0.22, 0.95, 0.58), (0.16, 0.80, 0.78), (0.66, 0.36, 0.92))
    for i in range(3):
        base = (0.40 - 0.09 * i) * p.horizon / u + p.uniform(-0.03, 0.03)
        path = base + 0.05 * np.sin(x * p.uniform(4, 7) + p.uniform(0, 6)) + 0.02 * np.sin(x * p.uniform(10, 16))
        fold = 0.6 + 0.4 * np.sin(x * p.uniform(22, 36) + p.uniform(0, 6))
        above = np.clip(path - y, 0, 9)
        below = np.clip(y - path, 0, 9)
        curtain = np.exp(-above / (0.11 * (0.6 + 0.6 * fold))) * np.exp(-below / 0.012)
        canvas.screen((curtain * (0.45 + 0.35 * fold)).astype(np.float32), np.array(tones[i], np.float32))
    p.note("aurora", 0, 0, canvas.width, 0.55 * p.horizon)


@aside
def _rainbow(p: Painter) -> None:
    canvas, u = p.canvas, p.unit
    cx = canvas.width * 0.5 + p.uniform(-0.12, 0.12) * u
    radius = min(0.50 * u, p.horizon * 0.86)
    distance = np.hypot(canvas.columns - cx, canvas.rows - p.horizon) - radius
    width = u * 0.014
    for i in range(6):
        band = np.exp(-(((distance + i * width) / (width * 0.62)) ** 2)) * 0.62
        canvas.veil(band.astype(np.float32), hsv((0.0, 0.075, 0.15, 0.36, 0.58, 0.77)[i], 0.72, 1.0))
    canvas.accent = np.maximum(canvas.accent, smooth(np.abs(distance + 2.5 * width), width * 4, width * 2) * 0.9)
    p.note("rainbow", cx - radius, p.horizon - radius, cx + radius, p.horizon)


def paint_mist(p: Painter, row: float, height: float, strength: float) -> None:
    """A band of haze around a row, in wisps."""
    canvas = p.canvas
    band = np.exp(-(((canvas.rows - row) / height) ** 2)) * strength
    wisps = field(p.rng, canvas.width, canvas.height, (3, 6), 0.6, 3.0)
    canvas.veil((band * (0.5 + wisps)).clip(0, 1).astype(np.float32), p.light.haze)
