"""The canvas that scenes are painted on: float pixels, layers with soft edges, and what each style does to a layer.

Shapes are drawn opaque on a `Sheet`, three times as large, and reduced by area: that is the antialiasing. A sheet or a
filled profile then becomes one layer of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from studio.training.scenes.colours import Floats, Light, mix
from studio.training.scenes.noise import smooth, texture

FINE = 3  # a sheet's pixels along one of the picture's
_SHIFT = 4  # fixed-point bits of OpenCV's polygons

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True)
class Fade:
    """A layer's colours turn into `colour` from row `start` (not at all) to row `end` (by the share `most`)."""

    start: float
    end: float
    colour: Floats
    most: float


class Sheet:
    """Opaque shapes on nothing, over one part of the canvas. Points in the canvas's pixels, colours 0..1."""

    def __init__(self, box: Box) -> None:
        self.left, self.top, self.right, self.bottom = box
        self.pixels = np.zeros(((self.bottom - self.top) * FINE, (self.right - self.left) * FINE, 4), np.uint8)

    def polygon(self, outline: Floats, colour: Floats) -> None:
        """Fill an outline (n, 2)."""
        cv2.fillPoly(self.pixels, [self._fixed(outline)], _paint(colour), cv2.LINE_8, _SHIFT)

    def line(self, path: Floats, width: float, colour: Floats) -> None:
        """A stroke of one width in pixels along a path (n, 2)."""
        thick = max(1, round(width * FINE))
        cv2.polylines(self.pixels, [self._fixed(path)], False, _paint(colour), thick, cv2.LINE_8, _SHIFT)

    def clear(self, outline: Floats) -> None:
        """Cut an outline out of what was drawn."""
        cv2.fillPoly(self.pixels, [self._fixed(outline)], (0.0, 0.0, 0.0, 0.0), cv2.LINE_8, _SHIFT)

    def layer(self) -> Floats:
        """(h, w, 4) float32, premultiplied, at the canvas's own size."""
        size = (self.right - self.left, self.bottom - self.top)
        return cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32) * np.float32(1 / 255)

    def _fixed(self, outline: Floats) -> np.ndarray:
        # pixel centres lie half a pixel in
        offset = np.array((self.left, self.top), np.float32)
        return np.round(((outline - offset) * FINE - 0.5) * (1 << _SHIFT)).astype(np.int32)


def _paint(colour: Floats) -> tuple[float, float, float, float]:
    r, g, b = (float(channel) for channel in np.clip(colour, 0, 1) * 255)
    return r, g, b, 255.0


