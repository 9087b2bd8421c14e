"""Content lifted off its layer while it is moved and transformed; laid down in one edit."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter, QTransform

from studio.document.document import Document
from studio.document.edits import TilesEdit
from studio.document.layers import Plane
from studio.document.selecting import within
from studio.document.tiles import Tiles, Versions, is_blank, keys_in, place
from studio.document.transforming import Resampling, transformed
from studio.request.geometry import Rect

Mode = QPainter.CompositionMode


class Floating:
    """What is selected of a layer, or all of it. While it floats the layer shows the rest."""

    def __init__(self, document: Document, layer: Plane) -> None:
        self._document = document
        self._layer = layer
        self._selection = document.selection
        self._before: Versions = {}
        document.held[layer] = self._before
        self.content = self._lifted()
        self.bounds = self.content.bounds()  # on the canvas

    def _lifted(self) -> Tiles:
        """Takes the content out of the layer; returns it as a plane on the canvas."""
        layer, selection = self._layer, self._selection
        content = Tiles(layer.tiles.layout)
        extent = layer.extent() if selection is None else layer.extent().intersection(selection.extent())
        for key in keys_in(layer.inside(extent)):
            if key not in layer.tiles:
                continue
            taken, rest = layer.tiles.editable(key), layer.tiles.editable(key)
            if selection is None:
                rest.fill(0)
            else:
                covered = selection.read(place(key).translated(layer.x, layer.y))
                _combine(taken, covered, Mode.CompositionMode_DestinationIn)
                _combine(rest, covered, Mode.CompositionMode_DestinationOut)
            self._before[key] = layer.tiles.put(key, None if is_blank(rest) else rest)
            home = place(key).translated(layer.x, layer.y)
            content.replace(content.drawn(taken, home.x, home.y, Mode.CompositionMode_SourceOver))
        self._document.damaged.emit(extent)
        return content

    def image(self) -> QImage:
        """The content, to be drawn while it floats; its corner is that of `bounds`."""
        return self.content.read(self.bounds)

    def put_back(self) -> None:
        """As if it had never been lifted."""
        self._document.held.pop(self._layer, None)
        self._layer.tiles.replace(self._before)
        self._document.damaged.emit(self._extent())
        self._before = {}

    def lay_down(self, transform: QTransform, text: str, how: Resampling = Resampling.SMOOTH) -> None:
        """Lays the content down where `transform` (on the canvas) puts it, and the selection with it."""
        layer = self._layer
        moved = transformed(self.content, transform, how)
        versions: Versions = {}
        extent = moved.extent()
        for key in keys_in(layer.inside(extent)):
            tile = layer.tiles.editable(key)
            home = place(key).translated(layer.x, layer.y)
            painter = QPainter(tile)
            moved.draw(painter, home, QPoint(-home.x, -home.y))
            painter.end()
            versions[key] = None if is_blank(tile) else tile
        after = {key: layer.tiles.get(key) for key in self._before}
        after.update(versions)
        before = {key: self._before[key] if key in self._before else layer.tiles.get(key) for key in after}
        layer.tiles.replace(before)
        self._document.held.pop(layer, None)
        with self._document.step(text):
            self._document.push(TilesEdit(self._document, text, layer, after))
            if self._selection is not None:
                moved = transformed(self._selection, transform, how)
                self._document.select(within(moved, self._document.size), text)
        self._document.damaged.emit(self._extent())
        self._before = {}

    def _extent(self) -> Rect:
        area = Rect(0, 0, 0, 0)
        for key in self._before:
            area = area.union(place(key))
        return area.translated(self._layer.x, self._layer.y)


def _combine(tile: QImage, covered: QImage, mode: Mode) -> None:
    painter = QPainter(tile)
    painter.setCompositionMode(mode)
    painter.drawImage(0, 0, covered)
    painter.end()
