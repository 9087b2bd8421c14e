"""Colours of the scenes: palettes of the sky by time and hue, and the light that falls on everything under it.

Colours are float32 arrays of three sRGB values in 0..1. The palettes are few and vary little on purpose: scenes that
share their colours can be joined by a denoiser that works on small windows.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]  # float32; OpenCV's stubs say no more of its results than that they are matrices


def rgb(code: str) -> Floats:
    """'#rrggbb' -> colour."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255


def mix(one: Floats, other: Floats, share: float) -> Floats:
    """`one` with a share (0..1) of `other`."""
    return (one * (1 - share) + other * share).astype(np.float32)


def hsv(hue: float, saturation: float, value: float) -> Floats:
    """Hue in turns, the others 0..1 (clipped)."""
    clipped = (min(1.0, max(0.0, saturation)), min(1.0, max(0.0, value)))
    return np.array(colorsys.hsv_to_rgb(hue % 1.0, *clipped), np.float32)


WHITE = rgb("#ffffff")
SNOW = rgb("#f4f8ff")
PAPER = rgb("#f7f3e8")

# colours a prompt can name
PAINT = {
    "red": rgb("#d8342c"),
    "orange": rgb("#f0882b"),
    "yellow": rgb("#f7cf43"),
    "green": rgb("#4a9a4f"),
    "blue": rgb("#3370cf"),
    "purple": rgb("#8a4cb0"),
    "pink": rgb("#f283ab"),
    "white": rgb("#f7f4ee"),
    "brown": rgb("#87583a"),
    "grey": rgb("#8d939c"),
}
LEAVES = {
    "green": rgb("#4f9147"),
    "orange": rgb("#dd7d25"),
    "yellow": rgb("#e8bb33"),
    "red": rgb("#c33a2c"),
    "pink": rgb("#f3a3bf"),
    "white": rgb("#eef1f0"),
}
GRASS = rgb("#6fae4d")
SAND = rgb("#e9cd94")
DUNE = rgb("#e7ad66")
ROCK = rgb("#7e7b80")
WOOD = rgb("#6d452c")
STONE = rgb("#b9b1a6")
PINE = rgb("#2f6b4f")
WINDOW_LIT = rgb("#ffd97a")
WINDOW_DAY = rgb("#a9cfe4")

# sky: zenith, middle, horizon; two palettes a time
SKIES = {
    "noon": (("#3b8bd4", "#86c1ec", "#e2f1f4"), ("#2f84c6", "#7cc3de", "#f3f4de")),
    "dawn": (("#7487c9", "#f2b1bb", "#ffe8c4"), ("#8ba9da", "#f8c9b6", "#fff1d6")),
    "sunset": (("#41306f", "#e05f6c", "#ffb963"), ("#2e3a70", "#cf6579", "#ffa262")),
    "night": (("#0a1033", "#182a60", "#3c5a96"), ("#0d0e30", "#20255f", "#4c5099")),
}
HUE_TURNS = {
    "pink": 0.93, "purple": 0.76, "green": 0.38, "orange": 0.075, "teal": 0.49, "red": 0.99, "yellow": 0.135,
    "blue": 0.605,
}  # fmt: skip
HUE_VALUE = {"noon": 1.0, "dawn": 0.98, "sunset": 0.84, "night": 0.40}
AMBIENT = {
    "noon": (1.0, 1.0, 1.0),
    "dawn": (1.0, 0.89, 0.88),
    "sunset": (0.86, 0.62, 0.62),
    "night": (0.34, 0.43, 0.70),
}
GLOW = {"noon": "#fff3b8", "dawn": "#ffdca8", "sunset": "#ffc06a", "night": "#f5f1da"}  # sun and moon
STORM = rgb("#56606f")


@dataclass(frozen=True)
class Light:
    """What the sky does to colours: its three tones, the haze of the distance, the ambient light, the sun's place."""

    time: str
    zenith: Floats
    middle: Floats
    horizon: Floats
    haze: Floats
    ambient: Floats
    glow: Floats  # colour of sun or moon
    side: float  # where the light comes from: -1 left .. 1 right

    @property
    def dark(self) -> bool:
        """Lamps are lit."""
        return self.time == "night"

    @property
    def windows(self) -> Floats:
        """The colour of a window pane."""
        return WINDOW_LIT if self.time in ("night", "sunset") else self.lit(WINDOW_DAY)

    def lit(self, colour: Floats, depth: float = 0.0, lift: float = 0.0) -> Floats:
        """A surface's colour under this light; `depth` 0 (near) .. 1 (lost in the haze).

        `lift` takes back a share of the ambient light, so that a named colour can be told at night, too.
        """
        ambient = mix(self.ambient, WHITE, lift) if lift else self.ambient
        return mix(colour * ambient, self.haze, min(max(depth, 0.0), 0.95))


def light_for(time: str, hue: str | None, weather: str, palette: int, side: float, shift: Floats) -> Light:
    """The light of a scene. `palette` 0 or 1; `shift` (3,) a small random change of the three sky tones' value."""
    zenith, middle, horizon = (rgb(code) for code in SKIES[time][palette])
    ambient = np.array(AMBIENT[time], np.float32)
    if hue is not None:
        turn, value = HUE_TURNS[hue], HUE_VALUE[time]
        calm = 0.82 if hue in ("green", "yellow") else 1.0
        zenith = hsv(turn - 0.025, 0.70 * calm, value * 0.76)
        middle = hsv(turn, 0.52 * calm, value * 0.93)
        horizon = hsv(turn + 0.02, 0.24, min(1.0, value * 1.08))
        ambient = ambient * mix(WHITE, hsv(turn, 0.35, 1.0), 0.45)
    zenith, middle, horizon = zenith + shift[0], middle + shift[1], horizon + shift[2]
    if weather == "storm":
        grey = STORM * (ambient.mean() * 0.9 + 0.1)
        zenith, middle, horizon = mix(zenith, grey * 0.62, 0.7), mix(middle, grey, 0.65), mix(horizon, grey * 1.25, 0.5)
        ambient = ambient * 0.78
    if weather in ("fog", "snowfall"):
        pale = mix(horizon, np.full(3, horizon.mean(), np.float32), 0.35)
        share = 0.55 if weather == "fog" else 0.3
        zenith, middle = mix(zenith, pale, share), mix(middle, pale, share)
    tones = [np.clip(tone, 0, 1).astype(np.float32) for tone in (zenith, middle, horizon)]
    return Light(time, tones[0], tones[1], tones[2], tones[2], ambient.astype(np.float32), rgb(GLOW[time]), side)
