"""Content that floats over the canvas while a tool moves it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

from studio.document.compositing import tinted
from studio.document.floating import Floating
from studio.document.images import AREA
from studio.document.layers import AreaLayer, Plane
from studio.document.transforming import Resampling
from studio.ui.canvas.tools.tool import Surface


class Lifted:
    """transform: where it is now, on the canvas."""

    def __init__(self, canvas: Surface, layer: Plane) -> None:
        self._canvas = canvas
        self._layer = layer
        self._floating = Floating(canvas.document, layer)
        self.transform = QTransform()
        bounds = self._floating.bounds
        self.box = QRectF(*bounds)
        self._image = QImage() if bounds.empty else self._coloured(self._floating.image())

    def _coloured(self, image: QImage) -> QImage:
        if image.format() != AREA or not isinstance(self._layer, AreaLayer):
            return image
        return tinted(image, self._layer.colour)

    def to_screen(self) -> QTransform:
        return self.transform * self._canvas.view.transform()

    def paint(self, painter: QPainter) -> None:
        painter.save()
        painter.setTransform(self.to_screen() * painter.transform())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(self._layer.opacity)
        painter.drawImage(self.box.topLeft(), self._image)
        painter.restore()

    def outline(self) -> QRectF:
        return self.to_screen().mapRect(self.box).adjusted(-2, -2, 2, 2)

    def end(self, text: str, how: Resampling) -> None:
        """Lays it down, or puts it back if it was not moved."""
        if self.transform.isIdentity():
            self._floating.put_back()
        else:
            self._floating.lay_down(self.transform, text, how)

    def give_up(self) -> None:
        self._floating.put_back()
