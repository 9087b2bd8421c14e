"""A made part joined to the picture around it: the codec's drift of colour taken back, no step at the seam.

Both are measured where nothing was to change: there the network's picture and the source should be the same, so
their difference is the error. Numpy only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.pipelines.framing import bounds_of
from studio.request.pixels import Array

Floats = npt.NDArray[np.float32]
ENOUGH = 256  # unmasked pixels; fewer tell nothing
GAIN = (0.8, 1.25)  # a larger change of contrast is no drift but another picture
FLAT = 1.5  # of 255: a smaller deviation is noise
SAMPLE = 20_000  # pixels that the drift is judged by
MARGIN = 32  # pixels beside the mask that the seam is judged by
MEMBRANE_SIDE = 192  # pixels; what is laid over the seam is smooth, so it is worked out no larger than this


def mended(made: Array, source: Array, mask: Array) -> Array:
    """The made picture, with colours and seams as the source wants them; a new array.

    made, source: uint8, h × w × 3, sRGB. mask: uint8, h × w; 0 is what was kept.
    Only what is masked is mended: the rest is the source's own. With fewer than 256 kept pixels nothing is.
    """
    kept = mask == 0
    result = made.copy()
    if kept.all() or np.count_nonzero(kept) < ENOUGH:
        return result
    gain, shift = _drift(made, source, kept)
    near = bounds_of(mask, MARGIN)
    ours: Floats = made[near].astype(np.float32)
    ours *= gain
    ours += shift
    theirs, known = source[near], kept[near]
    step = max(1, -(-max(known.shape) // MEMBRANE_SIDE))
    weight = known[..., None].astype(np.float32)
    share = _shrunk(weight, step)
    error = theirs - ours
    error *= weight
    error = _over(_shrunk(error, step), share)
    ours += _enlarged(_pull_push(error, share[..., 0]), step, known.shape)
    np.rint(ours, out=ours)
    result[near] = ours.clip(0, 255, out=ours)
    return result


def _drift(made: Array, source: Array, kept: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Gain and shift of each channel that bring mean and deviation to the source's (Reinhard et al. 2001).

    Judged by kept pixels alone, of which some ten thousand tell as much as all.
    """
    step = max(1, int((np.count_nonzero(kept) / SAMPLE) ** 0.5))
    some = kept[::step, ::step]
    some = some if np.count_nonzero(some) >= ENOUGH else kept
    step = step if some is not kept else 1
    ours, theirs = (each[::step, ::step][some].astype(np.float32) for each in (made, source))
    deviation, wanted = ours.std(0), theirs.std(0)
    gain = np.clip(wanted / np.maximum(deviation, np.float32(1e-3)), *GAIN)
    gain = np.where(deviation < FLAT, np.float32(1), gain).astype(np.float32)
    return gain, (theirs.mean(0) - ours.mean(0) * gain).astype(np.float32)


def _pull_push(values: Floats, weight: Floats) -> Floats:
    """Known values spread smoothly into the unknown (Gortler et al., The Lumigraph, 1996, section 3.4.2)."""
    height, width = weight.shape
    if min(height, width) <= 2:
        total = float(weight.sum())
        mean = (values * weight[..., None]).sum((0, 1)) / max(total, 1e-6)
        return np.broadcast_to(mean.astype(np.float32), values.shape)
    small_weight = _shrunk(weight[..., None], 2)
    small = _over(_shrunk(values * weight[..., None], 2), small_weight)
    coarse = _enlarged(_pull_push(small, np.minimum(small_weight[..., 0] * 4, 1)), 2, weight.shape)
    certain = np.minimum(weight, 1)[..., None]
    return values * certain + coarse * (1 - certain)


def _over(total: Floats, weight: Floats) -> Floats:
    """The mean of what was weighted; nothing where nothing was."""
    mean: Floats = np.divide(total, np.maximum(weight, np.float32(1e-6)), dtype=np.float32)
    return mean


def _shrunk(array: Floats, step: int) -> Floats:
    """The mean of blocks of step × step pixels; what overhangs repeats the border."""
    if step == 1:
        return array
    height, width, channels = array.shape
    padded = np.pad(array, ((0, -height % step), (0, -width % step), (0, 0)), mode="edge")
    rows, columns = padded.shape[0] // step, padded.shape[1] // step
    return padded.reshape(rows, step, columns, step, channels).mean((1, 3), dtype=np.float32)


def _enlarged(array: Floats, step: int, shape: tuple[int, ...]) -> Floats:
    """Bilinear, by a whole factor, cut to shape."""
    if step == 1:
        return array
    return _along(_along(array, step, shape[0], 0), step, shape[1], 1)


def _along(array: Floats, step: int, length: int, axis: int) -> Floats:
    place = (np.arange(length, dtype=np.float32) + 0.5) / step - 0.5
    low = np.clip(np.floor(place).astype(np.intp), 0, array.shape[axis] - 1)
    high = np.minimum(low + 1, array.shape[axis] - 1)
    share = np.clip(place - low, 0, 1).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1)).astype(np.float32)
    result: Floats = np.take(array, high, axis)
    before = np.take(array, low, axis)
    result -= before
    result *= share
    result += before
    return result
