"""The canvas at the size that live pictures are made at, kept up to date piece by piece."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from studio.document.document import Document
from studio.document.resolve import on_paper
from studio.request.geometry import Rect, Size
from studio.request.pixels import Array, Pixels

MARGIN = 2  # pixels of the small picture; as far as the resampling looks


class LiveSource:
    """Composes only what was damaged since the last time. The document has to be told of damage by `damage`."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._flat: Array | None = None
        self._canvas = Size(0, 0)
        self._dirty = Rect(0, 0, 0, 0)

    def damage(self, area: Rect) -> None:
        """This part of the canvas looks different."""
        self._dirty = area if self._dirty.empty else self._dirty.union(area)

    def forget(self) -> None:
        """All of it may look different."""
        self._flat = None

    def picture(self, size: Size) -> Pixels:
        """What is seen on the canvas, on white paper: RGB of that size."""
        canvas = self._document.size
        if self._flat is None or self._canvas != canvas or (self._flat.shape[1], self._flat.shape[0]) != size:
            self._flat = np.empty((size.height, size.width, 3), np.uint8)
            self._canvas, self._dirty = canvas, Rect.of(canvas)
        self._mend(size, self._dirty.intersection(Rect.of(canvas)))
        self._dirty = Rect(0, 0, 0, 0)
        return Pixels.copy_of(self._flat)

    def _mend(self, size: Size, dirty: Rect) -> None:
        if dirty.empty or self._flat is None:
            return
        across, down = self._canvas.width / size.width, self._canvas.height / size.height
        target = _outward(dirty, 1 / across, 1 / down).grown(MARGIN).intersection(Rect.of(size))
        seen = _outward(target.grown(MARGIN), across, down).intersection(Rect.of(self._canvas))
        part = on_paper(self._document.picture(seen)).array[..., :3]
        box = (
            target.x * across - seen.x,
            target.y * down - seen.y,
            target.right * across - seen.x,
            target.bottom * down - seen.y,
        )
        if seen.size == target.size:
            small = part
        else:
            image = Image.fromarray(np.ascontiguousarray(part))
            small = np.asarray(image.resize(target.size, Image.Resampling.BILINEAR, _within(box, seen.size)))
        self._flat[target.y : target.bottom, target.x : target.right] = small


def _outward(area: Rect, across: float, down: float) -> Rect:
    """The area at another scale, rounded outwards."""
    x, y = math.floor(area.x * across), math.floor(area.y * down)
    return Rect(x, y, math.ceil(area.right * across) - x, math.ceil(area.bottom * down) - y)


def _within(box: tuple[float, float, float, float], size: Size) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return max(0.0, left), max(0.0, top), min(float(size.width), right), min(float(size.height), bottom)
