"""Textures of brush and pencil that are the same in every picture: where each stroke lies, and its relief."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from studio.training.scenes.colours import Floats
from studio.training.scenes.noise import TILE, tile


@lru_cache(maxsize=8)
def brush_map(length: float, width: float, seed: int) -> tuple[Floats, Floats]:
    """Strokes that cover a tile without a seam.

    Returns (TILE, TILE, 2) the way from each pixel to the middle of its stroke (dx, dy) and (TILE, TILE) the relief
    0..1 of the paint, both repeating. `length` and `width` of a stroke in pixels.
    """
    rng = np.random.default_rng(seed)
    turn = tile(seed + 1, (2, 3)) * np.pi * 0.9 - 0.45 * np.pi
    middle = np.zeros((TILE, TILE, 2), np.float32)
    relief = np.full((TILE, TILE), 0.5, np.float32)
    rows, columns = np.mgrid[:TILE, :TILE].astype(np.float32)
    for _ in range(int(5.0 * TILE * TILE / (length * width))):
        x, y = rng.uniform(0, TILE, 2)
        angle = float(turn[int(y), int(x)]) + rng.normal(0, 0.22)
        c, s = np.cos(angle), np.sin(angle)
        high = rng.uniform(0.2, 0.9)
        for left, top in _copies(float(x), float(y), length):
            x0, x1 = int(max(0, left - length)), int(min(TILE, left + length))
            y0, y1 = int(max(0, top - length)), int(min(TILE, top + length))
            dx, dy = columns[y0:y1, x0:x1] - left, rows[y0:y1, x0:x1] - top
            along, across = dx * c + dy * s, dy * c - dx * s
            inside = (along / (length / 2)) ** 4 + (across / (width / 2)) ** 4 < 1
            middle[y0:y1, x0:x1][inside] = np.stack([-dx, -dy], -1)[inside]
            bristle = 0.5 + 0.5 * np.cos(across / width * 2 * np.pi * 0.9 + high)
            relief[y0:y1, x0:x1][inside] = (high * 0.6 + 0.4 * bristle)[inside]
    return middle, relief


def _copies(x: float, y: float, reach: float) -> list[tuple[float, float]]:
    """A stroke's middle and its repetitions by a tile, as far as they touch the tile."""
    shifts = (-TILE, 0, TILE)
    spots = [(x + dx, y + dy) for dx in shifts for dy in shifts]
    return [(u, v) for u, v in spots if -reach < u < TILE + reach and -reach < v < TILE + reach]


@lru_cache(maxsize=8)
def streaks(seed: int, falling: bool) -> Floats:
    """(TILE, TILE) strokes of a soft pencil along one diagonal, 0 (paper) .. 1 (lead), repeating."""
    rng = np.random.default_rng(seed)
    total = np.zeros((TILE, TILE), np.float32)
    for across, along, weight in ((44, 5, 1.0), (26, 3, 0.7), (64, 16, 0.45)):
        grid = np.pad(rng.random((across, along), dtype=np.float32), 2, mode="wrap")
        rows, columns = np.mgrid[:TILE, :TILE].astype(np.float32)
        # both diagonals come back to their start when x or y grows by a tile
        one, other = (columns + rows) % TILE, (columns - rows) % TILE
        lengthwise, crosswise = (one, other) if falling else (other, one)
        x, y = lengthwise / TILE * along - 0.5 + 2, crosswise / TILE * across - 0.5 + 2
        total += weight * cv2.remap(grid, x, y, cv2.INTER_LINEAR)
    low, high = np.quantile(total, (0.02, 0.98))
    return np.clip((total - low) / (high - low), 0, 1).astype(np.float32)


@lru_cache(maxsize=4)
def wood_grain(seed: int) -> Floats:
    """(TILE, TILE) long horizontal fibres 0..1, repeating."""
    base = tile(seed, (4, 24), 0.9)
    wide = cv2.resize(base, (TILE * 4, TILE), interpolation=cv2.INTER_CUBIC)[:, :TILE]
    blend = np.linspace(0, 1, TILE, dtype=np.float32)
    folded = wide * (1 - blend) + wide[:, ::-1] * blend  # both ends meet
    rows = np.arange(TILE, dtype=np.float32)[:, None]
    lines = 0.5 + 0.5 * np.sin(2 * np.pi * (rows / TILE * 22 + folded * 2.2))
    return (0.6 * lines + 0.4 * np.clip(folded, 0, 1)).astype(np.float32)
