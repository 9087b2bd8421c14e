"""Content that floats over the canvas while a tool moves it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

from studio.document.floating import Floating
from studio.document.layers import Layer
from studio.document.transforming import Resampling
from studio.ui.canvas.tools.tool import Surface


class Lifted:
    """Of a layer, or of all layers of a group. transform: where it is now, on the canvas."""

    def __init__(self, canvas: Surface, layer: Layer) -> None:
        self._canvas = canvas
        self.name = layer.name
        self._floating = Floating(canvas.document, layer)
        self.transform = QTransform()
        bounds = self._floating.bounds
        self.box = QRectF(*bounds)
        self._image = QImage() if bounds.empty else self._floating.image()

    def to_screen(self) -> QTransform:
        return self.transform * self._canvas.view.transform()

    def paint(self, painter: QPainter) -> None:
        painter.save()
        painter.setTransform(self.to_screen() * painter.transform())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.box.topLeft(), self._image)
        painter.restore()

    def outline(self) -> QRectF:
        return self.to_screen().mapRect(self.box).adjusted(-2, -2, 2, 2)

    def end(self, text: str, how: Resampling) -> None:
        """Lays it down, or puts it back if it was not moved. Raises BadInput if the result would be too large."""
        if self.transform.isIdentity():
            self._floating.put_back()
        else:
            self._floating.lay_down(self.transform, text, how)

    def give_up(self) -> None:
        self._floating.put_back()
