"""From a selection to the two masks of an edit: what is denoised, and what of the result is shown.

All masks are uint8, height × width, 0..255. The denoise mask is a schedule: a pixel of value v may change during
the last v/255 of the denoising (differential diffusion, arXiv 2306.00950). The composite mask is the alpha of the
result over the picture; it is 0 wherever the denoise mask is, so that what is outside stays bit-identical.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.document.editing.plan import Softness
from studio.document.opencv import cv
from studio.request.pixels import Array

SOFT_EDGE = 4.0  # pixels; wider transitions were painted soft on purpose, narrower ones are antialiasing
FULL = 252  # a blurred value from here on counts as fully selected


class EditMasks(NamedTuple):
    """denoise, composite: uint8, height × width."""

    denoise: Array
    composite: Array


def edit_masks(selection: Array, softness: Softness) -> EditMasks:
    """Both masks of a selection (uint8, height × width; the array should reach `grow + feather` beyond it)."""
    if is_soft(selection):
        return EditMasks(selection, _composite_of_soft(selection))
    denoise = _denoise_mask(selection, softness)
    return EditMasks(denoise, _composite_mask(denoise, softness.blend))


def is_soft(selection: Array) -> bool:
    """True when the artist gave it a soft edge: its transitions are wider than antialiasing makes them."""
    between = int(np.count_nonzero((selection > 8) & (selection < 247)))
    if between == 0:
        return False
    hard = (selection >= 128).astype(np.uint8)
    edge = int(np.count_nonzero(hard[1:] != hard[:-1]) + np.count_nonzero(hard[:, 1:] != hard[:, :-1]))
    return between > SOFT_EDGE * max(edge, 1)


def _denoise_mask(selection: Array, softness: Softness) -> Array:
    hard = (selection > 0).astype(np.uint8) * np.uint8(255)
    grown = grow(hard, softness.grow)
    if softness.feather < 2:
        return grown
    soft = _triangular_blur(grown, softness.feather)
    soft[soft >= FULL] = 255
    return np.maximum(soft, hard)


def _composite_mask(denoise: Array, blend: int) -> Array:
    inside = (denoise > 0).astype(np.uint8) * np.uint8(255)
    if blend < 2:
        return inside
    size = blend | 1
    sigma = 0.3 * (size - 1) + 0.8
    soft = cv().GaussianBlur(shrink(inside, blend // 2), (size, size), sigma, borderType=cv().BORDER_REPLICATE)
    return np.where(denoise > 0, soft, 0).astype(np.uint8)


def _composite_of_soft(selection: Array) -> Array:
    """Where little may change the result hardly differs, so it is shown in full early: no ghost of the old picture."""
    return np.minimum(selection.astype(np.uint16) * 3, 255).astype(np.uint8)


def grow(mask: Array, radius: int) -> Array:
    """All within `radius` pixels (Euclidean) of a selected pixel is selected. Values become 0 or 255."""
    if radius <= 0 or not mask.any():
        return mask.copy()
    distance = cv().distanceTransform((mask == 0).astype(np.uint8), cv().DIST_L2, 5)
    return np.where(distance <= radius, np.uint8(255), np.uint8(0))


def shrink(mask: Array, radius: int) -> Array:
    """Only what is further than `radius` pixels from an unselected pixel stays. The array's border is no edge."""
    if radius <= 0 or mask.all():
        return mask.copy()
    distance = cv().distanceTransform((mask > 0).astype(np.uint8), cv().DIST_L2, 5)
    return np.where(distance > radius, np.uint8(255), np.uint8(0))


def _triangular_blur(mask: Array, width: int) -> Array:
    """Two box filters: a linear ramp over `width` pixels, the same cost for any width."""
    side = max(1, (width + 1) // 2) | 1
    once = cv().blur(mask, (side, side), borderType=cv().BORDER_REPLICATE)
    return np.array(cv().blur(once, (side, side), borderType=cv().BORDER_REPLICATE))
