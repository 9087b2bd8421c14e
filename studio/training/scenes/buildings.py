"""Buildings, each with its foot at (x, y), `h` pixels high."""

from __future__ import annotations

import numpy as np

from studio.training.scenes.canvas import Sheet, darker
from studio.training.scenes.colours import PAINT, SNOW, STONE, WOOD, Floats, mix
from studio.training.scenes.painter import Painter
from studio.training.scenes.scene import Thing
from studio.training.scenes.shapes import dome, ellipse, points, rectangle
from studio.training.scenes.trees import contact_shadow

WARM = np.array((1.0, 0.76, 0.38), np.float32)


def painted(p: Painter, name: str) -> Floats:
    """A named colour in this light, a little brighter than the rest so that it can be told at night, too."""
    return p.light.lit(PAINT[name], lift=0.30)


def _sides(p: Painter, colour: Floats) -> tuple[Floats, Floats]:
    """The colours of the wall towards the light and of the one away from it."""
    return colour, darker(colour, 0.42)


def house(p: Painter, x: float, y: float, h: float, thing: Thing) -> None:
    """A gabled house seen across its corner: gable wall, long wall, roof, chimney, door and windows."""
    light = p.light
    name = thing.colour or "white"
    lit_wall, dark_wall = _sides(p, painted(p, name))
    roof = painted(p, "brown") * 0.72 if name in ("red", "orange", "pink", "purple") else painted(p, "red") * 0.88
    if p.scene.place == "snow" or p.scene.weather == "snowfall":
        roof = light.lit(SNOW)
    turn = 1 if light.side < 0 else -1  # the gable faces the light
    w, gable, eaves = 0.62 * h, 0.46 * h, y - 0.50 * h
    corner = x - turn * 0.10 * h
    sheet = p.canvas.sheet(x - 0.85 * h, y - 1.15 * h, x + 0.85 * h, y + 0.05 * h)
    contact_shadow(p, x, y, 0.5 * h)

    def px(dx: float) -> float:
        return corner + turn * dx

    far = px(w + 0.02 * h)
    chimney = px(0.48 * h)
    sheet.polygon(
        rectangle(chimney - 0.05 * h, y - 1.08 * h, chimney + 0.05 * h, y - 0.7 * h), darker(painted(p, "brown"), 0.3)
    )
    sheet.polygon(rectangle(min(corner, far), eaves, max(corner, far), y), dark_wall)
    sheet.polygon(
        points((px(-gable), y), (corner, y), (corner, eaves), (px(-gable / 2), y - 0.92 * h), (px(-gable), eaves)),
        lit_wall,
    )
    sheet.polygon(
        points(
            (px(-gable / 2), y - 0.99 * h),
            (px(w - 0.10 * h), y - 0.99 * h),
            (px(w + 0.07 * h), eaves + 0.02 * h),
            (px(0.03 * h), eaves + 0.02 * h),
        ),
        roof,
    )
    sheet.polygon(
        points(
            (px(-gable / 2), y - 0.99 * h),
            (px(-gable / 2 - 0.01 * h), y - 0.89 * h),
            (px(-gable - 0.05 * h), eaves + 0.06 * h),
            (px(-gable - 0.08 * h), eaves),
        ),
        darker(roof, 0.35),
    )
    pane = light.windows
    for dx in (0.14 * h, 0.38 * h):
        sheet.polygon(
            rectangle(min(px(dx), px(dx + 0.13 * h)), y - 0.36 * h, max(px(dx), px(dx + 0.13 * h)), y - 0.19 * h), pane
        )
    door = px(-gable / 2)
    sheet.polygon(rectangle(door - 0.075 * h, y - 0.32 * h, door + 0.075 * h, y), light.lit(WOOD * 0.8))
    sheet.polygon(ellipse(door, y - 0.60 * h, 0.06 * h, 0.06 * h), pane)
    p.canvas.paste(sheet, accent=0.95)
    if light.dark:
        p.canvas.glow(x, y - 0.28 * h, 0.38 * h, WARM, 0.34)
    p.note(thing.kind, x - 0.65 * h, y - h, x + 0.65 * h, y)


