"""Boats, bridges, flowers, rocks, fences and sheep."""

from __future__ import annotations

import numpy as np

from studio.training.scenes.buildings import painted
from studio.training.scenes.canvas import darker, lighter
from studio.training.scenes.colours import PAINT, ROCK, SNOW, WHITE, WOOD, Floats, mix
from studio.training.scenes.painter import Line, Painter, aside
from studio.training.scenes.scene import Thing
from studio.training.scenes.shapes import curve, ellipse, points, rectangle
from studio.training.scenes.trees import contact_shadow
from studio.training.scenes.water import reflect_below


def boat(p: Painter, x: float, y: float, h: float, thing: Thing) -> None:
    """A sailing boat: wooden hull, mast, main sail and jib in its colour, mirrored in the water."""
    light = p.light
    sail = painted(p, thing.colour or "white")
    turn = 1 if light.side < 0 else -1
    sheet = p.canvas.sheet(x - 0.6 * h, y - 1.08 * h, x + 0.6 * h, y + 0.12 * h)
    hull = light.lit(np.array((0.47, 0.27, 0.17), np.float32))

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + turn * dx * h, y + dy * h

    sheet.line(points(at(0.0, -1.02), at(0.0, -0.1)), 0.030 * h, darker(hull, 0.3))
    sheet.polygon(
        np.concatenate([curve(at(0.035, -0.98), at(0.36, -0.55), at(0.44, -0.20)), points(at(0.035, -0.20))]), sail
    )
    sheet.polygon(
        np.concatenate([curve(at(-0.035, -0.90), at(-0.12, -0.45), at(-0.38, -0.20)), points(at(-0.035, -0.20))]),
        darker(sail, 0.26),
    )
    sheet.polygon(
        np.concatenate(
            [
                points(at(-0.50, -0.14), at(0.50, -0.14)),
                curve(at(0.50, -0.14), at(0.42, 0.075), at(0.26, 0.075)),
                points(at(-0.30, 0.075)),
            ]
        ),
        hull,
    )
    sheet.polygon(
        points(at(-0.50, -0.14), at(0.50, -0.14), at(0.485, -0.10), at(-0.475, -0.10)),
        lighter(light.lit(PAINT["white"]), 0.1),
    )
    p.canvas.paste(sheet, accent=0.95)
    reflect_below(p, x - 0.58 * h, x + 0.58 * h, y + 0.075 * h, 0.72 * h, 0.55)
    p.note(thing.kind, x - 0.5 * h, y - h, x + 0.5 * h, y + 0.08 * h)


@aside
def bridge(p: Painter, row: float, thing: Thing) -> None:
    """An arched bridge across the whole water, seen from the side; its middle arch is open."""
    canvas, u = p.canvas, p.unit
    colour = painted(p, thing.colour or "grey")
    width, rise = canvas.width, 0.085 * u
    x = np.linspace(-0.02 * width, 1.02 * width, 60)
    middle = 0.5 * width
    deck = row - rise * np.cos((x - middle) / width * np.pi).clip(0) - 0.02 * u
    sheet = canvas.sheet(top=float(deck.min()) - 0.08 * u, bottom=row + 0.10 * u)
    thick = 0.034 * u
    body = np.concatenate([np.stack([x, deck], 1), np.stack([x, np.full_like(x, row + 0.085 * u)], 1)[::-1]])
    sheet.polygon(body.astype(np.float32), colour)
    arches = max(2, round(3 * width / u))
    for i in range(arches):
        cx = (i + 0.5) / arches * width
        half = 0.40 * width / arches
        top = float(np.interp(cx, x, deck)) + thick
        bottom = row + 0.09 * u
        angle = np.linspace(np.pi, 2 * np.pi, 24)
        arch = np.stack([cx + half * np.cos(angle), bottom + (bottom - top) * np.sin(angle)], 1)
        sheet.clear(arch.astype(np.float32))
    rail = np.stack([x, deck - 0.042 * u], 1).astype(np.float32)
    shade = darker(colour, 0.3)
    for px in np.arange(0, width, 0.062 * u):
        foot = float(np.interp(px, x, deck))
        sheet.line(points((px, foot), (px, foot - 0.042 * u)), 0.010 * u, shade)
    sheet.line(rail, 0.014 * u, shade)
    sheet.line(np.stack([x, deck + 0.4 * thick], 1).astype(np.float32), 0.012 * u, lighter(colour, 0.2))
    canvas.paste(sheet, accent=0.9)
    reflect_below(p, 0, width, row + 0.085 * u, 0.16 * u, 0.5)
    p.note("bridge", 0, float(deck.min()) - 0.05 * u, width, row + 0.09 * u)


