"""Small things that stand out of a picture, found without a model: what the detailer can work over in one go.

Colours are compared with what is around them at two scales (centre and surround, as in Itti, Koch and Niebur 1998), in
CIE Lab; of what stands out, the small and compact parts are kept: things, not horizons and skies.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.document.opencv import cv
from studio.request.pixels import Array

WORK_SIDE = 512  # pixels; things are looked for no larger than this
CENTRE, SURROUND = 0.006, 0.09  # of the longer side: widths of the two scales
CLOSE, AROUND = 0.012, 0.015  # of the longer side: gaps in a thing, and what is taken with it
LEAST_CONTRAST = 9.0  # of Lab's units; less is texture
SMALLEST, LARGEST = 0.0004, 0.05  # of the picture
LONGEST = 0.35  # of the longer side
SPARSEST = 0.25  # of its box that a thing fills
MOST = 12

Floats = npt.NDArray[np.float32]


def small_things(picture: Array) -> Array:
    """picture: uint8, height × width × 3. A mask, height × width, 255 where the things are; 0 everywhere for none."""
    height, width = picture.shape[:2]
    scale = min(1.0, WORK_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv().resize(np.ascontiguousarray(picture[..., :3]), size, interpolation=cv().INTER_AREA)
    found = _things(_contrast(small), max(size))
    return np.asarray(cv().resize(found, (width, height), interpolation=cv().INTER_NEAREST), np.uint8)


def _contrast(picture: Array) -> Floats:
    """How far each place is from what is around it."""
    lab: Floats = cv().cvtColor(picture.astype(np.float32) / 255, cv().COLOR_RGB2LAB)
    side = max(picture.shape[:2])
    near, far = (cv().GaussianBlur(lab, (0, 0), max(0.5, share * side)) for share in (CENTRE, SURROUND))
    return np.linalg.norm(near - far, axis=2).astype(np.float32)


def _things(contrast: Floats, side: int) -> Array:
    level = max(LEAST_CONTRAST, float(contrast.mean() + 1.5 * contrast.std()))
    out = (contrast > level).astype(np.uint8)
    out = cv().morphologyEx(out, cv().MORPH_CLOSE, _disc(CLOSE * side))
    count, labels, numbers, _ = cv().connectedComponentsWithStats(out, connectivity=8)
    area = contrast.size
    weights = np.bincount(labels.ravel(), contrast.ravel(), count)
    kept = [number for number in range(1, count) if _is_thing(numbers[number], area, side)]
    strongest = sorted(kept, key=lambda number: -weights[number])[:MOST]
    mask = np.isin(labels, strongest).astype(np.uint8) * np.uint8(255)
    return np.asarray(cv().dilate(mask, _disc(AROUND * side)), np.uint8)


def _is_thing(numbers: npt.NDArray[np.int32], picture: int, side: int) -> bool:
    _, _, width, height, area = (int(number) for number in numbers)
    small = SMALLEST * picture <= area <= LARGEST * picture and max(width, height) <= LONGEST * side
    return small and area >= SPARSEST * width * height


def _disc(radius: float) -> Array:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv().getStructuringElement(cv().MORPH_ELLIPSE, (side, side)), np.uint8)
