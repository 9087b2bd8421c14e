"""Colour drift of a model taken back, measured where nothing was to change.

Reinhard et al., Color Transfer between Images (2001): mean and standard deviation in Lab. Here the statistics are
of what is *not* masked, in both pictures; the masked part has no say in them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.document.opencv import cv
from studio.request.pixels import Array

Floats = npt.NDArray[np.float32]
ENOUGH = 256  # unmasked pixels; fewer tell nothing
GAIN = (0.8, 1.25)  # a larger change of contrast is no drift but another picture


def matched(result: Array, original: Array, mask: Array) -> Array:
    """`result` with the colours of `original`, judged by their unmasked parts.

    result, original: uint8, h × w × 3, sRGB. mask: uint8, h × w, 0 is unmasked. Returns a new array.
    With fewer than 256 unmasked pixels the result is returned as it is.
    """
    weight = (mask == 0).astype(np.float32)  # what may change a little may change in colour, too
    if float(weight.sum()) < ENOUGH:
        return result.copy()
    ours, theirs = _lab(result), _lab(original)
    mean, deviation = _statistics(ours, weight)
    wanted_mean, wanted_deviation = _statistics(theirs, weight)
    gain = np.clip(wanted_deviation / np.maximum(deviation, 1e-3), *GAIN)
    gain = np.where(deviation < 0.5, 1.0, gain).astype(np.float32)  # flat: its spread is noise
    moved = np.ascontiguousarray((ours - mean) * gain + wanted_mean, np.float32)
    rgb: Floats = cv().cvtColor(moved, cv().COLOR_Lab2RGB)
    return np.rint(rgb * 255).clip(0, 255).astype(np.uint8)


def _lab(picture: Array) -> Floats:
    """L in 0..100, a and b in about -127..127."""
    return np.asarray(cv().cvtColor(picture.astype(np.float32) / 255, cv().COLOR_RGB2Lab), np.float32)


def _statistics(lab: Floats, weight: Floats) -> tuple[Floats, Floats]:
    total = weight.sum()
    mean = np.einsum("hwc,hw->c", lab, weight) / total
    variance = np.einsum("hwc,hw->c", (lab - mean) ** 2, weight) / total
    return mean.astype(np.float32), np.sqrt(variance).astype(np.float32)