@aside
def flowers(p: Painter, thing: Thing, line: Line) -> None:
    """A bed of flowers on the near ground, larger towards the eye."""
    canvas, u = p.canvas, p.unit
    colour = painted(p, thing.colour or "red")
    sheet = canvas.sheet(top=canvas.height * 0.6)
    stem = p.light.lit(np.array((0.25, 0.48, 0.22), np.float32))
    heart = painted(p, "yellow" if thing.colour not in ("yellow", "orange") else "brown")
    number = int(52 * canvas.width / u)
    places = np.random.default_rng(29)
    spots = sorted((float(places.uniform(0.02, 1.0)), float(places.uniform(0, canvas.width))) for _ in range(number))
    for near, x in spots:
        top = max(line(x) + 0.01 * u, canvas.height * 0.76)
        y = top + near * (canvas.height - top) * 1.02
        size = u * (0.010 + 0.017 * near)
        sheet.line(points((x, y), (x + 0.2 * size, y + 2.0 * size)), 0.35 * size, stem)
        for turn in range(5):
            angle = turn * 1.2566 + near * 9
            sheet.polygon(
                ellipse(x + np.cos(angle) * 0.62 * size, y + np.sin(angle) * 0.55 * size, 0.55 * size, 0.48 * size),
                colour,
            )
        sheet.polygon(ellipse(x, y, 0.34 * size, 0.30 * size), heart)
    canvas.paste(sheet, solid=p.scene.style == "papercut", accent=0.95)
    p.note("flowers", 0, canvas.height * 0.76, canvas.width, canvas.height)


@aside
def rocks(p: Painter, line: Line) -> None:
    """Three boulders with a lit top."""
    canvas, u = p.canvas, p.unit
    start = p.uniform(0.08, 0.7)
    for dx, size in ((0.0, 0.085), (0.105, 0.055), (0.19, 0.040)):
        x = (start * canvas.width) + dx * u
        y = line(x) + 0.05 * u
        rock(p, x, y, size * u)
    p.note(
        "rocks",
        start * canvas.width - 0.1 * u,
        line(start * canvas.width) - 0.1 * u,
        start * canvas.width + 0.3 * u,
        line(start * canvas.width) + 0.1 * u,
    )


def rock(p: Painter, x: float, y: float, r: float) -> None:
    """One boulder, `r` pixels to each side."""
    light = p.light
    stone = light.lit(p.tint(ROCK, 0.015))
    turn = 1 if light.side < 0 else -1
    contact_shadow(p, x, y, 0.8 * r)
    sheet = p.canvas.sheet(x - 1.15 * r, y - 1.0 * r, x + 1.15 * r, y + 0.25 * r)

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + turn * dx * r, y + dy * r

    sheet.polygon(
        points(at(-1.05, 0.12), at(-0.9, -0.45), at(-0.35, -0.85), at(0.35, -0.78), at(0.85, -0.35), at(1.05, 0.12)),
        stone,
    )
    sheet.polygon(
        points(at(0.15, 0.12), at(0.05, -0.42), at(0.35, -0.78), at(0.85, -0.35), at(1.05, 0.12)), darker(stone, 0.55)
    )
    top = light.lit(SNOW) if p.scene.place == "snow" else lighter(stone, 0.30)
    sheet.polygon(points(at(-0.9, -0.45), at(-0.35, -0.85), at(0.35, -0.78), at(0.05, -0.50), at(-0.5, -0.42)), top)
    p.canvas.paste(sheet)


@aside
def fence(p: Painter, line: Line) -> None:
    """A wooden fence across the near ground."""
    canvas, u = p.canvas, p.unit
    wood = p.light.lit(lighter(WOOD, 0.30) if not p.light.dark else WOOD)
    step = 0.115 * u
    xs = np.arange(-0.5 * step, canvas.width + step, step)
    feet = np.array([line(min(max(float(x), 0), canvas.width - 1)) for x in xs]) + 0.055 * u
    sheet = canvas.sheet(top=float(feet.min()) - 0.14 * u, bottom=float(feet.max()) + 0.02 * u)
    for rise in (0.048, 0.088):
        sheet.line(np.stack([xs, feet - rise * u], 1).astype(np.float32), 0.015 * u, darker(wood, 0.2))
    for x, y in zip(xs.tolist(), feet.tolist(), strict=True):
        sheet.polygon(
            points(
                (x - 0.011 * u, y),
                (x + 0.011 * u, y),
                (x + 0.011 * u, y - 0.105 * u),
                (x, y - 0.125 * u),
                (x - 0.011 * u, y - 0.105 * u),
            ),
            wood,
        )
    canvas.paste(sheet)
    p.note_sheet("fence", sheet)