def lighthouse(p: Painter, x: float, y: float, h: float, thing: Thing) -> None:
    """A banded tower with a lantern; its beam at night."""
    light = p.light
    name = thing.colour or "red"
    bands = painted(p, name if name != "white" else "grey")
    white = painted(p, "white")
    half, top = 0.115 * h, 0.078 * h
    lamp = y - 0.87 * h
    if light.dark:
        _beam(p, x, lamp, h)
    sheet = p.canvas.sheet(x - 0.3 * h, y - 1.05 * h, x + 0.3 * h, y + 0.05 * h)
    turn = 1 if light.side < 0 else -1

    def width(row: float) -> float:
        return half + (top - half) * row / 0.78

    for i in range(5):
        low, high = 0.78 * i / 5, 0.78 * (i + 1) / 5
        tone = (bands if i % 2 == 0 else white) if name != "white" else (white if i != 2 else bands)
        a, b = width(low), width(high)
        sheet.polygon(
            points((x - a, y - low * h), (x + a, y - low * h), (x + b, y - high * h), (x - b, y - high * h)), tone
        )
        sheet.polygon(
            points(
                (x + turn * 0.25 * a, y - low * h),
                (x + turn * a, y - low * h),
                (x + turn * b, y - high * h),
                (x + turn * 0.25 * b, y - high * h),
            ),
            darker(tone, 0.38),
        )
    sheet.polygon(rectangle(x - 0.115 * h, y - 0.80 * h, x + 0.115 * h, y - 0.77 * h), darker(bands, 0.5))
    sheet.polygon(
        rectangle(x - 0.06 * h, y - 0.92 * h, x + 0.06 * h, y - 0.80 * h), np.array((1.0, 0.92, 0.58), np.float32)
    )
    sheet.polygon(points((x - 0.085 * h, y - 0.915 * h), (x + 0.085 * h, y - 0.915 * h), (x, y - 1.02 * h)), bands)
    sheet.polygon(dome(x, y, 0.035 * h, 0.085 * h), darker(WOOD, 0.3))
    p.canvas.paste(sheet, accent=0.95)
    if light.dark:
        p.canvas.glow(x, lamp, 0.09 * h, WARM, 0.7)
    p.note_sheet(thing.kind, sheet)


def _beam(p: Painter, x: float, y: float, h: float) -> None:
    side = 1 if x < p.canvas.width / 2 else -1
    reach = 1.15 * p.canvas.width * side
    sheet = p.canvas.sheet(bottom=y + 0.4 * h)
    sheet.polygon(
        points((x, y - 0.015 * h), (x + reach, y - 0.32 * h), (x + reach, y + 0.12 * h), (x, y + 0.015 * h)),
        np.array((1.0, 0.93, 0.70), np.float32),
    )
    p.canvas.paste(sheet, solid=False, opacity=0.30)


