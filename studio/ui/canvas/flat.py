"""All visible layers as one flat image, at full size and halved again and again, kept up to date where it is looked at.

Level n is the picture at 1/2ⁿ. Damage only marks a region of each level as stale; what is needed for painting is
then brought up to date, level by level, only inside the part that is visible. Memory of levels is reserved at once
but taken only where something was drawn, so an empty canvas of 16384² costs nothing. The finest level is by far the
largest: it is drawn only where one looks closely, and `let_go` gives back what was looked at long ago.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import cast

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QRegion

from studio.document.compositing import compose_into, tint_into
from studio.document.document import Document
from studio.document.images import blank, qrect, rect_of, view, writable
from studio.document.layers import AreaLayer, PaintLayer, Plane, shown
from studio.document.tiles import SIDE, keys_in
from studio.request.geometry import Rect, Size
from studio.ui.canvas.levels import Level
from studio.ui.canvas.view import SMALLEST_ZOOM, level_of

DEEPEST = level_of(SMALLEST_ZOOM)  # so that no level is ever drawn at less than half its size, which is not exact
CHUNK = 512  # pixels: how much is composed between two looks at the clock
AT_ONCE = 1 << 20  # pixels: as much is always done in one go
EDGE = 4  # pixels around what is seen that are drawn with it, for smoothing
ROOM = 8 << 20  # pixels of the finest level that are kept, or three times what is seen if that is more


class Flat:
    """The composite of a document. `damage` tells what is different, `level` gives an image to draw."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._filled: set[tuple[int, int]] = set()  # tiles of level 0 with something in them
        self._levels: list[Level] = []
        self._drawn: set[tuple[int, int]] = set()  # chunks of level 0 that take memory
        self._opaque: dict[tuple[int, int], tuple[QImage, bool]] = {}  # of the lowest layer
        self._plain = QRect()  # where no tints are drawn
        self.reset()

    def reset(self) -> None:
        """Starts anew: the canvas has another size."""
        size = self._document.size
        self._filled.clear()
        self._drawn.clear()
        self._levels = [Level(size)]
        for _ in range(DEEPEST):
            size = Size(-(-size.width // 2), -(-size.height // 2))
            self._levels.append(Level(size))
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

    def set_plain(self, area: Rect) -> None:
        """No tints of masks and regions are drawn there; nowhere, if it is empty."""
        before, self._plain = rect_of(self._plain), qrect(area)
        if before != area and any(isinstance(layer, AreaLayer) for layer in shown(self._document.layers)):
            self.damage(before)
            self.damage(area)

    def level(self, number: int, need: Rect, seconds: float = float("inf")) -> tuple[QImage, bool]:
        """The image of a level, up to date inside `need` (document pixels) unless that takes longer than `seconds`.

        Returns the image, and whether it is up to date. Ask again to go on.
        """
        need = self._aligned(need, number)
        deadline = None if need.size.area <= AT_ONCE else time.perf_counter() + seconds
        done = self._bring(number, need, deadline)
        return self._levels[number].image, done

    def ready(self, number: int, need: Rect) -> bool:
        """True when a level is up to date inside `need` (document pixels) already."""
        return not self._levels[number].stale.intersects(qrect(self._aligned(need, number)))

    def swollen(self, seen: Rect, times: float = 1) -> bool:
        """True when level 0 takes more memory, or so many times more, than is worth keeping for what is seen."""
        return len(self._drawn) * CHUNK**2 > times * max(ROOM, 3 * seen.size.area)

    def let_go(self, seen: Rect) -> None:
        """Gives back the memory of level 0 but for what is seen (document pixels)."""
        before = self._levels[0]
        level = self._levels[0] = Level(before.size)
        kept = qrect(seen.grown(EDGE).intersection(Rect.of(self.size)))
        level.take(before, kept)
        level.stale = self._worth(Rect.of(self.size)).subtracted(QRegion(kept).subtracted(before.stale))
        self._drawn = set(_squares(kept))

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
            if number > 1:
                self._bring(number - 1, rect_of(chunk), None)
                self._halve(number, chunk)
            elif number:
                self._halve_first(chunk)
            else:
                self._compose_finest(chunk)
            level.stale = level.stale.subtracted(chunk)
        return True

    def _compose_finest(self, chunk: QRect) -> None:
        level = self._levels[0]
        self._compose(level.image, rect_of(chunk), QPoint(0, 0))
        level.repeat_edges(chunk)
        self._drawn.update(_squares(chunk))

    def _compose(self, image: QImage, area: Rect, origin: QPoint) -> None:
        """Draws a part of the picture, with tints of masks, where the canvas' origin lies at `origin` of the image."""
        layers = self._document.layers
        compose_into(image, layers, area, origin)
        areas = [layer for layer in shown(layers) if isinstance(layer, AreaLayer)]
        for part in cast("Iterable[QRect]", QRegion(qrect(area)) - self._plain) if areas else ():
            tint_into(image, areas, rect_of(part), origin)
        self._filled.update(keys_in(area))

    def _halve_first(self, chunk: QRect) -> None:
        """Level 1 from level 0 where that is up to date, else from a sheet that is thrown away."""
        area = self._aligned(rect_of(chunk), 1)
        if self.ready(0, area):
            self._halve(1, chunk)
            return
        sheet = blank(area.size.rounded_up(2))
        self._compose(sheet, area, QPoint(-area.x, -area.y))
        width, height = area.size
        pixels = writable(sheet)
        pixels[:, width:] = pixels[:, width - 1 : width]  # as `Level.repeat_edges`
        pixels[height:] = pixels[height - 1 : height]
        target = QRect(area.x // 2, area.y // 2, sheet.width() // 2, sheet.height() // 2)
        self._levels[1].halve(sheet, sheet.rect(), target)

    def _halve(self, number: int, chunk: QRect) -> None:
        """Redraws a part (document pixels) of a level from the one above."""
        level = self._levels[number]
        factor = 1 << number
        left, top = chunk.left() // factor, chunk.top() // factor
        right = min(level.size.width, -(-(chunk.right() + 1) // factor))
        bottom = min(level.size.height, -(-(chunk.bottom() + 1) // factor))
        target = QRect(left, top, right - left, bottom - top)
        source = QRect(left * 2, top * 2, target.width() * 2, target.height() * 2)
        level.halve(self._levels[number - 1].image, source, target)

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


def _squares(rect: QRect) -> Iterator[tuple[int, int]]:
    """The squares of `CHUNK` pixels that a rectangle touches."""
    for row in range(rect.top() // CHUNK, rect.bottom() // CHUNK + 1):
        for column in range(rect.left() // CHUNK, rect.right() // CHUNK + 1):
            yield column, row


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
