"""Random fields and lines: smooth noise, mountain ridges, hills, and textures that tile.

Textures are the same in every picture and repeat every `TILE` pixels, so that pieces of different pictures in one style
share their grain.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from studio.training.scenes.colours import Floats

TILE = 128  # pixels


def smooth(values: Floats, low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, an S-curve between."""
    share = np.clip((values - low) / (high - low + 1e-9), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)


def field(
    rng: np.random.Generator, width: int, height: int, cells: Sequence[float], fall: float = 0.5, flat: float = 1.0
) -> Floats:
    """(height, width) smooth noise in about 0..1.

    `cells` waves across the shorter side; `flat` > 1 stretches it sideways.
    """
    short = min(width, height)
    total = np.zeros((height, width), np.float32)
    weight, sum_of_weights = 1.0, 0.0
    for cell in cells:
        shape = (max(2, round(cell * height / short)), max(2, round(cell * width / short / flat)))
        total += weight * cv2.resize(
            rng.random(shape, dtype=np.float32), (width, height), interpolation=cv2.INTER_CUBIC
        )
        sum_of_weights += weight
        weight *= fall
    return total / np.float32(sum_of_weights)


@lru_cache(maxsize=64)
def tile(seed: int, cells: tuple[int, ...], fall: float = 0.7) -> Floats:
    """(TILE, TILE) noise in 0..1 that repeats without a seam; `cells` waves a tile."""
    rng = np.random.default_rng(seed)
    total = np.zeros((TILE, TILE), np.float32)
    weight = 1.0
    for cell in cells:
        grid = np.pad(rng.random((cell, cell), dtype=np.float32), 2, mode="wrap")
        step = TILE / cell
        axis = ((np.arange(TILE, dtype=np.float32) + 0.5) / step - 0.5 + 2).astype(np.float32)
        total += weight * cv2.remap(grid, *np.meshgrid(axis, axis), interpolation=cv2.INTER_CUBIC)
        weight *= fall
    low, high = np.quantile(total, (0.01, 0.99))
    return np.clip((total - low) / (high - low), 0, 1).astype(np.float32)


def texture(width: int, height: int, seed: int, cells: tuple[int, ...], fall: float = 0.7) -> Floats:
    """(height, width) of the repeating texture `tile`, anchored at the top left."""
    return repeat(tile(seed, cells, fall), width, height)


def repeat(pattern: Floats, width: int, height: int) -> Floats:
    """A (TILE, TILE, ...) pattern laid out over (height, width)."""
    rows, columns = -(-height // TILE), -(-width // TILE)
    return np.tile(pattern, (rows, columns, *(1,) * (pattern.ndim - 2)))[:height, :width]


def hills(rng: np.random.Generator, length: int, waves: float = 2.0) -> Floats:
    """(length,) rolling hills in 0..1; about `waves` of them."""
    x = np.linspace(0, 1, length)
    y = np.zeros(length)
    for i in range(3):
        y += np.sin(x * 2 * np.pi * rng.uniform(0.5, 1.0) * waves * (i * 0.7 + 0.6) + rng.uniform(0, 6.3)) / (i + 1)
    return ((y - y.min()) / (np.ptp(y) + 1e-6)).astype(np.float32)
