"""What control layers give to be followed, shown over the canvas as it is prepared. It is no part of the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QRectF, QTimer
from PySide6.QtGui import QColor, QImage, QPainter

from studio.document.change import Change
from studio.document.control_layers import guiding_of_layer
from studio.document.controlling import Guiding
from studio.document.document import Document
from studio.document.images import COLOUR, over
from studio.document.layers import OWN, ControlLayer, Layer, PaintLayer, shown
from studio.document.resolve import fitted_array
from studio.request.errors import BadInput
from studio.request.geometry import Rect, Size
from studio.request.pixels import Array
from studio.ui.canvas.view import View

FINEST = 1024  # pixels of the longer side that a preparation is shown at
LATER = 120  # milliseconds after the last change until it is prepared anew
LINES = ("canny", "lineart", "scribble")  # preparations that are lines on nothing
TINT = QColor("#5aa9e6")


@dataclass(frozen=True)
class _Shown:
    """state: equal as long as nothing changes in what is shown. rect: where on the canvas it lies."""

    state: object
    image: QImage | None
    rect: Rect


class ControlOverlays(QObject):
    """Follows the document. repaint: called when something else is to be seen."""

    def __init__(self, document: Document, repaint: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._repaint = document, repaint
        self._shown: dict[str, _Shown] = {}
        self._aside = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self.refresh)
        document.changed.connect(self._on_changed)

    def draw(self, painter: QPainter, view: View) -> None:
        """Over the document, in device pixels."""
        if not self._shown or self._aside:
            return
        painter.save()
        if not view.upright:
            painter.setTransform(view.turn() * painter.transform())
        painter.translate(view.x, view.y)
        painter.scale(view.scale, view.scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipRect(QRectF(0, 0, *self._document.size))
        for layer in _wanted(self._document.layers):
            found = self._shown.get(layer.id)
            painter.setOpacity(layer.opacity)
            if layer in self._document.held:  # it is being painted on: as it is, at once
                area = Rect.of(self._document.size)
                painter.drawImage(0, 0, layer.tiles.read(layer.inside(area)))
            elif found is not None and found.image is not None:
                painter.drawImage(QRectF(*found.rect), found.image)
        painter.restore()

    def step_aside(self, aside: bool) -> None:
        """Nothing is drawn while a picture in the making, or one that is made, is to be seen."""
        self._aside = aside
        if self._shown:
            self._repaint()

    def refresh(self) -> None:
        """Prepares anew what has changed."""
        document, before = self._document, self._shown
        now: dict[str, _Shown] = {}
        for layer in _wanted(document.layers):
            state = _state(layer, document)
            old = before.get(layer.id)
            now[layer.id] = old if old is not None and old.state == state else self._prepared(layer, state)
        self._shown = now
        if now != before:
            self._repaint()

    def _prepared(self, layer: ControlLayer, state: object) -> _Shown:
        document = self._document
        area = Rect.of(document.size)
        guiding = guiding_of_layer(layer, document.layers, document.size, area)
        if guiding is None:
            return _Shown(state, None, area)
        if layer.steer.refers:
            area = layer.bounds() if layer.source == OWN else area
        try:
            return _Shown(state, _image(guiding, area.size, layer.steer.preprocessor in LINES), area)
        except BadInput:  # a preparation that another version of the studio had; the panel tells of it
            return _Shown(state, None, area)

    def _on_changed(self, change: Change) -> None:
        seen = change & (Change.LAYERS | Change.PIXELS | Change.SIZE)
        if seen and (self._shown or any(True for _ in _wanted(self._document.layers))):
            self._later.start()


def _wanted(layers: tuple[Layer, ...]) -> Iterable[ControlLayer]:
    return (layer for layer in shown(layers) if isinstance(layer, ControlLayer) and layer.overlay)


def _state(layer: ControlLayer, document: Document) -> object:
    """Equal as long as the preparation is the same: tiles are never painted on, only replaced."""
    if layer.source == OWN:
        content: object = layer.x, layer.y, {key: id(tile) for key, tile in layer.tiles.items()}
    else:
        planes = (each for each in shown(document.layers) if isinstance(each, PaintLayer))
        content = [
            (each.id, each.x, each.y, each.opacity, each.blend, {key: id(tile) for key, tile in each.tiles.items()})
            for each in planes
            if layer.source in ("canvas", each.id)
        ]
    steer = layer.steer
    return steer.preprocessor, steer.settings, steer.refers, layer.source, content, document.size


def _image(guiding: Guiding, size: Size, lines: bool) -> QImage:
    factor = min(1.0, FINEST / max(size))
    small = size if factor == 1 else size.scaled(factor)
    array = guiding.cut(lambda picture: fitted_array(picture, small)).seen().array
    return _tinted(array[..., 0]) if lines else over(_opaque(array), _RGBA).convertToFormat(COLOUR)


_RGBA = QImage.Format.Format_RGBA8888


def _opaque(array: Array) -> Array:
    return np.dstack([array, np.full(array.shape[:2], 255, np.uint8)])


def _tinted(strength: Array) -> QImage:
    """Lines in a colour that is seen on light and on dark; between them the canvas shows."""
    straight = np.empty((*strength.shape, 4), np.uint8)
    straight[..., :3] = TINT.red(), TINT.green(), TINT.blue()
    straight[..., 3] = strength
    return over(straight, _RGBA).convertToFormat(COLOUR)