def castle(p: Painter, x: float, y: float, h: float, thing: Thing) -> None:
    """A keep and four round towers with pointed roofs and flags."""
    light = p.light
    stone = light.lit(STONE) if not light.dark else mix(light.lit(STONE), STONE, 0.18)
    roof = painted(p, "blue") * 0.85
    sheet = p.canvas.sheet(x - 0.72 * h, y - 1.12 * h, x + 0.72 * h, y + 0.05 * h)
    contact_shadow(p, x, y, 0.42 * h)
    _battlement(sheet, x - 0.48 * h, x + 0.48 * h, y, y - 0.36 * h, 0.055 * h, darker(stone, 0.18))
    for dx, width, height in ((-0.22, 0.11, 0.62), (0.20, 0.10, 0.70), (-0.47, 0.10, 0.46), (0.47, 0.10, 0.46)):
        _tower(p, sheet, x + dx * h, y, width * h, height * h, stone, roof)
    _battlement(sheet, x - 0.17 * h, x + 0.17 * h, y, y - 0.52 * h, 0.05 * h, stone)
    gate = light.lit(WOOD * 0.7)
    sheet.polygon(rectangle(x - 0.075 * h, y - 0.15 * h, x + 0.075 * h, y), gate)
    sheet.polygon(dome(x, y - 0.15 * h, 0.075 * h, 0.08 * h), gate)
    pane = light.windows if light.time in ("night", "sunset") else darker(stone, 0.75)
    for dx, row in ((-0.08, 0.36), (0.08, 0.36), (-0.33, 0.20), (0.33, 0.20)):
        sheet.polygon(rectangle(x + (dx - 0.022) * h, y - (row + 0.07) * h, x + (dx + 0.022) * h, y - row * h), pane)
    p.canvas.paste(sheet, accent=0.5)
    p.note(thing.kind, x - 0.6 * h, y - 1.05 * h, x + 0.6 * h, y)


def _battlement(sheet: Sheet, left: float, right: float, foot: float, top: float, tooth: float, colour: Floats) -> None:
    sheet.polygon(rectangle(left, top, right, foot), colour)
    number = max(2, round((right - left) / (2.2 * tooth)))
    step = (right - left) / number
    for i in range(number):
        sheet.polygon(rectangle(left + i * step, top - tooth, left + (i + 0.55) * step, top + 1), colour)


def _tower(p: Painter, sheet: Sheet, x: float, y: float, w: float, h: float, stone: Floats, roof: Floats) -> None:
    away = 1 if p.light.side < 0 else -1
    sheet.polygon(rectangle(x - w, y - h, x + w, y), stone)
    edge = sorted((x + away * 0.2 * w, x + away * w))
    sheet.polygon(rectangle(edge[0], y - h, edge[1], y), darker(stone, 0.40))
    tip = y - h - 2.9 * w
    sheet.polygon(points((x - 1.3 * w, y - h), (x + 1.3 * w, y - h), (x, tip)), roof)
    sheet.polygon(points((x + away * 1.3 * w, y - h), (x, y - h), (x, tip)), darker(roof, 0.40))
    sheet.polygon(points((x, tip - 0.9 * w), (x + 0.9 * w, tip - 0.6 * w), (x, tip - 0.3 * w)), painted(p, "red"))
    sheet.line(points((x, tip - 0.9 * w), (x, tip)), 0.12 * w, darker(stone, 0.7))


