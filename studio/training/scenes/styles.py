"""The last step of a picture: what its medium makes of it. Each style is one function of the finished canvas."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from studio.training.scenes.canvas import Canvas
from studio.training.scenes.colours import PAPER, Floats, mix
from studio.training.scenes.noise import repeat, smooth, texture
from studio.training.scenes.strokes import brush_map, streaks, wood_grain

LUMA = np.array((0.30, 0.58, 0.12), np.float32)


def flat(canvas: Canvas) -> Floats:
    """As painted, with a breath of grain."""
    grain = texture(canvas.width, canvas.height, 31, (64, 128))
    return canvas.pixels + ((grain - 0.5) * 0.012)[..., None]


def papercut(canvas: Canvas) -> Floats:
    """The fibres of the paper."""
    fibre = texture(canvas.width, canvas.height, 41, (20, 48, 128))
    return canvas.pixels * (1 + (fibre - 0.5) * 0.09)[..., None]


def watercolour(canvas: Canvas) -> Floats:
    """Wet edges, a little white paper in everything, cold-pressed grain."""
    w, h, u = canvas.width, canvas.height, canvas.unit
    image = _moved(canvas.pixels, *_waver(canvas, 51, 5.5))
    image = 0.80 * image + 0.20 * cv2.GaussianBlur(image, (0, 0), u * 0.02)
    bloom = texture(w, h, 53, (2, 4, 9), 0.6)[..., None]
    image = image + (PAPER - image) * (0.06 + 0.12 * bloom)
    grain = texture(w, h, 54, (48, 96), 0.9)
    return image * (1 + (grain - 0.5) * 0.07)[..., None]


def ink(canvas: Canvas) -> Floats:
    """Washes of black ink on warm paper, darker at the edges of shapes; what is marked keeps some colour."""
    w, h = canvas.width, canvas.height
    dx, dy = _waver(canvas, 61, 4.5)
    image, accent = _moved(canvas.pixels, dx, dy), _moved(canvas.accent, dx, dy)
    grey = image @ LUMA
    low, high = np.percentile(grey[::4, ::4], (2, 98))
    tone = np.clip((grey - low) / (high - low + 0.06), 0, 1)
    dark = canvas.light.dark
    tone = 0.10 + 0.90 * tone ** (0.95 if dark else 0.68)
    tone = tone * ((0.60 + 0.40 * tone**4 if dark else 1.0) + 0.15 * (texture(w, h, 63, (2, 5, 12, 30)) - 0.35))
    tone = np.clip(tone * (1 - 0.62 * _outlines(canvas, 0.10, 0.40)), 0.03, 1)
    mood = mix(np.array((0.965, 0.945, 0.89), np.float32), canvas.light.horizon / canvas.light.horizon.max(), 0.16)
    lead = np.array((0.10, 0.105, 0.14), np.float32)
    wash = lead + (mood - lead) * tone[..., None]
    chroma = (image - grey[..., None]) * (0.13 + 0.95 * accent)[..., None]
    grain = texture(w, h, 64, (48, 128), 0.9)
    return (wash + chroma) * (1 + (grain - 0.5) * 0.05)[..., None]


def oil(canvas: Canvas) -> Floats:
    """Strokes of a loaded brush, broad where there is little to see and fine on the things, with relief."""
    w, h, u = canvas.width, canvas.height, canvas.unit
    broad, broad_relief = brush_map(24.0, 8.0, 71)
    fine, fine_relief = brush_map(9.0, 4.0, 72)
    base = cv2.GaussianBlur(canvas.pixels, (0, 0), 0.7)
    rough = _stroked(base, repeat(broad, w, h))
    close = 0.62 * _stroked(base, repeat(fine, w, h)) + 0.38 * base
    grey = canvas.pixels @ LUMA
    busy = cv2.GaussianBlur(np.abs(grey - cv2.GaussianBlur(grey, (0, 0), u * 0.012)), (0, 0), u * 0.020)
    share = smooth(busy, 0.004, 0.016)
    image = rough + (close - rough) * share[..., None]
    relief = repeat(broad_relief, w, h) * (1 - share) + repeat(fine_relief, w, h) * share
    lit = relief - np.roll(relief, (1, 1), (0, 1))
    image = image * (1 + lit * 0.11 + (relief - 0.5) * 0.09)[..., None]
    middle = image.mean(-1, keepdims=True)
    return middle + (image - middle) * 1.16


def pencil(canvas: Canvas) -> Floats:
    """Coloured pencil: strokes along one diagonal that let the paper through, the other one in the shade, outlines."""
    w, h = canvas.width, canvas.height
    grey = canvas.pixels @ LUMA
    first, second = repeat(streaks(81, True), w, h), repeat(streaks(84, False), w, h)
    density = np.clip(1.10 - grey, 0, 1)
    cover = 0.60 + 0.34 * first + (0.16 + 0.14 * second) * smooth(density, 0.30, 0.85)
    cover = np.clip(cover * (0.68 + 0.46 * density), 0, 0.97)
    middle = canvas.pixels.mean(-1, keepdims=True)
    vivid = np.clip(middle + (canvas.pixels - middle) * 1.22, 0, 1)
    image = PAPER + (vivid * 0.93 - PAPER) * cover[..., None]
    lead = np.array((0.20, 0.19, 0.23), np.float32)
    line = (_outlines(canvas, 0.06, 0.30) * 0.72 * (0.55 + 0.45 * first))[..., None]
    return image * (1 - line) + lead * line


def woodblock(canvas: Canvas) -> Floats:
    """A colour print: few muted inks, dark key lines, the grain of the block."""
    w, h = canvas.width, canvas.height
    grey = np.maximum(canvas.pixels @ LUMA, 0.02)
    steps = 8.0
    printed = canvas.pixels * (0.4 + 0.6 * np.round(grey * steps) / steps / grey)[..., None]
    middle = printed.mean(-1, keepdims=True)
    printed = middle + (printed - middle) * 0.92
    printed = printed * np.array((0.975, 0.945, 0.875), np.float32) + np.array((0.020, 0.018, 0.022), np.float32)
    grain = repeat(wood_grain(91), w, h)
    printed = printed + (PAPER - printed) * (0.07 * smooth(grain, 0.35, 0.9))[..., None]
    line = (_outlines(canvas, 0.05, 0.22) * 0.86)[..., None]
    key = np.array((0.10, 0.12, 0.22), np.float32)
    return printed * (1 - line) + key * line


def pixel(canvas: Canvas) -> Floats:
    """Square pixels, 64 across the shorter side, and a palette of 48 colours found in the picture."""
    cell = max(1, round(canvas.unit / 64))
    across, down = -(-canvas.width // cell), -(-canvas.height // cell)
    small = cv2.resize(canvas.pixels, (across, down), interpolation=cv2.INTER_AREA)
    middle = small.mean(-1, keepdims=True)
    small = np.clip(middle + (small - middle) * 1.15, 0, 1)
    image = Image.fromarray((small * 255 + 0.5).astype(np.uint8))
    few = image.quantize(48, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    big = np.asarray(few).repeat(cell, 0).repeat(cell, 1)[: canvas.height, : canvas.width]
    return big.astype(np.float32) * np.float32(1 / 255)


def _waver(canvas: Canvas, seed: int, reach: float) -> tuple[Floats, Floats]:
    """How far a hand moves every point: (h, w) dx and dy, up to `reach` / 512 of the shorter side."""
    size = canvas.width, canvas.height
    shift = canvas.unit / 256 * reach
    cells = (5, 12, 26)
    return (texture(*size, seed, cells) - 0.5) * shift, (texture(*size, seed + 100, cells) - 0.5) * shift


def _moved(image: Floats, dx: Floats, dy: Floats) -> Floats:
    rows, columns = np.mgrid[: dx.shape[0], : dx.shape[1]].astype(np.float32)
    return cv2.remap(image, columns + dx, rows + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _stroked(image: Floats, way: Floats) -> Floats:
    """Each pixel takes the colour from the middle of its stroke."""
    rows, columns = np.mgrid[: way.shape[0], : way.shape[1]].astype(np.float32)
    x = np.ascontiguousarray(columns + way[..., 0])
    return cv2.remap(image, x, rows + way[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _outlines(canvas: Canvas, low: float, high: float) -> Floats:
    """Where colours meet, 0..1: the spread of each channel in a small neighbourhood; wavers like a hand's line."""
    u = canvas.unit
    image = cv2.GaussianBlur(canvas.pixels, (0, 0), u * 0.0026)
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    spread = (cv2.dilate(image, around) - cv2.erode(image, around)).max(-1)
    drawn = smooth(spread, low, high) * cv2.erode(canvas.lines, around)
    return _moved(drawn, *_waver(canvas, 95, 3.0))


FINISH: dict[str, Callable[[Canvas], Floats]] = {
    "flat": flat,
    "watercolour": watercolour,
    "ink": ink,
    "papercut": papercut,
    "pixel": pixel,
    "oil": oil,
    "pencil": pencil,
    "woodblock": woodblock,
}


def finish(canvas: Canvas) -> np.ndarray:
    """(h, w, 3) uint8 of the finished picture."""
    image = FINISH[canvas.style](canvas)
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
