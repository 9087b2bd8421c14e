"""Trees by kind, each drawn on a sheet with its foot at (x, y), `h` pixels high, at a depth in the haze."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio.training.scenes.canvas import Sheet, darker, lighter
from studio.training.scenes.colours import LEAVES, PINE, SNOW, WOOD, mix
from studio.training.scenes.painter import Painter, aside
from studio.training.scenes.shapes import curve, ellipse, points, rectangle, rounded, taper

Tree = Callable[[Painter, Sheet, float, float, float, str | None, float], None]


def pine(p: Painter, sheet: Sheet, x: float, y: float, h: float, colour: str | None, depth: float) -> None:
    """Four tiers of branches, half in the light; white on top where there is snow."""
    light = p.light
    green = p.tint(PINE, 0.012)
    if p.scene.place == "snow" or p.scene.weather == "snowfall":
        green = mix(green, SNOW, 0.12)
    sheet.polygon(rectangle(x - 0.032 * h, y - 0.16 * h, x + 0.032 * h, y + 0.01 * h), light.lit(WOOD, depth))
    bright, dark = light.lit(lighter(green, 0.10), depth), light.lit(darker(green, 0.55), depth)
    left, right = (bright, dark) if light.side < 0 else (dark, bright)
    for i in range(4):
        half = h * (0.265 - 0.052 * i)
        foot = y - h * (0.10 + 0.205 * i)
        tip = foot - h * (0.345 - 0.01 * i)
        sag = 0.035 * h
        sheet.polygon(
            points(
                (x - half, foot),
                (x - 0.42 * half, foot - 0.42 * (foot - tip)),
                (x, tip),
                (x, foot + sag),
                (x - half * 0.5, foot + sag * 0.7),
            ),
            left,
        )
        sheet.polygon(
            points(
                (x + half, foot),
                (x + 0.42 * half, foot - 0.42 * (foot - tip)),
                (x, tip),
                (x, foot + sag),
                (x + half * 0.5, foot + sag * 0.7),
            ),
            right,
        )
        if p.scene.place == "snow":
            snow = light.lit(SNOW, depth)
            sheet.polygon(
                points(
                    (x, tip),
                    (x - 0.46 * half, tip + 0.62 * (foot - tip)),
                    (x - 0.12 * half, tip + 0.45 * (foot - tip)),
                    (x + 0.10 * half, tip + 0.66 * (foot - tip)),
                    (x + 0.36 * half, tip + 0.55 * (foot - tip)),
                ),
                snow,
            )


def tree(p: Painter, sheet: Sheet, x: float, y: float, h: float, colour: str | None, depth: float) -> None:
    """A round crown of leaves on a forked trunk."""
    light = p.light
    leaf = p.tint(LEAVES[colour or "green"], 0.015)
    lift = 0.0 if colour in (None, "green") else 0.28
    trunk = light.lit(WOOD, depth)
    sheet.polygon(
        points((x - 0.045 * h, y), (x + 0.045 * h, y), (x + 0.022 * h, y - 0.5 * h), (x - 0.022 * h, y - 0.5 * h)),
        trunk,
    )
    sheet.line(points((x, y - 0.30 * h), (x + 0.12 * h, y - 0.48 * h)), 0.028 * h, trunk)
    cy = y - 0.66 * h
    lumps = (
        (-0.17, 0.07, 0.19),
        (0.17, 0.08, 0.18),
        (0.0, -0.12, 0.22),
        (-0.11, -0.06, 0.20),
        (0.12, -0.05, 0.20),
        (0.0, 0.09, 0.20),
    )
    side = 1 if light.side < 0 else -1
    shades = ((0.035, 0.0, light.lit(darker(leaf, 0.60), depth, lift)), (0.0, 0.0, light.lit(leaf, depth, lift)))
    for shift, _, tone in shades:
        for dx, dy, size in lumps:
            sheet.polygon(
                ellipse(
                    x + (dx + side * shift) * h,
                    cy + (dy + shift) * h,
                    size * h * (1.0 if shift else 0.93),
                    size * h * (0.95 if shift else 0.86),
                ),
                tone,
            )
    bright = light.lit(lighter(leaf, 0.22), depth, lift)
    for dx, dy, size in lumps[2:4]:
        sheet.polygon(
            ellipse(x + (dx - side * 0.06) * h, cy + (dy - 0.055) * h, size * 0.52 * h, size * 0.44 * h), bright
        )


def palm(p: Painter, sheet: Sheet, x: float, y: float, h: float, colour: str | None, depth: float) -> None:
    """A leaning trunk and eight hanging fronds."""
    light = p.light
    green = p.tint(np.array((0.20, 0.52, 0.30), np.float32), 0.015)
    lean = p.uniform(0.10, 0.26) * h * (1 if p.chance(0.5) else -1)
    top_x, top_y = x + lean, y - 0.84 * h
    trunk = curve((x, y), (x + 0.05 * lean, y - 0.5 * h), (top_x, top_y))
    sheet.polygon(taper(trunk, 0.065 * h, 0.036 * h), light.lit(np.array((0.55, 0.40, 0.27), np.float32), depth))
    for i in range(8):
        angle = np.pi * (0.02 + 0.96 * i / 7) + p.uniform(-0.06, 0.06)
        reach = 0.37 * h * (1.0 if i in (0, 1, 6, 7) else 0.86)
        ex, ey = top_x + np.cos(angle) * reach, top_y - np.sin(angle) * reach * 0.42 + 0.15 * h
        bx, by = top_x + np.cos(angle) * reach * 0.62, top_y - np.sin(angle) * reach * 0.85 - 0.05 * h
        upper = curve((top_x, top_y), (bx, by), (ex, ey))
        lower = curve((ex, ey), (bx * 0.94 + top_x * 0.06, by + 0.105 * h), (top_x, top_y + 0.02 * h))
        tone = lighter(green, 0.14) if np.cos(angle) * light.side > 0 else darker(green, 0.35)
        sheet.polygon(np.concatenate([upper, lower]), light.lit(tone, depth))
    nut = light.lit(WOOD * 0.9, depth)
    for dx in (-0.028, 0.03):
        sheet.polygon(ellipse(top_x + dx * h, top_y + 0.025 * h, 0.03 * h, 0.03 * h), nut)


def birch(p: Painter, sheet: Sheet, x: float, y: float, h: float, colour: str | None, depth: float) -> None:
    """A white trunk with dark bars, a slender airy crown."""
    light = p.light
    leaf = p.tint(LEAVES[colour or "green"], 0.015)
    lift = 0.0 if colour in (None, "green") else 0.28
    leaf = mix(leaf, LEAVES["yellow"], 0.25) if (colour or "green") == "green" else leaf
    bark, bar = (
        light.lit(np.array((0.94, 0.93, 0.90), np.float32), depth),
        light.lit(np.array((0.22, 0.21, 0.22), np.float32), depth),
    )
    dark, middle, bright = (light.lit(tone, depth, lift) for tone in (darker(leaf, 0.45), leaf, lighter(leaf, 0.20)))
    for dx, dy, rx, ry in ((-0.07, -0.56, 0.13, 0.16), (0.08, -0.62, 0.13, 0.18), (0.0, -0.80, 0.12, 0.18)):
        sheet.polygon(ellipse(x + dx * h, y + dy * h, rx * h, ry * h), dark)
    sheet.polygon(
        points((x - 0.036 * h, y), (x + 0.036 * h, y), (x + 0.016 * h, y - 0.82 * h), (x - 0.016 * h, y - 0.82 * h)),
        bark,
    )
    for i, row in enumerate((0.08, 0.17, 0.25, 0.33, 0.42, 0.50)):
        edge = -1 if i % 2 else 1
        sheet.polygon(
            rectangle(x + min(0, edge * 0.028 * h), y - (row + 0.02) * h, x + max(0, edge * 0.028 * h), y - row * h),
            bar,
        )
    for dx, dy, rx, ry, tone in (
        (-0.09, -0.66, 0.085, 0.10, middle),
        (0.09, -0.72, 0.085, 0.11, middle),
        (-0.01, -0.88, 0.09, 0.11, middle),
        (-0.05 * -light.side, -0.93, 0.045, 0.055, bright),
        (0.06, -0.50, 0.07, 0.07, middle),
        (0.10, -0.76, 0.035, 0.045, bright),
    ):
        sheet.polygon(ellipse(x + dx * h, y + dy * h, rx * h, ry * h), tone)


def cactus(p: Painter, sheet: Sheet, x: float, y: float, h: float, colour: str | None, depth: float) -> None:
    """A column with two arms that bend upwards."""
    light = p.light
    green = p.tint(np.array((0.27, 0.53, 0.32), np.float32), 0.015)
    body, shade = light.lit(green, depth), light.lit(darker(green, 0.45), depth)
    half = 0.085 * h
    for side, row, rise in ((-1, 0.36, 0.30), (1, 0.48, 0.27)):
        reach = side * 0.245 * h
        arm = 0.055 * h
        sheet.polygon(
            rounded(
                min(x, x + reach + side * arm),
                y - row * h - arm,
                max(x, x + reach + side * arm),
                y - row * h + arm,
                arm,
            ),
            body,
        )
        sheet.polygon(rounded(x + reach - arm, y - (row + rise) * h, x + reach + arm, y - row * h + arm, arm), body)
    sheet.polygon(rounded(x - half, y - h, x + half, y + 0.3 * half, half), body)
    away = 1 if light.side < 0 else -1
    sheet.polygon(
        rounded(
            x + (0.2 * half if away > 0 else -half),
            y - 0.985 * h,
            x + (half if away > 0 else -0.2 * half),
            y + 0.3 * half,
            0.6 * half,
        ),
        shade,
    )
    sheet.line(
        points((x - 0.25 * half, y - 0.93 * h), (x - 0.25 * half, y - 0.05 * h)),
        0.022 * h,
        light.lit(lighter(green, 0.2), depth),
    )


KINDS: dict[str, Tree] = {"pine": pine, "tree": tree, "palm": palm, "birch": birch, "cactus": cactus}
HEIGHT = {"pine": 0.36, "tree": 0.32, "palm": 0.46, "birch": 0.38, "cactus": 0.26}  # of a near one, in units


@aside
def grove(
    p: Painter,
    kind: str,
    line: Callable[[float], float],
    number: int,
    height: float,
    colour: str | None,
    depth: float,
    solid: bool = True,
) -> None:
    """Many trees along a line: evenly enough that there are no holes, from left to right, the lower ones in front."""
    canvas, u = p.canvas, p.unit
    number = max(2, round(number * canvas.width / u))
    spots = [((i + p.uniform(0.15, 0.85)) / number * canvas.width, p.uniform(0, 1)) for i in range(number)]
    rows = [line(x) for x, _ in spots]
    sheet = canvas.sheet(top=min(rows) - 1.25 * height, bottom=max(rows) + 0.06 * u)
    for (x, near), row in sorted(zip(spots, rows, strict=True), key=lambda item: item[0][1]):
        KINDS[kind](
            p, sheet, x, row + 0.035 * u * near, height * (0.78 + 0.30 * near) * p.uniform(0.9, 1.1), colour, depth
        )
    canvas.paste(sheet, solid=solid, accent=0.45 if colour not in (None, "green") else 0.0)
    p.note_sheet(kind, sheet)


@aside
def stand(p: Painter, kind: str, spots: list[tuple[float, float]], height: float, colour: str | None) -> None:
    """One to three single trees, each its own layer."""
    for x, y in spots:
        h = height * p.uniform(0.93, 1.07)
        sheet = p.canvas.sheet(x - 0.75 * h, y - 1.15 * h, x + 0.75 * h, y + 0.05 * h)
        contact_shadow(p, x, y, 0.16 * h)
        KINDS[kind](p, sheet, x, y, h, colour, 0.0)
        p.canvas.paste(sheet, accent=0.45 if colour not in (None, "green") else 0.0)
        p.note(kind, x - 0.35 * h, y - h, x + 0.35 * h, y)


def contact_shadow(p: Painter, x: float, y: float, reach: float) -> None:
    """The dark where a thing meets the ground, drawn out away from the light."""
    away = 1 if p.light.side < 0 else -1
    cx = x + away * 0.5 * reach
    sheet = p.canvas.sheet(cx - 1.6 * reach, y - 0.3 * reach, cx + 1.6 * reach, y + 0.35 * reach)
    sheet.polygon(ellipse(cx, y, 1.45 * reach, 0.20 * reach), np.array((0.06, 0.07, 0.14), np.float32))
    p.canvas.paste(sheet, solid=False, opacity=0.30)
