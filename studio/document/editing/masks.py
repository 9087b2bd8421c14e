"""From a selection to the two masks of an edit: what is denoised, and what of the result is shown.

All masks are uint8, height × width, 0..255. The denoise mask is a schedule: a pixel of value v may change during
the last v/255 of the denoising (differential diffusion, arXiv 2306.00950); it reaches a little beyond the selection,
so that the model's picture comes near to what is there. The composite mask is the alpha of the result over the
picture; it is 0 wherever the selection is, so what was not selected stays bit-identical.
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


def edit_masks(selection: Array, softness: Softness, bare: Array | None = None) -> EditMasks:
    """Both masks of a selection (uint8, height × width; the array should reach `grow + feather` beyond it).

    bare: uint8, height × width, not 0 where there is nothing below to blend with: the result is shown in full there.
    """
    if is_soft(selection):
        masks = EditMasks(selection, _composite_of_soft(selection))
    else:
        masks = EditMasks(_denoise_mask(selection, softness), _composite_mask(selection, softness.blend))
    if bare is None or not bare.any():
        return masks
    return EditMasks(masks.denoise, np.where(bare > 0, selection, masks.composite))


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


def _composite_mask(selection: Array, blend: int) -> Array:
    """Rises inwards from the edge over `blend` pixels, or over the whole of what is thinner. The border is no edge."""
    if blend < 2 or selection.all():
        return selection
    inside = (selection > 0).astype(np.uint8)
    depth = cv().distanceTransform(inside, cv().DIST_L2, 5)
    rise = depth / np.minimum(np.float32(blend), _thickness(inside, depth))
    return np.minimum(rise * 255, selection).clip(0, 255).astype(np.uint8)


def _thickness(inside: Array, depth: np.typing.NDArray[np.float32]) -> np.typing.NDArray[np.float32]:
    """For each selected pixel the depth of the separate part that it belongs to; 1 where nothing is selected."""
    count, labels = cv().connectedComponents(inside)
    if count == 2:
        return np.full_like(depth, max(1.0, float(depth.max())))
    deepest = np.ones(count, np.float32)
    np.maximum.at(deepest, labels.ravel(), depth.ravel())
    return deepest[labels]


def _composite_of_soft(selection: Array) -> Array:
    """Where little may change the result hardly differs, so it is shown in full early: no ghost of the old picture."""
    return np.minimum(selection.astype(np.uint16) * 3, 255).astype(np.uint8)


def grow(mask: Array, radius: int) -> Array:
    """All within `radius` pixels (Euclidean) of a selected pixel is selected. Values become 0 or 255."""
    if radius <= 0 or not mask.any():
        return mask.copy()
    distance = cv().distanceTransform((mask == 0).astype(np.uint8), cv().DIST_L2, 5)
    return np.where(distance <= radius, np.uint8(255), np.uint8(0))


def _triangular_blur(mask: Array, width: int) -> Array:
    """Two box filters: a linear ramp over `width` pixels, the same cost for any width."""
    side = max(1, (width + 1) // 2) | 1
    once = cv().blur(mask, (side, side), borderType=cv().BORDER_REPLICATE)
    return np.array(cv().blur(once, (side, side), borderType=cv().BORDER_REPLICATE))
