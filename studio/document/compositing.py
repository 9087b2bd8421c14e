"""From layers to one picture, for any rectangle of the canvas."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from studio.document.blend import mix
from studio.document.images import AREA, COLOUR, SOURCE, blank, qrect, view, writable
from studio.document.layers import AreaLayer, Group, Layer, PaintLayer
from studio.document.tiles import keys_in, place
from studio.request.geometry import Rect

OVER = QPainter.CompositionMode.CompositionMode_SourceOver


def compose(layers: Iterable[Layer], rect: Rect) -> QImage:
    """What a rectangle of the canvas shows, premultiplied, without masks and regions."""
    image = blank(rect.size, COLOUR)
    compose_into(image, layers, rect, QPoint(-rect.x, -rect.y))
    return image


def compose_into(target: QImage, layers: Iterable[Layer], rect: Rect, origin: QPoint) -> None:
    """Replaces a rectangle of the canvas in `target`, where the canvas' origin lies at `origin`."""
    stage = _Stage(target, rect, origin)
    stage.clear()
    stage.draw(layers)
    stage.close()


def tint_into(target: QImage, layers: Iterable[AreaLayer], rect: Rect, origin: QPoint) -> None:
    """Draws masks and regions as tints over what is there already."""
    painter = QPainter(target)
    for layer in layers:
        painter.setOpacity(layer.opacity)
        inside = layer.inside(rect)
        for key in keys_in(inside):
            tile = layer.tiles.get(key)
            if tile is not None:
                home = place(key)
                part = home.intersection(inside)
                at = QPoint(part.x + layer.x, part.y + layer.y) + origin
                painter.drawImage(at, tinted(tile, layer.colour, qrect(part.translated(-home.x, -home.y))))
    painter.end()


def tinted(coverage: QImage, colour: str, part: QRect | None = None) -> QImage:
    """Coverage, or a part of it, in one colour (#rrggbb), premultiplied."""
    part = part or coverage.rect()
    image = QImage(part.size(), COLOUR)
    image.fill(QColor(colour))
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    painter.drawImage(QPoint(0, 0), coverage, part)
    painter.end()
    return image


def coverage(layers: Iterable[AreaLayer], rect: Rect) -> QImage:
    """The most that any of these layers covers, as an AREA image of a rectangle of the canvas."""
    image = blank(rect.size, AREA)
    most = writable(image)
    for layer in layers:
        np.maximum(most, view(layer.tiles.read(layer.inside(rect))), out=most)
    return image


class _Stage:
    """A rectangle of an image with a painter on it that can be laid aside while numpy blends."""

    def __init__(self, target: QImage, rect: Rect, origin: QPoint) -> None:
        self._target = target
        self._rect = rect
        self._origin = origin
        self._painter = self._open()

    def _open(self) -> QPainter:
        painter = QPainter(self._target)
        painter.setClipRect(self._area)
        return painter

    @property
    def _area(self) -> QRect:
        return qrect(self._rect).translated(self._origin)

    def clear(self) -> None:
        self._painter.setCompositionMode(SOURCE)
        self._painter.fillRect(self._area, Qt.GlobalColor.transparent)

    def close(self) -> None:
        self._painter.end()

    def draw(self, layers: Iterable[Layer]) -> None:
        for layer in layers:
            if not layer.visible:
                continue
            if isinstance(layer, Group) and not layer.isolated:
                self.draw(layer.children)
            elif isinstance(layer, Group):
                self._blend(compose(layer.children, self._rect), layer)
            elif isinstance(layer, PaintLayer):
                self._draw_plane(layer)

    def _draw_plane(self, layer: PaintLayer) -> None:
        mode = layer.blend.mode
        inside = layer.inside(self._rect)
        if mode is None or layer.blend.reaches_beyond:
            self._blend(layer.tiles.read(inside), layer)
            return
        self._painter.setCompositionMode(mode)
        self._painter.setOpacity(layer.opacity)
        layer.tiles.draw(self._painter, inside, self._origin + QPoint(layer.x, layer.y))

    def _blend(self, image: QImage, layer: Layer) -> None:
        mode = layer.blend.mode
        if mode is not None:
            self._painter.setCompositionMode(mode)
            self._painter.setOpacity(layer.opacity)
            self._painter.drawImage(self._area.topLeft(), image)
            return
        self._painter.end()
        below = self._target.copy(self._area)
        mix(layer.blend, below, image, layer.opacity)
        self._painter = self._open()
        self._painter.setCompositionMode(SOURCE)
        self._painter.setOpacity(1)
        self._painter.drawImage(self._area.topLeft(), below)