class Canvas:
    """`pixels` (h, w, 3) float32 0..1 sRGB. `unit`, the shorter side in pixels, is the measure of things.

    `accent` (h, w) marks what keeps its colour in styles that have none (ink), `lines` what gets outlines in styles
    that draw them: solid layers do, lights and shades on them do not.
    """

    def __init__(
        self, width: int, height: int, style: str, light: Light, rng: np.random.Generator, mirror: bool
    ) -> None:
        self.width, self.height, self.style, self.light, self.rng = width, height, style, light, rng
        self.unit = float(min(width, height))
        self.mirror = -1 if mirror else 1  # the light of layered paper comes from the left in the finished picture
        self.pixels = np.zeros((height, width, 3), np.float32)
        self.accent = np.zeros((height, width), np.float32)
        self.lines = np.ones((height, width), np.float32)

    @property
    def columns(self) -> Floats:
        """(w,) pixel centres."""
        return np.arange(self.width, dtype=np.float32) + 0.5

    @property
    def rows(self) -> Floats:
        """(h, 1) pixel centres."""
        return (np.arange(self.height, dtype=np.float32) + 0.5)[:, None]

    def sheet(self, left: float = -1e6, top: float = -1e6, right: float = 1e6, bottom: float = 1e6) -> Sheet:
        """An empty sheet over the part of the canvas within these bounds; at least one pixel."""
        x0 = int(np.clip(np.floor(left) - 2, 0, self.width - 1))
        y0 = int(np.clip(np.floor(top) - 2, 0, self.height - 1))
        x1 = int(np.clip(np.ceil(right) + 2, x0 + 1, self.width))
        y1 = int(np.clip(np.ceil(bottom) + 2, y0 + 1, self.height))
        return Sheet((x0, y0, x1, y1))

    def paste(
        self, sheet: Sheet, solid: bool = True, accent: float = 0.0, opacity: float = 1.0, fade: Fade | None = None
    ) -> None:
        """Lay a sheet on the picture. `solid` layers get their style's edge: paper's shadow, pigment's rim."""
        layer = sheet.layer()
        if fade is not None:
            rows = np.arange(sheet.top, sheet.bottom, dtype=np.float32)[:, None]
            share = (np.clip((rows - fade.start) / (fade.end - fade.start), 0, 1) * fade.most)[..., None]
            layer[..., :3] = layer[..., :3] * (1 - share) + fade.colour * share * layer[..., 3:]
        if opacity < 1.0:
            layer *= opacity
        self._lay(layer[..., :3], layer[..., 3], (sheet.left, sheet.top, sheet.right, sheet.bottom), solid, accent)

    def fill_below(
        self, profile: Floats, top: Floats, bottom: Floats, reach: float | None = None, solid: bool = True
    ) -> Floats:
        """Ground under a profile (w,) of row coordinates, from colour `top` at its highest point to `bottom`.

        The gradient ends at row `reach` (the canvas's end if None). Returns the coverage (h, w).
        """
        slope = np.gradient(profile)
        cover = np.clip((self.rows - profile) / np.sqrt(1 + slope**2) + 0.5, 0, 1).astype(np.float32)
        first = float(profile.min())
        last = max(first + 1.0, self.height if reach is None else reach)
        share = np.clip((self.rows - first) / (last - first), 0, 1)[..., None]
        colour = (top * (1 - share) + bottom * share).astype(np.float32)
        y0 = int(np.clip(first - 2, 0, self.height - 1))
        box = (0, y0, self.width, self.height)
        self._lay(colour[y0:] * cover[y0:, :, None], cover[y0:], box, solid, 0.0)
        return cover

    def glow(self, x: float, y: float, reach: float, colour: Floats, strength: float) -> None:
        """Add soft light around a point: half of it is gone at about `reach` pixels."""
        x0, x1 = int(max(0, x - 4 * reach)), int(min(self.width, x + 4 * reach))
        y0, y1 = int(max(0, y - 4 * reach)), int(min(self.height, y + 4 * reach))
        if x0 >= x1 or y0 >= y1:
            return
        distance = np.hypot(self.columns[x0:x1] - x, self.rows[y0:y1] - y) / reach
        fall = np.exp(-distance) * smooth(distance, 4.0, 2.0)
        self.screen(fall.astype(np.float32) * strength, colour, (x0, y0, x1, y1))

    def screen(self, amount: Floats, colour: Floats, box: Box | None = None) -> None:
        """Add light: `amount` (h, w) 0..1 of a colour, as two slides on one screen."""
        x0, y0, x1, y1 = box or (0, 0, self.width, self.height)
        view = self.pixels[y0:y1, x0:x1]
        view[...] = 1 - (1 - view) * (1 - np.clip(amount[..., None] * colour, 0, 1))

    def veil(self, amount: Floats, colour: Floats) -> None:
        """Mix in a colour by `amount` (h, w) or (h, 1)."""
        share = amount[..., None]
        self.pixels *= 1 - share
        self.pixels += share * colour

    def _lay(self, colour: Floats, cover: Floats, box: Box, solid: bool, accent: float) -> None:
        x0, y0, x1, y1 = box
        if solid and self.style == "papercut":
            self._cast_shadow(cover, box)
        if solid and self.style == "watercolour" and cover.sum() > self.unit**2 * 0.004:
            colour, cover = self._pigment(colour, cover, box)
        view = self.pixels[y0:y1, x0:x1]
        view *= 1 - cover[..., None]
        view += colour
        marks = self.accent[y0:y1, x0:x1]
        marks *= 1 - cover
        if accent:
            marks += cover * accent
        drawn = self.lines[y0:y1, x0:x1]
        drawn += (float(solid) - drawn) * cover
        if solid and self.style == "papercut":
            self._catch_light(cover, box)

    def _cast_shadow(self, cover: Floats, box: Box) -> None:
        """Layered paper: a soft shadow down and to the right of the layer."""
        x0, y0, x1, y1 = box
        reach = round(self.unit * 0.05)
        left, top = max(0, x0 - reach), max(0, y0 - reach)
        right, bottom = min(self.width, x1 + reach), min(self.height, y1 + reach)
        whole = np.zeros((bottom - top, right - left), np.float32)
        whole[y0 - top : y1 - top, x0 - left : x1 - left] = cover
        dx, dy = self.unit * 0.010 * self.mirror, self.unit * 0.012
        moved = cv2.warpAffine(whole, np.array([[1, 0, dx], [0, 1, dy]], np.float32), (whole.shape[1], whole.shape[0]))
        # shadows of things that stand on the ground fall upwards on what is behind them, too
        moved = np.maximum(moved, whole * 0.75)
        shadow = cv2.GaussianBlur(moved, (0, 0), self.unit * 0.016)
        self.pixels[top:bottom, left:right] *= 1 - 0.40 * shadow[..., None] * np.array((1.0, 0.95, 0.85), np.float32)

    def _catch_light(self, cover: Floats, box: Box) -> None:
        """Layered paper: the cut edge towards the light is a little brighter."""
        x0, y0, x1, y1 = box
        step = self.unit * 0.006
        shift = np.array([[1, 0, step * 0.5 * self.mirror], [0, 1, step]], np.float32)
        inner = cv2.warpAffine(cover, shift, (cover.shape[1], cover.shape[0]), borderMode=cv2.BORDER_REPLICATE)
        rim = np.clip(cover - inner, 0, 1)[..., None] * 0.22
        view = self.pixels[y0:y1, x0:x1]
        view += (1 - view) * rim

    def _pigment(self, colour: Floats, cover: Floats, box: Box) -> tuple[Floats, Floats]:
        """Watercolour: pigment gathers at the edge of a wash and granulates inside; returns colour and cover."""
        x0, y0, x1, y1 = box
        inner = cv2.GaussianBlur(cover, (0, 0), self.unit * 0.011)
        rim = np.clip(cover - inner, 0, 1)
        grain = texture(self.width, self.height, 11, (3, 7, 14, 30))[y0:y1, x0:x1]
        amount = 0.84 + 0.22 * smooth(grain, 0.1, 0.9) + 0.75 * rim
        opaque = np.maximum(cover, 1e-3)[..., None]
        washed = 1 - (1 - colour / opaque) * np.clip(amount, 0, 1.35)[..., None]
        thin = cover * (0.93 + 0.07 * grain)
        return (np.clip(washed, 0, 1) * thin[..., None]).astype(np.float32), thin.astype(np.float32)


def darker(colour: Floats, share: float = 0.25) -> Floats:
    """A colour's shaded side: darker and a little cooler."""
    return mix(colour, colour * np.array((0.45, 0.45, 0.62), np.float32), share)


def lighter(colour: Floats, share: float = 0.25) -> Floats:
    """A colour's lit side."""
    return mix(colour, np.array((1.0, 0.97, 0.88), np.float32), share)
