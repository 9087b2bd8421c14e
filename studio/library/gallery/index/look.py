"""What a picture looks like, in 88 bytes: for finding similar ones.

8 bytes: a perceptual hash, the signs of the low frequencies of a cosine transform (the picture's composition).
48 bytes: mean colour in 4 × 4 fields, in luma and two chroma channels (its palette and where it is).
32 bytes: a histogram of 8 edge directions in 2 × 2 fields (its texture).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

BYTES = 88
_SIDE = 32
Looks = npt.NDArray[np.uint8]
_WEIGHTS = (0.25, 0.5, 0.25)  # of hash, colour, texture


def look_of(image: Image.Image) -> bytes:
    """The descriptor of a picture in RGB, of any size."""
    small = np.asarray(image.resize((_SIDE, _SIDE), Image.Resampling.BOX).convert("YCbCr"), np.float32)
    luma = small[..., 0]
    fields = small.reshape(4, 8, 4, 8, 3).mean(axis=(1, 3))
    return _hash(luma) + np.rint(fields).astype(np.uint8).tobytes() + _directions(luma)


def distances(look: bytes, looks: Looks) -> npt.NDArray[np.float32]:
    """0..1 from one descriptor to many, (BYTES, n): 0 is the same.

    A row for each byte of the descriptors: so whole rows are added, several times faster than bytes within one.
    """
    own = np.frombuffer(look, np.uint8)[:, None]
    bits = np.bitwise_count(looks[:8] ^ own[:8]).sum(axis=0, dtype=np.uint16)
    apart = np.maximum(looks[8:], own[8:])  # in bytes, which is several times faster than in floats
    apart -= np.minimum(looks[8:], own[8:])
    colour = apart[:48].sum(axis=0, dtype=np.uint16)
    texture = apart[48:].sum(axis=0, dtype=np.uint16)
    total = np.zeros(looks.shape[1], np.float32)
    for weight, part, most in zip(_WEIGHTS, (bits, colour, texture), (64, 48 * 128, 4 * 255 * 2), strict=True):
        total += np.minimum(part / np.float32(most), np.float32(1)) * np.float32(weight)
    return total


def _hash(luma: npt.NDArray[np.float32]) -> bytes:
    """64 signs of low frequencies against their median; the mean brightness is left out."""
    transform = _cosines()
    low = (transform @ luma @ transform.T).ravel()
    low[0] = np.median(low[1:])
    return np.packbits(low > np.median(low)).tobytes()


def _directions(luma: npt.NDArray[np.float32]) -> bytes:
    """Share of 8 edge directions in each of 2 × 2 fields, weighted by strength, 255 in all for a field."""
    down, right = np.gradient(luma)
    strength = np.hypot(down, right)
    direction = ((np.arctan2(down, right) / np.pi + 1) * 4).astype(np.intp) % 8
    fields: list[npt.NDArray[np.float64]] = []
    half = _SIDE // 2
    for top in (0, half):
        for left in (0, half):
            here = np.s_[top : top + half, left : left + half]
            histogram = np.bincount(direction[here].ravel(), strength[here].ravel(), 8)
            fields.append(histogram * 255 / (histogram.sum() + half * half * 2))  # flat fields have none
    return np.rint(np.concatenate(fields)).astype(np.uint8).tobytes()


@cache
def _cosines() -> npt.NDArray[np.float32]:
    """The first 8 rows of a cosine transform of 32 samples (DCT-II)."""
    samples = np.arange(_SIDE) + 0.5
    return np.cos(np.pi / _SIDE * np.arange(8)[:, None] * samples).astype(np.float32)
