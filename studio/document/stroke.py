"""One stroke of a brush, from pen down to pen up, and the single edit that it becomes.

Dabs go into a coverage buffer of their own, so that where they overlap they never exceed the stroke's opacity. After
each movement only the touched part of the layer is made anew: what was there before, with the buffer over it.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from studio.document.blend import mix
from studio.document.brush import Brush, Stamps
from studio.document.compositing import tinted
from studio.document.images import AREA, SOURCE, blank, qrect, view, writable
from studio.document.layers import NOWHERE, AreaLayer, PaintLayer, Plane
from studio.document.tiles import SIDE, TILE_SIZE, Key, Tiles, Versions, is_blank, keys_in, place
from studio.request.geometry import Rect, Size

OVER = QPainter.CompositionMode.CompositionMode_SourceOver
OUT = QPainter.CompositionMode.CompositionMode_DestinationOut
ATOP = QPainter.CompositionMode.CompositionMode_SourceAtop
INSIDE = QPainter.CompositionMode.CompositionMode_DestinationIn
SMOOTH = QPainter.RenderHint.SmoothPixmapTransform
LEAST_STEP = 0.5  # pixels between dabs


@dataclass(frozen=True)
class Ink:
    """What a stroke leaves: colour (#rrggbb; of no meaning on masks), or, if erase, nothing."""

    colour: str = "#000000"
    erase: bool = False


class Stroke:
    """Paints on a layer while it goes on. Points are on the canvas, in pixels; results are rectangles of the canvas."""

    def __init__(self, layer: Plane, brush: Brush, ink: Ink, stamps: Stamps, selection: Tiles | None = None) -> None:
        self.layer = layer
        self._brush = brush
        self._ink = ink
        self._stamps = stamps
        self._selection = selection
        self._before: Versions = {}
        self._buffer: dict[Key, QImage] = {}
        self._line = _Line()
        self._to_next = 0.0  # pixels along the line until the next dab

    @property
    def before(self) -> Versions:
        """The tiles that were taken so far, as they were."""
        return self._before

    def add(self, point: QPointF, pressure: float = 1.0) -> Rect:
        """Goes on to a point. Returns what looks different now."""
        sample = _Sample(point.x() - self.layer.x, point.y() - self.layer.y, pressure)
        return self._follow(self._line.to(sample))

    def finish(self) -> Rect:
        """Goes on to the very last point."""
        return self._follow(self._line.end())

    def cancel(self) -> Rect:
        """Puts everything back as it was."""
        area = NOWHERE
        for key in self._before:
            area = area.union(place(key))
        self.layer.tiles.replace(self._before)
        self._before = {}
        self._buffer = {}
        return area.translated(self.layer.x, self.layer.y)

    def versions(self) -> Versions:
        """What was there before in the tiles that are different now: all that undo needs."""
        for key, before in list(self._before.items()):
            tile = self.layer.tiles.get(key)
            if tile is not None and is_blank(tile):
                self.layer.tiles.put(key, None)
                tile = None
            if tile is before or (tile is not None and before is not None and tile == before):
                self.layer.tiles.put(key, before)
                del self._before[key]
        return self._before

    # dabs

    def _follow(self, samples: list[_Sample]) -> Rect:
        dirty = NOWHERE
        for start, end in itertools.pairwise(samples):
            dirty = dirty.union(self._segment(start, end))
        if len(samples) == 1:
            dirty = self._dab(samples[0])
            self._to_next = self._spacing(samples[0])
        self._merge(dirty)
        return dirty.translated(self.layer.x, self.layer.y)

    def _segment(self, start: _Sample, end: _Sample) -> Rect:
        length = math.hypot(end.x - start.x, end.y - start.y)
        dirty = NOWHERE
        at = self._to_next
        while at <= length and length > 0:
            sample = start.towards(end, at / length)
            dirty = dirty.union(self._dab(sample))
            at += self._spacing(sample)
        self._to_next = at - length
        return dirty

    def _spacing(self, sample: _Sample) -> float:
        return max(LEAST_STEP, self._brush.diameter(sample.pressure) * self._brush.spacing)

    def _dab(self, sample: _Sample) -> Rect:
        brush = self._brush
        stamp = self._stamps.get(brush.diameter(sample.pressure), brush.hardness)
        flow = brush.flow * (sample.pressure if brush.pressure_flow else 1.0)
        left, top = sample.x - stamp.width() / 2, sample.y - stamp.height() / 2
        rect = Rect(math.floor(left), math.floor(top), stamp.width() + 2, stamp.height() + 2)
        if brush.pressure_opacity:
            self._dab_up_to(stamp, QPointF(left, top), rect, flow, sample.pressure)
            return rect
        for key in keys_in(rect):
            painter = QPainter(self._buffered(key))
            painter.setRenderHint(SMOOTH)
            painter.setOpacity(flow)
            painter.drawImage(QPointF(left - key[0] * SIDE, top - key[1] * SIDE), stamp)
            painter.end()
        return rect

    def _dab_up_to(self, stamp: QImage, at: QPointF, rect: Rect, flow: float, most: float) -> None:
        """A dab that brings coverage nearer to `most`, never above, however many follow on one place."""
        placed = blank(rect.size, AREA)
        painter = QPainter(placed)
        painter.setRenderHint(SMOOTH)
        painter.setOpacity(flow)
        painter.drawImage(QPointF(at.x() - rect.x, at.y() - rect.y), stamp)
        painter.end()
        share = view(placed)
        limit = np.uint8(round(255 * most))
        for key in keys_in(rect):
            home = place(key)
            part = home.intersection(rect)
            inside = part.translated(-home.x, -home.y)
            here = writable(self._buffered(key))[inside.y : inside.bottom, inside.x : inside.right]
            there = share[part.y - rect.y : part.bottom - rect.y, part.x - rect.x : part.right - rect.x]
            gap = np.subtract(np.maximum(here, limit), here, dtype=np.uint16)
            here += ((gap * there + 127) // 255).astype(np.uint8)

    def _buffered(self, key: Key) -> QImage:
        tile = self._buffer.get(key)
        if tile is None:
            tile = self._buffer[key] = blank(TILE_SIZE, AREA)
        return tile

    # onto the layer

    def _merge(self, dirty: Rect) -> None:
        for key in keys_in(dirty):
            if key not in self._buffer:
                continue
            tiles = self.layer.tiles
            if key not in self._before:
                self._before[key] = tiles.put(key, tiles.editable(key))
            tile = tiles.get(key)
            if tile is not None:
                home = place(key)
                part = qrect(home.intersection(dirty).translated(-home.x, -home.y))
                self._merge_tile(key, tile, self._before[key], part)

    def _merge_tile(self, key: Key, tile: QImage, before: QImage | None, part: QRect) -> None:
        coverage = self._confined(key, part)
        painter = QPainter(tile)
        painter.setCompositionMode(SOURCE)
        if before is None:
            painter.fillRect(part, QColor(0, 0, 0, 0))
        else:
            painter.drawImage(part.topLeft(), before, part)
        layer = self.layer
        locked = isinstance(layer, PaintLayer) and layer.alpha_locked
        mode = self._brush.blend.mode
        if isinstance(layer, AreaLayer) or self._ink.erase or mode == OVER:
            if not (locked and self._ink.erase):
                painter.setCompositionMode(OUT if self._ink.erase else ATOP if locked else OVER)
                painter.setOpacity(self._brush.opacity)
                image = coverage if tile.format() == AREA or self._ink.erase else tinted(coverage, self._ink.colour)
                painter.drawImage(part.topLeft(), image)
            painter.end()
            return
        painter.end()
        self._blend_tile(tile, coverage, part)
        if locked:
            _restore_alpha(tile, before, part)

    def _blend_tile(self, tile: QImage, coverage: QImage, part: QRect) -> None:
        colour = tinted(coverage, self._ink.colour)
        mode = self._brush.blend.mode
        if mode is None:
            below = tile.copy(part)
            mix(self._brush.blend, below, colour, self._brush.opacity)
            colour, mode, opacity = below, SOURCE, 1.0
        else:
            opacity = self._brush.opacity
        painter = QPainter(tile)
        painter.setCompositionMode(mode)
        painter.setOpacity(opacity)
        painter.drawImage(part.topLeft(), colour)
        painter.end()

    def _confined(self, key: Key, part: QRect) -> QImage:
        """The stroke's coverage in a part of a tile, cut to the selection."""
        coverage = self._buffer[key].copy(part)
        if self._selection is not None:
            home = place(key).translated(self.layer.x, self.layer.y)
            area = Rect(home.x + part.x(), home.y + part.y(), part.width(), part.height())
            painter = QPainter(coverage)
            painter.setCompositionMode(INSIDE)
            painter.drawImage(QPoint(0, 0), self._selection.read(area))
            painter.end()
        return coverage


def _restore_alpha(tile: QImage, before: QImage | None, part: QRect) -> None:
    """Gives a part of a tile the alpha it had, keeping its new colour."""
    rows, columns = slice(part.top(), part.bottom() + 1), slice(part.left(), part.right() + 1)
    pixels = writable(tile)[rows, columns]
    if before is None:
        pixels[...] = 0
        return
    old = view(before)[rows, columns, 3:].astype(np.float32)
    new = pixels[..., 3:].astype(np.float32)
    scale = np.divide(old, new, out=np.zeros_like(old), where=new > 0)
    pixels[..., :3] = np.minimum(np.rint(pixels[..., :3] * scale), old).astype(np.uint8)
    pixels[..., 3:] = old.astype(np.uint8)


@dataclass(frozen=True, slots=True)
class _Sample:
    x: float
    y: float
    pressure: float

    def towards(self, other: _Sample, share: float) -> _Sample:
        return _Sample(
            self.x + (other.x - self.x) * share,
            self.y + (other.y - self.y) * share,
            self.pressure + (other.pressure - self.pressure) * share,
        )


class _Line:
    """Joins samples by a smooth curve: quadratic pieces from middle to middle, with the samples to steer them."""

    def __init__(self) -> None:
        self._last: _Sample | None = None
        self._drawn: _Sample | None = None

    def to(self, sample: _Sample) -> list[_Sample]:
        """The piece of curve that is certain now, as points close together; the first time the point itself."""
        last, drawn = self._last, self._drawn
        self._last = sample
        if last is None or drawn is None:
            self._drawn = sample
            return [sample]
        middle = last.towards(sample, 0.5)
        self._drawn = middle
        bend = math.hypot(middle.x - drawn.x, middle.y - drawn.y) + math.hypot(last.x - drawn.x, last.y - drawn.y)
        count = max(1, min(32, math.ceil(bend / 4)))
        steps = (number / count for number in range(count + 1))
        return [drawn.towards(last, step).towards(last.towards(middle, step), step) for step in steps]

    def end(self) -> list[_Sample]:
        """The rest."""
        last, drawn = self._last, self._drawn
        return [] if last is None or drawn is None or last == drawn else [drawn, last]


def brush_rect(point: QPointF, diameter: float) -> Rect:
    """The pixels a dab can touch."""
    reach = diameter / 2 + 2
    return Rect(
        math.floor(point.x() - reach), math.floor(point.y() - reach), *Size(math.ceil(2 * reach), math.ceil(2 * reach))
    )
