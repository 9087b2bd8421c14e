"""What the masked part holds before it is denoised: a start that leads the model to the right answer."""

from __future__ import annotations

from typing import assert_never

import numpy as np
import numpy.typing as npt

from studio.document.editing.patchmatch import Check, completed, unchecked
from studio.document.editing.plan import Fill
from studio.document.opencv import cv
from studio.request.pixels import Array

Floats = npt.NDArray[np.float32]
FALL_OFF = 9  # pixels over which a flat fill meets its surroundings
SPREAD_SIDE = 256  # pixels; spread colours are smooth, so they are worked out no larger than this
INPAINT_SIDE = 384  # pixels; classical inpainting is done no larger than this, its result is smooth anyway
GREY = 127


def filled(picture: Array, mask: Array, fill: Fill, check: Check = unchecked) -> Array:
    """The picture (uint8, h × w × 3) with the masked part (uint8, h × w, 0..255) filled; a new array.

    Pixels where the mask is 0 are returned unchanged. A mask that covers everything leaves nothing to go by and
    gives grey, whatever the fill, but for KEEP and NOTHING. check: see `completed`.
    """
    result = picture.copy()
    if fill in (Fill.KEEP, Fill.NOTHING) or not mask.any():
        return result
    near = (slice(None), slice(None)) if fill is Fill.REMOVE else _around(mask)
    result[near] = _filled(picture[near], mask[near], fill, check)
    return result


def _filled(picture: Array, mask: Array, fill: Fill, check: Check) -> Array:
    match fill:
        case Fill.KEEP | Fill.NOTHING:
            return picture
        case Fill.NEUTRAL:
            inside = np.full_like(picture, GREY)
        case Fill.BLUR:
            inside = _spread(picture, mask)
        case Fill.BORDER:
            inside = _spread(_inpainted(picture, mask, cv().INPAINT_NS), np.zeros_like(mask), blur=mask)
        case Fill.REMOVE:
            found = completed(picture, mask, check=check)
            inside = _inpainted(picture, mask, cv().INPAINT_TELEA) if found is None else found
        case _:
            assert_never(fill)
    if mask.min() > 0:
        inside = np.full_like(picture, GREY)
    if fill is Fill.REMOVE:  # made of real pixels already: nothing to melt into
        return np.where(mask[..., None] > 0, inside, picture)
    return _mixed(picture, inside, mask)


def _around(mask: Array) -> tuple[slice, slice]:
    """What is masked and half as much around it: colours further away have no say."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    height, width = mask.shape
    margin = 32 + int(max(rows[-1] - rows[0], columns[-1] - columns[0])) // 4
    return (
        slice(max(0, int(rows[0]) - margin), min(height, int(rows[-1]) + 1 + margin)),
        slice(max(0, int(columns[0]) - margin), min(width, int(columns[-1]) + 1 + margin)),
    )


def _mixed(picture: Array, inside: Array, mask: Array) -> Array:
    soft = cv().GaussianBlur(mask, (FALL_OFF, FALL_OFF), 0)
    alpha = np.minimum(mask, cv().convertScaleAbs(soft, alpha=1.6)).astype(np.float32) / 255
    return np.where(mask[..., None] > 0, cv().blendLinear(inside, picture, alpha, 1 - alpha), picture)


def _spread(picture: Array, mask: Array, blur: Array | None = None) -> Array:
    """Known colours spread smoothly into the unknown: a pull-push pyramid of weighted averages, worked small.

    blur: a mask of what is to be smoothed even though it is known.
    """
    known = (mask == 0) if blur is None else (blur == 0)
    weight = known.astype(np.float32)
    if blur is not None:
        weight = weight + np.float32(0.02)
    height, width = mask.shape
    scale = min(1.0, SPREAD_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    share: Floats = cv().resize(weight, size, interpolation=cv().INTER_AREA)
    colour: Floats = cv().resize(
        cv().multiply(picture, cv().merge([weight] * 3), dtype=cv().CV_32F), size, interpolation=cv().INTER_AREA
    )
    colour /= np.maximum(share, np.float32(1e-6))[..., None]
    small = np.rint(_pull_push(colour, share)).clip(0, 255).astype(np.uint8)
    return np.asarray(cv().resize(small, (width, height), interpolation=cv().INTER_CUBIC))


def _pull_push(colour: Floats, weight: Floats) -> Floats:
    """Gortler et al., The Lumigraph (1996), section 3.4.2, with OpenCV's pyramids."""
    height, width = weight.shape
    if min(height, width) <= 2:
        total = float(weight.sum())
        mean = (colour * weight[..., None]).sum((0, 1)) / total if total > 0 else np.full(3, GREY, np.float32)
        return np.broadcast_to(mean.astype(np.float32), colour.shape)
    size = ((width + 1) // 2, (height + 1) // 2)
    small_weight: Floats = cv().resize(weight, size, interpolation=cv().INTER_AREA)
    small: Floats = cv().resize(colour * weight[..., None], size, interpolation=cv().INTER_AREA)
    small /= np.maximum(small_weight, np.float32(1e-6))[..., None]
    coarse: Floats = cv().resize(
        np.ascontiguousarray(_pull_push(small, np.minimum(small_weight * 4, 1))),
        (width, height),
        interpolation=cv().INTER_LINEAR,
    )
    certain = np.minimum(weight, 1)[..., None]
    return colour * certain + coarse * (1 - certain)


def _inpainted(picture: Array, mask: Array, method: int) -> Array:
    """Telea's or Bertalmío's inpainting, worked small: it is slow, and what it makes is smooth."""
    height, width = mask.shape
    scale = min(1.0, INPAINT_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv().resize(_spread(picture, mask), size, interpolation=cv().INTER_AREA)
    hole = (cv().resize(mask, size, interpolation=cv().INTER_AREA) > 0).astype(np.uint8)
    mended = cv().inpaint(small, hole, 3, method)
    return np.array(cv().resize(mended, (width, height), interpolation=cv().INTER_CUBIC))
