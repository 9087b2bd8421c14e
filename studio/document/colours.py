"""The colours that a picture is made of."""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image

from studio.request.pixels import Pixels

SEEN = 128  # alpha from which a pixel counts


def palette_of(pixels: Pixels, count: int = 12) -> tuple[str, ...]:
    """At most `count` colours (#rrggbb) that stand for all of a picture, from dark to light; none if it is empty.

    By median cut (Heckbert, Color image quantization for frame buffer display, 1982).
    """
    array = pixels.array
    shown = array.reshape(-1, array.shape[2]) if array.shape[2] != 4 else array[array[..., 3] >= SEEN]
    if not len(shown):
        return ()
    row = np.ascontiguousarray(shown[:, :3] if shown.shape[1] >= 3 else np.repeat(shown, 3, 1))[None]
    quantized = Image.fromarray(row).quantize(count, Image.Quantize.MEDIANCUT)
    values = quantized.getpalette() or []
    used = [index for _, index in quantized.getcolors(256) or [] if isinstance(index, int)]
    found = {tuple(values[3 * index : 3 * index + 3]) for index in used}
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in sorted(found, key=_lightness))


def _lightness(colour: tuple[int, ...]) -> float:
    return colorsys.rgb_to_hls(*(part / 255 for part in colour[:3]))[1]
