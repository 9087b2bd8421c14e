"""From the asked size to one the network can do, and back: padding, cropping, pasting back. No torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from studio.request.errors import BadInput
from studio.request.family import Family
from studio.request.geometry import Rect, Size
from studio.request.pixels import Array, Pixels

FULL_AT = 3.0  # a mask value of a third already shows the result alone, so that soft masks leave no ghost


@dataclass(frozen=True)
class Frame:
    """canvas: what the network makes. asked: the finished picture's place in it."""

    canvas: Size
    asked: Rect

    @classmethod
    def of(cls, size: Size, family: Family) -> Frame:
        """The smallest canvas of the family that holds `size` in its middle.

        Raises BadInput when a side is longer than the family can do.
        """
        if max(size) > family.largest_side:
            raise BadInput(
                f"Models of the family {family.title} make sides of at most {family.largest_side} pixels, not {size}.",
                "Choose a smaller size, then enlarge the picture.",
            )
        least = Size(max(size.width, family.smallest_side), max(size.height, family.smallest_side))
        canvas = least.rounded_up(family.size_multiple)
        place = Rect((canvas.width - size.width) // 2, (canvas.height - size.height) // 2, size.width, size.height)
        return cls(canvas, place)

    def padded(self, array: Array) -> Array:
        """An array of the asked size grown to the canvas by repeating its edges."""
        right, bottom = self.canvas.width - self.asked.right, self.canvas.height - self.asked.bottom
        return np.pad(array, ((self.asked.y, bottom), (self.asked.x, right), (0, 0)), mode="edge")

    def cropped(self, array: Array) -> Array:
        """The asked part of an array of the canvas's size."""
        return array[self.asked.y : self.asked.bottom, self.asked.x : self.asked.right]


def resized(array: Array, size: Size) -> Array:
    """RGB at another size."""
    picture = Image.fromarray(array).resize((size.width, size.height), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def opaque(pixels: Pixels) -> Array:
    """As RGB, height × width × 3; what is transparent lies on white."""
    array = pixels.array
    if pixels.channels == 1:
        return np.repeat(array, 3, axis=2)
    if pixels.channels == 3:
        return array
    colour = array[..., :3].astype(np.float32)
    alpha = array[..., 3:].astype(np.float32) / 255
    return np.rint(colour * alpha + 255 * (1 - alpha)).astype(np.uint8)


def pasted(made: Array, source: Pixels, mask: Pixels) -> Array:
    """The result where the mask is, the source bit for bit where the mask is 0, blended between.

    made: RGB, height × width × 3. Gives three channels, or four when the source has alpha.
    """
    result = np.array(source.array if source.channels == 4 else opaque(source))
    near = bounds_of(mask.array[..., 0])
    below, above, chosen = result[near], made[near], mask.array[near]
    share = np.minimum(chosen.astype(np.float32) * np.float32(FULL_AT / 255), np.float32(1))
    if source.channels == 4:
        blended = _over(above, below, share)
    else:
        blended = above.astype(np.float32)
        blended -= below
        blended *= share
        blended += below
        np.rint(blended, out=blended)
    np.copyto(below, blended.astype(np.uint8), where=chosen > 0)
    return result


def bounds_of(mask: Array, margin: int = 0) -> tuple[slice, slice]:
    """Rows and columns around all that a mask (height × width) covers, and so many pixels more."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return slice(0, 0), slice(0, 0)
    height, width = mask.shape
    return (
        slice(max(0, int(rows[0]) - margin), min(height, int(rows[-1]) + 1 + margin)),
        slice(max(0, int(columns[0]) - margin), min(width, int(columns[-1]) + 1 + margin)),
    )


def _over(made: Array, below: Array, share: npt.NDArray[np.float32]) -> Array:
    """Opaque `made` laid over straight-alpha `below`."""
    kept = below[..., 3:].astype(np.float32) / 255 * (1 - share)
    alpha = kept + share
    colour = (below[..., :3] * kept + made * share) / np.maximum(alpha, 1e-6)
    return np.rint(np.concatenate((colour, alpha * 255), axis=2)).astype(np.uint8)
