"""All visible layers as one flat image, at full size and halved again and again, kept up to date where it is looked at.

Level n is the picture at 1/2ⁿ. Damage only marks a region of each level as stale; what is needed for painting is
then brought up to date, level by level, only inside the part that is visible. Memory of levels is reserved at once
but taken only where something was drawn, so an empty canvas of 16384² costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter, QRegion

from studio.document.compositing import compose_into, tint_into
from studio.document.document import Document
from studio.document.images import COLOUR, SOURCE, Array, over, qrect, rect_of, view
from studio.document.layers import AreaLayer, PaintLayer, Plane, shown
from studio.document.tiles import SIDE, keys_in
from studio.request.errors import Trouble
from studio.request.geometry import Rect, Size

SMALLEST_LEVEL = 64  # pixels: no smaller level than one whose shorter side is about this
CHUNK = 512  # pixels: how much is composed between two looks at the clock
AT_ONCE = 1 << 20  # pixels: as much is always done in one go


class _Level:
    """One scale. The array has an even number of rows and columns; one beyond the picture repeats its edge."""

    def __init__(self, size: Size) -> None:
        even = size.rounded_up(2)
        try:
            self.array: Array = np.zeros((even.height, even.width, 4), np.uint8)
        except MemoryError as error:
            raise Trouble(f"There is not enough memory to show {size} pixels.", "Crop or resize it.") from error
        self.size = size
        self.image = over(self.array, COLOUR)
        self.stale = QRegion()

    def repeat_edges(self, rect: QRect) -> None:
        """Copies the last row and column to those beyond, near a rectangle that was drawn."""
        width, height = self.size
        if width < self.array.shape[1] and rect.right() >= width - 1:
            self.array[rect.top() : rect.bottom() + 1, width] = self.array[rect.top() : rect.bottom() + 1, width - 1]
        if height < self.array.shape[0] and rect.bottom() >= height - 1:
            self.array[height, rect.left() : rect.right() + 2] = self.array[height - 1, rect.left() : rect.right() + 2]


class Flat:
    """The composite of a document. `damage` tells what is different, `level` gives an image to draw."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._filled: set[tuple[int, int]] = set()  # tiles of level 0 with something in them
        self._levels: list[_Level] = []
        self._opaque: dict[tuple[int, int], tuple[QImage, bool]] = {}  # of the lowest layer
        self.reset()

    def reset(self) -> None:
        """Starts anew: the canvas has another size."""
        size = self._document.size
        self._filled.clear()
        self._levels = [_Level(size)]
        while min(size) > SMALLEST_LEVEL:
            size = Size(-(-size.width // 2), -(-size.height // 2))
            self._levels.append(_Level(size))
        self.damage(Rect.of(self._document.size))

    @property
    def size(self) -> Size:
        return self._levels[0].size

    @property
    def deepest(self) -> int:
        """The number of the smallest level."""
        return len(self._levels) - 1

    def damage(self, area: Rect) -> None:
        """This part of the canvas looks different now."""
        area = area.intersection(Rect.of(self.size))
        if area.empty:
            return
        region = QRegion(qrect(area)) if area.size.area <= AT_ONCE else self._worth(area)
        for level in self._levels:
            level.stale = level.stale.united(region)

    def level(self, number: int, need: Rect, seconds: float = float("inf")) -> tuple[QImage, bool]:
        """The image of a level, up to date inside `need` (document pixels) unless that takes longer than `seconds`.

        Returns the image, and whether it is up to date. Ask again to go on.
        """
        need = self._aligned(need, number)
        deadline = None if need.size.area <= AT_ONCE else time.perf_counter() + seconds
        done = self._bring(number, need, deadline)
        return self._levels[number].image, done

    def opaque(self, need: Rect) -> bool:
        """True when nothing can show through there: the lowest shown layer is opaque in all of it."""
        layers = (layer for layer in shown(self._document.layers) if isinstance(layer, PaintLayer))
        lowest = next(layers, None)
        if lowest is None or lowest not in self._document.layers or lowest.opacity < 1:
            return False
        for key in keys_in(lowest.inside(need)):
            tile = lowest.tiles.get(key)
            if tile is None:
                return False
            known = self._opaque.get(key)
            if known is None or known[0] is not tile:
                known = tile, bool((view(tile)[..., 3] == 255).all())
                self._opaque[key] = known
            if not known[1]:
                return False
        return True

    def _bring(self, number: int, need: Rect, deadline: float | None) -> bool:
        level = self._levels[number]
        todo = level.stale.intersected(qrect(need))
        for chunk in _chunks(todo, max(CHUNK, 1 << number)):
            if deadline is not None and time.perf_counter() > deadline:
                return False
            if number:
                self._bring(number - 1, rect_of(chunk), None)
                self._halve(number, chunk)
            else:
                self._compose(chunk)
            level.stale = level.stale.subtracted(chunk)
        return True

    def _compose(self, chunk: QRect) -> None:
        level = self._levels[0]
        area = rect_of(chunk)
        layers = self._document.layers
        compose_into(level.image, layers, area, QPoint(0, 0))
        areas = [layer for layer in shown(layers) if isinstance(layer, AreaLayer)]
        if areas:
            tint_into(level.image, areas, area, QPoint(0, 0))
        level.repeat_edges(chunk)
        self._filled.update(keys_in(area))

    def _halve(self, number: int, chunk: QRect) -> None:
        """Redraws a part (document pixels) of a level from the one above: each pixel the mean of four."""
        level = self._levels[number]
        factor = 1 << number
        left, top = chunk.left() // factor, chunk.top() // factor
        right = min(level.size.width, -(-(chunk.right() + 1) // factor))
        bottom = min(level.size.height, -(-(chunk.bottom() + 1) // factor))
        target = QRect(left, top, right - left, bottom - top)
        painter = QPainter(level.image)
        painter.setCompositionMode(SOURCE)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        source = QRect(left * 2, top * 2, target.width() * 2, target.height() * 2)
        painter.drawImage(target, self._levels[number - 1].image, source)
        painter.end()
        level.repeat_edges(target)

    def _aligned(self, need: Rect, number: int) -> Rect:
        """Grown to whole pixels of a level, so that none is made of half-stale ones."""
        unit = 1 << number
        left, top = need.x // unit * unit, need.y // unit * unit
        right, bottom = -(-need.right // unit) * unit, -(-need.bottom // unit) * unit
        return Rect(left, top, right - left, bottom - top).intersection(Rect.of(self.size))

    def _worth(self, area: Rect) -> QRegion:
        """The tiles of a large area in which there is, or was, anything: the rest stays as empty as it is."""
        wanted = set(self._filled)
        for layer in shown(self._document.layers):
            if isinstance(layer, Plane):
                for column, row in layer.tiles:
                    tile = Rect(column * SIDE + layer.x, row * SIDE + layer.y, SIDE, SIDE)
                    wanted.update(keys_in(tile))
        return _region(wanted).intersected(qrect(area))


def _region(keys: set[tuple[int, int]]) -> QRegion:
    """Tiles as a region, built from runs in rows: one by one would take seconds for thousands."""
    runs: list[QRect] = []
    for column, row in sorted(keys, key=lambda key: (key[1], key[0])):
        if runs and runs[-1].top() == row * SIDE and runs[-1].right() + 1 == column * SIDE:
            runs[-1].setRight((column + 1) * SIDE - 1)
        else:
            runs.append(QRect(column * SIDE, row * SIDE, SIDE, SIDE))
    region = QRegion()
    for run in runs:
        region += run
    return region


def _chunks(region: QRegion, side: int) -> Iterator[QRect]:
    """The rectangles of a region, cut on a grid of `side`; many small ones in a square are taken together."""
    if region.isEmpty():
        return
    if region.rectCount() == 1 and region.boundingRect().width() <= side:
        yield region.boundingRect()
        return
    bounds = region.boundingRect()
    for top in range(bounds.top() // side * side, bounds.bottom() + 1, side):
        for left in range(bounds.left() // side * side, bounds.right() + 1, side):
            part = region.intersected(QRect(left, top, side, side))
            if not part.isEmpty():
                yield part.boundingRect()