def sheep(p: Painter, x: float, y: float, h: float, thing: Thing) -> None:
    """A woolly body on four legs, head towards the light."""
    light = p.light
    wool = mix(painted(p, "white"), WHITE * light.ambient, 0.2)
    dark: Floats = light.lit(np.array((0.20, 0.18, 0.20), np.float32))
    turn = light.side if light.side else -1.0
    turn = 1.0 if turn > 0 else -1.0
    contact_shadow(p, x, y, 0.55 * h)
    sheet = p.canvas.sheet(x - 1.0 * h, y - 1.1 * h, x + 1.0 * h, y + 0.1 * h)
    for dx in (-0.34, -0.18, 0.18, 0.34):
        sheet.polygon(rectangle(x + (dx - 0.04) * h, y - 0.35 * h, x + (dx + 0.04) * h, y), dark)
    for dx, dy, size in (
        (-0.34, -0.52, 0.25),
        (0.30, -0.52, 0.26),
        (-0.10, -0.66, 0.27),
        (0.14, -0.66, 0.25),
        (0.0, -0.46, 0.27),
    ):
        sheet.polygon(ellipse(x + dx * h, y + (dy + 0.03) * h, size * h, size * h), darker(wool, 0.25))
    for dx, dy, size in (
        (-0.34, -0.54, 0.22),
        (0.30, -0.54, 0.23),
        (-0.10, -0.69, 0.24),
        (0.14, -0.69, 0.22),
        (0.0, -0.52, 0.24),
    ):
        sheet.polygon(ellipse(x + dx * h, y + dy * h, size * h, size * h), wool)
    hx = x + turn * 0.62 * h
    sheet.polygon(ellipse(hx, y - 0.64 * h, 0.17 * h, 0.13 * h, turn * 0.5), dark)
    sheet.polygon(ellipse(hx - turn * 0.14 * h, y - 0.76 * h, 0.05 * h, 0.09 * h, -turn * 0.8), dark)
    p.canvas.paste(sheet, accent=0.2)
    p.note(thing.kind, x - 0.8 * h, y - 0.95 * h, x + 0.8 * h, y)


def islet(p: Painter, x: float, y: float, half: float) -> None:
    """A bare rock in the sea for a lighthouse to stand on."""
    light = p.light
    stone = light.lit(ROCK * 0.85)
    sheet = p.canvas.sheet(x - 1.2 * half, y - 0.6 * half, x + 1.2 * half, y + 0.5 * half)
    outline = points(
        (x - 1.1 * half, y + 0.22 * half),
        (x - 0.95 * half, y),
        (x - 0.6 * half, y - 0.12 * half),
        (x - 0.4 * half, y - 0.26 * half),
        (x + 0.4 * half, y - 0.26 * half),
        (x + 0.62 * half, y - 0.10 * half),
        (x + 1.0 * half, y + 0.04 * half),
        (x + 1.12 * half, y + 0.22 * half),
    )
    sheet.polygon(outline, stone)
    side = 1 if light.side < 0 else -1
    sheet.polygon(
        points(
            (x + side * 0.1 * half, y + 0.22 * half),
            (x + side * 0.2 * half, y - 0.26 * half),
            (x + side * 0.4 * half, y - 0.26 * half),
            (x + side * 1.0 * half, y + 0.06 * half),
            (x + side * 1.1 * half, y + 0.22 * half),
        ),
        darker(stone, 0.45),
    )
    p.canvas.paste(sheet)
    reflect_below(p, x - 1.1 * half, x + 1.1 * half, y + 0.22 * half, 0.4 * half, 0.45)
    foam = p.canvas.sheet(x - 1.3 * half, y, x + 1.3 * half, y + 0.5 * half)
    foam.polygon(ellipse(x, y + 0.24 * half, 1.18 * half, 0.045 * half), light.lit(WHITE))
    p.canvas.paste(foam, solid=False, opacity=0.7)