def windmill(p: Painter, x: float, y: float, h: float, thing: Thing) -> None:
    """A tapering mill with a cap and four latticed sails."""
    light = p.light
    body, cap, wood = painted(p, "white") * 0.97, painted(p, "brown"), light.lit(WOOD)
    sheet = p.canvas.sheet(x - 0.55 * h, y - 1.15 * h, x + 0.55 * h, y + 0.05 * h)
    contact_shadow(p, x, y, 0.3 * h)
    away = 1 if light.side < 0 else -1
    sheet.polygon(
        points((x - 0.17 * h, y), (x + 0.17 * h, y), (x + 0.105 * h, y - 0.60 * h), (x - 0.105 * h, y - 0.60 * h)), body
    )
    sheet.polygon(
        points(
            (x + away * 0.05 * h, y),
            (x + away * 0.17 * h, y),
            (x + away * 0.105 * h, y - 0.60 * h),
            (x + away * 0.04 * h, y - 0.60 * h),
        ),
        darker(body, 0.38),
    )
    sheet.polygon(
        points(
            (x - 0.135 * h, y - 0.58 * h),
            (x + 0.135 * h, y - 0.58 * h),
            (x + 0.02 * h, y - 0.77 * h),
            (x - 0.05 * h, y - 0.76 * h),
        ),
        cap,
    )
    sheet.polygon(rectangle(x - 0.045 * h, y - 0.15 * h, x + 0.045 * h, y), wood)
    for row in (0.26, 0.43):
        sheet.polygon(rectangle(x - 0.03 * h, y - (row + 0.075) * h, x + 0.03 * h, y - row * h), light.windows)
    hub_y, start = y - 0.64 * h, p.uniform(0.25, 0.55)
    sail = painted(p, "white")
    for i in range(4):
        c, s = np.cos(start + i * np.pi / 2), np.sin(start + i * np.pi / 2)

        def at(along: float, across: float, c: float = c, s: float = s) -> tuple[float, float]:
            return x + (along * c - across * s) * h, hub_y + (along * s + across * c) * h

        sheet.polygon(points(at(0.09, 0.0), at(0.44, 0.0), at(0.44, 0.095), at(0.09, 0.075)), sail)
        sheet.line(points(at(0.0, 0.0), at(0.45, 0.0)), 0.022 * h, wood)
        for along in (0.2, 0.32):
            sheet.line(points(at(along, 0.0), at(along, 0.085)), 0.012 * h, wood)
    sheet.polygon(ellipse(x, hub_y, 0.03 * h, 0.03 * h), wood)
    p.canvas.paste(sheet, accent=0.4)
    if light.dark:
        p.canvas.glow(x, y - 0.35 * h, 0.14 * h, WARM, 0.3)
    p.note(thing.kind, x - 0.45 * h, y - 1.08 * h, x + 0.45 * h, y)


def pyramid(p: Painter, x: float, y: float, h: float, thing: Thing) -> None:
    """Two faces of sandstone with faint courses."""
    light = p.light
    stone = np.array((0.88, 0.70, 0.44), np.float32)
    depth = 0.12
    bright, dark = light.lit(stone, depth), light.lit(darker(stone, 0.55), depth)
    left, right = (bright, dark) if light.side < 0 else (dark, bright)
    sheet = p.canvas.sheet(x - 0.95 * h, y - 1.05 * h, x + 0.95 * h, y + 0.05 * h)
    ridge = x + light.side * -0.22 * h
    sheet.polygon(points((x - 0.86 * h, y), (ridge, y), (x, y - h)), left)
    sheet.polygon(points((ridge, y), (x + 0.86 * h, y), (x, y - h)), right)
    p.canvas.paste(sheet, accent=0.2)
    p.note(thing.kind, x - 0.86 * h, y - h, x + 0.86 * h, y)


def tent(p: Painter, x: float, y: float, h: float, thing: Thing) -> None:
    """A ridge tent with an open front, warm inside at night."""
    cloth = painted(p, thing.colour or "orange")
    turn = 1 if p.light.side < 0 else -1
    sheet = p.canvas.sheet(x - 1.2 * h, y - 1.1 * h, x + 1.2 * h, y + 0.05 * h)
    contact_shadow(p, x, y, 0.7 * h)
    front = x - turn * 0.28 * h
    sheet.polygon(
        points(
            (front, y - h),
            (x + turn * 0.62 * h, y - 0.86 * h),
            (x + turn * 1.02 * h, y - 0.06 * h),
            (front + turn * 0.62 * h, y),
        ),
        darker(cloth, 0.40),
    )
    sheet.polygon(points((front - 0.62 * h, y), (front + 0.62 * h, y), (front, y - h)), cloth)
    inside = WARM if p.light.dark else darker(cloth, 0.85)
    sheet.polygon(points((front - 0.20 * h, y), (front + 0.20 * h, y), (front, y - 0.70 * h)), inside)
    p.canvas.paste(sheet, accent=0.95)
    if p.light.dark:
        p.canvas.glow(front, y - 0.3 * h, 0.5 * h, WARM, 0.4)
    p.note(thing.kind, x - 1.0 * h, y - h, x + 1.0 * h, y)
